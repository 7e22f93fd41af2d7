//! What one buyer may ask an organizer for: a copy of their data, and to be
//! forgotten.

use axum::body::Body;
use axum::http::Request;
use handbill_core::fields::{Fields, MAX_EMAIL_CHARS};
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use super::SCHEMES;
use super::orders::order_json;
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::Intent;
use crate::body;
use crate::failure::Failure;
use crate::store::{customers, orders};

/// All that is held of the buyer with `?email=`.
pub async fn export(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    let organizer_id = principal.organizer()?;
    let query = call.query();
    let email = query.iter().find(|(name, _)| name == "email");
    let Some((_, email)) = email.filter(|(_, email)| !email.is_empty()) else {
        return Err(Failure::field("email", "required", "is required"));
    };
    let customer = customers::by_email(&call.db, organizer_id, email).await?;
    let customer = customer.ok_or(Failure::NotFound)?;
    let orders = orders::of_customer(&call.db, organizer_id, customer.id).await?;
    let orders: Vec<Value> = orders
        .iter()
        .map(|whole| order_json(whole, &principal))
        .collect();
    Ok(json_answer(
        200,
        &json!({
            "customer": {
                "id": customer.id,
                "email": customer.email_key,
                "first_order_id": customer.first_order_id,
                "created_at": Timestamp::from_millis(customer.created_at).to_rfc3339(),
            },
            "orders": orders,
        }),
    ))
}

/// Forgets who a buyer is. Their orders, tickets and credits stay, nameless.
pub async fn erase(call: Call, request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let body = body::object(request).await?;
    let mut fields = Fields::new(&body);
    // Any text: older addresses may break the rules of today.
    let email = fields.line("email", 1..=MAX_EMAIL_CHARS);
    fields.refuse_unknown();
    let email = fields.finish(email)?;
    let erased = customers::erase(&call.db, organizer_id, &email, call.now.millis()).await?;
    let orders = erased.ok_or(Failure::NotFound)?;
    Ok(json_answer(200, &json!({ "orders": orders })))
}
