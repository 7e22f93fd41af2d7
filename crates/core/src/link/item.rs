//! The basket of a quick-purchase link (SP-11, SP-12).

use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fields::whole_number;
use crate::id::MAX_ID;

/// Most items of one link: a basket is for one buyer, not for a warehouse.
pub const MAX_ITEMS: usize = 100;
/// How many of one item a link may ask for. The limits of the ticket type are
/// checked when the checkout opens, because they change.
pub const QUANTITY: RangeInclusive<i64> = 1..=MAX_UNITS;
/// How many of all items together: an order is written in one batch, and each
/// ticket is a row of it.
pub const MAX_UNITS: i64 = 1_000;

/// The message for a quick-purchase link without a basket, word for word that
/// of the tracking-links document (SP-11).
pub const MISSING: &str =
    "Quick purchase tracking links requires basket data defined in the extra field.";

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemTarget {
    /// A ticket type, by id.
    TicketType(i64),
    /// An attribute of a product, by id.
    ProductAttribute(i64),
}

/// One item of the basket: `{"ticket_type": 1, "quantity": 2}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Item {
    /// What it is.
    pub target: ItemTarget,
    /// How many, within [`QUANTITY`].
    pub quantity: i64,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket_type: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product_attribute: Option<i64>,
    quantity: i64,
}

impl From<Item> for Wire {
    fn from(item: Item) -> Self {
        let (ticket_type, product_attribute) = match item.target {
            ItemTarget::TicketType(id) => (Some(id), None),
            ItemTarget::ProductAttribute(id) => (None, Some(id)),
        };
        Self {
            ticket_type,
            product_attribute,
            quantity: item.quantity,
        }
    }
}

impl TryFrom<Wire> for Item {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let target = match (wire.ticket_type, wire.product_attribute) {
            (Some(id), None) => ItemTarget::TicketType(id),
            (None, Some(id)) => ItemTarget::ProductAttribute(id),
            _ => return Err(NEITHER_OR_BOTH),
        };
        Ok(Self {
            target,
            quantity: wire.quantity,
        })
    }
}

const NEITHER_OR_BOTH: &str = "needs either ticket_type or product_attribute";

/// Reads the items of a link; unknown keys of an item are ignored (SP-03).
///
/// # Errors
/// A message that names the first bad item by its index, from 0 (SP-11).
pub(crate) fn read(value: &Value) -> Result<Vec<Item>, String> {
    let Value::Array(values) = value else {
        return Err("must be a list of items".to_owned());
    };
    if values.len() > MAX_ITEMS {
        return Err(format!(
            "may hold at most {MAX_ITEMS} items, has {}",
            values.len()
        ));
    }
    let items = values
        .iter()
        .enumerate()
        .map(|(index, value)| read_one(value).map_err(|why| format!("item {index}: {why}")))
        .collect::<Result<Vec<Item>, String>>()?;
    match units(&items) {
        ..=MAX_UNITS => Ok(items),
        units => Err(format!(
            "may ask for at most {MAX_UNITS} in all, asks for {units}"
        )),
    }
}

/// How many things the items ask for in all.
pub(crate) fn units(items: &[Item]) -> i64 {
    let quantities = items.iter().map(|item| item.quantity);
    quantities.fold(0, i64::saturating_add)
}

fn read_one(value: &Value) -> Result<Item, String> {
    let Value::Object(map) = value else {
        return Err("must be an object".to_owned());
    };
    let number = |name: &str, range: RangeInclusive<i64>| {
        present(map, name)
            .map(|value| {
                whole_number(value, &range).map_err(|why| format!("{name} {}", why.message()))
            })
            .transpose()
    };
    let target = match (
        number("ticket_type", 1..=MAX_ID)?,
        number("product_attribute", 1..=MAX_ID)?,
    ) {
        (Some(id), None) => ItemTarget::TicketType(id),
        (None, Some(id)) => ItemTarget::ProductAttribute(id),
        _ => return Err(NEITHER_OR_BOTH.to_owned()),
    };
    let quantity = number("quantity", QUANTITY)?.ok_or("quantity is required")?;
    Ok(Item { target, quantity })
}

fn present<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).filter(|value| !value.is_null())
}
