//! What the public pages show: published events, their ticket types, and the
//! things a quick purchase names.

use serde::Deserialize;

use super::sql::{Db, StoreError};

/// An event as its page shows it.
#[derive(Debug, Deserialize)]
pub struct EventRow {
    pub id: i64,
    pub name: String,
    pub slug: String,
    pub description: String,
    pub starts_at: i64,
    pub ends_at: i64,
    pub time_zone: String,
    pub currency: String,
    pub place: String,
}

/// A ticket type as a page shows it.
#[derive(Debug, Deserialize)]
pub struct TicketTypeRow {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub group_name: Option<String>,
    pub price: i64,
    pub hidden: i64,
    pub min_per_order: i64,
    pub max_per_order: Option<i64>,
    pub on_sale_from: Option<i64>,
    pub on_sale_until: Option<i64>,
}

/// One thing that a basket can hold, wherever it is from.
#[derive(Debug, Clone, Deserialize)]
pub struct ThingRow {
    pub id: i64,
    pub name: String,
    /// The event or the product it belongs to.
    pub of: String,
    pub price: i64,
    pub currency: String,
}

const EVENT: &str = "id, name, slug, description, starts_at, ends_at, time_zone,
  currency, place";

/// An organizer's published events that are not over, soonest first.
///
/// # Errors
/// When the database fails.
pub async fn events(db: &Db, organizer_id: i64, now: i64) -> Result<Vec<EventRow>, StoreError> {
    db.rows(
        &format!(
            "SELECT {EVENT} FROM event
             WHERE organizer_id = ?1 AND ends_at >= ?2 AND published = 1 AND archived_at IS NULL
             ORDER BY starts_at, id LIMIT 200"
        ),
        &[organizer_id.into(), now.into()],
    )
    .await
}

/// One published event.
///
/// # Errors
/// When the database fails.
pub async fn event(db: &Db, organizer_id: i64, slug: &str) -> Result<Option<EventRow>, StoreError> {
    db.first(
        &format!(
            "SELECT {EVENT} FROM event
             WHERE organizer_id = ?1 AND slug = ?2 AND published = 1 AND archived_at IS NULL"
        ),
        &[organizer_id.into(), slug.into()],
    )
    .await
}

/// An event's ticket types, hidden ones too, in the order they are sold in.
///
/// # Errors
/// When the database fails.
pub async fn ticket_types(db: &Db, event_id: i64) -> Result<Vec<TicketTypeRow>, StoreError> {
    db.rows(
        "SELECT t.id, t.name, t.description, g.name AS group_name, t.price, t.hidden,
           t.min_per_order, t.max_per_order, t.on_sale_from, t.on_sale_until
         FROM ticket_type t LEFT JOIN ticket_group g ON g.id = t.group_id
         WHERE t.event_id = ?1 AND t.archived_at IS NULL
         ORDER BY g.sort, g.id, t.sort, t.id",
        &[event_id.into()],
    )
    .await
}

/// The ticket types with these ids (a JSON array).
///
/// # Errors
/// When the database fails.
pub async fn tickets_by_id(db: &Db, ids: &str) -> Result<Vec<ThingRow>, StoreError> {
    db.rows(
        "SELECT t.id, t.name, e.name AS of, t.price, e.currency FROM json_each(?1) j
         CROSS JOIN ticket_type t ON t.id = j.value JOIN event e ON e.id = t.event_id
         WHERE t.archived_at IS NULL AND e.archived_at IS NULL",
        &[ids.into()],
    )
    .await
}

/// The product attributes with these ids (a JSON array).
///
/// # Errors
/// When the database fails.
pub async fn attributes_by_id(db: &Db, ids: &str) -> Result<Vec<ThingRow>, StoreError> {
    db.rows(
        "SELECT a.id, a.name, p.name AS of, a.price, p.currency FROM json_each(?1) j
         CROSS JOIN product_attribute a ON a.id = j.value JOIN product p ON p.id = a.product_id
         WHERE a.archived_at IS NULL AND p.archived_at IS NULL",
        &[ids.into()],
    )
    .await
}
