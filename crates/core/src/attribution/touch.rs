//! One contact of a buyer with a link.

use serde::{Deserialize, Serialize};

use crate::attribution::scope::Scope;
use crate::link::utm::Utm;
use crate::time::Timestamp;

/// A buyer came by this link at this time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// The link's id.
    pub link: i64,
    /// What it may be credited for.
    pub scope: Scope,
    /// When, by the clock of who answered the click.
    pub at: Timestamp,
    /// The UTM parameters the buyer arrived with (AT-04).
    #[serde(default, skip_serializing_if = "Utm::is_empty")]
    pub utm: Utm,
}
