//! Issued tickets: found, made void, checked in (BK-10).

use handbill_core::order::{TicketFacts, TicketState};

use super::sql::{Arg, Db, StoreError, row};

row! {
    /// An issued ticket, with what it is for.
    #[derive(Debug, Clone)]
    pub struct TicketRow {
        pub id: i64,
        pub order_id: Option<i64>,
        pub event_id: i64,
        pub ticket_type_id: i64,
        /// Of the ticket type.
        pub name: String,
        pub barcode: String,
        pub voided_at: Option<i64>,
        void_reason: Option<String>,
        /// Whether all that was paid for its order went back.
        is_refunded: i64,
        /// `approval` or `payment_plan`: what it waits for before it is valid.
        pub pending: Option<String>,
        pub checked_in_at: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub event_name: String,
        pub starts_at: i64,
        pub time_zone: String,
        pub place: String,
    }
}

impl TicketRow {
    /// Where the ticket stands, whatever became of its order's money.
    pub fn state(&self) -> TicketState {
        TicketState::of(&self.facts(false))
    }

    /// Why it is void: what somebody said, else what became of its order's money, as the
    /// feed tells it too (SG-07). `None` while it is not.
    pub fn void_reason(&self) -> Option<TicketState> {
        let reason = || TicketState::of(&self.facts(self.is_refunded != 0));
        self.voided_at.map(|_| reason())
    }

    fn facts(&self, is_refunded: bool) -> TicketFacts<'_> {
        TicketFacts {
            is_void: self.voided_at.is_some(),
            void_reason: self.void_reason.as_deref(),
            pending: self.pending.as_deref(),
            is_refunded,
        }
    }

    /// What the ticket is good for: `void`, or the name of its state.
    pub fn status(&self) -> &'static str {
        match self.voided_at {
            Some(_) => "void",
            None => self.state().name(),
        }
    }
}

/// Selects tickets, as alias `i`.
pub const TICKET: &str = "
SELECT i.id, i.order_id, i.event_id, i.ticket_type_id, t.name, i.barcode, i.voided_at,
  i.void_reason, i.pending, c.at AS checked_in_at, i.created_at, i.updated_at,
  ifnull((SELECT total > 0 AND refunded = total FROM sale_order WHERE id = i.order_id), 0)
    AS is_refunded,
  e.name AS event_name, e.starts_at, e.time_zone, e.place
FROM ticket i
JOIN ticket_type t ON t.id = i.ticket_type_id
JOIN event e ON e.id = i.event_id
LEFT JOIN check_in c ON c.ticket_id = i.id AND c.undone_at IS NULL";

/// Which tickets a list shows, by ascending id.
#[derive(Debug, Clone, Copy)]
pub struct TicketFilter<'a> {
    pub organizer_id: i64,
    pub event_id: Option<i64>,
    pub order_id: Option<i64>,
    pub barcode: Option<&'a str>,
    pub after: i64,
    pub limit: i64,
}

/// Tickets.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &Db, filter: TicketFilter<'_>) -> Result<Vec<TicketRow>, StoreError> {
    let mut sql = format!("{TICKET} WHERE i.organizer_id = ?1 AND i.id > ?2");
    let mut args: Vec<Arg<'_>> = vec![
        filter.organizer_id.into(),
        filter.after.into(),
        filter.limit.into(),
    ];
    for (column, arg) in [
        ("event_id", filter.event_id.map(Arg::from)),
        ("order_id", filter.order_id.map(Arg::from)),
        ("barcode", filter.barcode.map(Arg::from)),
    ] {
        if let Some(arg) = arg {
            args.push(arg);
            sql.push_str(&format!(" AND i.{column} = ?{}", args.len()));
        }
    }
    sql.push_str(" ORDER BY i.id LIMIT ?3");
    db.rows(&sql, &args).await
}

/// One ticket of an organizer.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &Db, organizer_id: i64, id: i64) -> Result<Option<TicketRow>, StoreError> {
    db.first(
        &format!("{TICKET} WHERE i.id = ?1 AND i.organizer_id = ?2"),
        &[id.into(), organizer_id.into()],
    )
    .await
}

/// The ticket with a barcode for an event. Ours are in upper case, and may be
/// typed in lower case at the door.
///
/// # Errors
/// When the database fails.
pub async fn by_barcode(
    db: &Db,
    organizer_id: i64,
    event_id: i64,
    barcode: &str,
) -> Result<Option<TicketRow>, StoreError> {
    db.first(
        &format!("{TICKET} WHERE i.event_id = ?1 AND i.barcode IN (?2, upper(?2)) AND i.organizer_id = ?3
             ORDER BY i.barcode <> ?2"),
        &[event_id.into(), barcode.into(), organizer_id.into()],
    )
    .await
}

/// Makes a ticket void for ever, for the reason that was given, if any; its stock comes
/// back. False when it is not there or void already.
///
/// # Errors
/// When the database fails.
pub async fn void(
    db: &Db,
    organizer_id: i64,
    id: i64,
    reason: Option<TicketState>,
    now: i64,
) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE ticket SET voided_at = ?3, void_reason = ?4, updated_at = ?3,
               version = version + 1
             WHERE id = ?1 AND organizer_id = ?2 AND voided_at IS NULL",
            &[
                id.into(),
                organizer_id.into(),
                now.into(),
                reason.map(TicketState::name).into(),
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// Makes a ticket valid that waited for its approval or its last payment; false when it
/// did not.
///
/// # Errors
/// When the database fails.
pub async fn confirm(db: &Db, organizer_id: i64, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE ticket SET pending = NULL, updated_at = ?3, version = version + 1
             WHERE id = ?1 AND organizer_id = ?2 AND voided_at IS NULL AND pending IS NOT NULL",
            &[id.into(), organizer_id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}

/// Makes a ticket void that waited for its approval; false when it did not.
///
/// # Errors
/// When the database fails.
pub async fn reject(db: &Db, organizer_id: i64, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE ticket SET voided_at = ?3, void_reason = 'rejected', updated_at = ?3,
               version = version + 1
             WHERE id = ?1 AND organizer_id = ?2 AND voided_at IS NULL AND pending = 'approval'",
            &[id.into(), organizer_id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}

/// Checks a ticket in; false when it is not valid, not there, or in already.
///
/// # Errors
/// When the database fails.
pub async fn check_in(db: &Db, organizer_id: i64, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "INSERT INTO check_in (organizer_id, ticket_id, at)
             SELECT organizer_id, id, ?3 FROM ticket
             WHERE id = ?1 AND organizer_id = ?2 AND voided_at IS NULL AND pending IS NULL
             ON CONFLICT DO NOTHING",
            &[id.into(), organizer_id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}

/// Takes a check-in back; false when the ticket is not in.
///
/// # Errors
/// When the database fails.
pub async fn undo_check_in(
    db: &Db,
    organizer_id: i64,
    id: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE check_in SET undone_at = ?3
             WHERE ticket_id = ?1 AND organizer_id = ?2 AND undone_at IS NULL",
            &[id.into(), organizer_id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}
