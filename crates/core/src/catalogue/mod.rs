//! What may be sold, and by whom (BK-01). Each type reads the fields of the
//! management API, refuses others, and serialises under the same names with
//! times in unix milliseconds.

pub mod discount;
pub mod event;
pub mod organizer;
pub mod product;
pub mod ticket;
pub mod user;
pub mod voucher;

pub use discount::Discount;
pub use event::{Event, Series};
pub use organizer::Organizer;
pub use product::{Product, ProductAttribute};
pub use ticket::{IssuedAs, TicketGroup, TicketType};
pub use user::User;
pub use voucher::{Voucher, VoucherCodes};

use core::ops::RangeInclusive;

use crate::fields::Fields;
use crate::money::MAX_AMOUNT;

/// Characters of a name.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=200;
/// Most characters of a description.
pub const MAX_DESCRIPTION_CHARS: usize = 10_000;
/// Prices, in minor units.
pub const PRICE: RangeInclusive<i64> = 0..=MAX_AMOUNT;
/// Stock.
pub const QUANTITY: RangeInclusive<i64> = 0..=1_000_000_000;
/// Tickets an order may hold of a type or group.
pub const PER_ORDER: RangeInclusive<i64> = 1..=1_000_000_000;
/// Tax rates, in millionths: 190,000 is 19 %.
pub const TAX_RATE_PPM: RangeInclusive<i64> = 0..=1_000_000;
/// Places in a list made by hand.
pub const SORT: RangeInclusive<i64> = -1_000_000..=1_000_000;

/// A required slug of a page: 2 to 50 of `[a-z0-9-]`.
fn read_slug(fields: &mut Fields<'_>) -> String {
    let slug = fields.text("slug", 2..=50);
    let is_slug = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !slug.bytes().all(is_slug) {
        fields.problem("slug", "invalid", "may hold only `a-z`, `0-9` and `-`");
    }
    slug
}

/// A required name of a time zone by its form only; the Worker, which has the
/// database of them, checks that there is one.
fn read_time_zone(fields: &mut Fields<'_>) -> String {
    let name = fields.text("time_zone", 1..=64);
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte);
    if !name.bytes().all(in_name) {
        fields.problem(
            "time_zone",
            "invalid",
            "must be a time zone like `Europe/Berlin`",
        );
    }
    name
}

/// `max_per_order`, not below `least`.
fn read_max_per_order(fields: &mut Fields<'_>, least: i64) -> Option<i64> {
    let most = fields.optional_integer("max_per_order", PER_ORDER)?;
    if most < least {
        fields.problem("max_per_order", "range", "must not be below min_per_order");
    }
    Some(most)
}
