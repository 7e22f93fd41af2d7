//! What JavaScript gets: camel-case objects, results tagged with `ok`.

use core::fmt::Display;

use handbill_core::attribution::Journey;
use handbill_core::click::Click;
use handbill_core::link::{Destination, Slug, Utm};
use handbill_core::signature::KeyRing;
use handbill_core::time::Timestamp;
use serde::Serialize;

use crate::money;

/// A checked value, or why it was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked<T> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

/// Why a value was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    code: &'static str,
    message: String,
}

impl<T> Checked<T> {
    fn new<E: Display>(result: Result<T, E>, code: impl FnOnce(&E) -> &'static str) -> Self {
        match result {
            Ok(value) => Self {
                ok: true,
                value: Some(value),
                error: None,
            },
            Err(error) => {
                let refusal = Refusal {
                    code: code(&error),
                    message: error.to_string(),
                };
                Self {
                    ok: false,
                    value: None,
                    error: Some(refusal),
                }
            }
        }
    }
}

/// A valid slug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlugAnswer {
    slug: String,
    key: String,
}

/// Checks a slug somebody chose.
#[must_use]
pub fn slug(text: &str) -> Checked<SlugAnswer> {
    let result = Slug::custom(text);
    let result = result.map(|slug| SlugAnswer {
        key: slug.key(),
        slug: slug.to_string(),
    });
    Checked::new(result, |error| error.code())
}

/// A valid destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DestinationAnswer {
    url: String,
}

/// Checks an external destination.
#[must_use]
pub fn destination(text: &str) -> Checked<DestinationAnswer> {
    let result = Destination::external(text);
    let result = result.map(|destination| DestinationAnswer {
        url: destination.to_string(),
    });
    Checked::new(result, |error| error.code())
}

/// A click's message, read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClickAnswer {
    id: String,
    link: i64,
    at: Timestamp,
    visitor: String,
    agent: String,
    fetch: &'static str,
}

/// Reads the message of a click.
#[must_use]
pub fn click(text: &str) -> Checked<ClickAnswer> {
    let result = Click::parse(text).map(|click| ClickAnswer {
        id: click.id,
        link: click.link,
        at: click.at,
        visitor: click.visitor,
        agent: click.agent,
        fetch: click.fetch.name(),
    });
    Checked::new(result, |error| error.code())
}

/// An amount as text.
#[must_use]
pub fn money(amount: f64, currency: &str) -> Checked<String> {
    Checked::new(money::text(amount, currency), |error| error.code())
}

/// One touch of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepAnswer {
    link: i64,
    scope: String,
    at: Timestamp,
    sequence: u32,
    #[serde(skip_serializing_if = "Utm::is_empty")]
    utm: Utm,
}

/// The touches in a journey cookie, oldest first.
#[must_use]
pub fn journey(
    keys: &KeyRing,
    token: Option<&str>,
    now: Timestamp,
    window_ms: i64,
) -> Vec<StepAnswer> {
    let journey = Journey::from_token(keys, token, now, window_ms);
    let steps = journey.steps().iter();
    steps
        .map(|step| StepAnswer {
            link: step.touch.link,
            scope: step.touch.scope.to_string(),
            at: step.touch.at,
            sequence: step.sequence,
            utm: step.touch.utm.clone(),
        })
        .collect()
}
