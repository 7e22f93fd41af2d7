//! API tokens: shown once, stored as a hash (AU-01).

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::id::push_hex;

/// So that a leaked token is recognised by scanners and by its owner.
const PREFIX: &str = "hb_";

/// A token as its holder sees it: `hb_` and 43 characters of base64url.
///
/// It carries 256 random bits, so a plain hash is enough to store it: there is
/// nothing to guess that a slow hash would have to protect.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken(String);

impl core::fmt::Debug for ApiToken {
    /// Never the token itself.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ApiToken(…)")
    }
}

impl ApiToken {
    /// The token of 32 random bytes.
    #[must_use]
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(format!(
            "{PREFIX}{}",
            Base64UrlUnpadded::encode_string(&random)
        ))
    }

    /// The token's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of a token: the SHA-256 of its text in lower-case
    /// hexadecimal. `None` for a text that no token can be, so that it costs no
    /// look-up.
    #[must_use]
    pub fn hash(token: &str) -> Option<String> {
        let mut bytes = [0; 32];
        let random = Base64UrlUnpadded::decode(token.strip_prefix(PREFIX)?, &mut bytes).ok()?;
        if random.len() != 32 {
            return None;
        }
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(token.as_bytes()) {
            push_hex(&mut hex, byte);
        }
        Some(hex)
    }
}
