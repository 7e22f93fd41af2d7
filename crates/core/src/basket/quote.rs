//! What a basket costs, line by line, and what speaks against selling it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::link::ItemTarget;
use crate::money::Currency;

/// What a basket costs. One with problems is never sold.
///
/// `total` = `subtotal` + `tax` = the sum of the lines' `total`s = the sum of
/// their `price`s; `subtotal` = the sum of their `value`s (TT-13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Of every amount.
    pub currency: Currency,
    /// In the order they are shown.
    pub lines: Vec<Line>,
    /// Minor units without tax.
    pub subtotal: i64,
    /// Minor units of tax.
    pub tax: i64,
    /// Minor units to pay, never negative.
    pub total: i64,
    /// Every rule the basket breaks, those of its lines first.
    pub problems: Vec<Problem>,
}

impl Quote {
    /// Compact JSON, the same bytes wherever it is made (BK-02).
    #[must_use]
    pub fn to_json(&self) -> String {
        super::json::write(self)
    }
}

/// One line of a quote. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is for.
    pub kind: LineKind,
    /// Which item of the selection it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The ticket type it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<i64>,
    /// The product attribute it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_attribute: Option<i64>,
    /// Shown to buyers.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// Of one.
    pub unit_price: i64,
    /// What the buyer reads: with the tax where prices hold it, without where
    /// it is added.
    pub price: i64,
    /// The price without tax.
    pub value: i64,
    /// The tax on this line, which a line of kind tax adds up.
    pub tax: i64,
    /// What the line adds to the total: its value, or of a tax line the tax.
    pub total: i64,
    /// Of a tax line: the rate in millionths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_ppm: Option<i64>,
    /// Of a tax line: whether prices hold the tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inclusive: Option<bool>,
}

impl Line {
    /// A line without tax.
    pub(super) fn new(
        kind: LineKind,
        name: String,
        quantity: i64,
        unit_price: i64,
        price: i64,
    ) -> Self {
        Self {
            kind,
            line: None,
            ticket_type: None,
            product_attribute: None,
            name,
            quantity,
            unit_price,
            price,
            value: price,
            tax: 0,
            total: price,
            rate_ppm: None,
            inclusive: None,
        }
    }

    /// A line of one, without tax.
    pub(super) fn once(kind: LineKind, name: String, price: i64) -> Self {
        Self::new(kind, name, 1, price, price)
    }

    /// The same line, of an item of the selection.
    pub(super) fn of(mut self, line: usize, target: ItemTarget) -> Self {
        self.line = Some(line);
        match target {
            ItemTarget::TicketType(id) => self.ticket_type = Some(id),
            ItemTarget::ProductAttribute(id) => self.product_attribute = Some(id),
        }
        self
    }

    /// So much tax is on this line, and so much of it held in its price.
    pub(super) fn set_tax(&mut self, tax: i64, held: i64) {
        self.tax = tax;
        self.value = self.price - held;
        self.total = self.value;
    }
}

/// What a line is for. In the order that breaks ties where a tax is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Tickets of one type.
    Ticket,
    /// The fee for the tickets or products of the line above.
    BookingFee,
    /// Products of one attribute.
    Product,
    /// The charge for an order.
    TransactionCharge,
    /// What a discount takes off.
    Discount,
    /// What the buyer gives.
    Donation,
    /// The tax of one rate.
    Tax,
    /// What a voucher pays.
    Voucher,
}

impl LineKind {
    /// As it stands in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::BookingFee => "booking_fee",
            Self::Product => "product",
            Self::TransactionCharge => "transaction_charge",
            Self::Discount => "discount",
            Self::Donation => "donation",
            Self::Tax => "tax",
            Self::Voucher => "voucher",
        }
    }
}

/// One rule that a basket breaks (BK-03).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which item of the selection breaks it; `None` for the basket as a whole.
    pub line: Option<usize>,
    /// Stable, for programs.
    pub code: Cow<'static, str>,
    /// For people: lowercase, unpunctuated, names and codes in backticks.
    pub message: String,
}

impl Problem {
    pub(super) fn of_line(line: usize, code: &'static str, message: String) -> Self {
        Self {
            line: Some(line),
            code: Cow::Borrowed(code),
            message,
        }
    }

    pub(super) fn of_basket(code: &'static str, message: String) -> Self {
        Self {
            line: None,
            code: Cow::Borrowed(code),
            message,
        }
    }
}
