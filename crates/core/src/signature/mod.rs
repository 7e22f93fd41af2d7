//! What proves that a text came from us, or from a holder of a key.

pub mod api_token;
pub mod callback;
pub mod token;

pub use api_token::ApiToken;
pub use token::{KeyRing, KeyRingError, Purpose, TokenError};
