//! The pages that links lead to: an organizer's and an event's. Each also as JSON (`offer.json`) for shops that build their own.

pub mod offer;
pub mod pages;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use maud::Markup;
use serde_json::Value;

use crate::app::{Call, Handled, Routes, json as json_answer};
use crate::failure::Failure;

pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(refuse)
        .get("/", home)
        .get("/shop/{organizer}/", organizer)
        .get("/shop/{organizer}/offer.json", organizer_json)
        .get("/shop/{organizer}/{event}/", event)
        .get("/shop/{organizer}/{event}/offer.json", event_json)
}

/// A refusal as a page.
pub fn refuse(failure: &Failure) -> Response<Body> {
    match failure {
        Failure::NotFound => html(404, &pages::not_found()),
        Failure::MethodNotAllowed { .. } => html(405, &pages::wrong_method()),
        Failure::TooLarge => html(413, &pages::too_large()),
        _ => html(500, &pages::busy()),
    }
}

/// A page with the headers of every page.
pub fn html(status: u16, page: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(page.to_owned()));
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    for (name, value) in pages::HEADERS {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

fn page(markup: &Markup) -> Handled {
    Ok(html(200, &markup.0))
}

fn data(value: &Value) -> Handled {
    Ok(json_answer(200, value))
}

async fn home(_call: Call, _request: Request<Body>) -> Handled {
    page(&pages::home())
}

async fn organizer(call: Call, _request: Request<Body>) -> Handled {
    page(&pages::organizer(&offer::organizer(&call).await?))
}

async fn organizer_json(call: Call, _request: Request<Body>) -> Handled {
    data(&offer::organizer(&call).await?.to_json())
}

async fn event(call: Call, _request: Request<Body>) -> Handled {
    page(&pages::event(&offer::event(&call).await?))
}

async fn event_json(call: Call, _request: Request<Body>) -> Handled {
    data(&offer::event(&call).await?.to_json())
}
