//! What baskets cost, and when they may not be sold (BK-02 to BK-05). The rules
//! are those of `docs/pricing.md`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

mod agreement;
mod amounts;
mod any;
#[path = "../arbitrary/mod.rs"]
mod arbitrary;
mod codes;
mod model;
mod page;
mod properties;
mod random;
mod reading;
mod rules;
mod shop;
