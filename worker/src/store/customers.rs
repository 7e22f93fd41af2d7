//! Buyers, as one organizer knows them: found, kept up to date, and forgotten.

use handbill_core::order::{Contact, Gender};
use worker::D1PreparedStatement;

use super::sql::{Arg, Db, StoreError, row, rows_of};

row! {
    /// A buyer.
    #[derive(Debug)]
    pub struct CustomerRow {
        pub id: i64,
        pub email_key: String,
        pub first_order_id: Option<i64>,
        pub gender: Option<String>,
        pub company_name: Option<String>,
        /// `YYYY-MM-DD`.
        pub birthday: Option<String>,
        pub newsletter_optin: Option<i64>,
        pub country: Option<String>,
        pub postal_code: Option<String>,
        pub locality: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
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
        "SELECT * FROM customer WHERE organizer_id = ?1 AND email_key = ?2",
        &[organizer_id.into(), (&email_key(email)).into()],
    )
    .await
}

/// One buyer of an organizer; one that was erased is nobody any more.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &Db, organizer_id: i64, id: i64) -> Result<Option<CustomerRow>, StoreError> {
    db.first(
        "SELECT * FROM customer
         WHERE organizer_id = ?1 AND id = ?2 AND email_key <> 'erased ' || id",
        &[organizer_id.into(), id.into()],
    )
    .await
}

fn columns(contact: &Contact) -> [Arg<'_>; 7] {
    [
        contact.gender.map(Gender::name).into(),
        contact.company_name.as_ref().into(),
        contact.birthday.as_ref().into(),
        contact.newsletter_optin.map(i64::from).into(),
        contact.country.as_ref().into(),
        contact.postal_code.as_ref().into(),
        contact.locality.as_ref().into(),
    ]
}

/// The statement that makes a buyer, or adds what a known one tells of themselves now.
///
/// # Errors
/// When D1 refuses an argument.
pub fn of_buyer(
    db: &Db,
    organizer_id: i64,
    email_key: &str,
    contact: &Contact,
    now: i64,
) -> Result<D1PreparedStatement, StoreError> {
    let mut args: Vec<Arg<'_>> = vec![organizer_id.into(), email_key.into(), now.into()];
    args.extend(columns(contact));
    db.statement(
        "INSERT INTO customer (organizer_id, email_key, created_at, updated_at, gender,
           company_name, birthday, newsletter_optin, country, postal_code, locality)
         VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (organizer_id, email_key) DO UPDATE SET
           updated_at = max(updated_at + 1, excluded.updated_at),
           gender = ifnull(excluded.gender, gender),
           company_name = ifnull(excluded.company_name, company_name),
           birthday = ifnull(excluded.birthday, birthday),
           newsletter_optin = ifnull(excluded.newsletter_optin, newsletter_optin),
           country = ifnull(excluded.country, country),
           postal_code = ifnull(excluded.postal_code, postal_code),
           locality = ifnull(excluded.locality, locality)
         WHERE coalesce(?4, ?5, ?6, ?7, ?8, ?9, ?10) IS NOT NULL",
        &args,
    )
}

/// Writes what is known of a buyer over a row that is still as it was read; false when
/// somebody was quicker. `updated_at` tells: each change moves it on.
///
/// # Errors
/// When the database fails.
pub async fn update(
    db: &Db,
    customer: &CustomerRow,
    contact: &Contact,
    now: i64,
) -> Result<bool, StoreError> {
    let mut args: Vec<Arg<'_>> = vec![customer.id.into(), customer.updated_at.into(), now.into()];
    args.extend(columns(contact));
    let changed = db
        .run(
            "UPDATE customer SET updated_at = max(updated_at + 1, ?3), gender = ?4,
               company_name = ?5, birthday = ?6, newsletter_optin = ?7, country = ?8,
               postal_code = ?9, locality = ?10
             WHERE id = ?1 AND updated_at = ?2",
            &args,
        )
        .await?;
    Ok(changed > 0)
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
                "UPDATE customer SET email_key = 'erased ' || id,
                   updated_at = max(updated_at + 1, ?3), gender = NULL, company_name = NULL,
                   birthday = NULL, newsletter_optin = NULL, country = NULL, postal_code = NULL,
                   locality = NULL
                 WHERE organizer_id = ?1 AND email_key = ?2 RETURNING id",
                &[organizer_id.into(), (&key).into(), now.into()],
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
