//! The codes of vouchers (TT-51).

use axum::body::Body;
use axum::http::Request;
use handbill_core::catalogue::VoucherCodes;
use handbill_core::id::parse_id;
use handbill_core::order::barcode;
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::catalogue::VOUCHER;
use crate::store::vouchers::{self as rows, CodeRow};
use crate::{body, entropy};

async fn voucher(call: &Call, intent: Intent) -> Result<(i64, i64), Failure> {
    let organizer_id = call.principal(SCHEMES, intent).await?.organizer()?;
    let id = call.id("id")?;
    match VOUCHER.get(&call.db, Some(organizer_id), id).await? {
        Some(_) => Ok((organizer_id, id)),
        None => Err(Failure::NotFound),
    }
}

pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let voucher = voucher(&call, Intent::Read).await?;
    let page = resource::page(&call)?;
    let codes = rows::codes(&call.db, voucher, page.after, page.limit + 1).await?;
    let path = format!("/manage/vouchers/{}/codes", voucher.1);
    Ok(page.answer(codes, &path, "", |row| row.id, shown))
}

/// Adds codes: those of the body, or so many random ones.
pub async fn create(call: Call, request: Request<Body>) -> Handled {
    let voucher = voucher(&call, Intent::Write).await?;
    let codes = match VoucherCodes::parse(&body::object(request).await?)? {
        VoucherCodes::Chosen(codes) => codes,
        VoucherCodes::Random(count) => (0..count)
            .map(|_| Ok(barcode(&entropy::bytes()?)))
            .collect::<Result<_, getrandom::Error>>()?,
    };
    let text = Value::from(codes).to_string();
    let made = match rows::add_codes(&call.db, voucher, &text, call.now.millis()).await {
        Ok(made) => made,
        Err(StoreError::Taken(_)) => {
            return Err(Failure::field("codes", "taken", "one of them is taken"));
        }
        Err(error) => return Err(error.into()),
    };
    if made.is_empty() {
        // Archived since it was looked up.
        return Err(Failure::NotFound);
    }
    let data: Vec<Value> = made.iter().map(shown).collect();
    Ok(json_answer(201, &json!({ "data": data })))
}

pub async fn void(call: Call, _request: Request<Body>) -> Handled {
    let voucher = voucher(&call, Intent::Write).await?;
    let id = parse_id(call.param("code_id")).ok_or(Failure::NotFound)?;
    let is_void = rows::void_code(&call.db, voucher, id, call.now.millis()).await?;
    let code = rows::code(&call.db, voucher, id).await?;
    let code = code.ok_or(Failure::NotFound)?;
    if is_void {
        return Ok(json_answer(200, &shown(&code)));
    }
    Err(match code.order_id {
        Some(_) => Failure::refused(409, "code_used", "the code has paid an order"),
        None => Failure::refused(409, "code_void", "the code is void already"),
    })
}

fn shown(row: &CodeRow) -> Value {
    let time = |millis: i64| Timestamp::from_millis(millis).to_rfc3339();
    json!({
        "id": row.id,
        "code": row.code,
        "status": match (row.voided_at, row.order_id) {
            (Some(_), _) => "void",
            (None, Some(_)) => "used",
            (None, None) => "available",
        },
        "order_id": row.order_id,
        "created_at": time(row.created_at),
        "voided_at": row.voided_at.map(time),
    })
}
