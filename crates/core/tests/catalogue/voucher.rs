//! Vouchers and their codes (TT-50).

use std::collections::BTreeSet;

use handbill_core::basket::code_key;
use handbill_core::catalogue::{Voucher, VoucherCodes};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Parse, arbitrary, as_value, check, one, problems, with};

const MOST: i64 = 9_007_199_254_740_991;

/// A right voucher, all its fields set.
pub fn voucher() -> (Parse, Value) {
    (
        |map| as_value(Voucher::parse(map)),
        json!({
            "name": "Gift", "value": 2000, "currency": "EUR", "series_ids": [3],
            "expires_at": "2026-12-01T00:00:00.000Z",
        }),
    )
}

#[test]
fn what_may_be_absent() {
    let least = json!({ "name": "Gift", "value": 1 });
    assert_eq!(
        as_value(Voucher::parse(least.as_object().unwrap())).unwrap(),
        json!({
            "name": "Gift", "value": 1, "currency": null, "series_ids": [], "expires_at": null,
        })
    );
}

#[test]
fn what_must_be_there() {
    let nothing = (voucher().0, json!({}));
    let wanted: Vec<_> = ["name", "value"]
        .iter()
        .flat_map(|name| one(name, "required"))
        .collect();
    assert_eq!(problems(nothing, json!({})), wanted);
}

#[test]
fn fields_of_a_voucher() {
    check(
        voucher(),
        &[
            ("name", json!(""), Some("too_short")),
            ("name", json!("x".repeat(201)), Some("too_long")),
            ("value", json!(1), None),
            ("value", json!(MOST), None),
            ("value", json!(0), Some("range")),
            ("value", json!(-2_000), Some("range")),
            ("value", json!(MOST + 1), Some("range")),
            ("value", json!(20.5), Some("type")),
            ("currency", json!("Euro"), Some("invalid")),
            ("currency", json!([]), Some("type")),
            ("series_ids", json!([]), None),
            ("series_ids", json!([0]), Some("range")),
            ("series_ids", json!([MOST + 1]), Some("range")),
            ("series_ids", json!(["3"]), Some("type")),
            ("series_ids", json!("3"), Some("type")),
            ("series_ids", json!(vec![1; 501]), Some("too_long")),
            ("expires_at", json!("tomorrow"), Some("invalid")),
            ("expires_at", json!(0), Some("type")),
            ("colour", json!("red"), Some("unknown")),
        ],
    );
}

#[test]
fn codes_are_chosen_or_counted() {
    let read = |body: Value| VoucherCodes::parse(body.as_object().unwrap());
    let codes = |count: usize| -> Vec<String> { (0..count).map(|n| format!("G{n}")).collect() };
    assert_eq!(
        read(json!({ "codes": [" a ", "B c"] })),
        Ok(VoucherCodes::Chosen(vec!["a".to_owned(), "B c".to_owned()]))
    );
    assert_eq!(read(json!({ "count": 1 })), Ok(VoucherCodes::Random(1)));
    assert_eq!(
        read(json!({ "count": 1_000, "codes": null })),
        Ok(VoucherCodes::Random(1_000))
    );
    assert!(read(json!({ "codes": codes(1_000) })).is_ok());
    for (body, field, code) in [
        (json!({}), "codes", "required"),
        (json!({ "codes": codes(1_001) }), "codes", "too_long"),
        (json!({ "codes": [] }), "codes", "too_short"),
        (json!({ "codes": ["a", ""] }), "codes", "too_short"),
        (json!({ "codes": ["a".repeat(65)] }), "codes", "too_long"),
        (json!({ "codes": ["a\u{7}b"] }), "codes", "invalid"),
        (json!({ "codes": ["a", 7] }), "codes", "type"),
        (json!({ "codes": [null] }), "codes", "type"),
        (json!({ "codes": "a" }), "codes", "type"),
        (json!({ "codes": { "a": 1 } }), "codes", "type"),
        (
            json!({ "codes": ["gift", "b", " GIFT"] }),
            "codes",
            "duplicate",
        ),
        (json!({ "count": 0 }), "count", "range"),
        (json!({ "count": -1 }), "count", "range"),
        (json!({ "count": 1_001 }), "count", "range"),
        (json!({ "count": "5" }), "count", "type"),
        (json!({ "codes": ["a"], "count": 1 }), "count", "invalid"),
        (json!({ "count": 1, "code": "a" }), "code", "unknown"),
    ] {
        let problems = read(body.clone()).unwrap_err().into_vec();
        let found: Vec<_> = problems
            .iter()
            .map(|p| (p.field.as_str(), p.code))
            .collect();
        assert_eq!(found, [(field, code)], "{body}");
    }
    let message = |body| read(body).unwrap_err().first().unwrap().message.clone();
    assert_eq!(
        message(json!({ "codes": ["gift", "b", " GIFT"] })),
        "code 2: `GIFT` is there twice"
    );
    assert_eq!(
        message(json!({ "codes": ["a", 7] })),
        "code 1: must be a text"
    );
}

proptest! {
    #[test]
    fn chosen_codes_are_distinct(
        body in arbitrary::changed(Map::new(), &["codes", "count"], 2),
        codes in proptest::collection::vec("[ a-cA-C]{0,3}", 0..5),
    ) {
        let _ = VoucherCodes::parse(&body);
        let body = with(json!({}), json!({ "codes": codes }));
        if let Ok(VoucherCodes::Chosen(read)) = VoucherCodes::parse(&body) {
            prop_assert_eq!(read.len(), codes.len());
            let keys: BTreeSet<_> = read.iter().map(|c| code_key(c)).collect();
            prop_assert_eq!(keys.len(), read.len());
        }
    }
}
