//! What was fetched, by whom, and whether it counts (RD-08 to RD-10).

pub mod fetch;
pub mod message;
pub mod robots;
pub mod visitor;

pub use fetch::Fetch;
pub use message::{Click, ClickError, clip_agent};
pub use robots::RobotList;
pub use visitor::{VisitorId, daily_visitor};
