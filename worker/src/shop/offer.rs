//! What a page may sell, given the link that led to it (SP-20).

use handbill_core::link::item::ItemTarget;
use handbill_core::link::kind::Kind;
use handbill_core::link::offer::{Restriction, sellable};
use handbill_core::link::slug::Slug;
use handbill_core::money::{Currency, Money};
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use crate::app::Call;
use crate::failure::Failure;
use crate::links::LINK_PARAMETER;
use crate::store::links::{self, LinkRow};
use crate::store::organizers::{self, OrganizerRow};
use crate::store::shop::{self, EventRow, ThingRow, TicketTypeRow};

/// An organizer and its coming events.
pub struct OrganizerOffer {
    pub organizer: OrganizerRow,
    pub events: Vec<EventRow>,
    /// The slug of the link that led here, to be passed on.
    pub link: Option<String>,
}

/// An event and the ticket types that may be sold here.
pub struct EventOffer {
    pub organizer: OrganizerRow,
    pub event: EventRow,
    pub ticket_types: Vec<TicketTypeRow>,
    pub link: Option<String>,
    pub now: Timestamp,
}

/// The basket that a quick-purchase link describes.
pub struct BasketOffer {
    pub organizer: OrganizerRow,
    pub lines: Vec<BasketLine>,
    /// What can't be sold any more.
    pub missing: Vec<ItemTarget>,
    pub link: String,
}

/// One line of it. `None` for a total beyond what money can count.
pub struct BasketLine {
    pub target: ItemTarget,
    pub thing: ThingRow,
    pub quantity: i64,
    pub total: Option<Money>,
}

/// An amount as people read it.
pub fn price_text(amount: i64, currency: &str) -> String {
    match Currency::from_code(currency) {
        Ok(currency) => Money { amount, currency }.format(),
        Err(_) => format!("{amount} {currency}"),
    }
}

impl OrganizerOffer {
    pub fn to_json(&self) -> Value {
        let events: Vec<Value> = self.events.iter().map(event_json).collect();
        json!({
            "organizer": organizer_json(&self.organizer),
            "events": events,
            "link": self.link,
        })
    }
}

impl EventOffer {
    pub fn to_json(&self) -> Value {
        let types: Vec<Value> = self
            .ticket_types
            .iter()
            .map(|ticket| {
                json!({
                    "id": ticket.id,
                    "name": ticket.name,
                    "description": ticket.description,
                    "group": ticket.group_name,
                    "price": ticket.price,
                    "currency": self.event.currency,
                    "min_per_order": ticket.min_per_order,
                    "max_per_order": ticket.max_per_order,
                    "on_sale": ticket.is_on_sale(self.now),
                })
            })
            .collect();
        json!({
            "organizer": organizer_json(&self.organizer),
            "event": event_json(&self.event),
            "ticket_types": types,
            "link": self.link,
        })
    }
}

impl TicketTypeRow {
    /// Whether it is sold at a moment.
    pub fn is_on_sale(&self, now: Timestamp) -> bool {
        self.on_sale_from.is_none_or(|from| from <= now.millis())
            && self.on_sale_until.is_none_or(|until| now.millis() < until)
    }
}

impl BasketOffer {
    /// What the lines come to; `None` when there are none, or too much.
    pub fn total(&self) -> Option<Money> {
        let mut totals = self.lines.iter().map(|line| line.total);
        let first = totals.next()??;
        totals.try_fold(first, |sum, total| sum.add(total?).ok())
    }

    pub fn to_json(&self) -> Value {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                let (ticket_type, product_attribute) = ids(line.target);
                json!({
                    "ticket_type": ticket_type,
                    "product_attribute": product_attribute,
                    "name": line.thing.name,
                    "of": line.thing.of,
                    "quantity": line.quantity,
                    "unit_price": line.thing.price,
                    "total": line.total.map(|total| total.amount),
                    "currency": line.thing.currency,
                })
            })
            .collect();
        let missing: Vec<Value> = self
            .missing
            .iter()
            .map(|target| {
                let (ticket_type, product_attribute) = ids(*target);
                json!({ "ticket_type": ticket_type, "product_attribute": product_attribute })
            })
            .collect();
        json!({
            "organizer": organizer_json(&self.organizer),
            "lines": lines,
            "missing": missing,
            "total": self.total().map(|total| total.amount),
            "link": self.link,
        })
    }
}

fn ids(target: ItemTarget) -> (Option<i64>, Option<i64>) {
    match target {
        ItemTarget::TicketType(id) => (Some(id), None),
        ItemTarget::ProductAttribute(id) => (None, Some(id)),
    }
}

fn organizer_json(organizer: &OrganizerRow) -> Value {
    json!({ "id": organizer.id, "name": organizer.name, "slug": organizer.slug })
}

