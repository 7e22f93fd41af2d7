//! How this dialect refuses: `{"detail": …}`, or `{field: …}` for a field.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use serde_json::{Map, Value, json};

use super::wire;
use crate::app::{json as json_answer, with_header};
use crate::failure::Failure;

/// A refusal in this dialect's words (AU-06, SP-19).
pub fn refuse(failure: &Failure) -> Response<Body> {
    let detail = |status: u16, text: &str| json_answer(status, &json!({ "detail": text }));
    match failure {
        Failure::Unauthenticated => {
            ask_for_token(detail(401, "Authentication credentials were not provided."))
        }
        Failure::BadToken => ask_for_token(detail(401, "Invalid token.")),
        Failure::Forbidden => detail(403, "You do not have permission to perform this action."),
        Failure::NotFound => detail(404, "Not found."),
        Failure::InvalidPage => detail(404, "Invalid page."),
        Failure::MethodNotAllowed { method, allow } => {
            let mut response = detail(405, &format!("Method \"{method}\" not allowed."));
            if let Some(allow) = allow {
                response
                    .headers_mut()
                    .insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            response
        }
        Failure::Malformed(text) => detail(400, text),
        Failure::UnsupportedMediaType(media) => detail(
            415,
            &format!("Unsupported media type \"{media}\" in request."),
        ),
        Failure::Invalid(_) => {
            let fields: Map<String, Value> = failure
                .problems()
                .map(|problem| {
                    let field = wire::field(&problem.field).to_owned();
                    (field, problem.message.as_str().into())
                })
                .collect();
            json_answer(400, &Value::Object(fields))
        }
        Failure::Conflict(text) => detail(409, text),
        Failure::Refused(refusal) => detail(refusal.status, &refusal.message),
        Failure::TooLarge => detail(413, "Request body exceeded 1 MiB."),
        Failure::Internal(_) => detail(500, "A server error occurred."),
    }
}

fn ask_for_token(response: Response<Body>) -> Response<Body> {
    with_header(response, header::WWW_AUTHENTICATE, "Token")
}
