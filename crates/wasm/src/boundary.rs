//! What every part needs at the crossing: numbers, errors, JSON.

use core::fmt::Display;

use js_sys::{Error, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::json::{self, Kind};

/// An `Error` with a `code`.
pub(crate) fn thrown(code: &str, message: &impl Display) -> JsValue {
    let error = Error::new(&message.to_string());
    // Setting a property of an object just made fails for no one.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

/// A number of milliseconds without its fraction; what is no number is 0, what
/// is too large the largest.
pub(crate) fn whole(number: f64) -> i64 {
    number as i64
}

/// Reads an object or a list; in an error it is called `what`.
pub(crate) fn read<'de, T: Deserialize<'de>>(
    kind: Kind,
    what: &str,
    text: &'de str,
) -> Result<T, JsValue> {
    json::read(kind, text).map_err(|error| {
        let message = format_args!("the {what} {error}");
        thrown(error.code(), &message)
    })
}

/// As JSON: what is written here, strings, integers and lists, always can be.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
