//! Time: unix milliseconds inside, RFC 3339 at the edges.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, DateTime, MILLIS_PER_DAY};
use crate::iso8601::{NANOS_PER_MILLI, Reader};

/// 0001-01-01T00:00:00.000Z. Four-digit years are all that RFC 3339 can write.
const MIN_MILLIS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z.
const MAX_MILLIS: i64 = 253_402_300_799_999;

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The text is no RFC 3339 time with a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeError;

impl TimeError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        "invalid"
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a time like `2026-11-23T10:00:00Z`, with its offset")
    }
}

impl std::error::Error for TimeError {}

/// A moment: unix milliseconds, always within the years 0001 to 9999.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "i64", into = "i64")]
pub struct Timestamp(i64);

impl From<i64> for Timestamp {
    fn from(millis: i64) -> Self {
        Self::from_millis(millis)
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(MIN_MILLIS);

    /// From unix milliseconds, clamped to the years 0001 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(MIN_MILLIS, MAX_MILLIS))
    }

    /// From unix milliseconds; `None` outside the years 0001 to 9999.
    pub(crate) fn within_years(millis: i64) -> Option<Self> {
        (MIN_MILLIS..=MAX_MILLIS)
            .contains(&millis)
            .then_some(Self(millis))
    }

    /// Unix milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads an [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6)
    /// time. The offset is required. A leap second is read as the one before; what is
    /// finer than a millisecond is cut, before 1970 upwards.
    ///
    /// # Errors
    /// [`TimeError`] for anything else.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeError> {
        match parse_time(text) {
            Some(FilterTime::Instant(at)) => Ok(at),
            _ => Err(TimeError),
        }
    }

    /// `2026-11-23T10:00:00.000Z`, always 24 characters.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let at = self.in_utc();
        format!("{}.{:03}Z", to_seconds(at, 'T'), at.millisecond())
    }

    /// `2025-05-20 12:47:26.622000`, in UTC and always 26 characters: the tickets
    /// feed writes microseconds, of which we have the milliseconds (SG-06).
    #[must_use]
    pub fn to_sql_text(self) -> String {
        let at = self.in_utc();
        format!("{}.{:03}000", to_seconds(at, ' '), at.millisecond())
    }

    /// `2025-06-07 18:00:00`, in UTC and always 19 characters; milliseconds are cut
    /// (SG-06).
    #[must_use]
    pub fn to_sql_seconds(self) -> String {
        to_seconds(self.in_utc(), ' ')
    }

    fn in_utc(self) -> DateTime {
        DateTime::from_millis(self.0).unwrap_or(DateTime::EPOCH)
    }

    /// Whole hours since 1970, rounded down.
    #[must_use]
    pub fn hour(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_HOUR)
    }

    /// Whole UTC days since 1970, rounded down.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_DAY)
    }
}

/// `2026-11-23T10:00:00`, with the separator between day and clock.
fn to_seconds(at: DateTime, separator: char) -> String {
    let date = at.date();
    format!(
        "{:04}-{:02}-{:02}{separator}{:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// A time as a filter gives it (SP-17). Dates and local times mean the
/// organizer's time zone, which core does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterTime {
    /// A moment.
    Instant(Timestamp),
    /// A whole day.
    Date {
        /// 1 to 9999.
        year: i16,
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
    },
    /// A time on a clock on the wall, without a zone.
    Local {
        /// 1 to 9999.
        year: i16,
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
        /// 0 to 23.
        hour: i8,
        /// 0 to 59.
        minute: i8,
        /// 0 to 59.
        second: i8,
        /// 0 to 999.
        millisecond: i16,
    },
}

/// Reads an ISO 8601 date, local time, or time with an offset.
///
/// A space where the `+` of an offset belongs is read as that `+`: it is what a
/// query string makes of a `+` that was not escaped.
#[must_use]
pub fn parse_filter_time(text: &str) -> Option<FilterTime> {
    match text.rsplit_once(' ') {
        Some((time, offset)) if time.contains('T') && offset.contains(':') => {
            parse_time(&format!("{time}+{offset}"))
        }
        _ => parse_time(text),
    }
}

/// The extended form of ISO 8601, with all of a time or none: `YYYY-MM-DD`, then
/// `T`, `t` or a space and `hh:mm:ss`, then a fraction, an offset and annotations
/// if there are any.
fn parse_time(text: &str) -> Option<FilterTime> {
    let mut rest = Reader::new(text);
    let (year, month, day) = rest.date()?;
    let date = Date::new(year, month, day).filter(|date| date.year() > 0)?;
    if rest.is_empty() {
        return Some(FilterTime::Date { year, month, day });
    }
    rest.one_of(b"Tt ")?;
    let (hour, minute, second) = rest.time()?;
    let nanos = rest.fraction()?;
    let offset_seconds = match rest.one_of(b"Zz+-") {
        None => None,
        Some(b'+') => Some(rest.offset()?),
        Some(b'-') => Some(-rest.offset()?),
        Some(_zulu) => Some(0),
    };
    rest.annotations()?;
    if !rest.is_empty() {
        return None;
    }
    let millisecond = i16::try_from(nanos / NANOS_PER_MILLI).ok()?;
    let local = DateTime::new(date, hour, minute, second, millisecond)?;
    let Some(offset_seconds) = offset_seconds else {
        return Some(FilterTime::Local {
            year,
            month,
            day,
            hour,
            minute,
            second,
            millisecond,
        });
    };
    let is_cut = nanos % NANOS_PER_MILLI != 0;
    let local = local.millis() + i64::from(is_cut && local < DateTime::EPOCH);
    let millis = local - offset_seconds * 1_000;
    Timestamp::within_years(millis).map(FilterTime::Instant)
}
