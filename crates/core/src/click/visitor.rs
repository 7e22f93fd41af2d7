//! Who clicks, without saying who it is (RD-04, RD-10).

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// 128 bits as 22 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VisitorId(String);

impl VisitorId {
    /// The id of 16 random bytes.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&random))
    }

    /// Reads a cookie. Of the texts that decode to the same 16 bytes only the
    /// one we would have written is accepted, so one visitor has one id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        let id = Base64UrlUnpadded::decode(text, &mut bytes).ok()?;
        (id.len() == 16 && text.len() == 22).then(|| Self(text.to_owned()))
    }

    /// The 22 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The visitor id of somebody who asked not to be tracked (RD-10): the first
/// 128 bits of HMAC-SHA-256 over the day (8 bytes, big-endian), the address, a
/// zero byte and the user agent. The key is the day's salt; once it is
/// destroyed, nobody can tell which address the id was made of.
///
/// `day` counts UTC days since 1970.
#[must_use]
pub fn daily_visitor(salt: &[u8; 32], day: i64, address: &str, agent: &str) -> VisitorId {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) else {
        // HMAC takes a key of any length; the error is in the trait only.
        return VisitorId::from_random([0; 16]);
    };
    mac.update(&day.to_be_bytes());
    mac.update(address.as_bytes());
    mac.update(&[0]);
    mac.update(agent.as_bytes());
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
    VisitorId::from_random(id)
}
