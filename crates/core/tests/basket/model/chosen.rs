//! What was chosen, found in the catalogue.

use handbill_core::basket::{Catalogue, CatalogueEvent, CatalogueItem, LineKind, Selection};
use handbill_core::link::ItemTarget;

/// Who takes part in a split: kind, ticket type or product, id. The order is the
/// one that decides equal claims.
pub type Claim = (LineKind, u8, i64);
/// A rate in millionths, and whether prices hold it.
pub type Rate = (i64, bool);

/// A line that may be sold.
pub struct Chosen<'a> {
    pub index: usize,
    pub quantity: i128,
    pub item: &'a CatalogueItem,
}

impl Chosen<'_> {
    pub fn claim(&self, of_fee: bool) -> Claim {
        let (kind, rank, id) = match self.item.target {
            ItemTarget::TicketType(id) => (LineKind::Ticket, 0, id),
            ItemTarget::ProductAttribute(id) => (LineKind::Product, 1, id),
        };
        (if of_fee { LineKind::BookingFee } else { kind }, rank, id)
    }

    pub fn price(&self) -> i128 {
        i128::from(self.item.price) * self.quantity
    }

    pub fn fee(&self) -> i128 {
        i128::from(self.item.booking_fee) * self.quantity
    }

    pub fn rate(&self) -> Rate {
        (self.item.tax_rate_ppm, self.item.tax_inclusive)
    }

    pub fn is_ticket(&self) -> bool {
        matches!(self.item.target, ItemTarget::TicketType(_))
    }
}

pub fn event_of<'a>(catalogue: &'a Catalogue, item: &CatalogueItem) -> Option<&'a CatalogueEvent> {
    let id = item.event_id?;
    catalogue.events.iter().find(|event| event.id == id)
}

pub fn found(catalogue: &Catalogue, target: ItemTarget) -> Option<&CatalogueItem> {
    catalogue.items.iter().find(|item| item.target == target)
}

/// Step 1: one entry for each item, in the place of the first.
pub fn merged(selection: &Selection) -> Vec<(usize, ItemTarget, i128)> {
    let mut merged: Vec<(usize, ItemTarget, i128)> = Vec::new();
    for (index, item) in selection.items.iter().enumerate() {
        let quantity = i128::from(item.quantity);
        match merged
            .iter_mut()
            .find(|(_, target, _)| *target == item.target)
        {
            Some((_, _, sum)) => *sum += quantity,
            None => merged.push((index, item.target, quantity)),
        }
    }
    merged
}
