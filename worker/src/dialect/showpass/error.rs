//! How this dialect refuses: `{"detail": …}`, or `{field: …}` for a field.

use axum::body::Body;
use axum::http::Response;

use super::wire;
use crate::dialect::rest;
use crate::failure::Failure;

/// A refusal in this dialect's words (AU-06, SP-19).
pub fn refuse(failure: &Failure) -> Response<Body> {
    rest::refuse(failure, |problem| {
        let field = wire::field(&problem.field).to_owned();
        (field, problem.message.as_str().into())
    })
}
