//! Why a request was refused, before any dialect has put it into its words.

use handbill_core::problem::{Problem, Problems};
use serde_json::{Map, Value};

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
    /// Refused with more to say than a sentence.
    Refused(Box<Refusal>),
    /// The body is larger than we read.
    TooLarge,
    /// The page asked for is not there.
    InvalidPage,
    /// Our fault; holds the detail for the log, which no caller sees.
    Internal(String),
}

/// A refusal with members of its own.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    pub message: String,
    /// What stands beside the error in the answer.
    pub members: Map<String, Value>,
}

impl Failure {
    /// A refusal with a code of its own.
    pub fn refused(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::with_members(status, code, message, Map::new())
    }

    /// The same, with members beside the error.
    pub fn with_members(
        status: u16,
        code: &'static str,
        message: impl Into<String>,
        members: Map<String, Value>,
    ) -> Self {
        Self::Refused(Box::new(Refusal {
            status,
            code,
            message: message.into(),
            members,
        }))
    }

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
