//! Issued tickets: found, made void, checked in (BK-10, TT-32's rules).

use axum::body::Body;
use axum::http::Request;
use handbill_core::fields::Fields;
use handbill_core::order::TicketState;
use handbill_core::time::Timestamp;
use serde_json::{Map, Value, json};

use super::orders::whole_id;
use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::Intent;
use crate::body;
use crate::failure::Failure;
use crate::store::tickets::{self as rows, TicketFilter, TicketRow};

const BARCODE_CHARS: std::ops::RangeInclusive<usize> = 1..=64;

/// A ticket as this API shows it.
pub fn ticket_json(ticket: &TicketRow) -> Value {
    let time = |millis: i64| Timestamp::from_millis(millis).to_rfc3339();
    json!({
        "id": ticket.id,
        "order_id": ticket.order_id,
        "event_id": ticket.event_id,
        "ticket_type_id": ticket.ticket_type_id,
        "name": ticket.name,
        "barcode": ticket.barcode,
        "status": ticket.status(),
        "voided_at": ticket.voided_at.map(time),
        "void_reason": ticket.void_reason().map(TicketState::name),
        "checked_in_at": ticket.checked_in_at.map(time),
        "created_at": time(ticket.created_at),
        "updated_at": time(ticket.updated_at),
    })
}

pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    let page = resource::page(&call)?;
    let (mut event_id, mut order_id, mut barcode) = (None, None, None);
    let mut kept = String::new();
    for (name, value) in call.query() {
        match name.as_str() {
            "event_id" => event_id = Some(whole_id("event_id", &value)?),
            "order_id" => order_id = Some(whole_id("order_id", &value)?),
            "barcode" if is_barcode(&value) => barcode = Some(value.clone()),
            "barcode" => {
                let message = "must be 1 to 64 letters, digits, `-` or `_`";
                return Err(Failure::field("barcode", "invalid", message));
            }
            _ => continue,
        }
        kept.push_str(&format!("&{name}={value}"));
    }
    let filter = TicketFilter {
        organizer_id,
        event_id,
        order_id,
        barcode: barcode.as_deref(),
        after: page.after,
        limit: page.limit + 1,
    };
    let tickets = rows::list(&call.db, filter).await?;
    Ok(page.answer(tickets, "/manage/tickets", &kept, |row| row.id, ticket_json))
}

/// A form that can stand in a query as it is.
fn is_barcode(text: &str) -> bool {
    BARCODE_CHARS.contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

async fn ticket(call: &Call, organizer_id: i64) -> Result<TicketRow, Failure> {
    let ticket = rows::get(&call.db, organizer_id, call.id("id")?).await?;
    ticket.ok_or(Failure::NotFound)
}

pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    shown(&call, organizer_id).await
}

/// Why, the body may say.
pub async fn void(call: Call, request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let id = ticket(&call, organizer_id).await?.id;
    let body = body::optional_object(request).await?;
    let mut fields = Fields::new(&body);
    let by_hand = |name: &str| {
        let mut reasons = TicketState::VOID_REASONS.into_iter();
        reasons.find(|reason| reason.name() == name)
    };
    let message = "must be canceled, refunded or resold";
    let reason = fields.optional_named("reason", by_hand, message);
    fields.refuse_unknown();
    let reason = fields.finish(reason)?;
    let now = call.now.millis();
    if !rows::void(&call.db, organizer_id, id, reason, now).await? {
        return Err(void_already());
    }
    shown(&call, organizer_id).await
}

async fn shown(call: &Call, organizer_id: i64) -> Handled {
    let ticket = ticket(call, organizer_id).await?;
    Ok(json_answer(200, &ticket_json(&ticket)))
}

fn void_already() -> Failure {
    Failure::refused(409, "ticket_void", "the ticket is void")
}

/// A ticket that waited for its approval, or for its last payment, is valid now.
pub async fn confirm(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let id = ticket(&call, organizer_id).await?.id;
    if !rows::confirm(&call.db, organizer_id, id, call.now.millis()).await? {
        return Err(not_pending());
    }
    shown(&call, organizer_id).await
}

/// A ticket that waited for its approval gets none.
pub async fn reject(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let id = ticket(&call, organizer_id).await?.id;
    if !rows::reject(&call.db, organizer_id, id, call.now.millis()).await? {
        return Err(not_pending());
    }
    shown(&call, organizer_id).await
}

fn not_pending() -> Failure {
    let message = "the ticket does not wait for that";
    Failure::refused(409, "not_pending", message)
}

/// A scan at the door. Of two at once one lets in, the other is told when.
pub async fn check_in(call: Call, request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let body = body::object(request).await?;
    let mut fields = Fields::new(&body);
    let event_id = fields.id("event_id");
    let barcode = fields.text("barcode", BARCODE_CHARS);
    fields.refuse_unknown();
    let (event_id, barcode) = fields.finish((event_id, barcode))?;
    let read = async || {
        let found = rows::by_barcode(&call.db, organizer_id, event_id, &barcode).await?;
        found.ok_or(Failure::NotFound)
    };
    let id = read().await?.id;
    let is_first = rows::check_in(&call.db, organizer_id, id, call.now.millis()).await?;
    let ticket = read().await?;
    let shown = ticket_json(&ticket);
    let at = shown.get("checked_in_at").cloned().unwrap_or_default();
    if is_first {
        return Ok(json_answer(
            201,
            &json!({ "ticket": shown, "checked_in_at": at }),
        ));
    }
    if ticket.voided_at.is_some() {
        return Err(void_already());
    }
    if ticket.pending.is_some() {
        let message = "the ticket waits for its approval or its last payment";
        return Err(Failure::refused(409, "ticket_pending", message));
    }
    let mut members = Map::new();
    members.insert("checked_in_at".into(), at);
    members.insert("ticket".into(), shown);
    Err(Failure::with_members(
        409,
        "already_checked_in",
        "the ticket is checked in already",
        members,
    ))
}

pub async fn undo_check_in(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let (id, now) = (call.id("id")?, call.now.millis());
    if rows::undo_check_in(&call.db, organizer_id, id, now).await? {
        Ok(no_content())
    } else {
        Err(Failure::NotFound)
    }
}
