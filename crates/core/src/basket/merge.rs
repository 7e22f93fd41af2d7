//! The same item chosen more than once.

use super::order::{of_target, sort};
use crate::link::Item;

/// Makes items of the same target one, in the place of the first. Each comes
/// with the index it had.
pub(super) fn merge(items: &[Item]) -> Vec<(usize, Item)> {
    let key = |item: &Item| {
        let [kind, id] = of_target(item.target);
        [kind, id, 0]
    };
    let mut places: Vec<_> = items.iter().map(key).zip(0..).collect();
    sort(&mut places);

    let mut merged: Vec<Option<Item>> = vec![None; items.len()];
    let mut first = 0;
    for (_, place) in places {
        let Some(item) = items.get(place) else {
            continue;
        };
        if let Some(Some(before)) = merged.get_mut(first)
            && before.target == item.target
        {
            before.quantity = before.quantity.saturating_add(item.quantity);
        } else if let Some(slot) = merged.get_mut(place) {
            *slot = Some(*item);
            first = place;
        }
    }
    let merged = merged.into_iter().enumerate();
    merged
        .filter_map(|(line, item)| Some((line, item?)))
        .collect()
}
