//! Dates and clocks without a zone, in the Gregorian calendar as ISO 8601
//! extends it to before 1582.
//!
//! Ours and not a library's, for its size: the part of `jiff` that this replaces
//! was 50 KB gzip of the Worker. The tests hold each day against it. The arithmetic
//! is Howard Hinnant's, [days from civil and
//! back](https://howardhinnant.github.io/date_algorithms.html): it counts years from
//! 1 March, so that the leap day is a year's last.

use core::ops::RangeInclusive;

/// Milliseconds in a day. Unix time has no leap seconds.
pub const MILLIS_PER_DAY: i64 = 86_400_000;

/// Those that four digits write. Year 0 is there for clocks west of UTC: they show
/// its last day when year 1 begins.
const YEARS: RangeInclusive<i16> = 0..=9999;
/// The same in days since 1970-01-01.
const DAYS: RangeInclusive<i64> = -719_528..=2_932_896;

/// In 400 years the calendar repeats itself.
const DAYS_PER_ERA: i64 = 146_097;
/// From 0000-03-01, where the eras begin, to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// A day of the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i16,
    month: i8,
    day: i8,
}

impl Date {
    /// `None` when there is no such day.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let exists =
            YEARS.contains(&year) && (1..=12).contains(&month) && (1..=last).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// A day by its number in the year, from 1; `None` when there is no such day.
    #[must_use]
    pub fn from_ordinal(year: i16, day_of_year: i16) -> Option<Self> {
        let before = i64::from(day_of_year) - 1;
        Self::from_days(Self::new(year, 1, 1)?.days() + before).filter(|date| date.year == year)
    }

    /// A day by its ISO week, which belongs to the year that its Thursday is in, and its
    /// [`Date::weekday`]; `None` when there is no such day.
    #[must_use]
    pub fn from_week(year: i16, week: i8, weekday: i8) -> Option<Self> {
        // 4 January is always in the first week.
        let fourth = Self::new(year, 1, 4)?;
        let monday = fourth.days() - fourth.weekday() + 1 + 7 * (i64::from(week) - 1);
        let exists = (1..=7).contains(&weekday)
            && week > 0
            && Self::from_days(monday + 3).is_some_and(|thursday| thursday.year == year);
        Self::from_days(monday + i64::from(weekday) - 1).filter(|_| exists)
    }

    /// The day so many days after 1970-01-01; `None` outside the years 0 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        if !DAYS.contains(&days) {
            return None;
        }
        let days = days + DAYS_TO_1970;
        let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - days_before_year(year_of_era);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - days_before_month(month_from_march) + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Some(Self {
            year: i16::try_from(year).ok()?,
            month: i8::try_from(month).ok()?,
            day: i8::try_from(day).ok()?,
        })
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i64 {
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = days_before_month((month + 9) % 12) + i64::from(self.day) - 1;
        era * DAYS_PER_ERA + days_before_year(year_of_era) + day_of_year - DAYS_TO_1970
    }

    /// 0 to 9999.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        self.day
    }

    /// 1, a Monday, to 7, a Sunday.
    #[must_use]
    pub fn weekday(self) -> i64 {
        // 1970 began on a Thursday.
        (self.days() + 3).rem_euclid(7) + 1
    }
}

/// From the first day of an era to that of one of its years.
fn days_before_year(year_of_era: i64) -> i64 {
    365 * year_of_era + year_of_era / 4 - year_of_era / 100
}

/// From 1 March to the first day of a month, which is 0 for March: five months
/// have 153 days, however they are cut.
fn days_before_month(month_from_march: i64) -> i64 {
    (153 * month_from_march + 2) / 5
}

/// What a clock with a calendar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime {
    date: Date,
    /// Since midnight; less than a day.
    millis: i64,
}

impl DateTime {
    /// Where unix time begins.
    pub const EPOCH: Self = Self {
        date: Date {
            year: 1970,
            month: 1,
            day: 1,
        },
        millis: 0,
    };

    /// `None` when no clock shows this. None shows a leap second.
    #[must_use]
    pub fn new(date: Date, hour: i8, minute: i8, second: i8, millisecond: i16) -> Option<Self> {
        let exists = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..1_000).contains(&millisecond);
        let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
        exists.then_some(Self {
            date,
            millis: seconds * 1_000 + i64::from(millisecond),
        })
    }

    /// What a clock set to UTC shows at a moment of unix time; `None` outside the
    /// years 0 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        Some(Self {
            date: Date::from_days(millis.div_euclid(MILLIS_PER_DAY))?,
            millis: millis.rem_euclid(MILLIS_PER_DAY),
        })
    }

    /// The moment at which a clock set to UTC shows this, in unix milliseconds.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.date.days() * MILLIS_PER_DAY + self.millis
    }

    /// The day.
    #[must_use]
    pub fn date(self) -> Date {
        self.date
    }

    /// 0 to 23.
    #[must_use]
    pub fn hour(self) -> i64 {
        self.millis / 3_600_000
    }

    /// 0 to 59.
    #[must_use]
    pub fn minute(self) -> i64 {
        self.millis / 60_000 % 60
    }

    /// 0 to 59.
    #[must_use]
    pub fn second(self) -> i64 {
        self.millis / 1_000 % 60
    }

    /// 0 to 999.
    #[must_use]
    pub fn millisecond(self) -> i64 {
        self.millis % 1_000
    }
}
