//! Baskets to draw from.

use handbill_core::basket::{
    Catalogue, CatalogueEvent, CatalogueItem, Discount, DiscountKind, Selection, Voucher,
};
use handbill_core::link::{Item, ItemTarget};
use handbill_core::money::MAX_AMOUNT;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select as one_of};
use serde_json::{Map, Value, json};

use crate::arbitrary;
use crate::shop::{at, discount, event, item, select, shop, voucher};

/// Amounts of the usual size; few enough that shares tie.
fn any_amount() -> impl Strategy<Value = i64> {
    prop_oneof![
        one_of(vec![0, 1, 2, 3, 333, 1_000, 3_500]),
        0_i64..100_000,
        0_i64..1_000_000_000_000,
    ]
}

fn any_rate() -> impl Strategy<Value = i64> {
    let usual = one_of(vec![0, 70_000, 88_750, 190_000, 190_000, 1_000_000]);
    prop_oneof![4 => usual, 1 => 0_i64..=1_000_000]
}

fn any_event(id: i64) -> impl Strategy<Value = CatalogueEvent> {
    let fields = (any_amount(), any_rate(), any::<bool>());
    fields.prop_map(
        move |(transaction_charge, tax_rate_ppm, tax_inclusive)| CatalogueEvent {
            transaction_charge,
            tax_rate_ppm,
            tax_inclusive,
            ..event(id)
        },
    )
}

fn any_item() -> impl Strategy<Value = CatalogueItem> {
    let amounts = (any_amount(), any_amount(), any_rate(), any::<bool>());
    (any::<bool>(), proptest::option::of(1_i64..=3), amounts).prop_map(
        |(is_ticket, event_id, (price, booking_fee, tax_rate_ppm, tax_inclusive))| {
            // Its id is its place; see below.
            let target = if is_ticket {
                ItemTarget::TicketType(0)
            } else {
                ItemTarget::ProductAttribute(0)
            };
            CatalogueItem {
                event_id,
                group_id: None,
                booking_fee,
                tax_rate_ppm,
                tax_inclusive,
                available: 1_000,
                ..item(target, "Something", price)
            }
        },
    )
}

/// A catalogue in which nothing speaks against a sale, and a selection from it.
pub fn any_basket() -> impl Strategy<Value = (Catalogue, Selection)> {
    let events = (any_event(1), any_event(2), any_event(3));
    let chosen = vec((any::<Index>(), 1_i64..5), 1..9);
    (events, vec(any_item(), 1..9), chosen, 0_i64..1_000).prop_map(
        |((first, second, third), mut items, chosen, donation)| {
            for (item, id) in items.iter_mut().zip(1..) {
                item.target = match item.target {
                    ItemTarget::TicketType(_) => ItemTarget::TicketType(id),
                    ItemTarget::ProductAttribute(_) => ItemTarget::ProductAttribute(id),
                };
            }
            let items_of = |(index, quantity): &(Index, i64)| Item {
                target: index.get(&items).target,
                quantity: *quantity,
            };
            let mut selection = select(&chosen.iter().map(items_of).collect::<Vec<_>>());
            let mut catalogue = shop();
            catalogue.events = vec![first, second, third];
            catalogue.items = items;
            let accepted = selection.items.iter().any(|chosen| {
                let mut items = catalogue.items.iter();
                let item = items.find(|item| item.target == chosen.target);
                item.is_some_and(|item| item.event_id.is_some())
            });
            selection.donation = if accepted { donation } else { 0 };
            (catalogue, selection)
        },
    )
}

pub fn any_discount() -> impl Strategy<Value = Discount> {
    let fees = (
        proptest::option::of(any_amount()),
        proptest::option::of(1_i64..=100),
    );
    (any::<bool>(), any_amount(), 1_i64..=100, fees).prop_map(
        |(is_fixed, price, percent, (booking_fee, booking_fee_percent))| Discount {
            kind: if is_fixed {
                DiscountKind::FixedAmount
            } else {
                DiscountKind::Percentage
            },
            price: Some(price),
            price_percent: Some(percent),
            booking_fee,
            booking_fee_percent,
            ..discount()
        },
    )
}

pub fn any_vouchers() -> impl Strategy<Value = Vec<Voucher>> {
    let values = vec(any_amount(), 0..4);
    values.prop_map(|values| {
        let numbered = values.into_iter().enumerate();
        numbered
            .map(|(at, value)| voucher(&format!("GIFT-{at}"), value))
            .collect()
    })
}

