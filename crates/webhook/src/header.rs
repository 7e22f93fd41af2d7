//! What the headers of a webhook say (NP-03).

use hmac::digest::CtOutput;
use sha2::Sha256;

use super::{MAC_BYTES, Scheme, WebhookError, Window, base64};

/// Digits of a unix time between 2001 and 2286.
const TIME_DIGITS: usize = 10;
/// What Windows likes to put in front of a text; no digit, so it can't be taken
/// for the end of a time.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The values of a webhook's headers; empty where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    /// The one that [`Scheme::header`] names.
    pub signature: &'a [u8],
    /// `webhook-id`, for Standard Webhooks only.
    pub id: &'a [u8],
    /// `webhook-timestamp`, for Standard Webhooks only.
    pub timestamp: &'a [u8],
}

/// Headers that may belong to a signed body: what to hash, and what the hash is
/// compared with. The hash itself can be anybody's.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    scheme: Scheme,
    id: &'a [u8],
    time: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Reads the headers and refuses what no signature can make good.
    ///
    /// # Errors
    /// Every [`WebhookError`] but those of secrets and `NoMatch`.
    pub fn parse(
        scheme: Scheme,
        headers: &Headers<'a>,
        body: &[u8],
        window: &Window,
    ) -> Result<Self, WebhookError> {
        check_body(scheme, body)?;
        let signed = Self::read(scheme, headers)?;
        if scheme != Scheme::GitHub {
            check_time(seconds(signed.time)?, window)?;
        }
        Ok(signed)
    }

    /// Reads the headers, whatever time they say.
    pub(super) fn read(scheme: Scheme, headers: &Headers<'a>) -> Result<Self, WebhookError> {
        let missing = |header| WebhookError::MissingHeader { header };
        if headers.signature.is_empty() {
            return Err(missing(scheme.header()));
        }
        let (mut id, mut time) = (&[][..], None);
        if scheme == Scheme::StandardWebhooks {
            if headers.id.is_empty() {
                return Err(missing("webhook-id"));
            }
            if headers.timestamp.is_empty() {
                return Err(missing("webhook-timestamp"));
            }
            check_id(headers.id)?;
            (id, time) = (headers.id, Some(headers.timestamp));
        }
        let mut signatures = 0_usize;
        for member in members(scheme, headers.signature) {
            match read_member(scheme, member)? {
                Member::Time(_) if time.is_some() => return Err(WebhookError::DuplicateTimestamp),
                Member::Time(text) => time = Some(text),
                Member::Signature(_) => signatures += 1,
                Member::Other => {}
            }
        }
        let time = match time {
            Some(time) => time,
            None if scheme == Scheme::GitHub => &[],
            None => return Err(WebhookError::MissingTimestamp),
        };
        if signatures == 0 {
            return Err(WebhookError::MissingSignature);
        }
        if scheme != Scheme::GitHub {
            seconds(time)?;
        }
        Ok(Self {
            scheme,
            id,
            time,
            signature: headers.signature,
        })
    }

    /// What is hashed in front of the body.
    #[must_use]
    pub fn prefix(&self) -> [&'a [u8]; 4] {
        prefix(self.scheme, self.id, self.time)
    }

    /// Whether one of the signatures is this HMAC; in constant time for each.
    #[must_use]
    pub fn fits(&self, mac: &[u8; MAC_BYTES]) -> bool {
        let mac = CtOutput::<Sha256>::new((*mac).into());
        members(self.scheme, self.signature).any(|member| {
            matches!(read_member(self.scheme, member), Ok(Member::Signature(signature))
                if CtOutput::new(signature.into()) == mac)
        })
    }

    pub(super) fn id(&self) -> &'a [u8] {
        self.id
    }

    pub(super) fn time(&self) -> &'a [u8] {
        self.time
    }
}

/// What a scheme hashes in front of the body.
pub(super) fn prefix<'a>(scheme: Scheme, id: &'a [u8], time: &'a [u8]) -> [&'a [u8]; 4] {
    match scheme {
        Scheme::TicketTailor => [time, b"", b"", b""],
        Scheme::StandardWebhooks => [id, b".", time, b"."],
        Scheme::Stripe => [time, b".", b"", b""],
        Scheme::GitHub => [b"", b"", b"", b""],
    }
}

