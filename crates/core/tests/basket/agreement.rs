//! Core against the model, on many random baskets.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};

use handbill_core::basket::{Catalogue, PriceList, Quote, Selection};
use serde::Deserialize;

use crate::model::{self, Expected};
use crate::random::Random;
use crate::shop::{NOW, at, quote};

fn as_expected(quote: &Quote) -> Expected {
    let rows = quote.lines.iter().map(|line| {
        let amounts = [
            line.quantity,
            line.unit_price,
            line.price,
            line.value,
            line.tax,
            line.total,
        ];
        (
            line.kind,
            line.line,
            line.name.clone(),
            amounts.map(i128::from),
        )
    });
    let problems = quote.problems.iter();
    Expected {
        rows: rows.collect(),
        subtotal: quote.subtotal.into(),
        tax: quote.tax.into(),
        total: quote.total.into(),
        problems: problems
            .map(|problem| (problem.line, problem.code.to_string()))
            .collect(),
    }
}

/// Compares so many baskets, and answers how often each problem, or none, and
/// each kind of line was met.
fn agree(seed: u64, baskets: u32) -> BTreeMap<String, u32> {
    let mut random = Random(seed);
    let mut met: BTreeMap<String, u32> = BTreeMap::new();
    for number in 0..baskets {
        let catalogue = random.catalogue();
        let selection = random.selection(&catalogue);
        let quote = quote(&catalogue, &selection);
        let expected = model::price(&catalogue, &selection, NOW);
        let got = as_expected(&quote);
        assert!(
            got == expected,
            "seed {seed}, basket {number}: {catalogue:#?} {selection:#?}\ngot {got:#?}\nwanted {expected:#?}"
        );
        let codes = quote
            .problems
            .iter()
            .map(|problem| problem.code.to_string());
        let mut names: BTreeSet<String> = codes.collect();
        if names.is_empty() {
            names.insert("none".to_owned());
            names.extend(quote.lines.iter().map(|line| line.kind.name().to_owned()));
        }
        for name in names {
            *met.entry(name).or_default() += 1;
        }
        if number % 64 == 0 {
            let list = PriceList::new(catalogue);
            assert_eq!(list.price(&selection, at(NOW)), quote);
        }
    }
    met
}

/// Every rule and every kind of line is met, and often enough to mean something.
#[test]
fn core_and_model_agree_on_100_000_baskets() {
    let met = agree(1, 100_000);
    let all = [
        "none",
        "unknown_item",
        "foreign_venue",
        "currency_mismatch",
        "locked",
        "not_on_sale",
        "sold_out",
        "not_enough_stock",
        "below_minimum",
        "above_maximum",
        "above_group_maximum",
        "overflow",
        "empty",
        "discount_unknown",
        "discount_expired",
        "discount_used_up",
        "discount_not_applicable",
        "voucher_unknown",
        "voucher_expired",
        "voucher_used",
        "voucher_not_applicable",
        "voucher_twice",
        "donation_not_accepted",
        "ticket",
        "booking_fee",
        "product",
        "transaction_charge",
        "discount",
        "donation",
        "tax",
        "voucher",
    ];
    for name in all {
        let count = met.get(name).copied().unwrap_or(0);
        assert!(count >= 100, "`{name}` was met {count} times: {met:#?}");
    }
    assert_eq!(met.len(), all.len());
}

/// Other baskets at each run; a failure names the seed.
#[test]
fn core_and_model_agree_on_new_baskets() {
    agree(RandomState::new().hash_one("seed"), 10_000);
}

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    catalogue: Catalogue,
    selection: Selection,
    now: i64,
    quote: Quote,
}

#[test]
fn the_model_agrees_with_the_vectors() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../vectors/price.json")).unwrap();
    for case in vectors.cases {
        let expected = model::price(&case.catalogue, &case.selection, case.now);
        assert_eq!(as_expected(&case.quote), expected, "{}", case.name);
    }
}
