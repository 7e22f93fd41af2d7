//! The shapes JavaScript gets, natively.

use handbill_wasm::answer;
use serde_json::{Value, json};

fn value<T: serde::Serialize>(answer: T) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}

#[test]
fn accepted() {
    let slug = json!({ "ok": true, "value": { "slug": "Rock-Night", "key": "rock-night" } });
    assert_eq!(value(answer::slug("Rock-Night")), slug);
    let url = json!({ "ok": true, "value": { "url": "https://example.com/" } });
    assert_eq!(value(answer::destination("HTTPS://example.com")), url);
    assert_eq!(
        value(answer::money(1234.0, "EUR")),
        json!({ "ok": true, "value": "12.34 EUR" })
    );
}

#[test]
fn refused() {
    assert_eq!(
        value(answer::slug("API")),
        json!({ "ok": false, "error": { "code": "reserved", "message": "`api` is reserved" } })
    );
    let code = |answer: Value| answer.pointer("/error/code").cloned().unwrap_or_default();
    assert_eq!(code(value(answer::destination("ftp://x"))), "not_http");
    assert_eq!(code(value(answer::click("{}"))), "malformed");
    assert_eq!(code(value(answer::money(1.0, "eur"))), "invalid");
    for amount in [0.5, f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
        assert_eq!(
            code(value(answer::money(amount, "EUR"))),
            "type",
            "{amount}"
        );
    }
}
