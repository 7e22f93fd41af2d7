//! How a link was fetched (RD-09).

use serde::{Deserialize, Serialize};

/// How a link was fetched. Only [`Fetch::Get`] can be a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fetch {
    /// Somebody went there.
    Get,
    /// Only the head was asked for: previews and link checkers do that.
    Head,
    /// A browser fetched ahead, in case somebody goes there.
    Prefetch,
}

impl Fetch {
    /// From the request's method and its headers `Sec-Purpose`
    /// ([Fetch, 2.2.7](https://fetch.spec.whatwg.org/#sec-purpose-header)),
    /// `Purpose` (older Chrome, Safari) and `X-Moz` (older Firefox); a header
    /// that is not there is empty.
    #[must_use]
    pub fn classify(method: &str, sec_purpose: &str, purpose: &str, x_moz: &str) -> Self {
        if method.eq_ignore_ascii_case("HEAD") {
            return Self::Head;
        }
        let is_ahead = |header: &str, words: &[&str]| {
            header.split([';', ',']).any(|part| {
                words
                    .iter()
                    .any(|word| part.trim().eq_ignore_ascii_case(word))
            })
        };
        if is_ahead(sec_purpose, &["prefetch", "prerender"])
            || is_ahead(purpose, &["prefetch", "prerender", "preview"])
            || is_ahead(x_moz, &["prefetch"])
        {
            return Self::Prefetch;
        }
        Self::Get
    }

    /// The stored name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Head => "head",
            Self::Prefetch => "prefetch",
        }
    }

    /// The fetch of a stored name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Get, Self::Head, Self::Prefetch]
            .into_iter()
            .find(|fetch| fetch.name() == name)
    }

    /// Whether the click is a view (RD-09): a plain fetch, not by a robot.
    #[must_use]
    pub fn is_view(self, robot: bool) -> bool {
        self == Self::Get && !robot
    }
}
