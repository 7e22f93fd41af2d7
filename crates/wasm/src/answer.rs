//! What JavaScript gets of a check: results tagged with `ok`.

use core::fmt::Display;

use handbill_core::link::{Destination, Slug};
use serde::Serialize;

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
