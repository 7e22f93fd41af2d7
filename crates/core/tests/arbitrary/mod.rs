//! What property tests draw from.

use handbill_core::money::MAX_AMOUNT;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Texts and numbers at the edges of what fields take.
fn any_leaf() -> impl Strategy<Value = Value> {
    let numbers = [-1, 0, 1, 100, 101, MAX_AMOUNT, MAX_AMOUNT + 1].map(Value::from);
    let texts = [
        "",
        " ",
        "EUR",
        "2026-11-23T10:00:00Z",
        "https://example.com/",
        "ada@example.com",
        "percentage",
        "no_cost",
    ]
    .map(Value::from);
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,300}".prop_map(Value::from),
        proptest::sample::select(numbers.to_vec()),
        proptest::sample::select(texts.to_vec()),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    any_leaf().prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The object with up to `most` of the fields of these names set to anything.
pub fn changed(
    object: Map<String, Value>,
    names: &[&str],
    most: usize,
) -> impl Strategy<Value = Map<String, Value>> + use<> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    proptest::collection::btree_map(proptest::sample::select(names), any_json(), 0..=most).prop_map(
        move |changes| {
            let mut object = object.clone();
            object.extend(changes);
            object
        },
    )
}
