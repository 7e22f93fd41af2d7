//! The rules of `docs/pricing.md` again, from the page alone: slowly, with exact
//! fractions, one rule at a time, sharing nothing with core but the types of the
//! JSON. Where it and core differ, one of them has misread the page.

mod amounts;
mod chosen;
mod exact;
mod problems;

use handbill_core::basket::{Catalogue, LineKind, Selection};

use amounts::rows;
use chosen::{Chosen, event_of, found, merged};
use problems::{discount_problems, line_problems, same, voucher_problems};

/// 2^53 − 1.
const MOST: i128 = 9_007_199_254_740_991;

/// A line: kind, index, name, and the amounts quantity, unit price, price, value,
/// tax, total.
pub type Row = (LineKind, Option<usize>, String, [i128; 6]);

/// What core must answer, without its sentences.
#[derive(Debug, PartialEq, Eq)]
pub struct Expected {
    pub rows: Vec<Row>,
    pub subtotal: i128,
    pub tax: i128,
    pub total: i128,
    pub problems: Vec<(Option<usize>, String)>,
}

/// All the steps.
pub fn price(catalogue: &Catalogue, selection: &Selection, now: i64) -> Expected {
    let mut problems: Vec<(Option<usize>, String)> = Vec::new();
    let all = merged(selection);
    let mut kept = Vec::new();
    for one in &all {
        let (index, target, quantity) = *one;
        let codes = line_problems(catalogue, &all, *one, now);
        if codes.is_empty() {
            let item = found(catalogue, target).unwrap();
            kept.push(Chosen {
                index,
                quantity,
                item,
            });
        }
        problems.extend(codes.iter().map(|code| (Some(index), (*code).to_owned())));
    }
    let mut of_basket: Vec<&str> = Vec::new();
    if selection.items.is_empty() {
        of_basket.push("empty");
    }

    let mut discount = None;
    if let Some(code) = &selection.discount {
        let codes = discount_problems(catalogue, code, &kept, now);
        if codes.is_empty() {
            discount = catalogue.discount.as_ref();
        }
        of_basket.extend(codes);
    }
    let mut vouchers = Vec::new();
    for (index, code) in selection.vouchers.iter().enumerate() {
        if selection.vouchers[..index]
            .iter()
            .any(|other| same(other, code))
        {
            of_basket.push("voucher_twice");
            continue;
        }
        match catalogue
            .vouchers
            .iter()
            .find(|voucher| same(&voucher.code, code))
        {
            None => of_basket.push("voucher_unknown"),
            Some(voucher) => {
                let codes = voucher_problems(catalogue, voucher, &kept, now);
                if codes.is_empty() {
                    vouchers.push(voucher);
                }
                of_basket.extend(codes);
            }
        }
    }
    let accepted = kept.iter().any(|chosen| {
        event_of(catalogue, chosen.item).is_some_and(|event| event.accepts_donations)
    });
    let mut donation = i128::from(selection.donation);
    if donation != 0 && !accepted {
        of_basket.push("donation_not_accepted");
        donation = 0;
    }
    let rows = rows(catalogue, &kept, discount, donation, &vouchers).unwrap_or_else(|| {
        of_basket.push("overflow");
        Vec::new()
    });
    problems.extend(of_basket.iter().map(|code| (None, (*code).to_owned())));
    let sum = |column: usize| rows.iter().map(|(_, _, _, amounts)| amounts[column]).sum();
    Expected {
        subtotal: sum(3),
        tax: sum(4),
        total: sum(5),
        rows,
        problems,
    }
}
