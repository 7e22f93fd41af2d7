//! Tickets in the order of their changes, for those who follow them (SG-03 to SG-09).
//!
//! `changed_at` grows with each change (see `ticket_clock`), so a reader that goes on
//! after the last row it has seen misses none. Each page walks an index from there, and
//! costs the same wherever that is.

use handbill_core::feed::Cursor;
use handbill_core::link::utm::Utm;
use handbill_core::order::{TicketFacts, TicketState};

use super::sql::{Arg, Db, StoreError, row};

/// Most rows of a page.
pub const PAGE: i64 = 100;

/// Whose tickets, and from where on.
#[derive(Debug, Clone, Copy)]
pub struct FeedFilter {
    pub organizer_id: i64,
    pub event_id: Option<i64>,
    /// Whether the events that the organizer only co-hosts are in it.
    pub cohosted: bool,
    /// Who reads, when that is another organizer with a grant. It sees of co-hosted events
    /// its own, and those whose organizers let it read their tickets too.
    pub partner: Option<i64>,
    pub after: Cursor,
}

row! {
    /// A ticket with all that is told of it. Money is in minor units, times are unix
    /// milliseconds.
    #[derive(Debug)]
    pub struct FeedRow {
        pub id: i64,
        pub barcode: String,
        pub scanned_at: Option<i64>,
        pub changed_at: i64,
        pub voided_at: Option<i64>,
        void_reason: Option<String>,
        pending: Option<String>,
        is_refunded: i64,
        pub ticket_type_id: i64,
        pub group_name: Option<String>,
        pub name: String,
        pub hidden: i64,
        pub has_access_code: i64,
        pub price: i64,
        pub booking_fee: i64,
        pub organizer_fee: i64,
        pub producer_cost: i64,
        pub tax_rate_ppm: i64,
        pub currency: String,
        pub order_id: Option<i64>,
        pub channel: Option<String>,
        pub payment_method: Option<String>,
        utm: Option<String>,
        pub link_slug: Option<String>,
        pub ordered_at: i64,
        pub event_id: i64,
        pub starts_at: i64,
        pub ends_at: i64,
        pub event_created_at: i64,
        pub published_at: Option<i64>,
        pub launched_at: Option<i64>,
        pub cancelled_at: Option<i64>,
        pub customer_id: Option<i64>,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub first_name: Option<String>,
        pub last_name: Option<String>,
        pub gender: Option<String>,
        pub company_name: Option<String>,
        pub birthday: Option<String>,
        pub newsletter_optin: Option<i64>,
        pub country: Option<String>,
        pub postal_code: Option<String>,
        pub locality: Option<String>,
    }
}

impl FeedRow {
    /// Where a reader stands that has seen this row.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            at: self.changed_at,
            id: self.id,
        }
    }

    /// Where the ticket stands in its life (SG-07).
    pub fn state(&self) -> TicketState {
        TicketState::of(&TicketFacts {
            is_void: self.voided_at.is_some(),
            void_reason: self.void_reason.as_deref(),
            pending: self.pending.as_deref(),
            is_refunded: self.is_refunded != 0,
        })
    }

    /// What the buyer arrived with (AT-04).
    pub fn utm(&self) -> Utm {
        let utm = self.utm.as_deref();
        utm.and_then(|utm| serde_json::from_str(utm).ok())
            .unwrap_or_default()
    }
}

/// What is told of tickets, as alias `i`.
const TOLD: &str = "
  i.id, i.barcode, c.at AS scanned_at, i.changed_at, i.voided_at, i.void_reason, i.pending,
  ifnull(o.total > 0 AND o.refunded = o.total, 0) AS is_refunded,
  i.ticket_type_id, g.name AS group_name, t.name, t.hidden,
  t.access_code IS NOT NULL AS has_access_code,
  ifnull((SELECT unit_price FROM order_line WHERE order_id = i.order_id AND kind = 'ticket'
    AND ticket_type_id = i.ticket_type_id), t.price) AS price,
  ifnull((SELECT unit_price FROM order_line WHERE order_id = i.order_id AND kind = 'booking_fee'
    AND ticket_type_id = i.ticket_type_id), 0) AS booking_fee,
  i.organizer_fee, i.producer_cost, i.tax_rate_ppm, ifnull(o.currency, e.currency) AS currency,
  i.order_id, b.channel, o.payment_method, o.utm, l.slug AS link_slug,
  ifnull(o.created_at, i.created_at) AS ordered_at,
  i.event_id, e.starts_at, e.ends_at, e.created_at AS event_created_at, e.published_at,
  (SELECT launched_at FROM event_launch WHERE event_id = i.event_id) AS launched_at, e.cancelled_at,
  o.customer_id, nullif(o.email, 'erased') AS email, o.phone,
  iif(o.email = 'erased', NULL, o.first_name) AS first_name,
  iif(o.email = 'erased', NULL, o.last_name) AS last_name,
  u.gender, u.company_name, u.birthday, u.newsletter_optin, u.country, u.postal_code, u.locality";

