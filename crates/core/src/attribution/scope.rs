//! What a link may be credited for (AT-01).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::id::parse_id;

/// A text is no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeError;

impl ScopeError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        "invalid"
    }
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a scope like `a1`, `s2` or `e3`")
    }
}

impl std::error::Error for ScopeError {}

/// Everything an organizer sells, one series, or one event, by row id. Its text
/// is a letter and the id: `a1`, `s2`, `e3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// All of an organizer's events.
    Account(i64),
    /// The events of one series.
    Series(i64),
    /// One event.
    Event(i64),
}

impl Scope {
    /// Reads `a1`, `s2` or `e3`.
    ///
    /// # Errors
    /// [`ScopeError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let read = |prefix, scope: fn(i64) -> Self| {
            text.strip_prefix(prefix).and_then(parse_id).map(scope)
        };
        read('a', Self::Account)
            .or_else(|| read('s', Self::Series))
            .or_else(|| read('e', Self::Event))
            .ok_or(ScopeError)
    }

    /// The row id.
    #[must_use]
    pub fn id(self) -> i64 {
        match self {
            Self::Account(id) | Self::Series(id) | Self::Event(id) => id,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Account(_) => 'a',
            Self::Series(_) => 's',
            Self::Event(_) => 'e',
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.letter(), self.id())
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}
