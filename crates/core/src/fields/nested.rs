//! Lists, objects within the object, and names out of a few.

use core::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::text::check_code;
use super::{Fields, whole_number};
use crate::id::MAX_ID;
use crate::problem::Problems;

impl<'a> Fields<'a> {
    /// A required text that is one of a few names; `message` tells which.
    pub fn named<T>(
        &mut self,
        name: &'static str,
        from_name: impl FnOnce(&str) -> Option<T>,
        message: &str,
    ) -> Option<T> {
        let value = self.required(name);
        self.read_name(name, value, from_name, message)
    }

    /// One of a few names that may be absent or null; `message` tells which.
    pub fn optional_named<T>(
        &mut self,
        name: &'static str,
        from_name: impl FnOnce(&str) -> Option<T>,
        message: &str,
    ) -> Option<T> {
        let value = self.raw(name);
        self.read_name(name, value, from_name, message)
    }

    /// A list of row ids, empty when absent or null. Repeated ids count towards
    /// `max` and are then left out.
    pub fn ids(&mut self, name: &'static str, max: usize) -> Vec<i64> {
        let Some(values) = self.list(name, "ids", max) else {
            return Vec::new();
        };
        let mut ids = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            match whole_number(value, &(1..=MAX_ID)) {
                Ok(id) if ids.contains(&id) => {}
                Ok(id) => ids.push(id),
                Err(why) => {
                    self.problem(name, why.code(), format!("id {index}: {}", why.message()));
                    return Vec::new();
                }
            }
        }
        ids
    }

    /// A list of codes as [`Fields::code`] reads them, `None` when absent or
    /// null, or when there is a problem with one.
    pub fn optional_codes(
        &mut self,
        name: &'static str,
        max: usize,
        chars: RangeInclusive<usize>,
    ) -> Option<Vec<String>> {
        let values = self.list(name, "codes", max)?;
        let mut codes = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let Some(text) = value.as_str() else {
                self.problem(name, "type", format!("code {index}: must be a text"));
                return None;
            };
            match check_code(text, &chars) {
                Ok(code) => codes.push(code),
                Err(bad) => {
                    self.problem(name, bad.code(), format!("code {index}: {}", bad.message()));
                    return None;
                }
            }
        }
        Some(codes)
    }

    /// A required object. Its problems become this object's, each field written
    /// `name.field`.
    pub fn object<T: Default>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&Map<String, Value>) -> Result<T, Problems>,
    ) -> T {
        match self.required(name) {
            Some(Value::Object(map)) => match parse(map) {
                Ok(value) => return value,
                Err(problems) => {
                    for problem in problems {
                        let field = format!("{name}.{}", problem.field);
                        self.problem(&field, problem.code, problem.message);
                    }
                }
            },
            Some(_) => self.problem(name, "type", "must be an object"),
            None => {}
        }
        T::default()
    }

    fn read_name<T>(
        &mut self,
        name: &'static str,
        value: Option<&'a Value>,
        from_name: impl FnOnce(&str) -> Option<T>,
        message: &str,
    ) -> Option<T> {
        let named = from_name(self.as_text(name, value)?);
        if named.is_none() {
            self.problem(name, "invalid", message);
        }
        named
    }

    /// A list of at most so many values.
    fn list(&mut self, name: &'static str, what: &str, max: usize) -> Option<&'a [Value]> {
        let Value::Array(values) = self.raw(name)? else {
            self.problem(name, "type", format!("must be a list of {what}"));
            return None;
        };
        if values.len() > max {
            let message = format!("may hold at most {max} {what}, has {}", values.len());
            self.problem(name, "too_long", message);
            return None;
        }
        Some(values)
    }
}
