//! Secrets for an organizer's own payment system (BK-09): shown once, several at
//! a time, so that one can take over from another.

use axum::body::Body;
use axum::http::Request;
use base64ct::{Base64UrlUnpadded, Encoding};
use handbill_core::fields::Fields;
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::store::payment_keys::{self as rows, PaymentKeyRow};
use crate::{body, entropy};

pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    let page = resource::page(&call)?;
    let keys = rows::list(&call.db, organizer_id, page.after, page.limit + 1).await?;
    Ok(page.answer(keys, "/manage/payment-keys", "", |row| row.id, shown))
}

pub async fn create(call: Call, request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let body = body::object(request).await?;
    let mut fields = Fields::new(&body);
    let label = fields.text("label", 1..=200);
    fields.refuse_unknown();
    let label = fields.finish(label)?;
    let random: [u8; 32] = entropy::bytes()?;
    let secret = format!("hbpk_{}", Base64UrlUnpadded::encode_string(&random));
    let now = call.now.millis();
    let row = rows::insert(&call.db, organizer_id, &label, &secret, now).await?;
    let mut value = shown(&row);
    if let Value::Object(object) = &mut value {
        object.insert("secret".into(), secret.into());
    }
    Ok(json_answer(201, &value))
}

pub async fn revoke(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let (id, now) = (call.id("id")?, call.now.millis());
    if rows::revoke(&call.db, organizer_id, id, now).await? {
        Ok(no_content())
    } else {
        Err(Failure::NotFound)
    }
}

fn shown(row: &PaymentKeyRow) -> Value {
    json!({
        "id": row.id,
        "label": row.label,
        "created_at": Timestamp::from_millis(row.created_at).to_rfc3339(),
    })
}
