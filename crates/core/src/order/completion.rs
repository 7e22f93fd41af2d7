//! What a buyer sends to buy a basket (BK-07).

use serde::Serialize;
use serde_json::{Map, Value};

use super::payment::TOTAL;
use super::{Buyer, PaymentMethod};
use crate::fields::Fields;
use crate::money::Currency;
use crate::problem::Problems;

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
