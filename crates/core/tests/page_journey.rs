//! What holds for the journey that a page keeps (AT-02, NP-04).

#![allow(
    clippy::unwrap_used,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::attribution::{ClickToken, PageJourney, Purchase, Scope, Touch, page_journey};
use handbill_core::link::Utm;
use handbill_core::link::redirect::without_click_token;
use handbill_core::signature::KeyRing;
use handbill_core::time::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

const NOW: i64 = 1_795_341_600_000;
const DAY: i64 = 86_400_000;

fn now() -> Timestamp {
    Timestamp::from_millis(NOW)
}

fn touch(link: i64, scope: Scope, at: i64) -> Touch {
    Touch {
        link,
        scope,
        at: Timestamp::from_millis(at),
        utm: Utm::default(),
    }
}

fn token(touch: &Touch) -> String {
    let keys = KeyRing::parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
    ClickToken::to_token(touch, &keys)
}

fn landing(touch: &Touch) -> String {
    format!("https://shop.example/?hb_click={}#top", token(touch))
}

fn tokens(journey: &PageJourney) -> Vec<&str> {
    journey.tokens().collect()
}

fn after(touches: &[Touch]) -> PageJourney {
    let mut journey = PageJourney::default();
    for touch in touches {
        assert_eq!(journey.capture(&landing(touch)).as_ref(), Some(touch));
    }
    journey
}

#[test]
fn a_landing_is_kept_and_read_again() {
    let (first, second) = (
        touch(1, Scope::Account(1), NOW - 2),
        touch(2, Scope::Event(7), NOW - 1),
    );
    let journey = after(&[first.clone(), second.clone()]);
    assert_eq!(tokens(&journey), [token(&first), token(&second)]);
    assert_eq!(PageJourney::parse(&journey.to_text(), now()), journey);
    assert_eq!(after(&[first.clone(), second.clone(), first]), journey);
}

#[test]
fn the_parameter_is_read_as_forms_are() {
    let touch = touch(1, Scope::Event(7), NOW);
    let token = token(&touch);
    let escaped = token.replace('.', "%2E");
    for query in [
        format!("?hb_click={token}"),
        format!("/?a=1&h%62_click={escaped}&b=2"),
        format!("/?hb_click=&hb_click&hb_click=%FF&hb_click={token}"),
    ] {
        let mut journey = PageJourney::default();
        assert_eq!(journey.capture(&query).as_ref(), Some(&touch), "{query}");
    }
    for query in [
        String::new(),
        token.clone(),
        format!("/#?hb_click={token}"),
        format!("/?hb.click={token}"),
        format!("/?hb_click={token}x"),
    ] {
        let mut journey = PageJourney::default();
        assert_eq!(journey.capture(&query), None, "{query}");
        assert_eq!(journey.to_text(), "");
    }
}

#[test]
fn the_oldest_goes_first() {
    let touches: Vec<Touch> = (1..=40)
        .map(|link| touch(link, Scope::Event(7), NOW))
        .collect();
    let journey = after(&touches);
    let all: Vec<String> = touches.iter().map(token).collect();
    assert!(tokens(&journey).len() < 20);
    assert!(
        all.ends_with(
            &tokens(&journey)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        )
    );
}

/// Whoever comes by one link again and again keeps the others, and a forged
/// token, which a page can't tell, does not take the place of a true one.
#[test]
fn the_oldest_of_a_repeated_link_goes_before() {
    let rival = touch(1, Scope::Event(7), NOW - DAY);
    let mut touches = vec![rival.clone(), touch(1, Scope::Event(7), NOW + 900 * DAY)];
    assert_eq!(tokens(&after(&touches)).len(), 2);
    touches.swap(0, 1);
    touches.extend((0..40).map(|n| touch(2, Scope::Event(7), NOW + n)));
    let journey = after(&touches);
    let kept = tokens(&journey);
    assert_eq!(kept.first(), Some(&&*token(&rival)));
    assert_eq!(
        kept.last(),
        Some(&&*token(&touch(2, Scope::Event(7), NOW + 39)))
    );
}

#[test]
fn a_year_is_long_enough() {
    let (old, young) = (
        touch(1, Scope::Event(7), NOW - 365 * DAY - 1),
        touch(2, Scope::Event(7), NOW - 365 * DAY),
    );
    let text = after(&[old, young.clone()]).to_text();
    assert_eq!(tokens(&PageJourney::parse(&text, now())), [token(&young)]);
}

