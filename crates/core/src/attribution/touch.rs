//! One contact of a buyer with a link.

use serde::{Deserialize, Serialize};

use crate::attribution::scope::Scope;
use crate::time::Timestamp;

/// A buyer came by this link at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// The link's id.
    pub link: i64,
    /// What it may be credited for.
    pub scope: Scope,
    /// When, by the clock of who answered the click.
    pub at: Timestamp,
}
