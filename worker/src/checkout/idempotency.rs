//! The header by which a caller may safely ask twice (BK-07).

use axum::http::HeaderMap;

use crate::failure::Failure;

const HEADER: &str = "idempotency-key";
const MAX_CHARS: usize = 255;

/// The `Idempotency-Key` of a request.
///
/// # Errors
/// `Invalid` for one that is empty, too long, or not printable ASCII.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let is_key = |key: &&str| {
        (1..=MAX_CHARS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match value.to_str().ok().filter(is_key) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Failure::field(
            "Idempotency-Key",
            "invalid",
            "must be 1 to 255 printable ASCII characters without spaces",
        )),
    }
}

/// The refusal of a key that came with another request before.
pub fn mismatch() -> Failure {
    Failure::refused(
        422,
        "idempotency_mismatch",
        "this Idempotency-Key was used with another body",
    )
}
