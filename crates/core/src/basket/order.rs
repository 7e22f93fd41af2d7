//! Sorting. Everything is sorted by the same kind of key: the code of a sort is
//! several kilobytes, and stands in the wasm once for each kind.

use crate::link::ItemTarget;

/// What decides first, second and third.
pub(super) type Key = [i64; 3];

/// Sorts places by their keys, equal keys by place.
pub(super) fn sort(places: &mut [(Key, usize)]) {
    places.sort_unstable();
}

/// Orders items: ticket types by id, then product attributes by id.
pub(super) fn of_target(target: ItemTarget) -> [i64; 2] {
    match target {
        ItemTarget::TicketType(id) => [0, id],
        ItemTarget::ProductAttribute(id) => [1, id],
    }
}
