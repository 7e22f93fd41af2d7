//! `GET /tickets`: who asks, what for, and the page (SG-01 to SG-04).

use axum::body::Body;
use axum::http::{Request, header};
use handbill_core::feed::Cursor;
use handbill_core::id::parse_id;
use handbill_core::page::with_parameter;
use handbill_core::problem::Problems;
use serde_json::{Map, Value, json};

use super::wire;
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::{self, Intent, Principal};
use crate::failure::Failure;
use crate::store::feed::{self, FeedFilter, PAGE};
use crate::store::permissions::Permission;

const SCHEMES: &[&str] = &["Bearer"];

/// Who asks.
enum Reader {
    /// An organizer, for its own.
    Organizer(Principal),
    /// Whoever has a key, for those who let it.
    Partner(Principal),
}

/// An organizer's token is in the header or in the query, a partner's key in the
/// query.
async fn reader(call: &Call) -> Result<Reader, Failure> {
    let from_header = call.headers.contains_key(header::AUTHORIZATION);
    if from_header {
        // Another scheme may be that of a site's password.
        match call.principal(SCHEMES, Intent::Read).await {
            Err(Failure::Unauthenticated) => {}
            known => return known.map(Reader::Organizer),
        }
    }
    if let Some(token) = call.given("token") {
        let known = auth::of_token(call, &token, Intent::Read).await;
        return known.map(Reader::Organizer);
    }
    if let Some(key) = call.given("key") {
        let known = auth::of_token(call, &key, Intent::Read).await;
        return known.map(Reader::Partner);
    }
    let known = call.principal(SCHEMES, Intent::Read).await;
    known.map(Reader::Organizer)
}

impl Reader {
    /// The partner that reads the tickets of an organizer, `None` when that is the
    /// organizer itself (SG-01).
    ///
    /// # Errors
    /// `Forbidden` for another organizer than its own, or than one that lets it.
    async fn partner_of(&self, call: &Call, organizer_id: i64) -> Result<Option<i64>, Failure> {
        let (own, has_key) = match self {
            Self::Organizer(principal) => (principal.organizer()?, false),
            Self::Partner(principal) => (principal.organizer()?, true),
        };
        if own == organizer_id {
            return Ok(None);
        }
        let permission = Permission::ReadTickets;
        if has_key && permission.is_given(&call.db, organizer_id, own).await? {
            return Ok(Some(own));
        }
        Err(Failure::Forbidden)
    }
}

/// The query: what is asked for, and the same as it is echoed.
fn asked(call: &Call) -> Result<(FeedFilter, Map<String, Value>), Problems> {
    let mut problems = Problems::new();
    let mut echoed = Map::new();
    let mut id = |name: &str| {
        let id = call.given(name).map(|text| parse_id(text.trim()));
        if id == Some(None) {
            problems.push(name, "type", "must be a whole number from 1");
        }
        let id = id.flatten();
        if let Some(id) = id {
            echoed.insert(name.to_owned(), id.into());
        }
        id
    };
    let (organizer_id, event_id) = (id("organizer_id"), id("event_id"));
    if call.given("organizer_id").is_none() {
        problems.push("organizer_id", "required", "is required");
    }
    // `True` is what a client in Python makes of it.
    let cohosted = call.given("include_cohosted_events");
    let cohosted = match cohosted.map(|text| text.to_ascii_lowercase()).as_deref() {
        None => None,
        Some("1" | "true") => Some(true),
        Some("0" | "false") => Some(false),
        Some(_) => {
            problems.push("include_cohosted_events", "invalid", "must be 1 or true");
            None
        }
    };
    if let Some(cohosted) = cohosted {
        echoed.insert("include_cohosted_events".to_owned(), cohosted.into());
    }
    let mut after = Cursor::START;
    if let Some(text) = call.given("after") {
        match Cursor::parse(&text) {
            Ok(cursor) => after = cursor,
            Err(error) => problems.push("after", error.code(), error.to_string()),
        }
        echoed.insert("after".to_owned(), text.into());
    }
    let filter = FeedFilter {
        organizer_id: organizer_id.unwrap_or_default(),
        event_id,
        cohosted: cohosted.unwrap_or_default(),
        partner: None,
        after,
    };
    problems.into_result((filter, echoed))
}

/// `GET /tickets`
pub async fn page(call: Call, _request: Request<Body>) -> Handled {
    let reader = reader(&call).await?;
    let (mut filter, params) = asked(&call)?;
    filter.partner = reader.partner_of(&call, filter.organizer_id).await?;
    let rows = feed::page(&call.db, filter).await?;
    // A full page may be the last one: the next is empty then.
    let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= PAGE);
    let last = rows.last().filter(|_| is_full);
    let next =
        last.map(|last| with_parameter(&call.url(), "after", Some(&last.cursor().to_text())));
    let data: Vec<Value> = rows.iter().map(wire::ticket).collect();
    Ok(json_answer(
        200,
        &json!({ "params": params, "pagination": { "next": next }, "data": data }),
    ))
}
