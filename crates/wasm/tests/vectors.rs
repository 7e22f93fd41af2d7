//! The JSON vectors of `handbill-core`, as WebAssembly under Node, and the
//! functions as JavaScript sees them.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    reason = "a broken assumption fails the test; clippy does not know this kind of test"
)]

use handbill_wasm::attribution::resolve as credited;
use handbill_wasm::keys::KeyRing;
use handbill_wasm::links::{check_slug, classify_fetch, redirect_location};
use handbill_wasm::robots::RobotList;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

macro_rules! vectors {
    ($($file:ident)*) => {$(
        #[wasm_bindgen_test]
        fn $file() {
            handbill_vectors::$file();
        }
    )*};
}

vectors!(slug destination redirect money time page token journey click_token resolve);
vectors!(fetch robots click callback price webhook feed);

const KEYS: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn told(error: &JsValue) -> JsValue {
    Reflect::get(error, &"code".into()).unwrap()
}

#[wasm_bindgen_test]
fn answers_are_json() {
    assert_eq!(
        check_slug("Rock"),
        r#"{"ok":true,"value":{"slug":"Rock","key":"rock"}}"#
    );
    let message = "needs at least 3 characters, has 1";
    let wanted = format!(r#"{{"ok":false,"error":{{"code":"too_short","message":"{message}"}}}}"#);
    assert_eq!(check_slug("a"), wanted);
}

#[wasm_bindgen_test]
fn errors_carry_their_code() {
    let error = KeyRing::new("a:").unwrap_err();
    assert_eq!(told(&error), JsValue::from("too_short"));
    let keys = KeyRing::new(KEYS).unwrap();
    let error = keys.verify_journey("a.b").unwrap_err();
    assert_eq!(told(&error), JsValue::from("malformed"));
    assert_eq!(keys.read_journey(None, f64::NAN, 1e300), "[]");
    assert_eq!(keys.read_click("a.b.c"), None);
}

#[wasm_bindgen_test]
fn utm_values_are_read() {
    let to = |utm| redirect_location("", "https://example.com/", utm, "a=1");
    assert_eq!(
        to(r#"{"source":"poster"}"#).unwrap(),
        "https://example.com/?utm_source=poster&a=1"
    );
    assert_eq!(to("{}").unwrap(), "https://example.com/?a=1");
    assert_eq!(
        told(&to(r#"{"source":5}"#).unwrap_err()),
        JsValue::from("invalid")
    );
}

#[wasm_bindgen_test]
fn touches_are_read() {
    let candidates = r#"[{"link":9,"scope":"e7","at":5,"sequence":0,"source":"click_token"}]"#;
    let purchase = r#"{"organizer":1,"events":[[7,null]],"at":6,"window_days":30}"#;
    let wanted = r#"{"rule":"last_click","version":1,"window_days":30,"at":6,"winner":9,"considered":[{"link":9,"scope":"e7","at":5,"sequence":0,"source":"click_token","utm":{},"verdict":"won"}]}"#;
    assert_eq!(credited(candidates, purchase).unwrap(), wanted);
    for (candidates, purchase, code) in [
        ("[", purchase, "malformed"),
        ("[]", "", "malformed"),
        ("{}", purchase, "type"),
        ("[]", "[]", "type"),
        ("[7]", purchase, "invalid"),
        (&candidates.replace("e7", "x7"), purchase, "invalid"),
        (&candidates.replace("link", "links"), purchase, "invalid"),
        (candidates, &purchase.replace("at", "on"), "invalid"),
    ] {
        let error = credited(candidates, purchase).unwrap_err();
        assert_eq!(told(&error), JsValue::from(code), "{candidates} {purchase}");
    }
}

#[wasm_bindgen_test]
fn the_rest() {
    assert_eq!(
        classify_fetch("GET", "prefetch;prerender", "", ""),
        "prefetch"
    );
    let robots = RobotList::new();
    assert!(robots.is_robot("Googlebot/2.1"));
    assert!(robots.version().starts_with("crawler-user-agents@"));
}
