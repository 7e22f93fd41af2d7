//! Why a webhook is refused.

use core::fmt;

use super::MAX_KEY_BYTES;

/// Why a webhook was refused, or can't be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookError {
    /// There is no secret to check with.
    MissingSecret,
    /// A secret is empty.
    EmptySecret {
        /// Its place among the secrets, from 0.
        index: usize,
    },
    /// A secret is not of the form that the scheme asks for.
    MalformedSecret {
        /// Its place among the secrets, from 0.
        index: usize,
    },
    /// The body has no bytes.
    EmptyBody,
    /// The body is no JSON object, which the scheme needs to tell it from the
    /// time before it.
    MalformedBody,
    /// A header is missing or empty.
    MissingHeader {
        /// Its name.
        header: &'static str,
    },
    /// A header does not have the form that the scheme asks for.
    MalformedHeader {
        /// Its name.
        header: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The header has no time.
    MissingTimestamp,
    /// The header has more than one time.
    DuplicateTimestamp,
    /// The time is not ten digits.
    MalformedTimestamp,
    /// The header has no signature of the version we know.
    MissingSignature,
    /// A signature is not 32 bytes in the scheme's encoding.
    MalformedSignature,
    /// It was signed too long ago.
    Stale {
        /// How many seconds ago.
        seconds: i64,
        /// How many are tolerated.
        tolerance: i64,
    },
    /// It was signed too far in the future.
    Future {
        /// In how many seconds.
        seconds: i64,
        /// How many are tolerated.
        tolerance: i64,
    },
    /// No signature fits a secret, the time and the body.
    NoMatch,
}

impl WebhookError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingSecret => "missing_secret",
            Self::EmptySecret { .. } => "empty_secret",
            Self::MalformedSecret { .. } => "malformed_secret",
            Self::EmptyBody => "empty_body",
            Self::MalformedBody => "malformed_body",
            Self::MissingHeader { .. } => "missing_header",
            Self::MalformedHeader { .. } => "malformed_header",
            Self::MissingTimestamp => "missing_timestamp",
            Self::DuplicateTimestamp => "duplicate_timestamp",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::MissingSignature => "missing_signature",
            Self::MalformedSignature => "malformed_signature",
            Self::Stale { .. } => "stale",
            Self::Future { .. } => "future",
            Self::NoMatch => "no_match",
        }
    }

    /// The message, piece by piece.
    pub fn write(self, out: &mut dyn FnMut(&str)) {
        match self {
            Self::MissingSecret => out("there is no secret to check with"),
            Self::EmptySecret { index } => {
                out("secret ");
                number(index as u64, out);
                out(" is empty");
            }
            Self::MalformedSecret { index } => {
                out("secret ");
                number(index as u64, out);
                out(" is not base64 of at most ");
                number(MAX_KEY_BYTES as u64, out);
                out(" bytes");
            }
            Self::EmptyBody => out("the body is empty"),
            Self::MalformedBody => out("the body is no JSON object"),
            Self::MissingHeader { header } => {
                out("the header `");
                out(header);
                out("` is missing");
            }
            Self::MalformedHeader { header, why } => {
                out("the header `");
                out(header);
                out("` ");
                out(why);
            }
            Self::MissingTimestamp => out("the header has no `t`"),
            Self::DuplicateTimestamp => out("the header has more than one `t`"),
            Self::MalformedTimestamp => out("the time is not unix seconds in ten digits"),
            Self::MissingSignature => out("the header has no signature of version 1"),
            Self::MalformedSignature => {
                out("a signature is not 32 bytes in lower-case hex, or base64");
            }
            Self::Stale { seconds, tolerance } => {
                out("was signed ");
                number(seconds.unsigned_abs(), out);
                out(" s ago, at most ");
                signed(tolerance, out);
                out(" s are tolerated");
            }
            Self::Future { seconds, tolerance } => {
                out("was signed ");
                number(seconds.unsigned_abs(), out);
                out(" s in the future, at most ");
                signed(tolerance, out);
                out(" s are tolerated");
            }
            Self::NoMatch => out("no signature fits a secret, the time and the body"),
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        self.write(&mut |text| result = result.and_then(|()| f.write_str(text)));
        result
    }
}

impl core::error::Error for WebhookError {}

fn signed(value: i64, out: &mut dyn FnMut(&str)) {
    if value < 0 {
        out("-");
    }
    number(value.unsigned_abs(), out);
}

/// In decimal digits.
pub(super) fn number(value: u64, out: &mut dyn FnMut(&str)) {
    if value >= 10 {
        number(value / 10, out);
    }
    out(match value % 10 {
        0 => "0",
        1 => "1",
        2 => "2",
        3 => "3",
        4 => "4",
        5 => "5",
        6 => "6",
        7 => "7",
        8 => "8",
        _ => "9",
    });
}
