//! The codes of vouchers: made, found, made void (TT-51).

use super::sql::{Db, StoreError, row};

row! {
    /// A voucher's code.
    #[derive(Debug)]
    pub struct CodeRow {
        pub id: i64,
        pub code: String,
        /// The order that it paid.
        pub order_id: Option<i64>,
        pub created_at: i64,
        pub voided_at: Option<i64>,
    }
}

const CODE: &str = "
SELECT c.id, c.code, u.order_id, c.created_at, c.voided_at FROM voucher_code c
LEFT JOIN voucher_use u ON u.voucher_code_id = c.id";

/// Adds codes (a JSON array) to a voucher that is not archived.
///
/// # Errors
/// `Taken` when the organizer has one of them; then none is added.
pub async fn add_codes(
    db: &Db,
    (organizer_id, voucher_id): (i64, i64),
    codes: &str,
    now: i64,
) -> Result<Vec<CodeRow>, StoreError> {
    db.rows(
        "INSERT INTO voucher_code (organizer_id, voucher_id, code, created_at)
         SELECT v.organizer_id, v.id, j.value, ?4 FROM voucher v JOIN json_each(?3) j
         WHERE v.id = ?2 AND v.organizer_id = ?1 AND v.archived_at IS NULL
         ORDER BY j.key
         RETURNING id, code, NULL AS order_id, created_at, voided_at",
        &[
            organizer_id.into(),
            voucher_id.into(),
            codes.into(),
            now.into(),
        ],
    )
    .await
}

/// The codes of a voucher with a greater id than `after`.
///
/// # Errors
/// When the database fails.
pub async fn codes(
    db: &Db,
    (organizer_id, voucher_id): (i64, i64),
    after: i64,
    limit: i64,
) -> Result<Vec<CodeRow>, StoreError> {
    db.rows(
        &format!(
            "{CODE} WHERE c.organizer_id = ?1 AND c.voucher_id = ?2 AND c.id > ?3
             ORDER BY c.id LIMIT ?4"
        ),
        &[
            organizer_id.into(),
            voucher_id.into(),
            after.into(),
            limit.into(),
        ],
    )
    .await
}

/// One code of a voucher.
///
/// # Errors
/// When the database fails.
pub async fn code(
    db: &Db,
    (organizer_id, voucher_id): (i64, i64),
    id: i64,
) -> Result<Option<CodeRow>, StoreError> {
    db.first(
        &format!("{CODE} WHERE c.organizer_id = ?1 AND c.voucher_id = ?2 AND c.id = ?3"),
        &[organizer_id.into(), voucher_id.into(), id.into()],
    )
    .await
}

/// Makes an unused code void; false when it is used, void already or not there.
///
/// # Errors
/// When the database fails.
pub async fn void_code(
    db: &Db,
    (organizer_id, voucher_id): (i64, i64),
    id: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE voucher_code SET voided_at = ?4
             WHERE organizer_id = ?1 AND voucher_id = ?2 AND id = ?3 AND voided_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM voucher_use WHERE voucher_code_id = ?3)",
            &[
                organizer_id.into(),
                voucher_id.into(),
                id.into(),
                now.into(),
            ],
        )
        .await?;
    Ok(changed > 0)
}
