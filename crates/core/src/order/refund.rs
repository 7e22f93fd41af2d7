//! What is paid back (BK-09).

use core::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::money::MAX_AMOUNT;
use crate::problem::Problems;

/// What one refund may pay back, minor units.
const AMOUNT: RangeInclusive<i64> = 1..=MAX_AMOUNT;
/// Most characters of a reason.
const MAX_REASON_CHARS: usize = 500;

/// A refund. How much is left to pay back, the store knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refund {
    /// Minor units of the order's currency; `None` is all that is left.
    pub amount: Option<i64>,
    /// For the organizer.
    pub reason: String,
}

impl Refund {
    /// Reads a refund.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let refund = Self {
            amount: fields.optional_integer("amount", AMOUNT),
            reason: fields.text_or("reason", MAX_REASON_CHARS, ""),
        };
        fields.refuse_unknown();
        fields.finish(refund)
    }
}
