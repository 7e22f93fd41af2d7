//! The name of a link in its short URL (RD-12, SP-14) or campaign URL (PX-03).

use core::fmt;

use serde::{Serialize, Serializer};

use crate::percent;

/// 31 characters that can't be mistaken for one another on a poster: no `i`,
/// `l`, `o`, `0`, `1`.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// The largest multiple of 31 in a byte: bytes from here on would favour the
/// first eight characters.
const UNBIASED_BELOW: u8 = 248;
/// Characters of a generated slug: 31^8 ≈ 8.5 × 10^11 of them.
const GENERATED_CHARS: usize = 8;
/// Fewest characters of a custom slug.
pub const MIN_CHARS: usize = 3;
/// Most characters of a custom slug, or of a campaign's code.
pub const MAX_CHARS: usize = 64;

/// Words that are, or may become, the first segment of a page of ours, and so
/// no slug of a link (`<base>/<slug>` is its tiny form). Words shorter than
/// [`MIN_CHARS`] stand here too, so that no change of that number opens them.
pub const RESERVED: &[&str] = &[
    "about",
    "account",
    "accounts",
    "admin",
    "analytics",
    "api",
    "app",
    "assets",
    "auth",
    "basket",
    "billing",
    "blog",
    "callback",
    "cart",
    "cdn",
    "checkout",
    "contact",
    "dashboard",
    "docs",
    "download",
    "embed",
    "event",
    "events",
    "export",
    "faq",
    "favicon",
    "feed",
    "files",
    "graphql",
    "health",
    "healthz",
    "help",
    "home",
    "images",
    "img",
    "import",
    "index",
    "ingest",
    "invite",
    "js",
    "l",
    "legal",
    "link",
    "links",
    "login",
    "logout",
    "mail",
    "manage",
    "me",
    "media",
    "metrics",
    "new",
    "null",
    "oauth",
    "offer",
    "openapi",
    "order",
    "orders",
    "organizer",
    "organizers",
    "pages",
    "password",
    "pay",
    "payment",
    "ping",
    "preview",
    "privacy",
    "public",
    "qr",
    "qr-code",
    "ready",
    "redirect",
    "refund",
    "register",
    "report",
    "reports",
    "robots",
    "root",
    "rss",
    "scan",
    "search",
    "security",
    "series",
    "session",
    "settings",
    "shop",
    "signin",
    "signup",
    "sitemap",
    "static",
    "stats",
    "status",
    "support",
    "system",
    "terms",
    "ticket",
    "tickets",
    "token",
    "tokens",
    "undefined",
    "unsubscribe",
    "user",
    "users",
    "v1",
    "v2",
    "v3",
    "venue",
    "verify",
    "webhook",
    "webhooks",
    "well-known",
    "widget",
    "www",
];

/// First segments of paths of ours that have four segments or more, or will: no
/// organizer's slug, so that `/<organizer>/<event>/c/<code>/` is a campaign's alone
/// (PX-06). All of them are [`RESERVED`] too.
pub const ROOTS: &[&str] = &[
    "api",
    "checkout",
    "dashboard",
    "ingest",
    "l",
    "manage",
    "shop",
    "stats",
    "v1",
];

/// Characters of a custom slug, as people are told them.
const SLUG_CHARS: &str = "`A-Z`, `a-z`, `0-9`, `_` and `-`";
/// Characters of a code, as people are told them.
const CODE_CHARS: &str = "`A-Z`, `a-z`, `0-9`, `-`, `.`, `_` and `~`";

/// Why a text is no custom slug, or no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugError {
    /// Fewer characters than it needs.
    TooShort {
        /// How many it needs.
        least: usize,
        /// How many it has.
        chars: usize,
    },
    /// More than [`MAX_CHARS`] characters.
    TooLong {
        /// How many it has.
        chars: usize,
    },
    /// A character that may not stand in it.
    BadCharacter {
        /// The first such character.
        character: char,
        /// Those that may, for people.
        allowed: &'static str,
    },
    /// A point at the beginning or the end of a code.
    OuterPoint,
    /// One of [`RESERVED`].
    Reserved {
        /// The word.
        word: &'static str,
    },
}

impl SlugError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::BadCharacter { .. } => "bad_character",
            Self::OuterPoint => "outer_point",
            Self::Reserved { .. } => "reserved",
        }
    }
}

impl fmt::Display for SlugError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { chars: 0, .. } => f.write_str("must not be empty"),
            Self::TooShort { least, chars } => {
                write!(f, "needs at least {least} characters, has {chars}")
            }
            Self::TooLong { chars } => {
                write!(f, "may have at most {MAX_CHARS} characters, has {chars}")
            }
            Self::BadCharacter { character, allowed } => {
                write!(
                    f,
                    "has `{}`, allowed are {allowed}",
                    character.escape_debug()
                )
            }
            Self::OuterPoint => f.write_str("must not begin or end with `.`"),
            Self::Reserved { word } => write!(f, "`{word}` is reserved"),
        }
    }
}

