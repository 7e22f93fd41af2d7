//! For whom a link is made.

use core::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::problem::Problems;

const NAME_CHARS: RangeInclusive<usize> = 1..=200;

/// Who shares a link and is paid by its figures (ST-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promoter {
    /// On one line.
    pub name: String,
    /// Where the welcome mail goes.
    pub email: String,
}

impl Promoter {
    /// The fields [`Promoter::parse`] reads, for callers that refuse others.
    pub const FIELDS: &[&str] = &["name", "email"];

    /// Reads a promoter; other fields are ignored.
    ///
    /// # Errors
    /// Every field's first problem.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let promoter = Self {
            name: fields.line("name", NAME_CHARS),
            email: fields.email("email"),
        };
        fields.finish(promoter)
    }
}
