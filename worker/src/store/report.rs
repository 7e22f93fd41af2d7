//! The link-tracking report's figures (ST-08 to ST-12): sums over `report_line`,
//! which holds what the view `order_figures` says of each order.

use worker::D1PreparedStatement;

use super::sql::{Arg, Db, StoreError, row, rows_of};

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
    /// Sums over the orders of a link, a ticket type and a currency: what of them is
    /// of this type, or, where it says `led`, whole orders, each in one group only, so
    /// that the groups add up. `link_id` is 0 for orders that no link is credited for,
    /// `ticket_type_id` for those without tickets. Money is in minor units.
    #[derive(Debug)]
    pub struct GroupRow {
        pub link_id: i64,
        pub ticket_type_id: i64,
        pub ticket_type: Option<String>,
        pub event_id: i64,
        pub currency: String,
        pub orders: i64,
        pub net_orders: i64,
        pub led_orders: i64,
        pub net_led_orders: i64,
        pub new_customers: i64,
        pub net_new_customers: i64,
        pub led_new_customers: i64,
        pub net_led_new_customers: i64,
        pub tickets: i64,
        pub net_tickets: i64,
        pub scanned: i64,
        pub face: i64,
        pub net_face: i64,
    }
}

row! {
    /// Customers of a group of orders, each counted once, which no sum of smaller
    /// groups could tell. `ticket_type_id` is 0 where the group is of all of them.
    #[derive(Debug)]
    pub struct CustomersRow {
        pub link_id: i64,
        pub ticket_type_id: i64,
        pub customers: i64,
        pub net_customers: i64,
    }
}

row! {
    /// Customers of all orders, and of those that a link is credited for.
    #[derive(Debug)]
    pub struct AllCustomersRow {
        pub customers: i64,
        pub net_customers: i64,
        pub credited: i64,
        pub net_credited: i64,
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
        /// The name of whoever it was made for.
        pub promoter: Option<String>,
        pub views: i64,
        pub visitors: i64,
    }
}

/// All that a report is made of. Groups and customers are in the order of links,
/// then of ticket types.
#[derive(Debug)]
pub struct Sums {
    pub links: Vec<ReportedLinkRow>,
    pub groups: Vec<GroupRow>,
    pub customers_by_type: Vec<CustomersRow>,
    pub customers_by_link: Vec<CustomersRow>,
    pub customers: AllCustomersRow,
}

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

/// The links that a report shows: those that are listed, and whichever has earned
/// something: the rows add up to the total.
fn links_shown(filter: &ReportFilter) -> String {
    let of = condition(filter);
    let one_link = match filter.link_id {
        Some(_) => "s.link_id = ?5",
        None => "?5 IS NULL",
    };
    format!(
        "SELECT s.link_id AS id FROM link_listing s CROSS JOIN link l ON l.id = s.link_id
         WHERE s.organizer_id = ?1 AND l.organizer_id = ?1 AND {one_link}
           AND (?4 IS NULL OR l.event_id = ?4 OR l.event_id IS NULL)
         UNION SELECT +r.link_id FROM report_line r WHERE {of} AND +r.link_id > 0"
    )
}

/// Whether an hour of clicks, the finest they are counted in, begins in the range: so
/// that ranges, and days, add up. (D1 binds every number as a real one.)
const HOUR_IN_RANGE: &str = "h.hour >= (CAST(?2 AS INTEGER) + 3599999) / 3600000
  AND h.hour < (CAST(?3 AS INTEGER) + 3599999) / 3600000";

fn args(filter: &ReportFilter) -> [Arg<'static>; 5] {
    [
        filter.organizer_id.into(),
        filter.from.into(),
        filter.until.into(),
        filter.event_id.into(),
        filter.link_id.into(),
    ]
}

