//! What holds for any journey and any click token.

#![allow(
    clippy::unwrap_used,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::attribution::{ClickToken, Journey, Scope, Step, Touch, journey};
use handbill_core::id::MAX_ID;
use handbill_core::link::redirect::{landing_utm, location, location_with_click};
use handbill_core::link::{Destination, Utm};
use handbill_core::signature::{KeyRing, Purpose};
use handbill_core::time::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn keys() -> KeyRing {
    KeyRing::parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap()
}

fn any_utm(value: impl Strategy<Value = Option<String>> + Clone) -> impl Strategy<Value = Utm> {
    (
        value.clone(),
        value.clone(),
        value.clone(),
        value.clone(),
        value,
    )
        .prop_map(|(source, medium, campaign, term, content)| Utm {
            source,
            medium,
            campaign,
            term,
            content,
        })
}

/// Most have no values, as most links don't.
fn some_utm() -> impl Strategy<Value = Utm> + Clone {
    let none = Just(Utm::default()).boxed();
    let short = any_utm(proptest::option::of("[a-z]{1,9}")).boxed();
    let any = any_utm(proptest::option::of("\\PC{0,200}")).boxed();
    prop_oneof![3 => none, 2 => short, 1 => any]
}

fn any_scope() -> impl Strategy<Value = Scope> {
    let id = || 1..=MAX_ID;
    prop_oneof![
        id().prop_map(Scope::Account),
        id().prop_map(Scope::Series),
        id().prop_map(Scope::Event)
    ]
}

fn any_touch() -> impl Strategy<Value = Touch> {
    let ids = prop_oneof![1..=MAX_ID, 1..200_i64];
    let times = prop_oneof![any::<i64>(), 1_795_000_000_000..1_796_000_000_000_i64];
    (ids, any_scope(), times, some_utm()).prop_map(|(link, scope, at, utm)| Touch {
        link,
        scope,
        at: Timestamp::from_millis(at),
        utm,
    })
}

fn journey_of(touches: Vec<Touch>) -> Journey {
    let mut journey = Journey::new();
    for touch in touches {
        journey.record(touch);
    }
    journey
}

/// What a token says when no touch is too old.
fn read(token: &str) -> Journey {
    let long_ago = Timestamp::from_millis(i64::MIN);
    Journey::from_token(&keys(), Some(token), long_ago, 0)
}

/// As it is kept: no empty values, none of more than 64 bytes.
fn kept(utm: &Utm) -> Utm {
    let clip = |value: &Option<String>| {
        let mut text = value.clone()?;
        while text.len() > 64 {
            text.pop();
        }
        (!text.is_empty()).then_some(text)
    };
    Utm {
        source: clip(&utm.source),
        medium: clip(&utm.medium),
        campaign: clip(&utm.campaign),
        term: clip(&utm.term),
        content: clip(&utm.content),
    }
}

fn without_utm(steps: &[Step]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    for step in &mut steps {
        step.touch.utm = Utm::default();
    }
    steps
}

