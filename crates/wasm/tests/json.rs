//! The reader of JSON against `serde_json`: both read the same, and refuse the
//! same.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fmt::Debug;

use handbill_core::attribution::{Candidate, Purchase};
use handbill_core::basket::{Catalogue, Selection};
use handbill_wasm::json::{self, Kind, ReadError};
use proptest::prelude::*;
use proptest::sample::{self, Index};
use serde::Deserialize;
use serde::de::IgnoredAny;

const SELECTION: &str = r#"{ "items": [{"ticket_type": 3, "quantity": 2},
      {"product_attribute": 9007199254740991, "quantity": 998}],
    "donation": 500, "discount": "fr\u00fchling \"\ud83c\udf37\" 🌷",
    "vouchers": ["GIFT-1", "a\/b\\c"], "access_codes": [] }"#;

const CATALOGUE: &str = r#"{"organizer_id":1,"currency":"EUR",
    "note":{"a":[1,-2.5e+3,{"b":[]},[],{}],"lone":"\ud800","c":[true,false,null]},
    "events":[{"id":7,"series_id":null,"name":"Rock\tNight","ends_at":1800000000000,
      "transaction_charge":100,"tax_rate_ppm":190000,"tax_inclusive":true,
      "accepts_donations":false}],
    "groups":[{"id":2,"name":"Floor","max_per_order":8}],
    "items":[{"ticket_type":3,"organizer_id":1,"event_id":7,"group_id":2,"name":"Standing",
      "currency":"EUR","price":3500,"booking_fee":150,"tax_rate_ppm":190000,
      "tax_inclusive":true,"available":-1,"min_per_order":1,"max_per_order":null,
      "on_sale_from":null,"on_sale_until":-5,"locked":false}],
    "discount":{"code":"EARLY","kind":"percentage","price":null,"price_percent":10,
      "booking_fee":null,"booking_fee_percent":50,"currency":"EUR","ticket_types":[3,4],
      "expires_at":null,"redemptions_left":null},
    "vouchers":[{"code":"GIFT-1","value":2000,"currency":"JPY","series_ids":[],
      "expires_at":0,"used":true}]}"#;

const CANDIDATES: &str = r#"[{"link":9,"scope":"e7","at":1795338000000,"sequence":4294967295,
    "source":"click_token","utm":{"source":"röck","content":"a\"b"}},
    {"link":-1,"scope":"a1","at":-5,"sequence":0,"source":"journey"}]"#;

const PURCHASE: &str = r#"{"organizer":1,"events":[[7,null],[8,3]],"at":6,"window_days":30}"#;

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ReadError> {
    json::read(Kind::Object, text)
}

/// Reads with both, into a value and into nothing.
fn agree<'a, T: Deserialize<'a> + PartialEq + Debug>(text: &'a str) {
    assert_eq!(
        read::<T>(text).ok(),
        serde_json::from_str::<T>(text).ok(),
        "{text}"
    );
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    assert_eq!(read::<IgnoredAny>(text).is_ok(), is_json, "{text}");
}

#[test]
fn whole_texts() {
    agree::<Selection>(SELECTION);
    agree::<Catalogue>(CATALOGUE);
    agree::<Vec<Candidate>>(CANDIDATES);
    agree::<Purchase>(PURCHASE);
    assert!(read::<Selection>(SELECTION).is_ok());
    assert!(read::<Vec<Candidate>>(CANDIDATES).is_ok());
    assert!(read::<Purchase>(PURCHASE).is_ok());
    assert!(read::<Catalogue>(CATALOGUE).is_ok());
}

#[test]
fn numbers() {
    let texts = "0 -0 00 01 -1 -01 9223372036854775807 9223372036854775808 \
        -9223372036854775808 -9223372036854775809 1.0 1. .5 1e3 1E-3 1e 1e+ - + +1 -a 0x1 \
        1_000 NaN null true \"1\"";
    for text in texts.split(' ') {
        agree::<i64>(text);
        agree::<u32>(text);
        agree::<Option<i64>>(text);
    }
}

#[test]
fn strings() {
    let texts = r#" "" | "a | "\u0000\u001f" | "\ud800" | "\ud800\u0041" | "\ud800\ud800"
        | "\udc00" | "\ud83c\udf37" | "\uD83C\uDF37" | "\u12" | "\u12g4" | "\x" | "\" | "\\"
        | "é🌷" | 'a' | a "#;
    for text in texts.split('|') {
        agree::<String>(text);
    }
    agree::<String>("\"a\nb\"");
    agree::<String>("\"a\u{7f}b\"");
}

#[test]
fn lists_and_objects() {
    let texts = r#"[]|[ 1 , 2 ]|[1,null]|[1,2,3]|[1,]|[,1]|[1 2]|[1|[1}|{}|{"a":1}|{"a":1,}|{,"a":1}|{"a" 1}|{"a":}
        |{a:1}|{"a":1]|{"a":1}}|{"a":1,"a":2}|[[[[]]]]|[[[]]| |nul|nulll|tru|truefalse"#;
    for text in texts.split('|').chain(["", "\u{feff}{}", "[1]\u{a0}"]) {
        agree::<Vec<i64>>(text);
        agree::<(i64, Option<i64>)>(text);
        agree::<BTreeMap<String, i64>>(text);
        agree::<bool>(text);
    }
}

#[test]
fn however_deep_it_is() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert!(read::<IgnoredAny>(&deep).is_ok());
    assert!(read::<IgnoredAny>(&deep.replacen('[', "", 1)).is_err());
}

#[test]
fn places_are_characters() {
    let error = |text: &str| read::<Selection>(text).err();
    let malformed = ReadError::Malformed { at: 8 };
    assert_eq!(error(r#"{"🌷":1,"#), Some(malformed));
    assert_eq!(error(r#"{"🌷":1}"#), Some(ReadError::Invalid { at: 5 }));
    assert_eq!(error(" [1] "), Some(ReadError::NotA(Kind::Object)));
    let list = json::read::<Vec<i64>>(Kind::List, "{}");
    assert_eq!(list, Err(ReadError::NotA(Kind::List)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// A valid text, a few characters of it lost, repeated or changed.
    #[test]
    fn damaged_texts(
        whole in sample::select(&[SELECTION, CATALOGUE, CANDIDATES, PURCHASE]),
        damage in prop::collection::vec((any::<Index>(), 0..3_u8, "[\\[\\]{}\",:0-9a-z.\\\\-]"), 0..4),
    ) {
        let mut text: Vec<char> = whole.chars().collect();
        for (place, how, with) in damage {
            let at = place.index(text.len());
            match how {
                0 => drop(text.remove(at)),
                1 => text.insert(at, text.get(at).copied().unwrap_or(' ')),
                _ => drop(text.splice(at..=at, with.chars())),
            }
        }
        let text: String = text.into_iter().collect();
        agree::<Selection>(&text);
        agree::<Catalogue>(&text);
        agree::<Vec<Candidate>>(&text);
        agree::<Purchase>(&text);
    }

    /// Whatever it is.
    #[test]
    fn any_text(text in "[\\[\\]{}\",: 0-9eE+.\\\\u\u{1f}é🌷truefalsn-]{0,24}") {
        agree::<Vec<String>>(&text);
        agree::<i64>(&text);
    }
}
