//! Baskets, and the stock that they hold (BK-06).

use serde::Serialize;
use worker::D1PreparedStatement;

use super::offers::{self, Found, Wanted};
use super::sql::{Db, StoreError, row, rows_of};

row! {
    /// A basket.
    #[derive(Debug, Clone)]
    pub struct BasketRow {
        pub id: i64,
        pub key: String,
        pub organizer_id: i64,
        pub link_id: Option<i64>,
        pub event_id: Option<i64>,
        pub currency: String,
        /// `online` or `box_office`: where it was opened.
        pub channel: String,
        /// Core's `Selection`.
        pub selection: String,
        pub state: String,
        pub hold_until: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub version: i64,
    }
}

const BY_KEY: &str = "SELECT * FROM basket WHERE key = ?1";

/// A line of a basket about to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NewLine {
    pub position: usize,
    pub ticket_type: Option<i64>,
    pub attribute: Option<i64>,
    pub quantity: i64,
    /// Whether it may be held: what may not be sold is not held either.
    pub hold: bool,
}

/// Gives back what is held past its time: an open basket's lines, and a pending
/// order whose payment did not come, which is cancelled by that. Stands before
/// whatever looks at stock, so that a hold ends at its time and not at the next
/// cron.
///
/// # Errors
/// When D1 refuses an argument.
pub fn release(db: &Db, now: i64) -> Result<[D1PreparedStatement; 3], StoreError> {
    Ok([
        db.statement(
            "UPDATE sale_order SET status = 'cancelled', cancelled_at = ?1, updated_at = ?1,
               version = version + 1
             WHERE status = 'pending' AND basket_id IN (
               SELECT id FROM basket WHERE hold_until <= ?1 AND state = 'pending')",
            &[now.into()],
        )?,
        db.statement(
            "UPDATE basket_line SET held = 0 WHERE held > 0 AND basket_id IN (
               SELECT id FROM basket WHERE hold_until <= ?1)",
            &[now.into()],
        )?,
        db.statement(
            "UPDATE basket SET hold_until = NULL WHERE hold_until <= ?1",
            &[now.into()],
        )?,
    ])
}

/// Runs [`release`] alone.
///
/// # Errors
/// When the database fails.
pub async fn release_expired(db: &Db, now: i64) -> Result<(), StoreError> {
    db.batch(release(db, now)?.into()).await?;
    Ok(())
}

/// Writes the lines of a basket, holding what is there: all of a line or
/// nothing of it. What is not there, or another organizer's, gets no line.
const WRITE_LINES: &str = "
INSERT INTO basket_line (basket_id, position, ticket_type_id, attribute_id, quantity, held)
SELECT b.id, j.value ->> 'position', t.id, a.id, j.value ->> 'quantity',
  iif(j.value ->> 'hold' AND j.value ->> 'quantity' <= coalesce(
    t.quantity - t.held - t.issued, a.quantity - a.held - a.issued), j.value ->> 'quantity', 0)
FROM basket b JOIN json_each(?2) j
LEFT JOIN ticket_type t ON t.id = j.value ->> 'ticket_type' AND t.organizer_id = b.organizer_id
LEFT JOIN product_attribute a ON a.id = j.value ->> 'attribute' AND a.organizer_id = b.organizer_id
WHERE b.key = ?1 AND (t.id IS NOT NULL OR a.id IS NOT NULL)
ORDER BY j.key";

/// What a new basket is made of.
pub struct NewBasket<'a> {
    pub key: &'a str,
    pub organizer_id: i64,
    pub link_id: Option<i64>,
    pub event_id: Option<i64>,
    pub currency: &'a str,
    pub channel: &'a str,
    pub selection: &'a str,
    pub hold_until: i64,
}

/// Makes a basket and holds what it wants; what there is for it then.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    db: &Db,
    basket: &NewBasket<'_>,
    lines: &[NewLine],
    wanted: &Wanted<'_>,
    now: i64,
) -> Result<(BasketRow, Option<Found>), StoreError> {
    let mut statements: Vec<D1PreparedStatement> = release(db, now)?.into();
    // A link that was purged since it was read opens nothing.
    statements.push(db.statement(
        "INSERT INTO basket (key, organizer_id, link_id, event_id, currency, selection, hold_until,
           created_at, updated_at, channel)
         VALUES (?1, ?2, (SELECT id FROM link WHERE id = ?3 AND purged_at IS NULL), ?4, ?5, ?6, ?7,
           ?8, ?8, ?9)",
        &[
            basket.key.into(),
            basket.organizer_id.into(),
            basket.link_id.into(),
            basket.event_id.into(),
            basket.currency.into(),
            basket.selection.into(),
            basket.hold_until.into(),
            now.into(),
            basket.channel.into(),
        ],
    )?);
    written(db, statements, basket.key, lines, wanted).await
}

