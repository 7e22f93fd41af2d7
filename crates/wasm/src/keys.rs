//! What only a holder of keys can do: read what was signed.

use handbill_core::attribution::{ClickToken, Journey, Scope, Step};
use handbill_core::link::Utm;
use handbill_core::signature::{self, Purpose};
use handbill_core::time::Timestamp;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::boundary::{thrown, to_json, whole};

/// One touch of a journey.
#[derive(Serialize)]
struct StepAnswer<'a> {
    link: i64,
    scope: Scope,
    at: Timestamp,
    sequence: u32,
    #[serde(skip_serializing_if = "Utm::is_empty")]
    utm: &'a Utm,
}

impl<'a> From<&'a Step> for StepAnswer<'a> {
    fn from(step: &'a Step) -> Self {
        Self {
            link: step.touch.link,
            scope: step.touch.scope,
            at: step.touch.at,
            sequence: step.sequence,
            utm: &step.touch.utm,
        }
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
            .verify(Purpose::Journey, token)
            .map_err(|error| thrown(error.code(), &error))
    }

    /// The touches in a journey cookie, oldest first, as JSON (AT-02). A cookie
    /// that is missing or wrong has none.
    ///
    /// `now` and `window` are milliseconds.
    #[wasm_bindgen(js_name = readJourney)]
    #[must_use]
    pub fn read_journey(&self, token: Option<String>, now: f64, window: f64) -> String {
        let now = Timestamp::from_millis(whole(now));
        let journey = Journey::from_token(&self.0, token.as_deref(), now, whole(window));
        let steps: Vec<StepAnswer<'_>> = journey.steps().iter().map(StepAnswer::from).collect();
        to_json(&steps)
    }

    /// The touch in a click token, as JSON; undefined for one that is not ours
    /// (RD-03).
    #[wasm_bindgen(js_name = readClick)]
    #[must_use]
    pub fn read_click(&self, token: &str) -> Option<String> {
        let touch = ClickToken::from_token(&self.0, token);
        touch.as_ref().map(to_json)
    }
}
