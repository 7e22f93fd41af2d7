//! Tax: one sum for each rate, told on the lines it comes from.

use core::ops::RangeInclusive;

use super::order::sort;
use super::quote::{Line, LineKind};
use super::sheet::{Part, Sheet};
use super::split::{Weight, half_up, split};

/// Tax rates in millionths.
pub(super) const RATE: RangeInclusive<i64> = 0..=MILLION;
const MILLION: i64 = 1_000_000;

/// How an amount is taxed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) ppm: i64,
    /// Whether the amount holds the tax.
    pub(super) inclusive: bool,
}

impl Rate {
    /// The tax on an amount, or the tax in it; half a unit rounded up.
    pub(super) fn tax(self, amount: i64) -> i64 {
        let whole = if self.inclusive {
            MILLION + self.ppm
        } else {
            MILLION
        };
        half_up(amount, self.ppm, whole)
    }

    /// The order of the tax lines: by rate, added ones before included ones.
    fn rank(self) -> i64 {
        2 * self.ppm + i64::from(self.inclusive)
    }

    /// How much of a tax is held in the price.
    pub(super) fn held(self, tax: i64) -> i64 {
        if self.inclusive { tax } else { 0 }
    }

    /// `19 %`, `8.875 %`.
    fn text(self) -> String {
        let (whole, fraction) = (self.ppm / 10_000, self.ppm % 10_000);
        let digits = format!("{whole}.{fraction:04}");
        let short = digits.trim_end_matches('0').trim_end_matches('.');
        format!("{short} %")
    }
}

/// The tax of one rate.
pub(super) struct Group {
    rate: Rate,
    /// Before any discount: what stands on the lines.
    before: i64,
    /// What the discount on prices changes it by.
    off_prices: i64,
    /// What the discount on fees changes it by, after that.
    off_fees: i64,
}

/// Counts the tax of each rate on the sum of its parts, and writes to each line
/// its share.
pub(super) fn apply(sheet: &mut Sheet) -> Vec<Group> {
    let Sheet { lines, parts } = sheet;
    let ranks = parts.iter().map(|part| [part.rate.rank(), 0, 0]);
    let mut order: Vec<_> = ranks.zip(0..).collect();
    sort(&mut order);
    let groups = order.chunk_by(|(a, _), (b, _)| a == b);
    groups
        .filter_map(|places| {
            let part = |(_, place): &(_, usize)| parts.get(*place);
            let parts: Vec<&Part> = places.iter().filter_map(part).collect();
            let rate = parts.first()?.rate;
            (rate.ppm > 0).then(|| Group::of(rate, &parts, lines))
        })
        .collect()
}

impl Group {
    fn of(rate: Rate, parts: &[&Part], lines: &mut [Line]) -> Self {
        let (mut base, mut off_prices, mut off_fees) = (0, 0, 0);
        for part in parts {
            base += part.price;
            match part.kind {
                LineKind::BookingFee => off_fees += part.off,
                _ => off_prices += part.off,
            }
        }
        let before = rate.tax(base);
        let weight = |part: &&Part| Weight {
            weight: part.price,
            tie: part.tie,
        };
        let weights: Vec<_> = parts.iter().map(weight).collect();
        for (part, share) in parts.iter().zip(split(before, &weights)) {
            if let Some(line) = lines.get_mut(part.place) {
                line.set_tax(share, rate.held(share));
            }
        }
        let between = rate.tax(base - off_prices);
        let after = rate.tax(base - off_prices - off_fees);
        Self {
            rate,
            before,
            off_prices: between - before,
            off_fees: after - between,
        }
    }

    /// The line that adds it to the total.
    pub(super) fn line(&self) -> Option<Line> {
        let tax = self.before + self.off_prices + self.off_fees;
        let Rate { ppm, inclusive } = self.rate;
        let included = if inclusive { ", included" } else { "" };
        let name = format!("Tax {}{included}", self.rate.text());
        let price = tax - self.rate.held(tax);
        (tax != 0).then(|| Line {
            value: 0,
            total: tax,
            rate_ppm: Some(ppm),
            inclusive: Some(inclusive),
            unit_price: tax,
            ..Line::once(LineKind::Tax, name, price)
        })
    }

    /// The tax that is added to the prices, before any discount.
    pub(super) fn added(&self) -> i64 {
        self.before - self.rate.held(self.before)
    }
}

/// What a discount changes tax by, and how much of that is held in prices.
pub(super) struct Change {
    pub(super) tax: i64,
    pub(super) held: i64,
}

/// What the discount on prices changes.
pub(super) fn off_prices(groups: &[Group]) -> Change {
    sum(groups, |group| group.off_prices)
}

/// What the discount on fees changes after that.
pub(super) fn off_fees(groups: &[Group]) -> Change {
    sum(groups, |group| group.off_fees)
}

fn sum(groups: &[Group], change: impl Fn(&Group) -> i64) -> Change {
    let mut sum = Change { tax: 0, held: 0 };
    for group in groups {
        let tax = change(group);
        sum.tax += tax;
        sum.held += group.rate.held(tax);
    }
    sum
}
