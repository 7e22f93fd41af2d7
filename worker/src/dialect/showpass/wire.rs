//! This dialect's JSON, to and from the model (SP-09, SP-13).

use handbill_core::link::draft::Draft;
use handbill_core::link::kind::Kind;
use handbill_core::problem::Problems;
use serde_json::{Map, Value, json};

use crate::store::links::LinkRow;

/// Our names and this dialect's.
const NAMES: [(&str, &str); 4] = [
    ("kind", "via"),
    ("event_id", "event"),
    ("items", "extra"),
    ("organizer_id", "venue"),
];

/// Fields that are the same in both.
const SHARED: [&str; 4] = [
    "referred_by",
    "description",
    "ticket_types",
    "hide_public_ticket_types",
];

/// What this dialect calls a field of ours.
pub fn field(ours: &str) -> &str {
    NAMES
        .iter()
        .find(|(name, _)| *name == ours)
        .map_or(ours, |(_, theirs)| theirs)
}

/// A body as a draft. Fields that this dialect does not have are ignored
/// (SP-03).
///
/// # Errors
/// Every field that breaks a rule.
pub fn draft(body: &Map<String, Value>) -> Result<Draft, Problems> {
    let mut ours = Map::new();
    for name in SHARED {
        if let Some(value) = body.get(name) {
            ours.insert(name.into(), value.clone());
        }
    }
    for (name, theirs) in [("event_id", "event"), ("items", "extra")] {
        if let Some(value) = body.get(theirs) {
            ours.insert(name.into(), value.clone());
        }
    }
    let kind = kind(body.get("via"));
    // The rest is judged whatever `via` is, so that all problems show at once.
    let stand_in = kind.as_ref().map_or(Kind::Venue, |kind| *kind);
    ours.insert("kind".into(), stand_in.name().into());
    let draft = Draft::parse(&ours);
    match (kind, draft) {
        (Ok(_), draft) => draft,
        (Err(problems), Ok(_)) => Err(problems),
        (Err(mut problems), Err(more)) => {
            problems.merge(more);
            Err(problems)
        }
    }
}

fn kind(via: Option<&Value>) -> Result<Kind, Problems> {
    let mut problems = Problems::new();
    match via {
        None | Some(Value::Null) => problems.push("kind", "required", "This field is required."),
        Some(value) => match value.as_i64().and_then(Kind::from_code) {
            Some(kind) if kind.may_make_in_tracking_links() => return Ok(kind),
            _ => problems.push("kind", "invalid", format!("{value} is not a valid choice.")),
        },
    }
    Err(problems)
}

/// A link as this dialect shows it.
pub fn link(link: &LinkRow, base: &str) -> Value {
    json!({
        "id": link.id,
        "owner_venue": link.owner_id,
        "venue": link.organizer_id,
        "referred_by": link.referred_by,
        "description": link.description,
        "long_url": link.long_url(base),
        "short_url": link.short_url(base),
        "tiny_url": link.tiny_url(base),
        "event": link.event_id,
        "views": link.views,
        "visitors": link.visitors,
        "stats": stats(link),
        "via": link.kind,
        "ticket_types": link.ticket_types(),
        "hide_public_ticket_types": link.hides_public(),
        "extra": link.items(),
    })
}

/// Baskets and revenue (SP-15); amounts are minor units by currency.
fn stats(link: &LinkRow) -> Value {
    let (mut created, mut completed, mut tickets) = (0, 0, 0);
    let (mut gross, mut net) = (Map::new(), Map::new());
    for sales in link.sales() {
        created += sales.baskets_created;
        completed += sales.baskets_completed;
        tickets += sales.tickets;
        if sales.baskets_completed > 0 {
            gross.insert(sales.currency.clone(), sales.gross.into());
            net.insert(sales.currency, sales.net.into());
        }
    }
    json!({
        "baskets_created": created,
        "baskets_completed": completed,
        "tickets": tickets,
        "revenue": {"gross": gross, "net": net},
    })
}
