//! What holds for any input: nothing panics, and the rules that a list of cases
//! can't show.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

mod arbitrary;

use handbill_core::attribution::{ClickToken, Journey, Scope};
use handbill_core::budget::LookupBudget;
use handbill_core::catalogue::{
    Event, Organizer, Product, ProductAttribute, Series, TicketGroup, TicketType, User,
};
use handbill_core::click::{Click, Fetch, RobotList, VisitorId, clip_agent, daily_visitor};
use handbill_core::feed::Cursor;
use handbill_core::id::{MAX_ID, is_uuid_v7, parse_id, uuid_v7};
use handbill_core::link::redirect::{self, location};
use handbill_core::link::{Destination, Draft, Facts, Route, RouteEntry, Slug, Utm, slug};
use handbill_core::money::{Currency, MAX_AMOUNT, Money};
use handbill_core::page::{PageRequest, with_parameter};
use handbill_core::signature::{ApiToken, KeyRing, Purpose};
use handbill_core::time::{Timestamp, parse_filter_time};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn keys() -> KeyRing {
    KeyRing::parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap()
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![".*", "\\PC*", any::<String>(), "[ -~]{0,80}"]
}

/// Texts that are nearly URLs.
fn url_like() -> impl Strategy<Value = String> {
    let scheme = prop_oneof!["https?://", "HTTP://", "[a-z]{0,5}:?/{0,3}"];
    let host = prop_oneof![
        "[a-z0-9.-]{1,20}",
        "[0-9x.]{1,12}",
        "\\[[0-9a-f:]{1,12}\\]",
        "\\PC{0,8}"
    ];
    let rest = prop_oneof![
        "(:[0-9]{0,6})?(/[ -~]{0,20})?(\\?[ -~]{0,20})?(#[ -~]{0,9})?",
        "\\PC{0,20}"
    ];
    (scheme, host, rest).prop_map(|(scheme, host, rest)| format!("{scheme}{host}{rest}"))
}

fn any_utm() -> impl Strategy<Value = Utm> {
    let value = || proptest::option::of(any::<String>());
    (value(), value(), value(), value(), value()).prop_map(
        |(source, medium, campaign, term, content)| Utm {
            source,
            medium,
            campaign,
            term,
            content,
        },
    )
}

/// Objects that have some of the fields that are read, with any value.
fn any_object() -> impl Strategy<Value = Map<String, Value>> {
    const NAMES: [&str; 22] = [
        "name",
        "slug",
        "kind",
        "event_id",
        "items",
        "ticket_types",
        "destination",
        "price",
        "quantity",
        "currency",
        "time_zone",
        "starts_at",
        "ends_at",
        "on_sale_from",
        "on_sale_until",
        "min_per_order",
        "max_per_order",
        "hidden",
        "sort",
        "email",
        "other",
        "utm_source",
    ];
    arbitrary::changed(Map::new(), &NAMES, 9)
}

fn any_scope() -> impl Strategy<Value = Scope> {
    let id = || 1..=MAX_ID;
    prop_oneof![
        id().prop_map(Scope::Account),
        id().prop_map(Scope::Series),
        id().prop_map(Scope::Event)
    ]
}

