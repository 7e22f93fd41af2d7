//! Kinds, scopes and routes of links, their names, and where they lead (RD-05,
//! SP-08, PX-03, PX-05, PX-06).

#![allow(
    clippy::unwrap_used,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::attribution::Scope;
use handbill_core::link::{Destination, Kind, Route, RouteEntry, Slug, SlugError, Utm, slug};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn kinds_have_one_number_and_one_name() {
    let names: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| (kind.code(), kind.name()))
        .collect();
    let wanted = [
        (1, "employee"),
        (2, "venue"),
        (3, "affiliate"),
        (4, "quick_purchase"),
        (5, "campaign"),
        (20, "abandoned_basket"),
        (21, "held_basket"),
        (22, "membership_renewal"),
    ];
    assert_eq!(names, wanted);
    for kind in Kind::ALL {
        assert_eq!(Kind::from_code(kind.code()), Some(kind));
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
        assert_eq!(kind.may_make_in_tracking_links(), kind.code() <= 4);
        assert_eq!(kind.is_user_made(), kind.code() <= 5);
        assert_eq!(kind.may_update_in_tracking_links(), kind.code() == 4);
    }
    assert_eq!(Kind::from_code(0), None);
    assert_eq!(Kind::from_name("Employee"), None);
}

#[test]
fn a_route_survives_its_text() {
    let route = Route {
        id: 7,
        organizer: 1,
        scope: Scope::Event(3),
        destination: "/shop/demo/rock-night/?hb=abc\"é".into(),
        utm: Utm {
            source: Some("poster".into()),
            ..Utm::default()
        },
        page: None,
    };
    let text = route.to_json();
    assert_eq!(
        text,
        r#"{"v":1,"i":7,"o":1,"s":"e3","d":"/shop/demo/rock-night/?hb=abc\"é","u":{"source":"poster"}}"#
    );
    assert_eq!(RouteEntry::parse(&text), Some(RouteEntry::Found(route)));
    assert_eq!(
        RouteEntry::parse(&RouteEntry::Gone.to_text()),
        Some(RouteEntry::Gone)
    );
    let campaign = Route {
        page: Some("demo/rock-night".into()),
        ..Route::parse(&text).unwrap()
    };
    let text = campaign.to_json();
    assert!(text.ends_with(r#","p":"demo/rock-night"}"#), "{text}");
    assert_eq!(Route::parse(&text), Some(campaign));
    let plain = r#"{"v":1,"i":7,"o":1,"s":"a1","d":"/"}"#;
    assert_eq!(Route::parse(plain).unwrap().to_json(), plain);
    for text in [
        "",
        "{}",
        "GONE",
        r#"{"v":2,"i":7,"o":1,"s":"a1","d":"/"}"#,
        r#"{"v":1,"i":7,"o":1,"s":"x1","d":"/"}"#,
        r#"{"v":1,"i":7,"o":1,"s":"a1","d":"/","p":7}"#,
    ] {
        assert_eq!(RouteEntry::parse(text), None, "{text}");
    }
}

#[test]
fn scopes_have_one_text() {
    for (scope, text) in [
        (Scope::Account(1), "a1"),
        (Scope::Series(2), "s2"),
        (Scope::Event(3), "e3"),
    ] {
        assert_eq!(scope.to_string(), text);
        assert_eq!(Scope::parse(text), Ok(scope));
        assert_eq!(serde_json::to_value(scope).unwrap(), text);
        assert_eq!(serde_json::from_value::<Scope>(json!(text)).unwrap(), scope);
    }
    for text in [
        "",
        "a",
        "a0",
        "a01",
        "A1",
        "x1",
        "a-1",
        "a1 ",
        "a9007199254740992",
    ] {
        assert!(Scope::parse(text).is_err(), "{text}");
    }
}

#[test]
fn px_05_a_destination_knows_how_it_was_written() {
    let written = Destination::external("HTTPS://MyWebsite.com").unwrap();
    assert_eq!(written.given(), "HTTPS://MyWebsite.com");
    assert_eq!(written.as_str(), "https://mywebsite.com/");
    assert_eq!(written.to_string(), "https://mywebsite.com/");
    assert_eq!(
        serde_json::to_value(&written).unwrap(),
        "https://mywebsite.com/"
    );
    // Two are one when they lead to the same page.
    assert_eq!(
        Ok(&written),
        Destination::external("https://mywebsite.com").as_ref()
    );
    assert_ne!(
        Ok(&written),
        Destination::external("https://mywebsite.com/a").as_ref()
    );
    let shop = Destination::shop("/shop/demo/rock night/".into());
    assert_eq!(shop.given(), "/shop/demo/rock night/");
    assert_eq!(shop.as_str(), "/shop/demo/rock%20night/");
}

#[test]
fn px_03_errors_tell_what_a_code_or_a_slug_may_be() {
    let codes: &[(&str, &str)] = &[
        ("", "must not be empty"),
        (".a", "must not begin or end with `.`"),
        ("a.", "must not begin or end with `.`"),
        (
            "a b",
            "has ` `, allowed are `A-Z`, `a-z`, `0-9`, `-`, `.`, `_` and `~`",
        ),
    ];
    for (text, message) in codes {
        assert_eq!(Slug::code(text).unwrap_err().to_string(), *message);
    }
    let long = "a".repeat(65);
    let too_long = Err(SlugError::TooLong { chars: 65 });
    assert_eq!(
        (Slug::code(&long), Slug::custom(&long)),
        (too_long.clone(), too_long)
    );
    let slugs: &[(&str, &str)] = &[
        ("", "must not be empty"),
        ("ab", "needs at least 3 characters, has 2"),
        (
            "a.b",
            "has `.`, allowed are `A-Z`, `a-z`, `0-9`, `_` and `-`",
        ),
        ("Api", "`api` is reserved"),
    ];
    for (text, message) in slugs {
        assert_eq!(Slug::custom(text).unwrap_err().to_string(), *message);
    }
}

/// Each character, and about half of them as escapes.
fn escaped(text: &str, seed: u64) -> String {
    let escape = |(index, byte): (usize, u8)| match seed >> index & 1 {
        0 => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    };
    text.bytes().enumerate().map(escape).collect()
}

proptest! {
    /// PX-06: whoever types a code, or a mail program that escapes it, is led to it.
    #[test]
    fn a_code_is_found_by_its_path(code in "[A-Za-z0-9_.~-]{1,64}", seed in any::<u64>()) {
        match Slug::code(&code) {
            Err(error) => {
                prop_assert_eq!(error, SlugError::OuterPoint);
                prop_assert!(code.starts_with('.') || code.ends_with('.'));
            }
            Ok(slug) => {
                prop_assert_eq!(slug.as_str(), &code);
                for text in [&code, &code.to_ascii_uppercase(), &code.to_ascii_lowercase()] {
                    for text in [text.clone(), escaped(text, seed)] {
                        for end in ["", "/", ".", "/.", "./", ")."] {
                            let segment = format!("{text}{end}");
                            prop_assert_eq!(Slug::from_link_path(&segment), Some(slug.key()));
                        }
                    }
                }
            }
        }
    }

    /// What is looked up is always a code, and what every slug's path leads to is
    /// what its path as a code leads to.
    #[test]
    fn paths_of_slugs_and_codes_agree(segment in prop_oneof![
        any::<String>(), "[ -~]{0,80}", "[A-Za-z0-9_.~%/-]{0,70}",
    ]) {
        let found = Slug::from_link_path(&segment);
        if let Some(key) = &found {
            prop_assert_eq!(Slug::code(key).map(|code| code.key()), Ok(key.clone()));
        }
        if let Some(key) = Slug::from_path(&segment) {
            prop_assert_eq!(found, Some(key));
        }
    }

    /// A tiny URL leads where the slug's own leads.
    #[test]
    fn tiny_slugs_are_found(code in "[A-Za-z0-9_.~-]{1,66}") {
        if slug::is_tiny(&code) {
            let key = Some(code.to_ascii_lowercase());
            prop_assert_eq!(Slug::from_path(&code), key.clone());
            prop_assert_eq!(Slug::from_link_path(&code), key);
        }
    }
}
