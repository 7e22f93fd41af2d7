//! The outbox: what is to be mailed, tried until it is sent (ST-07).

use handbill_core::link::promoter::Promoter;
use worker::D1PreparedStatement;

use super::sql::{Arg, Db, StoreError, row};

/// A mail that tells a promoter of a link.
pub struct Welcome<'a> {
    pub promoter: &'a Promoter,
    /// A UUIDv7.
    pub key: &'a str,
    /// Where the world reaches this deployment, without a last slash.
    pub base: &'a str,
}

/// A mail is tried some thirty times in this while.
const GIVEN_UP_AFTER_MS: i64 = 7 * 86_400_000;

/// How long after the n-th try the next one comes: a minute, doubled each time, up
/// to six hours. The first is longer than a try may take.
const PAUSE: &str = "min(60000 << min(attempts, 20), 21600000)";

/// The statement that writes a welcome mail, for the batch of what it tells of.
/// `of` says which link, as alias `l`; its `?1` is `which`.
///
/// # Errors
/// When D1 refuses an argument.
pub fn welcome(
    db: &Db,
    of: &str,
    which: Arg<'_>,
    welcome: &Welcome<'_>,
    now: i64,
) -> Result<D1PreparedStatement, StoreError> {
    db.statement(
        &format!(
            "INSERT INTO mail (key, kind, organizer_id, link_id, name, email, base, organizer,
               description, created_at, expires_at, due_at)
             SELECT ?2, 'link_welcome', o.id, l.id, ?3, ?4, ?5, o.name, l.description, ?6,
               ?6 + {GIVEN_UP_AFTER_MS}, ?6
             FROM link l JOIN organizer o ON o.id = l.owner_id WHERE {of}"
        ),
        &[
            which,
            welcome.key.into(),
            (&welcome.promoter.name).into(),
            (&welcome.promoter.email).into(),
            welcome.base.into(),
            now.into(),
        ],
    )
}

row! {
    /// A mail that was taken to be sent.
    #[derive(Debug)]
    pub struct TakenRow {
        pub id: i64,
        pub key: String,
        pub link_id: i64,
        pub slug: String,
        pub stats_epoch: i64,
        pub name: String,
        pub email: String,
        pub base: String,
        pub organizer: String,
        pub description: String,
    }
}

/// Takes the mail that has been due the longest; it is not due again before its
/// next try.
///
/// # Errors
/// When the database fails.
pub async fn take_due(db: &Db, now: i64) -> Result<Option<TakenRow>, StoreError> {
    db.first(
        &format!(
            "UPDATE mail SET attempts = attempts + 1, tried_at = ?1, due_at = ?1 + {PAUSE}
             WHERE id = (SELECT id FROM mail m WHERE due_at <= ?1 AND NOT EXISTS (
                 SELECT 1 FROM organizer WHERE id = m.organizer_id AND archived_at IS NOT NULL)
               ORDER BY due_at, id LIMIT 1)
             RETURNING id, key, link_id, name, email, base, organizer, description,
               (SELECT slug FROM link WHERE id = link_id) AS slug,
               (SELECT stats_epoch FROM link WHERE id = link_id) AS stats_epoch"
        ),
        &[now.into()],
    )
    .await
}

/// Notes that a mail was sent.
///
/// # Errors
/// When the database fails; then it is sent again, with the same key.
pub async fn sent(db: &Db, id: i64, now: i64) -> Result<(), StoreError> {
    db.run(
        "UPDATE mail SET sent_at = ?2, due_at = NULL, given_up_at = NULL, error = NULL WHERE id = ?1",
        &[id.into(), now.into()],
    )
    .await?;
    Ok(())
}

/// Notes why a mail could not be sent.
///
/// # Errors
/// When the database fails.
pub async fn failed(db: &Db, id: i64, error: &str) -> Result<(), StoreError> {
    db.run(
        "UPDATE mail SET error = ?2 WHERE id = ?1 AND sent_at IS NULL",
        &[id.into(), error.into()],
    )
    .await?;
    Ok(())
}

/// Gives up what nobody could send for so long; how many.
///
/// # Errors
/// When the database fails.
pub async fn give_up(db: &Db, now: i64) -> Result<usize, StoreError> {
    db.run(
        "UPDATE mail SET due_at = NULL, given_up_at = ?1, error = ifnull(error, 'no mail is set up here')
         WHERE due_at IS NOT NULL AND expires_at <= ?1",
        &[now.into()],
    )
    .await
}

row! {
    /// A mail as its organizer sees it.
    #[derive(Debug)]
    pub struct MailRow {
        pub id: i64,
        pub kind: String,
        pub link_id: i64,
        pub name: String,
        pub email: String,
        pub created_at: i64,
        pub attempts: i64,
        pub due_at: Option<i64>,
        pub sent_at: Option<i64>,
        pub given_up_at: Option<i64>,
        pub error: Option<String>,
    }
}

const COLUMNS: &str = "id, kind, link_id, name, email, created_at, attempts, due_at, sent_at,
  given_up_at, error";

/// The mails of an organizer, newest first, older than `before`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &Db,
    organizer_id: i64,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<MailRow>, StoreError> {
    db.rows(
        &format!(
            "SELECT {COLUMNS} FROM mail
             WHERE organizer_id = ?1 AND id < ifnull(?2, 9e15) ORDER BY id DESC LIMIT ?3"
        ),
        &[organizer_id.into(), before.into(), limit.into()],
    )
    .await
}

/// One mail of an organizer.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &Db, organizer_id: i64, id: i64) -> Result<Option<MailRow>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM mail WHERE organizer_id = ?1 AND id = ?2"),
        &[organizer_id.into(), id.into()],
    )
    .await
}

/// Has a mail that was not sent tried at the next opportunity, though not while a try
/// may be under way; one that was given up for as long as a new one. False when it was
/// sent, or is of a deleted link.
///
/// # Errors
/// When the database fails.
pub async fn retry(db: &Db, organizer_id: i64, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            &format!(
                "UPDATE mail SET due_at = max(?3, ifnull(tried_at, 0) + 60000), given_up_at = NULL,
               expires_at = iif(given_up_at IS NULL, expires_at, ?3 + {GIVEN_UP_AFTER_MS})
             WHERE organizer_id = ?1 AND id = ?2 AND sent_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM link WHERE id = link_id AND deleted_at IS NOT NULL)"
            ),
            &[organizer_id.into(), id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}
