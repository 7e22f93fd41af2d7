//! Who works for an organizer or shares its links.

use serde::Serialize;
use serde_json::{Map, Value};

use super::NAME_CHARS;
use crate::fields::Fields;
use crate::problem::Problems;

/// Most characters of a mail address
/// ([RFC 5321, 4.5.3.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3)).
const MAX_EMAIL_CHARS: usize = 254;

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
            email: fields.optional_text("email", MAX_EMAIL_CHARS),
        };
        if user
            .email
            .as_deref()
            .is_some_and(|email| !looks_like_email(email))
        {
            fields.problem("email", "invalid", "must be a mail address");
        }
        fields.refuse_unknown();
        fields.finish(user)
    }
}

/// Something, one `@`, something, no space: only a mail shows more.
fn looks_like_email(text: &str) -> bool {
    let mut parts = text.split('@');
    let is_part = |part: Option<&str>| part.is_some_and(|part| !part.is_empty());
    is_part(parts.next())
        && is_part(parts.next())
        && parts.next().is_none()
        && !text.contains(char::is_whitespace)
}
