//! Buyers, as one organizer knows them: found, and forgotten.

use super::sql::{Db, StoreError, row, rows_of};

row! {
    /// A buyer.
    #[derive(Debug)]
    pub struct CustomerRow {
        pub id: i64,
        pub email_key: String,
        pub first_order_id: Option<i64>,
        pub created_at: i64,
    }
}

/// What buyers are told apart by: the mail address without case.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The buyer with a mail address.
///
/// # Errors
/// When the database fails.
pub async fn by_email(
    db: &Db,
    organizer_id: i64,
    email: &str,
) -> Result<Option<CustomerRow>, StoreError> {
    db.first(
        "SELECT id, email_key, first_order_id, created_at FROM customer
         WHERE organizer_id = ?1 AND email_key = ?2",
        &[organizer_id.into(), (&email_key(email)).into()],
    )
    .await
}

/// Takes everything that says who the buyer is out of their orders; how many
/// orders those were, `None` when there is no such buyer. Sums, tickets and
/// credits stay: they are the organizer's books.
///
/// # Errors
/// When the database fails; then nothing was forgotten.
pub async fn erase(
    db: &Db,
    organizer_id: i64,
    email: &str,
    now: i64,
) -> Result<Option<i64>, StoreError> {
    let key = email_key(email);
    let results = db
        .batch(vec![
            db.statement(
                "UPDATE sale_order SET first_name = 'erased', last_name = 'erased',
                   email = 'erased', phone = NULL, address = NULL, answer = NULL, updated_at = ?3,
                   version = version + 1
                 WHERE customer_id = (
                   SELECT id FROM customer WHERE organizer_id = ?1 AND email_key = ?2)
                 RETURNING id",
                &[organizer_id.into(), (&key).into(), now.into()],
            )?,
            // No mail address has a space: nobody can be this customer again.
            db.statement(
                "UPDATE customer SET email_key = 'erased ' || id
                 WHERE organizer_id = ?1 AND email_key = ?2 RETURNING id",
                &[organizer_id.into(), (&key).into()],
            )?,
        ])
        .await?;
    let [orders, customer] = results.as_slice() else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    let erased = rows_of::<()>(orders)?.len();
    let is_known = !rows_of::<()>(customer)?.is_empty();
    Ok(is_known.then(|| i64::try_from(erased).unwrap_or(i64::MAX)))
}
