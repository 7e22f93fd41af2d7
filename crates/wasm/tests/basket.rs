//! The entry `handbill/basket` as JavaScript sees it. That its quotes are right,
//! the vectors tell; here is what happens around them.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    reason = "a broken assumption fails the test; clippy does not know this kind of test"
)]

use handbill_wasm::basket::{PriceList, link_key, money_text, quick_purchase};
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const CATALOGUE: &str = r#"{"organizer_id":1,"currency":"EUR"}"#;

fn told(error: &JsValue, name: &str) -> String {
    let value = Reflect::get(error, &name.into()).unwrap();
    value.as_string().unwrap()
}

#[wasm_bindgen_test]
fn a_catalogue_that_is_none_is_refused() {
    let taler = r#"{"organizer_id":1,"currency":"Taler"}"#;
    let cases = [
        ("", "malformed", "is no JSON from character 1 on"),
        ("[]", "type", "must be an object"),
        (taler, "invalid", "breaks a rule before character 37"),
    ];
    for (text, code, message) in cases {
        let error = PriceList::new(text).unwrap_err();
        assert_eq!(told(&error, "code"), code);
        assert_eq!(told(&error, "message"), format!("the catalogue {message}"));
    }
}

#[wasm_bindgen_test]
fn a_selection_that_is_none_is_refused() {
    let list = PriceList::new(CATALOGUE).unwrap();
    let cases = [
        (r#"{"items":["#, "malformed"),
        ("7", "type"),
        ("{}", "invalid"),
        (r#"{"items":[],"quantity":1}"#, "invalid"),
        (r#"{"items":[{"ticket_type":1,"quantity":0}]}"#, "invalid"),
        (r#"{"items":[[1,null,1]]}"#, "invalid"),
    ];
    for (text, code) in cases {
        let error = list.price(text, 0.0).unwrap_err();
        assert_eq!(told(&error, "code"), code, "{text}");
    }
}

#[wasm_bindgen_test]
fn any_number_is_a_time() {
    let list = PriceList::new(CATALOGUE).unwrap();
    for now in [0.0, -1.5, f64::NAN, f64::INFINITY, 1e300] {
        let quote = list.price(r#"{"items":[]}"#, now).unwrap();
        let start = r#"{"currency":"EUR","lines":[],"#;
        assert!(quote.starts_with(start), "{quote}");
    }
}

#[wasm_bindgen_test]
fn equal_items_of_a_link_become_one() {
    let shirt = r#"{"product_attribute":2,"quantity":1}"#;
    let ticket = |quantity: u8| format!(r#"{{"ticket_type":2,"quantity":{quantity}}}"#);
    let basket = format!(r#"{{"items":[{},{shirt},{}]}}"#, ticket(1), ticket(3));
    let rest = r#""donation":0,"discount":null,"vouchers":[],"access_codes":[]"#;
    let wanted = format!(r#"{{"items":[{},{shirt}],{rest}}}"#, ticket(4));
    assert_eq!(quick_purchase(&basket).unwrap(), wanted);
    let error = quick_purchase(r#"{"items":[{"quantity":1}]}"#).unwrap_err();
    assert_eq!(told(&error, "code"), "invalid");
}

#[wasm_bindgen_test]
fn the_rest() {
    assert_eq!(link_key("Rock-Night"), Some("rock-night".into()));
    assert_eq!(link_key("a b"), None);
    assert_eq!(money_text(1234.0, "EUR").unwrap(), "12.34 EUR");
    let error = money_text(0.5, "EUR").unwrap_err();
    assert_eq!(told(&error, "code"), "type");
}
