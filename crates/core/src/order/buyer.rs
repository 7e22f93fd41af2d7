//! Who buys.

use core::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Contact;
use crate::fields::Fields;
use crate::problem::Problems;

/// Characters of a first or last name.
const NAME_CHARS: RangeInclusive<usize> = 1..=100;
/// Most characters of a telephone number, as people write them.
const MAX_PHONE_CHARS: usize = 50;
/// Most characters of an address, all its lines.
const MAX_ADDRESS_CHARS: usize = 500;

/// A buyer, as they write themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Buyer {
    /// On one line.
    pub first_name: String,
    /// On one line.
    pub last_name: String,
    /// Where the tickets go.
    pub email: String,
    /// On one line.
    pub phone: Option<String>,
    /// May have several lines.
    pub address: Option<String>,
    /// Beside these, in the same object.
    #[serde(flatten)]
    pub contact: Contact,
}

impl Buyer {
    /// Reads a buyer.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let buyer = Self {
            first_name: fields.line("first_name", NAME_CHARS),
            last_name: fields.line("last_name", NAME_CHARS),
            email: fields.email("email"),
            phone: fields.optional_line("phone", MAX_PHONE_CHARS),
            address: fields.optional_text("address", MAX_ADDRESS_CHARS),
            contact: Contact::read(&mut fields),
        };
        fields.refuse_unknown();
        fields.finish(buyer)
    }
}
