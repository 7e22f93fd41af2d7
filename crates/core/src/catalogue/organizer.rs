//! Who sells.

use core::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{NAME_CHARS, read_slug, read_time_zone};
use crate::fields::Fields;
use crate::link::Destination;
use crate::link::slug::ROOTS;
use crate::money::Currency;
use crate::problem::Problems;

/// How long a basket may hold stock: to a day.
const HOLD_MINUTES: RangeInclusive<i64> = 1..=24 * 60;
/// How long an order may wait for its payment: to a week.
const PAYMENT_MINUTES: RangeInclusive<i64> = 1..=7 * 24 * 60;
/// Most characters of how to pay.
const MAX_INSTRUCTIONS_CHARS: usize = 2_000;

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
    /// For how many minutes a basket holds its stock (BK-06).
    pub hold_minutes: i64,
    /// For how many minutes an order may wait for a payment from elsewhere
    /// (BK-09).
    pub payment_minutes: i64,
    /// Whether buyers may pay without this system: in cash, by bank.
    pub offline_payment: bool,
    /// How they then pay; shown to buyers.
    pub offline_instructions: String,
    /// The page of the organizer's own payment system.
    pub payment_url: Option<Destination>,
}

impl Organizer {
    /// Reads a new organizer.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse_new(map: &Map<String, Value>) -> Result<Self, Problems> {
        Self::read(map, read_new_slug)
    }

    /// Reads an organizer, which may have had its slug before that was reserved.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        Self::read(map, read_slug)
    }

    fn read(
        map: &Map<String, Value>,
        slug: fn(&mut Fields<'_>) -> String,
    ) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let organizer = Self {
            name: fields.text("name", NAME_CHARS),
            slug: slug(&mut fields),
            time_zone: read_time_zone(&mut fields),
            currency: fields.currency("currency"),
            attribution_window_days: fields.integer_or("attribution_window_days", 1..=365, 30),
            hold_minutes: fields.integer_or("hold_minutes", HOLD_MINUTES, 15),
            payment_minutes: fields.integer_or("payment_minutes", PAYMENT_MINUTES, 60),
            offline_payment: fields.boolean_or("offline_payment", true),
            offline_instructions: fields.text_or(
                "offline_instructions",
                MAX_INSTRUCTIONS_CHARS,
                "",
            ),
            payment_url: read_payment_url(&mut fields),
        };
        fields.refuse_unknown();
        fields.finish(organizer)
    }
}

/// No first segment of our own pages: campaigns' URLs begin with it (PX-06).
fn read_new_slug(fields: &mut Fields<'_>) -> String {
    let slug = read_slug(fields);
    if ROOTS.contains(&slug.as_str()) {
        fields.problem("slug", "reserved", format!("`{slug}` is reserved"));
    }
    slug
}

/// Buyers are sent there to pay, so it is encrypted, unless it is on the
/// organizer's own machine.
fn read_payment_url(fields: &mut Fields<'_>) -> Option<Destination> {
    const NAME: &str = "payment_url";
    let url = fields.optional_destination(NAME)?;
    if is_encrypted_or_local(url.as_str()) {
        return Some(url);
    }
    let message = "must begin with `https://`, or be on `localhost` or `127.0.0.1`";
    fields.problem(NAME, "invalid", message);
    None
}

/// Of a valid destination: no user name can stand before its host.
fn is_encrypted_or_local(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return true;
    };
    let host = rest.split([':', '/']).next();
    matches!(host, Some("localhost" | "127.0.0.1"))
}
