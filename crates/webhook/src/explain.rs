//! What went wrong with a signature that fits nothing (NP-06).

use super::header::{BYTE_ORDER_MARK, nibble, prefix};
use super::json::{self, Escapes, Layout, Style};
use super::key::mac_of;
use super::{Headers, MAX_KEY_BYTES, Scheme, Signed, base64, decode_secret, mac};

/// The largest body that is written anew, in 50 ways: hashing those takes some ten
/// milliseconds.
const MAX_REWRITTEN_BYTES: usize = 65_536;

/// The mistake of a receiver, or of a sender, that is behind a wrong signature. It
/// is advice for the one who writes the receiver: none makes a signature good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The headers are those of another scheme, or what is hashed is.
    Scheme {
        /// The one that fits.
        scheme: Scheme,
    },
    /// White space around the secret.
    SecretWhitespace,
    /// The key is what the secret says in base64 or in hex.
    SecretEncoding,
    /// The key is what the secret's own characters are.
    SecretDecoded,
    /// `whsec_` is in front of the secret and does not belong to the key, or the
    /// other way round.
    SecretPrefix,
    /// The body was parsed and written anew.
    Reserialized,
    /// A byte order mark was taken off or put on.
    ByteOrderMark,
    /// White space at the end of the body, or in front, was taken off or put on.
    TrailingNewline,
    /// Line ends were changed.
    LineEndings,
    /// The body's bytes were read as Latin-1.
    Latin1,
    /// The body's bytes were read as UTF-8 and are something else: there are
    /// replacement characters in it.
    Replaced,
}

impl Mistake {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Scheme { .. } => "other_scheme",
            Self::SecretWhitespace => "secret_whitespace",
            Self::SecretEncoding => "secret_encoded",
            Self::SecretDecoded => "secret_not_encoded",
            Self::SecretPrefix => "secret_prefix",
            Self::Reserialized => "body_reserialized",
            Self::ByteOrderMark => "body_byte_order_mark",
            Self::TrailingNewline => "body_whitespace",
            Self::LineEndings => "body_line_endings",
            Self::Latin1 => "body_latin1",
            Self::Replaced => "body_replaced",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Scheme { scheme } => match scheme {
                Scheme::TicketTailor => {
                    "this is signed the way of Ticket Tailor: verify with the scheme `ticket-tailor`"
                }
                Scheme::StandardWebhooks => {
                    "this is signed the way of Standard Webhooks: verify with the scheme `standard-webhooks`"
                }
                Scheme::Stripe => {
                    "this is signed the way of Stripe: verify with the scheme `stripe`"
                }
                Scheme::GitHub => {
                    "this is signed the way of GitHub: verify with the scheme `github`"
                }
            },
            Self::SecretWhitespace => "the secret has white space around it: trim it",
            Self::SecretEncoding => {
                "the key is what the secret encodes: decode its base64 or hex before use"
            }
            Self::SecretDecoded => {
                "the key is the secret's own characters: the sender does not decode them"
            }
            Self::SecretPrefix => {
                "`whsec_` is in front of only one of the sender's secret and yours: copy the secret again"
            }
            Self::Reserialized => {
                "the body was parsed and written again: hand over its bytes as they were received, from before any JSON parser"
            }
            Self::ByteOrderMark => {
                "the body lost or gained a byte order mark: hand over its bytes as they were received, not text"
            }
            Self::TrailingNewline => {
                "the body lost or gained white space at an end: hand over its bytes as they were received"
            }
            Self::LineEndings => {
                "the body's line ends were changed: hand over its bytes as they were received"
            }
            Self::Latin1 => {
                "the body was read as Latin-1: hand over its bytes as they were received"
            }
            Self::Replaced => {
                "the body has replacement characters, so its bytes were read as text that they are not: hand over its bytes as they were received"
            }
        }
    }
}

/// Tries the usual mistakes on headers, a body and secrets that
/// [`super::verify`] refused. Nothing is wrong with a signature that is only too
/// old.
///
/// It costs up to some hundred times as much: it is for logs and for development,
/// not for each stranger's request.
#[must_use]
pub fn explain(
    scheme: Scheme,
    headers: &Headers<'_>,
    body: &[u8],
    secrets: &[&[u8]],
) -> Option<Mistake> {
    let Ok(signed) = Signed::read(scheme, headers) else {
        return other_header(scheme, headers);
    };
    let is_right = |secret: &&[u8]| {
        let mut buffer = [0; MAX_KEY_BYTES];
        decode_secret(scheme, secret, 0, &mut buffer)
            .is_ok_and(|key| signed.fits(&mac(key, &signed.prefix(), body)))
    };
    if secrets.iter().any(is_right) {
        return None;
    }
    let by_secret = |secret: &&[u8]| with_secret(scheme, &signed, body, secret);
    secrets.iter().find_map(by_secret).or_else(|| {
        let is_replaced = body.windows(3).any(|bytes| bytes == "\u{fffd}".as_bytes());
        is_replaced.then_some(Mistake::Replaced)
    })
}

/// The scheme that has headers of this form.
fn other_header(scheme: Scheme, headers: &Headers<'_>) -> Option<Mistake> {
    // Of Standard Webhooks there may be just the signature to go by.
    let headers = Headers {
        signature: headers.signature,
        id: b"id",
        timestamp: b"1000000000",
    };
    let fits = |other: &Scheme| *other != scheme && Signed::read(*other, &headers).is_ok();
    let scheme = Scheme::ALL.into_iter().find(fits)?;
    Some(Mistake::Scheme { scheme })
}

