//! Writing an order, and turning held stock into tickets: one batch each.

use handbill_core::attribution::Receipt;
use handbill_core::basket::Quote;
use handbill_core::order::{Buyer, PaymentMethod};
use serde::Serialize;
use worker::D1PreparedStatement;

use super::{OrderRow, THIS_ORDER, WholeOrder, json, of_basket_statements, one_whole};
use crate::store::baskets::{BasketRow, at_version, release};
use crate::store::customers::{self, email_key};
use crate::store::sql::{Arg, Db, StoreError};

/// A ticket about to be issued.
#[derive(Debug, Serialize)]
pub struct NewTicket {
    pub ticket_type: i64,
    pub barcode: String,
}

/// A voucher code that pays.
#[derive(Debug, Serialize)]
pub struct NewVoucherUse {
    pub code: i64,
    pub amount: i64,
}

/// What a price was computed from: (table, id, version).
pub type Version = (&'static str, i64, i64);

/// An order about to be written.
pub struct NewOrder<'a> {
    pub basket: &'a BasketRow,
    pub quote: &'a Quote,
    pub method: PaymentMethod,
    pub buyer: &'a Buyer,
    pub receipt: &'a Receipt,
    pub discount: Option<i64>,
    pub vouchers: &'a [NewVoucherUse],
    pub tickets: &'a [NewTicket],
    pub versions: &'a [Version],
    pub idempotency_key: Option<&'a str>,
    pub fingerprint: &'a str,
    /// Until when the payment must be reported, for one that waits for it.
    pub pay_until: i64,
    pub now: i64,
}

/// The tables whose rows a price is computed from. The order stands only if
/// none of those has changed since.
const PRICED: [&str; 9] = [
    "organizer",
    "ticket_type",
    "event",
    "ticket_group",
    "product_attribute",
    "product",
    "discount",
    "voucher",
    "link",
];

/// Writes an order with its lines, tickets, stock, redemptions and vouchers, in
/// one transaction.
///
/// # Errors
/// `Broken` or `Taken` when something it rests on is no longer so: the basket
/// moved on, a price changed, stock, a redemption or a voucher is gone. Nothing
/// is written then, and whoever reads and prices again learns which.
pub async fn insert(db: &Db, order: &NewOrder<'_>) -> Result<WholeOrder, StoreError> {
    let basket = order.basket;
    let is_pending = order.method == PaymentMethod::External;
    let mut statements: Vec<D1PreparedStatement> = release(db, order.now)?.into();
    statements.push(at_version(db, basket)?);
    for table in PRICED {
        let versions: Vec<(i64, i64)> = order
            .versions
            .iter()
            .filter(|(of, _, _)| *of == table)
            .map(|(_, id, version)| (*id, *version))
            .collect();
        if !versions.is_empty() {
            statements.push(db.expect(
                &format!(
                    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) j WHERE NOT EXISTS (
                       SELECT 1 FROM {table} WHERE id = j.value ->> 0 AND version = j.value ->> 1))"
                ),
                &[(&json(&versions)?).into()],
            )?);
        }
    }
    let email_key = email_key(&order.buyer.email);
    statements.push(customers::of_buyer(
        db,
        basket.organizer_id,
        &email_key,
        &order.buyer.contact,
        order.now,
    )?);
    statements.push(insert_order(db, order, &email_key, is_pending)?);
    statements.push(db.statement(
        &format!(
            "INSERT INTO order_line (organizer_id, order_id, position, kind, line, ticket_type_id,
               attribute_id, name, quantity, unit_price, price, value, tax, total, rate_ppm,
               inclusive)
             SELECT ?2, {THIS_ORDER}, key, value ->> 'kind', value ->> 'line',
               value ->> 'ticket_type', value ->> 'product_attribute', value ->> 'name',
               value ->> 'quantity', value ->> 'unit_price', value ->> 'price', value ->> 'value',
               value ->> 'tax', value ->> 'total', value ->> 'rate_ppm', value ->> 'inclusive'
             FROM json_each(?3)"
        ),
        &[
            basket.id.into(),
            basket.organizer_id.into(),
            (&json(&order.quote.lines)?).into(),
        ],
    )?);
    if !order.vouchers.is_empty() {
        statements.push(db.statement(
            &format!(
                "INSERT INTO voucher_use (voucher_code_id, organizer_id, order_id, amount)
                 SELECT value ->> 'code', ?2, {THIS_ORDER}, value ->> 'amount' FROM json_each(?3)"
            ),
            &[
                basket.id.into(),
                basket.organizer_id.into(),
                (&json(&order.vouchers)?).into(),
            ],
        )?);
    }
    if is_pending {
        // What the order sells is held anew: something may have been released, or
        // not have been there when the basket was written.
        statements.push(db.statement(
            "DELETE FROM basket_line WHERE basket_id = ?1",
            &[basket.id.into()],
        )?);
        statements.push(db.statement(
            &format!(
                "INSERT INTO basket_line (basket_id, position, ticket_type_id, attribute_id,
                   quantity, held)
                 SELECT ?1, position, ticket_type_id, attribute_id, quantity, quantity
                 FROM order_line WHERE order_id = {THIS_ORDER} AND kind IN ('ticket', 'product')"
            ),
            &[basket.id.into()],
        )?);
        statements.push(db.statement(
            "UPDATE basket SET state = 'pending', hold_until = ?2, updated_at = ?3,
               version = version + 1 WHERE id = ?1",
            &[basket.id.into(), order.pay_until.into(), order.now.into()],
        )?);
        statements.push(db.statement(
            "UPDATE sale_order SET is_whole = 1 WHERE basket_id = ?1",
            &[basket.id.into()],
        )?);
    } else {
        statements.extend(fulfil(db, basket.id, order.tickets, order.now)?);
    }
    let before = statements.len();
    statements.extend(of_basket_statements(db, basket.id)?);
    let results = db.batch(statements).await?;
    one_whole(results.get(before..).unwrap_or_default())?
        .ok_or_else(|| StoreError::Other("a written order is gone".into()))
}

