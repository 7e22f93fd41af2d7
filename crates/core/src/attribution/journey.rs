//! The touches a browser carries in one signed cookie (AT-02).
//!
//! Payload of the token: a version byte, then the touches, oldest first, as the
//! `codec` beside this writes them. About 11 bytes a touch and more with UTM
//! values, so that some 60 fit into the cookie.

use crate::attribution::codec::{Reader, VERSION, VERSION_WITHOUT_UTM, Writer};
use crate::attribution::touch::Touch;
use crate::signature::{KeyRing, Purpose};
use crate::time::Timestamp;

/// Most characters of a token: a quarter of the 4,096 bytes browsers give one
/// cookie ([RFC 6265, 6.1](https://www.rfc-editor.org/rfc/rfc6265#section-6.1)).
pub const MAX_TOKEN_CHARS: usize = 1_024;

/// A touch and its place in the order in which we saw them, which settles ties
/// between equal times (AT-05).
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// The cookie's value, at most [`MAX_TOKEN_CHARS`]. What does not fit is left
    /// out: first the UTM values of all but the newest touch, then whole touches,
    /// the oldest first.
    #[must_use]
    pub fn to_token(&self, keys: &KeyRing) -> String {
        let mut steps = self.steps.as_slice();
        let mut utm_from = 0;
        let mut payload = encode(steps, utm_from);
        while keys.token_len(payload.len()) > MAX_TOKEN_CHARS {
            if let Some(oldest) = oldest_utm(steps, utm_from) {
                utm_from = oldest + 1;
            } else if let [_, newer @ ..] = steps {
                steps = newer;
                utm_from = utm_from.saturating_sub(1);
            } else {
                break;
            }
            payload = encode(steps, utm_from);
        }
        keys.sign(Purpose::Journey, &payload)
    }
}

/// The oldest touch from this one on that has UTM values, the newest aside.
fn oldest_utm(steps: &[Step], from: usize) -> Option<usize> {
    let (_, older) = steps.split_last()?;
    let mut rest = older.iter().enumerate().skip(from);
    let (index, _) = rest.find(|(_, step)| !step.touch.utm.is_empty())?;
    Some(index)
}

/// The touches, with their UTM values from one of them on.
fn encode(steps: &[Step], utm_from: usize) -> Vec<u8> {
    let mut out = Writer::new(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let utm = (index >= utm_from).then_some(&step.touch.utm);
        out.touch(&step.touch, step.sequence, utm);
    }
    out.finish()
}

/// `None` for anything that was never written.
fn decode(payload: &[u8]) -> Option<Vec<Step>> {
    let (version, rest) = payload.split_first()?;
    let mut reader = match *version {
        VERSION => Reader::new(rest, true),
        VERSION_WITHOUT_UTM => Reader::new(rest, false),
        _ => return None,
    };
    // One more: a click is about to be recorded.
    let mut steps = Vec::with_capacity(reader.estimate() + 1);
    while !reader.is_at_end() {
        let (touch, sequence) = reader.touch()?;
        steps.push(Step { touch, sequence });
    }
    Some(steps)
}
