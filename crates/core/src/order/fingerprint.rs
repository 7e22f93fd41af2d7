//! What a repeated request is compared by (BK-07).

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::id::push_hex;

/// The SHA-256, in hexadecimal, of a request's content as JSON: equal for equal
/// content, however it was spaced or ordered when it was sent.
#[must_use]
pub fn fingerprint<T: Serialize>(content: &T) -> String {
    // Requests are plain structs of numbers and texts: they always serialise.
    let text = serde_json::to_string(content).unwrap_or_default();
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        push_hex(&mut hex, byte);
    }
    hex
}
