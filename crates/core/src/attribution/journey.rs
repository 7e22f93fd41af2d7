//! The touches a browser carries in one signed cookie (AT-02).
//!
//! Payload of the token: a version byte, then for each touch, oldest first,
//! four [LEB128](https://en.wikipedia.org/wiki/LEB128) numbers: the link's id;
//! the scope's id times 4 plus its kind (0 account, 1 series, 2 event); the
//! time as zigzag difference in milliseconds to the touch before (the first to
//! 1970); the sequence number as difference to the touch before. About 12 bytes
//! a touch, so that some 50 fit into the cookie.

use crate::attribution::scope::Scope;
use crate::attribution::touch::Touch;
use crate::id::MAX_ID;
use crate::signature::{KeyRing, Purpose};
use crate::time::Timestamp;

/// The first byte of a payload.
const VERSION: u8 = 1;
/// Most characters of a token: a quarter of the 4,096 bytes browsers give one
/// cookie ([RFC 6265, 6.1](https://www.rfc-editor.org/rfc/rfc6265#section-6.1)).
pub const MAX_TOKEN_CHARS: usize = 1_024;

/// A touch and its place in the order in which we saw them, which settles ties
/// between equal times (AT-05).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The touch.
    pub touch: Touch,
    /// Later touches have larger numbers.
    pub sequence: u32,
}

/// The touches of one browser, oldest first, each link at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journey {
    steps: Vec<Step>,
}

impl Journey {
    /// No touch yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the cookie. One that is missing, tampered with, signed by somebody
    /// else, too long or not understood is an empty journey, never an error for
    /// the buyer; touches older than the window are dropped.
    #[must_use]
    pub fn from_token(keys: &KeyRing, token: Option<&str>, now: Timestamp, window_ms: i64) -> Self {
        let mut steps = token
            .filter(|token| token.len() <= MAX_TOKEN_CHARS)
            .and_then(|token| keys.verify(Purpose::Journey, token).ok())
            .and_then(|payload| decode(&payload))
            .unwrap_or_default();
        let oldest = now.millis().saturating_sub(window_ms);
        steps.retain(|step| step.touch.at.millis() >= oldest);
        Self { steps }
    }

    /// Adds a touch as the newest; an earlier one of the same link is dropped.
    pub fn record(&mut self, touch: Touch) {
        self.steps.retain(|step| step.touch.link != touch.link);
        let last = self.steps.last().map(|step| step.sequence);
        let sequence = match last.map(|last| last.checked_add(1)) {
            None => 0,
            Some(Some(next)) => next,
            // After 2^32 touches: only the order matters, so number it anew.
            Some(None) => {
                for (sequence, step) in (0..).zip(&mut self.steps) {
                    step.sequence = sequence;
                }
                u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
            }
        };
        self.steps.push(Step { touch, sequence });
    }

    /// The touches, oldest first.
    pub fn touches(&self) -> impl ExactSizeIterator<Item = &Touch> {
        self.steps.iter().map(|step| &step.touch)
    }

    /// The touches with their sequence numbers, oldest first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether there is no touch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The cookie's value, at most [`MAX_TOKEN_CHARS`]: the oldest touches that
    /// don't fit are left out.
    #[must_use]
    pub fn to_token(&self, keys: &KeyRing) -> String {
        let mut steps = self.steps.as_slice();
        let mut payload = encode(steps);
        while keys.token_len(payload.len()) > MAX_TOKEN_CHARS
            && let [_, newer @ ..] = steps
        {
            steps = newer;
            payload = encode(steps);
        }
        keys.sign(Purpose::Journey, &payload)
    }
}

fn encode(steps: &[Step]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + 16 * steps.len());
    out.push(VERSION);
    let (mut at, mut sequence) = (0_i64, 0_u32);
    for step in steps {
        let (kind, id) = match step.touch.scope {
            Scope::Account(id) => (0, id),
            Scope::Series(id) => (1, id),
            Scope::Event(id) => (2, id),
        };
        push_number(&mut out, clamp_id(step.touch.link));
        push_number(&mut out, clamp_id(id) << 2 | kind);
        push_number(&mut out, zigzag(step.touch.at.millis() - at));
        push_number(&mut out, u64::from(step.sequence.wrapping_sub(sequence)));
        (at, sequence) = (step.touch.at.millis(), step.sequence);
    }
    out
}

/// `None` for anything that [`encode`] can't have written.
fn decode(payload: &[u8]) -> Option<Vec<Step>> {
    let (version, mut rest) = payload.split_first()?;
    if *version != VERSION {
        return None;
    }
    let mut steps = Vec::new();
    let (mut at, mut sequence) = (0_i64, 0_u32);
    while !rest.is_empty() {
        let link = read_id(take_number(&mut rest)?)?;
        let scope = take_number(&mut rest)?;
        let id = read_id(scope >> 2)?;
        let scope = match scope & 3 {
            0 => Scope::Account(id),
            1 => Scope::Series(id),
            2 => Scope::Event(id),
            _ => return None,
        };
        at = at.checked_add(unzigzag(take_number(&mut rest)?))?;
        let gap = u32::try_from(take_number(&mut rest)?).ok()?;
        sequence = sequence.checked_add(gap)?;
        let touch = Touch {
            link,
            scope,
            at: Timestamp::from_millis(at),
        };
        steps.push(Step { touch, sequence });
    }
    Some(steps)
}

/// Row ids are 1 to 2^53 − 1; what is not one is written as 0, which no reader
/// accepts.
fn clamp_id(id: i64) -> u64 {
    u64::try_from(id).ok().filter(|_| id <= MAX_ID).unwrap_or(0)
}

fn read_id(number: u64) -> Option<i64> {
    i64::try_from(number)
        .ok()
        .filter(|id| (1..=MAX_ID).contains(id))
}

fn push_number(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        let low = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if shift == 63 && low > 1 {
            return None;
        }
        number |= low << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}
