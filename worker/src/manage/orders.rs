//! Orders: read, cancelled, refunded (BK-09).

use axum::body::Body;
use axum::http::Request;
use handbill_core::fields::Fields;
use handbill_core::id::parse_id;
use handbill_core::order::{Refund, fingerprint};
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::tickets::ticket_json;
use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::{Intent, Principal};
use crate::body;
use crate::checkout::{idempotency_key, mismatch};
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::baskets::release_expired;
use crate::store::orders::{
    self as rows, NewRefund, OrderFilter, OrderLineRow, OrderRow, RefundRow, WholeOrder,
};

const STATUSES: [&str; 3] = ["pending", "completed", "cancelled"];

fn time(millis: i64) -> String {
    Timestamp::from_millis(millis).to_rfc3339()
}

/// Newest first; `after` is the id of the last order of the page before.
pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    let organizer_id = principal.organizer()?;
    let page = resource::page(&call)?;
    let (mut status, mut link_id, mut event_id) = (None, None, None);
    let mut kept = String::new();
    for (name, value) in call.query() {
        match name.as_str() {
            "status" if STATUSES.contains(&value.as_str()) => status = Some(value.clone()),
            "status" => {
                let message = "must be pending, completed or cancelled";
                return Err(Failure::field("status", "invalid", message));
            }
            "link_id" => link_id = Some(whole_id("link_id", &value)?),
            "event_id" => event_id = Some(whole_id("event_id", &value)?),
            _ => continue,
        }
        kept.push_str(&format!("&{name}={value}"));
    }
    release_expired(&call.db, call.now.millis()).await?;
    let filter = OrderFilter {
        organizer_id,
        status: status.as_deref(),
        link_id,
        event_id,
        before: Some(page.after).filter(|after| *after > 0),
        limit: page.limit + 1,
    };
    let orders = rows::list(&call.db, filter).await?;
    Ok(page.answer(
        orders,
        "/manage/orders",
        &kept,
        |whole| whole.order.id,
        |whole| order_json(whole, &principal),
    ))
}

/// The id that a query's parameter names.
///
/// # Errors
/// `Invalid` on that parameter.
pub fn whole_id(name: &str, value: &str) -> Result<i64, Failure> {
    parse_id(value).ok_or_else(|| Failure::field(name, "type", "must be a whole number"))
}

pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    release_expired(&call.db, call.now.millis()).await?;
    let order = order(&call, principal.organizer()?).await?;
    Ok(json_answer(200, &order_json(&order, &principal)))
}

async fn order(call: &Call, organizer_id: i64) -> Result<WholeOrder, Failure> {
    let order = rows::get(&call.db, organizer_id, call.id("id")?).await?;
    order.ok_or(Failure::NotFound)
}

pub async fn cancel(call: Call, request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Write).await?;
    let organizer_id = principal.organizer()?;
    let id = order(&call, organizer_id).await?.order.id;
    let body = body::optional_object(request).await?;
    let mut fields = Fields::new(&body);
    let refund = fields.boolean_or("refund", true);
    fields.refuse_unknown();
    let refund = fields.finish(refund)?;
    let now = call.now.millis();
    if !rows::cancel(&call.db, (organizer_id, id), refund, now).await? {
        return Err(Failure::refused(
            409,
            "order_closed",
            "the order is cancelled already",
        ));
    }
    Ok(json_answer(
        200,
        &order_json(&order(&call, organizer_id).await?, &principal),
    ))
}

