//! A link as somebody asks for it, in our words; dialects translate into them.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::link::destination::Destination;
use crate::link::item::{self, Item};
use crate::link::kind::Kind;
use crate::link::slug::Slug;
use crate::link::utm::{self, Utm};
use crate::problem::Problems;

/// Most Unicode scalar values of a description (SP-09).
pub const MAX_DESCRIPTION_CHARS: usize = 512;
/// Most ticket types of one link, repeated ones counted.
pub const MAX_TICKET_TYPES: usize = 500;

/// A link that is right in itself. Whether what it names exists is for
/// [`Draft::check`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// What the link is for.
    pub kind: Kind,
    /// The event it leads to; `None` for all of the organizer's. A campaign has one.
    pub event_id: Option<i64>,
    /// The user who shares it.
    pub referred_by: Option<i64>,
    /// A label for people.
    pub description: String,
    /// The ticket types it unlocks, without repetition; never empty.
    pub ticket_types: Option<Vec<i64>>,
    /// Whether it sells only those.
    pub hide_public_ticket_types: bool,
    /// The basket it opens; never empty.
    pub items: Option<Vec<Item>>,
    /// Where it leads, unless to our own pages.
    pub destination: Option<Destination>,
    /// Added to the destination.
    pub utm: Utm,
    /// Its name, when somebody chose one.
    pub slug: Option<Slug>,
}

impl Draft {
    /// The fields [`Draft::parse`] reads, for callers that refuse others.
    pub const FIELDS: &[&str] = &[
        "kind",
        "slug",
        "event_id",
        "referred_by",
        "description",
        "ticket_types",
        "hide_public_ticket_types",
        "items",
        "destination",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
    ];

    /// Reads a link. Fields not in [`Draft::FIELDS`] are ignored (SP-03).
    ///
    /// # Errors
    /// Every field's first problem.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let draft = Self {
            kind: read_kind(&mut fields),
            event_id: fields.optional_id("event_id"),
            referred_by: fields.optional_id("referred_by"),
            description: fields.text_or("description", MAX_DESCRIPTION_CHARS, ""),
            ticket_types: read_ticket_types(&mut fields),
            hide_public_ticket_types: fields.boolean_or("hide_public_ticket_types", false),
            items: read_items(&mut fields),
            destination: fields.optional_destination("destination"),
            utm: Utm {
                source: fields.optional_text("utm_source", utm::MAX_CHARS),
                medium: fields.optional_text("utm_medium", utm::MAX_CHARS),
                campaign: fields.optional_text("utm_campaign", utm::MAX_CHARS),
                term: fields.optional_text("utm_term", utm::MAX_CHARS),
                content: fields.optional_text("utm_content", utm::MAX_CHARS),
            },
            slug: read_slug(&mut fields),
        };
        draft.check_combination(&mut fields);
        fields.finish(draft)
    }

    /// Rules over more than one field.
    fn check_combination(&self, fields: &mut Fields<'_>) {
        if self.kind == Kind::QuickPurchase && !fields.has_problem("kind") {
            if self.items.is_none() {
                fields.problem("items", "required", item::MISSING);
            }
            if self.destination.is_some() {
                let message = "quick purchase links lead to the checkout";
                fields.problem("destination", "invalid", message);
            }
        }
        let nothing_left = self.hide_public_ticket_types && self.ticket_types.is_none();
        if nothing_left && !fields.has_problem("ticket_types") {
            let message = "hides every ticket type, name those to sell in ticket_types";
            fields.problem("hide_public_ticket_types", "invalid", message);
        }
        if self.kind == Kind::Campaign && self.event_id.is_none() {
            fields.problem("event_id", "required", "is required for a campaign");
        }
    }
}

fn read_kind(fields: &mut Fields<'_>) -> Kind {
    let user_made = |name: &str| Kind::from_name(name).filter(|kind| kind.is_user_made());
    let message = "must be employee, venue, affiliate, quick_purchase or campaign";
    let harmless = Kind::Venue;
    fields.named("kind", user_made, message).unwrap_or(harmless)
}

/// An empty list restricts nothing, so it is none.
fn read_ticket_types(fields: &mut Fields<'_>) -> Option<Vec<i64>> {
    let ids = fields.ids("ticket_types", MAX_TICKET_TYPES);
    (!ids.is_empty()).then_some(ids)
}

/// An empty basket is none; a quick-purchase link then misses it.
fn read_items(fields: &mut Fields<'_>) -> Option<Vec<Item>> {
    match item::read(fields.raw("items")?) {
        Ok(items) => (!items.is_empty()).then_some(items),
        Err(message) => {
            fields.problem("items", "invalid", message);
            None
        }
    }
}

fn read_slug(fields: &mut Fields<'_>) -> Option<Slug> {
    const NAME: &str = "slug";
    let Value::String(text) = fields.raw(NAME)? else {
        fields.problem(NAME, "type", "must be a text");
        return None;
    };
    Slug::custom(text)
        .map_err(|error| fields.problem(NAME, error.code(), error.to_string()))
        .ok()
}
