//! Time zones: the only place that knows when a day begins where.
//!
//! The rules are those of the runtime's `Intl`, which says how far a zone is from
//! UTC at a moment. The way back, from a clock on the wall to the moment, is ours.

use std::cell::RefCell;
use std::collections::HashMap;

use handbill_core::calendar::{Date, DateTime, MILLIS_PER_DAY};
use handbill_core::time::{FilterTime, Timestamp};
use js_sys::Array;
use js_sys::Intl::{DateTimeFormatOptions, TimeZoneNameFormat, YearFormat};
use wasm_bindgen::prelude::*;

/// Zones whose formatter an isolate keeps. To make one takes it some 40 µs and
/// 25 KB, and a request looks at no more than a few.
const KEPT_FORMATS: usize = 32;

// js-sys' own constructor traps where this one gives back the `RangeError`.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type DateTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &DateTimeFormatOptions) -> Result<DateTimeFormat, JsValue>;
    #[wasm_bindgen(method, js_name = formatToParts)]
    fn format_to_parts(this: &DateTimeFormat, unix_millis: f64) -> Array;

    type Part;
    #[wasm_bindgen(method, getter, js_name = type)]
    fn kind(this: &Part) -> String;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Part) -> String;
}

thread_local! {
    static FORMATS: RefCell<HashMap<String, DateTimeFormat>> = RefCell::new(HashMap::new());
}

/// A formatter that writes a zone's offset; `None` when the runtime has no such
/// zone.
fn offset_format(time_zone: &str) -> Option<DateTimeFormat> {
    let options = DateTimeFormatOptions::new();
    options.set_time_zone(time_zone);
    options.set_time_zone_name(TimeZoneNameFormat::LongOffset);
    // Without a field of the date it would write all of them.
    options.set_year(YearFormat::Numeric);
    DateTimeFormat::new("en-US", &options).ok()
}

/// Whether the IANA database has a zone of this name, in whatever case.
pub fn is_known(name: &str) -> bool {
    is_iana_name(name) && offset_format(name).is_some()
}

/// `Intl` also takes offsets (`+05:30`), and names that Java once had: `IST`,
/// which is India to one, Israel to another and Ireland to a third.
fn is_iana_name(name: &str) -> bool {
    const OF_THREE_LETTERS: [&str; 13] = [
        "CET", "EET", "EST", "GMT", "HST", "MET", "MST", "PRC", "ROC", "ROK", "UCT", "UTC", "WET",
    ];
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let area = name.split('/').next().unwrap_or_default();
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && (name.len() != 3 || is_one_of(&OF_THREE_LETTERS))
        && !area.eq_ignore_ascii_case("SystemV")
        && !is_one_of(&["US/Pacific-New", "Canada/East-Saskatchewan"])
}

/// How many milliseconds a zone's clocks are ahead of UTC at a moment; of a zone
/// that is not known, none.
fn offset_at(time_zone: &str, at: i64) -> i64 {
    FORMATS
        .with_borrow_mut(|formats| {
            if !formats.contains_key(time_zone) {
                if formats.len() >= KEPT_FORMATS {
                    formats.clear();
                }
                formats.insert(time_zone.to_owned(), offset_format(time_zone)?);
            }
            let parts = formats.get(time_zone)?.format_to_parts(at as f64);
            let mut parts = parts.iter().map(JsCast::unchecked_into::<Part>);
            let offset = parts.find(|part| part.kind() == "timeZoneName")?;
            parse_offset(&offset.value())
        })
        .unwrap_or_default()
}

/// `GMT`, `GMT+05:45`, and of the days before standard time `GMT-04:56:02`.
fn parse_offset(text: &str) -> Option<i64> {
    let text = text.strip_prefix("GMT")?;
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+').unwrap_or("0")),
    };
    let mut units = text.split(':').zip([3_600_000, 60_000, 1_000]);
    units.try_fold(0, |sum, (number, unit)| {
        Some(sum + sign * unit * number.parse::<i64>().ok()?)
    })
}

/// The moment at which a zone's clocks show `wall`, which is written as if they
/// were UTC. Where they are set back it is the first of the two; where they are
/// set forward past it, it is as much later as they were set.
fn moment(wall: i64, time_zone: &str) -> i64 {
    // Clocks are less than a day from UTC and not set twice within two, so one of
    // these is from before and one from after whatever happens around `wall`.
    let before = offset_at(time_zone, wall.saturating_sub(MILLIS_PER_DAY));
    let after = offset_at(time_zone, wall.saturating_add(MILLIS_PER_DAY));
    let shows_it = |offset: &&i64| offset_at(time_zone, wall - **offset) == **offset;
    let offset = [before, after].iter().find(shows_it).copied();
    wall - offset.unwrap_or(before)
}

/// The moment, in unix milliseconds, that a filter's bound means in a time zone:
/// a date is the whole day, a time without an offset is local (SP-17).
pub fn bound(time: FilterTime, time_zone: &str, is_end: bool) -> Option<i64> {
    match time {
        FilterTime::Instant(instant) => Some(instant.millis()),
        FilterTime::Date { year, month, day } => {
            let date = Date::new(year, month, day)?;
            // Up to where the next day begins: a day may end with an hour that
            // clocks show twice.
            Some(if is_end {
                end(date, time_zone) - 1
            } else {
                moment(date.days() * MILLIS_PER_DAY, time_zone)
            })
        }
        FilterTime::Local {
            year,
            month,
            day,
            hour,
            minute,
            second,
            millisecond,
        } => {
            let date = Date::new(year, month, day)?;
            let wall = DateTime::new(date, hour, minute, second, millisecond)?;
            Some(moment(wall.millis(), time_zone))
        }
    }
}

/// A day of the calendar at a place.
pub struct Day {
    /// `2026-11-24`.
    pub name: String,
    /// The moment it ends, which is the next one's first.
    pub ends: i64,
}

/// The day that a moment is part of, as [`bound`] cuts them; `None` outside the
/// years that dates have.
pub fn day_of(at: i64, time_zone: &str) -> Option<Day> {
    let wall = at.saturating_add(offset_at(time_zone, at));
    let days = wall.div_euclid(MILLIS_PER_DAY);
    let day = day(Date::from_days(days)?, time_zone);
    // Where clocks are set back past midnight, the first midnight ends the day.
    if at < day.ends {
        Some(day)
    } else {
        Some(self::day(Date::from_days(days + 1)?, time_zone))
    }
}

fn day(date: Date, time_zone: &str) -> Day {
    Day {
        name: format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
        ends: end(date, time_zone),
    }
}

/// The moment at which the day after a date begins.
fn end(date: Date, time_zone: &str) -> i64 {
    moment((date.days() + 1) * MILLIS_PER_DAY, time_zone)
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
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
    let wall = at
        .millis()
        .saturating_add(offset_at(time_zone, at.millis()));
    let Some(local) = DateTime::from_millis(wall) else {
        return at.to_rfc3339();
    };
    let date = local.date();
    // Days of the week and months are numbered from 1.
    let name = |names: &[&'static str], number: i64| {
        let index = usize::try_from(number - 1).unwrap_or_default();
        names.get(index).copied().unwrap_or_default()
    };
    format!(
        "{} {} {} {}, {:02}:{:02}",
        name(&WEEKDAYS, date.weekday()),
        date.day(),
        name(&MONTHS, i64::from(date.month())),
        date.year(),
        local.hour(),
        local.minute()
    )
}