proptest! {
    #[test]
    fn no_text_panics(text in any_text(), other in any_text()) {
        let _ = Slug::custom(&text);
        let _ = Slug::from_path(&text);
        let _ = Slug::code(&text);
        let _ = Slug::from_link_path(&text);
        let _ = slug::is_tiny(&text);
        let _ = Cursor::parse(&text);
        let _ = with_parameter(&text, &other, Some(&text));
        let _ = Destination::external(&text);
        let _ = Destination::shop(text.clone());
        let _ = location(&other, &text, &Utm::default(), &other);
        let _ = RouteEntry::parse(&text);
        let _ = Scope::parse(&text);
        let _ = KeyRing::parse(&text);
        let _ = keys().verify(Purpose::Journey, &text);
        let _ = Journey::from_token(&keys(), Some(&text), Timestamp::from_millis(0), 1);
        let _ = ClickToken::from_token(&keys(), &text);
        let _ = ApiToken::hash(&text);
        let _ = Currency::from_code(&text);
        let _ = Timestamp::parse_rfc3339(&text);
        let _ = parse_filter_time(&text);
        let _ = parse_id(&text);
        let _ = is_uuid_v7(&text);
        let _ = Click::parse(&text);
        let _ = clip_agent(&text);
        let _ = VisitorId::parse(&text);
        let _ = daily_visitor(&[0; 32], 0, &text, &other);
        let _ = Fetch::classify(&text, &other, &text, &other);
        let page = PageRequest::parse(Some(&text), Some(&other), 20, 100);
        if let Ok(page) = page {
            let _ = page.links(1, &text);
        }
    }

    #[test]
    fn no_number_panics(a in any::<i64>(), b in any::<i64>(), random in any::<[u8; 10]>()) {
        prop_assert_eq!(Timestamp::from_millis(a).to_rfc3339().len(), 24);
        prop_assert_eq!(Timestamp::from_millis(a).to_sql_text().len(), 26);
        prop_assert_eq!(Timestamp::from_millis(a).to_sql_seconds().len(), 19);
        let _ = Cursor { at: a, id: b }.to_text();
        let _ = (Timestamp::from_millis(a).hour(), Timestamp::from_millis(a).day());
        prop_assert!(is_uuid_v7(&uuid_v7(a, random)));
        let (left, right) =
            (Money { amount: a, currency: Currency::EUR }, Money { amount: b, currency: Currency::EUR });
        for result in [left.add(right), left.sub(right), left.times(b)].into_iter().flatten() {
            prop_assert!(result.amount.abs() <= MAX_AMOUNT);
        }
        let _ = left.format();
        let mut budget = LookupBudget::new(3, 1);
        let _ = (budget.take(a), budget.take(b), budget.take(a));
    }

    #[test]
    fn no_object_panics(map in any_object()) {
        if let Ok(draft) = Draft::parse(&map) {
            let _ = draft.check(&Facts::default());
        }
        let _ = Organizer::parse(&map);
        let _ = User::parse(&map);
        let _ = Series::parse(&map);
        let _ = Event::parse(&map);
        let _ = TicketGroup::parse(&map);
        let _ = TicketType::parse(&map);
        let _ = Product::parse(&map);
        let _ = ProductAttribute::parse(&map);
    }

    #[test]
    fn money_is_exact_or_an_overflow(a in -MAX_AMOUNT..=MAX_AMOUNT, b in -MAX_AMOUNT..=MAX_AMOUNT) {
        let money = |amount| Money { amount, currency: Currency::EUR };
        let exact = |wide: i128| i64::try_from(wide).ok().filter(|n| n.abs() <= MAX_AMOUNT);
        let amount = |result: Result<Money, _>| result.ok().map(|money| money.amount);
        let (wide_a, wide_b) = (i128::from(a), i128::from(b));
        prop_assert_eq!(amount(money(a).add(money(b))), exact(wide_a + wide_b));
        prop_assert_eq!(amount(money(a).sub(money(b))), exact(wide_a - wide_b));
        prop_assert_eq!(amount(money(a).times(b)), exact(wide_a * wide_b));
        prop_assert_eq!(amount(money(a).times(b % 100)), exact(wide_a * (wide_b % 100)));
    }

    #[test]
    fn times_survive_their_text(millis in -62_135_596_800_000_i64..=253_402_300_799_999) {
        let at = Timestamp::from_millis(millis);
        prop_assert_eq!(Timestamp::parse_rfc3339(&at.to_rfc3339()), Ok(at));
    }

    #[test]
    fn generated_slugs_are_found_by_their_path(random in any::<[u8; 32]>()) {
        let slug = Slug::generate(&random);
        prop_assert_eq!(slug.as_str().len(), 8);
        prop_assert_eq!(Slug::from_path(slug.as_str()), Some(slug.key()));
        prop_assert!(Slug::custom(slug.as_str()).is_ok());
    }

    #[test]
    fn accepted_destinations_are_accepted_again(url in url_like()) {
        if let Ok(destination) = Destination::external(&url) {
            prop_assert_eq!(Destination::external(destination.as_str()), Ok(destination.clone()));
            prop_assert!(destination.as_str().bytes().all(|byte| (0x21..=0x7e).contains(&byte)));
        }
    }

    /// RD-13: whatever the visitor sends, scheme, host, port and path are the
    /// destination's, and so are its parameters and its fragment.
    #[test]
    fn no_query_moves_a_redirect(
        url in url_like().prop_filter_map("no destination", |url| Destination::external(&url).ok()),
        utm in any_utm(),
        query in any_text(),
    ) {
        let got = location("https://hb.example", url.as_str(), &utm, &query);
        prop_assert!(got.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{}", got);
        let split = |url: &str| {
            let (rest, fragment) = match url.split_once('#') {
                Some((rest, fragment)) => (rest.to_owned(), Some(fragment.to_owned())),
                None => (url.to_owned(), None),
            };
            let (page, query) = match rest.split_once('?') {
                Some((page, query)) => (page.to_owned(), query.to_owned()),
                None => (rest, String::new()),
            };
            (page, query, fragment)
        };
        let (page, own, fragment) = split(url.as_str());
        let (got_page, got_query, got_fragment) = split(&got);
        prop_assert_eq!(got_page, page);
        prop_assert!(got_query.starts_with(&own));
        prop_assert_eq!(got_fragment, fragment);
    }

    #[test]
    fn no_query_moves_a_page_of_ours(path in any_text(), query in any_text()) {
        let path = Destination::shop(path);
        let got = location("https://hb.example", path.as_str(), &Utm::default(), &query);
        prop_assert!(got.starts_with("https://hb.example/"));
        prop_assert!(!got.starts_with("https://hb.example//"));
        prop_assert!(got.len() <= redirect::MAX_CHARS + path.as_str().len());
    }

    #[test]
    fn pages_cover_a_list_once(count in 0_i64..500, size in 1_u32..=100) {
        let mut url = format!("https://h/l/?a=%20&page_size={size}");
        let (mut seen, mut previous, mut number) = (0, None, 1);
        loop {
            let text = number.to_string();
            let page = (number > 1).then_some(text.as_str());
            let request = PageRequest::parse(page, Some(&size.to_string()), 20, 100).unwrap();
            prop_assert_eq!(request.offset(), seen);
            let links = request.links(count, &url).unwrap();
            prop_assert_eq!(&links.previous, &previous);
            seen += request.limit().min(count - seen);
            let Some(next) = links.next else { break };
            previous = Some(url);
            url = next;
            number += 1;
        }
        prop_assert_eq!(seen, count);
    }

    #[test]
    fn tokens_survive_and_no_change_does(
        payload in proptest::collection::vec(any::<u8>(), 0..100),
        at in any::<proptest::sample::Index>(),
        to in "[A-Za-z0-9_.=-]",
    ) {
        let token = keys().sign(Purpose::Journey, &payload);
        prop_assert_eq!(keys().verify(Purpose::Journey, &token), Ok(payload));
        let mut changed = token.clone();
        let at = at.index(token.len());
        changed.replace_range(at..=at, &to);
        if changed != token {
            prop_assert!(keys().verify(Purpose::Journey, &changed).is_err());
        }
    }

    #[test]
    fn a_route_survives_its_text(
        id in 1..=MAX_ID, scope in any_scope(), destination in any::<String>(), utm in any_utm(),
        page in proptest::option::of(any::<String>()),
    ) {
        let route = Route { id, organizer: id, scope, destination, utm, page };
        prop_assert_eq!(Route::parse(&route.to_json()), Some(route));
    }

    #[test]
    fn a_click_survives_its_text(
        link in 1..=MAX_ID, at in 1_577_836_800_000_i64..4_102_444_800_000, agent in any::<String>(),
        random in any::<[u8; 16]>(), more in any::<[u8; 10]>(),
    ) {
        let click = Click {
            id: uuid_v7(at, more),
            link,
            at: Timestamp::from_millis(at),
            visitor: VisitorId::from_random(random).as_str().to_owned(),
            agent: clip_agent(&agent),
            fetch: Fetch::Get,
        };
        prop_assert_eq!(Click::parse(&click.to_json()), Ok(click));
    }

    #[test]
    fn a_budget_is_never_exceeded(steps in proptest::collection::vec(-50_i64..400, 1..200)) {
        let (burst, per_second) = (5_i64, 2_i64);
        let mut budget = LookupBudget::new(5, 2);
        let (mut now, mut forward, mut taken) = (1_000_000_i64, 0, 0);
        budget.take(now);
        taken += 1;
        for step in steps {
            now += step;
            forward += step.max(0);
            taken += i64::from(budget.take(now));
            prop_assert!(taken <= burst + forward * per_second / 1_000);
        }
    }
}

proptest! {
    // Slow: each case runs 1,500 searches in an unoptimised build.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_agent_panics(agent in any_text()) {
        let list = RobotList::embedded();
        let _ = list.is_robot(&agent);
        let with_bot = format!("{agent} Googlebot/2.1");
        prop_assert!(list.is_robot(&with_bot));
    }
}

