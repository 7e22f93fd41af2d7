//! Time: unix milliseconds inside, RFC 3339 at the edges.

use core::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Serialize};

/// 0001-01-01T00:00:00.000Z. Four-digit years are all that RFC 3339 can write.
const MIN_MILLIS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z.
const MAX_MILLIS: i64 = 253_402_300_799_999;

const MILLIS_PER_HOUR: i64 = 3_600_000;
const MILLIS_PER_DAY: i64 = 24 * MILLIS_PER_HOUR;

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
    /// From unix milliseconds, clamped to the years 0001 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(MIN_MILLIS, MAX_MILLIS))
    }

    /// Unix milliseconds.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Reads an [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6)
    /// time. The offset is required; what is finer than a millisecond is cut.
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
        let at = EPOCH
            .checked_add(SignedDuration::from_millis(self.0))
            .unwrap_or(EPOCH);
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )
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

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

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

fn parse_time(text: &str) -> Option<FilterTime> {
    // The library's grammar is wider (expanded years, basic forms, weeks).
    if !has_extended_shape(text.as_bytes()) {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let date: Date = pieces.date();
    let (year, month, day) = (date.year(), date.month(), date.day());
    let Some(time) = pieces.time() else {
        return Some(FilterTime::Date { year, month, day });
    };
    let time: Time = time;
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
    let millis = i64::try_from(local).ok()? - i64::from(offset.seconds()) * 1_000;
    (MIN_MILLIS..=MAX_MILLIS)
        .contains(&millis)
        .then(|| FilterTime::Instant(Timestamp::from_millis(millis)))
}

/// `YYYY-MM-DD`, optionally followed by `T` or a space and `hh:mm:ss…`.
fn has_extended_shape(text: &[u8]) -> bool {
    let matches_at = |shape: &[u8], text: &[u8]| {
        text.len() >= shape.len()
            && shape.iter().zip(text).all(|(want, have)| match want {
                b'0' => have.is_ascii_digit(),
                b'T' => matches!(have, b'T' | b't' | b' '),
                _ => want == have,
            })
    };
    let is_date = text.len() == 10 && matches_at(b"0000-00-00", text);
    let starts_in_year_0 = text.starts_with(b"0000");
    !starts_in_year_0 && (is_date || matches_at(b"0000-00-00T00:00:00", text))
}
