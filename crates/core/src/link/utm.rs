//! The five UTM parameters of a link (RD-02, AT-04).

use serde::{Deserialize, Serialize};

use crate::percent;

/// Most characters of one UTM value.
pub const MAX_CHARS: usize = 200;

/// The UTM parameters set on a link, or those a buyer came with.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Utm {
    /// `utm_source`: where the click comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `utm_medium`: the kind of place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// `utm_campaign`: the campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// `utm_term`: the search term paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// `utm_content`: which of several texts or pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl Utm {
    /// Whether no parameter is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs().next().is_none()
    }

    /// The parameters that are set, by their names in a URL, in a fixed order.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.campaign),
            ("utm_term", &self.term),
            ("utm_content", &self.content),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
    }
    /// Reads the UTM parameters of a query, the way a form reader does: `%XX`
    /// and `+` decoded, what is no UTF-8 replaced.
    ///
    /// Of several with one name the first usable counts. Empty values and those
    /// with a control character are not usable; longer ones are clipped to
    /// [`MAX_CHARS`].
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let mut utm = Self::default();
        for pair in query.split('&') {
            let Some((key, value)) = pair.split_once('=') else {
                continue;
            };
            let slot = match &*percent::decode_form(key) {
                b"utm_source" => &mut utm.source,
                b"utm_medium" => &mut utm.medium,
                b"utm_campaign" => &mut utm.campaign,
                b"utm_term" => &mut utm.term,
                b"utm_content" => &mut utm.content,
                _ => continue,
            };
            if slot.is_none() {
                *slot = read_value(value);
            }
        }
        utm
    }

    /// These, and of `other` those that are not set here.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            source: self.source.or(other.source),
            medium: self.medium.or(other.medium),
            campaign: self.campaign.or(other.campaign),
            term: self.term.or(other.term),
            content: self.content.or(other.content),
        }
    }
}

fn read_value(text: &str) -> Option<String> {
    let bytes = percent::decode_form(text);
    let value: String = String::from_utf8_lossy(&bytes)
        .chars()
        .take(MAX_CHARS)
        .collect();
    (!value.is_empty() && !value.contains(char::is_control)).then_some(value)
}
