//! How the management API refuses: `{"error": {code, message, fields?}}`.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use handbill_core::problem::Problem;
use serde_json::{Value, json};

use crate::app::{json as json_answer, with_header};
use crate::failure::Failure;

/// A refusal in this API's words (AU-06).
pub fn refuse(failure: &Failure) -> Response<Body> {
    let (status, code, message) = match failure {
        Failure::Unauthenticated => (401, "unauthenticated", "a token is required".to_owned()),
        Failure::BadToken => (
            401,
            "unauthenticated",
            "the token is not known or was revoked".to_owned(),
        ),
        Failure::Forbidden => (403, "forbidden", "this token may not do that".to_owned()),
        Failure::NotFound | Failure::InvalidPage => {
            (404, "not_found", "there is no such thing".to_owned())
        }
        Failure::MethodNotAllowed { method, .. } => (
            405,
            "method_not_allowed",
            format!("`{method}` is not allowed here"),
        ),
        Failure::Malformed(text) => (400, "malformed", text.clone()),
        Failure::UnsupportedMediaType(media) => (
            415,
            "unsupported_media_type",
            format!("`{media}` is not read here, send application/json"),
        ),
        Failure::Invalid(_) => (422, "invalid", "some fields break a rule".to_owned()),
        Failure::Conflict(text) => (409, "conflict", text.clone()),
        Failure::Refused(refusal) => (refusal.status, refusal.code, refusal.message.clone()),
        Failure::TooLarge => (413, "too_large", "the body exceeds 1 MiB".to_owned()),
        Failure::Internal(_) => (500, "internal", "a server error occurred".to_owned()),
    };
    let mut error = json!({ "code": code, "message": message });
    let fields: Vec<&Problem> = failure.problems().collect();
    if let (false, Value::Object(error)) = (fields.is_empty(), &mut error) {
        error.insert("fields".into(), json!(fields));
    }
    let mut body = json!({ "error": error });
    if let (Failure::Refused(refusal), Value::Object(body)) = (failure, &mut body) {
        body.extend(refusal.members.clone());
    }
    let mut response = json_answer(status, &body);
    match failure {
        Failure::Unauthenticated | Failure::BadToken => {
            response = with_header(response, header::WWW_AUTHENTICATE, "Bearer");
        }
        Failure::MethodNotAllowed {
            allow: Some(allow), ..
        } => {
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        _ => {}
    }
    response
}