impl std::error::Error for SlugError {}

/// A valid slug. Shown as given, looked up in lower case: who types a link off
/// a poster does not care for capitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Eight characters of an alphabet without look-alikes, all equally likely.
    ///
    /// Of each byte only values below 248 = 8 × 31 are taken. That fewer than 8
    /// of 32 uniform bytes are below it has a chance of about 2^-103; the rest
    /// is then taken modulo 31 from the first bytes, so that there is always an
    /// answer.
    #[must_use]
    pub fn generate(random: &[u8; 32]) -> Self {
        let unbiased = random.iter().filter(|byte| **byte < UNBIASED_BELOW);
        let slug: String = unbiased
            .chain(random.iter())
            .take(GENERATED_CHARS)
            .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()))
            .map(|byte| char::from(*byte))
            .collect();
        Self(slug)
    }

    /// A slug somebody chose.
    ///
    /// # Errors
    /// [`SlugError`] for the first rule it breaks.
    pub fn custom(text: &str) -> Result<Self, SlugError> {
        check(text, MIN_CHARS, is_slug_char, SLUG_CHARS)?;
        if let Some(word) = RESERVED.iter().find(|word| word.eq_ignore_ascii_case(text)) {
            return Err(SlugError::Reserved { word });
        }
        Ok(Self(text.to_owned()))
    }

    /// The code of a campaign (PX-03): 1 to [`MAX_CHARS`] of RFC 3986's [unreserved
    /// characters](https://www.rfc-editor.org/rfc/rfc3986#section-2.3), reserved words
    /// too, for it stands behind other segments. No point at its ends: the one in
    /// front would make it a hidden file or a path's `..`, the one behind is lost where
    /// a message ends with the URL.
    ///
    /// # Errors
    /// [`SlugError`] for the first rule it breaks.
    pub fn code(text: &str) -> Result<Self, SlugError> {
        check(text, 1, is_code_char, CODE_CHARS)?;
        if text.starts_with('.') || text.ends_with('.') {
            return Err(SlugError::OuterPoint);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key to look a path segment up by, or `None` when it can't name any
    /// link and is not worth a look-up (RD-05).
    ///
    /// Percent escapes are decoded. One slash and the punctuation that a
    /// sentence leaves at the end of a link (`.,;:!?)]}>'"`) are dropped.
    #[must_use]
    pub fn from_path(segment: &str) -> Option<String> {
        let is_slug = |text: &str| check(text, MIN_CHARS, is_slug_char, SLUG_CHARS).is_ok();
        written_in(segment)
            .filter(|text| is_slug(text))
            .map(|text| text.to_ascii_lowercase())
    }

    /// As [`Slug::from_path`], for the segment after `/l/` and the last one of a
    /// campaign's URL (PX-06), where codes stand as well.
    #[must_use]
    pub fn from_link_path(segment: &str) -> Option<String> {
        let code = Self::code(&written_in(segment)?).ok()?;
        Some(code.key())
    }

    /// The slug as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug as it is looked up: in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Slug {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Whether `<base>/<slug>` leads to the link of this slug or code: not when it could
/// be a page of ours, or no custom slug.
#[must_use]
pub fn is_tiny(slug: &str) -> bool {
    Slug::custom(slug).is_ok()
}

/// Counts and compares the characters; `allowed` names those of `is_allowed`.
fn check(
    text: &str,
    least: usize,
    is_allowed: impl Fn(char) -> bool,
    allowed: &'static str,
) -> Result<(), SlugError> {
    if let Some(character) = text.chars().find(|c| !is_allowed(*c)) {
        return Err(SlugError::BadCharacter { character, allowed });
    }
    let chars = text.chars().count();
    if chars < least {
        return Err(SlugError::TooShort { least, chars });
    }
    if chars > MAX_CHARS {
        return Err(SlugError::TooLong { chars });
    }
    Ok(())
}

/// A path segment, decoded, without what a sentence leaves at its end.
fn written_in(segment: &str) -> Option<String> {
    // Each character may be an escape of three bytes, with room to drop some.
    if segment.len() > 4 * MAX_CHARS {
        return None;
    }
    let decoded = percent::decode(segment);
    let text = core::str::from_utf8(&decoded).ok()?;
    let text = text.trim_end_matches(is_sentence_end);
    let text = text.strip_suffix('/').unwrap_or(text);
    Some(text.trim_end_matches(is_sentence_end).to_owned())
}

fn is_slug_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_code_char(c: char) -> bool {
    is_slug_char(c) || matches!(c, '.' | '~')
}

fn is_sentence_end(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '>' | '\'' | '"'
    )
}
