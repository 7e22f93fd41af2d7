//! What holds for the attribution of any purchase (AT-01, AT-05, AT-07).

use handbill_core::attribution::resolve::MAX_CONSIDERED;
use handbill_core::attribution::{
    Candidate, Considered, Purchase, Receipt, Scope, Source, Touch, Verdict, resolve,
};
use handbill_core::link::Utm;
use handbill_core::time::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const DAY: i64 = 86_400_000;
const NOW: i64 = 1_795_341_600_000;

/// Organizer 1 sells events 7 (of series 3) and 8.
fn purchase() -> Purchase {
    Purchase {
        organizer: 1,
        events: vec![(7, Some(3)), (8, None)],
        at: Timestamp::from_millis(NOW),
        window_days: 30,
    }
}

const COVERING: [Scope; 4] = [
    Scope::Account(1),
    Scope::Series(3),
    Scope::Event(7),
    Scope::Event(8),
];
const FOREIGN: [Scope; 4] = [
    Scope::Account(3),
    Scope::Series(7),
    Scope::Event(1),
    Scope::Event(9),
];

fn any_source() -> impl Strategy<Value = Source> {
    select(vec![Source::Journey, Source::ClickToken, Source::Checkout])
}

/// One of few, so that many are alike.
fn candidate(
    scopes: &'static [Scope],
    times: impl Strategy<Value = i64>,
) -> impl Strategy<Value = Candidate> {
    let utm = prop_oneof![
        Just(None),
        Just(Some("mail".to_owned())),
        Just(Some("poster".to_owned()))
    ];
    (1..6_i64, select(scopes), times, 0..3_u32, any_source(), utm).prop_map(
        |(link, scope, at, sequence, source, term)| Candidate {
            touch: Touch {
                link,
                scope,
                at: Timestamp::from_millis(at),
                utm: Utm {
                    term,
                    ..Utm::default()
                },
            },
            sequence,
            source,
        },
    )
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![
        NOW - 3..NOW + 3,
        NOW - 30 * DAY - 3..NOW - 30 * DAY + 3,
        NOW - 50 * DAY..NOW + DAY,
    ]
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    prop_oneof![
        2 => candidate(&COVERING, time()),
        1 => candidate(&FOREIGN, time()),
    ]
}

/// A touch that can't change who wins.
fn harmless() -> impl Strategy<Value = Candidate> {
    prop_oneof![
        candidate(&FOREIGN, time()),
        candidate(&COVERING, NOW - 90 * DAY..NOW - 30 * DAY),
        candidate(&COVERING, NOW + 1..NOW + 90 * DAY),
    ]
}

fn won(receipt: &Receipt) -> Vec<&Considered> {
    let touches = receipt.considered.iter();
    touches
        .filter(|touch| touch.verdict == Verdict::Won)
        .collect()
}

fn tells_of(candidate: &Candidate, seen: &Considered) -> bool {
    let touch = &candidate.touch;
    (touch.link, touch.scope, touch.at, &touch.utm) == (seen.link, seen.scope, seen.at, &seen.utm)
        && (candidate.sequence, candidate.source) == (seen.sequence, seen.source)
}

/// What the rule says, read from it anew.
fn last_that_counts(candidates: &[Candidate]) -> Option<(i64, u32, i64)> {
    let counts = |candidate: &&Candidate| {
        let age = NOW - candidate.touch.at.millis();
        COVERING.contains(&candidate.touch.scope) && (0..=30 * DAY).contains(&age)
    };
    let counting = candidates.iter().filter(counts);
    counting
        .map(|candidate| {
            (
                candidate.touch.at.millis(),
                candidate.sequence,
                candidate.touch.link,
            )
        })
        .max()
}

