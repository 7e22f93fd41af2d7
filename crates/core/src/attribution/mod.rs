//! Who sent the buyer: scopes, touches, and the journey a browser carries.

pub mod journey;
pub mod scope;
pub mod touch;

pub use journey::{Journey, Step};
pub use scope::{Scope, ScopeError};
pub use touch::Touch;
