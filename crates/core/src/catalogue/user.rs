//! Who works for an organizer or shares its links.

use serde::Serialize;
use serde_json::{Map, Value};

use super::NAME_CHARS;
use crate::fields::Fields;
use crate::problem::Problems;

/// A user of an organizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// Shown to colleagues.
    pub name: String,
    /// Unique within the organizer; links are searched by it (SP-16).
    pub username: String,
    /// Where to reach them.
    pub email: Option<String>,
}

impl User {
    /// Reads a user.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let user = Self {
            name: fields.text("name", NAME_CHARS),
            username: fields.text("username", 1..=150),
            email: fields.optional_email("email"),
        };
        fields.refuse_unknown();
        fields.finish(user)
    }
}
