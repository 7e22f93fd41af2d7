//! What one checkout sells, and what a buyer's choice costs there.

use handbill_core::basket::{Catalogue, CatalogueItem, Quote, Selection, code_key, price};
use handbill_core::link::item::ItemTarget;
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::catalogue::{catalogue, currency_of, named_by, target};
use crate::failure::Failure;
use crate::store::Db;
use crate::store::baskets::NewLine;
use crate::store::offers::{self, Found, ItemRow, SellerRow, SoldEventRow, Wanted};
use crate::store::orders::Version;

/// Where a checkout was opened.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    pub organizer_id: i64,
    pub event_id: Option<i64>,
    pub link_id: Option<i64>,
}

/// What it sells, and what the buyer's choice costs there.
pub struct Offer {
    pub found: Found,
    pub catalogue: Catalogue,
    pub quote: Quote,
}

/// The look-up of a selection, its lists as JSON.
pub struct LookUp {
    ticket_types: String,
    attributes: String,
    discount: String,
    vouchers: String,
}

impl LookUp {
    pub fn of(selection: &Selection) -> Self {
        let ids = |pick: fn(ItemTarget) -> Option<i64>| {
            let ids = selection.items.iter().filter_map(|item| pick(item.target));
            Value::from(ids.collect::<Vec<i64>>()).to_string()
        };
        let vouchers = selection.vouchers.iter().map(|code| code_key(code));
        Self {
            ticket_types: ids(|target| ids_of(target).0),
            attributes: ids(|target| ids_of(target).1),
            discount: selection
                .discount
                .as_deref()
                .map(code_key)
                .unwrap_or_default(),
            vouchers: Value::from(vouchers.collect::<Vec<String>>()).to_string(),
        }
    }

    /// What to look for in a scope; `basket` is a key, empty for none yet.
    pub fn wanted<'a>(&'a self, scope: Scope, basket: &'a str) -> Wanted<'a> {
        Wanted {
            organizer_id: scope.organizer_id,
            event_id: scope.event_id,
            link_id: scope.link_id,
            basket,
            ticket_types: &self.ticket_types,
            attributes: &self.attributes,
            discount: &self.discount,
            vouchers: &self.vouchers,
        }
    }
}

/// The ids of an item, as the two members that JSON has for them.
pub fn ids_of(target: ItemTarget) -> (Option<i64>, Option<i64>) {
    match target {
        ItemTarget::TicketType(id) => (Some(id), None),
        ItemTarget::ProductAttribute(id) => (None, Some(id)),
    }
}

/// Reads what a scope sells and prices a selection of it. `currency` is a
/// basket's; one yet to be made takes its event's, its first item's, or the
/// organizer's.
///
/// # Errors
/// `NotFound` without the organizer.
pub async fn read(
    db: &Db,
    scope: Scope,
    basket: &str,
    currency: Option<&str>,
    selection: &Selection,
    now: Timestamp,
) -> Result<Offer, Failure> {
    let look_up = LookUp::of(selection);
    let found = offers::find(db, &look_up.wanted(scope, basket), now.millis()).await?;
    Offer::of(found, scope, currency, selection, now)
}

impl Offer {
    /// An offer from rows that were found.
    ///
    /// # Errors
    /// `NotFound` when there were none, `Internal` when one can't be.
    pub fn of(
        found: Option<Found>,
        scope: Scope,
        currency: Option<&str>,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let found = found.ok_or(Failure::NotFound)?;
        let currency = match currency {
            Some(known) => known,
            None => currency_of(&found, scope, selection),
        };
        let catalogue = catalogue(&found, scope, currency, selection)?;
        let quote = price(&catalogue, selection, now);
        Ok(Self {
            found,
            catalogue,
            quote,
        })
    }

    /// The lines of a basket, one for each thing, however often it was chosen:
    /// what may be sold is to be held.
    pub fn basket_lines(&self, selection: &Selection) -> Vec<NewLine> {
        let mut lines: Vec<NewLine> = Vec::new();
        for (index, item) in selection.items.iter().enumerate() {
            let (ticket_type, attribute) = ids_of(item.target);
            let same = |line: &&mut NewLine| {
                (line.ticket_type, line.attribute) == (ticket_type, attribute)
            };
            if let Some(line) = lines.iter_mut().find(same) {
                line.quantity += item.quantity;
                continue;
            }
            lines.push(NewLine {
                position: index,
                ticket_type,
                attribute,
                quantity: item.quantity,
                hold: !self
                    .quote
                    .problems
                    .iter()
                    .any(|problem| problem.line == Some(index) && !is_of_stock(&problem.code)),
            });
        }
        lines
    }

