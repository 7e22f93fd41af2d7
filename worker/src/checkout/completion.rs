//! A basket becomes an order: once, at the price the buyer saw, or not at all
//! (BK-07, BK-08).

use axum::body::Body;
use axum::http::Response;
use handbill_core::basket::{LineKind, Quote, same_code, voucher_code};
use handbill_core::order::{Completion, PaymentMethod, barcode, fingerprint};
use serde_json::{Map, Value, json};

use super::TRIES;
use super::baskets::{by_key, closed, offer, shown};
use super::confirmation::Confirmation;
use super::credit::credit;
use super::idempotency::mismatch;
use super::offer::{Offer, payment_methods};
use crate::app::{Call, Handled, json_text};
use crate::entropy;
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::baskets::BasketRow;
use crate::store::orders::{self, NewOrder, NewTicket, NewVoucherUse, WholeOrder};
use crate::store::sql::NOT_MET;

/// Completes a basket.
///
/// # Errors
/// `price_changed` and `not_sellable` with the basket as it stands,
/// `basket_closed`, `idempotency_mismatch`, or `Invalid`.
pub async fn complete(
    call: &Call,
    key: &str,
    idempotency_key: Option<&str>,
    body: &Map<String, Value>,
) -> Handled {
    let mut basket = by_key(call, key).await?;
    let completion = Completion::parse(body)?;
    let fingerprint = fingerprint(&completion);
    for _ in 0..TRIES {
        if let Some(answer) = replay(call, &basket, idempotency_key, &fingerprint).await? {
            return Ok(answer);
        }
        let (_, offer) = offer(call, &basket).await?;
        if let Err(refusal) = check(call, &basket, &offer, &completion) {
            // What is missing may have gone to this very basket, by the same
            // request sent twice.
            let current = by_key(call, key).await?;
            if current.version == basket.version {
                return Err(refusal);
            }
            basket = current;
            continue;
        }
        let written = write(
            call,
            &basket,
            &offer,
            &completion,
            (idempotency_key, &fingerprint),
        )
        .await;
        match written {
            Ok(whole) => return answer(call, whole).await,
            // Somebody took the stock, the redemption or the voucher, changed a
            // price, or completed the same basket: to read again tells which.
            Err(error) if is_overtaken(&error) => {}
            Err(error) => return Err(error.into()),
        }
        basket = by_key(call, key).await?;
    }
    Err(Failure::Conflict(
        "what is in the basket is being bought by many at once, send it again".into(),
    ))
}

/// Whether an order was refused because somebody else was quicker.
fn is_overtaken(error: &StoreError) -> bool {
    match error {
        StoreError::Broken(rule) => matches!(
            rule.as_str(),
            NOT_MET | "stock_is_enough" | "redemptions_are_left"
        ),
        StoreError::Taken(columns) => {
            columns.starts_with("voucher_use.") || columns.starts_with("sale_order.basket_id")
        }
        StoreError::Other(text) => text.contains("voucher_code_is_void"),
        StoreError::Dangling => false,
    }
}

/// The answer of an order that this basket has become already.
async fn replay(
    call: &Call,
    basket: &BasketRow,
    idempotency_key: Option<&str>,
    fingerprint: &str,
) -> Result<Option<Response<Body>>, Failure> {
    if basket.state == "open" {
        return Ok(None);
    }
    let whole = orders::of_basket(&call.db, basket.id).await?;
    let Some(whole) = whole.filter(|whole| {
        idempotency_key.is_some() && whole.order.idempotency_key.as_deref() == idempotency_key
    }) else {
        return Err(closed(basket));
    };
    if whole.order.fingerprint != fingerprint {
        return Err(mismatch());
    }
    answer(call, whole).await.map(Some)
}

/// What the buyer is told: the same each time, whatever became of the order, the
/// catalogue or the organizer since.
async fn answer(call: &Call, mut whole: WholeOrder) -> Handled {
    let (id, can_repeat) = (whole.order.id, whole.order.idempotency_key.is_some());
    let text = match whole.order.answer.take() {
        Some(kept) => kept,
        None => {
            let confirmation = Confirmation::of(call, whole).await?.at_completion();
            let text = confirmation.to_json().to_string();
            // Kept or not, the order stands and the buyer is to know of it.
            match can_repeat {
                true => orders::keep_answer(&call.db, id, &text)
                    .await
                    .unwrap_or(text),
                false => text,
            }
        }
    };
    Ok(json_text(201, text))
}

