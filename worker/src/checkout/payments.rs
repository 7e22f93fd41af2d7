//! The seller's own payment system reports that an order was paid (BK-09).

use axum::body::Body;
use axum::http::Request;
use handbill_core::order::{PaymentReport, is_basket_key};
use handbill_core::signature::callback;
use serde_json::{Value, json};

use super::completion::new_tickets;
use crate::app::{Call, Handled, json as json_answer};
use crate::body;
use crate::failure::Failure;
use crate::store::orders::{self, WholeOrder};
use crate::store::{StoreError, baskets, payment_keys};

/// How far the report's clock may be from ours.
const TOLERANCE_SECONDS: i64 = 300;

/// `POST /checkout/payments`
pub async fn report(call: Call, request: Request<Body>) -> Handled {
    let bytes = body::bytes(request).await?;
    let report = body::parsed(&bytes)?;
    // The basket says whose secret must have signed; nothing else is believed
    // before that is known.
    let named = report.get("basket").and_then(Value::as_str);
    let key = named.filter(|key| is_basket_key(key)).unwrap_or_default();
    let basket = baskets::by_key(&call.db, key)
        .await?
        .ok_or(Failure::NotFound)?;
    verify(&call, basket.organizer_id, &bytes).await?;
    let report = PaymentReport::parse(&report)?;

    let whole = orders::of_basket(&call.db, basket.id).await?;
    let whole = whole.ok_or(Failure::NotFound)?;
    check_amount(&whole, &report)?;
    if whole.order.status == "pending" {
        let sold = whole.lines.iter().filter_map(|line| {
            Some((line.ticket_type_id?, line.quantity)).filter(|_| line.kind == "ticket")
        });
        let tickets = new_tickets(sold)?;
        let now = call.now.millis();
        match orders::pay(&call.db, &whole.order, &report.txn_id, &tickets, now).await {
            Ok(()) => {}
            Err(StoreError::Taken(columns)) if columns.contains("txn_id") => {
                return Err(Failure::refused(
                    409,
                    "txn_used",
                    format!("`{}` has paid another order", report.txn_id),
                ));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let whole = orders::of_basket(&call.db, basket.id).await?;
    let whole = whole.ok_or(Failure::NotFound)?;
    paid(&whole, &report)
}

async fn verify(call: &Call, organizer_id: i64, bytes: &[u8]) -> Result<(), Failure> {
    let secrets = payment_keys::secrets(&call.db, organizer_id).await?;
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let header = call.headers.get(callback::HEADER);
    let header = header.and_then(|value| value.to_str().ok()).unwrap_or("");
    let now = call.now.millis().div_euclid(1_000);
    match callback::verify(&secrets, header, bytes, now, TOLERANCE_SECONDS) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::refused(401, error.code(), error.to_string())),
    }
}

fn check_amount(whole: &WholeOrder, report: &PaymentReport) -> Result<(), Failure> {
    let order = &whole.order;
    if report.currency.code() != order.currency {
        let message = format!("must be {}, as the order", order.currency);
        return Err(Failure::field("currency", "mismatch", message));
    }
    if report.amount != order.total {
        let message = format!("must be {}, the order's total", order.total);
        return Err(Failure::field("amount", "mismatch", message));
    }
    Ok(())
}

/// The answer for an order as it stands after a report.
fn paid(whole: &WholeOrder, report: &PaymentReport) -> Handled {
    let order = &whole.order;
    if order.txn_id.as_deref() == Some(&report.txn_id) {
        return Ok(json_answer(
            200,
            &json!({ "order": {
                "id": order.id,
                "status": "completed",
                "total": order.total,
                "currency": order.currency,
                "txn_id": order.txn_id,
            }}),
        ));
    }
    let message = match (order.status.as_str(), &order.txn_id) {
        ("cancelled", _) => "the order was cancelled, its payment has to be given back",
        (_, Some(_)) => "the order was paid by another transaction",
        _ => "the order was not to be paid like this",
    };
    Err(Failure::refused(409, "order_closed", message))
}
