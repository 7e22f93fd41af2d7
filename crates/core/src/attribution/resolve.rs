//! Which link is credited for a purchase (AT-01).
//!
//! The last click whose scope covers what was bought wins, if it is within the
//! organizer's window (ST-02, ST-04). A click on a link of something else does
//! not take the credit away, nor does one after the purchase (AT-05).

use serde::Deserialize;

use crate::attribution::receipt::{Considered, Receipt, Rule, Source, VERSION, Verdict};
use crate::attribution::scope::Scope;
use crate::attribution::touch::Touch;
use crate::calendar::MILLIS_PER_DAY;
use crate::link::utm::Utm;
use crate::time::Timestamp;

/// Most touches on a receipt; a journey cookie holds fewer.
pub const MAX_CONSIDERED: usize = 100;

/// A touch that may have led to a purchase, and how we know of it. In JSON the
/// members of all three stand beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct Candidate {
    /// The touch.
    pub touch: Touch,
    /// Its place in the journey; 0 where there is none.
    pub sequence: u32,
    /// Who told of it.
    pub source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    link: i64,
    scope: Scope,
    at: Timestamp,
    sequence: u32,
    source: Source,
    #[serde(default)]
    utm: Utm,
}

impl From<Wire> for Candidate {
    fn from(wire: Wire) -> Self {
        Self {
            touch: Touch {
                link: wire.link,
                scope: wire.scope,
                at: wire.at,
                utm: wire.utm,
            },
            sequence: wire.sequence,
            source: wire.source,
        }
    }
}

/// What of a purchase its attribution depends on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// The organizer who sold, by row id.
    pub organizer: i64,
    /// The events bought and the series each belongs to, by row id.
    pub events: Vec<(i64, Option<i64>)>,
    /// When, by the same clock as the touches.
    pub at: Timestamp,
    /// How long a touch counts (AT-01); below 0 means 0.
    pub window_days: i64,
}

impl Purchase {
    /// Whether a link of this scope may be credited for it (ST-03, ST-04).
    #[must_use]
    pub fn is_covered_by(&self, scope: Scope) -> bool {
        match scope {
            Scope::Account(id) => id == self.organizer,
            Scope::Series(id) => self.events.iter().any(|(_, series)| *series == Some(id)),
            Scope::Event(id) => self.events.iter().any(|(event, _)| *event == id),
        }
    }

    fn window_days(&self) -> i64 {
        self.window_days.max(0)
    }

    /// What a touch comes to by itself: [`Verdict::Earlier`] if it might win.
    fn judge(&self, touch: &Touch) -> Verdict {
        let window = self.window_days().saturating_mul(MILLIS_PER_DAY);
        if !self.is_covered_by(touch.scope) {
            Verdict::OutOfScope
        } else if touch.at.millis() < self.at.millis().saturating_sub(window) {
            Verdict::TooOld
        } else if touch.at > self.at {
            Verdict::InFuture
        } else {
            Verdict::Earlier
        }
    }
}

/// Credits a purchase to the link of the last touch that counts, and says why
/// the others did not. The order of the candidates does not matter.
#[must_use]
pub fn resolve(candidates: &[Candidate], purchase: &Purchase) -> Receipt {
    let mut considered: Vec<Considered> = candidates
        .iter()
        .map(|candidate| Considered::new(candidate, purchase.judge(&candidate.touch)))
        .collect();
    considered.sort_unstable_by(Considered::newest_first);
    considered.dedup_by(|later, first| later.is_repetition_of(first));

    let winner = considered
        .iter_mut()
        .enumerate()
        .find(|(_, touch)| touch.verdict == Verdict::Earlier)
        .map(|(index, touch)| {
            touch.verdict = Verdict::Won;
            (index, touch.link)
        });
    // The winner is on the receipt, however many newer touches there are.
    if let Some((index, _)) = winner
        && index >= MAX_CONSIDERED
    {
        considered.swap(MAX_CONSIDERED - 1, index);
    }
    considered.truncate(MAX_CONSIDERED);
    Receipt {
        rule: Rule::LastClick,
        version: VERSION,
        window_days: purchase.window_days(),
        at: purchase.at,
        winner: winner.map(|(_, link)| link),
        considered,
    }
}
