//! API tokens: made and shown once, listed without their secret, revoked
//! (AU-01).

use axum::body::Body;
use axum::http::Request;
use handbill_core::fields::Fields;
use handbill_core::signature::api_token::ApiToken;
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::{Intent, Principal};
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::tokens::{self, Access, NewToken, TokenRow};
use crate::{body, entropy};

pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    let page = resource::page(&call)?;
    let rows = tokens::list(&call.db, principal.organizer_id, page.after, page.limit + 1).await?;
    Ok(page.answer(rows, "/manage/tokens", "", |row| row.id, shown))
}

pub async fn create(call: Call, request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Write).await?;
    let body = body::object(request).await?;
    let mut fields = Fields::new(&body);
    let label = fields.text("label", 1..=200);
    let access = match fields.text("access", 1..=10).as_str() {
        "read" => Some(Access::Read),
        "write" => Some(Access::Write),
        "" => None,
        other => {
            fields.problem(
                "access",
                "invalid",
                format!("`{other}` is not read or write"),
            );
            None
        }
    };
    let user_id = fields.optional_id("user_id");
    let organizer_id = organizer(&principal, fields.optional_id("organizer_id"))?;
    if user_id.is_some() && organizer_id.is_none() {
        fields.problem("user_id", "invalid", "a token of the operator has no user");
    }
    fields.refuse_unknown();
    let access = fields.finish(access)?.unwrap_or(Access::Read);
    let token = ApiToken::from_random(entropy::bytes()?);
    let hash = ApiToken::hash(token.as_str())
        .ok_or_else(|| Failure::Internal("a new token has no hash".into()))?;
    let made = tokens::insert(
        &call.db,
        &NewToken {
            organizer_id,
            user_id,
            label: &label,
            access,
            hash: &hash,
            now: call.now.millis(),
        },
    )
    .await;
    let id = match (made, user_id) {
        (Ok(id), _) => id,
        (Err(StoreError::Dangling), Some(user)) => {
            let message = format!("{user} does not exist");
            return Err(Failure::field("user_id", "unknown", message));
        }
        (Err(StoreError::Dangling), None) => {
            let message = format!("{} does not exist", organizer_id.unwrap_or_default());
            return Err(Failure::field("organizer_id", "unknown", message));
        }
        (Err(error), _) => return Err(error.into()),
    };
    let row = tokens::get(&call.db, organizer_id, id)
        .await?
        .ok_or(Failure::NotFound)?;
    let mut value = shown(&row);
    if let Value::Object(object) = &mut value {
        object.insert("token".into(), token.as_str().into());
    }
    Ok(json_answer(201, &value))
}

/// For whom the new token is: an organizer's own, or whichever the operator
/// names (itself when none).
fn organizer(principal: &Principal, named: Option<i64>) -> Result<Option<i64>, Failure> {
    match (principal.organizer_id, named) {
        (Some(own), Some(named)) if own != named => Err(Failure::Forbidden),
        (Some(own), _) => Ok(Some(own)),
        (None, named) => Ok(named),
    }
}

async fn row(call: &Call, principal: &Principal) -> Result<TokenRow, Failure> {
    tokens::get(&call.db, principal.organizer_id, call.id("id")?)
        .await?
        .ok_or(Failure::NotFound)
}

pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    Ok(json_answer(200, &shown(&row(&call, &principal).await?)))
}

pub async fn revoke(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Write).await?;
    let (id, now) = (call.id("id")?, call.now.millis());
    if tokens::revoke(&call.db, principal.organizer_id, id, now).await? {
        Ok(no_content())
    } else {
        Err(Failure::NotFound)
    }
}

fn shown(row: &TokenRow) -> Value {
    let time = |millis: i64| Timestamp::from_millis(millis).to_rfc3339();
    json!({
        "id": row.id,
        "organizer_id": row.organizer_id,
        "user_id": row.user_id,
        "label": row.label,
        "access": row.access,
        "created_at": time(row.created_at),
        "last_used_at": row.last_used_at.map(time),
        "revoked_at": row.revoked_at.map(time),
    })
}
