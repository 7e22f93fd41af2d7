//! The signed callback of a seller's payment system (BK-09).
//!
//! `Handbill-Signature: t=<unix seconds>,v1=<HMAC-SHA-256 in lower-case hex>`.
//! The MAC covers the text of `t`, a point and the bytes of the body, so a
//! callback can't be sent again much later. A sender that changes its secret
//! signs with both for a while and sends a `v1` for each; members with other
//! names are left to later versions.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::id::push_hex;

/// The header's name.
pub const HEADER: &str = "Handbill-Signature";
/// Bytes of an HMAC-SHA-256.
const MAC_BYTES: usize = 32;

/// Why a callback was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackError {
    /// There is no signature.
    Missing,
    /// The header does not have the form of a signature.
    Malformed {
        /// What it lacks.
        why: &'static str,
    },
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

impl CallbackError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed { .. } => "malformed",
            Self::Stale { .. } => "stale",
            Self::Future { .. } => "future",
            Self::NoMatch => "no_match",
        }
    }
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "the header `{HEADER}` is missing"),
            Self::Malformed { why } => write!(f, "the header `{HEADER}` {why}"),
            Self::Stale { seconds, tolerance } => {
                write!(
                    f,
                    "was signed {seconds} s ago, at most {tolerance} s are tolerated"
                )
            }
            Self::Future { seconds, tolerance } => write!(
                f,
                "was signed {seconds} s in the future, at most {tolerance} s are tolerated"
            ),
            Self::NoMatch => f.write_str("no signature fits a secret, the time and the body"),
        }
    }
}

impl std::error::Error for CallbackError {}

/// The header's value for a body signed at a time in unix seconds. One that is
/// signed with an empty secret, or before 1970, is never accepted.
#[must_use]
pub fn sign(secret: &str, t: i64, body: &[u8]) -> String {
    let time = t.to_string();
    let mut header = format!("t={time},v1=");
    if let Some(mac) = mac(secret, &time, body) {
        for byte in mac.finalize().into_bytes() {
            push_hex(&mut header, byte);
        }
    }
    header
}

/// Which of the secrets, by its index, signed the body within `tolerance_seconds`
/// of now. An empty secret signs nothing. Signatures are compared in constant
/// time.
///
/// # Errors
/// [`CallbackError`]; the time is looked at before the signature.
pub fn verify(
    secrets: &[&str],
    header: &str,
    body: &[u8],
    now_seconds: i64,
    tolerance_seconds: i64,
) -> Result<usize, CallbackError> {
    let Header { time, signatures } = Header::parse(header)?;
    let t = seconds(time).ok_or(CallbackError::Malformed {
        why: "needs unix seconds as its `t`",
    })?;
    check_time(t, now_seconds, tolerance_seconds)?;
    let signed = |secret: &&str| {
        mac(secret, time, body).is_some_and(|mac| {
            let fits = |signature: &[u8; MAC_BYTES]| mac.clone().verify_slice(signature).is_ok();
            signatures.iter().any(fits)
        })
    };
    secrets
        .iter()
        .position(signed)
        .ok_or(CallbackError::NoMatch)
}

/// What the header holds.
struct Header<'a> {
    /// As it was written, and signed.
    time: &'a str,
    /// At least one.
    signatures: Vec<[u8; MAC_BYTES]>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Self, CallbackError> {
        if text.is_empty() {
            return Err(CallbackError::Missing);
        }
        let malformed = |why| CallbackError::Malformed { why };
        let mut time = None;
        let mut signatures = Vec::new();
        for member in text.split(',') {
            let (name, value) = member
                .split_once('=')
                .filter(|(name, _)| is_name(name))
                .ok_or(malformed("is no list of `name=value`"))?;
            match name {
                "t" if time.is_some() => return Err(malformed("has more than one `t`")),
                "t" => time = Some(value),
                "v1" => {
                    let why = "needs 64 lower-case hexadecimal digits as its `v1`";
                    signatures.push(unhex(value).ok_or(malformed(why))?);
                }
                _ => {}
            }
        }
        let time = time.ok_or(malformed("has no `t`"))?;
        if signatures.is_empty() {
            return Err(malformed("has no `v1`"));
        }
        Ok(Self { time, signatures })
    }
}

/// Nothing that could be read as the name of another member, as ` t` or `T`.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
}

/// Digits only: the standard library would take a sign.
fn seconds(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn check_time(t: i64, now: i64, tolerance: i64) -> Result<(), CallbackError> {
    let age = now.saturating_sub(t);
    if age > tolerance {
        return Err(CallbackError::Stale {
            seconds: age,
            tolerance,
        });
    }
    let ahead = t.saturating_sub(now);
    if ahead > tolerance {
        return Err(CallbackError::Future {
            seconds: ahead,
            tolerance,
        });
    }
    Ok(())
}

/// `None` for an empty secret.
fn mac(secret: &str, time: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    if secret.is_empty() {
        return None;
    }
    // HMAC takes a key of any length; the error is in the trait only.
    let mut mac = <Hmac<Sha256>>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The bytes of lower-case hexadecimal digits, the one form that [`sign`]
/// writes.
fn unhex(text: &str) -> Option<[u8; MAC_BYTES]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect();
    bytes?.try_into().ok()
}
