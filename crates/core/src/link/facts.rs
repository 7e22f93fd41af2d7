//! Whether what a link names exists and may be named together (SP-10, SP-12,
//! BK-04). The store reads the facts, this decides.

use crate::link::draft::Draft;
use crate::link::item::{Item, ItemTarget};
use crate::problem::Problems;

/// What the store knows of the rows a draft names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The organizer whose events and items the link sells.
    pub selling_organizer: i64,
    /// The event named: `None` when the draft names none, `Some(None)` when
    /// there is no such event any more.
    pub event: Option<Option<EventFact>>,
    /// Whether the user named as referrer exists and is the owner's.
    pub referrer_known: bool,
    /// The ticket types named that exist, of whichever organizer: id,
    /// organizer, currency.
    pub ticket_types: Vec<(i64, i64, String)>,
    /// The product attributes named that exist, of whichever organizer: id,
    /// organizer, currency.
    pub attributes: Vec<(i64, i64, String)>,
}

/// What the store knows of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventFact {
    /// Whose it is.
    pub organizer: i64,
}

/// Why a basket can't be.
enum BadItem {
    Unknown {
        index: usize,
        what: &'static str,
        id: i64,
    },
    ForeignOrganizer,
    MixedCurrency,
}

impl Draft {
    /// What the draft names that the link it is written over does not name already. What
    /// that named may have been archived since, and who changes something else can't mend
    /// it; perhaps can't even see it, for a dialect shows what it knows.
    #[must_use]
    pub fn news(&self, link: &Self) -> Self {
        let mut news = self.clone();
        news.event_id = self.event_id.filter(|_| self.event_id != link.event_id);
        news.referred_by = self
            .referred_by
            .filter(|_| self.referred_by != link.referred_by);
        let known = link.ticket_types.as_deref().unwrap_or_default();
        if let Some(ids) = &mut news.ticket_types {
            ids.retain(|id| !known.contains(id));
        }
        // A basket is judged whole: its items must fit each other.
        news.items = news.items.filter(|_| self.items != link.items);
        news
    }

    /// Checks the draft against the catalogue.
    ///
    /// # Errors
    /// One problem for each field that names what is not there.
    pub fn check(&self, facts: &Facts) -> Result<(), Problems> {
        let mut problems = Problems::new();
        if let Some(id) = self.event_id {
            let event = facts.event.flatten();
            if event.is_none_or(|event| event.organizer != facts.selling_organizer) {
                problems.push("event_id", "not_found", format!("{id} does not exist"));
            }
        }
        if let Some(id) = self.referred_by.filter(|_| !facts.referrer_known) {
            problems.push("referred_by", "not_found", format!("{id} does not exist"));
        }
        let is_sold = |id: &i64| {
            let mut rows = facts.ticket_types.iter();
            rows.any(|(known, organizer, _)| known == id && *organizer == facts.selling_organizer)
        };
        // SP-10: the first bad id is named.
        if let Some(id) = self.ticket_types.iter().flatten().find(|id| !is_sold(id)) {
            problems.push("ticket_types", "not_found", format!("{id} does not exist"));
        }
        if let Err(bad) = check_items(self.items.as_deref().unwrap_or_default(), facts) {
            let (code, message) = match bad {
                BadItem::Unknown { index, what, id } => (
                    "not_found",
                    format!("item {index}: {what} {id} does not exist"),
                ),
                BadItem::ForeignOrganizer => (
                    "foreign",
                    "items must all belong to the same venue".to_owned(),
                ),
                BadItem::MixedCurrency => (
                    "currency_mismatch",
                    "items must all be in one currency".to_owned(),
                ),
            };
            problems.push("items", code, message);
        }
        problems.into_result(())
    }
}

fn check_items(items: &[Item], facts: &Facts) -> Result<(), BadItem> {
    let mut rows = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let (what, id, known) = match item.target {
            ItemTarget::TicketType(id) => ("ticket type", id, &facts.ticket_types),
            ItemTarget::ProductAttribute(id) => ("product attribute", id, &facts.attributes),
        };
        let row = known.iter().find(|(known, ..)| *known == id);
        rows.push(row.ok_or(BadItem::Unknown { index, what, id })?);
    }
    if rows
        .iter()
        .any(|(_, organizer, _)| *organizer != facts.selling_organizer)
    {
        return Err(BadItem::ForeignOrganizer);
    }
    let mut currencies = rows.iter().map(|(_, _, currency)| currency);
    let first = currencies.next();
    if currencies.any(|currency| Some(currency) != first) {
        return Err(BadItem::MixedCurrency);
    }
    Ok(())
}
