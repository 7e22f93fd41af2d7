//! The name of a link in its short URL (RD-12, SP-14).

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
/// Most characters of a custom slug.
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

/// Why a text is no custom slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugError {
    /// Fewer than [`MIN_CHARS`] characters.
    TooShort {
        /// How many it has.
        chars: usize,
    },
    /// More than [`MAX_CHARS`] characters.
    TooLong {
        /// How many it has.
        chars: usize,
    },
    /// A character other than `A-Z`, `a-z`, `0-9`, `_`, `-`.
    BadCharacter {
        /// The first such character.
        character: char,
    },
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
            Self::Reserved { .. } => "reserved",
        }
    }
}

impl fmt::Display for SlugError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { chars } => {
                write!(f, "needs at least {MIN_CHARS} characters, has {chars}")
            }
            Self::TooLong { chars } => {
                write!(f, "may have at most {MAX_CHARS} characters, has {chars}")
            }
            Self::BadCharacter { character } => write!(
                f,
                "has `{}`, allowed are `A-Z`, `a-z`, `0-9`, `_` and `-`",
                character.escape_debug()
            ),
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
        let chars = text.chars().count();
        if let Some(character) = text.chars().find(|c| !is_slug_char(*c)) {
            return Err(SlugError::BadCharacter { character });
        }
        if chars < MIN_CHARS {
            return Err(SlugError::TooShort { chars });
        }
        if chars > MAX_CHARS {
            return Err(SlugError::TooLong { chars });
        }
        if let Some(word) = RESERVED.iter().find(|word| word.eq_ignore_ascii_case(text)) {
            return Err(SlugError::Reserved { word });
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
        // Each character may be an escape of three bytes, with room to drop some.
        if segment.len() > 4 * MAX_CHARS {
            return None;
        }
        let decoded = percent::decode(segment);
        let text = core::str::from_utf8(&decoded).ok()?;
        let text = text.trim_end_matches(is_sentence_end);
        let text = text
            .strip_suffix('/')
            .unwrap_or(text)
            .trim_end_matches(is_sentence_end);
        let is_slug =
            (MIN_CHARS..=MAX_CHARS).contains(&text.len()) && text.chars().all(is_slug_char);
        is_slug.then(|| text.to_ascii_lowercase())
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

fn is_slug_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_sentence_end(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '>' | '\'' | '"'
    )
}
