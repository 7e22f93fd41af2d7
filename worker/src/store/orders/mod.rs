//! Orders: written whole or not at all, paid, cancelled, refunded (BK-07, BK-09).

mod completion;
mod refunds;

pub use completion::{NewOrder, NewTicket, NewVoucherUse, Version, insert, pay};
pub use refunds::{NewRefund, cancel, refund, refund_by_key};

use serde::Serialize;
use worker::{D1PreparedStatement, D1Result};

use super::sql::{Arg, Db, StoreError, row, rows_of};
use super::tickets::{TICKET, TicketRow};

row! {
    /// An order.
    #[derive(Debug, Clone)]
    pub struct OrderRow {
        pub id: i64,
        pub organizer_id: i64,
        pub basket_id: i64,
        pub basket_key: String,
        pub link_id: Option<i64>,
        pub status: String,
        pub payment_method: String,
        pub txn_id: Option<String>,
        pub currency: String,
        pub subtotal: i64,
        pub tax: i64,
        pub total: i64,
        pub refunded: i64,
        pub first_name: String,
        pub last_name: String,
        pub email: String,
        pub phone: Option<String>,
        pub address: Option<String>,
        pub discount_code: Option<String>,
        pub idempotency_key: Option<String>,
        pub fingerprint: String,
        /// Core's `Receipt`; orders of the time before there were any have none.
        pub receipt: Option<String>,
        pub utm: Option<String>,
        /// What the buyer was answered.
        pub answer: Option<String>,
        pub created_at: i64,
        pub completed_at: Option<i64>,
        pub cancelled_at: Option<i64>,
        pub updated_at: i64,
    }
}

row! {
    /// A line of an order, as it was priced.
    #[derive(Debug, Clone)]
    pub struct OrderLineRow {
        pub order_id: i64,
        pub kind: String,
        pub line: Option<i64>,
        pub ticket_type_id: Option<i64>,
        pub attribute_id: Option<i64>,
        pub name: String,
        pub quantity: i64,
        pub unit_price: i64,
        pub price: i64,
        pub value: i64,
        pub tax: i64,
        pub total: i64,
        pub rate_ppm: Option<i64>,
        pub inclusive: Option<i64>,
    }
}

row! {
    /// Money that went back.
    #[derive(Debug, Clone)]
    pub struct RefundRow {
        pub id: i64,
        pub order_id: i64,
        pub amount: i64,
        pub reason: String,
        pub fingerprint: String,
        pub created_at: i64,
    }
}

/// An order with all that belongs to it.
#[derive(Debug)]
pub struct WholeOrder {
    pub order: OrderRow,
    pub lines: Vec<OrderLineRow>,
    pub tickets: Vec<TicketRow>,
    pub refunds: Vec<RefundRow>,
}

const ORDER: &str = "
SELECT o.*, b.key AS basket_key, d.code AS discount_code
FROM sale_order o JOIN basket b ON b.id = o.basket_id LEFT JOIN discount d ON d.id = o.discount_id";

/// The order of the basket in `?1`.
const THIS_ORDER: &str = "(SELECT id FROM sale_order WHERE basket_id = ?1)";

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

/// Keeps what the buyer was answered, for whoever asks again with the same key;
/// what is kept already stays, and of a buyer who was erased meanwhile nothing is. The
/// answer that counts.
///
/// # Errors
/// When the database fails.
pub async fn keep_answer(db: &Db, id: i64, answer: &str) -> Result<String, StoreError> {
    row! {
        struct Kept {
            answer: String,
        }
    }
    let kept: Option<Kept> = db
        .first(
            "UPDATE sale_order SET answer = iif(email = 'erased', NULL, ifnull(answer, ?2))
             WHERE id = ?1 RETURNING ifnull(answer, ?2) AS answer",
            &[id.into(), answer.into()],
        )
        .await?;
    kept.map(|kept| kept.answer)
        .ok_or_else(|| StoreError::Other("an answered order is gone".into()))
}

/// Forgets the answers to orders made before a time: nobody asks again then.
///
/// # Errors
/// When the database fails.
pub async fn forget_answers(db: &Db, before: i64) -> Result<(), StoreError> {
    db.run(
        "UPDATE sale_order SET answer = NULL WHERE answer IS NOT NULL AND created_at < ?1",
        &[before.into()],
    )
    .await?;
    Ok(())
}

/// Which orders a list shows, newest first.
#[derive(Debug, Clone, Copy)]
pub struct OrderFilter<'a> {
    pub organizer_id: i64,
    pub status: Option<&'a str>,
    pub link_id: Option<i64>,
    pub event_id: Option<i64>,
    /// Orders with a smaller id than this.
    pub before: Option<i64>,
    pub limit: i64,
}

