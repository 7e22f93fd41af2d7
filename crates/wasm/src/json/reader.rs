//! The text of JSON, piece by piece.

use core::fmt::{self, Display};
use std::borrow::Cow;

use serde::de::{self, Deserialize};

/// Reading stopped; where, the reader knows.
#[derive(Debug)]
pub(super) struct Stopped;

impl Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Stopped {}

impl de::Error for Stopped {
    // The message is not even made: this is what keeps the wasm small.
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

pub(super) type Read<T> = Result<T, Stopped>;

fn must(holds: bool) -> Read<()> {
    if holds { Ok(()) } else { Err(Stopped) }
}

pub(super) struct Reader<'de> {
    text: &'de str,
    /// In bytes; always between two characters.
    place: usize,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { text, place: 0 }
    }

    pub(super) fn whole<T: Deserialize<'de>>(&mut self) -> Read<T> {
        let value = T::deserialize(&mut *self)?;
        must(self.next_byte().is_none())?;
        Ok(value)
    }

    /// Which character comes next, from 1.
    pub(super) fn characters(&self) -> usize {
        let read = self.text.get(..self.place).unwrap_or(self.text);
        read.chars().count() + 1
    }

    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    /// Takes the byte that is here, if it is one of those wanted.
    fn take_if(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let takes = self.here().is_some_and(wanted);
        self.place += usize::from(takes);
        takes
    }

    /// The next byte that is no white space; it is not taken.
    pub(super) fn next_byte(&mut self) -> Option<u8> {
        while self.take_if(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {}
        self.here()
    }

    /// Takes the next byte that is no white space: it must be this one.
    pub(super) fn expect(&mut self, byte: u8) -> Read<()> {
        self.next_byte();
        must(self.take_if(|here| here == byte))
    }

    pub(super) fn word(&mut self, word: &str) -> Read<()> {
        for byte in word.bytes() {
            must(self.take_if(|here| here == byte))?;
        }
        Ok(())
    }

    /// A number without fraction or exponent. JSON's `-0` is a float.
    pub(super) fn integer(&mut self) -> Read<i64> {
        self.next_byte();
        let is_negative = self.take_if(|byte| byte == b'-');
        let start = self.place;
        let is_padded = self.here() == Some(b'0');
        let mut number: i64 = 0;
        while let Some(byte @ b'0'..=b'9') = self.here() {
            let digit = i64::from(byte - b'0');
            let next = number.checked_mul(10).and_then(|tens| {
                if is_negative {
                    tens.checked_sub(digit)
                } else {
                    tens.checked_add(digit)
                }
            });
            number = next.ok_or(Stopped)?;
            self.place += 1;
        }
        match self.place - start {
            0 => Err(Stopped),
            1 => must(!(is_padded && is_negative)),
            _ => must(!is_padded),
        }?;
        must(!matches!(self.here(), Some(b'.' | b'e' | b'E')))?;
        Ok(number)
    }

    pub(super) fn string(&mut self) -> Read<Cow<'de, str>> {
        self.expect(b'"')?;
        let text = self.text;
        let mut start = self.place;
        let mut unescaped = String::new();
        loop {
            match self.here().ok_or(Stopped)? {
                b'"' => {
                    let rest = text.get(start..self.place).ok_or(Stopped)?;
                    self.place += 1;
                    if unescaped.is_empty() {
                        return Ok(Cow::Borrowed(rest));
                    }
                    unescaped.push_str(rest);
                    return Ok(Cow::Owned(unescaped));
                }
                b'\\' => {
                    unescaped.push_str(text.get(start..self.place).ok_or(Stopped)?);
                    self.place += 1;
                    unescaped.push(self.escaped()?);
                    start = self.place;
                }
                0..0x20 => return Err(Stopped),
                _ => self.place += 1,
            }
        }
    }

    /// The character that an escape stands for, its backslash taken already.
    fn escaped(&mut self) -> Read<char> {
        let byte = self.here().ok_or(Stopped)?;
        self.place += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                if (0xd800..0xdc00).contains(&unit) {
                    // The first half of a character: the other must follow.
                    self.word("\\u")?;
                    let low = self.hex()?;
                    must((0xdc00..0xe000).contains(&low))?;
                    let both = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    char::from_u32(both).ok_or(Stopped)?
                } else {
                    char::from_u32(unit).ok_or(Stopped)?
                }
            }
            _ => {
                self.place -= 1;
                return Err(Stopped);
            }
        })
    }

    fn hex(&mut self) -> Read<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.here().ok_or(Stopped)?;
            let digit = char::from(byte).to_digit(16).ok_or(Stopped)?;
            unit = unit * 16 + digit;
            self.place += 1;
        }
        Ok(unit)
    }

    /// Whether a list or object that ends with `close` has a further entry.
    pub(super) fn has_next(&mut self, close: u8, is_first: bool) -> Read<bool> {
        if self.next_byte() == Some(close) {
            return Ok(false);
        }
        if !is_first {
            self.expect(b',')?;
        }
        Ok(true)
    }
}

// What nobody reads, however deep it is.
impl Reader<'_> {
    pub(super) fn skip(&mut self) -> Read<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            match self.next_byte().ok_or(Stopped)? {
                byte @ (b'{' | b'[') => {
                    // `}` and `]` are the second byte after theirs.
                    self.place += 1;
                    open.push(byte + 2);
                    if self.next_byte() != Some(byte + 2) {
                        self.skip_key(byte + 2)?;
                        continue;
                    }
                }
                b'"' => self.skip_string()?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.skip_number()?,
            }
            while let Some(close) = open.last().copied() {
                if !self.has_next(close, false)? {
                    self.place += 1;
                    open.pop();
                } else {
                    self.skip_key(close)?;
                    break;
                }
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    /// The key before a value, where the value is in an object.
    fn skip_key(&mut self, close: u8) -> Read<()> {
        if close == b'}' {
            self.skip_string()?;
            self.expect(b':')?;
        }
        Ok(())
    }

    fn skip_string(&mut self) -> Read<()> {
        self.expect(b'"')?;
        loop {
            match self.here().ok_or(Stopped)? {
                b'"' => break,
                b'\\' => {
                    self.place += 1;
                    if self.take_if(|byte| byte == b'u') {
                        self.hex()?;
                    } else {
                        must(self.take_if(|byte| br#""\/bfnrt"#.contains(&byte)))?;
                    }
                }
                0..0x20 => return Err(Stopped),
                _ => self.place += 1,
            }
        }
        self.place += 1;
        Ok(())
    }

    fn skip_number(&mut self) -> Read<()> {
        self.take_if(|byte| byte == b'-');
        if !self.take_if(|byte| byte == b'0') {
            self.skip_digits()?;
        }
        if self.take_if(|byte| byte == b'.') {
            self.skip_digits()?;
        }
        if self.take_if(|byte| matches!(byte, b'e' | b'E')) {
            self.take_if(|byte| matches!(byte, b'+' | b'-'));
            self.skip_digits()?;
        }
        Ok(())
    }

    fn skip_digits(&mut self) -> Read<()> {
        must(self.take_if(|byte| byte.is_ascii_digit()))?;
        while self.take_if(|byte| byte.is_ascii_digit()) {}
        Ok(())
    }
}
