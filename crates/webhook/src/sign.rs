//! Signing a webhook (WH-04, WH-13).

#[cfg(feature = "alloc")]
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};

use super::header::{check_body, check_id, prefix};
use super::{MAC_BYTES, MAX_KEY_BYTES, Scheme, WebhookError, base64, decode_secret, mac};

/// Unix seconds of ten digits.
const TIMES: core::ops::Range<i64> = 1_000_000_000..10_000_000_000;

/// A header to send.
#[cfg(feature = "alloc")]
pub type Header = (&'static str, String);

/// The headers of a webhook, with a signature by each of the secrets: one, or two
/// while they are being changed and the receiver can read both (WH-12). GitHub's
/// header has room for one: the first secret's.
///
/// # Errors
/// [`WebhookError`] for what no receiver would accept.
///
/// ```
/// use handbill_webhook::{Scheme, sign};
///
/// let headers = sign(Scheme::TicketTailor, &[b"ABCD123"], "", 1_700_000_000, br#"{"id":"wh_1"}"#);
/// let signature = "a7992fb4edcab82a46c1593cd6b4fa26b6552cd71238c6915d8a129b215cf814";
/// assert_eq!(
///     headers.unwrap(),
///     [("Tickettailor-Webhook-Signature", format!("t=1700000000,v1={signature}"))]
/// );
/// ```
#[cfg(feature = "alloc")]
pub fn sign(
    scheme: Scheme,
    secrets: &[&[u8]],
    id: &str,
    at: i64,
    body: &[u8],
) -> Result<Vec<Header>, WebhookError> {
    let mut signature = String::new();
    let mut push = |text: &[u8]| signature.extend(text.iter().copied().map(char::from));
    write_signature(scheme, secrets, id.as_bytes(), at, body, &mut push)?;
    let mut headers = Vec::new();
    if scheme == Scheme::StandardWebhooks {
        headers.push(("webhook-id", id.to_owned()));
        headers.push(("webhook-timestamp", at.to_string()));
    }
    headers.push((scheme.header(), signature));
    Ok(headers)
}

/// The value of [`Scheme::header`], piece by piece.
///
/// # Errors
/// [`WebhookError`] for what no receiver would accept; then something may have
/// been written already.
pub fn write_signature(
    scheme: Scheme,
    secrets: &[&[u8]],
    id: &[u8],
    at: i64,
    body: &[u8],
    out: &mut dyn FnMut(&[u8]),
) -> Result<(), WebhookError> {
    check_body(scheme, body)?;
    let time = digits(at);
    if scheme != Scheme::GitHub && !TIMES.contains(&at) {
        return Err(WebhookError::MalformedTimestamp);
    }
    if scheme == Scheme::StandardWebhooks {
        if id.is_empty() {
            let header = "webhook-id";
            return Err(WebhookError::MissingHeader { header });
        }
        check_id(id)?;
    }
    let (name, between): (&[u8], &[u8]) = match scheme {
        Scheme::TicketTailor | Scheme::Stripe => {
            out(b"t=");
            out(&time);
            (b",v1=", b"")
        }
        Scheme::StandardWebhooks => (b"v1,", b" "),
        Scheme::GitHub => (b"sha256=", b""),
    };
    let secrets = match (secrets, scheme) {
        ([], _) => return Err(WebhookError::MissingSecret),
        ([first, ..], Scheme::GitHub) => core::slice::from_ref(first),
        _ => secrets,
    };
    for (index, secret) in secrets.iter().enumerate() {
        let mut buffer = [0; MAX_KEY_BYTES];
        let key = decode_secret(scheme, secret, index, &mut buffer)?;
        if index > 0 {
            out(between);
        }
        out(name);
        encode(scheme, &mac(key, &prefix(scheme, id, &time), body), out);
    }
    Ok(())
}

/// The last ten decimal digits.
fn digits(number: i64) -> [u8; 10] {
    let mut digits = [b'0'; 10];
    let mut rest = number.unsigned_abs();
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
    digits
}

fn encode(scheme: Scheme, mac: &[u8; MAC_BYTES], out: &mut dyn FnMut(&[u8])) {
    if scheme == Scheme::StandardWebhooks {
        return base64::encode(mac, out);
    }
    for byte in mac {
        for nibble in [byte >> 4, byte & 0x0f] {
            out(&[if nibble < 10 { b'0' } else { b'a' - 10 } + nibble]);
        }
    }
}
