//! The parts of ISO 8601 texts, which dates, times and cursors are read from.

pub(crate) const NANOS_PER_MILLI: i64 = 1_000_000;

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

    /// `YYYY-MM-DD`, whether or not there is such a day.
    pub(crate) fn date(&mut self, dash: &[u8]) -> Option<(i16, i8, i8)> {
        let year = i16::from(self.two_digits()?) * 100 + i16::from(self.two_digits()?);
        self.skip(dash)?;
        let month = self.two_digits()?;
        self.skip(dash)?;
        Some((year, month, self.two_digits()?))
    }

    /// Whether the fifth byte is the `-` that follows the year in the extended form.
    pub(crate) fn has_dashes(&self) -> bool {
        self.0.get(4) == Some(&b'-')
    }

    /// `hh:mm` or `hh:mm:ss`, whether or not there is such a time, without leap
    /// seconds.
    pub(crate) fn time(&mut self, colon: &[u8]) -> Option<(i8, i8, Option<i8>)> {
        let hour = self.two_digits()?;
        self.skip(colon)?;
        let minute = self.two_digits()?;
        if !self.has_more(colon) {
            return Some((hour, minute, None));
        }
        let second = match self.two_digits()? {
            60 => 59,
            second => second,
        };
        Some((hour, minute, Some(second)))
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

    /// One or more digits after a point or comma: whole milliseconds, and whether
    /// there is more than those. 0 and `false` when there is neither.
    pub(crate) fn long_fraction(&mut self) -> Option<(i16, bool)> {
        let is_there = matches!(self.0, [b'.' | b',', ..]);
        let nanos = self.fraction()?;
        let mut is_finer = nanos % NANOS_PER_MILLI != 0;
        while is_there && let Some(digit) = self.digit() {
            is_finer |= digit != 0;
        }
        let millis = i16::try_from(nanos / NANOS_PER_MILLI).ok()?;
        Some((millis, is_finer))
    }

    /// What follows an offset's sign, in seconds: `hh`, `hh:mm`, `hh:mm:ss` or the
    /// same without colons. Seconds may have a fraction, and are rounded by it.
    pub(crate) fn offset(&mut self) -> Option<i64> {
        let sixty = |number: i8| (number < 60).then_some(i64::from(number));
        let mut seconds = i64::from(self.two_digits()?) * 3_600;
        let colon: &[u8] = if self.0.starts_with(b":") { b":" } else { b"" };
        if self.has_more(colon) {
            seconds += sixty(self.two_digits()?)? * 60;
            if self.has_more(colon) {
                seconds += sixty(self.two_digits()?)?;
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
