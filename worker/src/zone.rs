//! Time zones: the only place that knows when a day begins where.

use handbill_core::time::{FilterTime, Timestamp};
use jiff::civil;
use jiff::tz::TimeZone;

/// Whether the IANA database has a zone of this name.
pub fn is_known(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The moment, in unix milliseconds, that a filter's bound means in a time zone:
/// a date is the whole day, a time without an offset is local (SP-17).
pub fn bound(time: FilterTime, time_zone: &str, is_end: bool) -> Option<i64> {
    let (local, whole_day) = match time {
        FilterTime::Instant(instant) => return Some(instant.millis()),
        FilterTime::Date { year, month, day } => (
            civil::Date::new(year, month, day)
                .ok()?
                .to_datetime(civil::Time::midnight()),
            true,
        ),
        FilterTime::Local {
            year,
            month,
            day,
            hour,
            minute,
            second,
            millisecond,
        } => {
            let nanosecond = i32::from(millisecond) * 1_000_000;
            let local =
                civil::DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
            (local, false)
        }
    };
    let zone = zone(time_zone);
    let local = if whole_day && is_end {
        local.date().at(23, 59, 59, 999_000_000)
    } else {
        local
    };
    Some(
        local
            .to_zoned_datetime(zone)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

/// From Sunday on. The library's own formatter would be 15 KB of the Worker.
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment as people at the place read it: `Thu 24 December 2026, 19:00`.
pub fn local_text(at: Timestamp, time_zone: &str) -> String {
    let Ok(instant) = jiff::Timestamp::from_millisecond(at.millis()) else {
        return at.to_rfc3339();
    };
    let local = instant.to_zoned_datetime(zone(time_zone));
    let name = |names: &[&'static str], number: i8| {
        let index = usize::try_from(number).unwrap_or_default();
        names.get(index).copied().unwrap_or_default()
    };
    format!(
        "{} {} {} {}, {:02}:{:02}",
        name(&WEEKDAYS, local.weekday().to_sunday_zero_offset()),
        local.day(),
        name(&MONTHS, local.month() - 1),
        local.year(),
        local.hour(),
        local.minute()
    )
}
