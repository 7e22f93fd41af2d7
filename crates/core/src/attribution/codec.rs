//! Touches as bytes, as the journey cookie and the click token carry them.
//!
//! A touch is four [LEB128](https://en.wikipedia.org/wiki/LEB128) numbers: the
//! link's id; the scope's id times 4 plus its kind (0 account, 1 series, 2
//! event); the time as zigzag difference in milliseconds to the touch before
//! (the first to 1970); the sequence number as difference to the touch before.
//! Since version 2 a byte follows whose bits say which UTM values the touch has,
//! from the lowest: source, medium, campaign, term, content; then each of them,
//! its length as LEB128 and its UTF-8.

use crate::attribution::scope::Scope;
use crate::attribution::touch::Touch;
use crate::id::MAX_ID;
use crate::link::utm::Utm;
use crate::time::Timestamp;

/// The first byte of what is written.
pub(super) const VERSION: u8 = 2;
/// The first byte of payloads without UTM values.
pub(super) const VERSION_WITHOUT_UTM: u8 = 1;

/// Most bytes of one UTM value. A touch with all five then takes less than half
/// of a cookie.
const MAX_VALUE_BYTES: usize = 64;

/// Writes a payload.
pub(super) struct Writer {
    out: Vec<u8>,
    at: i64,
    sequence: u32,
}

impl Writer {
    /// Begins a payload of about so many touches.
    pub(super) fn new(touches: usize) -> Self {
        let mut out = Vec::with_capacity(1 + 16 * touches);
        out.push(VERSION);
        Self {
            out,
            at: 0,
            sequence: 0,
        }
    }

    /// Appends a touch.
    pub(super) fn touch(&mut self, touch: &Touch, sequence: u32, utm: Option<&Utm>) {
        let (kind, id) = match touch.scope {
            Scope::Account(id) => (0, id),
            Scope::Series(id) => (1, id),
            Scope::Event(id) => (2, id),
        };
        self.number(clamp_id(touch.link));
        self.number(clamp_id(id) << 2 | kind);
        self.number(zigzag(touch.at.millis() - self.at));
        self.number(u64::from(sequence.wrapping_sub(self.sequence)));
        (self.at, self.sequence) = (touch.at.millis(), sequence);
        self.utm(utm);
    }

    /// The payload.
    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    fn utm(&mut self, utm: Option<&Utm>) {
        let place = self.out.len();
        self.out.push(0);
        let Some(utm) = utm else { return };
        let mut which = 0;
        for (bit, value) in values(utm) {
            let value = clip(value);
            if !value.is_empty() {
                which |= bit;
                self.number(value.len() as u64);
                self.out.extend_from_slice(value.as_bytes());
            }
        }
        if let Some(byte) = self.out.get_mut(place) {
            *byte = which;
        }
    }

    fn number(&mut self, mut number: u64) {
        loop {
            let low = (number & 0x7f) as u8;
            number >>= 7;
            if number == 0 {
                self.out.push(low);
                return;
            }
            self.out.push(low | 0x80);
        }
    }
}

/// Reads a payload.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    has_utm: bool,
    at: i64,
    sequence: u32,
}

impl<'a> Reader<'a> {
    /// Begins after the version byte of a payload.
    pub(super) fn new(rest: &'a [u8], has_utm: bool) -> Self {
        Self {
            rest,
            has_utm,
            at: 0,
            sequence: 0,
        }
    }

    /// Whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many touches there may still be, roughly.
    pub(super) fn estimate(&self) -> usize {
        self.rest.len() / 10
    }

    /// The next touch and its sequence number; `None` for anything that
    /// [`Writer`] can't have written.
    pub(super) fn touch(&mut self) -> Option<(Touch, u32)> {
        let link = read_id(self.number()?)?;
        let scope = self.number()?;
        let id = read_id(scope >> 2)?;
        let scope = match scope & 3 {
            0 => Scope::Account(id),
            1 => Scope::Series(id),
            2 => Scope::Event(id),
            _ => return None,
        };
        self.at = self.at.checked_add(unzigzag(self.number()?))?;
        let gap = u32::try_from(self.number()?).ok()?;
        self.sequence = self.sequence.checked_add(gap)?;
        let utm = if self.has_utm {
            self.utm()?
        } else {
            Utm::default()
        };
        let touch = Touch {
            link,
            scope,
            at: Timestamp::from_millis(self.at),
            utm,
        };
        Some((touch, self.sequence))
    }

    fn utm(&mut self) -> Option<Utm> {
        let which = self.byte()?;
        let mut utm = Utm::default();
        for (bit, value) in slots(&mut utm) {
            if which & bit != 0 {
                *value = Some(self.value()?);
            }
        }
        (which < 1 << 5).then_some(utm)
    }

    fn value(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        if !(1..=MAX_VALUE_BYTES).contains(&length) {
            return None;
        }
        let (value, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        core::str::from_utf8(value).ok().map(str::to_owned)
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && low > 1 {
                return None;
            }
            number |= low << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

/// The values that are set, each with its bit.
fn values(utm: &Utm) -> impl Iterator<Item = (u8, &str)> {
    [
        (1, &utm.source),
        (1 << 1, &utm.medium),
        (1 << 2, &utm.campaign),
        (1 << 3, &utm.term),
        (1 << 4, &utm.content),
    ]
    .into_iter()
    .filter_map(|(bit, value)| value.as_deref().map(|value| (bit, value)))
}

/// Where the value of each bit belongs.
fn slots(utm: &mut Utm) -> [(u8, &mut Option<String>); 5] {
    [
        (1, &mut utm.source),
        (1 << 1, &mut utm.medium),
        (1 << 2, &mut utm.campaign),
        (1 << 3, &mut utm.term),
        (1 << 4, &mut utm.content),
    ]
}

/// As many whole characters as fit.
fn clip(value: &str) -> &str {
    let end = value.floor_char_boundary(MAX_VALUE_BYTES);
    value.get(..end).unwrap_or_default()
}

/// Row ids are 1 to 2^53 − 1; what is not one is written as 0, which no reader
/// accepts.
fn clamp_id(id: i64) -> u64 {
    u64::try_from(id).ok().filter(|_| id <= MAX_ID).unwrap_or(0)
}

fn read_id(number: u64) -> Option<i64> {
    i64::try_from(number)
        .ok()
        .filter(|id| (1..=MAX_ID).contains(id))
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}
