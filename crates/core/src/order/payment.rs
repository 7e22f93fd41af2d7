//! How an order is paid (BK-09).

use core::ops::RangeInclusive;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::is_basket_key;
use crate::fields::Fields;
use crate::money::{Currency, MAX_AMOUNT};
use crate::problem::Problems;

/// What an order may come to, minor units.
pub(super) const TOTAL: RangeInclusive<i64> = 0..=MAX_AMOUNT;
/// Characters of a payment system's own number of a payment.
const TXN_ID_CHARS: RangeInclusive<usize> = 1..=255;

/// A way to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentMethod {
    /// Without this system: in cash, by bank. The order is complete at once.
    Offline,
    /// There is nothing to pay.
    NoCost,
    /// Through the seller's own payment system, which reports the payment.
    External,
}

impl PaymentMethod {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Offline, Self::NoCost, Self::External];

    /// The name in JSON and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::NoCost => "no_cost",
            Self::External => "external",
        }
    }

    /// The way of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

impl Serialize for PaymentMethod {
    /// As its name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What the seller's payment system reports in a signed callback
/// ([`crate::signature::callback`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentReport {
    /// The key of the basket that was paid.
    pub basket: String,
    /// The payment system's own number of the payment.
    pub txn_id: String,
    /// What was paid, minor units.
    pub amount: i64,
    /// In which currency.
    pub currency: Currency,
}

impl PaymentReport {
    /// Reads a report.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let report = Self {
            basket: read_basket(&mut fields),
            txn_id: fields.line("txn_id", TXN_ID_CHARS),
            amount: fields.integer("amount", TOTAL),
            currency: fields.currency("currency"),
        };
        fields.refuse_unknown();
        fields.finish(report)
    }
}

fn read_basket(fields: &mut Fields<'_>) -> String {
    let key = |text: &str| is_basket_key(text).then(|| text.to_owned());
    fields
        .named("basket", key, "must be the key of a basket")
        .unwrap_or_default()
}