fn statements(db: &Db, filter: &ReportFilter) -> Result<Vec<D1PreparedStatement>, StoreError> {
    let args = &args(filter);
    let of = condition(filter);
    let links_shown = links_shown(filter);
    // An order's first line, of those that are looked at, leads it.
    let same_event = match filter.event_id {
        Some(_) => "AND p.event_id = r.event_id",
        None => "",
    };
    // Grouped twice and not `count(DISTINCT …)`: one sort instead of a tree for each.
    let customers = |group: &str, type_id: &str| {
        format!(
            "SELECT link_id, {type_id} AS ticket_type_id, count(*) AS customers,
               sum(NOT reversed) AS net_customers
             FROM (SELECT r.link_id, r.ticket_type_id, min(r.reversed) AS reversed
               FROM report_line r WHERE {of} AND +r.link_id > 0 AND r.customer_id IS NOT NULL
               GROUP BY {group}, customer_id)
             GROUP BY {group} ORDER BY {group}"
        )
    };
    Ok(vec![
        db.statement(
            &format!(
                "SELECT l.id, l.slug, l.kind, l.description, l.event_id, u.username,
               iif(l.owner_id = ?1, l.promoter_name, NULL) AS promoter,
               ifnull((SELECT sum(views) FROM link_hour h
                 WHERE h.link_id = l.id AND {HOUR_IN_RANGE}), 0) AS views,
               ifnull((SELECT sum(visitors) FROM link_hour h
                 WHERE h.link_id = l.id AND {HOUR_IN_RANGE}), 0) AS visitors
             FROM ({links_shown}) w
             CROSS JOIN link l ON l.id = w.id
             LEFT JOIN app_user u ON u.id = l.referred_by
             ORDER BY l.id DESC"
            ),
            args,
        )?,
        db.statement(
            &format!(
                "SELECT link_id, ticket_type_id,
                   (SELECT name FROM ticket_type WHERE id = ticket_type_id) AS ticket_type,
                   event_id, currency, count(*) AS orders, sum(NOT reversed) AS net_orders,
                   sum(leads) AS led_orders, sum(leads AND NOT reversed) AS net_led_orders,
                   sum(is_first) AS new_customers,
                   sum(is_first AND NOT reversed) AS net_new_customers,
                   sum(leads AND is_first) AS led_new_customers,
                   sum(leads AND is_first AND NOT reversed) AS net_led_new_customers,
                   sum(tickets) AS tickets, sum(valid) AS net_tickets, sum(scanned) AS scanned,
                   sum(face) AS face, sum(net_face) AS net_face
                 FROM (SELECT r.*, NOT EXISTS (
                     SELECT 1 FROM report_line p WHERE p.order_id = r.order_id
                       AND p.ticket_type_id < r.ticket_type_id {same_event}) AS leads
                   FROM report_line r WHERE {of})
                 GROUP BY link_id, ticket_type_id, currency
                 ORDER BY link_id, ticket_type_id, currency"
            ),
            args,
        )?,
        db.statement(
            &customers("link_id, ticket_type_id", "ticket_type_id"),
            args,
        )?,
        db.statement(&customers("link_id", "0"), args)?,
        db.statement(
            &format!(
                "SELECT count(*) AS customers, ifnull(sum(NOT reversed), 0) AS net_customers,
                   ifnull(sum(is_credited), 0) AS credited,
                   ifnull(sum(NOT credited_reversed), 0) AS net_credited
                 FROM (SELECT min(r.reversed) AS reversed, max(r.link_id > 0) AS is_credited,
                     min(r.reversed OR r.link_id = 0) AS credited_reversed
                   FROM report_line r WHERE {of} AND r.customer_id IS NOT NULL
                   GROUP BY r.customer_id)"
            ),
            args,
        )?,
    ])
}

row! {
    /// Clicks of an hour: unix time divided by 3,600,000 ms.
    #[derive(Debug)]
    pub struct ClicksRow {
        pub hour: i64,
        pub views: i64,
        pub visitors: i64,
    }
}

row! {
    /// What links earned in a quarter of an hour (unix time divided by 900,000 ms),
    /// in one currency, net. All time zones' days begin with a quarter.
    #[derive(Debug)]
    pub struct SalesRow {
        pub quarter: i64,
        pub currency: String,
        pub orders: i64,
        pub tickets: i64,
        /// Of all that was sold.
        pub face: i64,
        pub net_face: i64,
    }
}

/// Clicks and sales over time, oldest first; what [`read`] sums up.
///
/// # Errors
/// When the database fails.
pub async fn history(
    db: &Db,
    filter: &ReportFilter,
) -> Result<(Vec<ClicksRow>, Vec<SalesRow>), StoreError> {
    let (args, of) = (&args(filter), condition(filter));
    let links_shown = links_shown(filter);
    let results = db
        .batch(vec![
            db.statement(
                &format!(
                    "SELECT h.hour, sum(h.views) AS views, sum(h.visitors) AS visitors
                     FROM ({links_shown}) w CROSS JOIN link_hour h ON h.link_id = w.id
                     WHERE {HOUR_IN_RANGE} GROUP BY h.hour HAVING sum(h.views) > 0 ORDER BY h.hour"
                ),
                args,
            )?,
            db.statement(
                &format!(
                    "SELECT r.completed_at / 900000 AS quarter, r.currency,
                       count(DISTINCT iif(r.reversed, NULL, r.order_id)) AS orders,
                       sum(r.valid) AS tickets, sum(r.face) AS face, sum(r.net_face) AS net_face
                     FROM report_line r WHERE {of} AND +r.link_id > 0
                     GROUP BY quarter, r.currency ORDER BY quarter, r.currency"
                ),
                args,
            )?,
        ])
        .await?;
    let [clicks, sales] = results.as_slice() else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    Ok((rows_of(clicks)?, rows_of(sales)?))
}

/// Who sells through a link that is not deleted, while it is for whom it was in this
/// epoch.
///
/// # Errors
/// When the database fails.
pub async fn seller_of(db: &Db, link_id: i64, epoch: i64) -> Result<Option<i64>, StoreError> {
    row! {
        struct Seller {
            organizer_id: i64,
        }
    }
    let seller: Option<Seller> = db
        .first(
            "SELECT organizer_id FROM link
             WHERE id = ?1 AND stats_epoch = ?2 AND deleted_at IS NULL",
            &[link_id.into(), epoch.into()],
        )
        .await?;
    Ok(seller.map(|seller| seller.organizer_id))
}

/// Reads what a report is made of.
///
/// # Errors
/// When the database fails.
pub async fn read(db: &Db, filter: &ReportFilter) -> Result<Sums, StoreError> {
    let results = db.batch(statements(db, filter)?).await?;
    let [links, groups, by_type, by_link, customers] = results.as_slice() else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    let customers = rows_of(customers)?.into_iter().next();
    Ok(Sums {
        links: rows_of(links)?,
        groups: rows_of(groups)?,
        customers_by_type: rows_of(by_type)?,
        customers_by_link: rows_of(by_link)?,
        customers: customers.ok_or_else(|| StoreError::Other("no customers counted".into()))?,
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
