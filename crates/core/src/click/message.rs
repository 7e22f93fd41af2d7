//! A click as it travels through the queue (RD-07, RD-08).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::click::fetch::Fetch;
use crate::click::visitor::VisitorId;
use crate::id::{MAX_ID, is_uuid_v7};
use crate::time::Timestamp;

/// The version of the message.
const VERSION: u8 = 1;
/// Most characters kept of a user agent; real ones have about 120.
pub const MAX_AGENT_CHARS: usize = 512;
/// 2020-01-01T00:00:00Z, before any click.
const EARLIEST_MS: i64 = 1_577_836_800_000;
/// 2100-01-01T00:00:00Z, after any click.
const LATEST_MS: i64 = 4_102_444_800_000;

/// One fetch of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// A UUIDv7; the ledger holds each once (RD-08).
    pub id: String,
    /// The link's id.
    pub link: i64,
    /// When it was answered.
    pub at: Timestamp,
    /// Who, see [`VisitorId`].
    pub visitor: String,
    /// The user agent, see [`clip_agent`].
    pub agent: String,
    /// How.
    pub fetch: Fetch,
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    v: u8,
    id: std::borrow::Cow<'a, str>,
    link: i64,
    at: i64,
    visitor: std::borrow::Cow<'a, str>,
    agent: std::borrow::Cow<'a, str>,
    fetch: Fetch,
}

/// Why a message is no click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClickError {
    /// No JSON object with the fields of a click.
    Malformed,
    /// A version this code does not know.
    Version {
        /// The version given.
        version: u8,
    },
    /// The id is no UUIDv7.
    Id,
    /// The link is no row id.
    Link {
        /// The number given.
        link: i64,
    },
    /// The time is outside 2020 to 2100.
    At {
        /// The milliseconds given.
        at: i64,
    },
    /// The visitor is no visitor id.
    Visitor,
    /// The user agent is too long or has control characters.
    Agent,
}

impl ClickError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Version { .. } => "version",
            Self::Id => "id",
            Self::Link { .. } => "link",
            Self::At { .. } => "at",
            Self::Visitor => "visitor",
            Self::Agent => "agent",
        }
    }
}

impl fmt::Display for ClickError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the message is no click"),
            Self::Version { version } => write!(f, "version {version} is unknown"),
            Self::Id => f.write_str("the id is no UUIDv7"),
            Self::Link { link } => write!(f, "{link} is no link"),
            Self::At { at } => write!(f, "{at} is no time of a click"),
            Self::Visitor => f.write_str("the visitor is no visitor id"),
            Self::Agent => f.write_str("the user agent is too long or has control characters"),
        }
    }
}

impl std::error::Error for ClickError {}

impl Click {
    /// The message's text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = Wire {
            v: VERSION,
            id: self.id.as_str().into(),
            link: self.link,
            at: self.at.millis(),
            visitor: self.visitor.as_str().into(),
            agent: self.agent.as_str().into(),
            fetch: self.fetch,
        };
        // Strings and integers always serialise.
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// Reads a message and checks all of it: what comes out of a queue was
    /// written by some version of us, not necessarily by this one. Fields it
    /// does not know are ignored.
    ///
    /// # Errors
    /// [`ClickError`] for the first thing wrong.
    pub fn parse(text: &str) -> Result<Self, ClickError> {
        let wire: Wire<'_> = serde_json::from_str(text).map_err(|_| ClickError::Malformed)?;
        if wire.v != VERSION {
            return Err(ClickError::Version { version: wire.v });
        }
        if !is_uuid_v7(&wire.id) {
            return Err(ClickError::Id);
        }
        if !(1..=MAX_ID).contains(&wire.link) {
            return Err(ClickError::Link { link: wire.link });
        }
        if !(EARLIEST_MS..LATEST_MS).contains(&wire.at) {
            return Err(ClickError::At { at: wire.at });
        }
        if VisitorId::parse(&wire.visitor).is_none() {
            return Err(ClickError::Visitor);
        }
        if wire.agent.chars().count() > MAX_AGENT_CHARS || wire.agent.contains(char::is_control) {
            return Err(ClickError::Agent);
        }
        Ok(Self {
            id: wire.id.into_owned(),
            link: wire.link,
            at: Timestamp::from_millis(wire.at),
            visitor: wire.visitor.into_owned(),
            agent: wire.agent.into_owned(),
            fetch: wire.fetch,
        })
    }
}

/// A user agent as it is kept: without control characters, cut to
/// [`MAX_AGENT_CHARS`].
#[must_use]
pub fn clip_agent(agent: &str) -> String {
    agent
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_AGENT_CHARS)
        .collect()
}
