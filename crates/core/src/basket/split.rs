//! Shares of amounts, in whole minor units. Nothing here is negative.

use super::order::sort;

/// `amount × numerator ÷ denominator`, rounded down, and the remainder.
///
/// Nearly all products fit 64 bits, which is several times faster in wasm.
fn ratio(amount: i64, numerator: i64, denominator: i64) -> (i64, i64) {
    if amount.leading_zeros() + numerator.leading_zeros() > i64::BITS {
        let product = amount * numerator;
        return (
            product.checked_div(denominator).unwrap_or(0),
            product.checked_rem(denominator).unwrap_or(0),
        );
    }
    let product = i128::from(amount) * i128::from(numerator);
    let narrow = |number: Option<i128>| number.and_then(|number| i64::try_from(number).ok());
    let denominator = i128::from(denominator);
    (
        narrow(product.checked_div(denominator)).unwrap_or(i64::MAX),
        narrow(product.checked_rem(denominator)).unwrap_or(0),
    )
}

/// `amount × numerator ÷ denominator`, half a unit rounded up.
pub(super) fn half_up(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let (whole, rest) = ratio(amount, numerator, denominator);
    let up = rest > 0 && rest >= denominator - rest;
    whole.saturating_add(i64::from(up))
}

/// What takes part in a split.
pub(super) struct Weight {
    pub(super) weight: i64,
    /// Of equal remainders the lowest of these comes first.
    pub(super) tie: [i64; 2],
}

/// Splits an amount in proportion to weights: each part is the exact share
/// rounded down, and the units left over go to the largest remainders. The parts
/// add up to `amount`, which is at most the sum of the weights, and each is less
/// than 1 away from the exact share.
///
/// Answers the parts in the order of the weights.
pub(super) fn split(amount: i64, weights: &[Weight]) -> Vec<i64> {
    let add = |sum: i64, share: &Weight| sum.saturating_add(share.weight);
    let sum = weights.iter().fold(0, add);
    let mut left = amount;
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (place, Weight { weight, tie }) in weights.iter().enumerate() {
        let (part, remainder) = ratio(amount, *weight, sum);
        left -= part;
        parts.push(part);
        let [first, second] = *tie;
        remainders.push(([-remainder, first, second], place));
    }
    if left > 0 {
        sort(&mut remainders);
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        for (_, place) in remainders.into_iter().take(most) {
            if let Some(part) = parts.get_mut(place) {
                *part += 1;
            }
        }
    }
    parts
}
