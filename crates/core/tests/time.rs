//! Times as they are read and written (SP-17), held against the library `jiff`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::time::{FilterTime, Timestamp, parse_filter_time};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use proptest::prelude::*;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// 0001-01-01T00:00:00.000Z.
const FIRST: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 253_402_300_799_999;
/// 2026-11-23T10:00:00Z.
const NOVEMBER: i64 = 1_795_428_000_000;
const HOUR: i64 = 3_600_000;

/// What `jiff` reads, within the texts and years that are ours.
fn read_by_jiff(text: &str) -> Option<FilterTime> {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let with_time = ["T", "t", " "].map(|separator| format!("0000-00-00{separator}00:00:00"));
    let is_ours = shape == "0000-00-00" || with_time.iter().any(|want| shape.starts_with(want));
    if !is_ours || text.starts_with("0000") {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let date = pieces.date();
    let (year, month, day) = (date.year(), date.month(), date.day());
    let Some(time) = pieces.time() else {
        return Some(FilterTime::Date { year, month, day });
    };
    let Some(offset) = pieces.to_numeric_offset() else {
        return Some(FilterTime::Local {
            year,
            month,
            day,
            hour: time.hour(),
            minute: time.minute(),
            second: time.second(),
            millisecond: time.millisecond(),
        });
    };
    let local = date.to_datetime(time).duration_since(EPOCH).as_millis();
    let millis = i64::try_from(local).unwrap() - i64::from(offset.seconds()) * 1_000;
    (FIRST..=LAST)
        .contains(&millis)
        .then(|| FilterTime::Instant(Timestamp::from_millis(millis)))
}

fn written_by_jiff(millis: i64) -> String {
    let at = EPOCH + SignedDuration::from_millis(millis);
    format!("{at:.3}Z")
}

fn instant(text: &str) -> Option<i64> {
    Timestamp::parse_rfc3339(text).ok().map(Timestamp::millis)
}

#[test]
fn moments_as_read() {
    for (text, millis) in [
        // Separators.
        ("2026-11-23t10:00:00z", NOVEMBER),
        ("2026-11-23 10:00:00Z", NOVEMBER),
        // A leap second is the one before, whenever it is said to be.
        ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ("2026-11-23T10:00:60Z", NOVEMBER + 59_000),
        ("2026-11-23T10:00:60.999Z", NOVEMBER + 59_999),
        ("9999-12-31T23:59:60.999999999Z", LAST),
        // One to nine digits of a fraction; what is finer than a millisecond is cut.
        ("2026-11-23T10:00:00.1Z", NOVEMBER + 100),
        ("2026-11-23T10:00:00,25Z", NOVEMBER + 250),
        ("2026-11-23T10:00:00.0009Z", NOVEMBER),
        ("2026-11-23T10:00:00.999999999Z", NOVEMBER + 999),
        ("2026-11-23T10:00:00,000000001+00", NOVEMBER),
        // Cut towards 1970, as the clocks with that offset show it.
        ("1969-12-31T23:59:59.9999Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1969-12-31T23:59:59.9980Z", -2),
        ("1969-12-31T23:59:59.9981Z", -1),
        ("1970-01-01T00:00:00.0009+00:01", -60_000),
        ("1969-12-31T23:59:59.9991-00:01", 60_000),
        ("0001-01-01T00:00:00.000000001Z", FIRST + 1),
        // Offsets, in the extended and in the basic form.
        ("2026-11-23T10:00:00-00:00", NOVEMBER),
        ("2026-11-23T10:00:00+00", NOVEMBER),
        ("2026-11-23T10:00:00-05", NOVEMBER + 5 * HOUR),
        ("2026-11-23T10:00:00+0530", NOVEMBER - 11 * HOUR / 2),
        ("2026-11-23T10:00:00-04:56:02", NOVEMBER + 17_762_000),
        ("2026-11-23T10:00:00-045602", NOVEMBER + 17_762_000),
        ("2026-11-23T10:00:00.5+01:30", NOVEMBER - 3 * HOUR / 2 + 500),
        // Of an offset, half a second is one.
        ("2026-11-23T10:00:00+00:00:01.499999999", NOVEMBER - 1_000),
        ("2026-11-23T10:00:00+00:00:01.5", NOVEMBER - 2_000),
        ("2026-11-23T10:00:00-000001,5", NOVEMBER + 2_000),
        ("2026-11-23T10:00:00-00:00:00.5", NOVEMBER + 1_000),
        // The widest offset.
        ("2026-11-23T10:00:00+25:59:59", NOVEMBER - 26 * HOUR + 1_000),
        ("2026-11-23T10:00:00-255959.4", NOVEMBER + 26 * HOUR - 1_000),
        // Where the years end.
        ("0001-01-01T00:00:00-00:00:01", FIRST + 1_000),
        ("0001-01-01T01:00:00+01:00", FIRST),
        ("0001-01-01T00:59:59.999000001+01:00", FIRST),
        ("9999-12-31T22:59:59.999-01:00", LAST),
        // RFC 9557 lets anybody add what nobody has to understand.
        ("2026-11-23T10:00:00Z[u-ca=gregory]", NOVEMBER),
        ("2026-11-23T10:00:00+00:00[_a-1=X-y-0][b=c]", NOVEMBER),
    ] {
        assert_eq!(instant(text), Some(millis), "{text}");
        let at = Timestamp::from_millis(millis);
        assert_eq!(
            parse_filter_time(text),
            Some(FilterTime::Instant(at)),
            "{text}"
        );
        assert_eq!(read_by_jiff(text), Some(FilterTime::Instant(at)), "{text}");
    }
}

#[test]
fn clocks_on_the_wall_as_read() {
    for (text, (hour, minute, second, millisecond)) in [
        ("1969-12-31T00:00:00", (0, 0, 0, 0)),
        ("1969-12-31 23:59:60", (23, 59, 59, 0)),
        ("1969-12-31t23:59:59.9999", (23, 59, 59, 999)),
        ("1969-12-31T23:59:59,000000001", (23, 59, 59, 0)),
        ("1969-12-31T10:00:00[u-ca=iso8601]", (10, 0, 0, 0)),
    ] {
        let local = FilterTime::Local {
            year: 1969,
            month: 12,
            day: 31,
            hour,
            minute,
            second,
            millisecond,
        };
        assert_eq!(parse_filter_time(text), Some(local), "{text}");
        assert_eq!(read_by_jiff(text), Some(local), "{text}");
        assert_eq!(instant(text), None, "{text}");
    }
}

#[test]
fn days_as_read() {
    for (text, date) in [
        ("0001-01-01", Some((1, 1, 1))),
        ("9999-12-31", Some((9999, 12, 31))),
        ("2000-02-29", Some((2000, 2, 29))),
        ("2024-02-29", Some((2024, 2, 29))),
        ("1900-02-29", None),
        ("2023-02-29", None),
        ("2024-02-30", None),
        ("2026-04-31", None),
        ("2026-12-32", None),
        ("2026-01-00", None),
        ("2026-00-10", None),
        ("2026-13-10", None),
        ("0000-12-31", None),
        ("2026-11-23Z", None),
        ("2026-11-23[u-ca=iso8601]", None),
    ] {
        let date = date.map(|(year, month, day)| FilterTime::Date { year, month, day });
        assert_eq!(parse_filter_time(text), date, "{text}");
        assert_eq!(read_by_jiff(text), date, "{text}");
        assert_eq!(instant(text), None, "{text}");
    }
}

#[test]
fn what_is_no_time() {
    for rest in [
        // Fractions: no digits, or more than nine.
        ".Z",
        ",Z",
        ".1234567890Z",
        ".+01:00",
        ".5.5Z",
        ".-5Z",
        // Offsets.
        "ZZ",
        "Z+01:00",
        "+",
        "+1",
        "+1:00",
        "+01:",
        "+01:0",
        "+010",
        "+01:0000",
        "+0100:00",
        "+01:00:0",
        "+01:00:",
        "+01000",
        "+01:60",
        "+01:00:60",
        "+26",
        "+26:00",
        "-25:59:59.5",
        "+01.5",
        "+01:00.5",
        "+01:00:00.",
        "+01:00:00.1234567890",
        "−01:00",
        "+-1:00",
        "UTC",
        " Z",
        "Z ",
        "Z\n",
        "Z\0",
        // Annotations: time zones, those that must be understood, and broken ones.
        "[Europe/Berlin]",
        "Z[UTC]",
        "Z[!UTC]",
        "+01:00[+01:00]",
        "Z[UTC][u-ca=iso8601]",
        "Z[u-ca=iso8601][UTC]",
        "Z[!u-ca=iso8601]",
        "Z[a=b][!c=d]",
        "Z[]",
        "Z[",
        "Z[a",
        "Z[a=",
        "Z[a=]",
        "Z[=b]",
        "Z[a=b",
        "Z[a=b]]",
        "Z[a=b]Z",
        "Z[a=b] [c=d]",
        "Z[A=b]",
        "Z[1=b]",
        "Z[-a=b]",
        "Z[aB=b]",
        "Z[a.b=c]",
        "Z[a=b-]",
        "Z[a=-b]",
        "Z[a=b--c]",
        "Z[a=b_c]",
        "Z[a=b=c]",
        "Z[a=é]",
        "[a=b]Z",
    ] {
        let text = format!("2026-11-23T10:00:00{rest}");
        assert_eq!(parse_filter_time(&text), None, "{text}");
        assert_eq!(read_by_jiff(&text), None, "{text}");
        assert_eq!(instant(&text), None, "{text}");
    }
    for text in [
        "2026-11-23T24:00:00Z",
        "2026-11-23T10:60:00Z",
        "2026-11-23T10:00:61Z",
        "2026-11-23T10:00Z",
        "2026-11-23T10Z",
        "2026-11-23T10:0000Z",
        "2026-11-23T1000:00Z",
        "2026-11-23_10:00:00Z",
        "2026-11-23  10:00:00Z",
        "2026-1123T10:00:00Z",
        "2026-W48-1T10:00:00Z",
        "+2026-11-23T10:00:00Z",
        "-2026-11-23T10:00:00Z",
        "0000-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+00:00:01",
        "0001-01-01T00:59:59.999+01:00",
        "9999-12-31T23:59:59-00:00:01",
        "9999-12-31T23:00:00-01:00",
    ] {
        assert_eq!(parse_filter_time(text), None, "{text}");
        assert_eq!(read_by_jiff(text), None, "{text}");
        assert_eq!(instant(text), None, "{text}");
    }
}

#[test]
fn a_plus_that_a_query_lost() {
    let at = |millis| Some(FilterTime::Instant(Timestamp::from_millis(millis)));
    for (text, want) in [
        ("2026-11-23T10:00:00 02:00", at(NOVEMBER - 2 * HOUR)),
        (
            "2026-11-23T10:00:00.5 02:00:01",
            at(NOVEMBER - 2 * HOUR - 500),
        ),
        ("2026-11-23T10:00:00 02:00[a=b]", at(NOVEMBER - 2 * HOUR)),
        // Only before an offset with colons, and after a time that a `T` begins.
        ("2026-11-23T10:00:00 0200", None),
        ("2026-11-23t10:00:00 02:00", None),
        ("2026-11-23 10:00:00 02:00", None),
    ] {
        assert_eq!(parse_filter_time(text), want, "{text}");
    }
}

/// Texts of the grammar, some with a number that is too large.
fn nearly_valid() -> impl Strategy<Value = String> {
    let year = prop_oneof!["[0-9]{4}", "000[01]", "9999", "19(69|70)"];
    let date = "-(0[1-9]|1[0-2]|[01][0-9])-(0[1-9]|[12][0-9]|3[012])";
    let edge = prop_oneof![Just("-01-01".to_owned()), Just("-12-31".to_owned())];
    let time = "[Tt ]([01][0-9]|2[0-4]):[0-5][0-9]:([0-5][0-9]|6[01])([.,][0-9]{1,10})?";
    let offset = "[Zz]|[+-]([01][0-9]|2[0-6])(:?[0-6][0-9](:?([0-5][0-9]|60)([.,][0-9]{1,10})?)?)?";
    let suffix = "(\\[!?[_a-z][a-z0-9_-]{0,4}=[0-9A-Za-z]{1,3}(-[0-9A-Za-z]{1,3})?\\]){0,2}";
    let moment = (
        time,
        prop_oneof![1 => "", 3 => offset],
        prop_oneof![3 => "", 1 => suffix],
    );
    let rest = prop_oneof![
        1 => Just(String::new()),
        5 => moment.prop_map(|(time, offset, suffix)| time + &offset + &suffix),
    ];
    (year, prop_oneof![4 => date, 1 => edge], rest)
        .prop_map(|(year, date, rest)| year + &date + &rest)
}

/// One character taken out, put in or replaced.
fn changed(text: &str, at: prop::sample::Index, how: u8, by: char) -> String {
    let mut text: Vec<char> = text.chars().collect();
    let at = at.index(text.len());
    match how {
        0 => drop(text.remove(at)),
        1 => text.insert(at, by),
        2 => text[at] = by,
        _ => text.insert(at, text[at]),
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn reads_what_jiff_reads(
        text in nearly_valid(),
        at in any::<prop::sample::Index>(),
        how in 0_u8..4,
        by in prop_oneof![4 => "[0-9]", 5 => "[-+:.,TtZz !=_a-zA\\[\\]]", 1 => "\\PC"],
    ) {
        let other = changed(&text, at, how, by.chars().next().unwrap());
        for text in [&text, &other] {
            let want = read_by_jiff(text);
            let moment = match want {
                Some(FilterTime::Instant(at)) => Some(at.millis()),
                _ => None,
            };
            prop_assert_eq!(instant(text), moment, "{}", text);
            // What it repairs of a lost plus has cases of its own.
            if !text.trim_start_matches(|c| c != 'T').contains(' ') {
                prop_assert_eq!(parse_filter_time(text), want, "{}", text);
            }
        }
    }

    #[test]
    fn writes_what_jiff_writes(millis in prop_oneof![
        FIRST..=LAST,
        -100_000_000_000..=4_000_000_000_000_i64,
        FIRST..=FIRST + 100_000,
        LAST - 100_000..=LAST,
    ]) {
        let text = Timestamp::from_millis(millis).to_rfc3339();
        prop_assert_eq!(&text, &written_by_jiff(millis));
        prop_assert_eq!(instant(&text), Some(millis));
        let sql = text.replace('T', " ").replace('Z', "000");
        prop_assert_eq!(Timestamp::from_millis(millis).to_sql_text(), sql.as_str());
        prop_assert!(sql.starts_with(&Timestamp::from_millis(millis).to_sql_seconds()));
    }
}
