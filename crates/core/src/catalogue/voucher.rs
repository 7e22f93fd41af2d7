//! Vouchers, and the codes they are handed out as (BK-05, TT-50).

use core::ops::RangeInclusive;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::NAME_CHARS;
use crate::basket::code_key;
use crate::basket::selection::CODE_CHARS;
use crate::fields::Fields;
use crate::money::{Currency, MAX_AMOUNT};
use crate::problem::Problems;
use crate::time::Timestamp;

/// Most series of one voucher, repeated ones counted.
const MAX_SERIES: usize = 500;
/// What one code pays at most, minor units.
const VALUE: RangeInclusive<i64> = 1..=MAX_AMOUNT;
/// Most codes that one request makes: each is a row of one transaction.
pub const MAX_CODES: usize = 1_000;

/// A voucher: what each of its codes pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Voucher {
    /// For the organizer.
    pub name: String,
    /// What one code pays at most, minor units.
    pub value: i64,
    /// Of its value; `None` is the organizer's.
    pub currency: Option<Currency>,
    /// The series whose events it is for, without repetition; empty is any.
    pub series_ids: Vec<i64>,
    /// Until when its codes may be used.
    pub expires_at: Option<Timestamp>,
}

impl Voucher {
    /// Reads a voucher.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let voucher = Self {
            name: fields.text("name", NAME_CHARS),
            value: fields.integer("value", VALUE),
            currency: fields.optional_currency("currency"),
            series_ids: fields.ids("series_ids", MAX_SERIES),
            expires_at: fields.optional_instant("expires_at"),
        };
        fields.refuse_unknown();
        fields.finish(voucher)
    }
}

/// Which codes a voucher gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VoucherCodes {
    /// These: 1 to [`MAX_CODES`], no two of them the same but for case.
    Chosen(Vec<String>),
    /// So many random ones, 1 to [`MAX_CODES`].
    Random(usize),
}

impl VoucherCodes {
    /// Reads either `codes` or `count`.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let chosen = read_chosen(&mut fields);
        let count = fields.optional_integer("count", 1..=MAX_CODES as i64);
        let codes = match (chosen, count) {
            (Some(_), Some(_)) => {
                fields.problem("count", "invalid", "must not be set together with codes");
                Self::Random(1)
            }
            (Some(codes), None) => Self::Chosen(codes),
            (None, Some(count)) => Self::Random(usize::try_from(count).unwrap_or(MAX_CODES)),
            (None, None) => {
                if !fields.has_problem("count") {
                    fields.problem("codes", "required", "is required, unless count is given");
                }
                Self::Random(1)
            }
        };
        fields.refuse_unknown();
        fields.finish(codes)
    }
}

fn read_chosen(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    const NAME: &str = "codes";
    let codes = fields.optional_codes(NAME, MAX_CODES, CODE_CHARS)?;
    if codes.is_empty() {
        fields.problem(NAME, "too_short", "must not be empty");
    }
    let mut seen = BTreeSet::new();
    for (index, code) in codes.iter().enumerate() {
        if !seen.insert(code_key(code)) {
            let message = format!("code {index}: `{code}` is there twice");
            fields.problem(NAME, "duplicate", message);
        }
    }
    Some(codes)
}
