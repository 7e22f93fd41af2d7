//! Links and their redirects: what only the whole of the npm package has.
//!
//! Checks answer a tagged result as JSON, `{ ok: true, value }` or
//! `{ ok: false, error: { code, message } }`, with the codes of core. The
//! functions of [`answer`] hold the shapes and run natively too; those below only
//! carry them across.

use handbill_core::click::Fetch;
use handbill_core::link::redirect;
use wasm_bindgen::prelude::*;

use crate::answer;
use crate::boundary::{read, to_json};
use crate::json::Kind;

/// Whether a text may be the slug of a link (RD-12).
#[wasm_bindgen(js_name = checkSlug)]
#[must_use]
pub fn check_slug(text: &str) -> String {
    to_json(&answer::slug(text))
}

/// Whether a text may be the destination of a link (RD-13).
#[wasm_bindgen(js_name = checkDestination)]
#[must_use]
pub fn check_destination(text: &str) -> String {
    to_json(&answer::destination(text))
}

/// Where a redirect leads (RD-02). `utm` is an object with any of `source`,
/// `medium`, `campaign`, `term` and `content`, as JSON.
///
/// # Errors
/// Throws an `Error` with a `code` when `utm` is something else.
#[wasm_bindgen(js_name = redirectLocation)]
pub fn redirect_location(
    base: &str,
    destination: &str,
    utm: &str,
    visitor_query: &str,
) -> Result<String, JsValue> {
    let utm = read(Kind::Object, "utm", utm)?;
    Ok(redirect::location(base, destination, &utm, visitor_query))
}

/// `get`, `head` or `prefetch` (RD-09); a header that is not there is empty.
#[wasm_bindgen(js_name = classifyFetch)]
#[must_use]
pub fn classify_fetch(method: &str, sec_purpose: &str, purpose: &str, x_moz: &str) -> String {
    Fetch::classify(method, sec_purpose, purpose, x_moz)
        .name()
        .to_owned()
}
