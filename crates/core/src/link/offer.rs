//! What the checkout opened through a link may sell (SP-20).

use serde::Serialize;

/// How a link restricts the offer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Restriction {
    /// The ticket types the link unlocks, hidden ones among them.
    pub ticket_types: Option<Vec<i64>>,
    /// Whether only those are sold.
    pub hide_public: bool,
}

impl Restriction {
    /// Whether a ticket type may be sold under this restriction.
    #[must_use]
    pub fn allows(&self, ticket_type: i64, hidden: bool) -> bool {
        let unlocked = self
            .ticket_types
            .as_ref()
            .is_some_and(|ids| ids.contains(&ticket_type));
        unlocked || !(hidden || self.hide_public)
    }
}

/// The ticket types that may be sold, in the given order: the public ones,
/// unless the link hides them, and those it unlocks.
///
/// `all` are all ticket types of the event as (id, hidden); what is not in
/// there is not for sale, whatever the link says.
pub fn sellable(all: impl IntoIterator<Item = (i64, bool)>, restriction: &Restriction) -> Vec<i64> {
    all.into_iter()
        .filter(|(id, hidden)| restriction.allows(*id, *hidden))
        .map(|(id, _)| id)
        .collect()
}
