//! Campaigns of one event: listed, made, read, changed, deleted (PX-01 to PX-10).

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use handbill_core::link::draft::Draft;
use handbill_core::link::kind::Kind;
use serde_json::Value;

use super::error::vary;
use super::wire::{self, Given};
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::Intent;
use crate::body;
use crate::dialect::rest::{self, SCHEMES};
use crate::failure::Failure;
use crate::links;
use crate::store::events::{self, EventKey};
use crate::store::link_lists::{self, LinkFilter, Order};
use crate::store::links::{self as rows, LinkRow};

/// As many as there are unless fewer are asked for, and as many as there can be.
const PAGE_SIZE: u32 = 50;
const CAMPAIGN: i64 = Kind::Campaign as i64;

/// The event of the path, which must be the token's own.
///
/// # Errors
/// `Forbidden` for any other, there or not (PX-07).
async fn event(call: &Call, intent: Intent) -> Result<EventKey, Failure> {
    let principal = call.principal(SCHEMES, intent).await?;
    let (organizer, event) = (call.param("organizer"), call.param("event"));
    let event = events::of_slugs(&call.db, organizer, event).await?;
    event
        .filter(|event| principal.organizer_id == Some(event.organizer_id))
        .ok_or(Failure::Forbidden)
}

async fn campaign(call: &Call, event: &EventKey, id: i64) -> Result<LinkRow, Failure> {
    rows::get(&call.db, event.organizer_id, CAMPAIGN, id)
        .await?
        .filter(|link| link.kind == CAMPAIGN && link.event_id == Some(event.id))
        .ok_or(Failure::NotFound)
}

fn answer(status: u16, value: &Value) -> Handled {
    Ok(vary(json_answer(status, value)))
}

async fn shown(call: &Call, event: &EventKey, id: i64, status: u16) -> Handled {
    answer(status, &wire::campaign(&campaign(call, event, id).await?))
}

/// `GET …/campaigns/`
pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let event = event(&call, Intent::Read).await?;
    let page = rest::page_asked(&call, PAGE_SIZE, PAGE_SIZE)?;
    let filter = LinkFilter {
        organizer_id: event.organizer_id,
        kind: Some(CAMPAIGN),
        events: Some(vec![event.id]),
        order: Order::OldestFirst,
        ..LinkFilter::default()
    };
    let (links, count) = link_lists::page(&call.db, &filter, page.limit(), page.offset()).await?;
    let results = links.iter().map(wire::campaign).collect();
    answer(200, &rest::page(&call, page, count, results)?)
}

/// `POST …/campaigns/`
pub async fn create(call: Call, request: Request<Body>) -> Handled {
    let event = event(&call, Intent::Write).await?;
    let draft = Given::parse(&body::object(request).await?)?.into_new(event.id);
    let organizer = event.organizer_id;
    let id = links::create(&call, &draft, organizer, organizer, None).await?;
    shown(&call, &event, id, 201).await
}

/// `GET …/campaigns/{id}/`
pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let event = event(&call, Intent::Read).await?;
    shown(&call, &event, call.id("id")?, 200).await
}

/// `PATCH …/campaigns/{id}/`
pub async fn change(call: Call, request: Request<Body>) -> Handled {
    written(&call, request, Given::over).await
}

/// `PUT …/campaigns/{id}/`
pub async fn replace(call: Call, request: Request<Body>) -> Handled {
    written(&call, request, Given::instead_of).await
}

async fn written(
    call: &Call,
    request: Request<Body>,
    draft: fn(Given, &LinkRow) -> Draft,
) -> Handled {
    let event = event(call, Intent::Write).await?;
    let link = campaign(call, &event, call.id("id")?).await?;
    let draft = draft(Given::parse(&body::object(request).await?)?, &link);
    links::update(call, &link, &draft, event.organizer_id).await?;
    shown(call, &event, link.id, 200).await
}

/// `DELETE …/campaigns/{id}/`
pub async fn delete(call: Call, _request: Request<Body>) -> Handled {
    let event = event(&call, Intent::Write).await?;
    let link = campaign(&call, &event, call.id("id")?).await?;
    links::purge(&call, &link, event.organizer_id).await?;
    Ok(vary(no_content()))
}

/// The way to the path with its last slash.
pub async fn with_slash(call: Call, _request: Request<Body>) -> Handled {
    let query = call.uri.query().map(|query| format!("?{query}"));
    let to = format!("{}/{}", call.uri.path(), query.unwrap_or_default());
    let to = HeaderValue::from_str(&to).map_err(|_| Failure::NotFound)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
    response.headers_mut().insert(header::LOCATION, to);
    Ok(vary(response))
}
