//! Baskets, for the organizer's own systems: opened, listed, read with what they
//! hold.

use axum::body::Body;
use axum::http::Request;
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::{Intent, Principal};
use crate::body;
use crate::checkout::{Channel, Opening, basket_json, baskets, open};
use crate::failure::Failure;
use crate::store::baskets::{self as rows, BasketRow};

pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    let organizer_id = principal.organizer()?;
    let page = resource::page(&call)?;
    rows::release_expired(&call.db, call.now.millis()).await?;
    let baskets = rows::list(&call.db, organizer_id, page.after, page.limit + 1).await?;
    let shown = |row: &BasketRow| keyed(row_json(row), &principal);
    Ok(page.answer(baskets, "/manage/baskets", "", |row| row.id, shown))
}

pub async fn create(call: Call, request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let mut body = body::object(request).await?;
    let channel = channel(body.shift_remove("channel"))?;
    let opening = Opening::parse(body)?.at(channel);
    let (basket, offer) = open(&call, &opening, Some(organizer_id)).await?;
    let shown = basket_json(&call, &basket, &offer)?;
    Ok(json_answer(201, &with_row(&basket, shown)))
}

fn channel(given: Option<Value>) -> Result<Channel, Failure> {
    let channel = match &given {
        None | Some(Value::Null) => Some(Channel::default()),
        Some(given) => given.as_str().and_then(Channel::from_name),
    };
    let message = "must be online or box_office";
    channel.ok_or_else(|| Failure::field("channel", "invalid", message))
}

pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    let organizer_id = principal.organizer()?;
    rows::release_expired(&call.db, call.now.millis()).await?;
    let basket = rows::get(&call.db, organizer_id, call.id("id")?).await?;
    let basket = basket.ok_or(Failure::NotFound)?;
    let shown = baskets::read(&call, &basket).await?;
    let shown = with_row(&basket, shown);
    Ok(json_answer(200, &keyed(shown, &principal)))
}

/// The key lets its holder change the basket and buy: nothing for a token that
/// may only read.
fn keyed(mut shown: Value, principal: &Principal) -> Value {
    if let (Value::Object(members), Err(_)) = (&mut shown, principal.may(Intent::Write)) {
        members.shift_remove("key");
    }
    shown
}

/// What a list shows of a basket.
fn row_json(basket: &BasketRow) -> Value {
    let time = |millis: i64| Timestamp::from_millis(millis).to_rfc3339();
    let selection: Value = serde_json::from_str(&basket.selection).unwrap_or_default();
    json!({
        "id": basket.id,
        "key": basket.key,
        "state": basket.state,
        "link_id": basket.link_id,
        "event_id": basket.event_id,
        "channel": basket.channel,
        "currency": basket.currency,
        "selection": selection,
        "hold_until": basket.hold_until.map(time),
        "created_at": time(basket.created_at),
        "updated_at": time(basket.updated_at),
    })
}

/// A basket as its buyer sees it, and what only the organizer does.
fn with_row(basket: &BasketRow, mut shown: Value) -> Value {
    if let (Value::Object(members), Value::Object(row)) = (&mut shown, row_json(basket)) {
        for (name, value) in row {
            members.entry(name).or_insert(value);
        }
    }
    shown
}
