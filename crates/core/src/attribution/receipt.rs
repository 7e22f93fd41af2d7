//! Why a purchase was credited to a link, kept with the order (AT-03).

use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::attribution::resolve::Candidate;
use crate::attribution::scope::Scope;
use crate::link::utm::Utm;
use crate::time::Timestamp;

/// The version of the rule; another one for every change that could name
/// another winner.
pub const VERSION: u32 = 1;

/// How the winner is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The last click that counts.
    LastClick,
}

/// Who told of a touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The browser's cookie.
    Journey,
    /// A shop on another domain that was handed a click token.
    ClickToken,
    /// The checkout, which the link opened.
    Checkout,
}

/// What a touch came to. The first that applies is said, in this order after
/// `Won`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its link is credited.
    Won,
    /// Its link's scope covers nothing that was bought.
    OutOfScope,
    /// It was before the window began.
    TooOld,
    /// It was after the purchase, be it only by a clock that is ahead (AT-05).
    InFuture,
    /// It counts, but a later one counts more.
    Earlier,
}

/// A touch that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// The link's id.
    pub link: i64,
    /// What it could be credited for.
    pub scope: Scope,
    /// When it was touched.
    pub at: Timestamp,
    /// Its place in the journey; 0 where there is none.
    pub sequence: u32,
    /// Who told of it.
    pub source: Source,
    /// The UTM parameters the buyer arrived with (AT-04).
    pub utm: Utm,
    /// What it came to.
    pub verdict: Verdict,
}

impl Considered {
    pub(super) fn new(candidate: &Candidate, verdict: Verdict) -> Self {
        let touch = &candidate.touch;
        Self {
            link: touch.link,
            scope: touch.scope,
            at: touch.at,
            sequence: candidate.sequence,
            source: candidate.source,
            utm: touch.utm.clone(),
            verdict,
        }
    }

    /// The order of a receipt: by time, sequence and link, the largest first
    /// (AT-05). What follows only settles which of several that differ in
    /// nothing else stands first: one that may win, one with UTM values.
    pub(super) fn newest_first(&self, other: &Self) -> Ordering {
        let is_out_of_scope = |touch: &Self| touch.verdict == Verdict::OutOfScope;
        (other.at, other.sequence, other.link)
            .cmp(&(self.at, self.sequence, self.link))
            .then_with(|| self.source.cmp(&other.source))
            .then_with(|| is_out_of_scope(self).cmp(&is_out_of_scope(other)))
            .then_with(|| other.utm.cmp(&self.utm))
            .then_with(|| self.scope.cmp(&other.scope))
    }

    /// Whether the same source told of the same touch twice.
    pub(super) fn is_repetition_of(&self, other: &Self) -> bool {
        (self.at, self.sequence, self.link, self.source)
            == (other.at, other.sequence, other.link, other.source)
    }
}

/// The attribution of one purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// How the winner was found.
    pub rule: Rule,
    /// The rule's version.
    pub version: u32,
    /// How long a touch counted.
    pub window_days: i64,
    /// The time of the purchase.
    pub at: Timestamp,
    /// The link that is credited.
    pub winner: Option<i64>,
    /// The touches considered, newest first; the winner's has [`Verdict::Won`].
    pub considered: Vec<Considered>,
}

impl Receipt {
    /// Compact JSON, the same bytes everywhere.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, integers and lists always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The UTM parameters of the order (AT-04): those of the touch that won or,
    /// where it has none, of the last touch before it of the same link that
    /// counts. The checkout knows its link, but not how the buyer came to it.
    #[must_use]
    pub fn utm(&self) -> Option<&Utm> {
        let counts = |touch: &&Considered| {
            matches!(touch.verdict, Verdict::Won | Verdict::Earlier)
                && Some(touch.link) == self.winner
        };
        let mut touches = self.considered.iter().filter(counts);
        touches
            .find(|touch| !touch.utm.is_empty())
            .map(|touch| &touch.utm)
    }
}
