//! What a slug leads to: the row behind a redirect, and its copy in KV.
//!
//! D1 is written first, then KV. The triggers of table `link` put each change on
//! the dirty list in the same transaction; whoever has written KV takes it off,
//! and the cron repairs what is left. A link that had other slugs before is in KV
//! under each of them.

use handbill_core::attribution::scope::Scope;
use handbill_core::link::route::{Route, RouteEntry};
use worker::{Env, KvStore};

use super::LINKS;
use super::links::page;
use super::sql::{Db, StoreError, row};
use crate::log;

/// How long a location may answer from its copy of a KV entry, in seconds.
/// With the 4 seconds of an isolate's memory that stays below the 65 seconds
/// after which a changed link is gone everywhere (RD-06).
pub const KV_CACHE_SECONDS: u64 = 60;

row! {
    struct Row {
        id: i64,
        /// A JSON array: what it is called, and was.
        slug_keys: String,
        organizer_id: i64,
        event_id: Option<i64>,
        destination: String,
        utm: String,
        /// Of a campaign, `organizer/event`.
        page: Option<String>,
        deleted_at: Option<i64>,
        version: i64,
    }
}

impl Row {
    fn entry(&self) -> RouteEntry {
        if self.deleted_at.is_some() {
            return RouteEntry::Gone;
        }
        RouteEntry::Found(Route {
            id: self.id,
            organizer: self.organizer_id,
            scope: self
                .event_id
                .map_or(Scope::Account(self.organizer_id), Scope::Event),
            destination: self.destination.clone(),
            utm: serde_json::from_str(&self.utm).unwrap_or_default(),
            page: self.page.clone(),
        })
    }

    fn slug_keys(&self) -> Result<Vec<String>, StoreError> {
        Ok(serde_json::from_str(&self.slug_keys)?)
    }
}

/// Selects links, as alias `l`.
const COLUMNS: &str = concat!(
    page!(),
    ", l.id, l.organizer_id, l.event_id, l.destination, l.utm, l.deleted_at, l.version,
  (SELECT json_group_array(slug_key) FROM link_name WHERE link_id = l.id) AS slug_keys"
);

fn kv(env: &Env) -> Result<KvStore, StoreError> {
    Ok(env.kv(LINKS)?)
}

fn kv_error(error: impl std::fmt::Display) -> StoreError {
    StoreError::Other(format!("KV: {error}"))
}

/// The KV key of a slug on the deployment's own domain. Other domains will
/// stand between the two slashes.
fn key(slug_key: &str) -> String {
    format!("link//{slug_key}")
}

/// The route as KV knows it; `None` when it knows nothing.
///
/// # Errors
/// When KV fails.
pub async fn from_kv(env: &Env, slug_key: &str) -> Result<Option<RouteEntry>, StoreError> {
    let text = kv(env)?
        .get(&key(slug_key))
        .cache_ttl(KV_CACHE_SECONDS)
        .text()
        .await
        .map_err(kv_error)?;
    Ok(text.as_deref().and_then(RouteEntry::parse))
}

/// The route as D1 knows it, for which KV should have known it too: KV is
/// brought in line. A deleted link is `Gone`.
///
/// # Errors
/// When D1 fails. When KV fails, the cron repairs it.
pub async fn from_db(env: &Env, db: &Db, slug_key: &str) -> Result<Option<RouteEntry>, StoreError> {
    let row: Option<Row> = db
        .first(
            &format!(
                "SELECT {COLUMNS} FROM link_name n JOIN link l ON l.id = n.link_id
                 WHERE n.domain = '' AND n.slug_key = ?1"
            ),
            &[slug_key.into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    if let Err(error) = publish_row(env, db, &row).await {
        log::error("KV is behind", &[("error", error.to_string().into())]);
    }
    Ok(Some(row.entry()))
}

/// Brings KV to what D1 says of one link; the slugs that lead to it.
///
/// # Errors
/// When either store fails; the link then stays on the dirty list.
pub async fn publish(env: &Env, db: &Db, link_id: i64) -> Result<Vec<String>, StoreError> {
    let row: Option<Row> = db
        .first(
            &format!("SELECT {COLUMNS} FROM link l WHERE l.id = ?1"),
            &[link_id.into()],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Vec::new());
    };
    publish_row(env, db, &row).await?;
    row.slug_keys()
}

async fn publish_row(env: &Env, db: &Db, row: &Row) -> Result<(), StoreError> {
    let kv = kv(env)?;
    let text = row.entry().to_text();
    for slug_key in row.slug_keys()? {
        kv.put(&key(&slug_key), text.as_str())
            .map_err(kv_error)?
            .execute()
            .await
            .map_err(kv_error)?;
    }
    let cleared = db
        .run(
            "DELETE FROM kv_dirty WHERE link_id = ?1 AND version = ?2",
            &[row.id.into(), row.version.into()],
        )
        .await?;
    if cleared == 0 {
        // Somebody published a later version while we wrote this one, and ours
        // may have come last: put it on the list again.
        db.run(
            "INSERT INTO kv_dirty (link_id, version) SELECT id, version FROM link
             WHERE id = ?1 AND version > ?2
             ON CONFLICT DO UPDATE SET version = excluded.version",
            &[row.id.into(), row.version.into()],
        )
        .await?;
    }
    Ok(())
}

/// Publishes what is on the dirty list, at most `limit` links; how many it did.
/// A link that fails stays on the list and does not hold up the others.
///
/// # Errors
/// When the list can't be read.
pub async fn repair(env: &Env, db: &Db, limit: i64) -> Result<usize, StoreError> {
    let rows: Vec<Row> = db
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM link l
                 WHERE l.id IN (SELECT link_id FROM kv_dirty ORDER BY random() LIMIT ?1)"
            ),
            &[limit.into()],
        )
        .await?;
    let mut repaired = 0;
    for row in &rows {
        match publish_row(env, db, row).await {
            Ok(()) => repaired += 1,
            Err(error) => log::error("KV is behind", &[("error", error.to_string().into())]),
        }
    }
    Ok(repaired)
}
