//! From rows to the catalogue that core prices from: what is sold in a scope,
//! and what link and access codes unlock there (SP-20).

use handbill_core::basket::{
    Catalogue, CatalogueEvent, CatalogueGroup, CatalogueItem, Discount, DiscountKind, Selection,
    Voucher, same_code,
};
use handbill_core::link::Restriction;
use handbill_core::link::item::{Item, ItemTarget};
use handbill_core::money::Currency;
use handbill_core::time::Timestamp;
use serde::de::DeserializeOwned;

use super::offer::{Scope, ids_of};
use crate::failure::Failure;
use crate::store::offers::{DiscountRow, Found, ItemRow, OpenedByRow, SoldEventRow, VoucherRow};

/// The currency of a basket yet to be made: its event's, its first item's, or the
/// organizer's.
pub fn currency_of<'a>(found: &'a Found, scope: Scope, selection: &Selection) -> &'a str {
    let of_event = found
        .events
        .iter()
        .find(|event| Some(event.id) == scope.event_id)
        .map(|event| &event.currency);
    let of_first = || {
        let first = selection.items.first()?;
        let row = found.items.iter().find(|row| {
            row.organizer_id == scope.organizer_id && target(row) == Some(first.target)
        })?;
        Some(&row.currency)
    };
    of_event
        .or_else(of_first)
        .unwrap_or(&found.organizer.currency)
}

/// What a row is, to core.
pub fn target(row: &ItemRow) -> Option<ItemTarget> {
    let ticket_type = row.ticket_type.map(ItemTarget::TicketType);
    ticket_type.or(row.product_attribute.map(ItemTarget::ProductAttribute))
}

fn stored<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::Internal(error.to_string()))
}

fn currency(code: &str) -> Result<Currency, Failure> {
    Currency::from_code(code).map_err(|error| Failure::Internal(error.to_string()))
}

/// What the link itself puts into the basket.
///
/// # Errors
/// `Internal` when the store holds what core can't read.
pub fn named_by(link: Option<&OpenedByRow>) -> Result<Vec<ItemTarget>, Failure> {
    let items: Vec<Item> = match link.and_then(|link| link.items.as_deref()) {
        Some(text) => stored(text)?,
        None => Vec::new(),
    };
    Ok(items.iter().map(|item| item.target).collect())
}

/// What a link unlocks, and whether it sells nothing else. It also unlocks what
/// it puts into the basket, unless it says itself what it sells.
fn restriction(link: Option<&OpenedByRow>) -> Result<Restriction, Failure> {
    let Some(link) = link else {
        return Ok(Restriction::default());
    };
    let mut unlocked: Vec<i64> = match &link.ticket_types {
        Some(text) => stored(text)?,
        None => Vec::new(),
    };
    let hide_public = link.hide_public_ticket_types != 0;
    if !hide_public {
        let named = named_by(Some(link))?;
        unlocked.extend(named.into_iter().filter_map(|target| ids_of(target).0));
    }
    Ok(Restriction {
        ticket_types: Some(unlocked),
        hide_public,
    })
}

/// A restricting link hides what is public; a type with a code is not, so who
/// knows the code has it there too.
fn is_locked(row: &ItemRow, restriction: &Restriction, access_codes: &[String]) -> bool {
    let Some(id) = row.ticket_type else {
        return false;
    };
    let opens = |code: &String| access_codes.iter().any(|typed| same_code(typed, code));
    let is_hidden = row.hidden != 0 || row.access_code.is_some();
    !row.access_code.as_ref().is_some_and(opens) && !restriction.allows(id, is_hidden)
}

