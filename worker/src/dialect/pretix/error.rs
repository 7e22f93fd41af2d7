//! How this dialect refuses: `{"detail": …}`, or `{field: [sentence]}` for a field.

use axum::body::Body;
use axum::http::{Response, header};
use serde_json::json;

use super::wire;
use crate::app::with_header;
use crate::dialect::rest;
use crate::failure::Failure;

/// A refusal in this dialect's words (AU-06, PX-07, PX-10).
pub fn refuse(failure: &Failure) -> Response<Body> {
    vary(rest::refuse(failure, |problem| {
        let field = wire::field(&problem.field).to_owned();
        (field, json!([problem.message]))
    }))
}

/// What every answer says (PX-08).
pub fn vary(response: Response<Body>) -> Response<Body> {
    with_header(response, header::VARY, "Accept")
}
