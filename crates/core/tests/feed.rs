//! Cursors of the tickets feed (SG-03 to SG-05). What each form of a time means
//! stands in `vectors/feed.json`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::feed::{Cursor, CursorError};
use handbill_core::id::MAX_ID;
use handbill_core::time::Timestamp;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Span};
use proptest::prelude::*;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// 0001-01-01T00:00:00.000Z.
const FIRST: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 253_402_300_799_999;
/// How far times go that an offset moves: it must not move them out of the years.
const DAY: i64 = 86_400_000;

/// Rows of a feed, in few milliseconds and with few ids, so that they meet.
fn any_row() -> impl Strategy<Value = Cursor> {
    let at = prop_oneof![
        3 => -3_i64..3,
        3 => 1_747_745_246_620..1_747_745_246_625_i64,
        1 => FIRST + DAY..=LAST - DAY,
    ];
    let id = prop_oneof![3 => 1_i64..4, 1 => 1..=MAX_ID];
    (at, id).prop_map(|(at, id)| Cursor { at, id })
}

/// Which of the forms below; which of the ways to write the offset, the first being
/// none; the offset in minutes; zeros after the milliseconds.
type Form = (usize, usize, i64, &'static str);

/// The same moment, written in one of the ways that clients do, by `jiff`. With all
/// its milliseconds, and nothing finer.
fn any_form() -> impl Strategy<Value = Form> {
    let offset = prop_oneof![Just(0_i64), -14 * 60..=14 * 60_i64];
    let zeros = prop_oneof![Just(""), Just("0"), Just("000"), Just("00000000000")];
    (0_usize..8, 0_usize..4, offset, zeros)
}

fn written(millis: i64, (form, zone, minutes, zeros): Form) -> String {
    let minutes = if zone == 0 { 0 } else { minutes };
    let local = EPOCH + SignedDuration::from_millis(millis) + Span::new().minutes(minutes);
    let format = [
        "%Y-%m-%dT%H:%M:%S%.3f",
        "%Y-%m-%d %H:%M:%S%.3f",
        "%Y-%m-%dt%H:%M:%S,%3f",
        "%Y%m%dT%H%M%S%.3f",
        "%G-W%V-%uT%H:%M:%S%.3f",
        "%GW%V%uT%H%M%S%.3f",
        "%Y-%jT%H:%M:%S%.3f",
        "%Y%jT%H%M%S%.3f",
    ][form];
    let (sign, lost) = if minutes < 0 { ("-", "-") } else { ("+", " ") };
    let (hour, minute) = (minutes.abs() / 60, minutes.abs() % 60);
    let zone = match zone {
        0 => String::new(),
        1 => format!("{sign}{hour:02}:{minute:02}"),
        2 => format!("{sign}{hour:02}{minute:02}"),
        _ => format!("{lost}{hour:02}:{minute:02}"),
    };
    format!("{}{zeros}{zone}", local.strftime(format))
}

#[test]
fn sg_03_an_error_says_what_a_cursor_is() {
    let error = Cursor::parse("yesterday").unwrap_err();
    assert_eq!(error, CursorError);
    assert_eq!(error.code(), "invalid");
    let message = "must be an ISO 8601 time, or one with `_` and a ticket id after it";
    assert_eq!(error.to_string(), message);
}

#[test]
fn sg_05_the_start_is_before_every_row() {
    assert!(Cursor::START < Cursor { at: FIRST, id: 1 });
    assert_eq!(Cursor::START.to_text(), "0001-01-01 00:00:00.000000_0");
    assert_eq!(Cursor::parse(&Cursor::START.to_text()), Ok(Cursor::START));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_cursor_survives_its_text(at in FIRST..=LAST, id in 0..=MAX_ID) {
        let cursor = Cursor { at, id };
        prop_assert_eq!(Cursor::parse(&cursor.to_text()), Ok(cursor));
    }

    /// SG-05: with a row's own time and id one gets what comes after it, all of it,
    /// however the client writes the time down.
    #[test]
    fn a_row_is_passed_and_no_later_one(row in any_row(), other in any_row(), form in any_form()) {
        let millis = Timestamp::from_millis(row.at).to_sql_text();
        let cut = millis.strip_suffix("000").unwrap();
        for time in [millis.as_str(), cut, &written(row.at, form)] {
            let cursor = Cursor::parse(&format!("{time}_{}", row.id));
            prop_assert_eq!(cursor, Ok(row), "{}", time);
            prop_assert_eq!(other > row, (other.at, other.id) > (row.at, row.id));
        }
    }

    /// A time alone passes all of its rows, and none that comes after it.
    #[test]
    fn a_time_alone_is_what_comes_strictly_after_it(
        row in any_row(), other in any_row(), form in any_form(),
    ) {
        let cursor = Cursor::parse(&written(row.at, form)).unwrap();
        prop_assert_eq!(other > cursor, other.at > row.at);
    }

    /// A time between two milliseconds passes the rows of the first one, and none of
    /// the second, on both sides of 1970.
    #[test]
    fn a_finer_time_is_between_rows(
        row in any_row(), other in any_row(), rest in "[0-9]{0,12}[1-9]0{0,3}",
        id in proptest::option::of(0..=MAX_ID),
    ) {
        let whole = Timestamp::from_millis(row.at).to_rfc3339();
        let time = whole.strip_suffix('Z').unwrap();
        let id = id.map(|id| format!("_{id}")).unwrap_or_default();
        let cursor = Cursor::parse(&format!("{time}{rest}Z{id}")).unwrap();
        prop_assert_eq!(other > cursor, other.at > row.at);
    }

    /// SG-05: pages of any size, each asked for with the last row's own text, show
    /// every row once.
    #[test]
    fn pages_show_every_row_once(
        rows in proptest::collection::btree_set(any_row(), 0..40), size in 1_usize..8,
    ) {
        let (mut cursor, mut seen) = (Cursor::START, Vec::new());
        loop {
            let page: Vec<Cursor> =
                rows.iter().copied().filter(|row| *row > cursor).take(size).collect();
            let Some(last) = page.last() else { break };
            cursor = Cursor::parse(&last.to_text()).unwrap();
            seen.extend(page);
        }
        prop_assert_eq!(seen, rows.into_iter().collect::<Vec<_>>());
    }

    /// What is read has a text that is read alike, and nothing panics.
    #[test]
    fn any_text_is_refused_or_means_a_place(text in prop_oneof![
        any::<String>(),
        "[0-9]{4}-?([0-9]{2}|[0-3][0-9]{2}|W[0-5][0-9])(-?[0-9]{1,2})?([Tt ][0-9]{2}(:?[0-9]{2}(:?[0-9]{2})?)?([.,][0-9]{0,40})?)?(Z|[-+ ][0-9:]{1,8})?(_[0-9]{0,20})?",
        "[-0-9TZ:.,+_ ]{0,40}",
    ]) {
        if let Ok(cursor) = Cursor::parse(&text) {
            prop_assert!((FIRST..=LAST).contains(&cursor.at));
            prop_assert!((0..=MAX_ID).contains(&cursor.id));
            prop_assert_eq!(Cursor::parse(&cursor.to_text()), Ok(cursor));
        }
    }
}
