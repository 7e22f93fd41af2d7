//! From a secret to the HMAC of a body.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{MAC_BYTES, Scheme, WebhookError, base64};

/// The longest key of a secret in base64: three times the 64 bytes that Standard
/// Webhooks allows, more than HMAC can make use of.
pub const MAX_KEY_BYTES: usize = 192;
/// Bytes that SHA-256 takes at a time. HMAC fills a key up to them, and hashes a
/// longer one first ([RFC 2104, 2](https://www.rfc-editor.org/rfc/rfc2104#section-2)).
pub const BLOCK_BYTES: usize = 64;
/// What secrets in base64 begin with; it may be left out.
const PREFIX: &[u8] = b"whsec_";

/// Refuses secrets that can't sign anything: one that is empty by mistake would
/// otherwise never be noticed beside others.
///
/// # Errors
/// [`WebhookError`] for the first of them, or if there is none at all.
pub fn check_secrets(scheme: Scheme, secrets: &[&[u8]]) -> Result<(), WebhookError> {
    if secrets.is_empty() {
        return Err(WebhookError::MissingSecret);
    }
    for (index, secret) in secrets.iter().enumerate() {
        decode_secret(scheme, secret, index, &mut [0; MAX_KEY_BYTES])?;
    }
    Ok(())
}

/// The key that a secret stands for: of Standard Webhooks what is written in
/// base64 behind `whsec_`, else its bytes as they are.
///
/// # Errors
/// [`WebhookError`] that names the secret by its index.
pub fn decode_secret<'a>(
    scheme: Scheme,
    secret: &'a [u8],
    index: usize,
    buffer: &'a mut [u8; MAX_KEY_BYTES],
) -> Result<&'a [u8], WebhookError> {
    let key = match scheme {
        Scheme::StandardWebhooks => {
            let text = secret.strip_prefix(PREFIX).unwrap_or(secret);
            base64::decode(text, buffer).ok_or(WebhookError::MalformedSecret { index })?
        }
        Scheme::TicketTailor | Scheme::Stripe | Scheme::GitHub => secret,
    };
    if key.is_empty() {
        return Err(WebhookError::EmptySecret { index });
    }
    Ok(key)
}

/// The HMAC-SHA-256 of a prefix and a body.
#[must_use]
pub fn mac(key: &[u8], prefix: &[&[u8]], body: &[u8]) -> [u8; MAC_BYTES] {
    mac_of(key, prefix, |sink| sink(body))
}

/// The HMAC-SHA-256 of a prefix and of a body that comes in pieces.
pub(super) fn mac_of(
    key: &[u8],
    prefix: &[&[u8]],
    body: impl FnOnce(&mut dyn FnMut(&[u8])),
) -> [u8; MAC_BYTES] {
    let mut mac = <Hmac<Sha256>>::new(&block(key).into());
    for part in prefix {
        mac.update(part);
    }
    body(&mut |piece| mac.update(piece));
    mac.finalize().into_bytes().into()
}

/// What is hashed first in an HMAC, for whoever has a faster SHA-256: then comes the
/// message, and the hash of both goes to [`mac_from_hash`].
#[must_use]
pub fn inner_block(key: &[u8]) -> [u8; BLOCK_BYTES] {
    block(key).map(|byte| byte ^ 0x36)
}

/// The HMAC of a message that was hashed elsewhere, behind [`inner_block`].
#[must_use]
pub fn mac_from_hash(key: &[u8], hash: &[u8]) -> [u8; MAC_BYTES] {
    let outer = Sha256::new().chain_update(block(key).map(|byte| byte ^ 0x5c));
    outer.chain_update(hash).finalize().into()
}

/// A key of the length that HMAC takes.
fn block(key: &[u8]) -> [u8; BLOCK_BYTES] {
    let mut block = [0; BLOCK_BYTES];
    let hash;
    let key = if key.len() > BLOCK_BYTES {
        hash = Sha256::digest(key);
        hash.as_slice()
    } else {
        key
    };
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    block
}
