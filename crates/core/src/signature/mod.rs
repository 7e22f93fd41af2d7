//! What proves that a text came from us, or from a holder of a key.

pub mod api_token;
pub mod callback;
pub mod token;

pub use api_token::ApiToken;
pub use token::{KeyRing, KeyRingError, Purpose, TokenError};

/// Signed webhooks (WH-04, WH-13, NP-03): a crate of its own, that has to be small.
pub use handbill_webhook as webhook;