/// All that a ticket refers to. CROSS JOIN keeps the order: the ticket comes first.
const WITH_ALL: &str = "
CROSS JOIN ticket_type t ON t.id = i.ticket_type_id
CROSS JOIN event e ON e.id = i.event_id
LEFT JOIN ticket_group g ON g.id = t.group_id
LEFT JOIN sale_order o ON o.id = i.order_id
LEFT JOIN basket b ON b.id = o.basket_id
LEFT JOIN link l ON l.id = o.link_id
LEFT JOIN customer u ON u.id = o.customer_id
LEFT JOIN check_in c ON c.ticket_id = i.id AND c.undone_at IS NULL";

/// The events of others that `?1` hosts with them, as far as the reader (`?4`) may see
/// their tickets. An archived organizer shares nothing.
const HOSTED: &str = "
SELECT h.event_id FROM event_cohost h CROSS JOIN organizer o ON o.id = h.organizer_id
WHERE h.cohost_id = ?1 AND o.archived_at IS NULL
  AND (?4 IS NULL OR h.organizer_id = ?4 OR EXISTS (
    SELECT 1 FROM ticket_grant WHERE organizer_id = h.organizer_id AND partner_id = ?4))";

/// The next page. `?1` is the organizer, `?2` and `?3` the cursor, `?4` who reads with a
/// grant, `?5` the event.
///
/// # Errors
/// When the database fails.
pub async fn page(db: &Db, filter: FeedFilter) -> Result<Vec<FeedRow>, StoreError> {
    let args: [Arg<'_>; 5] = [
        filter.organizer_id.into(),
        filter.after.at.into(),
        filter.after.id.into(),
        filter.partner.into(),
        filter.event_id.into(),
    ];
    // D1 wants as many arguments as a statement names.
    let (sql, named) = match (filter.event_id, filter.cohosted) {
        (None, false) => (of_organizer(), 3),
        (None, true) => (merged(), 4),
        (Some(_), cohosted) => (of_event(cohosted), 5),
    };
    db.rows(&sql, args.get(..named).unwrap_or_default()).await
}

fn of_organizer() -> String {
    format!(
        "SELECT {TOLD} FROM ticket i INDEXED BY ticket_by_change {WITH_ALL}
         WHERE i.organizer_id = ?1 AND (i.changed_at, i.id) > (?2, ?3)
         ORDER BY i.changed_at, i.id LIMIT {PAGE}"
    )
}

/// Whether the event may be read is decided first: one of others has no rows to walk.
fn of_event(cohosted: bool) -> String {
    let or_hosted = if cohosted {
        format!("OR id IN ({HOSTED} AND h.event_id = ?5)")
    } else {
        String::new()
    };
    format!(
        "SELECT {TOLD} FROM ticket i INDEXED BY ticket_by_event_change {WITH_ALL}
         WHERE i.event_id = (SELECT id FROM event WHERE id = ?5 AND (organizer_id = ?1 {or_hosted}))
           AND (i.changed_at, i.id) > (?2, ?3)
         ORDER BY i.changed_at, i.id LIMIT {PAGE}"
    )
}

/// Own tickets and those of each co-hosted event, merged. Of no stream more than a
/// page can be among the first, so each is read up to where the shortest of them ends
/// its page.
fn merged() -> String {
    format!(
        "WITH hosted AS ({HOSTED}),
         bound AS (SELECT min((
             SELECT n.changed_at FROM ticket n INDEXED BY ticket_by_event_change
             WHERE n.event_id = h.event_id AND (n.changed_at, n.id) > (?2, ?3)
             ORDER BY n.changed_at, n.id LIMIT 1 OFFSET {PAGE} - 1)) AS at
           FROM hosted h)
         SELECT {TOLD} FROM (
           SELECT id FROM (
             SELECT * FROM (
               SELECT n.id, n.changed_at FROM ticket n INDEXED BY ticket_by_change
               WHERE n.organizer_id = ?1 AND (n.changed_at, n.id) > (?2, ?3)
               ORDER BY n.changed_at, n.id LIMIT {PAGE})
             UNION ALL
             SELECT n.id, n.changed_at FROM hosted h
             CROSS JOIN ticket n INDEXED BY ticket_by_event_change ON n.event_id = h.event_id
             WHERE (n.changed_at, n.id) > (?2, ?3)
               AND n.changed_at <= ifnull((SELECT at FROM bound), 9007199254740991))
           ORDER BY changed_at, id LIMIT {PAGE}) k
         CROSS JOIN ticket i ON i.id = k.id {WITH_ALL}
         ORDER BY i.changed_at, i.id"
    )
}
