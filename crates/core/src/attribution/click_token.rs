//! The token that a redirect to another domain passes on, so that a shop there
//! keeps the attribution (RD-03, NP-04).
//!
//! Payload: a version byte and one touch, as in the journey, with the sequence
//! number 0.

use crate::attribution::codec::{Reader, VERSION, Writer};
use crate::attribution::journey::MAX_TOKEN_CHARS;
use crate::attribution::touch::Touch;
use crate::signature::{KeyRing, Purpose, token};

/// The query parameter that carries it.
pub const CLICK_PARAMETER: &str = "hb_click";

/// One touch, signed, in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClickToken;

impl ClickToken {
    /// Signs a touch: about 70 characters, at most 540 with all UTM values.
    #[must_use]
    pub fn to_token(touch: &Touch, keys: &KeyRing) -> String {
        let mut out = Writer::new(1);
        out.touch(touch, 0, Some(&touch.utm));
        keys.sign(Purpose::Click, &out.finish())
    }

    /// The touch in a token. One that was tampered with, signed by somebody else
    /// or for something else is none, never an error for the buyer. How old it
    /// may be is for [`crate::attribution::resolve()`].
    #[must_use]
    pub fn from_token(keys: &KeyRing, text: &str) -> Option<Touch> {
        if text.len() > MAX_TOKEN_CHARS {
            return None;
        }
        decode(&keys.verify(Purpose::Click, text).ok()?)
    }

    /// The touch that a token tells of, for whoever has no key: anybody may have
    /// written it.
    #[must_use]
    pub fn peek(text: &str) -> Option<Touch> {
        if text.len() > MAX_TOKEN_CHARS {
            return None;
        }
        decode(&token::peek(text)?)
    }
}

fn decode(payload: &[u8]) -> Option<Touch> {
    let (version, rest) = payload.split_first()?;
    let mut reader = Reader::new(rest, true);
    let (touch, sequence) = reader.touch()?;
    (*version == VERSION && sequence == 0 && reader.is_at_end()).then_some(touch)
}
