//! What was mailed for an organizer, and what still waits (ST-07).

use axum::body::Body;
use axum::http::Request;
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::store::mails::{self as rows, MailRow};

/// Newest first; `after` is the id of the last mail of the page before.
pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    let page = resource::page(&call)?;
    let before = Some(page.after).filter(|after| *after > 0);
    let mails = rows::list(&call.db, organizer, before, page.limit + 1).await?;
    Ok(page.answer(mails, "/manage/mails", "", |mail| mail.id, shown))
}

/// Tries one again within the minute, also one that was given up.
pub async fn retry(call: Call, _request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let (id, now) = (call.id("id")?, call.now.millis());
    let is_due = rows::retry(&call.db, organizer, id, now).await?;
    let mail = rows::get(&call.db, organizer, id).await?;
    let mail = mail.ok_or(Failure::NotFound)?;
    if is_due {
        Ok(json_answer(200, &shown(&mail)))
    } else if mail.sent_at.is_some() {
        Err(Failure::Conflict("the mail was sent".into()))
    } else {
        Err(Failure::Conflict("the link was deleted".into()))
    }
}

fn shown(mail: &MailRow) -> Value {
    let time = |millis: i64| Timestamp::from_millis(millis).to_rfc3339();
    let state = match (mail.sent_at, mail.given_up_at) {
        (Some(_), _) => "sent",
        (None, Some(_)) => "given_up",
        (None, None) => "waiting",
    };
    json!({
        "id": mail.id,
        "kind": mail.kind,
        "link_id": mail.link_id,
        "to": { "name": mail.name, "email": mail.email },
        "state": state,
        "attempts": mail.attempts,
        "created_at": time(mail.created_at),
        "next_attempt_at": mail.due_at.map(time),
        "sent_at": mail.sent_at.map(time),
        "given_up_at": mail.given_up_at.map(time),
        "error": mail.error,
    })
}
