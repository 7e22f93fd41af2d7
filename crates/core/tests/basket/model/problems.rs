//! What speaks against selling a line, or against using a code.

use std::collections::BTreeSet;

use handbill_core::basket::{Catalogue, Discount, DiscountKind, Voucher};
use handbill_core::link::ItemTarget;

use super::MOST;
use super::chosen::{Chosen, event_of, found};

/// Step 2: the codes that apply to one line.
pub fn line_problems(
    catalogue: &Catalogue,
    all: &[(usize, ItemTarget, i128)],
    (_, target, quantity): (usize, ItemTarget, i128),
    now: i64,
) -> Vec<&'static str> {
    let Some(item) = found(catalogue, target) else {
        return vec!["unknown_item"];
    };
    if item.organizer_id != catalogue.organizer_id {
        return vec!["foreign_venue"];
    }
    let mut codes = Vec::new();
    if item.currency != catalogue.currency {
        codes.push("currency_mismatch");
    }
    if item.locked {
        codes.push("locked");
        return codes;
    }
    let not_yet = item.on_sale_from.is_some_and(|from| from.millis() > now);
    let no_longer = item
        .on_sale_until
        .is_some_and(|until| until.millis() <= now);
    let over = event_of(catalogue, item).is_some_and(|event| event.ends_at.millis() <= now);
    if not_yet || no_longer || over {
        codes.push("not_on_sale");
    }
    if item.available < 1 {
        codes.push("sold_out");
    } else if i128::from(item.available) < quantity {
        codes.push("not_enough_stock");
    }
    if quantity < i128::from(item.min_per_order) || quantity < 1 {
        codes.push("below_minimum");
    }
    if item
        .max_per_order
        .is_some_and(|most| quantity > i128::from(most))
    {
        codes.push("above_maximum");
    }
    let group = catalogue
        .groups
        .iter()
        .find(|group| Some(group.id) == item.group_id);
    if let Some((group, most)) = group.and_then(|group| Some((group, group.max_per_order?))) {
        let is_of_group = |target: ItemTarget| {
            found(catalogue, target).is_some_and(|other| {
                other.group_id == Some(group.id)
                    && other.organizer_id == catalogue.organizer_id
                    && !other.locked
            })
        };
        let of_group = all.iter().filter(|(_, target, _)| is_of_group(*target));
        if of_group.map(|(_, _, quantity)| *quantity).sum::<i128>() > i128::from(most) {
            codes.push("above_group_maximum");
        }
    }
    let amounts = [i128::from(item.price), i128::from(item.booking_fee)];
    let beyond = amounts
        .iter()
        .any(|amount| *amount < 0 || amount * quantity > MOST);
    if beyond || quantity > MOST || item.tax_rate_ppm < 0 || item.tax_rate_ppm > 1_000_000 {
        codes.push("overflow");
    }
    codes
}

/// Whether two codes are the same.
pub fn same(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

/// Whether a discount is for this line.
pub fn is_eligible(discount: &Discount, chosen: &Chosen<'_>) -> bool {
    let (_, _, id) = chosen.claim(false);
    chosen.is_ticket() && (discount.ticket_types.is_empty() || discount.ticket_types.contains(&id))
}

pub fn discount_problems(
    catalogue: &Catalogue,
    code: &str,
    kept: &[Chosen<'_>],
    now: i64,
) -> Vec<&'static str> {
    let named = catalogue
        .discount
        .iter()
        .find(|discount| same(&discount.code, code));
    let Some(discount) = named else {
        return vec!["discount_unknown"];
    };
    let mut codes = Vec::new();
    if discount.expires_at.is_some_and(|at| at.millis() <= now) {
        codes.push("discount_expired");
    }
    if discount.redemptions_left.is_some_and(|left| left < 1) {
        codes.push("discount_used_up");
    }
    let is_money = discount.kind == DiscountKind::FixedAmount || discount.booking_fee.is_some();
    let foreign = is_money && discount.currency != catalogue.currency;
    if foreign || !kept.iter().any(|chosen| is_eligible(discount, chosen)) {
        codes.push("discount_not_applicable");
    }
    codes
}

pub fn voucher_problems(
    catalogue: &Catalogue,
    voucher: &Voucher,
    kept: &[Chosen<'_>],
    now: i64,
) -> Vec<&'static str> {
    let mut codes = Vec::new();
    if voucher.expires_at.is_some_and(|at| at.millis() <= now) {
        codes.push("voucher_expired");
    }
    if voucher.used {
        codes.push("voucher_used");
    }
    let series: BTreeSet<i64> = kept
        .iter()
        .filter(|chosen| chosen.is_ticket())
        .filter_map(|chosen| event_of(catalogue, chosen.item)?.series_id)
        .collect();
    let is_for =
        voucher.series_ids.is_empty() || voucher.series_ids.iter().any(|id| series.contains(id));
    if voucher.currency != catalogue.currency || !is_for {
        codes.push("voucher_not_applicable");
    }
    codes
}
