//! Which link earned an order (AT-01, AT-03): the touches that we know of, and
//! core's verdict on them.

use axum::http::header;
use handbill_core::attribution::{
    Candidate, ClickToken, Journey, Purchase, Receipt, Scope, Source, Touch, resolve,
};
use handbill_core::basket::LineKind;
use handbill_core::link::utm::Utm;
use handbill_core::time::Timestamp;

use super::offer::Offer;
use crate::app::Call;
use crate::redirect::{JOURNEY_COOKIE, JOURNEY_MS, cookie};
use crate::store::baskets::BasketRow;
use crate::store::{StoreError, links};

/// Credits an order that is about to be written.
///
/// Only links of this seller are considered: no organizer learns from a receipt
/// whose other links its buyers have followed. A link that was deleted earns
/// nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn credit(
    call: &Call,
    basket: &BasketRow,
    offer: &Offer,
    click_tokens: &[String],
) -> Result<Receipt, StoreError> {
    let mut candidates = from_journey(call);
    candidates.extend(from_tokens(call, click_tokens));
    candidates.extend(from_checkout(basket, offer));
    let touched: Vec<i64> = candidates.iter().map(|one| one.touch.link).collect();
    let known = links::sold_through(&call.db, basket.organizer_id, &touched).await?;
    candidates.retain(|candidate| known.contains(&candidate.touch.link));
    Ok(resolve(&candidates, &purchase(call, basket, offer)))
}

fn purchase(call: &Call, basket: &BasketRow, offer: &Offer) -> Purchase {
    let sold = |id: Option<i64>| {
        let tickets = offer.quote.lines.iter();
        tickets
            .filter(|line| line.kind == LineKind::Ticket)
            .any(|line| line.ticket_type.is_some() && line.ticket_type == id)
    };
    let items = offer.found.items.iter();
    let bought: Vec<i64> = items
        .filter(|item| sold(item.ticket_type))
        .filter_map(|item| item.event_id)
        .collect();
    let events = offer.found.events.iter();
    Purchase {
        organizer: basket.organizer_id,
        events: events
            .filter(|event| bought.contains(&event.id))
            .map(|event| (event.id, event.series_id))
            .collect(),
        at: call.now,
        window_days: offer.found.organizer.attribution_window_days,
    }
}

/// The touches in the browser's cookie. One that is missing or not ours has
/// none (AT-02).
fn from_journey(call: &Call) -> Vec<Candidate> {
    let headers = call.headers.get_all(header::COOKIE).iter();
    let token = headers
        .filter_map(|value| value.to_str().ok())
        .find_map(|header| cookie(header, JOURNEY_COOKIE));
    let journey = Journey::from_token(&call.config.keys, token, call.now, JOURNEY_MS);
    let steps = journey.steps().iter();
    steps
        .map(|step| Candidate {
            touch: step.touch.clone(),
            sequence: step.sequence,
            source: Source::Journey,
        })
        .collect()
}

fn from_tokens<'a>(
    call: &'a Call,
    tokens: &'a [String],
) -> impl Iterator<Item = Candidate> + use<'a> {
    let touches = tokens
        .iter()
        .filter_map(|token| ClickToken::from_token(&call.config.keys, token));
    touches.map(|touch| Candidate {
        touch,
        sequence: 0,
        source: Source::ClickToken,
    })
}

/// The link whose address opened the checkout, which a buyer may have copied
/// instead of following it (ST-05).
fn from_checkout(basket: &BasketRow, offer: &Offer) -> Option<Candidate> {
    let link = offer.found.link.as_ref()?;
    Some(Candidate {
        touch: Touch {
            link: link.id,
            scope: match link.event_id {
                Some(event) => Scope::Event(event),
                None => Scope::Account(basket.organizer_id),
            },
            at: Timestamp::from_millis(basket.created_at),
            utm: Utm::default(),
        },
        sequence: 0,
        source: Source::Checkout,
    })
}
