//! Who sent the buyer: the entry `handbill/attribution` of the npm package.
//!
//! Text in, text out, as in the basket: the bytes of a receipt are the same
//! wherever it was made (AT-07).

use handbill_core::attribution::{self, Candidate, PageJourney, Purchase, Touch};
use handbill_core::link::{Utm, redirect};
use handbill_core::time::Timestamp;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::boundary::{read, to_json, whole};
use crate::json::Kind;

/// Which link a purchase is credited to, JSON to JSON (AT-01): a list of touches
/// and a purchase to a receipt.
///
/// # Errors
/// Throws an `Error` with a `code` for what is no list of touches or no purchase.
#[wasm_bindgen]
pub fn resolve(candidates: &str, purchase: &str) -> Result<String, JsValue> {
    let candidates: Vec<Candidate> = read(Kind::List, "list of candidates", candidates)?;
    let purchase: Purchase = read(Kind::Object, "purchase", purchase)?;
    Ok(attribution::resolve(&candidates, &purchase).to_json())
}

/// The UTM parameters of a URL, as JSON (AT-04).
#[wasm_bindgen(js_name = parseUtm)]
#[must_use]
pub fn parse_utm(url: &str) -> String {
    to_json(&Utm::from_query(redirect::query(url)))
}

/// What a page was landed on with.
#[derive(Serialize)]
struct Captured {
    journey: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    touch: Option<Touch>,
}

/// The journey that a page keeps once it was landed on with this URL, and the
/// touch that the URL's click token tells of, as JSON (NP-04).
#[wasm_bindgen]
#[must_use]
pub fn capture(journey: &str, url: &str, now: f64) -> String {
    let mut journey = page_journey(journey, now);
    let touch = journey.capture(url);
    to_json(&Captured {
        journey: journey.to_text(),
        touch,
    })
}

/// A URL without a click token in its query.
#[wasm_bindgen(js_name = withoutClickToken)]
#[must_use]
pub fn without_click_token(url: &str) -> String {
    redirect::without_click_token(url)
}

/// The touch of a page's journey that earns a purchase now, as JSON; undefined
/// when none does.
///
/// # Errors
/// Throws an `Error` with a `code` for what is no purchase.
#[wasm_bindgen]
pub fn current(journey: &str, purchase: &str, now: f64) -> Result<Option<String>, JsValue> {
    let purchase: Purchase = read(Kind::Object, "purchase", purchase)?;
    let touch = page_journey(journey, now).current(purchase);
    Ok(touch.as_ref().map(to_json))
}

/// A URL that hands the newest token of a page's journey on.
#[wasm_bindgen]
#[must_use]
pub fn decorate(journey: &str, url: &str, now: f64) -> String {
    page_journey(journey, now).decorate(url)
}

/// The click tokens of a page's journey, as JSON, oldest first.
#[wasm_bindgen]
#[must_use]
pub fn tokens(journey: &str, now: f64) -> String {
    let journey = page_journey(journey, now);
    let tokens: Vec<&str> = journey.tokens().collect();
    to_json(&tokens)
}

fn page_journey(text: &str, now: f64) -> PageJourney {
    PageJourney::parse(text, Timestamp::from_millis(whole(now)))
}