proptest! {
    #[test]
    fn the_last_touch_that_counts_wins(candidates in vec(any_candidate(), 0..20)) {
        let receipt = resolve(&candidates, &purchase());
        let wanted = last_that_counts(&candidates);
        let got = won(&receipt);
        let places: Vec<_> = got
            .iter()
            .map(|touch| (touch.at.millis(), touch.sequence, touch.link))
            .collect();
        prop_assert_eq!(places, wanted.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(receipt.winner, wanted.map(|(_, _, link)| link));
    }

    #[test]
    fn the_order_of_candidates_does_not_matter(
        (candidates, shuffled) in vec(any_candidate(), 0..20)
            .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
    ) {
        let receipt = resolve(&candidates, &purchase());
        prop_assert_eq!(resolve(&shuffled, &purchase()).to_json(), receipt.to_json());
    }

    #[test]
    fn a_touch_that_does_not_count_changes_no_winner(
        candidates in vec(any_candidate(), 0..20), more in vec(harmless(), 1..80),
    ) {
        let before = resolve(&candidates, &purchase());
        let after = resolve(&[candidates, more].concat(), &purchase());
        prop_assert_eq!(after.winner, before.winner);
        prop_assert_eq!(won(&after), won(&before));
        prop_assert_eq!(after.utm(), before.utm());
    }

    #[test]
    fn an_older_touch_changes_no_winner(
        candidates in vec(any_candidate(), 1..20), mut older in any_candidate(), by in 1..60 * DAY,
    ) {
        let before = resolve(&candidates, &purchase());
        if let [winner] = *won(&before) {
            older.touch.at = Timestamp::from_millis(winner.at.millis() - by);
            let after = resolve(&[candidates, vec![older]].concat(), &purchase());
            prop_assert_eq!(won(&after), won(&before));
        }
    }

    #[test]
    fn a_receipt_is_whole(candidates in vec(any_candidate(), 0..150)) {
        let receipt = resolve(&candidates, &purchase());
        let text = receipt.to_json();
        prop_assert_eq!(serde_json::from_str::<Receipt>(&text).ok(), Some(receipt.clone()));

        let place = |touch: &Considered| (touch.at, touch.sequence, touch.link);
        let key = |touch: &Considered| (place(touch), std::cmp::Reverse(touch.source));
        prop_assert!(receipt.considered.is_sorted_by(|a, b| key(a) > key(b)), "newest first, each once");
        for touch in &receipt.considered {
            let known = candidates.iter().any(|candidate| tells_of(candidate, touch));
            prop_assert!(known, "{:?}", touch);
        }

        let mut all: Vec<_> = candidates
            .iter()
            .map(|c| (c.touch.at, c.sequence, c.touch.link, std::cmp::Reverse(c.source)))
            .collect();
        all.sort_unstable();
        all.dedup();
        prop_assert_eq!(receipt.considered.len(), all.len().min(MAX_CONSIDERED));
        let newest: Vec<_> = all.into_iter().rev().map(|(at, sequence, link, _)| (at, sequence, link)).collect();
        // The last place is the winner's if it is older than the newest hundred.
        for (at, touch) in receipt.considered.iter().enumerate() {
            let is_last = at + 1 == MAX_CONSIDERED && touch.verdict == Verdict::Won;
            prop_assert!(newest.get(at) == Some(&place(touch)) || is_last);
        }
    }

    /// The UTM values of an order are its link's.
    #[test]
    fn the_utm_of_an_order_is_its_links(candidates in vec(any_candidate(), 0..20)) {
        let receipt = resolve(&candidates, &purchase());
        if let Some(utm) = receipt.utm() {
            prop_assert!(!utm.is_empty());
            let of_link = |c: &&Candidate| Some(c.touch.link) == receipt.winner;
            let known = candidates.iter().filter(of_link).any(|c| c.touch.utm == *utm);
            prop_assert!(known, "{:?}", utm);
        }
    }

    /// AT-07
    #[test]
    fn nothing_panics(
        touches in vec((any::<i64>(), any::<i64>(), 0..3_u8, any::<i64>(), any::<u32>(), any_source()), 0..20),
        organizer in any::<i64>(),
        events in vec((any::<i64>(), any::<Option<i64>>()), 0..5),
        at in any::<i64>(),
        window_days in any::<i64>(),
    ) {
        let candidates: Vec<Candidate> = touches
            .into_iter()
            .map(|(link, id, kind, at, sequence, source)| {
                let scope = match kind {
                    0 => Scope::Account(id),
                    1 => Scope::Series(id),
                    _ => Scope::Event(id),
                };
                let at = Timestamp::from_millis(at);
                let touch = Touch { link, scope, at, utm: Utm::default() };
                Candidate { touch, sequence, source }
            })
            .collect();
        let purchase = Purchase { organizer, events, at: Timestamp::from_millis(at), window_days };
        let receipt = resolve(&candidates, &purchase);
        prop_assert_eq!(won(&receipt).len(), usize::from(receipt.winner.is_some()));
        prop_assert!(receipt.window_days >= 0);
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = serde_json::from_str::<Vec<Candidate>>(&text);
        let _ = serde_json::from_str::<Purchase>(&text);
        let _ = serde_json::from_str::<Receipt>(&text);
    }
}

/// A journey cookie holds fewer; but a winner must be seen, and is.
#[test]
fn the_winner_stands_among_more_than_a_hundred() {
    let touch = |link, scope, at| Candidate {
        touch: Touch {
            link,
            scope,
            at: Timestamp::from_millis(at),
            utm: Utm::default(),
        },
        sequence: 0,
        source: Source::Journey,
    };
    let mut candidates: Vec<Candidate> = (2..200)
        .map(|link| touch(link, Scope::Account(2), NOW - link))
        .collect();
    candidates.push(touch(1, Scope::Event(7), NOW - DAY));
    let receipt = resolve(&candidates, &purchase());
    assert_eq!(receipt.winner, Some(1));
    assert_eq!(receipt.considered.len(), MAX_CONSIDERED);
    let last = receipt.considered.last();
    assert_eq!(
        last.map(|touch| (touch.link, touch.verdict)),
        Some((1, Verdict::Won))
    );
    let before: Vec<i64> = receipt
        .considered
        .iter()
        .map(|touch| touch.link)
        .take(99)
        .collect();
    assert_eq!(before, (2..101).collect::<Vec<_>>());
}
