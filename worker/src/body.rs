//! Reading a request's JSON body within its bounds.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, header};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// Bodies over 1 MiB are refused (AU-06).
pub const MAX_BODY: usize = 1 << 20;

/// The body as a JSON object.
///
/// # Errors
/// `TooLarge`, `UnsupportedMediaType`, or `Malformed` with the place of the
/// mistake.
pub async fn object(request: Request<Body>) -> Result<Map<String, Value>, Failure> {
    parsed(&bytes(request).await?)
}

/// The same, where a request may do without a body: that is an empty object.
///
/// # Errors
/// As [`object`].
pub async fn optional_object(request: Request<Body>) -> Result<Map<String, Value>, Failure> {
    let bytes = bytes(request).await?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    parsed(&bytes)
}

/// The body as it came, for one that is signed.
///
/// # Errors
/// `TooLarge` or `UnsupportedMediaType`.
pub async fn bytes(request: Request<Body>) -> Result<Bytes, Failure> {
    check_media_type(request.headers())?;
    to_bytes(request.into_body(), MAX_BODY)
        .await
        .map_err(|_| Failure::TooLarge)
}

/// Such bytes as a JSON object.
///
/// # Errors
/// `Malformed` with the place of the mistake.
pub fn parsed(bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Failure::Malformed("JSON parse error - the body is not UTF-8".into()))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::Malformed(
            "Invalid data. Expected a JSON object.".into(),
        )),
        Err(error) => Err(Failure::Malformed(format!("JSON parse error - {error}"))),
    }
}

/// A missing type is read as JSON: curl users forget it, and nothing else is
/// ever meant.
fn check_media_type(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    let essence = text.split(';').next().unwrap_or_default().trim();
    if essence.is_empty()
        || essence.eq_ignore_ascii_case("application/json")
        || essence.to_ascii_lowercase().ends_with("+json")
    {
        return Ok(());
    }
    Err(Failure::UnsupportedMediaType(text))
}
