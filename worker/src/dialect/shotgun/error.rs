//! How this dialect refuses. Its document says nothing of that, so it is as in our own
//! API: `{"error": {code, message}}`; only what is wrong in the query is a 400 (SG-01).

use axum::body::Body;
use axum::http::Response;
use serde_json::json;

use crate::app::json as json_answer;
use crate::failure::Failure;
use crate::manage;

/// A refusal in this dialect's words (AU-06).
pub fn refuse(failure: &Failure) -> Response<Body> {
    let Some(problem) = failure.problems().next() else {
        return manage::refuse(failure);
    };
    let message = format!("`{}` {}", problem.field, problem.message);
    let error = json!({
        "code": "invalid_parameter",
        "message": message,
        "parameter": problem.field,
    });
    json_answer(400, &json!({ "error": error }))
}
