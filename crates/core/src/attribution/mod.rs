//! Who sent the buyer: scopes, touches, the journey a browser carries, and which
//! link is credited for a purchase.

pub mod click_token;
mod codec;
pub mod journey;
pub mod page_journey;
pub mod receipt;
pub mod resolve;
pub mod scope;
pub mod touch;

pub use click_token::{CLICK_PARAMETER, ClickToken};
pub use journey::{Journey, Step};
pub use page_journey::PageJourney;
pub use receipt::{Considered, Receipt, Rule, Source, Verdict};
pub use resolve::{Candidate, Purchase, resolve};
pub use scope::{Scope, ScopeError};
pub use touch::Touch;
