//! One link: made, read, changed, deleted (SP-03 to SP-06, SP-09 to SP-12).

use axum::body::Body;
use axum::http::Request;
use handbill_core::id::parse_id;
use handbill_core::link::kind::Kind;
use serde_json::{Map, Value};

use super::wire;
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::{Intent, Principal};
use crate::body;
use crate::dialect::rest::SCHEMES;
use crate::failure::Failure;
use crate::links::{self, LAST_KIND};
use crate::store::links::{self as rows, LinkRow};

/// The venue of the path, which must be the token's own (SP-19).
///
/// # Errors
/// `Forbidden` for any other, there or not.
pub async fn venue(call: &Call, intent: Intent) -> Result<(i64, Principal), Failure> {
    let principal = call.principal(SCHEMES, intent).await?;
    let venue = parse_id(call.param("venue")).ok_or(Failure::NotFound)?;
    if principal.organizer_id == Some(venue) {
        Ok((venue, principal))
    } else {
        Err(Failure::Forbidden)
    }
}

async fn link(call: &Call, venue: i64) -> Result<LinkRow, Failure> {
    rows::get(&call.db, venue, LAST_KIND, call.id("id")?)
        .await?
        .ok_or(Failure::NotFound)
}

async fn shown(call: &Call, venue: i64, id: i64, status: u16) -> Handled {
    let link = rows::get(&call.db, venue, LAST_KIND, id)
        .await?
        .ok_or(Failure::NotFound)?;
    Ok(json_answer(status, &wire::link(&link, &call.base())))
}

/// `POST …/links/`
pub async fn create(call: Call, request: Request<Body>) -> Handled {
    let (venue, _) = venue(&call, Intent::Write).await?;
    let body = body::object(request).await?;
    let seller = seller(&body, venue)?;
    let draft = wire::draft(&body)?;
    let id = links::create(&call, &draft, seller, venue, None).await?;
    shown(&call, venue, id, 201).await
}

/// The venue that sells: the path's when the body names none.
fn seller(body: &Map<String, Value>, venue: i64) -> Result<i64, Failure> {
    match body.get("venue") {
        None | Some(Value::Null) => Ok(venue),
        Some(value) => value
            .as_i64()
            .filter(|id| *id > 0)
            .ok_or_else(|| Failure::field("organizer_id", "type", "Enter a whole number.")),
    }
}

/// `GET …/links/{id}/`
pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let (venue, _) = venue(&call, Intent::Read).await?;
    let link = link(&call, venue).await?;
    Ok(json_answer(200, &wire::link(&link, &call.base())))
}

/// `PUT …/links/{id}/`: only quick purchase links, and the whole of it.
pub async fn update(call: Call, request: Request<Body>) -> Handled {
    let (venue, _) = venue(&call, Intent::Write).await?;
    let link = link(&call, venue).await?;
    if !Kind::from_code(link.kind).is_some_and(Kind::may_update_in_tracking_links) {
        return Err(Failure::MethodNotAllowed {
            method: "PUT".into(),
            allow: Some("GET, DELETE"),
        });
    }
    let body = body::object(request).await?;
    if seller(&body, link.organizer_id)? != link.organizer_id {
        return Err(Failure::field(
            "organizer_id",
            "fixed",
            "The venue of a link can't be changed.",
        ));
    }
    let draft = wire::draft(&body)?;
    if draft.kind != Kind::QuickPurchase {
        return Err(Failure::field(
            "kind",
            "fixed",
            "The type of a link can't be changed.",
        ));
    }
    // This dialect shows neither, so it must not clear them.
    let draft = links::keep_unseen(draft, &link);
    links::update(&call, &link, &draft, venue).await?;
    shown(&call, venue, link.id, 200).await
}

/// `DELETE …/links/{id}/`
pub async fn delete(call: Call, _request: Request<Body>) -> Handled {
    let (venue, _) = venue(&call, Intent::Write).await?;
    let link = link(&call, venue).await?;
    links::delete(&call, &link, venue).await?;
    Ok(no_content())
}