fn insert_order(
    db: &Db,
    order: &NewOrder<'_>,
    email_key: &str,
    is_pending: bool,
) -> Result<D1PreparedStatement, StoreError> {
    let (basket, quote, buyer) = (order.basket, order.quote, order.buyer);
    let status = if is_pending { "pending" } else { "completed" };
    let completed_at = Some(order.now).filter(|_| !is_pending);
    db.statement(
        "INSERT INTO sale_order (organizer_id, basket_id, link_id, status, payment_method, currency,
           subtotal, tax, total, first_name, last_name, email, phone, address, discount_id,
           idempotency_key, fingerprint, created_at, completed_at, updated_at, customer_id, receipt,
           utm)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
           ?19, ?18, (SELECT id FROM customer WHERE organizer_id = ?1 AND email_key = ?20), ?21,
           ?22)",
        &[
            basket.organizer_id.into(),
            basket.id.into(),
            order.receipt.winner.into(),
            status.into(),
            order.method.name().into(),
            (&basket.currency).into(),
            quote.subtotal.into(),
            quote.tax.into(),
            quote.total.into(),
            (&buyer.first_name).into(),
            (&buyer.last_name).into(),
            (&buyer.email).into(),
            buyer.phone.as_ref().into(),
            buyer.address.as_ref().into(),
            order.discount.into(),
            order.idempotency_key.into(),
            order.fingerprint.into(),
            order.now.into(),
            completed_at.into(),
            email_key.into(),
            (&order.receipt.to_json()).into(),
            (&json(&order.receipt.utm().cloned().unwrap_or_default())?).into(),
        ],
    )
}

/// What turns the held stock of a basket into the tickets and products of its
/// completed order. It touches only an order that is not whole yet, so that it
/// can stand behind a guarded change of status.
fn fulfil(
    db: &Db,
    basket_id: i64,
    tickets: &[NewTicket],
    now: i64,
) -> Result<[D1PreparedStatement; 5], StoreError> {
    const UNFINISHED: &str = "(SELECT id FROM sale_order WHERE basket_id = ?1 AND status = 'completed' AND is_whole = 0)";
    let of_basket: &[Arg<'_>] = &[basket_id.into()];
    Ok([
        db.statement(
            &format!(
                "UPDATE basket_line SET held = 0
                 WHERE basket_id = ?1 AND held > 0 AND {UNFINISHED} IS NOT NULL"
            ),
            of_basket,
        )?,
        db.statement(
            "INSERT INTO ticket (organizer_id, event_id, ticket_type_id, order_id, barcode,
               pending, created_at, updated_at)
             SELECT o.organizer_id, t.event_id, t.id, o.id, j.value ->> 'barcode',
               CASE t.issued_as WHEN 'pending_approval' THEN 'approval'
                 WHEN 'payment_plan_pending' THEN 'payment_plan' END, ?3, ?3
             FROM sale_order o JOIN json_each(?2) j
             JOIN ticket_type t ON t.id = j.value ->> 'ticket_type'
             WHERE o.basket_id = ?1 AND o.status = 'completed' AND o.is_whole = 0
             ORDER BY j.key",
            &[basket_id.into(), (&json(&tickets)?).into(), now.into()],
        )?,
        db.statement(
            &format!(
                "UPDATE order_line SET fulfilled = quantity
                 WHERE order_id = {UNFINISHED} AND kind = 'product'"
            ),
            of_basket,
        )?,
        db.statement(
            &format!(
                "UPDATE basket SET state = 'completed', hold_until = NULL, updated_at = ?2,
                   version = version + 1 WHERE id = ?1 AND {UNFINISHED} IS NOT NULL"
            ),
            &[basket_id.into(), now.into()],
        )?,
        db.statement(
            &format!("UPDATE sale_order SET is_whole = 1 WHERE id = {UNFINISHED}"),
            of_basket,
        )?,
    ])
}

/// Takes a reported payment for a pending order. Whether it was taken shows the
/// order as it is afterwards: one that was paid, or closed, before stays so.
///
/// # Errors
/// `Taken` when the transaction has paid another order.
pub async fn pay(
    db: &Db,
    order: &OrderRow,
    txn_id: &str,
    tickets: &[NewTicket],
    now: i64,
) -> Result<(), StoreError> {
    let mut statements: Vec<D1PreparedStatement> = release(db, now)?.into();
    statements.push(db.statement(
        "UPDATE sale_order SET status = 'completed', txn_id = ?2, completed_at = ?3, updated_at = ?3,
           is_whole = 0, version = version + 1
         WHERE id = ?1 AND status = 'pending'",
        &[order.id.into(), txn_id.into(), now.into()],
    )?);
    statements.extend(fulfil(db, order.basket_id, tickets, now)?);
    db.batch(statements).await?;
    Ok(())
}
