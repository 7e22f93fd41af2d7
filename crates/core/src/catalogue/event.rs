//! Shows, and series of them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{MAX_DESCRIPTION_CHARS, NAME_CHARS, PRICE, TAX_RATE_PPM, read_slug, read_time_zone};
use crate::fields::Fields;
use crate::money::Currency;
use crate::problem::Problems;
use crate::time::Timestamp;

/// Most characters of a place.
const MAX_PLACE_CHARS: usize = 500;

/// A series of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Series {
    /// Shown to buyers.
    pub name: String,
    /// Shown to buyers.
    pub description: String,
}

impl Series {
    /// Reads a series.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let series = Self {
            name: fields.text("name", NAME_CHARS),
            description: fields.text_or("description", MAX_DESCRIPTION_CHARS, ""),
        };
        fields.refuse_unknown();
        fields.finish(series)
    }
}

/// An event: one show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The series it is one of.
    pub series_id: Option<i64>,
    /// Shown to buyers.
    pub name: String,
    /// In the URL of its page, unique within the organizer.
    pub slug: String,
    /// Shown to buyers.
    pub description: String,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends; after the start.
    pub ends_at: Timestamp,
    /// In which its times are shown.
    pub time_zone: String,
    /// Of its ticket types.
    pub currency: Currency,
    /// Where it is, for people.
    pub place: String,
    /// Whether buyers see it.
    pub published: bool,
    /// Whether it will not take place: it is not sold, nor has it a page.
    pub cancelled: bool,
    /// Added once to an order with its tickets (BK-05), minor units.
    pub transaction_charge: i64,
    /// Of its tickets and charges, in millionths.
    pub tax_rate_ppm: i64,
    /// Whether its prices hold the tax; otherwise it comes on top.
    pub tax_inclusive: bool,
    /// Whether the checkout takes donations.
    pub accepts_donations: bool,
}

impl Event {
    /// Reads an event. It is published unless it says otherwise.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let event = Self {
            series_id: fields.optional_id("series_id"),
            name: fields.text("name", NAME_CHARS),
            slug: read_slug(&mut fields),
            description: fields.text_or("description", MAX_DESCRIPTION_CHARS, ""),
            starts_at: fields.instant("starts_at"),
            ends_at: fields.instant("ends_at"),
            time_zone: read_time_zone(&mut fields),
            currency: fields.currency("currency"),
            place: fields.text_or("place", MAX_PLACE_CHARS, ""),
            published: fields.boolean_or("published", true),
            cancelled: fields.boolean_or("cancelled", false),
            transaction_charge: fields.integer_or("transaction_charge", PRICE, 0),
            tax_rate_ppm: fields.integer_or("tax_rate_ppm", TAX_RATE_PPM, 0),
            tax_inclusive: fields.boolean_or("tax_inclusive", true),
            accepts_donations: fields.boolean_or("accepts_donations", false),
        };
        if event.ends_at <= event.starts_at && !fields.has_problem("starts_at") {
            fields.problem("ends_at", "range", "must be after starts_at");
        }
        fields.refuse_unknown();
        fields.finish(event)
    }
}
