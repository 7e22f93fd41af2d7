//! Selections as JSON: one answer on both roads.

use handbill_core::basket::{Selection, SelectionError};
use handbill_core::problem::Problems;
use serde_json::{Map, Value, json};

use crate::shop::{product, select, ticket};

fn parse(value: &Value) -> Result<Selection, Problems> {
    Selection::parse(value.as_object().unwrap())
}

/// The field and code of the one problem, which both roads must find.
#[track_caller]
fn refused(change: impl FnOnce(&mut Map<String, Value>)) -> (String, &'static str) {
    let mut value = json!({ "items": [{ "ticket_type": 1, "quantity": 1 }] });
    change(value.as_object_mut().unwrap());
    let problems = parse(&value).unwrap_err();
    let text = value.to_string();
    let error = Selection::from_json(&text).unwrap_err();
    assert_eq!(error, SelectionError::Fields(problems.clone()));
    assert_eq!(error.code(), "invalid");
    assert_eq!(error.to_string(), problems.to_string());
    assert!(serde_json::from_str::<Selection>(&text).is_err());
    assert_eq!(problems.len(), 1);
    let problem = problems.first().unwrap();
    (problem.field.clone(), problem.code)
}

/// What both roads read.
#[track_caller]
fn accepted(value: &Value) -> Selection {
    let selection = parse(value).unwrap();
    assert_eq!(
        Selection::from_json(&value.to_string()),
        Ok(selection.clone())
    );
    assert_eq!(
        serde_json::from_value(value.clone()).ok(),
        Some(selection.clone())
    );
    selection
}

#[test]
fn all_members_are_written_and_read() {
    let value = json!({
        "items": [{ "ticket_type": 3, "quantity": 2 }, { "product_attribute": 5, "quantity": 998 }],
        "donation": 9_007_199_254_740_991_i64, "discount": "EARLY",
        "vouchers": ["GIFT-1"], "access_codes": ["BAND"],
    });
    let selection = accepted(&value);
    assert_eq!(selection.items, [ticket(3, 2), product(5, 998)]);
    assert_eq!(
        serde_json::to_string(&selection).unwrap(),
        value.to_string()
    );
    let least = accepted(&json!({ "items": [] }));
    assert_eq!(least, Selection::default());
    let written = r#"{"items":[],"donation":0,"discount":null,"vouchers":[],"access_codes":[]}"#;
    assert_eq!(serde_json::to_string(&least).unwrap(), written);
}

#[test]
fn null_is_absent() {
    let value = json!({
        "items": [{ "ticket_type": 1, "product_attribute": null, "quantity": 1 }],
        "donation": null, "discount": null, "vouchers": null, "access_codes": null,
    });
    assert_eq!(accepted(&value), select(&[ticket(1, 1)]));
}

#[test]
fn codes_are_trimmed() {
    let value =
        json!({ "items": [], "discount": " a b\t", "vouchers": ["\n c"], "access_codes": ["d "] });
    let selection = accepted(&value);
    assert_eq!(selection.discount.as_deref(), Some("a b"));
    assert_eq!(
        (&*selection.vouchers[0], &*selection.access_codes[0]),
        ("c", "d")
    );
    let long = "é".repeat(64);
    assert_eq!(
        accepted(&json!({ "items": [], "discount": long })).discount,
        Some(long)
    );
}

#[test]
fn unknown_members_of_an_item_are_ignored_those_of_a_selection_are_not() {
    let item = json!({ "ticket_type": 1, "quantity": 1, "colour": "red" });
    assert_eq!(
        accepted(&json!({ "items": [item] })),
        select(&[ticket(1, 1)])
    );
    let unknown = refused(|map| drop(map.insert("currency".to_owned(), json!("EUR"))));
    assert_eq!(unknown, ("currency".to_owned(), "unknown"));
}