fn event_json(event: &EventRow) -> Value {
    json!({
        "id": event.id,
        "name": event.name,
        "slug": event.slug,
        "description": event.description,
        "starts_at": Timestamp::from_millis(event.starts_at).to_rfc3339(),
        "ends_at": Timestamp::from_millis(event.ends_at).to_rfc3339(),
        "time_zone": event.time_zone,
        "currency": event.currency,
        "place": event.place,
    })
}

/// The link that the address names, if it is there. An unknown one is no error
/// for a visitor: the page shows what it shows to all.
async fn link(call: &Call) -> Result<Option<LinkRow>, Failure> {
    let named = call
        .query()
        .into_iter()
        .find(|(name, _)| name == LINK_PARAMETER)
        .and_then(|(_, slug)| Slug::from_path(&slug));
    match named {
        Some(slug_key) => Ok(links::by_slug(&call.db, &slug_key).await?),
        None => Ok(None),
    }
}

fn restriction(link: Option<&LinkRow>) -> Restriction {
    Restriction {
        ticket_types: link.and_then(LinkRow::ticket_types),
        hide_public: link.is_some_and(LinkRow::hides_public),
    }
}

async fn organizer_of(call: &Call) -> Result<OrganizerRow, Failure> {
    organizers::by_slug(&call.db, call.param("organizer"))
        .await?
        .ok_or(Failure::NotFound)
}

/// An organizer's page.
///
/// # Errors
/// `NotFound` for an organizer that is not there.
pub async fn organizer(call: &Call) -> Result<OrganizerOffer, Failure> {
    let organizer = organizer_of(call).await?;
    let link = link(call)
        .await?
        .filter(|link| link.organizer_id == organizer.id);
    let events = shop::events(&call.db, organizer.id, call.now.millis()).await?;
    Ok(OrganizerOffer {
        organizer,
        events,
        link: link.map(|link| link.slug),
    })
}

/// An event's page: what is public, and what the link unlocks.
///
/// # Errors
/// `NotFound` for an event that is not there or not published.
pub async fn event(call: &Call) -> Result<EventOffer, Failure> {
    let organizer = organizer_of(call).await?;
    let event = shop::event(&call.db, organizer.id, call.param("event"))
        .await?
        .ok_or(Failure::NotFound)?;
    let link = link(call).await?.filter(|link| {
        link.organizer_id == organizer.id && link.event_id.is_none_or(|id| id == event.id)
    });
    let restriction = restriction(link.as_ref());
    let mut ticket_types = shop::ticket_types(&call.db, event.id).await?;
    let offered = sellable(
        ticket_types
            .iter()
            .map(|ticket| (ticket.id, ticket.hidden != 0)),
        &restriction,
    );
    ticket_types.retain(|ticket| offered.contains(&ticket.id));
    Ok(EventOffer {
        organizer,
        event,
        ticket_types,
        link: link.map(|link| link.slug),
        now: call.now,
    })
}

/// The basket of a quick-purchase link.
///
/// # Errors
/// `NotFound` without such a link.
pub async fn basket(call: &Call) -> Result<BasketOffer, Failure> {
    let link = link(call)
        .await?
        .filter(|link| link.kind == Kind::QuickPurchase.code())
        .ok_or(Failure::NotFound)?;
    let organizer = organizers::by_id(&call.db, link.organizer_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let items = link.items().unwrap_or_default();
    let restriction = restriction(Some(&link));
    let named = |pick: fn(ItemTarget) -> Option<i64>| {
        let ids: Vec<i64> = items.iter().filter_map(|item| pick(item.target)).collect();
        Value::from(ids).to_string()
    };
    let tickets = shop::tickets_by_id(&call.db, &named(|target| ids(target).0)).await?;
    let attributes = shop::attributes_by_id(&call.db, &named(|target| ids(target).1)).await?;
    let (mut lines, mut missing) = (Vec::new(), Vec::new());
    for item in items {
        let found = match item.target {
            ItemTarget::TicketType(id) => tickets.iter().find(|thing| thing.id == id),
            ItemTarget::ProductAttribute(id) => attributes.iter().find(|thing| thing.id == id),
        };
        // What the link names it unlocks, unless it says itself what it sells.
        let is_barred = |id: i64| restriction.hide_public && !restriction.allows(id, false);
        let Some(thing) = found.filter(|_| !ids(item.target).0.is_some_and(is_barred)) else {
            missing.push(item.target);
            continue;
        };
        let total = Currency::from_code(&thing.currency)
            .ok()
            .and_then(|currency| {
                let price = Money {
                    amount: thing.price,
                    currency,
                };
                price.times(item.quantity).ok()
            });
        lines.push(BasketLine {
            target: item.target,
            thing: thing.clone(),
            quantity: item.quantity,
            total,
        });
    }
    Ok(BasketOffer {
        organizer,
        lines,
        missing,
        link: link.slug,
    })
}
