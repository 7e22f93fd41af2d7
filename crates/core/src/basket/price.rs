//! The steps from a selection to its quote.

use super::catalogue::{Discount, Voucher};
use super::charge::charge;
use super::list::Shelf;
use super::quote::{Line, LineKind, Problem, Quote};
use super::rules::{Sold, check};
use super::selection::{DONATION, Selection};
use super::sheet::Sheet;
use super::{discount, tax, voucher};
use crate::money::{MAX_AMOUNT, MoneyError};
use crate::time::Timestamp;

/// What a selection costs.
pub(super) fn quote(shelf: &Shelf<'_>, selection: &Selection, now: Timestamp) -> Quote {
    let catalogue = shelf.catalogue;
    let mut problems = Vec::new();
    let sold = check(shelf, &selection.items, now, &mut problems);
    if selection.items.is_empty() {
        let message = "there is nothing in this basket".to_owned();
        problems.push(Problem::of_basket("empty", message));
    }
    let code = selection.discount.as_deref();
    let discount = discount::find(catalogue, code, &sold, now, &mut problems);
    let vouchers = voucher::find(catalogue, &selection.vouchers, &sold, now, &mut problems);
    let donation = donation(selection, &sold, &mut problems);

    let basket = Basket {
        sold,
        discount,
        donation,
        vouchers,
    };
    let lines = basket.lines().unwrap_or_else(|error| {
        problems.push(Problem::of_basket(error.code(), error.to_string()));
        Vec::new()
    });
    let sum = |amount: fn(&Line) -> i64| lines.iter().map(amount).sum();
    Quote {
        currency: catalogue.currency,
        subtotal: sum(|line| line.value),
        // A tax line's total is what the other lines' taxes add up to.
        tax: sum(|line| line.tax),
        total: sum(|line| line.total),
        lines,
        problems,
    }
}

/// What the buyer gives, if an event of the basket takes it.
fn donation(selection: &Selection, sold: &[Sold<'_>], problems: &mut Vec<Problem>) -> i64 {
    let accepts = |sold: &Sold<'_>| sold.event.is_some_and(|event| event.accepts_donations);
    if selection.donation == 0 || sold.iter().any(accepts) {
        return selection.donation;
    }
    let message = "no event in this basket accepts donations".to_owned();
    problems.push(Problem::of_basket("donation_not_accepted", message));
    0
}

/// What may be sold and used.
struct Basket<'a> {
    sold: Vec<Sold<'a>>,
    discount: Option<&'a Discount>,
    donation: i64,
    vouchers: Vec<&'a Voucher>,
}

impl Basket<'_> {
    /// Every line.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the sum before discount and vouchers, with
    /// the taxes that are added, is beyond [`MAX_AMOUNT`]. Otherwise every sum is
    /// within it.
    fn lines(mut self) -> Result<Vec<Line>, MoneyError> {
        let goods = self.sold.iter().fold(0_i64, |sum, sold| {
            sum.saturating_add(sold.price).saturating_add(sold.fee)
        });
        if goods > MAX_AMOUNT || !DONATION.contains(&self.donation) {
            return Err(MoneyError::Overflow);
        }
        if let Some(discount) = self.discount {
            discount::apply(discount, &mut self.sold);
        }
        let mut sheet = Sheet::of(&self.sold);
        let mut before = goods + self.donation;
        if goods > 0
            && let Some(charge) = charge(&self.sold, &sheet.parts)?
        {
            sheet.add_charge(&charge);
            before += charge.price;
        }
        let taxes = tax::apply(&mut sheet);
        before += taxes.iter().map(tax::Group::added).sum::<i64>();
        if before > MAX_AMOUNT {
            return Err(MoneyError::Overflow);
        }
        let mut lines = sheet.lines;
        if let Some(discount) = self.discount {
            lines.extend(discount::lines(discount, &self.sold, &taxes));
        }
        if self.donation > 0 {
            let name = "Donation".to_owned();
            lines.push(Line::once(LineKind::Donation, name, self.donation));
        }
        lines.extend(taxes.iter().filter_map(tax::Group::line));
        let to_pay = lines.iter().map(|line| line.total).sum();
        lines.extend(voucher::lines(&self.vouchers, to_pay));
        Ok(lines)
    }
}
