//! Links: what they may be, where they lead, what they let the buyer see.

pub mod destination;
pub mod draft;
pub mod facts;
pub mod item;
pub mod kind;
pub mod offer;
pub mod promoter;
pub mod redirect;
pub mod route;
pub mod slug;
pub mod utm;

pub use destination::{Destination, DestinationError};
pub use draft::Draft;
pub use facts::{EventFact, Facts};
pub use item::{Item, ItemTarget};
pub use kind::Kind;
pub use offer::{Restriction, sellable};
pub use promoter::Promoter;
pub use route::{Route, RouteEntry};
pub use slug::{Slug, SlugError};
pub use utm::Utm;
