//! What the redirect needs to know of a link, as it is kept in KV (RD-05).

use serde::{Deserialize, Serialize};

use crate::attribution::scope::Scope;
use crate::link::utm::Utm;

/// The version of the text form. A text of another version is not understood
/// and read again from the database.
const VERSION: u8 = 1;
/// What stands in KV for a link that was deleted.
const GONE: &str = "gone";

/// A link as the redirect sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The link's id.
    pub id: i64,
    /// The organizer that owns it.
    pub organizer: i64,
    /// What its touches may be credited for.
    pub scope: Scope,
    /// The full URL, or a path of ours.
    pub destination: String,
    /// Added to the destination (RD-02).
    pub utm: Utm,
    /// For a campaign, what its campaign URL begins with (PX-06): the slugs of its
    /// organizer and event, `demo/rock-night`, in lower case.
    pub page: Option<String>,
}

/// The text form: short keys, because it crosses the network for each click
/// that is not in memory.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    v: u8,
    i: i64,
    o: i64,
    s: Scope,
    d: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Utm::is_empty")]
    u: Utm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<std::borrow::Cow<'a, str>>,
}

impl Route {
    /// Compact JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = Wire {
            v: VERSION,
            i: self.id,
            o: self.organizer,
            s: self.scope,
            d: self.destination.as_str().into(),
            u: self.utm.clone(),
            p: self.page.as_deref().map(Into::into),
        };
        // Strings, integers and a string-keyed map always serialise.
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// Reads what [`Route::to_json`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let wire: Wire<'_> = serde_json::from_str(text).ok()?;
        (wire.v == VERSION).then(|| Self {
            id: wire.i,
            organizer: wire.o,
            scope: wire.s,
            destination: wire.d.into_owned(),
            utm: wire.u,
            page: wire.p.map(Into::into),
        })
    }
}

/// What KV says of a slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteEntry {
    /// It leads somewhere.
    Found(Route),
    /// Its link was deleted; no need to ask the database.
    Gone,
}

impl RouteEntry {
    /// The text kept in KV.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Found(route) => route.to_json(),
            Self::Gone => GONE.to_owned(),
        }
    }

    /// Reads what [`RouteEntry::to_text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            GONE => Some(Self::Gone),
            _ => Route::parse(text).map(Self::Found),
        }
    }
}
