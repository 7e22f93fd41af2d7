//! A basket as its buyer sees and changes it.

use handbill_core::basket::Selection;
use handbill_core::order::is_basket_key;
use handbill_core::time::Timestamp;
use serde_json::{Map, Value, json};

use super::TRIES;
use super::offer::{self, LookUp, Offer, Scope};
use crate::app::Call;
use crate::failure::Failure;
use crate::store::baskets::{self as rows, BasketRow};

impl BasketRow {
    /// Where it was opened.
    pub fn scope(&self) -> Scope {
        Scope {
            organizer_id: self.organizer_id,
            event_id: self.event_id,
            link_id: self.link_id,
        }
    }

    /// What the buyer chose.
    ///
    /// # Errors
    /// `Internal` when the store holds something else.
    pub fn chosen(&self) -> Result<Selection, Failure> {
        Selection::from_json(&self.selection).map_err(|error| Failure::Internal(error.to_string()))
    }
}

/// A basket by its key.
///
/// # Errors
/// `NotFound`.
pub async fn by_key(call: &Call, key: &str) -> Result<BasketRow, Failure> {
    if !is_basket_key(key) {
        return Err(Failure::NotFound);
    }
    rows::by_key(&call.db, key).await?.ok_or(Failure::NotFound)
}

/// The refusal of what an order was made of, or what was cancelled.
pub fn closed(basket: &BasketRow) -> Failure {
    let message = match basket.state.as_str() {
        "pending" => "the basket waits for its payment",
        "completed" => "the basket has become an order",
        _ => "the basket was cancelled",
    };
    Failure::refused(409, "basket_closed", message)
}

/// What a basket's buyer has, and what it costs now.
///
/// # Errors
/// When the database fails.
pub async fn offer(call: &Call, basket: &BasketRow) -> Result<(Selection, Offer), Failure> {
    let selection = basket.chosen()?;
    let currency = Some(basket.currency.as_str());
    let offer = offer::read(
        &call.db,
        basket.scope(),
        &basket.key,
        currency,
        &selection,
        call.now,
    )
    .await?;
    Ok((selection, offer))
}

/// A basket as JSON.
///
/// # Errors
/// When the database fails.
pub async fn read(call: &Call, basket: &BasketRow) -> Result<Value, Failure> {
    let now = call.now.millis();
    if basket.hold_until.is_some_and(|until| until <= now) {
        rows::release_expired(&call.db, now).await?;
        let released = by_key(call, &basket.key).await?;
        let (_, offer) = offer(call, &released).await?;
        return shown(call, &released, &offer);
    }
    let (_, offer) = offer(call, basket).await?;
    shown(call, basket, &offer)
}

/// Puts another selection into a basket, and holds what it wants instead.
///
/// # Errors
/// `NotFound`, `Invalid`, or `basket_closed`.
pub async fn change(
    call: &Call,
    key: &str,
    body: &Map<String, Value>,
) -> Result<(BasketRow, Offer), Failure> {
    let mut basket = by_key(call, key).await?;
    let selection = Selection::parse(body)?;
    let text =
        serde_json::to_string(&selection).map_err(|error| Failure::Internal(error.to_string()))?;
    let look_up = LookUp::of(&selection);
    for _ in 0..TRIES {
        if basket.state != "open" {
            return Err(closed(&basket));
        }
        let scope = basket.scope();
        // An empty basket takes the currency of what is chosen first.
        let is_empty = basket.chosen()?.items.is_empty();
        let currency = Some(basket.currency.as_str()).filter(|_| !is_empty);
        let offer = offer::read(&call.db, scope, key, currency, &selection, call.now).await?;
        let lines = offer.basket_lines(&selection);
        let now = call.now.millis();
        let hold_until = offer.found.organizer.hold_until(now);
        let wanted = look_up.wanted(scope, key);
        let times = (hold_until, now);
        let currency = offer.catalogue.currency.code();
        let chosen = (text.as_str(), currency);
        match rows::change(&call.db, &basket, chosen, &lines, &wanted, times).await {
            Ok((changed, found)) => {
                let offer = Offer::of(found, scope, Some(currency), &selection, call.now)?;
                return Ok((changed, offer));
            }
            Err(error) if error.is_not_met() => basket = by_key(call, key).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Conflict(
        "the basket is being changed by several at once, send it again".into(),
    ))
}

/// A basket and its offer as JSON.
///
/// # Errors
/// `Internal` when the store holds something else.
pub fn shown(call: &Call, basket: &BasketRow, offer: &Offer) -> Result<Value, Failure> {
    let mut shown = json!({
        "key": basket.key,
        "state": basket.state,
        "hold_until": basket.hold_until.map(|at| Timestamp::from_millis(at).to_rfc3339()),
        "now": call.now,
    });
    if let (Value::Object(members), Value::Object(offered)) =
        (&mut shown, offer.to_json(&basket.chosen()?))
    {
        members.extend(offered);
    }
    Ok(shown)
}
