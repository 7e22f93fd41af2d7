//! What the public pages show: published events and their ticket types.

use super::sql::{Db, StoreError, row};

row! {
    /// An event as its page shows it.
    #[derive(Debug)]
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
}

row! {
    /// A ticket type as a page shows it.
    #[derive(Debug)]
    pub struct TicketTypeRow {
        pub id: i64,
        pub name: String,
        pub description: String,
        pub group_name: Option<String>,
        pub price: i64,
        /// Whether only a link or an access code shows it.
        pub hidden: i64,
        pub min_per_order: i64,
        pub max_per_order: Option<i64>,
        pub on_sale_from: Option<i64>,
        pub on_sale_until: Option<i64>,
    }
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
             WHERE organizer_id = ?1 AND ends_at >= ?2 AND published = 1 AND cancelled = 0 AND archived_at IS NULL
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
             WHERE organizer_id = ?1 AND slug = ?2 AND published = 1 AND cancelled = 0 AND archived_at IS NULL"
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
        "SELECT t.id, t.name, t.description, g.name AS group_name, t.price,
           t.hidden OR t.access_code IS NOT NULL AS hidden,
           t.min_per_order, t.max_per_order, t.on_sale_from, t.on_sale_until
         FROM ticket_type t LEFT JOIN ticket_group g ON g.id = t.group_id
         WHERE t.event_id = ?1 AND t.archived_at IS NULL
         ORDER BY g.sort, g.id, t.sort, t.id",
        &[event_id.into()],
    )
    .await
}

/// Whose a published event is.
///
/// # Errors
/// When the database fails.
pub async fn event_seller(db: &Db, id: i64) -> Result<Option<i64>, StoreError> {
    row! {
        struct Row {
            organizer_id: i64,
        }
    }
    let row: Option<Row> = db
        .first(
            "SELECT organizer_id FROM event
             WHERE id = ?1 AND published = 1 AND cancelled = 0 AND archived_at IS NULL",
            &[id.into()],
        )
        .await?;
    Ok(row.map(|row| row.organizer_id))
}
