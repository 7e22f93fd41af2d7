//! Reads JSON into what `serde` derives.
//!
//! `serde_json` would do it too, but as wasm it is larger than all that a basket
//! is priced with: it says in words what it found and what it expected, floats
//! included. This reader accepts the same texts and says where it stopped.

mod reader;

use core::fmt::{self, Display};
use core::mem;
use std::borrow::Cow;

use serde::de::value::CowStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, IgnoredAny, Visitor};
use serde::forward_to_deserialize_any;

use self::reader::{Read, Reader, Stopped};

/// What a whole text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    List,
}

/// Why a text was not read. Places are characters, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// It is no JSON.
    Malformed {
        /// The first character that can't stand there, or one past the last.
        at: usize,
    },
    /// It is JSON, but not of this kind.
    NotA(Kind),
    /// It is of the kind, but not what was to be read.
    Invalid {
        /// Where it turned out.
        at: usize,
    },
}

impl ReadError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::NotA(_) => "type",
            Self::Invalid { .. } => "invalid",
        }
    }
}

impl Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { at } => write!(f, "is no JSON from character {at} on"),
            Self::NotA(Kind::Object) => f.write_str("must be an object"),
            Self::NotA(Kind::List) => f.write_str("must be a list"),
            Self::Invalid { at } => write!(f, "breaks a rule before character {at}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads the whole of a text as one object or list.
///
/// # Errors
/// [`ReadError`].
pub fn read<'de, T: Deserialize<'de>>(kind: Kind, text: &'de str) -> Result<T, ReadError> {
    let mut reader = Reader::new(text);
    reader.whole().map_err(|Stopped| {
        let mut again = Reader::new(text);
        let start = match kind {
            Kind::Object => '{',
            Kind::List => '[',
        };
        if again.whole::<IgnoredAny>().is_err() {
            let at = again.characters();
            ReadError::Malformed { at }
        } else if text.trim_start().starts_with(start) {
            let at = reader.characters();
            ReadError::Invalid { at }
        } else {
            ReadError::NotA(kind)
        }
    })
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = Stopped;

    /// Refuses: nothing that is read here leaves its type to the text.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Stopped)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let is_true = self.next_byte() == Some(b't');
        self.word(if is_true { "true" } else { "false" })?;
        visitor.visit_bool(is_true)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.integer()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.next_byte() == Some(b'n') {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.expect(b'[')?;
        let value = visitor.visit_seq(Entries::of(self, b']'))?;
        self.expect(b']')?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.expect(b'{')?;
        let value = visitor.visit_map(Entries::of(self, b'}'))?;
        self.expect(b'}')?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_enum(CowStrDeserializer::new(self.string()?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u64 u128 f32 f64 char bytes byte_buf
        unit unit_struct newtype_struct tuple_struct
    }
}

/// What is left of a list or an object.
struct Entries<'a, 'de> {
    reader: &'a mut Reader<'de>,
    close: u8,
    is_first: bool,
}

impl<'a, 'de> Entries<'a, 'de> {
    fn of(reader: &'a mut Reader<'de>, close: u8) -> Self {
        Self {
            reader,
            close,
            is_first: true,
        }
    }

    fn next<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let is_first = mem::replace(&mut self.is_first, false);
        if !self.reader.has_next(self.close, is_first)? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> de::SeqAccess<'de> for Entries<'_, 'de> {
    type Error = Stopped;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        self.next(seed)
    }
}

impl<'de> de::MapAccess<'de> for Entries<'_, 'de> {
    type Error = Stopped;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        self.next(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}
