//! The link-tracking report's figures (ST-08 to ST-12): sums over `report_line`,
//! which holds what the view `order_figures` says of each order.

use worker::D1PreparedStatement;

use super::sql::{Db, StoreError, row, rows_of};

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub struct ReportFilter {
    pub organizer_id: i64,
    /// Orders completed from then on, unix milliseconds.
    pub from: i64,
    /// Orders completed before then.
    pub until: i64,
    pub event_id: Option<i64>,
    /// Only this link's.
    pub link_id: Option<i64>,
}

/// The years 1970 to 9999: what a report covers when nobody says.
pub const ALL_TIME: (i64, i64) = (0, 253_402_300_800_000);

row! {
    /// Sums of one group of orders. `link_id` and `ticket_type_id` are 0 where the
    /// group is not of one link or ticket type. Money stands in [`FaceRow`].
    #[derive(Debug, Clone)]
    pub struct FiguresRow {
        pub link_id: i64,
        pub ticket_type_id: i64,
        pub ticket_type: Option<String>,
        pub event_id: i64,
        pub orders: i64,
        pub net_orders: i64,
        pub customers: i64,
        pub net_customers: i64,
        pub new_customers: i64,
        pub net_new_customers: i64,
        pub tickets: i64,
        pub net_tickets: i64,
        pub scanned: i64,
    }
}

row! {
    /// Face value of a link's tickets of one type, in minor units. `link_id` is 0
    /// for orders that no link is credited for.
    #[derive(Debug, Clone)]
    pub struct FaceRow {
        pub link_id: i64,
        pub ticket_type_id: i64,
        pub currency: String,
        pub face: i64,
        pub net_face: i64,
    }
}

row! {
    /// A link that the report may show.
    #[derive(Debug, Clone)]
    pub struct ReportedLinkRow {
        pub id: i64,
        pub slug: String,
        pub kind: i64,
        pub description: String,
        pub event_id: Option<i64>,
        pub username: Option<String>,
        pub views: i64,
        pub visitors: i64,
    }
}

/// All that a report is made of.
#[derive(Debug)]
pub struct Report {
    pub links: Vec<ReportedLinkRow>,
    /// By link and ticket type, of orders that a link is credited for.
    pub types: Vec<FiguresRow>,
    /// By link.
    pub by_link: Vec<FiguresRow>,
    /// Of all links together.
    pub total: Vec<FiguresRow>,
    /// Of all orders, credited to a link or not.
    pub all: Vec<FiguresRow>,
    /// By link, ticket type and currency, of all orders.
    pub faces: Vec<FaceRow>,
}

const FIGURES: &str = "count(DISTINCT r.order_id) AS orders,
  count(DISTINCT iif(r.reversed, NULL, r.order_id)) AS net_orders,
  count(DISTINCT r.customer_id) AS customers,
  count(DISTINCT iif(r.reversed, NULL, r.customer_id)) AS net_customers,
  count(DISTINCT iif(r.is_first, r.customer_id, NULL)) AS new_customers,
  count(DISTINCT iif(r.is_first AND NOT r.reversed, r.customer_id, NULL)) AS net_new_customers,
  ifnull(sum(r.tickets), 0) AS tickets, ifnull(sum(r.valid), 0) AS net_tickets,
  ifnull(sum(r.scanned), 0) AS scanned";

/// Orders by link, by event and time, or by time: each is an index of its own.
/// (What narrows further stands with a `+`, so that it does not choose another.)
fn condition(filter: &ReportFilter) -> &'static str {
    match (filter.link_id, filter.event_id) {
        (Some(_), _) => {
            "r.organizer_id = ?1 AND r.link_id = ?5 AND r.completed_at >= ?2
             AND r.completed_at < ?3 AND (?4 IS NULL OR r.event_id = ?4)"
        }
        (None, Some(_)) => {
            "r.organizer_id = ?1 AND r.event_id = ?4 AND r.completed_at >= ?2
             AND r.completed_at < ?3 AND ?5 IS NULL"
        }
        (None, None) => {
            "r.organizer_id = ?1 AND r.completed_at >= ?2 AND r.completed_at < ?3
             AND ?4 IS NULL AND ?5 IS NULL"
        }
    }
}

