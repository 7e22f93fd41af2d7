//! `handbill-core` for JavaScript: converts, never decides.
//!
//! Each feature is one entry of the npm package and becomes wasm of its own, so
//! that a checkout page doesn't load the list of robots to price a basket.

#[cfg(feature = "rules")]
pub mod answer;
#[cfg(feature = "basket")]
pub mod basket;
mod boundary;
#[cfg(feature = "basket")]
pub mod json;
pub mod money;
#[cfg(feature = "rules")]
mod objects;
#[cfg(feature = "rules")]
pub mod rules;
