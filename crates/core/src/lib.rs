#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod attribution;
pub mod basket;
pub mod budget;
pub mod calendar;
pub mod catalogue;
pub mod click;
pub mod feed;
pub mod fields;
pub mod id;
pub mod link;
pub mod money;
pub mod order;
pub mod page;
pub mod problem;
pub mod signature;
pub mod time;

mod iso8601;
mod percent;
