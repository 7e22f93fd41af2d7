//! What is sent to buy a basket, to report a payment and to pay back (BK-07,
//! BK-09).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

#[path = "../arbitrary/mod.rs"]
mod arbitrary;
mod contact;
mod ticket;

use handbill_core::order::{Buyer, Completion, PaymentMethod, PaymentReport, Refund};
use handbill_core::problem::Problems;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use self::contact::contact;

type Parse = fn(&Map<String, Value>) -> Result<Value, Problems>;

const MOST: i64 = 9_007_199_254_740_991;
const KEY: &str = "AAECAwQFBgcICQoLDA0ODw";

fn as_value<T: Serialize>(parsed: Result<T, Problems>) -> Result<Value, Problems> {
    parsed.map(|value| serde_json::to_value(value).unwrap())
}

fn buyer() -> (Parse, Value) {
    (
        |map| as_value(Buyer::parse(map)),
        json!({
            "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com",
            "phone": "+44 20 7946 0000", "address": "12 St James's Square\nLondon",
        }),
    )
}

fn completion() -> (Parse, Value) {
    (
        |map| as_value(Completion::parse(map)),
        json!({
            "payment_method": "offline", "total": 7150, "currency": "EUR", "buyer": buyer().1,
            "click_tokens": ["AQMG.local.Sp9C"],
        }),
    )
}

fn refund() -> (Parse, Value) {
    (
        |map| as_value(Refund::parse(map)),
        json!({ "amount": 500, "reason": "rain" }),
    )
}

fn report() -> (Parse, Value) {
    (
        |map| as_value(PaymentReport::parse(map)),
        json!({ "basket": KEY, "txn_id": "pay_81", "amount": 7150, "currency": "EUR" }),
    )
}

fn all() -> [(Parse, Value); 5] {
    [buyer(), completion(), refund(), report(), contact()]
}

/// The object with some fields changed; null takes a field away.
fn with(mut object: Value, changes: Value) -> Map<String, Value> {
    let map = object.as_object_mut().unwrap();
    map.extend(changes.as_object().unwrap().clone());
    map.clone()
}

/// Field and code of each problem.
fn found(parsed: Result<Value, Problems>) -> Vec<(String, &'static str)> {
    let problems = parsed.err().into_iter().flatten();
    problems.map(|p| (p.field, p.code)).collect()
}