proptest! {
    /// AT-02: at most 1,024 characters; values of older touches go before
    /// touches do, and the newest keeps its own.
    #[test]
    fn journeys_fit_their_cookie(touches in vec(any_touch(), 0..120)) {
        let written = journey_of(touches);
        let token = written.to_token(&keys());
        prop_assert!(token.len() <= journey::MAX_TOKEN_CHARS);

        let read = read(&token);
        prop_assert_eq!(read.is_empty(), written.is_empty());
        let (had, has) = (written.steps(), read.steps());
        prop_assert!(without_utm(had).ends_with(&without_utm(has)));
        let pairs: Vec<(Utm, &Utm)> = had[had.len() - has.len()..]
            .iter()
            .zip(has)
            .map(|(had, has)| (kept(&had.touch.utm), &has.touch.utm))
            .collect();
        let lost = pairs.iter().rposition(|(had, has)| had != *has);
        for (_, has) in pairs.iter().take(lost.map_or(0, |at| at + 1)) {
            prop_assert!(has.is_empty(), "older ones go first, whole");
        }
        prop_assert!(lost.is_none_or(|at| at + 1 < has.len()), "the newest keeps its own");
        if has.len() < had.len() {
            let older = pairs.iter().rev().skip(1);
            prop_assert!(older.into_iter().all(|(_, has)| has.is_empty()), "values before touches");
        }
    }

    #[test]
    fn short_journeys_survive_whole(touches in vec(any_touch(), 0..2)) {
        let mut written = journey_of(touches);
        for _ in 0..3 {
            let again = read(&written.to_token(&keys()));
            let mut clipped = written.steps().to_vec();
            for step in &mut clipped {
                step.touch.utm = kept(&step.touch.utm);
            }
            prop_assert_eq!(again.steps(), &clipped);
            written = again;
        }
    }

    #[test]
    fn what_nobody_signed_is_no_touch(text in prop_oneof![".*", "[A-Za-z0-9_.-]{0,200}", any::<String>()]) {
        prop_assert!(read(&text).is_empty());
        prop_assert_eq!(ClickToken::from_token(&keys(), &text), None);
    }

    #[test]
    fn what_we_sign_is_read_without_panic(
        version in 0..4_u8, payload in vec(prop_oneof![any::<u8>(), 0..8_u8], 0..300),
    ) {
        let payload = [vec![version], payload].concat();
        let journey = read(&keys().sign(Purpose::Journey, &payload));
        prop_assert!(journey.to_token(&keys()).len() <= journey::MAX_TOKEN_CHARS);
        let touch = ClickToken::from_token(&keys(), &keys().sign(Purpose::Click, &payload));
        prop_assert!(version == 2 || touch.is_none());
    }

    /// RD-03
    #[test]
    fn a_click_token_survives_and_no_change_does(
        touch in any_touch(), at in any::<Index>(), to in "[A-Za-z0-9_.=-]",
    ) {
        let token = ClickToken::to_token(&touch, &keys());
        prop_assert!(token.len() <= 540);
        prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
        let utm = kept(&touch.utm);
        prop_assert_eq!(ClickToken::from_token(&keys(), &token), Some(Touch { utm, ..touch }));

        prop_assert!(read(&token).is_empty(), "it is no journey");
        let mut changed = token.clone();
        let at = at.index(token.len());
        changed.replace_range(at..=at, &to);
        if changed != token {
            prop_assert_eq!(ClickToken::from_token(&keys(), &changed), None);
        }
    }

    #[test]
    fn a_journey_is_no_click_token(touch in any_touch()) {
        let token = journey_of(vec![touch]).to_token(&keys());
        prop_assert_eq!(ClickToken::from_token(&keys(), &token), None);
    }

    /// RD-03: whatever the link's owner wrote and the visitor sends.
    #[test]
    fn no_other_click_token_passes(
        own in "([a-z]=1&)?(hb|HB|%68b|hb%5B)[_.+-]?click(\\[\\])?=1(&z=2)?",
        sent in "([a-z]=1&)?(hb|hB|h%62)(_|%5F|[.]|%20|)cli[cC]k(%5B%5D)?(=2)?(&z=2)?",
        token in proptest::option::of("[A-Za-z0-9_.-]{1,90}"),
    ) {
        let destination = Destination::external(&format!("https://example.com/?{own}#f")).unwrap();
        let utm = Utm::default();
        let to = location_with_click("", destination.as_str(), &utm, &sent, token.as_deref());
        let query = to.split_once('?').map_or("", |(_, query)| query).trim_end_matches("#f");
        let others: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !matches!(pair.as_bytes(), [_, b'=', _]))
            .collect();
        let ours = token.map(|token| format!("hb_click={token}"));
        prop_assert_eq!(others, ours.as_deref().into_iter().collect::<Vec<_>>());
    }

    /// AT-04
    #[test]
    fn a_visitor_lands_with_what_the_location_says(
        own in any_utm(proptest::option::of("[ -~é]{1,9}")),
        links in any_utm(proptest::option::of("[ -~é]{1,9}")),
        sent in any_utm(proptest::option::of("[ -~é]{1,9}")),
    ) {
        let bare = "https://example.com/";
        let query_of = |url: &str| url.split_once('?').map_or_else(String::new, |(_, query)| query.to_owned());
        let destination = location("", bare, &own, "");
        let sent = query_of(&location("", bare, &sent, ""));
        let to = location("", &destination, &links, &sent);
        let lands = landing_utm(&destination, &links, &sent);
        prop_assert_eq!(lands, Utm::from_query(&query_of(&to)));
    }
}