#[test]
fn the_last_that_covers_is_current() {
    let purchase = |event, window_days| Purchase {
        organizer: 1,
        events: vec![(event, Some(3))],
        at: now(),
        window_days,
    };
    let wide = touch(1, Scope::Account(1), NOW - 3 * DAY);
    let series = touch(2, Scope::Series(3), NOW - 2 * DAY);
    let event = touch(3, Scope::Event(7), NOW - DAY);
    let future = touch(4, Scope::Event(7), NOW + DAY);
    let foreign = touch(5, Scope::Account(2), NOW);
    let journey = after(&[event.clone(), wide, foreign, series.clone(), future]);
    assert_eq!(journey.current(purchase(7, 30)), Some(event));
    assert_eq!(journey.current(purchase(8, 30)), Some(series));
    assert_eq!(journey.current(purchase(8, 1)), None);
}

/// AT-05: a page's clock may be five minutes slow.
#[test]
fn a_slow_clock_hides_no_touch() {
    let (first, second) = (
        touch(9, Scope::Event(7), NOW + 299_999),
        touch(1, Scope::Event(7), NOW + 300_000),
    );
    let purchase = |at| Purchase {
        organizer: 1,
        events: vec![(7, None)],
        at: Timestamp::from_millis(at),
        window_days: 30,
    };
    let journey = after(&[second.clone(), first.clone()]);
    assert_eq!(journey.current(purchase(NOW)), Some(second));
    assert_eq!(journey.current(purchase(NOW - 1)), Some(first));
    assert_eq!(journey.current(purchase(NOW - 2)), None);
    assert_eq!(journey.current(purchase(i64::MAX)), None);
}

#[test]
fn the_newest_is_handed_on() {
    let newest = touch(2, Scope::Event(7), NOW);
    let journey = after(&[touch(1, Scope::Event(7), NOW), newest.clone()]);
    let token = token(&newest);
    for (url, wanted) in [
        (
            "https://b.example/",
            format!("https://b.example/?hb_click={token}"),
        ),
        (
            "HTTP://b.example/x?a=1#f",
            format!("HTTP://b.example/x?a=1&hb_click={token}#f"),
        ),
        (
            "https://b.example/?hb_click=x",
            format!("https://b.example/?hb_click={token}"),
        ),
        ("/checkout?a=1", "/checkout?a=1".to_owned()),
        ("mailto:a@b.example", "mailto:a@b.example".to_owned()),
        ("", String::new()),
    ] {
        assert_eq!(journey.decorate(url), wanted);
        assert_eq!(PageJourney::default().decorate(url), url);
    }
}

#[test]
fn an_address_is_cleaned_and_nothing_else() {
    for (url, wanted) in [
        ("https://b.example/?hb_click=x", "https://b.example/"),
        (
            "https://b.example/?a=%20&hb_click=x&b#c?hb_click=y",
            "https://b.example/?a=%20&b#c?hb_click=y",
        ),
        ("https://b.example/?&a=ü#", "https://b.example/?&a=ü#"),
        ("", ""),
    ] {
        assert_eq!(without_click_token(url), wanted);
    }
}

proptest! {
    #[test]
    fn whatever_was_kept(text in prop_oneof![".*", "([A-Za-z0-9_-]{8,30}[. ]){0,9}"], url in ".*") {
        let mut journey = PageJourney::parse(&text, now());
        journey.capture(&url);
        prop_assert!(!journey.decorate(&url).is_empty() || url.is_empty());
        prop_assert!(journey.to_text().len() <= page_journey::MAX_CHARS);
    }

    #[test]
    fn it_fits(touches in vec((1..9_i64, 1..=3_i64, NOW - DAY..NOW, "[a-zö\" ]{0,70}"), 0..40)) {
        let touches: Vec<Touch> = touches
            .into_iter()
            .map(|(link, event, at, source)| {
                let utm = Utm { source: Some(source), ..Utm::default() };
                Touch { utm, ..touch(link, Scope::Event(event), at) }
            })
            .collect();
        let mut journey = PageJourney::default();
        for touch in &touches {
            journey.capture(&landing(touch));
            prop_assert!(journey.to_text().len() <= page_journey::MAX_CHARS);
            prop_assert!(journey.tokens().count() < 20);
            let newest = token(touch);
            prop_assert!(tokens(&journey).contains(&&*newest));
        }
        prop_assert_eq!(PageJourney::parse(&journey.to_text(), now()), journey);
    }
}