/// Each value of a field and the code it is refused with, `None` when it is
/// taken.
fn check((parse, object): (Parse, Value), table: &[(&str, Value, Option<&'static str>)]) {
    for (field, value, code) in table {
        let got = found(parse(&with(object.clone(), json!({ *field: value }))));
        let wanted: Vec<_> = code
            .map(|code| ((*field).to_owned(), code))
            .into_iter()
            .collect();
        assert_eq!(got, wanted, "{field}: {value}");
    }
}

#[test]
fn what_is_right_is_taken_as_it_is() {
    for (parse, object) in all() {
        assert_eq!(parse(object.as_object().unwrap()).unwrap(), object);
    }
}

#[test]
fn what_may_be_absent() {
    let (parse, object) = buyer();
    let parsed = parse(&with(object, json!({ "phone": null, "address": null }))).unwrap();
    assert_eq!(
        (&parsed["phone"], &parsed["address"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        Refund::parse(&Map::new()),
        Ok(Refund {
            amount: None,
            reason: String::new()
        })
    );
}

#[test]
fn what_must_be_there() {
    for ((parse, object), names) in [
        (buyer(), &["first_name", "last_name", "email"][..]),
        (
            completion(),
            &["payment_method", "total", "currency", "buyer"],
        ),
        (report(), &["basket", "txn_id", "amount", "currency"]),
    ] {
        let wanted: Vec<_> = names
            .iter()
            .map(|name| ((*name).to_owned(), "required"))
            .collect();
        assert_eq!(found(parse(&Map::new())), wanted);
        for name in names {
            let got = found(parse(&with(object.clone(), json!({ *name: null }))));
            assert_eq!(got, [((*name).to_owned(), "required")]);
        }
    }
}

#[test]
fn unknown_fields_are_refused() {
    for (parse, object) in all() {
        let got = found(parse(&with(object, json!({ "colour": "red" }))));
        assert_eq!(got, [("colour".to_owned(), "unknown")]);
    }
}

#[test]
fn fields_of_a_buyer() {
    for name in ["first_name", "last_name"] {
        check(
            buyer(),
            &[
                (name, json!("é".repeat(100)), None),
                (name, json!("é".repeat(101)), Some("too_long")),
                (name, json!(""), Some("too_short")),
                (name, json!(" \u{a0}"), Some("too_short")),
                (name, json!("Ada\nBcc: all@example.com"), Some("invalid")),
                (name, json!("Ada\t"), Some("invalid")),
                (name, json!("\0"), Some("invalid")),
                (name, json!(7), Some("type")),
                (name, json!(["Ada"]), Some("type")),
            ],
        );
    }
    let longest = format!("{}@example.com", "a".repeat(242));
    check(
        buyer(),
        &[
            ("email", json!(longest.as_str()), None),
            ("email", json!(format!("a{longest}")), Some("too_long")),
            ("email", json!(""), Some("invalid")),
            ("email", json!("ada"), Some("invalid")),
            ("email", json!("@example.com"), Some("invalid")),
            ("email", json!("ada@"), Some("invalid")),
            ("email", json!("a@b@c"), Some("invalid")),
            ("email", json!("<a@b.de>"), Some("invalid")),
            ("email", json!("a,b@c.de"), Some("invalid")),
            ("email", json!("a;b@c.de"), Some("invalid")),
            ("email", json!("\"a\"@c.de"), Some("invalid")),
            ("email", json!("a@.de"), Some("invalid")),
            ("email", json!("a@b..de"), Some("invalid")),
            ("email", json!("a@b.de."), Some("invalid")),
            ("email", json!("o'hara+x@b-c.de"), None),
            ("email", json!("ä@bücher.de"), None),
            ("email", json!("a da@example.com"), Some("invalid")),
            ("email", json!("ada@example.com\n"), Some("invalid")),
            ("email", json!("ada@example.com\u{7f}"), Some("invalid")),
            ("email", json!(true), Some("type")),
            ("phone", json!(""), None),
            ("phone", json!("0".repeat(50)), None),
            ("phone", json!("0".repeat(51)), Some("too_long")),
            ("phone", json!("1\r\n2"), Some("invalid")),
            ("phone", json!(44), Some("type")),
            ("address", json!("x\n".repeat(250)), None),
            ("address", json!("x".repeat(501)), Some("too_long")),
            ("address", json!("\u{1b}[0m"), Some("invalid")),
            ("address", json!({}), Some("type")),
        ],
    );
}

#[test]
fn fields_of_a_completion() {
    let method = |method: &str| json!(method);
    check(
        completion(),
        &[
            ("payment_method", method("external"), None),
            ("payment_method", method("no_cost"), Some("invalid")),
            ("payment_method", method("Offline"), Some("invalid")),
            ("payment_method", method("card"), Some("invalid")),
            ("payment_method", json!(1), Some("type")),
            ("click_tokens", json!(vec!["a"; 20]), None),
            ("click_tokens", json!(vec!["a"; 21]), Some("too_long")),
            (
                "click_tokens",
                json!(["x".repeat(1_025), "", "a\u{0}b"]),
                None,
            ),
            ("click_tokens", json!([1]), Some("type")),
            ("click_tokens", json!("a"), Some("type")),
            ("total", json!(MOST), None),
            ("total", json!(MOST + 1), Some("range")),
            ("total", json!(-1), Some("range")),
            ("total", json!(71.5), Some("type")),
            ("total", json!("7150"), Some("type")),
            ("currency", json!("JPY"), None),
            ("currency", json!("eur"), Some("invalid")),
            ("currency", json!("XXX"), Some("invalid")),
            ("currency", json!(978), Some("type")),
            ("buyer", json!("Ada"), Some("type")),
            ("buyer", json!([]), Some("type")),
        ],
    );
}

#[test]
fn there_is_no_cost_exactly_when_the_total_is_0() {
    let (parse, object) = completion();
    let got = |method: &str, total: Value| {
        found(parse(&with(
            object.clone(),
            json!({ "payment_method": method, "total": total }),
        )))
    };
    let refused = [("payment_method".to_owned(), "invalid")];
    assert_eq!(got("no_cost", json!(0)), []);
    assert_eq!(got("no_cost", json!(1)), refused);
    assert_eq!(got("offline", json!(0)), refused);
    assert_eq!(got("external", json!(0)), refused);
    assert_eq!(got("external", json!(1)), []);
    // A total that can't be read says nothing about the method.
    assert_eq!(
        got("offline", json!("free")),
        [("total".to_owned(), "type")]
    );
}

#[test]
fn all_problems_of_a_completion_are_told_at_once() {
    let body = json!({
        "payment_method": "card", "total": -1, "currency": "Euro", "coupon": 1,
        "buyer": { "first_name": "", "email": "ada", "phone": 1, "colour": "red" },
    });
    let problems = Completion::parse(body.as_object().unwrap()).unwrap_err();
    let fields: Vec<_> = problems
        .iter()
        .map(|p| (p.field.as_str(), p.code))
        .collect();
    assert_eq!(
        fields,
        [
            ("payment_method", "invalid"),
            ("total", "range"),
            ("currency", "invalid"),
            ("buyer.first_name", "too_short"),
            ("buyer.last_name", "required"),
            ("buyer.email", "invalid"),
            ("buyer.phone", "type"),
            ("buyer.colour", "unknown"),
            ("coupon", "unknown"),
        ]
    );
    let message = &problems.first().unwrap().message;
    assert_eq!(message, "must be offline, no_cost or external");
}

#[test]
fn fields_of_a_refund() {
    check(
        refund(),
        &[
            ("amount", json!(1), None),
            ("amount", json!(MOST), None),
            ("amount", json!(MOST + 1), Some("range")),
            ("amount", json!(0), Some("range")),
            ("amount", json!(-1), Some("range")),
            ("amount", json!(1.0), Some("type")),
            ("amount", json!("all"), Some("type")),
            ("reason", json!(""), None),
            ("reason", json!("x".repeat(500)), None),
            ("reason", json!("x".repeat(501)), Some("too_long")),
            ("reason", json!("\0"), Some("invalid")),
            ("reason", json!(0), Some("type")),
        ],
    );
}

#[test]
fn fields_of_a_payment_report() {
    check(
        report(),
        &[
            ("basket", json!("_-_-_-_-_-_-_-_-_-_-_w"), None),
            ("basket", json!(""), Some("invalid")),
            ("basket", json!("AECAwQFBgcICQoLDA0ODw"), Some("invalid")),
            ("basket", json!(format!(" {KEY}")), Some("invalid")),
            ("basket", json!(7), Some("type")),
            ("txn_id", json!("x".repeat(255)), None),
            ("txn_id", json!("x".repeat(256)), Some("too_long")),
            ("txn_id", json!(""), Some("too_short")),
            ("txn_id", json!("a\nb"), Some("invalid")),
            ("txn_id", json!(81), Some("type")),
            ("amount", json!(0), None),
            ("amount", json!(MOST), None),
            ("amount", json!(MOST + 1), Some("range")),
            ("amount", json!(-1), Some("range")),
            ("amount", json!(1e3), Some("type")),
            ("currency", json!("euro"), Some("invalid")),
            ("currency", json!({}), Some("type")),
        ],
    );
}

#[test]
fn names_of_ways_to_pay() {
    for method in PaymentMethod::ALL {
        assert_eq!(PaymentMethod::from_name(method.name()), Some(method));
        assert_eq!(serde_json::to_value(method).unwrap(), method.name());
    }
    assert_eq!(PaymentMethod::from_name(""), None);
}

/// An order's body of a kind with a few of its fields set to anything.
fn any_body() -> impl Strategy<Value = (Parse, Map<String, Value>)> {
    proptest::sample::select(all().to_vec()).prop_flat_map(|(parse, object)| {
        let object = object.as_object().unwrap().clone();
        let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
        names.push("other");
        arbitrary::changed(object.clone(), &names, 2).prop_map(move |body| (parse, body))
    })
}

/// A completion by a buyer with a few fields set to anything.
fn any_completion() -> impl Strategy<Value = Map<String, Value>> {
    let buyer = with(buyer().1, contact().1);
    let mut names: Vec<&str> = buyer.keys().map(String::as_str).collect();
    names.push("other");
    arbitrary::changed(buyer.clone(), &names, 2).prop_flat_map(|buyer| {
        let object = with(completion().1, json!({ "buyer": buyer }));
        arbitrary::changed(object, &["payment_method", "total", "currency"], 2)
    })
}

proptest! {
    #[test]
    fn a_body_is_refused_with_its_fields_or_reads_as_itself((parse, body) in any_body()) {
        match parse(&body) {
            Ok(value) => {
                prop_assert_eq!(parse(value.as_object().unwrap()), Ok(value.clone()));
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in &problems {
                    let name = problem.field.split('.').next().unwrap();
                    let is_required = problem.code == "required";
                    prop_assert!(body.contains_key(name) || is_required, "{problem:?}");
                    let same = problems.iter().filter(|other| other.field == problem.field);
                    prop_assert_eq!(same.count(), 1);
                }
            }
        }
    }

    #[test]
    fn a_completion_that_is_read_keeps_its_rules(body in any_completion()) {
        if let Ok(completion) = Completion::parse(&body) {
            prop_assert!((0..=MOST).contains(&completion.total));
            let is_free = completion.payment_method == PaymentMethod::NoCost;
            prop_assert_eq!(is_free, completion.total == 0);
            prop_assert!(!completion.buyer.first_name.is_empty());
            prop_assert!(completion.buyer.email.contains('@'));
        }
    }
}
