//! Keys of baskets. Whoever knows one may read and change the basket, so a key
//! is as hard to guess as a token.

use base64ct::{Base64UrlUnpadded, Encoding};

/// Random bytes in a key.
const BYTES: usize = 16;

/// The key of 128 random bits: 22 characters of base64url.
#[must_use]
pub fn basket_key(random: &[u8; BYTES]) -> String {
    Base64UrlUnpadded::encode_string(random)
}

/// Whether [`basket_key`] can have written the text, so that another costs no
/// look-up.
#[must_use]
pub fn is_basket_key(text: &str) -> bool {
    let mut bytes = [0; BYTES];
    Base64UrlUnpadded::decode(text, &mut bytes).is_ok_and(|bytes| bytes.len() == BYTES)
}
