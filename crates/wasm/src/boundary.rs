//! What every entry needs at the crossing: numbers and errors.

use core::fmt::Display;

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

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
