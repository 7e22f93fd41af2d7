//! Reading JSON objects field by field (SP-09).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::fields::Fields;
use handbill_core::money::Currency;
use handbill_core::problem::{Problem, Problems};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Reads one field of an object and answers the code of its problem.
fn code<T>(value: Value, read: impl FnOnce(&mut Fields<'_>) -> T) -> Option<&'static str> {
    let map = object(json!({ "f": value }));
    let mut fields = Fields::new(&map);
    read(&mut fields);
    fields
        .finish(())
        .err()
        .map(|problems| problems.first().unwrap().code)
}

#[test]
fn a_text_is_counted_in_unicode_scalar_values() {
    assert_eq!(code(json!("é".repeat(5)), |f| f.text("f", 1..=5)), None);
    assert_eq!(
        code(json!("é".repeat(6)), |f| f.text("f", 1..=5)),
        Some("too_long")
    );
    assert_eq!(code(json!("👩‍🚀"), |f| f.text("f", 1..=3)), None);
    assert_eq!(code(json!(""), |f| f.text("f", 1..=5)), Some("too_short"));
    assert_eq!(code(json!("a"), |f| f.text("f", 2..=5)), Some("too_short"));
    assert_eq!(code(json!(""), |f| f.optional_text("f", 5)), None);
}

#[test]
fn a_text_holds_no_control_characters_but_line_breaks_and_tab() {
    assert_eq!(code(json!("a\r\nb\tc"), |f| f.text("f", 1..=9)), None);
    for text in ["a\0", "a\u{b}", "\u{7f}", "\u{85}"] {
        assert_eq!(
            code(json!(text), |f| f.text("f", 1..=9)),
            Some("invalid"),
            "{text:?}"
        );
    }
}

#[test]
fn a_missing_or_null_field_is_absent() {
    assert_eq!(code(Value::Null, |f| f.text("f", 0..=5)), Some("required"));
    assert_eq!(
        code(Value::Null, |f| f.integer("f", 0..=5)),
        Some("required")
    );
    assert_eq!(code(Value::Null, |f| f.instant("f")), Some("required"));
    assert_eq!(code(Value::Null, |f| f.currency("f")), Some("required"));
    assert_eq!(code(Value::Null, |f| f.optional_text("f", 5)), None);
    assert_eq!(code(Value::Null, |f| f.optional_integer("f", 0..=5)), None);
    assert_eq!(code(Value::Null, |f| f.optional_instant("f")), None);
    assert_eq!(code(Value::Null, |f| f.boolean_or("f", true)), None);
    assert_eq!(code(Value::Null, |f| f.optional_boolean("f")), None);
    let known = |name: &str| (name == "a").then_some(());
    assert_eq!(
        code(Value::Null, |f| f.named("f", known, "must be a")),
        Some("required")
    );
    assert_eq!(
        code(Value::Null, |f| f.optional_named("f", known, "must be a")),
        None
    );

    let map = Map::new();
    let mut fields = Fields::new(&map);
    assert_eq!(fields.text_or("a", 5, "x"), "x");
    assert_eq!(fields.integer_or("b", 0..=5, 3), 3);
    assert!(fields.boolean_or("c", true));
    assert_eq!(fields.optional_boolean("e"), None);
    assert_eq!(fields.currency_or("d", Currency::EUR), Currency::EUR);
    assert!(fields.finish(()).is_ok());
}

#[test]
fn a_number_is_whole_and_in_range() {
    let read = |value: Value| code(value, |f| f.integer("f", -3..=5));
    assert_eq!(read(json!(-3)), None);
    assert_eq!(read(json!(5)), None);
    assert_eq!(read(json!(6)), Some("range"));
    assert_eq!(read(json!(-4)), Some("range"));
    assert_eq!(read(json!(u64::MAX)), Some("range"));
    assert_eq!(read(json!(i64::MIN)), Some("range"));
    for text in [
        "1.5", "2.0", "1e2", "1e400", "-0.0", "\"1\"", "true", "[1]", "{}",
    ] {
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        assert_eq!(read(value), Some("type"), "{text}");
    }
    assert_eq!(code(json!(0), |f| f.id("f")), Some("range"));
    assert_eq!(code(json!(9_007_199_254_740_991_i64), |f| f.id("f")), None);
    assert_eq!(
        code(json!(9_007_199_254_740_992_i64), |f| f.optional_id("f")),
        Some("range")
    );
}

#[test]
fn other_types_are_refused() {
    assert_eq!(code(json!(1), |f| f.text("f", 0..=5)), Some("type"));
    assert_eq!(
        code(json!("true"), |f| f.boolean_or("f", false)),
        Some("type")
    );
    assert_eq!(code(json!(0), |f| f.boolean_or("f", false)), Some("type"));
    assert_eq!(code(json!(0), |f| f.optional_boolean("f")), Some("type"));
    let known = |name: &str| (name == "a").then_some(());
    for (value, wanted) in [
        (json!("a"), None),
        (json!("b"), Some("invalid")),
        (json!(1), Some("type")),
    ] {
        assert_eq!(
            code(value.clone(), |f| f.named("f", known, "must be a")),
            wanted
        );
        assert_eq!(
            code(value, |f| f.optional_named("f", known, "must be a")),
            wanted
        );
    }
    assert_eq!(code(json!(978), |f| f.currency("f")), Some("type"));
    assert_eq!(code(json!("eur"), |f| f.currency("f")), Some("invalid"));
    assert_eq!(
        code(json!(1_795_428_000_000_i64), |f| f.instant("f")),
        Some("type")
    );
    assert_eq!(
        code(json!("2026-11-23"), |f| f.optional_instant("f")),
        Some("invalid")
    );
}

#[test]
fn unknown_fields_are_refused_when_asked_for() {
    let map = object(json!({ "a": 1, "b": 2, "c": null }));
    let mut fields = Fields::new(&map);
    fields.integer("a", 0..=5);
    fields.refuse_unknown();
    let problems = fields.finish(()).unwrap_err();
    let found: Vec<_> = problems
        .iter()
        .map(|p| (p.field.as_str(), p.code))
        .collect();
    assert_eq!(found, [("b", "unknown"), ("c", "unknown")]);
}

#[test]
fn a_field_has_one_problem_at_most() {
    let map = object(json!({ "a": "x" }));
    let mut fields = Fields::new(&map);
    fields.integer("a", 0..=5);
    fields.problem("a", "other", "is something else too");
    let problems = fields.finish(()).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems.to_string(), "a: must be a whole number");
}

#[test]
fn problems_serialise_as_a_list() {
    let problems = Problems::one("price", "range", "must be from 0 to 5");
    assert_eq!(
        serde_json::to_value(&problems).unwrap(),
        json!([{ "field": "price", "code": "range", "message": "must be from 0 to 5" }])
    );
    let mut all = problems.clone();
    all.merge(problems.clone());
    let wanted = Problem {
        field: "price".into(),
        code: "range",
        message: "must be from 0 to 5".into(),
    };
    assert_eq!(all.into_vec(), [wanted.clone(), wanted]);
    assert_eq!(problems.into_result(1).map_err(|p| p.len()), Err(1));
}
