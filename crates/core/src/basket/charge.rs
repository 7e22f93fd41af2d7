//! What an order is charged, once.

use core::cmp::Reverse;

use super::catalogue::CatalogueEvent;
use super::order::sort;
use super::rules::Sold;
use super::sheet::Part;
use super::tax::{RATE, Rate};
use crate::catalogue::PRICE;
use crate::money::MoneyError;

/// A charge, and how it is taxed.
pub(super) struct Charge {
    pub(super) price: i64,
    pub(super) rate: Rate,
}

/// The charge of the event that adds most to the total before discounts, the
/// tax it adds included; of equal ones that of the lowest event id. So a further
/// line never makes a basket cheaper, whichever way its event is taxed.
///
/// `parts` are what is taxed so far; they add up to at most
/// [`MAX_AMOUNT`](crate::money::MAX_AMOUNT).
///
/// # Errors
/// [`MoneyError::Overflow`] when an event has a charge or rate out of range.
pub(super) fn charge(sold: &[Sold<'_>], parts: &[Part]) -> Result<Option<Charge>, MoneyError> {
    let events = charging_events(sold);
    let in_range = |event: &&CatalogueEvent| {
        PRICE.contains(&event.transaction_charge) && RATE.contains(&event.tax_rate_ppm)
    };
    if !events.iter().all(in_range) {
        return Err(MoneyError::Overflow);
    }
    let charges = events.iter().map(|event| Charge {
        price: event.transaction_charge,
        rate: Rate {
            ppm: event.tax_rate_ppm,
            inclusive: event.tax_inclusive,
        },
    });
    let adds = |charge: &Charge| {
        let of_rate = parts.iter().filter(|part| part.rate == charge.rate);
        let base: i64 = of_rate.map(|part| part.price).sum();
        let tax = charge.rate.tax(base + charge.price) - charge.rate.tax(base);
        charge.price + tax - charge.rate.held(tax)
    };
    // Of equal ones `min_by_key` takes the first.
    Ok(charges.min_by_key(|charge| Reverse(adds(charge))))
}

/// The events that charge, each once, by id.
fn charging_events<'a>(sold: &[Sold<'a>]) -> Vec<&'a CatalogueEvent> {
    let id = |(place, sold): (usize, &Sold<'a>)| Some(([sold.event?.id, 0, 0], place));
    let mut places: Vec<_> = sold.iter().enumerate().filter_map(id).collect();
    sort(&mut places);
    places.dedup_by_key(|(id, _)| *id);
    let event = |(_, place): (_, usize)| sold.get(place)?.event;
    let events = places.into_iter().filter_map(event);
    events
        .filter(|event| event.transaction_charge != 0)
        .collect()
}
