//! This dialect's JSON, to and from the model (PX-02 to PX-05).

use handbill_core::fields::Fields;
use handbill_core::link::destination::Destination;
use handbill_core::link::draft::{Draft, MAX_DESCRIPTION_CHARS};
use handbill_core::link::kind::Kind;
use handbill_core::link::slug::Slug;
use handbill_core::link::utm::Utm;
use handbill_core::problem::Problems;
use serde_json::{Map, Value, json};

use crate::store::links::LinkRow;

/// What this dialect calls a field of ours.
pub fn field(ours: &str) -> &str {
    match ours {
        "slug" => "code",
        "destination" => "external_target",
        other => other,
    }
}

/// What a body says of a campaign; what it leaves out is `None`.
#[derive(Debug, Default)]
pub struct Given {
    code: Option<Slug>,
    description: Option<String>,
    /// `None` within: to the shop.
    target: Option<Option<Destination>>,
}

impl Given {
    /// Reads a body. The counts, and fields that this dialect does not have, are
    /// ignored (PX-02).
    ///
    /// # Errors
    /// Every field that breaks a rule.
    pub fn parse(body: &Map<String, Value>) -> Result<Self, Problems> {
        let mut problems = Problems::new();
        let mut text = |name: &str| match body.get(name) {
            None => None,
            Some(Value::String(text)) => Some(text.as_str()),
            Some(_) => {
                problems.push(name, "type", "must be a text");
                None
            }
        };
        let (code, description) = (text("code"), text("description"));
        let target = text("external_target");
        let code = code.and_then(|text| {
            Slug::code(text)
                .map_err(|error| problems.push("code", error.code(), error.to_string()))
                .ok()
        });
        let target = target.map(|text| match text {
            "" => None,
            url => Destination::external(url)
                .map_err(|error| problems.push("external_target", error.code(), error.to_string()))
                .ok(),
        });
        let mut given = Self {
            code,
            description: None,
            target,
        };
        if description.is_some() {
            let mut fields = Fields::new(body);
            let text = fields.text_or("description", MAX_DESCRIPTION_CHARS, "");
            match fields.finish(text) {
                Ok(text) => given.description = Some(text),
                Err(more) => problems.merge(more),
            }
        }
        problems.into_result(given)
    }

    /// A new campaign of an event.
    pub fn into_new(self, event_id: i64) -> Draft {
        Draft {
            kind: Kind::Campaign,
            event_id: Some(event_id),
            referred_by: None,
            description: self.description.unwrap_or_default(),
            ticket_types: None,
            hide_public_ticket_types: false,
            items: None,
            destination: self.target.flatten(),
            utm: Utm::default(),
            slug: self.code,
        }
    }

    /// The campaign with what is given, and nothing else, changed. What this dialect
    /// does not show stays as it is.
    pub fn over(self, link: &LinkRow) -> Draft {
        let now = link.draft();
        Draft {
            description: self.description.unwrap_or(now.description),
            destination: self.target.unwrap_or(now.destination),
            // Its own name in other capitals is another name to show.
            slug: self.code.filter(|code| code.as_str() != link.slug),
            ..now
        }
    }

    /// The same, with what is left out as in a new campaign. The code stays: it is
    /// printed.
    pub fn instead_of(mut self, link: &LinkRow) -> Draft {
        self.description.get_or_insert_default();
        self.target.get_or_insert_default();
        self.over(link)
    }
}

/// A campaign as this dialect shows it. The counts are those of every other API
/// (PX-09): views, and orders that were completed.
pub fn campaign(link: &LinkRow) -> Value {
    let target = link.external();
    let orders: i64 = link
        .sales()
        .iter()
        .map(|sales| sales.baskets_completed)
        .sum();
    json!({
        "id": link.id,
        "code": link.slug,
        "description": link.description,
        "external_target": target.as_ref().map_or("", Destination::given),
        "order_count": orders,
        "click_count": link.views,
    })
}
