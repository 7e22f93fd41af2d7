//! The journey cookie, the click token, and which link is credited.

use handbill_core::attribution::{
    Candidate, ClickToken, Journey, Purchase, Receipt, Scope, Step, Touch, resolve as credited,
};
use handbill_core::link::Utm;
use handbill_core::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::signature::ring;
use crate::{read, same};

#[derive(Deserialize)]
struct Journeys {
    keys: String,
    now: Timestamp,
    record: Vec<Record>,
    read: Vec<Read>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    name: String,
    touches: Vec<Touch>,
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    name: String,
    token: Option<String>,
    window: i64,
    steps: Vec<WantedStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedStep {
    link: i64,
    scope: Scope,
    at: Timestamp,
    sequence: u32,
    #[serde(default)]
    utm: Utm,
}

impl From<WantedStep> for Step {
    fn from(step: WantedStep) -> Self {
        let touch = Touch {
            link: step.link,
            scope: step.scope,
            at: step.at,
            utm: step.utm,
        };
        Self {
            touch,
            sequence: step.sequence,
        }
    }
}

/// `journey.json`
pub fn journey() {
    let vectors: Journeys = read(include_str!("../../core/vectors/journey.json"));
    let keys = ring(&vectors.keys);
    for case in vectors.record {
        let mut journey = Journey::new();
        for touch in case.touches {
            journey.record(touch);
        }
        same(&case.name, journey.to_token(&keys), case.token);
    }
    for case in vectors.read {
        let got = Journey::from_token(&keys, case.token.as_deref(), vectors.now, case.window);
        let wanted: Vec<Step> = case.steps.into_iter().map(Step::from).collect();
        same(&case.name, got.steps(), &wanted);
    }
}

#[derive(Deserialize)]
struct ClickTokens {
    keys: String,
    sign: Vec<Sign>,
    read: Vec<ReadClick>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    name: String,
    touch: Touch,
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadClick {
    name: String,
    token: String,
    touch: Option<Touch>,
}

/// `click_token.json`
pub fn click_token() {
    let vectors: ClickTokens = read(include_str!("../../core/vectors/click_token.json"));
    let keys = ring(&vectors.keys);
    for case in vectors.sign {
        same(
            &case.name,
            ClickToken::to_token(&case.touch, &keys),
            case.token,
        );
    }
    for case in vectors.read {
        same(
            &case.name,
            ClickToken::from_token(&keys, &case.token),
            case.touch,
        );
    }
}

#[derive(Deserialize)]
struct Resolutions {
    cases: Vec<Resolution>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resolution {
    name: String,
    candidates: Vec<Candidate>,
    purchase: Purchase,
    receipt: Value,
    /// The UTM parameters of the order.
    utm: Option<Utm>,
}

/// `resolve.json`
pub fn resolve() {
    let vectors: Resolutions = read(include_str!("../../core/vectors/resolve.json"));
    for case in vectors.cases {
        // Keys keep their order, so this is the text byte for byte.
        let wanted = case.receipt.to_string();
        let receipt = credited(&case.candidates, &case.purchase);
        same(&case.name, &*receipt.to_json(), &*wanted);
        same(&case.name, read::<Receipt>(&wanted), receipt.clone());
        same(&case.name, receipt.utm(), case.utm.as_ref());

        let mut turned = case.candidates;
        turned.reverse();
        same(&case.name, credited(&turned, &case.purchase), receipt);
    }
}