/// Writes another selection into an open basket that is still at `version`, and
/// holds what it wants instead.
///
/// # Errors
/// `Broken` with [`NOT_MET`](super::sql::NOT_MET) when the basket has moved on.
pub async fn change(
    db: &Db,
    basket: &BasketRow,
    (selection, currency): (&str, &str),
    lines: &[NewLine],
    wanted: &Wanted<'_>,
    (hold_until, now): (i64, i64),
) -> Result<(BasketRow, Option<Found>), StoreError> {
    let mut statements: Vec<D1PreparedStatement> = release(db, now)?.into();
    statements.push(at_version(db, basket)?);
    // A hold keeps its end: changing the basket does not buy time.
    statements.push(db.statement(
        "UPDATE basket SET selection = ?2, hold_until = ifnull(hold_until, ?3), updated_at = ?4,
           currency = ?5, version = version + 1 WHERE id = ?1",
        &[
            basket.id.into(),
            selection.into(),
            hold_until.into(),
            now.into(),
            currency.into(),
        ],
    )?);
    statements.push(db.statement(
        "DELETE FROM basket_line WHERE basket_id = ?1",
        &[basket.id.into()],
    )?);
    written(db, statements, &basket.key, lines, wanted).await
}

/// Expects an open basket to be at the version that was read.
///
/// # Errors
/// When D1 refuses an argument.
pub fn at_version(db: &Db, basket: &BasketRow) -> Result<D1PreparedStatement, StoreError> {
    db.expect(
        "SELECT 1 FROM basket WHERE id = ?1 AND version = ?2 AND state = 'open'",
        &[basket.id.into(), basket.version.into()],
    )
}

/// Runs the statements, writes the lines, and reads everything back.
async fn written(
    db: &Db,
    mut statements: Vec<D1PreparedStatement>,
    key: &str,
    lines: &[NewLine],
    wanted: &Wanted<'_>,
) -> Result<(BasketRow, Option<Found>), StoreError> {
    let lines =
        serde_json::to_string(lines).map_err(|error| StoreError::Other(error.to_string()))?;
    statements.push(db.statement(WRITE_LINES, &[key.into(), (&lines).into()])?);
    statements.push(db.statement(
        "UPDATE basket SET hold_until = NULL WHERE key = ?1 AND NOT EXISTS (
           SELECT 1 FROM basket_line WHERE basket_id = basket.id AND held > 0)",
        &[key.into()],
    )?);
    let before = statements.len();
    statements.push(db.statement(BY_KEY, &[key.into()])?);
    statements.extend(offers::statements(db, wanted)?);
    let results = db.batch(statements).await?;
    let Some((basket, found)) = results.get(before..).and_then(<[_]>::split_first) else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    let basket = rows_of(basket)?.into_iter().next();
    let basket = basket.ok_or_else(|| StoreError::Other("a written basket is gone".into()))?;
    Ok((basket, offers::found(found)?))
}

/// A basket by its key.
///
/// # Errors
/// When the database fails.
pub async fn by_key(db: &Db, key: &str) -> Result<Option<BasketRow>, StoreError> {
    db.first(BY_KEY, &[key.into()]).await
}

/// An organizer's basket by its id.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &Db, organizer_id: i64, id: i64) -> Result<Option<BasketRow>, StoreError> {
    db.first(
        "SELECT * FROM basket WHERE id = ?1 AND organizer_id = ?2",
        &[id.into(), organizer_id.into()],
    )
    .await
}

/// An organizer's baskets with a greater id than `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &Db,
    organizer_id: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<BasketRow>, StoreError> {
    db.rows(
        "SELECT * FROM basket WHERE organizer_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        &[organizer_id.into(), after.into(), limit.into()],
    )
    .await
}