/// What a scope sells, to core.
///
/// # Errors
/// `Internal` when the store holds what core can't read.
pub fn catalogue(
    found: &Found,
    scope: Scope,
    currency_code: &str,
    selection: &Selection,
) -> Result<Catalogue, Failure> {
    let restriction = restriction(found.link.as_ref())?;
    let named = named_by(found.link.as_ref())?;
    let currency = currency(currency_code)?;
    let mut items = Vec::with_capacity(found.items.len());
    for row in &found.items {
        let Some(target) = target(row).filter(|_| row.gone == 0) else {
            continue;
        };
        let locked = is_locked(row, &restriction, &selection.access_codes);
        let is_own = row.organizer_id == scope.organizer_id;
        let is_chosen = selection.items.iter().any(|item| item.target == target);
        // What nobody chose and nobody may have is nobody's business.
        if is_chosen || (is_own && !locked) {
            let is_told = is_own && (!locked || named.contains(&target));
            items.push(catalogue_item(row, target, locked, is_told, currency)?);
        }
    }
    let mut groups: Vec<CatalogueGroup> = Vec::new();
    for row in &found.items {
        if let (Some(id), Some(name)) = (row.group_id, &row.group_name)
            && items.iter().any(|item| item.group_id == Some(id))
            && !groups.iter().any(|group| group.id == id)
        {
            groups.push(CatalogueGroup {
                id,
                name: name.clone(),
                max_per_order: row.group_max,
            });
        }
    }
    let events = found
        .events
        .iter()
        .filter(|event| event.organizer_id == scope.organizer_id)
        .map(catalogue_event);
    Ok(Catalogue {
        organizer_id: scope.organizer_id,
        currency,
        events: events.collect(),
        groups,
        items,
        discount: found.discount.as_ref().map(discount).transpose()?,
        vouchers: found
            .vouchers
            .iter()
            .map(voucher)
            .collect::<Result<_, _>>()?,
    })
}

/// Of what is another organizer's, or locked to one who guessed its id, no more
/// is told than that it is there.
fn catalogue_item(
    row: &ItemRow,
    target: ItemTarget,
    locked: bool,
    is_told: bool,
    basket: Currency,
) -> Result<CatalogueItem, Failure> {
    let told = |value: i64| if is_told { value } else { 0 };
    let at = |time: Option<i64>| time.filter(|_| is_told).map(Timestamp::from_millis);
    Ok(CatalogueItem {
        target,
        organizer_id: row.organizer_id,
        event_id: row.event_id.filter(|_| is_told),
        group_id: row.group_id.filter(|_| is_told),
        name: if is_told {
            row.name.clone()
        } else {
            String::new()
        },
        currency: if is_told {
            currency(&row.currency)?
        } else {
            basket
        },
        price: told(row.price),
        booking_fee: told(row.booking_fee),
        tax_rate_ppm: told(row.tax_rate_ppm),
        tax_inclusive: row.tax_inclusive != 0 || !is_told,
        available: told(row.available.max(0)),
        min_per_order: if is_told { row.min_per_order } else { 1 },
        max_per_order: row.max_per_order.filter(|_| is_told),
        on_sale_from: at(row.on_sale_from),
        on_sale_until: at(row.on_sale_until),
        locked,
    })
}

fn catalogue_event(row: &SoldEventRow) -> CatalogueEvent {
    CatalogueEvent {
        id: row.id,
        series_id: row.series_id,
        name: row.name.clone(),
        ends_at: Timestamp::from_millis(row.ends_at),
        transaction_charge: row.transaction_charge,
        tax_rate_ppm: row.tax_rate_ppm,
        tax_inclusive: row.tax_inclusive != 0,
        accepts_donations: row.accepts_donations != 0,
    }
}

fn discount(row: &DiscountRow) -> Result<Discount, Failure> {
    Ok(Discount {
        code: row.code.clone(),
        kind: match row.kind.as_str() {
            "percentage" => DiscountKind::Percentage,
            _ => DiscountKind::FixedAmount,
        },
        price: row.price,
        price_percent: row.price_percent,
        booking_fee: row.booking_fee,
        booking_fee_percent: row.booking_fee_percent,
        currency: currency(&row.currency)?,
        ticket_types: stored(&row.ticket_types)?,
        expires_at: row.expires_at.map(Timestamp::from_millis),
        redemptions_left: row.redemptions_left,
    })
}

fn voucher(row: &VoucherRow) -> Result<Voucher, Failure> {
    Ok(Voucher {
        code: row.code.clone(),
        value: row.value,
        currency: currency(&row.currency)?,
        series_ids: stored(&row.series_ids)?,
        expires_at: row.expires_at.map(Timestamp::from_millis),
        used: row.used != 0,
    })
}
