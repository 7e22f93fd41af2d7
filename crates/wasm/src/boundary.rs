//! The crossing itself: values, numbers and errors.

use core::fmt::Display;

use handbill_core::id::MAX_ID;
use js_sys::{Error, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// As plain objects, the way `JSON.parse` would make them.
pub(crate) fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    value
        .serialize(&Serializer::json_compatible())
        .map_err(|error| thrown("internal", &error))
}

/// Reads an object; undefined and null are one without fields.
pub(crate) fn from_js<T: DeserializeOwned + Default>(value: JsValue) -> Result<T, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    serde_wasm_bindgen::from_value(value).map_err(|error| thrown("type", &error))
}

/// An `Error` with a `code`.
pub(crate) fn thrown(code: &str, message: &impl Display) -> JsValue {
    let error = Error::new(&message.to_string());
    // Setting a property of an object just made fails for no one.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

/// A whole number that a JavaScript number keeps exactly.
pub(crate) fn exact(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= MAX_ID as f64).then_some(number as i64)
}

/// A number of milliseconds without its fraction; what is no number is 0, what
/// is too large the largest.
pub(crate) fn whole(number: f64) -> i64 {
    number as i64
}