/// With the discount, where a ticket is there for it, and the vouchers.
pub fn with_codes(
    (mut catalogue, mut selection): (Catalogue, Selection),
    discount: Discount,
    vouchers: Vec<Voucher>,
) -> (Catalogue, Selection) {
    let is_ticket = |item: &Item| matches!(item.target, ItemTarget::TicketType(_));
    if selection.items.iter().any(is_ticket) {
        selection.discount = Some(discount.code.clone());
    }
    selection.vouchers = vouchers
        .iter()
        .map(|voucher| voucher.code.clone())
        .collect();
    catalogue.discount = Some(discount);
    catalogue.vouchers = vouchers;
    (catalogue, selection)
}

/// Numbers where they hurt.
pub fn any_number() -> impl Strategy<Value = i64> {
    let edges = vec![
        i64::MIN,
        -1,
        0,
        1,
        100,
        1_000_000,
        1_000_001,
        MAX_AMOUNT,
        MAX_AMOUNT + 1,
        i64::MAX,
    ];
    prop_oneof![3 => one_of(edges), 1 => any::<i64>(), 2 => 0_i64..4]
}

/// A catalogue and a selection of any numbers in any field.
pub fn from_numbers(numbers: &[i64]) -> (Catalogue, Selection) {
    let mut numbers = numbers.iter().copied().cycle();
    let mut n = || numbers.next().unwrap();
    let mut catalogue = shop();
    catalogue.organizer_id = n();
    for event in &mut catalogue.events {
        event.id = n();
        event.series_id = Some(n());
        event.ends_at = at(n());
        event.transaction_charge = n();
        event.tax_rate_ppm = n();
        event.tax_inclusive = n() > 0;
    }
    for group in &mut catalogue.groups {
        group.id = n();
        group.max_per_order = Some(n());
    }
    for item in &mut catalogue.items {
        item.organizer_id = n();
        item.event_id = Some(n());
        item.group_id = Some(n());
        item.price = n();
        item.booking_fee = n();
        item.tax_rate_ppm = n();
        item.tax_inclusive = n() > 0;
        item.available = n();
        item.min_per_order = n();
        item.max_per_order = Some(n());
        item.on_sale_from = Some(at(n()));
        item.on_sale_until = Some(at(n()));
    }
    let mut discount = discount();
    if n() > 0 {
        discount.kind = DiscountKind::FixedAmount;
    }
    discount.price = Some(n());
    discount.price_percent = Some(n());
    discount.booking_fee = Some(n());
    discount.booking_fee_percent = Some(n());
    discount.expires_at = Some(at(n()));
    discount.redemptions_left = Some(n());
    catalogue.discount = Some(discount);
    catalogue.vouchers = vec![voucher("GIFT", n())];
    let targets: Vec<ItemTarget> = catalogue.items.iter().map(|item| item.target).collect();
    let items = targets.iter().chain(&targets).map(|target| Item {
        target: *target,
        quantity: n(),
    });
    let mut selection = select(&items.collect::<Vec<_>>());
    selection.donation = n();
    selection.discount = Some("EARLY".to_owned());
    selection.vouchers = vec!["GIFT".to_owned()];
    (catalogue, selection)
}

/// Changes numbers until more of them pass the checks, so that what comes after
/// the checks meets the rest.
pub fn made_sellable(catalogue: &mut Catalogue) {
    catalogue.organizer_id = 1;
    for item in &mut catalogue.items {
        item.organizer_id = 1;
        item.event_id = catalogue.events.first().map(|event| event.id);
        item.group_id = None;
        item.available = i64::MAX;
        item.min_per_order = i64::MIN;
        item.max_per_order = None;
        item.on_sale_from = None;
        item.on_sale_until = None;
    }
    catalogue.events[0].ends_at = at(i64::MAX);
    if let Some(discount) = &mut catalogue.discount {
        discount.expires_at = None;
        discount.redemptions_left = None;
    }
}

/// A right selection with some of its fields changed to anything.
pub fn any_selection() -> impl Strategy<Value = Map<String, Value>> {
    let right = json!({
        "items": [{ "ticket_type": 3, "quantity": 2 }], "donation": 100,
        "discount": "EARLY", "vouchers": ["GIFT-1"], "access_codes": [],
    });
    let Value::Object(right) = right else {
        unreachable!("it is an object")
    };
    let names = [
        "items",
        "donation",
        "discount",
        "vouchers",
        "access_codes",
        "other",
    ];
    arbitrary::changed(right, &names, 2)
}
