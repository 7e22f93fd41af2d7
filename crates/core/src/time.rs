//! Time: unix milliseconds inside, RFC 3339 at the edges.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, DateTime, MILLIS_PER_DAY};

/// 0001-01-01T00:00:00.000Z. Four-digit years are all that RFC 3339 can write.
const MIN_MILLIS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z.
const MAX_MILLIS: i64 = 253_402_300_799_999;

const MILLIS_PER_HOUR: i64 = 3_600_000;
const NANOS_PER_MILLI: i64 = 1_000_000;

/// In seconds; offsets are shorter. POSIX can write 24:59:59, and an hour more in
/// summer.
const OFFSET_LIMIT: i64 = 26 * 3_600;

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
        let at = DateTime::from_millis(self.0).unwrap_or(DateTime::EPOCH);
        let date = at.date();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            date.year(),
            date.month(),
            date.day(),
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
    let mut rest = Reader(text.as_bytes());
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
    (MIN_MILLIS..=MAX_MILLIS)
        .contains(&millis)
        .then(|| FilterTime::Instant(Timestamp::from_millis(millis)))
}

/// What is left of a text. Each method takes its part from the front; `None` when
/// the text goes on in another way.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn byte_if(&mut self, is_wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        is_wanted(*first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        self.byte_if(|byte| wanted.contains(&byte))
    }

    fn digit(&mut self) -> Option<i8> {
        let digit = self.byte_if(|byte| byte.is_ascii_digit())?;
        i8::try_from(digit - b'0').ok()
    }

    /// 0 to 99.
    fn two_digits(&mut self) -> Option<i8> {
        Some(self.digit()? * 10 + self.digit()?)
    }

    /// `YYYY-MM-DD`, whether or not there is such a day.
    fn date(&mut self) -> Option<(i16, i8, i8)> {
        let year = i16::from(self.two_digits()?) * 100 + i16::from(self.two_digits()?);
        self.one_of(b"-")?;
        let month = self.two_digits()?;
        self.one_of(b"-")?;
        Some((year, month, self.two_digits()?))
    }

    /// `hh:mm:ss`, whether or not there is such a time, without leap seconds.
    fn time(&mut self) -> Option<(i8, i8, i8)> {
        let hour = self.two_digits()?;
        self.one_of(b":")?;
        let minute = self.two_digits()?;
        self.one_of(b":")?;
        let second = match self.two_digits()? {
            60 => 59,
            second => second,
        };
        Some((hour, minute, second))
    }

    /// One to nine digits after a point or comma, in nanoseconds; 0 when there are
    /// neither.
    fn fraction(&mut self) -> Option<i64> {
        if self.one_of(b".,").is_none() {
            return Some(0);
        }
        let mut unit = 100_000_000;
        let mut nanos = i64::from(self.digit()?) * unit;
        while unit > 1
            && let Some(digit) = self.digit()
        {
            unit /= 10;
            nanos += i64::from(digit) * unit;
        }
        Some(nanos)
    }

    /// What follows an offset's sign, in seconds: `hh`, `hh:mm`, `hh:mm:ss` or the
    /// same without colons. Seconds may have a fraction, and are rounded by it.
    fn offset(&mut self) -> Option<i64> {
        let sixty = |number: i8| (number < 60).then_some(i64::from(number));
        let mut seconds = i64::from(self.two_digits()?) * 3_600;
        let has_colons = self.0.starts_with(b":");
        if self.has_more_offset(has_colons) {
            seconds += sixty(self.two_digits()?)? * 60;
            if self.has_more_offset(has_colons) {
                seconds += sixty(self.two_digits()?)?;
                seconds += i64::from(self.fraction()? >= 500_000_000);
            }
        }
        (seconds < OFFSET_LIMIT).then_some(seconds)
    }

    /// Takes the colon, where there are colons.
    fn has_more_offset(&mut self, has_colons: bool) -> bool {
        if has_colons {
            self.one_of(b":").is_some()
        } else {
            matches!(self.0, [tens, ones, ..] if tens.is_ascii_digit() && ones.is_ascii_digit())
        }
    }

    /// [Annotations](https://www.rfc-editor.org/rfc/rfc9557#section-4.1) that nobody
    /// has to understand, like `[u-ca=gregory]`: not time zones, nor what begins
    /// with `!`.
    fn annotations(&mut self) -> Option<()> {
        while self.one_of(b"[").is_some() {
            let begins_key = |byte: u8| byte == b'_' || byte.is_ascii_lowercase();
            let is_in_key = |byte| begins_key(byte) || byte == b'-' || byte.is_ascii_digit();
            self.byte_if(begins_key)?;
            while self.byte_if(is_in_key).is_some() {}
            self.one_of(b"=")?;
            loop {
                self.byte_if(|byte| byte.is_ascii_alphanumeric())?;
                while self.byte_if(|byte| byte.is_ascii_alphanumeric()).is_some() {}
                if self.one_of(b"-").is_none() {
                    break;
                }
            }
            self.one_of(b"]")?;
        }
        Some(())
    }
}
