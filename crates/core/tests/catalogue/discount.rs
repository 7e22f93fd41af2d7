//! Discounts (TT-40).

use handbill_core::catalogue::Discount;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Parse, arbitrary, as_value, check, one, problems, with};

const MOST: i64 = 9_007_199_254_740_991;

/// A right discount, all its fields set.
pub fn discount() -> (Parse, Value) {
    (
        |map| as_value(Discount::parse(map)),
        json!({
            "code": "EARLY", "name": "Early birds", "kind": "percentage", "price": null,
            "price_percent": 10, "booking_fee": 100, "booking_fee_percent": 50, "currency": "EUR",
            "ticket_types": [3, 4], "max_redemptions": 50, "expires_at": "2026-12-01T00:00:00.000Z",
        }),
    )
}

#[test]
fn what_may_be_absent() {
    let least = json!({ "code": " Early\t", "name": "Early", "kind": "fixed_amount", "price": 0 });
    assert_eq!(
        as_value(Discount::parse(least.as_object().unwrap())).unwrap(),
        json!({
            "code": "Early", "name": "Early", "kind": "fixed_amount", "price": 0,
            "price_percent": null, "booking_fee": null, "booking_fee_percent": null,
            "currency": null, "ticket_types": [], "max_redemptions": null, "expires_at": null,
        })
    );
}

#[test]
fn what_must_be_there() {
    let nothing = (discount().0, json!({}));
    let wanted: Vec<_> = ["kind", "code", "name"]
        .iter()
        .flat_map(|name| one(name, "required"))
        .collect();
    assert_eq!(problems(nothing, json!({})), wanted);
}

#[test]
fn fields_of_a_discount() {
    let ids = |count: i64| Value::from((1..=count).collect::<Vec<_>>());
    check(
        discount(),
        &[
            ("code", json!("é".repeat(64)), None),
            ("code", json!("é".repeat(65)), Some("too_long")),
            ("code", json!(""), Some("too_short")),
            ("code", json!("  "), Some("too_short")),
            ("code", json!("A\nB"), Some("invalid")),
            ("code", json!("A\u{85}B"), Some("invalid")),
            ("code", json!(10), Some("type")),
            ("name", json!("x".repeat(200)), None),
            ("name", json!("x".repeat(201)), Some("too_long")),
            ("name", json!(""), Some("too_short")),
            ("name", json!(false), Some("type")),
            ("kind", json!("half"), Some("invalid")),
            ("kind", json!("Percentage"), Some("invalid")),
            ("kind", json!(1), Some("type")),
            ("price_percent", json!(1), None),
            ("price_percent", json!(100), None),
            ("price_percent", json!(0), Some("range")),
            ("price_percent", json!(101), Some("range")),
            ("price_percent", json!(12.5), Some("type")),
            ("price_percent", json!("10"), Some("type")),
            ("booking_fee", json!(0), None),
            ("booking_fee", json!(MOST), None),
            ("booking_fee", json!(MOST + 1), Some("range")),
            ("booking_fee", json!(-1), Some("range")),
            ("booking_fee", json!("1"), Some("type")),
            ("booking_fee_percent", json!(100), None),
            ("booking_fee_percent", json!(0), Some("range")),
            ("booking_fee_percent", json!(101), Some("range")),
            ("booking_fee_percent", json!([50]), Some("type")),
            ("currency", json!("JPY"), None),
            ("currency", json!("eur"), Some("invalid")),
            ("currency", json!(978), Some("type")),
            ("ticket_types", json!([]), None),
            ("ticket_types", json!([MOST]), None),
            ("ticket_types", ids(500), None),
            ("ticket_types", ids(501), Some("too_long")),
            ("ticket_types", json!([1, 0]), Some("range")),
            ("ticket_types", json!([MOST + 1]), Some("range")),
            ("ticket_types", json!([1, "2"]), Some("type")),
            ("ticket_types", json!([null]), Some("type")),
            ("ticket_types", json!({ "1": 1 }), Some("type")),
            ("ticket_types", json!(3), Some("type")),
            ("max_redemptions", json!(1), None),
            ("max_redemptions", json!(1_000_000_000), None),
            ("max_redemptions", json!(0), Some("range")),
            ("max_redemptions", json!(1_000_000_001), Some("range")),
            ("max_redemptions", json!(true), Some("type")),
            ("expires_at", json!("2026-12-01T00:00:00+01:00"), None),
            ("expires_at", json!("2026-12-01"), Some("invalid")),
            ("expires_at", json!("never"), Some("invalid")),
            ("expires_at", json!(1_796_083_200_000_i64), Some("type")),
            ("colour", json!("red"), Some("unknown")),
        ],
    );
}

#[test]
fn a_discount_has_the_value_of_its_kind_and_no_other() {
    let got = |changes: Value| problems(discount(), changes);
    let percentage = |price, percent| {
        got(json!({ "kind": "percentage", "price": price, "price_percent": percent }))
    };
    let fixed = |price, percent| {
        got(json!({ "kind": "fixed_amount", "price": price, "price_percent": percent }))
    };
    let null = Value::Null;
    assert_eq!(percentage(null.clone(), json!(10)), []);
    assert_eq!(
        percentage(null.clone(), null.clone()),
        one("price_percent", "required")
    );
    assert_eq!(percentage(json!(5), json!(10)), one("price", "invalid"));
    assert_eq!(fixed(json!(5), null.clone()), []);
    assert_eq!(fixed(null.clone(), null.clone()), one("price", "required"));
    assert_eq!(fixed(json!(5), json!(10)), one("price_percent", "invalid"));
    assert_eq!(fixed(json!(-5), null.clone()), one("price", "range"));
    assert_eq!(fixed(json!(MOST + 1), null.clone()), one("price", "range"));
    assert_eq!(fixed(json!("5"), null), one("price", "type"));
    let both = [
        ("price".to_owned(), "required"),
        ("price_percent".to_owned(), "invalid"),
    ];
    assert_eq!(fixed(Value::Null, json!(10)), both);
    // A kind that can't be read says nothing about the values.
    assert_eq!(
        got(json!({ "kind": "half", "price": 5 })),
        one("kind", "invalid")
    );
}

#[test]
fn repeated_ids_are_left_out_and_bad_ones_told_by_their_index() {
    let read = |ids: Value| Discount::parse(&with(discount().1, json!({ "ticket_types": ids })));
    assert_eq!(read(json!([3, 4, 3])).unwrap().ticket_types, [3, 4]);
    assert_eq!(
        read(json!(vec![3; 501])).unwrap_err().first().unwrap().code,
        "too_long"
    );
    let message = |ids| read(ids).unwrap_err().first().unwrap().message.clone();
    assert_eq!(message(json!([3, "4"])), "id 1: must be a whole number");
    assert_eq!(message(json!("3")), "must be a list of ids");
}

proptest! {
    #[test]
    fn a_discount_that_is_read_has_one_value(
        body in arbitrary::changed(
            discount().1.as_object().unwrap().clone(),
            &["kind", "price", "price_percent"],
            3,
        )
    ) {
        if let Ok(discount) = Discount::parse(&body) {
            prop_assert!(discount.price.is_some() != discount.price_percent.is_some());
        }
    }
}