#[test]
fn a_budget_spends_its_burst_and_refills() {
    let mut budget = LookupBudget::new(2, 1);
    let taken: Vec<bool> = [0, 0, 0, 999, 1_000, 1_500, 1_000, 1_999, 2_000]
        .map(|now| budget.take(now))
        .to_vec();
    // At 1,000 the clock has gone back from 1,500: half a look-up was saved, and
    // the other half is there 500 ms later, at 1,999 with some to spare.
    assert_eq!(
        taken,
        [true, true, false, false, true, false, false, true, false]
    );
    assert!(!LookupBudget::new(0, 100).take(0));
}

#[test]
fn reserved_words_are_well_formed_and_never_generated() {
    assert!(
        slug::RESERVED.is_sorted(),
        "sorted, so that a double entry shows"
    );
    for pair in slug::RESERVED.windows(2) {
        assert!(pair[0] < pair[1], "{pair:?}");
    }
    for word in slug::RESERVED {
        assert!(
            word.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        );
        // `i`, `l`, `o`, `0`, `1` and `-` are not in the alphabet of generated slugs.
        let generated = word.len() == 8 && !word.contains(['i', 'l', 'o', '0', '1', '-']);
        assert!(!generated, "{word} could be generated");
    }
    for root in slug::ROOTS {
        assert!(slug::RESERVED.contains(root), "{root}");
    }
}

#[test]
fn the_robot_list_is_whole() {
    let list = RobotList::embedded();
    assert_eq!(list.version(), "crawler-user-agents@1.60.0");
    // 1,500 entries less `^curl`; a pattern that did not compile would be missing.
    assert_eq!(list.len(), 1_499);
    assert!(!list.is_empty());
}

#[test]
fn currencies_are_listed_once() {
    let mut codes: Vec<_> = Currency::all().map(Currency::code).collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
    assert!(codes.iter().all(|code| code.len() == 3));
}
