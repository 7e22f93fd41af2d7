//! From a link to a paid order: baskets that hold stock, their completion, the
//! seller's payment reports, and the buyer's confirmation (BK-06 to BK-09).
//!
//! A buyer has no account. Whoever knows a basket's key, 128 random bits, may
//! see and change it.

pub mod baskets;
mod catalogue;
mod completion;
pub mod confirmation;
mod credit;
mod idempotency;
pub mod offer;
mod open;
mod pages;
mod payments;

pub use baskets::shown as basket_json;
pub use idempotency::{idempotency_key, mismatch};
pub use open::{Channel, Opening, open};

use axum::body::Body;
use axum::http::Request;
use handbill_core::basket::Selection;

use self::offer::Offer;
use crate::app::{Call, Handled, Routes, json as json_answer};
use crate::body;
use crate::failure::Failure;
use crate::store::baskets::BasketRow;
use crate::{manage, shop};

/// How often something is read and priced again because somebody else was
/// quicker, before we say so.
const TRIES: u8 = 5;

pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(manage::refuse)
        .post("/checkout/baskets", create)
        .get("/checkout/baskets/{key}", read)
        .put("/checkout/baskets/{key}", change)
        .post("/checkout/baskets/{key}/complete", complete)
        .post("/checkout/payments", payments::report)
        .get("/checkout/offer.json", offer_json)
        .get("/checkout/orders/{key}/order.json", order)
        .speak(shop::refuse)
        .get("/checkout/", page)
        .get("/checkout/orders/{key}/", confirmation)
}

async fn create(call: Call, request: Request<Body>) -> Handled {
    let body = body::object(request).await?;
    let opening = Opening::parse(body)?;
    let (basket, offer) = open(&call, &opening, None).await?;
    Ok(json_answer(201, &basket_json(&call, &basket, &offer)?))
}

async fn read(call: Call, _request: Request<Body>) -> Handled {
    let basket = basket_of(&call).await?;
    Ok(json_answer(200, &baskets::read(&call, &basket).await?))
}

async fn change(call: Call, request: Request<Body>) -> Handled {
    let body = body::object(request).await?;
    let (basket, offer) = baskets::change(&call, call.param("key"), &body).await?;
    Ok(json_answer(200, &basket_json(&call, &basket, &offer)?))
}

async fn complete(call: Call, request: Request<Body>) -> Handled {
    let key = idempotency_key(&call.headers)?;
    let body = body::object(request).await?;
    completion::complete(&call, call.param("key"), key.as_deref(), &body).await
}

async fn order(call: Call, _request: Request<Body>) -> Handled {
    let confirmation = confirmation::of_key(&call, call.param("key")).await?;
    Ok(json_answer(200, &confirmation.to_json()))
}

/// What an address sells, and what its basket would cost, without making one.
async fn offered(call: &Call) -> Result<(Selection, Offer), Failure> {
    let (scope, selection) = Opening::of_query(call).place(call, None).await?;
    // An account's link that puts nothing into the basket leads to no checkout.
    if scope.event_id.is_none() && selection.items.is_empty() {
        return Err(Failure::NotFound);
    }
    let offer = offer::read(&call.db, scope, "", None, &selection, call.now).await?;
    Ok((selection, offer))
}

async fn offer_json(call: Call, _request: Request<Body>) -> Handled {
    let (selection, offer) = offered(&call).await?;
    Ok(json_answer(200, &offer.to_json(&selection)))
}

async fn page(call: Call, _request: Request<Body>) -> Handled {
    let (_, offer) = offered(&call).await?;
    Ok(pages::checkout(&offer))
}

async fn confirmation(call: Call, _request: Request<Body>) -> Handled {
    let confirmation = confirmation::of_key(&call, call.param("key")).await?;
    Ok(pages::confirmation(&confirmation))
}

/// The basket that the path names.
async fn basket_of(call: &Call) -> Result<BasketRow, Failure> {
    baskets::by_key(call, call.param("key")).await
}