fn with_secret(scheme: Scheme, signed: &Signed<'_>, body: &[u8], secret: &[u8]) -> Option<Mistake> {
    let as_received =
        |key: &[u8]| !key.is_empty() && signed.fits(&mac(key, &signed.prefix(), body));
    if let Some(mistake) = secret_mistake(scheme, secret, &as_received) {
        return Some(mistake);
    }
    let mut buffer = [0; MAX_KEY_BYTES];
    let key = decode_secret(scheme, secret, 0, &mut buffer).ok()?;
    let other_content = |other: &Scheme| {
        let prefix = prefix(*other, signed.id(), signed.time());
        *other != scheme && signed.fits(&mac(key, &prefix, body))
    };
    if let Some(scheme) = Scheme::ALL.into_iter().find(other_content) {
        return Some(Mistake::Scheme { scheme });
    }
    let mut written = |write: Write<'_>| {
        let mut is_whole = false;
        let mac = mac_of(key, &signed.prefix(), |out| is_whole = write(out));
        is_whole && signed.fits(&mac)
    };
    body_mistake(body, &mut written)
}

/// `fits` says whether a key signs what was received.
fn secret_mistake(scheme: Scheme, secret: &[u8], fits: &dyn Fn(&[u8]) -> bool) -> Option<Mistake> {
    let trimmed = secret.trim_ascii();
    let bare = trimmed.strip_prefix(b"whsec_");
    let mut buffer = [0; MAX_KEY_BYTES];
    if trimmed.len() != secret.len() {
        let key = decode_secret(scheme, trimmed, 0, &mut buffer);
        if key.is_ok_and(fits) {
            return Some(Mistake::SecretWhitespace);
        }
    }
    if scheme == Scheme::StandardWebhooks {
        if fits(trimmed) {
            return Some(Mistake::SecretDecoded);
        }
        return bare.filter(|key| fits(key)).map(|_| Mistake::SecretDecoded);
    }
    if bare.is_some_and(fits) || prefixed(trimmed, &mut buffer).is_some_and(fits) {
        return Some(Mistake::SecretPrefix);
    }
    let text = bare.unwrap_or(trimmed);
    if base64::decode(text, &mut buffer).is_some_and(fits)
        || unhex(text, &mut buffer).is_some_and(fits)
    {
        return Some(Mistake::SecretEncoding);
    }
    None
}

fn prefixed<'a>(secret: &[u8], buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let bytes = b"whsec_".iter().chain(secret);
    let length = secret.len() + 6;
    for (to, from) in buffer.get_mut(..length)?.iter_mut().zip(bytes) {
        *to = *from;
    }
    buffer.get(..length)
}

/// Hex digits of either case.
fn unhex<'a>(text: &[u8], buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let bytes = buffer.get_mut(..pairs.len())?;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(high.to_ascii_lowercase())? << 4 | nibble(low.to_ascii_lowercase())?;
    }
    Some(bytes)
}

/// Writes a body, and says whether all of it could be written.
type Write<'a> = &'a dyn Fn(&mut dyn FnMut(&[u8])) -> bool;

/// `fits` says whether what is written was signed.
fn body_mistake(body: &[u8], fits: &mut dyn FnMut(Write<'_>) -> bool) -> Option<Mistake> {
    let mut is = |pieces: &[&[u8]]| {
        fits(&|out| {
            for piece in pieces {
                out(piece);
            }
            true
        })
    };
    let bare = body.strip_prefix(BYTE_ORDER_MARK);
    if bare.is_some_and(|bare| is(&[bare])) || is(&[BYTE_ORDER_MARK, body]) {
        return Some(Mistake::ByteOrderMark);
    }
    let trimmed = body.trim_ascii();
    if is(&[trimmed]) || is(&[trimmed, b"\n"]) || is(&[trimmed, b"\r\n"]) {
        return Some(Mistake::TrailingNewline);
    }
    if fits(&|out| lines(body, b"\n", out)) || fits(&|out| lines(body, b"\r\n", out)) {
        return Some(Mistake::LineEndings);
    }
    if fits(&|out| latin1(body, out)) {
        return Some(Mistake::Latin1);
    }
    if body.len() > MAX_REWRITTEN_BYTES {
        return None;
    }
    let text = bare.unwrap_or(body);
    styles()
        .any(|style| fits(&|out| json::write(text, style, out).is_some()))
        .then_some(Mistake::Reserialized)
}

fn lines(body: &[u8], end: &[u8], out: &mut dyn FnMut(&[u8])) -> bool {
    for (index, line) in body.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out(end);
        }
        out(line.strip_suffix(b"\r").unwrap_or(line));
    }
    true
}

/// The bytes that were taken for characters.
fn latin1(body: &[u8], out: &mut dyn FnMut(&[u8])) -> bool {
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            0..0x80 => *byte,
            0xc2 | 0xc3 => match bytes.next() {
                Some(low @ 0x80..0xc0) => (byte & 3) << 6 | (low & 0x3f),
                _ => return false,
            },
            _ => return false,
        };
        out(&[byte]);
    }
    true
}

/// What the usual writers make of a JSON text.
fn styles() -> impl Iterator<Item = Style> {
    const LAYOUTS: [Layout; 5] = [
        Layout::Compact,
        Layout::Spaced,
        Layout::Lines(b"  "),
        Layout::Lines(b"    "),
        Layout::Lines(b"\t"),
    ];
    // Slashes, all but ASCII, and what means something in HTML.
    const ESCAPES: [(bool, bool, bool); 5] = [
        (false, false, false),
        (true, true, false),
        (false, true, false),
        (true, false, false),
        (false, false, true),
    ];
    LAYOUTS.into_iter().flat_map(|layout| {
        ESCAPES.into_iter().flat_map(move |(slash, unicode, html)| {
            [false, true].into_iter().map(move |is_sorted| Style {
                layout,
                escapes: Escapes {
                    slash,
                    unicode,
                    html,
                },
                is_sorted,
            })
        })
    })
}
