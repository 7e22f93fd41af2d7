//! Texts, and what is written as one: codes, mail addresses, destinations.

use core::ops::RangeInclusive;

use serde_json::Value;

use super::Fields;
use crate::link::Destination;

/// Most characters of a mail address
/// ([RFC 5321, 4.5.3.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3)).
pub const MAX_EMAIL_CHARS: usize = 254;

/// Which control characters a text may have.
#[derive(Clone, Copy)]
enum Breaks {
    /// Line feed, carriage return and tab.
    Allowed,
    /// None: it stands on one line wherever it is shown.
    Refused,
}

/// Why a text is not as long, or as clean, as it must be.
pub(super) enum BadText {
    TooLong { most: usize, count: usize },
    TooShort { least: usize, count: usize },
    Control { at: usize },
}

impl BadText {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::TooShort { .. } => "too_short",
            Self::Control { .. } => "invalid",
        }
    }

    pub(super) fn message(&self) -> String {
        match self {
            Self::TooLong { most, count } => {
                format!("may have at most {most} characters, has {count}")
            }
            Self::TooShort { count: 0, .. } => "must not be empty".to_owned(),
            Self::TooShort { least, count } => {
                format!("needs at least {least} characters, has {count}")
            }
            Self::Control { at } => format!("has a control character at position {at}"),
        }
    }
}

impl<'a> Fields<'a> {
    /// A required text of so many Unicode scalar values, without control
    /// characters other than line feed and tab.
    pub fn text(&mut self, name: &'static str, chars: RangeInclusive<usize>) -> String {
        let value = self.required(name);
        self.read_text(name, value, chars, Breaks::Allowed)
            .unwrap_or_default()
    }

    /// A text that may be absent or null; a text of no characters is a text.
    pub fn optional_text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let value = self.raw(name);
        self.read_text(name, value, 0..=max, Breaks::Allowed)
    }

    /// A text, or `default` when absent or null.
    pub fn text_or(&mut self, name: &'static str, max: usize, default: &str) -> String {
        self.optional_text(name, max)
            .unwrap_or_else(|| default.to_owned())
    }

    /// A required text without any control character.
    pub fn line(&mut self, name: &'static str, chars: RangeInclusive<usize>) -> String {
        let value = self.required(name);
        self.read_text(name, value, chars, Breaks::Refused)
            .unwrap_or_default()
    }

    /// A text without any control character that may be absent or null.
    pub fn optional_line(&mut self, name: &'static str, max: usize) -> Option<String> {
        let value = self.raw(name);
        self.read_text(name, value, 0..=max, Breaks::Refused)
    }

    /// A required code that people type: one line, counted and answered without
    /// the white space around it.
    pub fn code(&mut self, name: &'static str, chars: RangeInclusive<usize>) -> String {
        let value = self.required(name);
        self.read_code(name, value, chars).unwrap_or_default()
    }

    /// A code that may be absent or null.
    pub fn optional_code(
        &mut self,
        name: &'static str,
        chars: RangeInclusive<usize>,
    ) -> Option<String> {
        let value = self.raw(name);
        self.read_code(name, value, chars)
    }

    /// A required mail address.
    pub fn email(&mut self, name: &'static str) -> String {
        let value = self.required(name);
        self.read_email(name, value).unwrap_or_default()
    }

    /// A mail address that may be absent or null.
    pub fn optional_email(&mut self, name: &'static str) -> Option<String> {
        let value = self.raw(name);
        self.read_email(name, value)
    }

    /// The URL of somebody else's page that may be absent or null.
    pub fn optional_destination(&mut self, name: &'static str) -> Option<Destination> {
        let value = self.raw(name);
        let text = self.as_text(name, value)?;
        Destination::external(text)
            .map_err(|error| self.problem(name, error.code(), error.to_string()))
            .ok()
    }

    /// The text of a value; another type is a problem.
    pub(super) fn as_text(
        &mut self,
        name: &'static str,
        value: Option<&'a Value>,
    ) -> Option<&'a str> {
        let text = value?.as_str();
        if text.is_none() {
            self.problem(name, "type", "must be a text");
        }
        text
    }

    fn read_text(
        &mut self,
        name: &'static str,
        value: Option<&'a Value>,
        chars: RangeInclusive<usize>,
        breaks: Breaks,
    ) -> Option<String> {
        let text = self.as_text(name, value)?;
        match check_text(text, &chars, breaks) {
            Ok(()) => Some(text.to_owned()),
            Err(bad) => {
                self.problem(name, bad.code(), bad.message());
                None
            }
        }
    }

    fn read_code(
        &mut self,
        name: &'static str,
        value: Option<&'a Value>,
        chars: RangeInclusive<usize>,
    ) -> Option<String> {
        let text = self.as_text(name, value)?;
        check_code(text, &chars)
            .map_err(|bad| self.problem(name, bad.code(), bad.message()))
            .ok()
    }

    fn read_email(&mut self, name: &'static str, value: Option<&'a Value>) -> Option<String> {
        let email = self.read_text(name, value, 0..=MAX_EMAIL_CHARS, Breaks::Allowed)?;
        if looks_like_email(&email) {
            return Some(email);
        }
        self.problem(name, "invalid", "must be a mail address");
        None
    }
}

/// A code without the white space around it.
pub(super) fn check_code(text: &str, chars: &RangeInclusive<usize>) -> Result<String, BadText> {
    let code = text.trim();
    check_text(code, chars, Breaks::Refused).map(|()| code.to_owned())
}

fn check_text(text: &str, chars: &RangeInclusive<usize>, breaks: Breaks) -> Result<(), BadText> {
    let (least, most) = (*chars.start(), *chars.end());
    let count = text.chars().count();
    if count > most {
        return Err(BadText::TooLong { most, count });
    }
    if count < least {
        return Err(BadText::TooShort { least, count });
    }
    let is_break = |c| matches!(breaks, Breaks::Allowed) && matches!(c, '\n' | '\r' | '\t');
    match text.chars().position(|c| c.is_control() && !is_break(c)) {
        Some(at) => Err(BadText::Control { at }),
        // White space alone says nothing.
        None if least > 0 && text.trim().is_empty() => Err(BadText::TooShort { least, count: 0 }),
        None => Ok(()),
    }
}

/// Something, one `@`, labels with dots between them: only a mail shows more. What
/// [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2) has quoted is
/// refused: unquoted it is a list, or a name with an address, to who sends the mail.
fn looks_like_email(text: &str) -> bool {
    let is_special = |c: char| c.is_whitespace() || "()<>[]:;\\,\"".contains(c);
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let has_labels = domain.split('.').all(|label| !label.is_empty());
    !local.is_empty() && has_labels && !domain.contains('@') && !text.contains(is_special)
}
