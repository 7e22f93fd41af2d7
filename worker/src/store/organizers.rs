//! Which organizers exist, and who may sell for whom.

use super::sql::{Db, StoreError, row};

row! {
    /// What a public page or a link needs to know of an organizer.
    #[derive(Debug)]
    pub struct OrganizerRow {
        pub id: i64,
        pub name: String,
        pub slug: String,
        pub time_zone: String,
    }
}

/// An organizer by id; archived ones are not there.
///
/// # Errors
/// When the database fails.
pub async fn by_id(db: &Db, id: i64) -> Result<Option<OrganizerRow>, StoreError> {
    db.first(
        "SELECT id, name, slug, time_zone FROM organizer WHERE id = ?1 AND archived_at IS NULL",
        &[id.into()],
    )
    .await
}

/// An organizer by slug; archived ones are not there.
///
/// # Errors
/// When the database fails.
pub async fn by_slug(db: &Db, slug: &str) -> Result<Option<OrganizerRow>, StoreError> {
    db.first(
        "SELECT id, name, slug, time_zone FROM organizer WHERE slug = ?1 AND archived_at IS NULL",
        &[slug.into()],
    )
    .await
}

row! {
    /// Who is paid for an order, and how.
    #[derive(Debug)]
    pub struct PayeeRow {
        pub name: String,
        pub slug: String,
        pub offline_instructions: String,
        pub payment_url: Option<String>,
    }
}

/// Who is paid; archived ones too, as their orders stand.
///
/// # Errors
/// When the database fails.
pub async fn payee(db: &Db, id: i64) -> Result<Option<PayeeRow>, StoreError> {
    db.first(
        "SELECT name, slug, offline_instructions, payment_url FROM organizer WHERE id = ?1",
        &[id.into()],
    )
    .await
}

/// Whether `partner` may make links that sell the events of `organizer`.
///
/// # Errors
/// When the database fails.
pub async fn is_partner(db: &Db, organizer: i64, partner: i64) -> Result<bool, StoreError> {
    let found: Option<()> = db
        .first(
            "SELECT 1 AS found FROM partner p JOIN organizer o ON o.id = p.organizer_id
             WHERE p.organizer_id = ?1 AND p.partner_id = ?2 AND o.archived_at IS NULL",
            &[organizer.into(), partner.into()],
        )
        .await?;
    Ok(found.is_some())
}

/// The ids of those who may sell for `organizer`.
///
/// # Errors
/// When the database fails.
pub async fn partners(db: &Db, organizer: i64) -> Result<Vec<i64>, StoreError> {
    row! {
        struct Row {
            partner_id: i64,
        }
    }
    let rows: Vec<Row> = db
        .rows(
            "SELECT partner_id FROM partner WHERE organizer_id = ?1 ORDER BY partner_id",
            &[organizer.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.partner_id).collect())
}

/// Lets `partner` sell for `organizer`; a second time changes nothing.
///
/// # Errors
/// `Dangling` when there is no such partner.
pub async fn add_partner(
    db: &Db,
    organizer: i64,
    partner: i64,
    now: i64,
) -> Result<(), StoreError> {
    db.run(
        "INSERT INTO partner (organizer_id, partner_id, created_at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
        &[organizer.into(), partner.into(), now.into()],
    )
    .await?;
    Ok(())
}

/// Takes the permission back; false when there was none.
///
/// # Errors
/// When the database fails.
pub async fn remove_partner(db: &Db, organizer: i64, partner: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "DELETE FROM partner WHERE organizer_id = ?1 AND partner_id = ?2",
            &[organizer.into(), partner.into()],
        )
        .await?;
    Ok(changed > 0)
}
