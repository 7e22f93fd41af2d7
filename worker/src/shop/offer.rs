//! What a page may sell, given the link that led to it (SP-20).

use handbill_core::link::offer::{Restriction, sellable};
use handbill_core::link::slug::Slug;
use handbill_core::money::{Currency, Money};
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use crate::app::Call;
use crate::failure::Failure;
use crate::links::LINK_PARAMETER;
use crate::store::links::{self, LinkRow};
use crate::store::organizers::{self, OrganizerRow};
use crate::store::shop::{self, EventRow, TicketTypeRow};

/// An organizer and its coming events.
pub struct OrganizerOffer {
    pub organizer: OrganizerRow,
    pub events: Vec<EventRow>,
    /// The slug of the link that led here, to be passed on.
    pub link: Option<String>,
}

/// An event and the ticket types that may be sold here.
pub struct EventOffer {
    pub organizer: OrganizerRow,
    pub event: EventRow,
    pub ticket_types: Vec<TicketTypeRow>,
    pub link: Option<String>,
    pub now: Timestamp,
}

/// An amount as people read it.
pub fn price_text(amount: i64, currency: &str) -> String {
    match Currency::from_code(currency) {
        Ok(currency) => Money { amount, currency }.format(),
        Err(_) => format!("{amount} {currency}"),
    }
}

impl OrganizerOffer {
    pub fn to_json(&self) -> Value {
        let events: Vec<Value> = self.events.iter().map(event_json).collect();
        json!({
            "organizer": organizer_json(&self.organizer),
            "events": events,
            "link": self.link,
        })
    }
}

impl EventOffer {
    pub fn to_json(&self) -> Value {
        let types: Vec<Value> = self
            .ticket_types
            .iter()
            .map(|ticket| {
                json!({
                    "id": ticket.id,
                    "name": ticket.name,
                    "description": ticket.description,
                    "group": ticket.group_name,
                    "price": ticket.price,
                    "currency": self.event.currency,
                    "min_per_order": ticket.min_per_order,
                    "max_per_order": ticket.max_per_order,
                    "on_sale": ticket.is_on_sale(self.now),
                })
            })
            .collect();
        json!({
            "organizer": organizer_json(&self.organizer),
            "event": event_json(&self.event),
            "ticket_types": types,
            "link": self.link,
        })
    }
}

impl TicketTypeRow {
    /// Whether it is sold at a moment.
    pub fn is_on_sale(&self, now: Timestamp) -> bool {
        self.on_sale_from.is_none_or(|from| from <= now.millis())
            && self.on_sale_until.is_none_or(|until| now.millis() < until)
    }
}

fn organizer_json(organizer: &OrganizerRow) -> Value {
    json!({ "id": organizer.id, "name": organizer.name, "slug": organizer.slug })
}

fn event_json(event: &EventRow) -> Value {
    json!({
        "id": event.id,
        "name": event.name,
        "slug": event.slug,
        "description": event.description,
        "starts_at": Timestamp::from_millis(event.starts_at).to_rfc3339(),
        "ends_at": Timestamp::from_millis(event.ends_at).to_rfc3339(),
        "time_zone": event.time_zone,
        "currency": event.currency,
        "place": event.place,
    })
}

/// The link that the address names, if it is there. An unknown one is no error
/// for a visitor: the page shows what it shows to all.
async fn link(call: &Call) -> Result<Option<LinkRow>, Failure> {
    let named = call
        .query()
        .into_iter()
        .find(|(name, _)| name == LINK_PARAMETER)
        .and_then(|(_, slug)| Slug::from_link_path(&slug));
    match named {
        Some(slug_key) => Ok(links::by_slug(&call.db, &slug_key).await?),
        None => Ok(None),
    }
}

fn restriction(link: Option<&LinkRow>) -> Restriction {
    Restriction {
        ticket_types: link.and_then(LinkRow::ticket_types),
        hide_public: link.is_some_and(LinkRow::hides_public),
    }
}

async fn organizer_of(call: &Call) -> Result<OrganizerRow, Failure> {
    organizers::by_slug(&call.db, call.param("organizer"))
        .await?
        .ok_or(Failure::NotFound)
}

/// An organizer's page.
///
/// # Errors
/// `NotFound` for an organizer that is not there.
pub async fn organizer(call: &Call) -> Result<OrganizerOffer, Failure> {
    let organizer = organizer_of(call).await?;
    let link = link(call)
        .await?
        .filter(|link| link.organizer_id == organizer.id);
    let events = shop::events(&call.db, organizer.id, call.now.millis()).await?;
    Ok(OrganizerOffer {
        organizer,
        events,
        link: link.map(|link| link.slug),
    })
}

/// An event's page: what is public, and what the link unlocks.
///
/// # Errors
/// `NotFound` for an event that is not there or not published.
pub async fn event(call: &Call) -> Result<EventOffer, Failure> {
    let organizer = organizer_of(call).await?;
    let event = shop::event(&call.db, organizer.id, call.param("event"))
        .await?
        .ok_or(Failure::NotFound)?;
    let link = link(call).await?.filter(|link| {
        link.organizer_id == organizer.id && link.event_id.is_none_or(|id| id == event.id)
    });
    let restriction = restriction(link.as_ref());
    let mut ticket_types = shop::ticket_types(&call.db, event.id).await?;
    let offered = sellable(
        ticket_types
            .iter()
            .map(|ticket| (ticket.id, ticket.hidden != 0)),
        &restriction,
    );
    ticket_types.retain(|ticket| offered.contains(&ticket.id));
    Ok(EventOffer {
        organizer,
        event,
        ticket_types,
        link: link.map(|link| link.slug),
        now: call.now,
    })
}