/// Refuses what is not sold like this.
fn check(
    call: &Call,
    basket: &BasketRow,
    offer: &Offer,
    completion: &Completion,
) -> Result<(), Failure> {
    let quote = &offer.quote;
    let refused = |code, message: &str| -> Result<Failure, Failure> {
        let mut members = Map::new();
        members.insert(
            "expected".into(),
            json!({ "total": completion.total, "currency": completion.currency }),
        );
        members.insert("basket".into(), shown(call, basket, offer)?);
        Ok(Failure::with_members(409, code, message, members))
    };
    if !quote.problems.is_empty() {
        let message = "some of the basket can't be sold as it is";
        return Err(refused("not_sellable", message)?);
    }
    if quote.total != completion.total || quote.currency != completion.currency {
        return Err(refused("price_changed", "the price has changed")?);
    }
    let method = completion.payment_method.name();
    if !payment_methods(&offer.found.organizer, quote.total).contains(&method) {
        let message = format!("`{method}` is not taken here");
        return Err(Failure::field("payment_method", "unavailable", message));
    }
    Ok(())
}

async fn write(
    call: &Call,
    basket: &BasketRow,
    offer: &Offer,
    completion: &Completion,
    (idempotency_key, fingerprint): (Option<&str>, &str),
) -> Result<WholeOrder, StoreError> {
    let quote = &offer.quote;
    let tickets = if completion.payment_method == PaymentMethod::External {
        Vec::new()
    } else {
        let sold = quote.lines.iter().filter_map(|line| {
            Some((line.ticket_type?, line.quantity)).filter(|_| line.kind == LineKind::Ticket)
        });
        new_tickets(sold)?
    };
    let receipt = credit(call, basket, offer, &completion.click_tokens).await?;
    let now = call.now.millis();
    let order = NewOrder {
        basket,
        quote,
        method: completion.payment_method,
        buyer: &completion.buyer,
        receipt: &receipt,
        discount: redeemed(offer),
        vouchers: &voucher_uses(offer)?,
        tickets: &tickets,
        versions: &offer.versions(),
        idempotency_key,
        fingerprint,
        pay_until: offer.found.organizer.pay_until(now),
        now,
    };
    orders::insert(&call.db, &order).await
}

/// Tickets with fresh barcodes, for (ticket type, how many).
///
/// # Errors
/// When the platform has no random source.
pub fn new_tickets(sold: impl Iterator<Item = (i64, i64)>) -> Result<Vec<NewTicket>, StoreError> {
    let mut tickets = Vec::new();
    for (ticket_type, quantity) in sold {
        for _ in 0..quantity {
            let random = entropy::bytes().map_err(|error| StoreError::Other(error.to_string()))?;
            tickets.push(NewTicket {
                ticket_type,
                barcode: barcode(&random),
            });
        }
    }
    Ok(tickets)
}

/// The discount that took something off.
fn redeemed(offer: &Offer) -> Option<i64> {
    let is_used = has_line(&offer.quote, LineKind::Discount);
    Some(offer.found.discount.as_ref()?.id).filter(|_| is_used)
}

fn has_line(quote: &Quote, kind: LineKind) -> bool {
    quote.lines.iter().any(|line| line.kind == kind)
}

/// What each voucher code pays. A line of kind voucher names its code.
///
/// # Errors
/// When one names none that was found: nothing is paid by nobody's voucher.
fn voucher_uses(offer: &Offer) -> Result<Vec<NewVoucherUse>, StoreError> {
    let paid = offer.quote.lines.iter();
    paid.filter(|line| line.kind == LineKind::Voucher)
        .map(|line| {
            let code = voucher_code(line).unwrap_or_default();
            let mut known = offer.found.vouchers.iter();
            let row = known.find(|row| same_code(&row.code, code));
            let row = row.ok_or_else(|| StoreError::Other("a voucher without a code".into()))?;
            Ok(NewVoucherUse {
                code: row.code_id,
                amount: -line.total,
            })
        })
        .collect()
}
