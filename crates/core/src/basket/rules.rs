//! Which lines may be sold (BK-03).

use super::catalogue::{CatalogueEvent, CatalogueItem};
use super::list::Shelf;
use super::merge::merge;
use super::quote::Problem;
use super::tax::RATE;
use crate::link::{Item, ItemTarget};
use crate::money::MAX_AMOUNT;
use crate::time::Timestamp;

/// A line that breaks no rule.
pub(super) struct Sold<'a> {
    /// Its index in the selection.
    pub(super) line: usize,
    pub(super) quantity: i64,
    pub(super) item: &'a CatalogueItem,
    pub(super) event: Option<&'a CatalogueEvent>,
    pub(super) price: i64,
    pub(super) fee: i64,
    /// What the discount takes off the price.
    pub(super) off: i64,
    /// What the discount takes off the fee.
    pub(super) fee_off: i64,
}

/// The lines that may be sold, in the order of the selection; `problems` gets
/// the rules that the others break, all of them.
pub(super) fn check<'a>(
    shelf: &Shelf<'a>,
    items: &[Item],
    now: Timestamp,
    problems: &mut Vec<Problem>,
) -> Vec<Sold<'a>> {
    let merged = merge(items);
    let mut in_groups = vec![0_i64; shelf.catalogue.groups.len()];
    for (_, wanted) in &merged {
        let offered = shelf
            .item(wanted.target)
            .filter(|item| item.organizer_id == shelf.catalogue.organizer_id && !item.locked);
        let group = offered.and_then(|item| shelf.group(item.group_id));
        if let Some(count) = group.and_then(|(place, _)| in_groups.get_mut(place)) {
            *count = count.saturating_add(wanted.quantity);
        }
    }
    let mut sold = Vec::with_capacity(merged.len());
    for (line, wanted) in merged {
        let before = problems.len();
        let mut check = Check { line, problems };
        let checked = check.line(shelf, wanted, now, &in_groups);
        if problems.len() == before {
            sold.extend(checked);
        }
    }
    sold
}

/// Collects what is wrong with one line.
struct Check<'p> {
    line: usize,
    problems: &'p mut Vec<Problem>,
}

impl Check<'_> {
    fn refuse(&mut self, code: &'static str, message: String) {
        let problem = Problem::of_line(self.line, code, message);
        self.problems.push(problem);
    }

    /// The line, which is to be sold only when no problem was found.
    fn line<'a>(
        &mut self,
        shelf: &Shelf<'a>,
        wanted: Item,
        now: Timestamp,
        in_groups: &[i64],
    ) -> Option<Sold<'a>> {
        let item = self.item(shelf, wanted.target)?;
        let event = shelf.event(item.event_id);
        self.time(item, event, now);
        self.quantity(item, wanted.quantity);
        if let Some((place, group)) = shelf.group(item.group_id)
            && let (Some(most), Some(count)) = (group.max_per_order, in_groups.get(place))
            && *count > most
        {
            let name = &group.name;
            let message = format!("one order may have at most {most} of `{name}`, not {count}");
            self.refuse("above_group_maximum", message);
        }
        let (price, fee) = self.amounts(item, wanted.quantity)?;
        Some(Sold {
            line: self.line,
            quantity: wanted.quantity,
            item,
            event,
            price,
            fee,
            off: 0,
            fee_off: 0,
        })
    }

    /// The item, if there is one for this buyer.
    fn item<'a>(&mut self, shelf: &Shelf<'a>, target: ItemTarget) -> Option<&'a CatalogueItem> {
        // Until it is clear that the buyer may have it, its name is not told.
        let (kind, id) = match target {
            ItemTarget::TicketType(id) => ("ticket type", id),
            ItemTarget::ProductAttribute(id) => ("product attribute", id),
        };
        let Some(item) = shelf.item(target) else {
            self.refuse("unknown_item", format!("there is no {kind} {id}"));
            return None;
        };
        if item.organizer_id != shelf.catalogue.organizer_id {
            let message = format!("{kind} {id} is sold by another organizer");
            self.refuse("foreign_venue", message);
            return None;
        }
        let (theirs, ours) = (item.currency, shelf.catalogue.currency);
        if theirs != ours {
            let message = format!("{kind} {id} is sold in {theirs}, this basket in {ours}");
            self.refuse("currency_mismatch", message);
        }
        if item.locked {
            let message = format!("{kind} {id} is sold only through its link or access code");
            self.refuse("locked", message);
            return None;
        }
        Some(item)
    }

    fn time(&mut self, item: &CatalogueItem, event: Option<&CatalogueEvent>, now: Timestamp) {
        let name = &item.name;
        let message = if let Some(event) = event.filter(|event| event.ends_at <= now) {
            format!("`{name}` is no longer on sale: `{}` is over", event.name)
        } else if item.on_sale_until.is_some_and(|until| until <= now) {
            format!("`{name}` is no longer on sale")
        } else if item.on_sale_from.is_some_and(|from| now < from) {
            format!("`{name}` is not on sale yet")
        } else {
            return;
        };
        self.refuse("not_on_sale", message);
    }

    fn quantity(&mut self, item: &CatalogueItem, quantity: i64) {
        let name = &item.name;
        let least = item.min_per_order.max(1);
        if item.available <= 0 {
            self.refuse("sold_out", format!("`{name}` is sold out"));
        } else if item.available < quantity {
            let message = match item.available {
                1 => format!("only 1 of `{name}` is left"),
                left => format!("only {left} of `{name}` are left"),
            };
            self.refuse("not_enough_stock", message);
        }
        if quantity < least {
            let message = format!("an order with `{name}` needs at least {least} of it");
            self.refuse("below_minimum", message);
        }
        if let Some(most) = item.max_per_order.filter(|most| quantity > *most) {
            let message = format!("one order may have at most {most} of `{name}`");
            self.refuse("above_maximum", message);
        }
    }

    /// Price and booking fee of so many.
    fn amounts(&mut self, item: &CatalogueItem, quantity: i64) -> Option<(i64, i64)> {
        let times = |unit: i64| {
            let amount = unit.checked_mul(quantity)?;
            (unit >= 0 && amount <= MAX_AMOUNT).then_some(amount)
        };
        let amounts = times(item.price).zip(times(item.booking_fee));
        if amounts.is_none() || quantity > MAX_AMOUNT || !RATE.contains(&item.tax_rate_ppm) {
            let message = format!("the price of `{}` is beyond what can be counted", item.name);
            self.refuse("overflow", message);
        }
        amounts
    }
}
