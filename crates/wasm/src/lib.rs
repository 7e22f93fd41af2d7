//! `handbill-core` for JavaScript: converts, never decides.
//!
//! Each feature is a part of the npm package. An entry of the package is one or
//! more of them and becomes wasm of its own, so that a checkout page doesn't load
//! the list of robots to price a basket.

#[cfg(feature = "links")]
pub mod answer;
#[cfg(feature = "attribution")]
pub mod attribution;
#[cfg(feature = "basket")]
pub mod basket;
#[cfg(any(
    feature = "links",
    feature = "keys",
    feature = "attribution",
    feature = "basket"
))]
mod boundary;
pub mod json;
#[cfg(feature = "keys")]
pub mod keys;
#[cfg(feature = "links")]
pub mod links;
#[cfg(feature = "basket")]
pub mod money;
#[cfg(feature = "robots")]
pub mod robots;
