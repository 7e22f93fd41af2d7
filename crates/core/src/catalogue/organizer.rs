//! Who sells.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{NAME_CHARS, read_slug, read_time_zone};
use crate::fields::Fields;
use crate::money::Currency;
use crate::problem::Problems;

/// An organizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organizer {
    /// Shown to buyers.
    pub name: String,
    /// In the URL of its pages.
    pub slug: String,
    /// In which its dates are read and shown.
    pub time_zone: String,
    /// Of what it sells, unless said otherwise.
    pub currency: Currency,
    /// For how many days a touch may earn a sale (AT-01).
    pub attribution_window_days: i64,
}

impl Organizer {
    /// Reads an organizer.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let organizer = Self {
            name: fields.text("name", NAME_CHARS),
            slug: read_slug(&mut fields),
            time_zone: read_time_zone(&mut fields),
            currency: fields.currency("currency"),
            attribution_window_days: fields.integer_or("attribution_window_days", 1..=365, 30),
        };
        fields.refuse_unknown();
        fields.finish(organizer)
    }
}