/// Orders with all that belongs to them.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &Db, filter: OrderFilter<'_>) -> Result<Vec<WholeOrder>, StoreError> {
    let mut sql = format!("{ORDER} WHERE o.organizer_id = ?1");
    let mut args: Vec<Arg<'_>> = vec![filter.organizer_id.into(), filter.limit.into()];
    for (condition, arg) in [
        ("o.id <", filter.before.map(Arg::from)),
        ("o.status =", filter.status.map(Arg::from)),
        ("o.link_id =", filter.link_id.map(Arg::from)),
    ] {
        if let Some(arg) = arg {
            args.push(arg);
            sql.push_str(&format!(" AND {condition} ?{}", args.len()));
        }
    }
    if let Some(event_id) = filter.event_id {
        args.push(event_id.into());
        sql.push_str(&format!(
            " AND o.id IN (SELECT order_id FROM order_event WHERE event_id = ?{})",
            args.len()
        ));
    }
    sql.push_str(" ORDER BY o.id DESC LIMIT ?2");
    let orders: Vec<OrderRow> = db.rows(&sql, &args).await?;
    whole(db, orders).await
}

/// All orders of a customer, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_customer(
    db: &Db,
    organizer_id: i64,
    customer_id: i64,
) -> Result<Vec<WholeOrder>, StoreError> {
    let orders: Vec<OrderRow> = db
        .rows(
            &format!("{ORDER} WHERE o.organizer_id = ?1 AND o.customer_id = ?2 ORDER BY o.id"),
            &[organizer_id.into(), customer_id.into()],
        )
        .await?;
    whole(db, orders).await
}

/// One order of an organizer.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &Db, organizer_id: i64, id: i64) -> Result<Option<WholeOrder>, StoreError> {
    let order: Option<OrderRow> = db
        .first(
            &format!("{ORDER} WHERE o.id = ?1 AND o.organizer_id = ?2"),
            &[id.into(), organizer_id.into()],
        )
        .await?;
    Ok(whole(db, order.into_iter().collect()).await?.pop())
}

/// The order of a basket.
///
/// # Errors
/// When the database fails.
pub async fn of_basket(db: &Db, basket_id: i64) -> Result<Option<WholeOrder>, StoreError> {
    one_whole(
        &db.batch(of_basket_statements(db, basket_id)?.into())
            .await?,
    )
}

fn of_basket_statements(db: &Db, basket_id: i64) -> Result<[D1PreparedStatement; 4], StoreError> {
    let of = |sql: &str| db.statement(sql, &[basket_id.into()]);
    Ok([
        of(&format!("{ORDER} WHERE o.basket_id = ?1"))?,
        of(&format!(
            "SELECT * FROM order_line WHERE order_id = {THIS_ORDER} ORDER BY position"
        ))?,
        of(&format!(
            "{TICKET} WHERE i.order_id = {THIS_ORDER} ORDER BY i.id"
        ))?,
        of(&format!(
            "SELECT * FROM refund WHERE order_id = {THIS_ORDER} ORDER BY id"
        ))?,
    ])
}

fn one_whole(results: &[D1Result]) -> Result<Option<WholeOrder>, StoreError> {
    let [order, lines, tickets, refunds] = results else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    let Some(order) = rows_of(order)?.into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(WholeOrder {
        order,
        lines: rows_of(lines)?,
        tickets: rows_of(tickets)?,
        refunds: rows_of(refunds)?,
    }))
}

/// Adds lines, tickets and refunds to orders.
async fn whole(db: &Db, orders: Vec<OrderRow>) -> Result<Vec<WholeOrder>, StoreError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids = json(&orders.iter().map(|order| order.id).collect::<Vec<_>>())?;
    let of = |sql: &str| db.statement(sql, &[(&ids).into()]);
    let results = db
        .batch(vec![
            of(
                "SELECT * FROM order_line WHERE order_id IN (SELECT value FROM json_each(?1))
                ORDER BY order_id, position",
            )?,
            of(&format!(
                "{TICKET} WHERE i.order_id IN (SELECT value FROM json_each(?1)) ORDER BY i.id"
            ))?,
            of(
                "SELECT * FROM refund WHERE order_id IN (SELECT value FROM json_each(?1))
                ORDER BY id",
            )?,
        ])
        .await?;
    let [lines, tickets, refunds] = results.as_slice() else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    let lines: Vec<OrderLineRow> = rows_of(lines)?;
    let tickets: Vec<TicketRow> = rows_of(tickets)?;
    let refunds: Vec<RefundRow> = rows_of(refunds)?;
    Ok(orders
        .into_iter()
        .map(|order| {
            let id = order.id;
            WholeOrder {
                order,
                lines: lines
                    .iter()
                    .filter(|row| row.order_id == id)
                    .cloned()
                    .collect(),
                tickets: tickets
                    .iter()
                    .filter(|row| row.order_id == Some(id))
                    .cloned()
                    .collect(),
                refunds: refunds
                    .iter()
                    .filter(|row| row.order_id == id)
                    .cloned()
                    .collect(),
            }
        })
        .collect())
}
