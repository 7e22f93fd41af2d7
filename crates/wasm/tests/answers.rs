//! The shapes JavaScript gets, natively.

use handbill_wasm::{answer, money};
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
}

#[test]
fn refused() {
    assert_eq!(
        value(answer::slug("API")),
        json!({ "ok": false, "error": { "code": "reserved", "message": "`api` is reserved" } })
    );
    let code = |answer: Value| answer.pointer("/error/code").cloned().unwrap_or_default();
    assert_eq!(code(value(answer::destination("ftp://x"))), "not_http");
}

#[test]
fn amounts() {
    assert_eq!(money::text(1234.0, "EUR").as_deref(), Ok("12.34 EUR"));
    let code = |amount, currency| {
        money::text(amount, currency)
            .err()
            .map(|error| error.code())
    };
    assert_eq!(code(1.0, "eur"), Some("invalid"));
    for amount in [0.5, f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
        assert_eq!(code(amount, "EUR"), Some("type"), "{amount}");
    }
}
