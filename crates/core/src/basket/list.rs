//! A catalogue made ready to price from, and the way in.

use super::catalogue::{Catalogue, CatalogueEvent, CatalogueGroup, CatalogueItem};
use super::order::{Key, of_target, sort};
use super::price::quote;
use super::quote::Quote;
use super::selection::Selection;
use crate::link::ItemTarget;
use crate::time::Timestamp;

/// What a selection costs, and every rule it breaks (BK-02 to BK-05).
///
/// Answers a quote for any input. Whoever prices often from one catalogue makes
/// a [`PriceList`] of it first.
#[must_use]
pub fn price(catalogue: &Catalogue, selection: &Selection, now: Timestamp) -> Quote {
    let index = Index::of(catalogue);
    quote(&index.over(catalogue), selection, now)
}

/// A catalogue that knows where its items are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    catalogue: Catalogue,
    index: Index,
}

impl PriceList {
    /// Makes a catalogue ready.
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        let index = Index::of(&catalogue);
        Self { catalogue, index }
    }

    /// The catalogue it was made of.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The same as [`price`] from the catalogue.
    #[must_use]
    pub fn price(&self, selection: &Selection, now: Timestamp) -> Quote {
        quote(&self.index.over(&self.catalogue), selection, now)
    }
}

/// Where everything stands in the catalogue's lists, sorted by what it is and its
/// id. Of equal ids the first counts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Index(Vec<(Key, usize)>);

fn key_of_item(target: ItemTarget) -> Key {
    let [kind, id] = of_target(target);
    [kind, id, 0]
}

/// After the kinds of items.
fn key_of_event(id: i64) -> Key {
    [2, id, 0]
}

fn key_of_group(id: i64) -> Key {
    [3, id, 0]
}

impl Index {
    fn of(catalogue: &Catalogue) -> Self {
        let Catalogue {
            items,
            events,
            groups,
            ..
        } = catalogue;
        let mut places = Vec::with_capacity(items.len() + events.len() + groups.len());
        places.extend(keyed(items, |item| key_of_item(item.target)));
        places.extend(keyed(events, |event| key_of_event(event.id)));
        places.extend(keyed(groups, |group| key_of_group(group.id)));
        sort(&mut places);
        Self(places)
    }

    fn find(&self, key: Key) -> Option<usize> {
        let after = self.0.partition_point(|(other, _)| *other < key);
        let (found, place) = self.0.get(after)?;
        (*found == key).then_some(*place)
    }

    fn over<'a>(&'a self, catalogue: &'a Catalogue) -> Shelf<'a> {
        Shelf {
            catalogue,
            index: self,
        }
    }
}

fn keyed<T>(list: &[T], key: impl Fn(&T) -> Key) -> impl Iterator<Item = (Key, usize)> {
    list.iter()
        .enumerate()
        .map(move |(place, one)| (key(one), place))
}

/// A catalogue with its index.
#[derive(Clone, Copy)]
pub(super) struct Shelf<'a> {
    pub(super) catalogue: &'a Catalogue,
    index: &'a Index,
}

impl<'a> Shelf<'a> {
    pub(super) fn item(self, target: ItemTarget) -> Option<&'a CatalogueItem> {
        let place = self.index.find(key_of_item(target))?;
        self.catalogue.items.get(place)
    }

    pub(super) fn event(self, id: Option<i64>) -> Option<&'a CatalogueEvent> {
        let place = self.index.find(key_of_event(id?))?;
        self.catalogue.events.get(place)
    }

    /// A group, and its place among the groups.
    pub(super) fn group(self, id: Option<i64>) -> Option<(usize, &'a CatalogueGroup)> {
        let place = self.index.find(key_of_group(id?))?;
        Some((place, self.catalogue.groups.get(place)?))
    }
}