pub async fn refund(call: Call, request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let key = idempotency_key(&call.headers)?;
    let order = order(&call, organizer_id).await?.order;
    let refund = Refund::parse(&body::optional_object(request).await?)?;
    let fingerprint = fingerprint(&refund);
    if order.completed_at.is_none() {
        return Err(Failure::refused(409, "not_paid", "the order was not paid"));
    }
    let new = NewRefund {
        amount: refund.amount,
        reason: &refund.reason,
        idempotency_key: key.as_deref(),
        fingerprint: &fingerprint,
    };
    let now = call.now.millis();
    let made = match rows::refund(&call.db, (organizer_id, order.id), &new, now).await {
        Ok(made) => made.ok_or(Failure::NotFound)?,
        Err(error @ (StoreError::Taken(_) | StoreError::Broken(_))) => {
            again(&call, &order, key.as_deref(), &fingerprint, error).await?
        }
        Err(error) => return Err(error.into()),
    };
    Ok(json_answer(201, &refund_json(&made)))
}

/// The refund that was made with this key before, or why there can't be one.
async fn again(
    call: &Call,
    order: &OrderRow,
    key: Option<&str>,
    fingerprint: &str,
    error: StoreError,
) -> Result<RefundRow, Failure> {
    if let Some(key) = key
        && let Some(made) = rows::refund_by_key(&call.db, order.id, key).await?
    {
        return if made.fingerprint == fingerprint {
            Ok(made)
        } else {
            Err(mismatch())
        };
    }
    if !matches!(error, StoreError::Broken(_)) {
        return Err(error.into());
    }
    let current = rows::get(&call.db, order.organizer_id, order.id).await?;
    let current = current.ok_or(Failure::NotFound)?.order;
    Err(match current.total - current.refunded {
        0 => Failure::refused(409, "nothing_left", "everything was refunded already"),
        left => Failure::field(
            "amount",
            "range",
            format!("must not exceed {left}, what is left"),
        ),
    })
}

fn refund_json(refund: &RefundRow) -> Value {
    json!({
        "id": refund.id,
        "amount": refund.amount,
        "reason": refund.reason,
        "created_at": time(refund.created_at),
    })
}

/// Who bought.
pub fn buyer_json(order: &OrderRow) -> Value {
    json!({
        "first_name": order.first_name,
        "last_name": order.last_name,
        "email": order.email,
        "phone": order.phone,
        "address": order.address,
    })
}

/// A line as core's `Line` is written: members that don't apply are left out.
pub fn line_json(line: &OrderLineRow) -> Value {
    let mut shown = json!({
        "kind": line.kind,
        "line": line.line,
        "ticket_type": line.ticket_type_id,
        "product_attribute": line.attribute_id,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "price": line.price,
        "value": line.value,
        "tax": line.tax,
        "total": line.total,
        "rate_ppm": line.rate_ppm,
        "inclusive": line.inclusive.map(|inclusive| inclusive != 0),
    });
    if let Value::Object(members) = &mut shown {
        members.retain(|_, value| !value.is_null());
    }
    shown
}

/// What the store holds as JSON; `null` when it holds nothing.
fn parsed(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// An order as this API shows it. The basket's key, which opens the buyer's page,
/// is not for a token that may only read.
pub fn order_json(whole: &WholeOrder, principal: &Principal) -> Value {
    let order = &whole.order;
    let may_write = principal.may(Intent::Write).is_ok();
    json!({
        "id": order.id,
        "basket_key": may_write.then_some(&order.basket_key),
        "status": order.status,
        "link_id": order.link_id,
        "receipt": parsed(order.receipt.as_deref()),
        "utm": parsed(order.utm.as_deref()),
        "payment_method": order.payment_method,
        "txn_id": order.txn_id,
        "currency": order.currency,
        "subtotal": order.subtotal,
        "tax": order.tax,
        "total": order.total,
        "refunded": order.refunded,
        "discount_code": order.discount_code,
        "buyer": buyer_json(order),
        "lines": whole.lines.iter().map(line_json).collect::<Vec<_>>(),
        "tickets": whole.tickets.iter().map(ticket_json).collect::<Vec<_>>(),
        "refunds": whole.refunds.iter().map(refund_json).collect::<Vec<_>>(),
        "created_at": time(order.created_at),
        "completed_at": order.completed_at.map(time),
        "cancelled_at": order.cancelled_at.map(time),
        "updated_at": time(order.updated_at),
    })
}
