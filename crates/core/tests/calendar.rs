//! Our calendar, held against that of the library `jiff`.

#![allow(
    clippy::unwrap_used,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::calendar::{Date, DateTime, MILLIS_PER_DAY};
use jiff::{SignedDuration, ToSpan, civil};
use proptest::prelude::*;

const EPOCH: civil::DateTime = civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// 0000-01-01 and 9999-12-31, in days since 1970.
const FIRST: i64 = -719_528;
const LAST: i64 = 2_932_896;

#[test]
fn each_day_is_the_one_of_jiff() {
    let mut days = FIRST;
    for date in civil::Date::constant(0, 1, 1).series(1.day()) {
        let have = Date::from_days(days).unwrap();
        let parts = (have.year(), have.month(), have.day());
        assert_eq!(parts, (date.year(), date.month(), date.day()));
        let weekday = date.weekday().to_monday_one_offset();
        assert_eq!(have.weekday(), i64::from(weekday), "{date}");
        assert_eq!(have.days(), days, "{date}");
        let (year, month, day) = parts;
        assert_eq!(Date::new(year, month, day), Some(have));
        let of_year = Date::from_ordinal(year, date.day_of_year());
        assert_eq!(of_year, Some(have), "{date}");
        let week = date.iso_week_date();
        // The first days of year 0 are in a week of the year before.
        if week.year() >= 0 {
            let weekday = week.weekday().to_monday_one_offset();
            let of_week = Date::from_week(week.year(), week.week(), weekday);
            assert_eq!(of_week, Some(have), "{date}");
        }
        days += 1;
    }
    assert_eq!(days, LAST + 1);
    assert_eq!(Date::from_days(days), None);
    assert_eq!(Date::from_days(FIRST - 1), None);
}

#[test]
fn days_that_are_no_days() {
    for (year, month, day) in [
        (-1, 12, 31),
        (10_000, 1, 1),
        (i16::MIN, 1, 1),
        (i16::MAX, 12, 31),
        (2026, 0, 1),
        (2026, 13, 1),
        (2026, 1, 0),
        (2026, 1, 32),
        (2026, 6, 31),
        (2026, 2, 29),
        (2100, 2, 29),
        (2026, i8::MIN, i8::MIN),
        (2026, i8::MAX, i8::MAX),
    ] {
        let date = Date::new(year, month, day);
        assert_eq!(date, None, "{year}-{month}-{day}");
    }
    for (year, day_of_year) in [
        (2026, 0),
        (2026, -1),
        (2026, 366),
        (2024, 367),
        (-1, 1),
        (10_000, 1),
        (9_999, 366),
        (2026, i16::MIN),
        (2026, i16::MAX),
        (i16::MAX, i16::MAX),
    ] {
        let date = Date::from_ordinal(year, day_of_year);
        assert_eq!(date, None, "{year}-{day_of_year}");
    }
    for (year, week, weekday) in [
        (2026, 0, 1),
        (2025, 53, 1),
        (2026, 54, 1),
        (2026, 1, 0),
        (2026, 1, 8),
        (-1, 1, 1),
        (10_000, 1, 1),
        (2026, i8::MIN, i8::MIN),
        (2026, i8::MAX, i8::MAX),
        (i16::MIN, i8::MIN, i8::MIN),
    ] {
        let date = Date::from_week(year, week, weekday);
        assert_eq!(date, None, "{year}-W{week}-{weekday}");
    }
    for days in [i64::MIN, i64::MAX] {
        assert_eq!(Date::from_days(days), None);
        assert_eq!(DateTime::from_millis(days), None);
    }
}

proptest! {
    #[test]
    fn dates_exist_as_in_jiff(year in 0_i16..=9999, month in any::<i8>(), day in any::<i8>()) {
        for (month, day) in [(month, day), (month % 14, day % 33), (2, day % 33)] {
            let have = Date::new(year, month, day);
            prop_assert_eq!(have.is_some(), civil::Date::new(year, month, day).is_ok());
        }
    }

    #[test]
    fn clocks_show_what_they_do_in_jiff(
        hour in -1_i8..=25,
        minute in -1_i8..=61,
        second in -1_i8..=61,
        millisecond in -1_i16..=1_001,
        day in any::<i8>(),
    ) {
        let date = Date::from_days(day.into()).unwrap();
        let have = DateTime::new(date, hour, minute, second, millisecond);
        let time = civil::Time::new(hour, minute, second, i32::from(millisecond) * 1_000_000);
        let want = time.ok().map(|time| {
            let date = EPOCH.date() + SignedDuration::from_hours(24 * i64::from(day));
            i64::try_from(date.to_datetime(time).duration_since(EPOCH).as_millis()).unwrap()
        });
        prop_assert_eq!(have.map(DateTime::millis), want);
        prop_assert_eq!(want.and_then(DateTime::from_millis), have);
    }

    #[test]
    fn no_number_panics(number in prop_oneof![
        any::<i64>(),
        -400_000_000_000_000..=400_000_000_000_000_i64,
        -4_000_000..=4_000_000_i64,
    ]) {
        let has_day = |days| (FIRST..=LAST).contains(&days);
        prop_assert_eq!(Date::from_days(number).is_some(), has_day(number));
        let day = number.div_euclid(MILLIS_PER_DAY);
        prop_assert_eq!(DateTime::from_millis(number).is_some(), has_day(day));
    }
}
