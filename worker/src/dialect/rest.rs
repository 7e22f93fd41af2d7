//! What the vendors' APIs of one family share: `Authorization: Token`, lists of
//! `{count, next, previous, results}`, and refusals as `{"detail": …}`, or by field.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use handbill_core::page::PageRequest;
use handbill_core::problem::Problem;
use serde_json::{Map, Value, json};

use crate::app::{Call, json as json_answer, with_header};
use crate::failure::Failure;

/// The name under which a token is sent.
pub const SCHEMES: &[&str] = &["Token"];

/// A refusal (AU-06). `field` says under which name, and in which form, a dialect
/// shows a field's problem.
pub fn refuse(failure: &Failure, field: fn(&Problem) -> (String, Value)) -> Response<Body> {
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
            let fields: Map<String, Value> = failure.problems().map(field).collect();
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

/// The page that a query asks for: `page` from 1, `page_size` up to `most`.
///
/// # Errors
/// `InvalidPage`.
pub fn page_asked(call: &Call, size: u32, most: u32) -> Result<PageRequest, Failure> {
    let (number, wanted) = (call.parameter("page"), call.parameter("page_size"));
    PageRequest::parse(number.as_deref(), wanted.as_deref(), size, most)
        .map_err(|_| Failure::InvalidPage)
}

/// A page of a list that has `count` rows in all.
///
/// # Errors
/// `InvalidPage` for one past the end.
pub fn page(
    call: &Call,
    page: PageRequest,
    count: i64,
    results: Vec<Value>,
) -> Result<Value, Failure> {
    let around = page
        .links(count, &call.url())
        .map_err(|_| Failure::InvalidPage)?;
    Ok(json!({
        "count": count,
        "next": around.next,
        "previous": around.previous,
        "results": results,
    }))
}
