//! What may be sold in one checkout, as the server knows it.

use serde::{Deserialize, Serialize};

use crate::link::ItemTarget;
use crate::money::Currency;
use crate::time::Timestamp;

/// What one checkout may sell. Members it does not know are ignored, so that a
/// server may send more, for the page to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The organizer that sells.
    pub organizer_id: i64,
    /// The one currency of the basket (BK-04).
    pub currency: Currency,
    /// The events of the items.
    #[serde(default)]
    pub events: Vec<CatalogueEvent>,
    /// The groups of the items.
    #[serde(default)]
    pub groups: Vec<CatalogueGroup>,
    /// What is sold. What is not in here is unknown.
    #[serde(default)]
    pub items: Vec<CatalogueItem>,
    /// The discount that the buyer's code names, if there is one.
    #[serde(default)]
    pub discount: Option<Discount>,
    /// The vouchers that the buyer's codes name, those there are.
    #[serde(default)]
    pub vouchers: Vec<Voucher>,
}

/// An event, as far as it bears on the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueEvent {
    /// The event's id.
    pub id: i64,
    /// The series it is one of.
    pub series_id: Option<i64>,
    /// Shown to buyers.
    pub name: String,
    /// From then on nothing of it is sold.
    pub ends_at: Timestamp,
    /// Minor units, once an order.
    pub transaction_charge: i64,
    /// Of the charge, in millionths: 190,000 is 19 %.
    pub tax_rate_ppm: i64,
    /// Whether the charge holds its tax.
    pub tax_inclusive: bool,
    /// Whether its buyers may donate.
    pub accepts_donations: bool,
}

/// Items that are limited together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueGroup {
    /// The group's id.
    pub id: i64,
    /// Shown to buyers.
    pub name: String,
    /// Most of the group in one order.
    pub max_per_order: Option<i64>,
}

/// A ticket type or a product attribute, as one organizer sells it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ItemWire", into = "ItemWire")]
pub struct CatalogueItem {
    /// What it is: `ticket_type` or `product_attribute` in JSON.
    pub target: ItemTarget,
    /// Whose it is.
    pub organizer_id: i64,
    /// The event it is for.
    pub event_id: Option<i64>,
    /// The group it is in.
    pub group_id: Option<i64>,
    /// Shown to buyers.
    pub name: String,
    /// What it is priced in.
    pub currency: Currency,
    /// Minor units for one.
    pub price: i64,
    /// Minor units for one, on a line of its own.
    pub booking_fee: i64,
    /// Of price and booking fee, in millionths: 190,000 is 19 %.
    pub tax_rate_ppm: i64,
    /// Whether price and booking fee hold their tax.
    pub tax_inclusive: bool,
    /// How many this basket may have: free stock and what it already holds.
    pub available: i64,
    /// Fewest in one order.
    pub min_per_order: i64,
    /// Most in one order.
    pub max_per_order: Option<i64>,
    /// Sold from then on.
    pub on_sale_from: Option<Timestamp>,
    /// Sold until just before then.
    pub on_sale_until: Option<Timestamp>,
    /// Whether it is hidden and neither link nor access code unlocked it.
    pub locked: bool,
}

/// How a discount on ticket prices is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    /// So much off them all.
    FixedAmount,
    /// So many hundredths off them all.
    Percentage,
}

/// A discount that a code names (TT-41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// What the buyer types.
    pub code: String,
    /// Which of the next two counts.
    pub kind: DiscountKind,
    /// Minor units off.
    pub price: Option<i64>,
    /// Hundredths off.
    pub price_percent: Option<i64>,
    /// Minor units off the booking fees.
    pub booking_fee: Option<i64>,
    /// Hundredths off the booking fees.
    pub booking_fee_percent: Option<i64>,
    /// Of the minor units above.
    pub currency: Currency,
    /// The ticket types it is for; empty for all.
    pub ticket_types: Vec<i64>,
    /// Good until just before then.
    pub expires_at: Option<Timestamp>,
    /// How many more orders may use it; `None` for any number.
    pub redemptions_left: Option<i64>,
}

/// A voucher that a code names (TT-51).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// What the buyer types.
    pub code: String,
    /// Minor units it pays.
    pub value: i64,
    /// Of the value.
    pub currency: Currency,
    /// The series it is for; empty for any basket.
    pub series_ids: Vec<i64>,
    /// Good until just before then.
    pub expires_at: Option<Timestamp>,
    /// Whether an order has used it.
    pub used: bool,
}

/// An item as it is written.
#[derive(Serialize, Deserialize)]
struct ItemWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket_type: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product_attribute: Option<i64>,
    organizer_id: i64,
    event_id: Option<i64>,
    group_id: Option<i64>,
    name: String,
    currency: Currency,
    price: i64,
    booking_fee: i64,
    tax_rate_ppm: i64,
    tax_inclusive: bool,
    available: i64,
    min_per_order: i64,
    max_per_order: Option<i64>,
    on_sale_from: Option<Timestamp>,
    on_sale_until: Option<Timestamp>,
    locked: bool,
}

impl TryFrom<ItemWire> for CatalogueItem {
    type Error = &'static str;

    fn try_from(wire: ItemWire) -> Result<Self, Self::Error> {
        let target = match (wire.ticket_type, wire.product_attribute) {
            (Some(id), None) => ItemTarget::TicketType(id),
            (None, Some(id)) => ItemTarget::ProductAttribute(id),
            _ => return Err("needs either ticket_type or product_attribute"),
        };
        Ok(Self {
            target,
            organizer_id: wire.organizer_id,
            event_id: wire.event_id,
            group_id: wire.group_id,
            name: wire.name,
            currency: wire.currency,
            price: wire.price,
            booking_fee: wire.booking_fee,
            tax_rate_ppm: wire.tax_rate_ppm,
            tax_inclusive: wire.tax_inclusive,
            available: wire.available,
            min_per_order: wire.min_per_order,
            max_per_order: wire.max_per_order,
            on_sale_from: wire.on_sale_from,
            on_sale_until: wire.on_sale_until,
            locked: wire.locked,
        })
    }
}

impl From<CatalogueItem> for ItemWire {
    fn from(item: CatalogueItem) -> Self {
        let (ticket_type, product_attribute) = match item.target {
            ItemTarget::TicketType(id) => (Some(id), None),
            ItemTarget::ProductAttribute(id) => (None, Some(id)),
        };
        Self {
            ticket_type,
            product_attribute,
            organizer_id: item.organizer_id,
            event_id: item.event_id,
            group_id: item.group_id,
            name: item.name,
            currency: item.currency,
            price: item.price,
            booking_fee: item.booking_fee,
            tax_rate_ppm: item.tax_rate_ppm,
            tax_inclusive: item.tax_inclusive,
            available: item.available,
            min_per_order: item.min_per_order,
            max_per_order: item.max_per_order,
            on_sale_from: item.on_sale_from,
            on_sale_until: item.on_sale_until,
            locked: item.locked,
        }
    }
}
