//! The secrets with which an organizer's payment system signs its reports.

use super::sql::{Db, StoreError, row};

row! {
    /// A payment key, without its secret.
    #[derive(Debug)]
    pub struct PaymentKeyRow {
        pub id: i64,
        pub label: String,
        pub created_at: i64,
    }
}

/// The secrets that may sign for an organizer.
///
/// # Errors
/// When the database fails.
pub async fn secrets(db: &Db, organizer_id: i64) -> Result<Vec<String>, StoreError> {
    row! {
        struct Row {
            secret: String,
        }
    }
    let rows: Vec<Row> = db
        .rows(
            "SELECT secret FROM payment_key WHERE organizer_id = ?1 AND revoked_at IS NULL
             ORDER BY id DESC",
            &[organizer_id.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.secret).collect())
}

/// Keeps a new key.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    db: &Db,
    organizer_id: i64,
    label: &str,
    secret: &str,
    now: i64,
) -> Result<PaymentKeyRow, StoreError> {
    db.first(
        "INSERT INTO payment_key (organizer_id, label, secret, created_at) VALUES (?1, ?2, ?3, ?4)
         RETURNING id, label, created_at",
        &[organizer_id.into(), label.into(), secret.into(), now.into()],
    )
    .await?
    .ok_or_else(|| StoreError::Other("no row for a new payment key".into()))
}

/// Keys that are not revoked, with a greater id than `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &Db,
    organizer_id: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<PaymentKeyRow>, StoreError> {
    db.rows(
        "SELECT id, label, created_at FROM payment_key
         WHERE organizer_id = ?1 AND id > ?2 AND revoked_at IS NULL ORDER BY id LIMIT ?3",
        &[organizer_id.into(), after.into(), limit.into()],
    )
    .await
}

/// Revokes a key; false when there is none.
///
/// # Errors
/// When the database fails.
pub async fn revoke(db: &Db, organizer_id: i64, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE payment_key SET revoked_at = ?3
             WHERE id = ?1 AND organizer_id = ?2 AND revoked_at IS NULL",
            &[id.into(), organizer_id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}
