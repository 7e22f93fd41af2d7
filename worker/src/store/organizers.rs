//! Which organizers exist, and how they are paid.

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