#[test]
fn limits() {
    let set = |name: &str, value: Value| {
        let (field, code) = refused(|map| drop(map.insert(name.to_owned(), value)));
        assert_eq!(field, name);
        code
    };
    let item = |id: i64, quantity: i64| json!({ "ticket_type": id, "quantity": quantity });
    assert_eq!(set("items", json!(vec![item(1, 1); 101])), "invalid");
    for bad in [
        item(0, 1),
        item(-1, 1),
        item(i64::MAX, 1),
        item(1, 0),
        item(1, 1_001),
    ] {
        assert_eq!(set("items", json!([bad])), "invalid");
    }
    // Together they ask for more than one order is written with.
    assert_eq!(set("items", json!([item(1, 1_000), item(2, 1)])), "invalid");
    assert_eq!(set("items", json!([[1, null, 1]])), "invalid");
    assert_eq!(set("items", json!([{ "quantity": 1 }])), "invalid");
    let both = json!({ "ticket_type": 1, "product_attribute": 1, "quantity": 1 });
    assert_eq!(set("items", json!([both])), "invalid");
    assert_eq!(set("items", Value::Null), "required");
    assert_eq!(set("donation", json!(-1)), "range");
    assert_eq!(set("donation", json!(9_007_199_254_740_992_i64)), "range");
    assert_eq!(set("donation", json!(u64::MAX)), "range");
    assert_eq!(set("donation", json!(1.5)), "type");
    assert_eq!(set("donation", json!("1")), "type");
    assert_eq!(set("discount", json!("")), "too_short");
    assert_eq!(set("discount", json!(" \t ")), "too_short");
    assert_eq!(set("discount", json!("a".repeat(65))), "too_long");
    assert_eq!(set("discount", json!("a\u{0}b")), "invalid");
    assert_eq!(set("discount", json!(5)), "type");
    for name in ["vouchers", "access_codes"] {
        assert_eq!(set(name, json!(vec!["a"; 11])), "too_long");
        assert_eq!(set(name, json!([""])), "too_short");
        assert_eq!(set(name, json!([null])), "type");
        assert_eq!(set(name, json!("a")), "type");
    }
    let most = json!({
        "items": vec![item(1, 10); 100], "vouchers": vec!["a"; 10], "access_codes": vec!["a"; 10],
    });
    assert_eq!(accepted(&most).items.len(), 100);
}

#[test]
fn every_problem_is_told() {
    let value = json!({ "items": 1, "donation": -1, "discount": "", "vouchers": 1, "x": 1 });
    let problems = parse(&value).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|problem| &*problem.field).collect();
    assert_eq!(fields, ["items", "donation", "discount", "vouchers", "x"]);
}

#[test]
fn what_is_no_object() {
    let error = Selection::from_json("{\"items\":[]\n,}").unwrap_err();
    assert_eq!(error, SelectionError::Malformed { line: 2, column: 2 });
    assert_eq!(error.code(), "malformed");
    assert_eq!(error.to_string(), "is no JSON from line 2, column 2 on");
    for text in ["[]", "null", "7", "[[],0,null,[],[]]"] {
        let error = Selection::from_json(text).unwrap_err();
        assert_eq!(error, SelectionError::NotAnObject);
        assert_eq!(error.code(), "type");
        assert_eq!(error.to_string(), "must be an object");
    }
}

#[test]
fn a_quick_purchase_merges_what_its_link_repeats() {
    let items = [ticket(2, 1), product(2, 4), ticket(1, 5), ticket(2, 2)];
    let selection = Selection::quick_purchase(&items);
    assert_eq!(
        selection,
        select(&[ticket(2, 3), product(2, 4), ticket(1, 5)])
    );
    assert_eq!(Selection::quick_purchase(&[]), Selection::default());
}

#[test]
fn a_quick_purchase_can_be_read_again() {
    let items = [ticket(1, 600), product(1, 1), ticket(1, 399)];
    let selection = Selection::quick_purchase(&items);
    assert_eq!(selection, select(&[ticket(1, 999), product(1, 1)]));
    let text = serde_json::to_string(&selection).unwrap();
    assert_eq!(Selection::from_json(&text), Ok(selection));
}
