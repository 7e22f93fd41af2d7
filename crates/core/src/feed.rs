//! Where a reader of the tickets feed stands (SG-03 to SG-05).

use core::fmt;

use crate::calendar::MILLIS_PER_DAY;
use crate::id::{MAX_ID, parse_id};
use crate::iso8601::Reader;
use crate::time::Timestamp;

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorError;

impl CursorError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        "invalid"
    }
}

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be an ISO 8601 time, or one with `_` and a ticket id after it")
    }
}

impl std::error::Error for CursorError {}

/// A place in a feed that is ordered by update time, then id: the rows after it are
/// new to who stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// Unix milliseconds, within the years 0001 to 9999.
    pub at: i64,
    /// 0 to [`MAX_ID`].
    pub id: i64,
}

impl Cursor {
    /// Before every row.
    pub const START: Self = Self {
        at: Timestamp::MIN.millis(),
        id: 0,
    };

    /// Reads a time, or a time, `_` and the id of a row.
    ///
    /// The time is an ISO 8601 one of the years 0001 to 9999, in the extended form or
    /// in the basic one, with its day by month, by week or by its number in the year. A
    /// day, month or week alone is the midnight that it begins with, what is missing of a
    /// clock is zero, the last thing of it may have decimals, without an offset it is UTC,
    /// and a space for the `+` of the offset is what a query string makes of a `+` that
    /// was not escaped.
    ///
    /// Without an id, what is new is what comes strictly after the time. So it is
    /// with a time that no row can have, for rows have whole milliseconds: its id
    /// tells nothing.
    ///
    /// # Errors
    /// [`CursorError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        read(text).ok_or(CursorError)
    }

    /// `2025-05-20 12:47:26.622000_4711`, which [`Cursor::parse`] reads.
    #[must_use]
    pub fn to_text(self) -> String {
        let at = Timestamp::from_millis(self.at);
        format!("{}_{}", at.to_sql_text(), self.id)
    }
}

fn read(text: &str) -> Option<Cursor> {
    let (time, id) = match text.split_once('_') {
        Some((time, "0")) => (time, 0),
        Some((time, id)) => (time, parse_id(id)?),
        None => (text, MAX_ID),
    };
    let (at, is_finer) = read_time(time)?;
    Some(Cursor {
        at: at.millis(),
        id: if is_finer { MAX_ID } else { id },
    })
}

/// The last whole millisecond that is not after the time, and whether it is before it.
fn read_time(text: &str) -> Option<(Timestamp, bool)> {
    let mut rest = Reader::new(text);
    let (dash, colon): (&[u8], &[u8]) = if rest.has_dashes() {
        (b"-", b":")
    } else {
        (b"", b"")
    };
    let (date, is_day) = rest.any_date(dash).filter(|(date, _)| date.year() > 0)?;
    let midnight = date.days() * MILLIS_PER_DAY;
    if rest.is_empty() {
        return Some((Timestamp::within_years(midnight)?, false));
    }
    rest.one_of(b"Tt ").filter(|_| is_day)?;
    let (clock, is_finer) = rest.clock(colon)?;
    let offset_seconds = match rest.one_of(b"Zz+- ") {
        Some(b'+' | b' ') => rest.offset()?,
        Some(b'-') => -rest.offset()?,
        _ => 0,
    };
    if !rest.is_empty() {
        return None;
    }
    let at = Timestamp::within_years(midnight + clock - offset_seconds * 1_000)?;
    Some((at, is_finer))
}
