//! Why a request was refused, before any dialect has put it into its words.

use handbill_core::problem::{Problem, Problems};

use crate::store::StoreError;

/// A refusal. Each dialect has one place that turns it into its own answer.
#[derive(Debug)]
pub enum Failure {
    /// No token was sent.
    Unauthenticated,
    /// A token was sent that is not known, or was revoked.
    BadToken,
    /// The token may not do this.
    Forbidden,
    /// There is no such thing, or not for this token.
    NotFound,
    /// The thing exists, but not for this method. `allow` says what it is for,
    /// where the router does not know better.
    MethodNotAllowed {
        method: String,
        allow: Option<&'static str>,
    },
    /// The body is not JSON, or not an object; holds a sentence that says where.
    Malformed(String),
    /// The body's type is not one we read.
    UnsupportedMediaType(String),
    /// Fields that break a rule.
    Invalid(Problems),
    /// Somebody else changed the thing meanwhile, or took the name.
    Conflict(String),
    /// The body is larger than we read.
    TooLarge,
    /// The page asked for is not there.
    InvalidPage,
    /// Our fault; holds the detail for the log, which no caller sees.
    Internal(String),
}

impl Failure {
    /// A refusal for one field.
    pub fn field(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        let mut problems = Problems::new();
        problems.push(field, code, message);
        Self::Invalid(problems)
    }

    /// The problems by field, when that is what this is.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        match self {
            Self::Invalid(problems) => Some(problems.iter()),
            _ => None,
        }
        .into_iter()
        .flatten()
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Invalid(problems)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
