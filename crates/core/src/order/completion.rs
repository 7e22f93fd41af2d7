//! What a buyer sends to buy a basket (BK-07).

use core::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

use super::payment::TOTAL;
use super::{Buyer, PaymentMethod};
use crate::fields::Fields;
use crate::money::Currency;
use crate::problem::Problems;

/// Most click tokens of one order: a journey has no more touches that matter.
const MAX_CLICK_TOKENS: usize = 20;
/// Bytes of a token; the longest that is made has about 500.
const CLICK_TOKEN_BYTES: RangeInclusive<usize> = 1..=1_024;

/// A buyer's consent to a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// How it is paid; [`PaymentMethod::NoCost`] exactly when the total is 0.
    pub payment_method: PaymentMethod,
    /// The total the buyer was shown, minor units.
    pub total: i64,
    /// The currency the buyer was shown.
    pub currency: Currency,
    /// Who buys.
    pub buyer: Buyer,
    /// Click tokens that a shop on another domain was handed (RD-03). One that
    /// is not ours is no error: it earns nothing.
    pub click_tokens: Vec<String>,
}

impl Completion {
    /// Reads a completion. The buyer's fields are named `buyer.email` and so
    /// on.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let method = fields.named(
            "payment_method",
            PaymentMethod::from_name,
            "must be offline, no_cost or external",
        );
        let completion = Self {
            payment_method: method.unwrap_or(PaymentMethod::NoCost),
            total: fields.integer("total", TOTAL),
            currency: fields.currency("currency"),
            buyer: fields.object("buyer", Buyer::parse),
            click_tokens: read_click_tokens(&mut fields),
        };
        completion.check_method(&mut fields);
        fields.refuse_unknown();
        fields.finish(completion)
    }

    fn check_method(&self, fields: &mut Fields<'_>) {
        if fields.has_problem("total") {
            return;
        }
        let message = match (self.payment_method, self.total) {
            (PaymentMethod::NoCost, 1..) => "must not be no_cost, there is something to pay",
            (PaymentMethod::Offline | PaymentMethod::External, 0) => {
                "must be no_cost, there is nothing to pay"
            }
            _ => return,
        };
        fields.problem("payment_method", "invalid", message);
    }
}

/// Texts that can't be tokens are left out: what a mail program broke, or a shop
/// did not find, must not stand in the way of a sale (AT-02).
fn read_click_tokens(fields: &mut Fields<'_>) -> Vec<String> {
    let Some(value) = fields.raw("click_tokens") else {
        return Vec::new();
    };
    let texts: Option<Vec<&str>> = value
        .as_array()
        .and_then(|values| values.iter().map(Value::as_str).collect());
    match texts {
        Some(texts) if texts.len() <= MAX_CLICK_TOKENS => texts
            .into_iter()
            .filter(|text| CLICK_TOKEN_BYTES.contains(&text.len()))
            .map(str::to_owned)
            .collect(),
        Some(_) => {
            let message = format!("may hold at most {MAX_CLICK_TOKENS} tokens");
            fields.problem("click_tokens", "too_long", message);
            Vec::new()
        }
        None => {
            fields.problem("click_tokens", "type", "must be a list of texts");
            Vec::new()
        }
    }
}