fn statements(db: &Db, filter: &ReportFilter) -> Result<Vec<D1PreparedStatement>, StoreError> {
    let args = &[
        filter.organizer_id.into(),
        filter.from.into(),
        filter.until.into(),
        filter.event_id.into(),
        filter.link_id.into(),
    ];
    let of = condition(filter);
    let one_link = match filter.link_id {
        Some(_) => "s.link_id = ?5",
        None => "?5 IS NULL",
    };
    let sums = |group: &str, further: &str, by: &str| {
        db.statement(
            &format!("SELECT {group}, {FIGURES} FROM report_line r WHERE {of} {further} {by}"),
            args,
        )
    };
    let whole = "0 AS link_id, 0 AS ticket_type_id, NULL AS ticket_type, 0 AS event_id";
    Ok(vec![
        // Those that are listed, and whichever has earned something: the rows add
        // up to the total. Hours are the finest that clicks are counted in.
        db.statement(
            &format!(
                "SELECT l.id, l.slug, l.kind, l.description, l.event_id, u.username,
               ifnull((SELECT sum(views) FROM link_hour h WHERE h.link_id = l.id
                 AND h.hour >= ?2 / 3600000 AND h.hour * 3600000 < ?3), 0) AS views,
               ifnull((SELECT sum(visitors) FROM link_hour h WHERE h.link_id = l.id
                 AND h.hour >= ?2 / 3600000 AND h.hour * 3600000 < ?3), 0) AS visitors
             FROM (
               SELECT s.link_id AS id FROM link_listing s CROSS JOIN link l ON l.id = s.link_id
               WHERE s.organizer_id = ?1 AND l.organizer_id = ?1 AND {one_link}
                 AND (?4 IS NULL OR l.event_id = ?4 OR l.event_id IS NULL)
               UNION SELECT +r.link_id FROM report_line r WHERE {of} AND +r.link_id > 0
             ) w
             CROSS JOIN link l ON l.id = w.id
             LEFT JOIN app_user u ON u.id = l.referred_by
             ORDER BY l.id DESC"
            ),
            args,
        )?,
        sums(
            "r.link_id, r.ticket_type_id, (SELECT name FROM ticket_type WHERE id = r.ticket_type_id)
               AS ticket_type, r.event_id",
            "AND +r.link_id > 0",
            "GROUP BY r.link_id, r.ticket_type_id",
        )?,
        sums(
            "r.link_id, 0 AS ticket_type_id, NULL AS ticket_type, 0 AS event_id",
            "AND +r.link_id > 0",
            "GROUP BY r.link_id",
        )?,
        sums(whole, "AND +r.link_id > 0", "")?,
        sums(whole, "", "")?,
        db.statement(
            &format!(
                "SELECT r.link_id, r.ticket_type_id, r.currency, sum(r.face) AS face,
                   sum(r.net_face) AS net_face
                 FROM report_line r WHERE {of} GROUP BY r.link_id, r.ticket_type_id, r.currency"
            ),
            args,
        )?,
    ])
}

/// Who sells through a link that is not deleted.
///
/// # Errors
/// When the database fails.
pub async fn seller_of(db: &Db, link_id: i64) -> Result<Option<i64>, StoreError> {
    row! {
        struct Seller {
            organizer_id: i64,
        }
    }
    let seller: Option<Seller> = db
        .first(
            "SELECT organizer_id FROM link WHERE id = ?1 AND deleted_at IS NULL",
            &[link_id.into()],
        )
        .await?;
    Ok(seller.map(|seller| seller.organizer_id))
}

/// Reads a report.
///
/// # Errors
/// When the database fails.
pub async fn read(db: &Db, filter: &ReportFilter) -> Result<Report, StoreError> {
    let results = db.batch(statements(db, filter)?).await?;
    let [links, types, by_link, total, all, faces] = results.as_slice() else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    Ok(Report {
        links: rows_of(links)?,
        types: rows_of(types)?,
        by_link: rows_of(by_link)?,
        total: rows_of(total)?,
        all: rows_of(all)?,
        faces: rows_of(faces)?,
    })
}

/// Writes every line anew from its definition; how many there are.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn rebuild(db: &Db) -> Result<i64, StoreError> {
    row! {
        struct Lines {
            lines: i64,
        }
    }
    let results = db
        .batch(vec![
            db.statement("DELETE FROM report_line", &[])?,
            db.statement("INSERT INTO report_line SELECT * FROM order_figures", &[])?,
            db.statement("SELECT count(*) AS lines FROM report_line", &[])?,
        ])
        .await?;
    let counted = results.last().map(rows_of::<Lines>).transpose()?;
    let counted = counted.and_then(|rows| rows.into_iter().next());
    Ok(counted.map_or(0, |counted| counted.lines))
}
