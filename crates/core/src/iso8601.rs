//! The parts of ISO 8601 texts, which dates, times and cursors are read from.

use crate::calendar::{Date, MILLIS_PER_DAY};

pub(crate) const NANOS_PER_MILLI: i64 = 1_000_000;

/// Decimals that count to the last one; of further ones only whether there are any. A
/// fraction of so many digits, in milliseconds of an hour, still fits 128 bits.
const EXACT_DECIMALS: usize = 30;

/// In seconds; offsets are shorter. POSIX can write 24:59:59, and an hour more in
/// summer.
const OFFSET_LIMIT: i64 = 26 * 3_600;

/// What is left of a text. Each method takes its part from the front; `None` when
/// the text goes on in another way.
///
/// Separators are those of the extended form (`-`, `:`) or, in the basic form, of no
/// bytes.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn byte_if(&mut self, is_wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        is_wanted(*first).then(|| {
            self.0 = rest;
            *first
        })
    }

    pub(crate) fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        self.byte_if(|byte| wanted.contains(&byte))
    }

    fn skip(&mut self, separator: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(separator)?;
        Some(())
    }

    fn digit(&mut self) -> Option<i8> {
        let digit = self.byte_if(|byte| byte.is_ascii_digit())?;
        i8::try_from(digit - b'0').ok()
    }

    /// 0 to 99.
    fn two_digits(&mut self) -> Option<i8> {
        Some(self.digit()? * 10 + self.digit()?)
    }

    /// 0 to 9999, in four digits.
    fn year(&mut self) -> Option<i16> {
        Some(i16::from(self.two_digits()?) * 100 + i16::from(self.two_digits()?))
    }

    /// `YYYY-MM-DD`, whether or not there is such a day.
    pub(crate) fn date(&mut self) -> Option<(i16, i8, i8)> {
        let year = self.year()?;
        self.skip(b"-")?;
        let month = self.two_digits()?;
        self.skip(b"-")?;
        Some((year, month, self.two_digits()?))
    }

    /// Whether the fifth byte is the `-` that follows the year in the extended form.
    pub(crate) fn has_dashes(&self) -> bool {
        self.0.get(4) == Some(&b'-')
    }

    /// A day, by month (`YYYY-MM-DD`), by week (`YYYY-Www-D`) or by its number in the year
    /// (`YYYY-DDD`), or the first day of a month (`YYYY-MM`) or a week (`YYYY-Www`); and
    /// whether it is a day that was written. Without dashes there is no month alone, which
    /// could be a day of another century.
    pub(crate) fn any_date(&mut self, dash: &[u8]) -> Option<(Date, bool)> {
        let year = self.year()?;
        self.skip(dash)?;
        if self.one_of(b"W").is_some() {
            let week = self.two_digits()?;
            let has_day = if dash.is_empty() {
                self.0.first().is_some_and(u8::is_ascii_digit)
            } else {
                self.skip(dash).is_some()
            };
            let weekday = if has_day { self.digit()? } else { 1 };
            return Some((Date::from_week(year, week, weekday)?, has_day));
        }
        let first = self.two_digits()?;
        if !dash.is_empty() && self.skip(dash).is_some() {
            return Some((Date::new(year, first, self.two_digits()?)?, true));
        }
        let Some(third) = self.digit() else {
            let is_month = !dash.is_empty();
            let month = is_month.then(|| Date::new(year, first, 1)).flatten()?;
            return Some((month, false));
        };
        match self.digit() {
            Some(fourth) if dash.is_empty() => {
                Some((Date::new(year, first, third * 10 + fourth)?, true))
            }
            Some(_) => None,
            None => {
                let day_of_year = i16::from(first) * 10 + i16::from(third);
                Some((Date::from_ordinal(year, day_of_year)?, true))
            }
        }
    }

    /// `hh`, `hh:mm` or `hh:mm:ss`, the last of them with decimals if need be: whole
    /// milliseconds since midnight, and whether there is more than those. 24:00 is the
    /// midnight that ends the day, a leap second the one before.
    pub(crate) fn clock(&mut self, colon: &[u8]) -> Option<(i64, bool)> {
        let mut unit = 3_600_000;
        let mut millis = i64::from(self.two_digits()?) * unit;
        if self.has_more(colon) {
            unit = 60_000;
            millis += below_sixty(self.two_digits()?)? * unit;
            if self.has_more(colon) {
                unit = 1_000;
                millis += below_sixty(self.second()?)? * unit;
            }
        }
        let (part, is_finer) = self.decimals_of(unit)?;
        millis += part;
        let exists = millis < MILLIS_PER_DAY || millis == MILLIS_PER_DAY && !is_finer;
        exists.then_some((millis, is_finer))
    }

    /// One or more digits after a point or comma, of a unit of so many milliseconds: whole
    /// milliseconds, and whether there is more than those. 0 and `false` when there is
    /// neither.
    fn decimals_of(&mut self, unit: i64) -> Option<(i64, bool)> {
        if self.one_of(b".,").is_none() {
            return Some((0, false));
        }
        let (mut parts, mut of) = (u128::from(self.digit()?.unsigned_abs()), 10_u128);
        let (mut digits, mut is_finer) = (1, false);
        while let Some(digit) = self.digit() {
            if digits < EXACT_DECIMALS {
                parts = parts * 10 + u128::from(digit.unsigned_abs());
                of *= 10;
                digits += 1;
            } else {
                is_finer |= digit != 0;
            }
        }
        let millis = parts * u128::from(unit.unsigned_abs());
        is_finer |= millis % of != 0;
        Some((i64::try_from(millis / of).ok()?, is_finer))
    }

    /// `hh:mm:ss`, whether or not there is such a time, without leap seconds.
    pub(crate) fn time(&mut self) -> Option<(i8, i8, i8)> {
        let hour = self.two_digits()?;
        self.skip(b":")?;
        let minute = self.two_digits()?;
        self.skip(b":")?;
        Some((hour, minute, self.second()?))
    }

    /// 0 to 99; a leap second is the one before.
    fn second(&mut self) -> Option<i8> {
        Some(match self.two_digits()? {
            60 => 59,
            second => second,
        })
    }

    /// One to nine digits after a point or comma, in nanoseconds; 0 when there are
    /// neither.
    pub(crate) fn fraction(&mut self) -> Option<i64> {
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
    pub(crate) fn offset(&mut self) -> Option<i64> {
        let mut seconds = i64::from(self.two_digits()?) * 3_600;
        let colon: &[u8] = if self.0.starts_with(b":") { b":" } else { b"" };
        if self.has_more(colon) {
            seconds += below_sixty(self.two_digits()?)? * 60;
            if self.has_more(colon) {
                seconds += below_sixty(self.two_digits()?)?;
                seconds += i64::from(self.fraction()? >= 500_000_000);
            }
        }
        (seconds < OFFSET_LIMIT).then_some(seconds)
    }

    /// Whether a number of two digits is to follow. Takes the separator before it.
    fn has_more(&mut self, separator: &[u8]) -> bool {
        if separator.is_empty() {
            matches!(self.0, [tens, ones, ..] if tens.is_ascii_digit() && ones.is_ascii_digit())
        } else {
            self.skip(separator).is_some()
        }
    }

    /// [Annotations](https://www.rfc-editor.org/rfc/rfc9557#section-4.1) that nobody
    /// has to understand, like `[u-ca=gregory]`: not time zones, nor what begins
    /// with `!`.
    pub(crate) fn annotations(&mut self) -> Option<()> {
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

/// A number of minutes or seconds, which are fewer than 60.
fn below_sixty(number: i8) -> Option<i64> {
    (number < 60).then_some(i64::from(number))
}