/// # Errors
/// For a body that is empty or could be read as something else.
pub(super) fn check_body(scheme: Scheme, body: &[u8]) -> Result<(), WebhookError> {
    if body.is_empty() {
        return Err(WebhookError::EmptyBody);
    }
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    if scheme == Scheme::TicketTailor && !text.starts_with(b"{") {
        return Err(WebhookError::MalformedBody);
    }
    Ok(())
}

/// Visible ASCII, no point: that would let a part of the id pass for the time.
///
/// # Errors
/// For any other id.
pub(super) fn check_id(id: &[u8]) -> Result<(), WebhookError> {
    if id
        .iter()
        .all(|byte| byte.is_ascii_graphic() && *byte != b'.')
    {
        return Ok(());
    }
    Err(WebhookError::MalformedHeader {
        header: "webhook-id",
        why: "is not visible ASCII without points",
    })
}

/// # Errors
/// For what is not ten digits.
pub(super) fn seconds(text: &[u8]) -> Result<i64, WebhookError> {
    let mut seconds = 0;
    for byte in text {
        if !byte.is_ascii_digit() {
            return Err(WebhookError::MalformedTimestamp);
        }
        seconds = i64::from(byte - b'0').wrapping_add(i64::wrapping_mul(seconds, 10));
    }
    if text.len() != TIME_DIGITS {
        return Err(WebhookError::MalformedTimestamp);
    }
    Ok(seconds)
}

fn check_time(time: i64, window: &Window) -> Result<(), WebhookError> {
    let age = window.at.saturating_sub(time);
    if age > window.tolerance {
        return Err(WebhookError::Stale {
            seconds: age,
            tolerance: window.tolerance,
        });
    }
    let ahead = time.saturating_sub(window.at);
    if ahead > window.future_tolerance {
        return Err(WebhookError::Future {
            seconds: ahead,
            tolerance: window.future_tolerance,
        });
    }
    Ok(())
}

/// One of the values in the header.
enum Member<'a> {
    Time(&'a [u8]),
    Signature([u8; MAC_BYTES]),
    /// For others, or later versions.
    Other,
}

fn members(scheme: Scheme, header: &[u8]) -> impl Iterator<Item = &[u8]> {
    header.split(move |byte| Some(*byte) == scheme.separator())
}

fn read_member(scheme: Scheme, member: &[u8]) -> Result<Member<'_>, WebhookError> {
    let (between, of_time, of_signature): (u8, &[u8], &[u8]) = match scheme {
        Scheme::TicketTailor | Scheme::Stripe => (b'=', b"t", b"v1"),
        Scheme::StandardWebhooks => (b',', b"", b"v1"),
        Scheme::GitHub => (b'=', b"", b"sha256"),
    };
    let mut parts = member.splitn(2, |byte| *byte == between);
    let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
        return Err(malformed(scheme));
    };
    if !is_name(name) {
        return Err(malformed(scheme));
    }
    if name == of_time {
        return Ok(Member::Time(value));
    }
    if name != of_signature {
        return Ok(Member::Other);
    }
    let mut mac = [0; MAC_BYTES];
    let is_whole = match scheme {
        Scheme::StandardWebhooks => {
            base64::decode(value, &mut mac).is_some_and(|mac| mac.len() == MAC_BYTES)
        }
        Scheme::TicketTailor | Scheme::Stripe | Scheme::GitHub => unhex(value, &mut mac),
    };
    if !is_whole {
        return Err(WebhookError::MalformedSignature);
    }
    Ok(Member::Signature(mac))
}

fn malformed(scheme: Scheme) -> WebhookError {
    WebhookError::MalformedHeader {
        header: scheme.header(),
        why: match scheme {
            Scheme::TicketTailor | Scheme::Stripe => "is no list of `name=value`",
            Scheme::StandardWebhooks => "is no list of `version,signature`",
            Scheme::GitHub => "is not `sha256=signature`",
        },
    }
}

/// Nothing that could be read as the name of another member, as ` t` or `T`.
fn is_name(name: &[u8]) -> bool {
    let is_part = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
    !name.is_empty() && name.iter().all(is_part)
}

/// Whether the text is lower-case hex digits for all of the bytes, no more.
fn unhex(text: &[u8], bytes: &mut [u8; MAC_BYTES]) -> bool {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != MAC_BYTES || !rest.is_empty() {
        return false;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (Some(high), Some(low)) = (nibble(*high), nibble(*low)) else {
            return false;
        };
        *byte = high << 4 | low;
    }
    true
}

/// What a lower-case hex digit stands for.
pub(super) fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
