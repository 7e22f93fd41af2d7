//! Buyers: what is known of them, and what one of them may ask an organizer for, a copy
//! of their data and to be forgotten.

use axum::body::Body;
use axum::http::Request;
use handbill_core::fields::{Fields, MAX_EMAIL_CHARS};
use handbill_core::order::Contact;
use handbill_core::time::Timestamp;
use serde_json::{Map, Value, json};

use super::SCHEMES;
use super::orders::order_json;
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::Intent;
use crate::body;
use crate::failure::Failure;
use crate::store::customers::{self, CustomerRow};
use crate::store::orders;

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
            "customer": shown(&customer),
            "orders": orders,
        }),
    ))
}

fn shown(customer: &CustomerRow) -> Value {
    let time = |millis: i64| Timestamp::from_millis(millis).to_rfc3339();
    let mut object = contact(customer);
    for (name, value) in [
        ("id", Value::from(customer.id)),
        ("email", customer.email_key.as_str().into()),
        ("first_order_id", customer.first_order_id.into()),
        ("created_at", time(customer.created_at).into()),
        ("updated_at", time(customer.updated_at).into()),
    ] {
        object.insert(name.into(), value);
    }
    Value::Object(object)
}

/// What a buyer told about themselves.
fn contact(customer: &CustomerRow) -> Map<String, Value> {
    let fields = [
        ("gender", json!(customer.gender)),
        ("company_name", json!(customer.company_name)),
        ("birthday", json!(customer.birthday)),
        (
            "newsletter_optin",
            json!(customer.newsletter_optin.map(|given| given != 0)),
        ),
        ("country", json!(customer.country)),
        ("postal_code", json!(customer.postal_code)),
        ("locality", json!(customer.locality)),
    ];
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

async fn customer(call: &Call, organizer_id: i64) -> Result<CustomerRow, Failure> {
    let customer = customers::get(&call.db, organizer_id, call.id("id")?).await?;
    customer.ok_or(Failure::NotFound)
}

/// One buyer.
pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    Ok(json_answer(
        200,
        &shown(&customer(&call, organizer_id).await?),
    ))
}

/// Changes the fields that the body names; null takes one out.
pub async fn update(call: Call, request: Request<Body>) -> Handled {
    let organizer_id = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let now = customer(&call, organizer_id).await?;
    let mut merged = contact(&now);
    merged.extend(body::object(request).await?);
    let contact = Contact::parse(&merged)?;
    if !customers::update(&call.db, &now, &contact, call.now.millis()).await? {
        return Err(Failure::Conflict(
            "somebody else changed it meanwhile, read it again".into(),
        ));
    }
    Ok(json_answer(
        200,
        &shown(&customer(&call, organizer_id).await?),
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
