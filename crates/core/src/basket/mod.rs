//! What a basket costs, and whether it may be sold (BK-02 to BK-05). The rules
//! are told, with examples, in `docs/pricing.md`.
//!
//! [`price`] takes what may be sold here ([`Catalogue`]), what the buyer chose
//! ([`Selection`]) and the time, and answers a [`Quote`]. Browser, Node and
//! Worker call the same function and get the same bytes.

pub mod catalogue;
pub mod list;
pub mod quote;
pub mod selection;

mod charge;
mod discount;
mod json;
mod merge;
mod object;
mod order;
mod price;
mod rules;
mod sheet;
mod split;
mod tax;
mod voucher;

pub use catalogue::{
    Catalogue, CatalogueEvent, CatalogueGroup, CatalogueItem, Discount, DiscountKind, Voucher,
};
pub use list::{PriceList, price};
pub use quote::{Line, LineKind, Problem, Quote};
pub use selection::{Selection, SelectionError};
pub use voucher::voucher_code;

/// Whether two codes are the same to a buyer: white space around them and the
/// case of ASCII letters don't count.
#[must_use]
pub fn same_code(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

/// What equal codes have in common, to look them up by.
#[must_use]
pub fn code_key(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}
