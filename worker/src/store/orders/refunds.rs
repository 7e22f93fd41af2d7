//! Cancelling an order, and giving money back.

use super::RefundRow;
use crate::store::sql::{Db, StoreError, rows_of};

/// Cancels an order: tickets are void, and stock, redemption and voucher codes
/// come back. With `refund` what is left of a paid order's money goes back too.
/// False when there is nothing to cancel.
///
/// # Errors
/// When the database fails.
pub async fn cancel(
    db: &Db,
    (organizer_id, id): (i64, i64),
    refund: bool,
    now: i64,
) -> Result<bool, StoreError> {
    let mut statements = Vec::new();
    if refund {
        statements.push(db.statement(
            "INSERT INTO refund (organizer_id, order_id, amount, reason, fingerprint, created_at)
             SELECT organizer_id, id, total - refunded, 'cancelled', '', ?3 FROM sale_order
             WHERE id = ?2 AND organizer_id = ?1 AND status = 'completed' AND refunded < total",
            &[organizer_id.into(), id.into(), now.into()],
        )?);
    }
    statements.push(db.statement(
        "UPDATE sale_order SET status = 'cancelled', cancelled_at = ?3, updated_at = ?3,
           version = version + 1
         WHERE id = ?2 AND organizer_id = ?1 AND status <> 'cancelled' RETURNING id",
        &[organizer_id.into(), id.into(), now.into()],
    )?);
    let results = db.batch(statements).await?;
    let cancelled = results.last().map(rows_of::<()>).transpose()?;
    Ok(cancelled.is_some_and(|rows| !rows.is_empty()))
}

/// A refund about to be written; without an amount, of all that is left.
pub struct NewRefund<'a> {
    pub amount: Option<i64>,
    pub reason: &'a str,
    pub idempotency_key: Option<&'a str>,
    pub fingerprint: &'a str,
}

/// Gives money back; `None` when there is no such order.
///
/// # Errors
/// `Broken` when it exceeds what is left, `Taken` when the idempotency key was
/// used for a refund of this order before.
pub async fn refund(
    db: &Db,
    (organizer_id, id): (i64, i64),
    refund: &NewRefund<'_>,
    now: i64,
) -> Result<Option<RefundRow>, StoreError> {
    db.first(
        "INSERT INTO refund (organizer_id, order_id, amount, reason, idempotency_key, fingerprint,
           created_at)
         SELECT organizer_id, id, ifnull(?3, total - refunded), ?4, ?5, ?6, ?7 FROM sale_order
         WHERE id = ?2 AND organizer_id = ?1
         RETURNING *",
        &[
            organizer_id.into(),
            id.into(),
            refund.amount.into(),
            refund.reason.into(),
            refund.idempotency_key.into(),
            refund.fingerprint.into(),
            now.into(),
        ],
    )
    .await
}

/// The refund of an order that was made with this idempotency key.
///
/// # Errors
/// When the database fails.
pub async fn refund_by_key(
    db: &Db,
    order_id: i64,
    key: &str,
) -> Result<Option<RefundRow>, StoreError> {
    db.first(
        "SELECT * FROM refund WHERE order_id = ?1 AND idempotency_key = ?2",
        &[order_id.into(), key.into()],
    )
    .await
}
