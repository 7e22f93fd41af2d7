//! For whom links were made (ST-07).

use handbill_core::link::promoter::Promoter;
use worker::{D1PreparedStatement, D1Result};

use super::mails::{self, Welcome};
use super::sql::{Db, StoreError};

/// Says for whom a link of an owner is, and writes them the welcome mail; what waits
/// is not sent any more, and what was sent to somebody else before is forgotten. False when there is no
/// such link.
///
/// # Errors
/// When the database fails.
pub async fn set(
    db: &Db,
    (owner_id, id): (i64, i64),
    welcome: &Welcome<'_>,
    now: i64,
) -> Result<bool, StoreError> {
    let of = "l.id = ?1";
    let there = "AND deleted_at IS NULL";
    let mut statements = named(db, (owner_id, id), there, Some(welcome.promoter), now)?;
    statements.push(mails::welcome(db, of, id.into(), welcome, now)?);
    done(db.batch(statements).await)
}

/// Forgets for whom a link of an owner was, and what was written to them, also of one
/// that is deleted. False when there is no such link.
///
/// # Errors
/// When the database fails.
pub async fn remove(db: &Db, link: (i64, i64), now: i64) -> Result<bool, StoreError> {
    done(db.batch(named(db, link, "", None, now)?).await)
}

fn named(
    db: &Db,
    (owner_id, id): (i64, i64),
    condition: &str,
    promoter: Option<&Promoter>,
    now: i64,
) -> Result<Vec<D1PreparedStatement>, StoreError> {
    let owned = format!("SELECT 1 FROM link WHERE id = ?1 AND owner_id = ?2 {condition}");
    Ok(vec![
        db.expect(&owned, &[id.into(), owner_id.into()])?,
        db.statement(
            "UPDATE link SET promoter_name = ?2, promoter_email = ?3, updated_at = ?4,
               stats_epoch = stats_epoch + (promoter_email IS NOT NULL AND promoter_email IS NOT ?3),
               version = version + 1 WHERE id = ?1",
            &[
                id.into(),
                promoter.map(|promoter| &promoter.name).into(),
                promoter.map(|promoter| &promoter.email).into(),
                now.into(),
            ],
        )?,
        db.statement("DELETE FROM mail WHERE link_id = ?1 AND (email IS NOT ?2 OR due_at IS NOT NULL)",
            &[id.into(), promoter.map(|promoter| &promoter.email).into()],
        )?,
    ])
}

fn done(results: Result<Vec<D1Result>, StoreError>) -> Result<bool, StoreError> {
    match results {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_met() => Ok(false),
        Err(error) => Err(error),
    }
}
