//! Reads a JSON object field by field and collects what is wrong with it, at
//! most one problem a field (SP-09).

mod nested;
mod number;
mod text;

pub(crate) use number::whole_number;
pub use text::MAX_EMAIL_CHARS;

use core::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::id::MAX_ID;
use crate::money::Currency;
use crate::problem::Problems;
use crate::time::{TimeError, Timestamp};

/// A JSON object being read. Each reader answers a harmless default where it
/// finds a problem; [`Fields::finish`] then makes the whole an error.
#[derive(Debug)]
pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    asked: Vec<&'static str>,
    problems: Problems,
}

impl<'a> Fields<'a> {
    /// Starts reading.
    #[must_use]
    pub fn new(map: &'a Map<String, Value>) -> Self {
        Self {
            map,
            asked: Vec::new(),
            problems: Problems::new(),
        }
    }

    /// The field as it stands, `null` and absent alike being `None`.
    pub fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Adds a problem, unless the field already has one.
    pub fn problem(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        if !self.problems.has(field) {
            self.problems.push(field, code, message);
        }
    }

    /// A required whole number. JSON numbers with a point or an exponent are
    /// refused even where their value is whole.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> i64 {
        let default = *range.start();
        match self.required(name) {
            Some(value) => self.read_integer(name, value, range).unwrap_or(default),
            None => default,
        }
    }

    /// A whole number that may be absent or null.
    pub fn optional_integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let value = self.raw(name)?;
        self.read_integer(name, value, range)
    }

    /// A whole number, or `default` when absent or null.
    pub fn integer_or(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
        default: i64,
    ) -> i64 {
        self.optional_integer(name, range).unwrap_or(default)
    }

    /// A required row id, 1 to [`MAX_ID`].
    pub fn id(&mut self, name: &'static str) -> i64 {
        self.integer(name, 1..=MAX_ID)
    }

    /// A row id that may be absent or null.
    pub fn optional_id(&mut self, name: &'static str) -> Option<i64> {
        self.optional_integer(name, 1..=MAX_ID)
    }

    /// `true` or `false`, or `default` when absent or null.
    pub fn boolean_or(&mut self, name: &'static str, default: bool) -> bool {
        self.optional_boolean(name).unwrap_or(default)
    }

    /// `true` or `false`; may be absent or null.
    pub fn optional_boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.raw(name)?;
        if !value.is_boolean() {
            self.problem(name, "type", "must be true or false");
        }
        value.as_bool()
    }

    /// A required ISO 4217 code.
    pub fn currency(&mut self, name: &'static str) -> Currency {
        match self.required(name) {
            Some(value) => self.read_currency(name, value),
            None => None,
        }
        .unwrap_or(Currency::EUR)
    }

    /// An ISO 4217 code that may be absent or null.
    pub fn optional_currency(&mut self, name: &'static str) -> Option<Currency> {
        let value = self.raw(name)?;
        self.read_currency(name, value)
    }

    /// An ISO 4217 code, or `default` when absent or null.
    pub fn currency_or(&mut self, name: &'static str, default: Currency) -> Currency {
        self.optional_currency(name).unwrap_or(default)
    }

    /// A required RFC 3339 time with its offset.
    pub fn instant(&mut self, name: &'static str) -> Timestamp {
        match self.required(name) {
            Some(value) => self.read_instant(name, value).unwrap_or_default(),
            None => Timestamp::default(),
        }
    }

    /// An RFC 3339 time that may be absent or null.
    pub fn optional_instant(&mut self, name: &'static str) -> Option<Timestamp> {
        let value = self.raw(name)?;
        self.read_instant(name, value)
    }

    /// Makes every key that no reader asked for a problem of its own.
    pub fn refuse_unknown(&mut self) {
        for key in self.map.keys() {
            if !self.asked.contains(&key.as_str()) {
                self.problems
                    .push(key.clone(), "unknown", "is no field of this object");
            }
        }
    }

    /// Whether the field has a problem so far; for rules over several fields.
    #[must_use]
    pub fn has_problem(&self, name: &str) -> bool {
        self.problems.has(name)
    }

    /// What was read.
    ///
    /// # Errors
    /// Every problem found.
    pub fn finish<T>(self, value: T) -> Result<T, Problems> {
        self.problems.into_result(value)
    }

    fn required(&mut self, name: &'static str) -> Option<&'a Value> {
        let value = self.raw(name);
        if value.is_none() {
            self.problem(name, "required", "is required");
        }
        value
    }

    fn read_integer(
        &mut self,
        name: &'static str,
        value: &Value,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        match whole_number(value, &range) {
            Ok(number) => Some(number),
            Err(problem) => {
                self.problem(name, problem.code(), problem.message());
                None
            }
        }
    }

    fn read_currency(&mut self, name: &'static str, value: &Value) -> Option<Currency> {
        let Value::String(code) = value else {
            self.problem(name, "type", "must be a text");
            return None;
        };
        Currency::from_code(code)
            .map_err(|error| self.problem(name, error.code(), error.to_string()))
            .ok()
    }

    fn read_instant(&mut self, name: &'static str, value: &Value) -> Option<Timestamp> {
        let Value::String(text) = value else {
            self.problem(name, "type", TimeError.to_string());
            return None;
        };
        Timestamp::parse_rfc3339(text)
            .map_err(|error| self.problem(name, error.code(), error.to_string()))
            .ok()
    }
}
