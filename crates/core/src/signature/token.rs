//! Signed tokens under named, rotating keys.
//!
//! `<base64url payload>.<key name>.<base64url HMAC-SHA-256>`, without padding.
//! The MAC covers the purpose, a zero byte and the payload, so a token made for
//! one purpose is worth nothing for another. The key's name travels along: a
//! new key signs from the day it is put first, and the old one still verifies
//! until it is taken off the ring.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The shortest key: 32 bytes, the size of the hash
/// ([RFC 2104, 3](https://www.rfc-editor.org/rfc/rfc2104#section-3)).
const MIN_KEY_BYTES: usize = 32;
/// The longest name; short because it is in every cookie.
const MAX_NAME_CHARS: usize = 16;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The journey cookie (AT-02).
    Journey,
    /// What a redirect to another domain passes on (RD-03).
    Click,
    /// The address of a promoter's own page (ST-13).
    Stats,
    /// The cookie of whoever signed in to the dashboard (AU-03).
    Session,
}

impl Purpose {
    /// The label under the MAC; part of the format, never changed.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Journey => "journey",
            Self::Click => "click",
            Self::Stats => "stats",
            Self::Session => "session",
        }
    }
}

/// Why a list of signing keys can't be used. None carries key material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRingError {
    /// There is no key in the list.
    Empty,
    /// The entry at this position is not `name:key`.
    Entry {
        /// From 0.
        index: usize,
    },
    /// A name is not 1 to 16 of `[a-z0-9-]`.
    Name {
        /// From 0.
        index: usize,
    },
    /// Two entries have the same name.
    Duplicate {
        /// The name.
        name: String,
    },
    /// A key is not base64url without padding.
    Encoding {
        /// The key's name.
        name: String,
    },
    /// A key is shorter than 32 bytes.
    TooShort {
        /// The key's name.
        name: String,
        /// How many bytes it has.
        bytes: usize,
    },
}

impl KeyRingError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Entry { .. } => "entry",
            Self::Name { .. } => "name",
            Self::Duplicate { .. } => "duplicate",
            Self::Encoding { .. } => "encoding",
            Self::TooShort { .. } => "too_short",
        }
    }
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no signing key"),
            Self::Entry { index } => write!(f, "signing key {index} is not written `name:key`"),
            Self::Name { index } => {
                write!(
                    f,
                    "signing key {index} needs a name of 1 to 16 of `a-z`, `0-9` and `-`"
                )
            }
            Self::Duplicate { name } => write!(f, "two signing keys have the name `{name}`"),
            Self::Encoding { name } => {
                write!(f, "signing key `{name}` is not base64url without padding")
            }
            Self::TooShort { name, bytes } => {
                write!(
                    f,
                    "signing key `{name}` needs at least {MIN_KEY_BYTES} bytes, has {bytes}"
                )
            }
        }
    }
}

impl std::error::Error for KeyRingError {}

/// Why a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// It does not have the form of a token.
    Malformed,
    /// It was signed under a name that is not on the ring.
    UnknownKey,
    /// The signature does not fit the payload and the purpose.
    BadSignature,
}

impl TokenError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the token is malformed",
            Self::UnknownKey => "the token was signed under an unknown key",
            Self::BadSignature => "the token's signature is wrong",
        })
    }
}

impl std::error::Error for TokenError {}

/// One key with its HMAC state after the key block, cloned for each token.
#[derive(Clone)]
struct Key {
    name: String,
    state: Hmac<Sha256>,
}

/// Named signing keys, newest first. The first signs, all verify.
#[derive(Clone)]
pub struct KeyRing {
    newest: Key,
    older: Vec<Key>,
}

impl fmt::Debug for KeyRing {
    /// Names only: a key must never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys().map(|key| &key.name))
            .finish()
    }
}

impl KeyRing {
    /// Reads `name:key[,name:key…]`, keys in base64url without padding.
    ///
    /// # Errors
    /// [`KeyRingError`] for the first entry that can't be used.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, entry) in text.split(',').map(str::trim).enumerate() {
            if entry.is_empty() {
                continue;
            }
            let key = parse_key(index, entry)?;
            if keys.iter().any(|other| other.name == key.name) {
                return Err(KeyRingError::Duplicate { name: key.name });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or(KeyRingError::Empty)?;
        Ok(Self {
            newest,
            older: keys.collect(),
        })
    }

    /// Signs a payload with the newest key.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, payload: &[u8]) -> String {
        let mac = mac(&self.newest, purpose, payload).finalize().into_bytes();
        let mut token = Base64UrlUnpadded::encode_string(payload);
        token.push('.');
        token.push_str(&self.newest.name);
        token.push('.');
        token.push_str(&Base64UrlUnpadded::encode_string(&mac));
        token
    }

    /// The payload of a token signed for this purpose. The signature is
    /// compared in constant time.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, purpose: Purpose, token: &str) -> Result<Vec<u8>, TokenError> {
        let Token {
            payload,
            name,
            signature,
        } = Token::parse(token).ok_or(TokenError::Malformed)?;
        let key = self
            .keys()
            .find(|key| key.name == name)
            .ok_or(TokenError::UnknownKey)?;
        mac(key, purpose, &payload)
            .verify_slice(&signature)
            .map_err(|_| TokenError::BadSignature)?;
        Ok(payload)
    }

    /// How many characters a token of so many payload bytes has.
    #[must_use]
    pub fn token_len(&self, payload_bytes: usize) -> usize {
        let mac_chars = 43;
        payload_bytes.saturating_mul(4).div_ceil(3) + self.newest.name.len() + mac_chars + 2
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        core::iter::once(&self.newest).chain(&self.older)
    }
}

/// A token's three parts.
struct Token<'a> {
    payload: Vec<u8>,
    name: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split('.');
        let (Some(payload), Some(name), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let token = Self {
            payload: Base64UrlUnpadded::decode_vec(payload).ok()?,
            name,
            signature: Base64UrlUnpadded::decode_vec(signature).ok()?,
        };
        (is_name(name) && token.signature.len() == 32).then_some(token)
    }
}

/// The payload of what looks like a token, whoever wrote it.
pub(crate) fn peek(token: &str) -> Option<Vec<u8>> {
    Token::parse(token).map(|token| token.payload)
}

fn parse_key(index: usize, entry: &str) -> Result<Key, KeyRingError> {
    let (name, key) = entry.split_once(':').ok_or(KeyRingError::Entry { index })?;
    if !is_name(name) {
        return Err(KeyRingError::Name { index });
    }
    let name = name.to_owned();
    let encoding = || KeyRingError::Encoding { name: name.clone() };
    let bytes = Base64UrlUnpadded::decode_vec(key).map_err(|_| encoding())?;
    if bytes.len() < MIN_KEY_BYTES {
        return Err(KeyRingError::TooShort {
            name,
            bytes: bytes.len(),
        });
    }
    // HMAC takes a key of any length; the error is in the trait only.
    let state = Hmac::new_from_slice(&bytes).map_err(|_| encoding())?;
    Ok(Key { name, state })
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn mac(key: &Key, purpose: Purpose, payload: &[u8]) -> Hmac<Sha256> {
    let mut mac = key.state.clone();
    mac.update(purpose.label().as_bytes());
    mac.update(&[0]);
    mac.update(payload);
    mac
}
