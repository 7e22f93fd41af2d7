//! Links, clicks and journeys: the entry `handbill` of the npm package.
//!
//! Checks answer a tagged result, `{ ok: true, value }` or
//! `{ ok: false, error: { code, message } }`, with the codes of core. What can't
//! be used at all, a list of keys above all, throws an `Error` with the same
//! `code`. The functions of [`answer`] hold the shapes and run natively too;
//! those below only carry them across.

use handbill_core::attribution::{self, Candidate, Purchase};
use handbill_core::click::{self, Fetch};
use handbill_core::link::redirect;
use handbill_core::signature;
use handbill_core::time::Timestamp;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::answer;
use crate::boundary::{thrown, whole};
use crate::objects::{from_js, to_js};

/// Whether a text may be the slug of a link (RD-12).
///
/// # Errors
/// Throws only when the engine can't take the answer.
#[wasm_bindgen(js_name = checkSlug)]
pub fn check_slug(text: &str) -> Result<JsValue, JsValue> {
    to_js(&answer::slug(text))
}

/// Whether a text may be the destination of a link (RD-13).
///
/// # Errors
/// Throws only when the engine can't take the answer.
#[wasm_bindgen(js_name = checkDestination)]
pub fn check_destination(text: &str) -> Result<JsValue, JsValue> {
    to_js(&answer::destination(text))
}

/// Reads the message of a click (RD-08).
///
/// # Errors
/// Throws only when the engine can't take the answer.
#[wasm_bindgen(js_name = parseClick)]
pub fn parse_click(text: &str) -> Result<JsValue, JsValue> {
    to_js(&answer::click(text))
}

/// Where a redirect leads (RD-02). `utm` is an object with any of `source`,
/// `medium`, `campaign`, `term` and `content`.
///
/// # Errors
/// Throws when `utm` is something else.
#[wasm_bindgen(js_name = redirectLocation)]
pub fn redirect_location(
    base: &str,
    destination: &str,
    utm: JsValue,
    visitor_query: &str,
) -> Result<String, JsValue> {
    Ok(redirect::location(
        base,
        destination,
        &from_js(utm)?,
        visitor_query,
    ))
}

/// `get`, `head` or `prefetch` (RD-09); a header that is not there is empty.
#[wasm_bindgen(js_name = classifyFetch)]
#[must_use]
pub fn classify_fetch(method: &str, sec_purpose: &str, purpose: &str, x_moz: &str) -> String {
    Fetch::classify(method, sec_purpose, purpose, x_moz)
        .name()
        .to_owned()
}

/// `12.34 EUR` for 1234 minor units (BK-04).
///
/// # Errors
/// Throws only when the engine can't take the answer.
#[wasm_bindgen(js_name = formatMoney)]
pub fn format_money(amount: f64, currency: &str) -> Result<JsValue, JsValue> {
    to_js(&answer::money(amount, currency))
}

/// Which link a purchase is credited to, JSON to JSON (AT-01): a list of touches
/// and a purchase to a receipt, whose bytes are the same wherever it was made.
///
/// # Errors
/// Throws an `Error` with the `code` `malformed` or `invalid` for what is no list
/// of touches or no purchase.
#[wasm_bindgen]
pub fn resolve(candidates: &str, purchase: &str) -> Result<String, JsValue> {
    let candidates: Vec<Candidate> = read("candidates", candidates)?;
    let purchase: Purchase = read("purchase", purchase)?;
    Ok(attribution::resolve(&candidates, &purchase).to_json())
}

fn read<'de, T: Deserialize<'de>>(what: &str, text: &'de str) -> Result<T, JsValue> {
    serde_json::from_str(text).map_err(|error| {
        let (code, problem) = if error.is_data() {
            ("invalid", "breaks a rule")
        } else {
            ("malformed", "no JSON")
        };
        let (line, column) = (error.line(), error.column());
        let message = format_args!("{what}: {problem} at line {line}, column {column}");
        thrown(code, &message)
    })
}

/// A list of robots' user agents (RD-09).
#[wasm_bindgen]
#[derive(Debug)]
pub struct RobotList(click::RobotList);

#[wasm_bindgen]
impl RobotList {
    /// The list that is compiled in. Making it takes a moment: keep it.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "JavaScript knows no `Default`")]
    pub fn new() -> Self {
        Self(click::RobotList::embedded())
    }

    /// Whether this user agent is a robot's.
    #[wasm_bindgen(js_name = isRobot)]
    #[must_use]
    pub fn is_robot(&self, agent: &str) -> bool {
        self.0.is_robot(agent)
    }

    /// The list's version.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn version(&self) -> String {
        self.0.version().to_owned()
    }
}

/// Named signing keys, newest first.
#[wasm_bindgen]
#[derive(Debug)]
pub struct KeyRing(signature::KeyRing);

#[wasm_bindgen]
impl KeyRing {
    /// Reads `name:key[,name:key…]`, keys in base64url without padding.
    ///
    /// # Errors
    /// Throws an `Error` with a `code` for the first entry that can't be used.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Self, JsValue> {
        signature::KeyRing::parse(text)
            .map(Self)
            .map_err(|error| thrown(error.code(), &error))
    }

    /// Verifies a token signed for the journey cookie and answers its payload.
    ///
    /// # Errors
    /// Throws an `Error` with a `code`.
    #[wasm_bindgen(js_name = verifyJourney)]
    pub fn verify_journey(&self, token: &str) -> Result<Vec<u8>, JsValue> {
        self.0
            .verify(signature::Purpose::Journey, token)
            .map_err(|error| thrown(error.code(), &error))
    }

    /// The touches in a journey cookie, oldest first (AT-02). A cookie that is
    /// missing or wrong has none.
    ///
    /// `now` and `window` are milliseconds.
    ///
    /// # Errors
    /// Throws only when the engine can't take the answer.
    #[wasm_bindgen(js_name = readJourney)]
    pub fn read_journey(
        &self,
        token: Option<String>,
        now: f64,
        window: f64,
    ) -> Result<JsValue, JsValue> {
        let now = Timestamp::from_millis(whole(now));
        to_js(&answer::journey(
            &self.0,
            token.as_deref(),
            now,
            whole(window),
        ))
    }
}