    /// The rows that the price was computed from.
    pub fn versions(&self) -> Vec<Version> {
        let found = &self.found;
        let used = |line: &&ItemRow| {
            self.quote.lines.iter().any(|priced| {
                line.ticket_type.is_some() && priced.ticket_type == line.ticket_type
                    || line.product_attribute.is_some()
                        && priced.product_attribute == line.product_attribute
            })
        };
        let organizer = &found.organizer;
        let mut versions: Vec<Version> = vec![("organizer", organizer.id, organizer.version)];
        for item in found.items.iter().filter(used) {
            let of_item = [
                ("ticket_type", item.ticket_type, Some(item.version)),
                (
                    "product_attribute",
                    item.product_attribute,
                    Some(item.version),
                ),
                ("ticket_group", item.group_id, item.group_version),
                ("product", item.product_id, item.product_version),
                ("event", item.event_id, self.event_version(item.event_id)),
            ];
            for (table, id, version) in of_item {
                if let (Some(id), Some(version)) = (id, version) {
                    versions.push((table, id, version));
                }
            }
        }
        let discount = found.discount.iter();
        versions.extend(discount.map(|row| ("discount", row.id, row.version)));
        let vouchers = found.vouchers.iter();
        versions.extend(vouchers.map(|row| ("voucher", row.voucher_id, row.version)));
        let link = found.link.iter();
        versions.extend(link.map(|row| ("link", row.id, row.version)));
        versions.sort_unstable();
        versions.dedup();
        versions
    }

    fn event_version(&self, id: Option<i64>) -> Option<i64> {
        let event = self
            .found
            .events
            .iter()
            .find(|event| Some(event.id) == id)?;
        Some(event.version)
    }

    /// The offer as JSON, for pages and shops (BK-02).
    pub fn to_json(&self, selection: &Selection) -> Value {
        let own = self.found.organizer.id;
        let events = self.found.events.iter();
        let events: Vec<Value> = events
            .filter(|event| event.organizer_id == own)
            .map(event_json)
            .collect();
        let items = self.found.items.iter();
        let items: Vec<Value> = items
            .filter(|item| self.may_show(item))
            .map(item_json)
            .collect();
        json!({
            "organizer": organizer_json(&self.found.organizer),
            "events": events,
            "link": self.found.link.as_ref().map(|link| &link.slug),
            "items": items,
            "catalogue": self.catalogue,
            "selection": selection,
            "quote": self.quote,
            "payment_methods": payment_methods(&self.found.organizer, self.quote.total),
            "offline_instructions": self.found.organizer.offline_instructions,
        })
    }

    /// What is sold here, and what the link names: a buyer who came for it is told
    /// what it was.
    fn may_show(&self, row: &ItemRow) -> bool {
        let Some(target) = target(row) else {
            return false;
        };
        let is_sold = |item: &CatalogueItem| item.target == target && !item.locked;
        let named = named_by(self.found.link.as_ref()).unwrap_or_default();
        row.organizer_id == self.found.organizer.id
            && (named.contains(&target) || self.catalogue.items.iter().any(is_sold))
    }
}

/// Whether a problem may be over by the time the database decides.
fn is_of_stock(code: &str) -> bool {
    matches!(code, "sold_out" | "not_enough_stock")
}

/// How an order of this organizer may be paid.
pub fn payment_methods(seller: &SellerRow, total: i64) -> Vec<&'static str> {
    match total {
        0 => vec!["no_cost"],
        _ => ways_to_pay(seller),
    }
}

/// How this organizer takes payments.
fn ways_to_pay(seller: &SellerRow) -> Vec<&'static str> {
    // Without a key no payment could ever be reported.
    [
        ("external", seller.payment_keys > 0),
        ("offline", seller.offline_payment != 0),
    ]
    .into_iter()
    .filter_map(|(method, is_taken)| is_taken.then_some(method))
    .collect()
}

/// An organizer as public answers show it. How it takes payments is said whatever the
/// total: a page that prices by itself knows it before its basket does.
fn organizer_json(organizer: &SellerRow) -> Value {
    json!({
        "id": organizer.id,
        "name": organizer.name,
        "slug": organizer.slug,
        "payment_methods": ways_to_pay(organizer),
    })
}

fn event_json(event: &SoldEventRow) -> Value {
    json!({
        "id": event.id,
        "name": event.name,
        "slug": event.slug,
        "description": event.description,
        "starts_at": Timestamp::from_millis(event.starts_at).to_rfc3339(),
        "ends_at": Timestamp::from_millis(event.ends_at).to_rfc3339(),
        "time_zone": event.time_zone,
        "place": event.place,
        "currency": event.currency,
    })
}

/// What a page shows of an item beside what prices it.
fn item_json(row: &ItemRow) -> Value {
    let mut shown = json!({
        "name": row.name,
        "description": row.description,
        "group": row.group_name,
        "of": row.of,
    });
    let (name, id) = match (row.ticket_type, row.product_attribute) {
        (Some(id), _) => ("ticket_type", id),
        (None, id) => ("product_attribute", id.unwrap_or_default()),
    };
    if let Value::Object(members) = &mut shown {
        members.shift_insert(0, name.into(), id.into());
    }
    shown
}
