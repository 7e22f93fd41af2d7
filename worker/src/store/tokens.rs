//! API tokens: found by hash, never readable again (AU-01).

use serde::Serialize;
use serde_json::Value;

use super::sql::{Db, FromColumn, StoreError, row};

/// What a token may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    #[default]
    Read,
    Write,
}

impl FromColumn for Access {
    fn from_column(value: Value) -> Option<Self> {
        match value.as_str()? {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }
}

row! {
    /// Whom a token speaks for.
    #[derive(Debug, Clone)]
    pub struct Holder {
        pub token_id: i64,
        /// `None`: the operator of the deployment.
        pub organizer_id: Option<i64>,
        pub user_id: Option<i64>,
        pub access: Access,
        pub last_used_at: Option<i64>,
    }
}

row! {
    /// A token as the API shows it.
    #[derive(Debug)]
    pub struct TokenRow {
        pub id: i64,
        pub organizer_id: Option<i64>,
        pub user_id: Option<i64>,
        pub label: String,
        pub access: Access,
        pub created_at: i64,
        pub last_used_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }
}

/// A token to be stored.
pub struct NewToken<'a> {
    pub organizer_id: Option<i64>,
    pub user_id: Option<i64>,
    pub label: &'a str,
    pub access: Access,
    pub hash: &'a str,
    pub now: i64,
}

const COLUMNS: &str =
    "id, organizer_id, user_id, label, access, created_at, last_used_at, revoked_at";

/// `last_used_at` is written at most once a minute, or a busy client would
/// write a row with every read.
const LAST_USE_STEP_MS: i64 = 60_000;

const HOLDER: &str = "SELECT t.id AS token_id, t.organizer_id, t.user_id, t.access, t.last_used_at
  FROM api_token t
  LEFT JOIN organizer o ON o.id = t.organizer_id
  LEFT JOIN app_user u ON u.id = t.user_id
  WHERE t.revoked_at IS NULL AND o.archived_at IS NULL AND u.archived_at IS NULL";

/// Who holds the token with this hash. Tokens of archived organizers and users
/// are as good as revoked.
///
/// # Errors
/// When the database fails.
pub async fn holder(db: &Db, hash: &str) -> Result<Option<Holder>, StoreError> {
    db.first(&format!("{HOLDER} AND t.hash = ?1"), &[hash.into()])
        .await
}

/// The same, of the token with this id: what a session stands for.
///
/// # Errors
/// When the database fails.
pub async fn holder_by_id(db: &Db, token_id: i64) -> Result<Option<Holder>, StoreError> {
    db.first(&format!("{HOLDER} AND t.id = ?1"), &[token_id.into()])
        .await
}

/// Whether a use at `now` is worth a write.
pub fn is_use_due(holder: &Holder, now: i64) -> bool {
    holder
        .last_used_at
        .is_none_or(|last| now.saturating_sub(last) >= LAST_USE_STEP_MS)
}

/// Remembers that the token was used.
///
/// # Errors
/// When the database fails.
pub async fn used(db: &Db, token_id: i64, now: i64) -> Result<(), StoreError> {
    db.run(
        "UPDATE api_token SET last_used_at = ?2
         WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)",
        &[token_id.into(), now.into()],
    )
    .await?;
    Ok(())
}

/// Stores a token; its id.
///
/// # Errors
/// `Dangling` when organizer or user is not there or they don't belong together.
pub async fn insert(db: &Db, token: &NewToken<'_>) -> Result<i64, StoreError> {
    row! {
        struct Made {
            id: i64,
        }
    }
    let access = match token.access {
        Access::Read => "read",
        Access::Write => "write",
    };
    let made: Option<Made> = db
        .first(
            "INSERT INTO api_token (organizer_id, user_id, label, access, hash, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
            &[
                token.organizer_id.into(),
                token.user_id.into(),
                token.label.into(),
                access.into(),
                token.hash.into(),
                token.now.into(),
            ],
        )
        .await?;
    made.map(|made| made.id)
        .ok_or_else(|| StoreError::Other("no id for a new token".into()))
}

/// The tokens of an organizer (`None`: of the operator), revoked ones included.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &Db,
    organizer_id: Option<i64>,
    after: i64,
    limit: i64,
) -> Result<Vec<TokenRow>, StoreError> {
    db.rows(
        &format!(
            "SELECT {COLUMNS} FROM api_token
             WHERE organizer_id IS ?1 AND id > ?2 ORDER BY id LIMIT ?3"
        ),
        &[organizer_id.into(), after.into(), limit.into()],
    )
    .await
}

/// One token of an organizer.
///
/// # Errors
/// When the database fails.
pub async fn get(
    db: &Db,
    organizer_id: Option<i64>,
    id: i64,
) -> Result<Option<TokenRow>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM api_token WHERE id = ?1 AND organizer_id IS ?2"),
        &[id.into(), organizer_id.into()],
    )
    .await
}

/// Revokes a token; false when there is none that still works.
///
/// # Errors
/// When the database fails.
pub async fn revoke(
    db: &Db,
    organizer_id: Option<i64>,
    id: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE api_token SET revoked_at = ?3
             WHERE id = ?1 AND organizer_id IS ?2 AND revoked_at IS NULL",
            &[id.into(), organizer_id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}
