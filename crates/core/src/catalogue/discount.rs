//! Discount codes (BK-05, TT-40).

use core::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{NAME_CHARS, PRICE};
use crate::basket::DiscountKind;
use crate::basket::selection::CODE_CHARS;
use crate::fields::Fields;
use crate::money::Currency;
use crate::problem::Problems;
use crate::time::Timestamp;

/// Most ticket types of one discount, repeated ones counted.
const MAX_TICKET_TYPES: usize = 500;
/// Per cent of a price or fee.
const PERCENT: RangeInclusive<i64> = 1..=100;
/// Orders that may use one discount.
const REDEMPTIONS: RangeInclusive<i64> = 1..=1_000_000_000;

/// A discount code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discount {
    /// What buyers type; compared without case.
    pub code: String,
    /// For the organizer.
    pub name: String,
    /// How it lowers prices.
    pub kind: DiscountKind,
    /// What a fixed discount takes off the tickets, minor units.
    pub price: Option<i64>,
    /// What a percentage takes off the tickets.
    pub price_percent: Option<i64>,
    /// Taken off the booking fees, minor units.
    pub booking_fee: Option<i64>,
    /// Taken off the booking fees as well, per cent.
    pub booking_fee_percent: Option<i64>,
    /// Of its amounts; `None` is the organizer's.
    pub currency: Option<Currency>,
    /// The ticket types it is for, without repetition; empty is all.
    pub ticket_types: Vec<i64>,
    /// How many orders may use it.
    pub max_redemptions: Option<i64>,
    /// Until when it may be used.
    pub expires_at: Option<Timestamp>,
}

impl Discount {
    /// Reads a discount.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let kind = fields.named("kind", kind_from_name, "must be fixed_amount or percentage");
        let discount = Self {
            code: fields.code("code", CODE_CHARS),
            name: fields.text("name", NAME_CHARS),
            kind: kind.unwrap_or(DiscountKind::FixedAmount),
            price: fields.optional_integer("price", PRICE),
            price_percent: fields.optional_integer("price_percent", PERCENT),
            booking_fee: fields.optional_integer("booking_fee", PRICE),
            booking_fee_percent: fields.optional_integer("booking_fee_percent", PERCENT),
            currency: fields.optional_currency("currency"),
            ticket_types: fields.ids("ticket_types", MAX_TICKET_TYPES),
            max_redemptions: fields.optional_integer("max_redemptions", REDEMPTIONS),
            expires_at: fields.optional_instant("expires_at"),
        };
        if let Some(kind) = kind {
            discount.check_kind(kind, &mut fields);
        }
        fields.refuse_unknown();
        fields.finish(discount)
    }

    /// The kind's own value is there, and that of the other is not.
    fn check_kind(&self, kind: DiscountKind, fields: &mut Fields<'_>) {
        let price = ("price", self.price.is_some(), "fixed_amount");
        let percent = ("price_percent", self.price_percent.is_some(), "percentage");
        let ((own, has_own, name), (other, has_other, _)) = match kind {
            DiscountKind::FixedAmount => (price, percent),
            DiscountKind::Percentage => (percent, price),
        };
        if !has_own {
            fields.problem(own, "required", format!("is required for {name}"));
        }
        if has_other {
            fields.problem(other, "invalid", format!("must not be set for {name}"));
        }
    }
}

fn kind_from_name(name: &str) -> Option<DiscountKind> {
    match name {
        "fixed_amount" => Some(DiscountKind::FixedAmount),
        "percentage" => Some(DiscountKind::Percentage),
        _ => None,
    }
}
