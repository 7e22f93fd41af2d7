//! Events: found by their slugs, and shared with those who host them too.

use super::sql::{Db, StoreError, row};

row! {
    /// An event, and whose it is.
    #[derive(Debug)]
    pub struct EventKey {
        pub id: i64,
        pub organizer_id: i64,
    }
}

/// The event of two slugs; archived ones are not there.
///
/// # Errors
/// When the database fails.
pub async fn of_slugs(
    db: &Db,
    organizer: &str,
    event: &str,
) -> Result<Option<EventKey>, StoreError> {
    db.first(
        "SELECT e.id, e.organizer_id FROM organizer o JOIN event e ON e.organizer_id = o.id
         WHERE o.slug = ?1 AND e.slug = ?2 AND o.archived_at IS NULL AND e.archived_at IS NULL",
        &[organizer.into(), event.into()],
    )
    .await
}

/// Whether an event is an organizer's, archived or not.
///
/// # Errors
/// When the database fails.
pub async fn is_own(db: &Db, organizer_id: i64, event_id: i64) -> Result<bool, StoreError> {
    let found: Option<()> = db
        .first(
            "SELECT 1 AS found FROM event WHERE id = ?1 AND organizer_id = ?2",
            &[event_id.into(), organizer_id.into()],
        )
        .await?;
    Ok(found.is_some())
}

/// The ids of those who host an event with its organizer (SG-02).
///
/// # Errors
/// When the database fails.
pub async fn cohosts(db: &Db, event_id: i64) -> Result<Vec<i64>, StoreError> {
    row! {
        struct Row {
            cohost_id: i64,
        }
    }
    let rows: Vec<Row> = db
        .rows(
            "SELECT cohost_id FROM event_cohost WHERE event_id = ?1 ORDER BY cohost_id",
            &[event_id.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.cohost_id).collect())
}

/// Lets `cohost` read the tickets of an organizer's event; a second time changes
/// nothing.
///
/// # Errors
/// `Dangling` when there is no such co-host.
pub async fn add_cohost(
    db: &Db,
    (organizer_id, event_id): (i64, i64),
    cohost: i64,
    now: i64,
) -> Result<(), StoreError> {
    db.run(
        "INSERT INTO event_cohost (cohost_id, event_id, organizer_id, created_at)
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        &[
            cohost.into(),
            event_id.into(),
            organizer_id.into(),
            now.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Takes that back; false when there was nothing to take.
///
/// # Errors
/// When the database fails.
pub async fn remove_cohost(db: &Db, event_id: i64, cohost: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "DELETE FROM event_cohost WHERE cohost_id = ?1 AND event_id = ?2",
            &[cohost.into(), event_id.into()],
        )
        .await?;
    Ok(changed > 0)
}
