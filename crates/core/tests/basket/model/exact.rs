//! Fractions, and sharing out by them.

use std::collections::BTreeMap;

use super::chosen::Claim;

/// An amount that may be a part of a unit.
#[derive(Clone, Copy)]
pub struct Exact {
    pub over: i128,
    pub under: i128,
}

impl Exact {
    fn floor(self) -> i128 {
        self.over.div_euclid(self.under)
    }

    /// The whole number n with n − ½ ≤ self < n + ½.
    pub fn nearest(self) -> i128 {
        let mut n = self.floor();
        while 2 * self.over >= (2 * n + 1) * self.under {
            n += 1;
        }
        n
    }

    fn minus(self, units: i128) -> Self {
        Self {
            over: self.over - units * self.under,
            under: self.under,
        }
    }

    fn is_more_than(self, other: Self) -> bool {
        self.over * other.under > other.over * self.under
    }
}

/// Gives out unit after unit to whoever is furthest below its exact share.
pub fn share_out(amount: i128, claims: &BTreeMap<Claim, i128>) -> BTreeMap<Claim, i128> {
    let sum: i128 = claims.values().sum();
    if sum == 0 {
        return claims.keys().map(|claim| (*claim, 0)).collect();
    }
    let exact = |claim: &Claim| Exact {
        over: amount * claims[claim],
        under: sum,
    };
    let mut parts: BTreeMap<Claim, i128> = claims
        .keys()
        .map(|claim| (*claim, exact(claim).floor()))
        .collect();
    while parts.values().sum::<i128>() < amount {
        let mut neediest: Option<Claim> = None;
        for (claim, part) in &parts {
            let missing = exact(claim).minus(*part);
            let is_first = neediest
                .is_none_or(|other| missing.is_more_than(exact(&other).minus(parts[&other])));
            if is_first {
                neediest = Some(*claim);
            }
        }
        *parts.get_mut(&neediest.unwrap()).unwrap() += 1;
    }
    parts
}
