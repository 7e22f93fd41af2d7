//! What a discount takes off (TT-41).

use super::catalogue::{Catalogue, Discount, DiscountKind};
use super::order::of_target;
use super::quote::{Line, LineKind, Problem};
use super::rules::Sold;
use super::same_code;
use super::split::{Weight, half_up, split};
use super::tax::{self, Change, Group};
use crate::link::ItemTarget;
use crate::money::MAX_AMOUNT;
use crate::time::Timestamp;

/// The discount that the buyer's code names, if it may be used here; else
/// `problems` gets every reason why not.
pub(super) fn find<'a>(
    catalogue: &'a Catalogue,
    code: Option<&str>,
    sold: &[Sold<'_>],
    now: Timestamp,
    problems: &mut Vec<Problem>,
) -> Option<&'a Discount> {
    let code = code?;
    let before = problems.len();
    let mut refuse = |code, message| problems.push(Problem::of_basket(code, message));
    let named = catalogue.discount.as_ref();
    let Some(discount) = named.filter(|discount| same_code(&discount.code, code)) else {
        refuse("discount_unknown", format!("there is no discount `{code}`"));
        return None;
    };
    let code = &discount.code;
    if discount.expires_at.is_some_and(|at| at <= now) {
        refuse("discount_expired", format!("the discount `{code}` is over"));
    }
    if discount.redemptions_left.is_some_and(|left| left <= 0) {
        refuse(
            "discount_used_up",
            format!("the discount `{code}` is used up"),
        );
    }
    if has_amount(discount) && discount.currency != catalogue.currency {
        let message = format!(
            "the discount `{code}` is in {}, this basket in {}",
            discount.currency, catalogue.currency
        );
        refuse("discount_not_applicable", message);
    } else if !sold.iter().any(|sold| is_eligible(discount, sold)) {
        let message = format!("the discount `{code}` is for none of the tickets in this basket");
        refuse("discount_not_applicable", message);
    }
    (problems.len() == before).then_some(discount)
}

/// Whether it names amounts of money, not only hundredths.
fn has_amount(discount: &Discount) -> bool {
    discount.kind == DiscountKind::FixedAmount || discount.booking_fee.is_some()
}

fn is_eligible(discount: &Discount, sold: &Sold<'_>) -> bool {
    match sold.item.target {
        ItemTarget::TicketType(id) => {
            discount.ticket_types.is_empty() || discount.ticket_types.contains(&id)
        }
        ItemTarget::ProductAttribute(_) => false,
    }
}

/// Writes to each eligible line its share of what is taken off.
///
/// The lines' prices and fees must add up to at most [`MAX_AMOUNT`].
pub(super) fn apply(discount: &Discount, sold: &mut [Sold<'_>]) {
    let mut eligible: Vec<_> = sold
        .iter_mut()
        .filter(|sold| is_eligible(discount, sold))
        .collect();
    let weights = |amount: fn(&Sold<'_>) -> i64| -> Vec<Weight> {
        let weight = |sold: &&mut Sold<'_>| Weight {
            weight: amount(sold),
            tie: of_target(sold.item.target),
        };
        eligible.iter().map(weight).collect()
    };
    let prices = weights(|sold| sold.price);
    let fees = weights(|sold| sold.fee);
    let off = split(off_prices(discount, sum(&prices)), &prices);
    let fees_off = split(off_fees(discount, sum(&fees)), &fees);
    for ((sold, off), fee_off) in eligible.iter_mut().zip(off).zip(fees_off) {
        sold.off = off;
        sold.fee_off = fee_off;
    }
}

fn sum(weights: &[Weight]) -> i64 {
    weights.iter().map(|share| share.weight).sum()
}

fn off_prices(discount: &Discount, base: i64) -> i64 {
    let off = match discount.kind {
        DiscountKind::FixedAmount => amount(discount.price),
        DiscountKind::Percentage => hundredths(base, discount.price_percent),
    };
    off.min(base)
}

fn off_fees(discount: &Discount, base: i64) -> i64 {
    (amount(discount.booking_fee) + hundredths(base, discount.booking_fee_percent)).min(base)
}

fn amount(off: Option<i64>) -> i64 {
    off.unwrap_or(0).clamp(0, MAX_AMOUNT)
}

fn hundredths(base: i64, percent: Option<i64>) -> i64 {
    half_up(base, percent.unwrap_or(0).clamp(0, 100), 100)
}

/// What it takes off prices and off fees, each with what it changes tax by.
pub(super) fn lines(
    discount: &Discount,
    sold: &[Sold<'_>],
    taxes: &[Group],
) -> impl Iterator<Item = Line> {
    let prices_off = sold.iter().map(|sold| sold.off).sum();
    let fees_off = sold.iter().map(|sold| sold.fee_off).sum();
    let name = format!("Discount {}", discount.code);
    let fees_name = format!("{name}: fees");
    let prices = line(name, prices_off, &tax::off_prices(taxes));
    let fees = line(fees_name, fees_off, &tax::off_fees(taxes));
    prices.into_iter().chain(fees)
}

fn line(name: String, off: i64, change: &Change) -> Option<Line> {
    let mut line = Line::once(LineKind::Discount, name, -off);
    line.set_tax(change.tax, change.held);
    (off > 0).then_some(line)
}
