//! BK-03: what a line may break, each rule alone and all of them at once.

use handbill_core::basket::{Catalogue, CatalogueGroup, CatalogueItem};
use handbill_core::link::{Item, ItemTarget};
use handbill_core::money::MAX_AMOUNT;

use crate::shop::{NOW, at, currency, problems, product, quote, select, shop, ticket};

/// What is wrong with so many of ticket type 1 after a change to it.
#[track_caller]
fn broken(quantity: i64, change: impl FnOnce(&mut CatalogueItem)) -> Vec<String> {
    let mut catalogue = shop();
    change(&mut catalogue.items[0]);
    let quote = quote(&catalogue, &select(&[ticket(1, quantity)]));
    assert_eq!(quote.lines.is_empty(), !quote.problems.is_empty());
    problems(&quote)
}

/// What is said about one of ticket type 1 after a change to the catalogue.
#[track_caller]
fn said(quantity: i64, change: impl FnOnce(&mut Catalogue)) -> String {
    let mut catalogue = shop();
    change(&mut catalogue);
    let mut quote = quote(&catalogue, &select(&[ticket(1, quantity)]));
    assert_eq!(quote.problems.len(), 1);
    quote.problems.remove(0).message
}

const NONE: [&str; 0] = [];

#[test]
fn a_right_line_has_no_problem() {
    assert_eq!(broken(1, |_| ()), NONE);
}

#[test]
fn unknown_items() {
    let quote = quote(&shop(), &select(&[ticket(9, 1), product(2, 1)]));
    assert_eq!(problems(&quote), ["0 unknown_item", "1 unknown_item"]);
    assert_eq!(quote.problems[0].message, "there is no ticket type 9");
    assert_eq!(quote.problems[1].message, "there is no product attribute 2");
}

#[test]
fn foreign_venue_hides_the_rest() {
    let foreign = |item: &mut CatalogueItem| {
        item.organizer_id = 2;
        item.locked = true;
        item.available = 0;
    };
    assert_eq!(broken(1, foreign), ["0 foreign_venue"]);
    let message = said(1, |catalogue| foreign(&mut catalogue.items[0]));
    assert_eq!(message, "ticket type 1 is sold by another organizer");
}

#[test]
fn locked_hides_the_rest_and_the_name() {
    let locked = |item: &mut CatalogueItem| {
        item.locked = true;
        item.available = 0;
    };
    assert_eq!(broken(1, locked), ["0 locked"]);
    let message = said(1, |catalogue| locked(&mut catalogue.items[0]));
    assert_eq!(
        message,
        "ticket type 1 is sold only through its link or access code"
    );
    let both = broken(1, |item| {
        item.locked = true;
        item.currency = currency("JPY");
    });
    assert_eq!(both, ["0 currency_mismatch", "0 locked"]);
}

#[test]
fn one_currency_a_basket() {
    let message = said(1, |catalogue| catalogue.items[0].currency = currency("JPY"));
    assert_eq!(message, "ticket type 1 is sold in JPY, this basket in EUR");
}

#[test]
fn on_sale_from_the_first_moment_until_before_the_last() {
    assert_eq!(broken(1, |item| item.on_sale_from = Some(at(NOW))), NONE);
    assert_eq!(
        broken(1, |item| item.on_sale_until = Some(at(NOW + 1))),
        NONE
    );
    let too_early = broken(1, |item| item.on_sale_from = Some(at(NOW + 1)));
    assert_eq!(too_early, ["0 not_on_sale"]);
    let too_late = broken(1, |item| item.on_sale_until = Some(at(NOW)));
    assert_eq!(too_late, ["0 not_on_sale"]);
}

#[test]
fn not_on_sale_says_which() {
    let message = said(1, |catalogue| {
        catalogue.items[0].on_sale_from = Some(at(NOW + 1));
    });
    assert_eq!(message, "`Standing` is not on sale yet");
    let message = said(1, |catalogue| {
        catalogue.items[0].on_sale_until = Some(at(NOW));
    });
    assert_eq!(message, "`Standing` is no longer on sale");
    let message = said(1, |catalogue| catalogue.events[0].ends_at = at(NOW));
    assert_eq!(
        message,
        "`Standing` is no longer on sale: `Rock Night` is over"
    );
}

#[test]
fn stock() {
    assert_eq!(broken(100, |_| ()), NONE);
    assert_eq!(broken(101, |_| ()), ["0 not_enough_stock"]);
    assert_eq!(broken(1, |item| item.available = 0), ["0 sold_out"]);
    assert_eq!(broken(1, |item| item.available = -5), ["0 sold_out"]);
    let message = |available| said(3, |catalogue| catalogue.items[0].available = available);
    assert_eq!(message(2), "only 2 of `Standing` are left");
    assert_eq!(message(1), "only 1 of `Standing` is left");
    assert_eq!(message(0), "`Standing` is sold out");
}

#[test]
fn minimum_and_maximum() {
    let limits = |item: &mut CatalogueItem| {
        item.min_per_order = 2;
        item.max_per_order = Some(4);
    };
    assert_eq!(broken(1, limits), ["0 below_minimum"]);
    assert_eq!(broken(2, limits), NONE);
    assert_eq!(broken(4, limits), NONE);
    assert_eq!(broken(5, limits), ["0 above_maximum"]);
    let message = |quantity| said(quantity, |catalogue| limits(&mut catalogue.items[0]));
    assert_eq!(
        message(1),
        "an order with `Standing` needs at least 2 of it"
    );
    assert_eq!(message(5), "one order may have at most 4 of `Standing`");
    // Whatever the catalogue says, none is no order.
    assert_eq!(
        broken(0, |item| item.min_per_order = -3),
        ["0 below_minimum"]
    );
}

#[test]
fn a_group_is_counted_together_and_told_on_each_line() {
    let mut catalogue = shop();
    catalogue.groups[0].max_per_order = Some(4);
    let check = |items: &[Item]| problems(&quote(&catalogue, &select(items)));
    assert_eq!(check(&[ticket(1, 2), ticket(2, 2)]), NONE);
    let above = [
        "0 above_group_maximum",
        "1 above_group_maximum",
        "2 above_group_maximum",
    ];
    let items = [ticket(1, 2), ticket(2, 2), product(1, 1)];
    assert_eq!(check(&items), above);
    let message = &quote(&catalogue, &select(&items)).problems[0].message;
    assert_eq!(message, "one order may have at most 4 of `Floor`, not 5");

    // What is not to be had here does not count.
    let mut catalogue = catalogue.clone();
    catalogue.items[1].locked = true;
    let quote = quote(&catalogue, &select(&items));
    assert_eq!(problems(&quote), ["1 locked"]);
}

#[test]
fn other_groups_have_their_own_count() {
    let mut catalogue = shop();
    catalogue.groups[0].max_per_order = Some(2);
    catalogue.groups.push(CatalogueGroup {
        id: 5,
        name: "Balcony".to_owned(),
        max_per_order: Some(2),
    });
    catalogue.items[1].group_id = Some(5);
    catalogue.items[2].group_id = Some(404);
    let items = [ticket(1, 2), ticket(2, 2), product(1, 50)];
    assert_eq!(problems(&quote(&catalogue, &select(&items))), NONE);
}

#[test]
fn what_can_not_be_counted() {
    let price = |price| broken(2, |item| item.price = price);
    assert_eq!(price(MAX_AMOUNT / 2), NONE);
    assert_eq!(price(MAX_AMOUNT / 2 + 1), ["0 overflow"]);
    assert_eq!(price(i64::MAX), ["0 overflow"]);
    assert_eq!(price(-1), ["0 overflow"]);
    let fee = broken(2, |item| item.booking_fee = MAX_AMOUNT);
    assert_eq!(fee, ["0 overflow"]);
    for rate in [-1, 1_000_001, i64::MIN, i64::MAX] {
        assert_eq!(broken(1, |item| item.tax_rate_ppm = rate), ["0 overflow"]);
    }
    let free = |item: &mut CatalogueItem| {
        item.price = 0;
        item.available = i64::MAX;
    };
    assert_eq!(broken(MAX_AMOUNT, free), NONE);
    assert_eq!(broken(MAX_AMOUNT + 1, free), ["0 overflow"]);
    let message = said(2, |catalogue| catalogue.items[0].price = MAX_AMOUNT);
    assert_eq!(
        message,
        "the price of `Standing` is beyond what can be counted"
    );
}

#[test]
fn all_at_once() {
    let mut catalogue = shop();
    catalogue.groups[0].max_per_order = Some(1);
    let item = &mut catalogue.items[0];
    item.currency = currency("USD");
    item.on_sale_from = Some(at(NOW + 1));
    item.available = 1;
    item.max_per_order = Some(1);
    item.min_per_order = 3;
    item.price = MAX_AMOUNT;
    let quote = quote(&catalogue, &select(&[ticket(1, 2)]));
    let all = [
        "0 currency_mismatch",
        "0 not_on_sale",
        "0 not_enough_stock",
        "0 below_minimum",
        "0 above_maximum",
        "0 above_group_maximum",
        "0 overflow",
    ];
    assert_eq!(problems(&quote), all);
}

#[test]
fn the_others_are_priced_all_the_same() {
    let quote = quote(&shop(), &select(&[ticket(9, 1), ticket(2, 1)]));
    assert_eq!(quote.lines.len(), 1);
    assert_eq!(quote.lines[0].line, Some(1));
    assert_eq!(quote.total, 4_500);
}

#[test]
fn the_same_item_twice_is_one_line_in_the_first_place() {
    let items = [ticket(2, 1), ticket(1, 60), ticket(2, 2), ticket(1, 41)];
    let quote = quote(&shop(), &select(&items));
    assert_eq!(problems(&quote), ["1 not_enough_stock"]);
    assert_eq!(quote.lines.len(), 1);
    assert_eq!((quote.lines[0].line, quote.lines[0].quantity), (Some(0), 3));
}

#[test]
fn a_ticket_type_is_no_product_of_the_same_id() {
    let quote = quote(&shop(), &select(&[product(1, 1), ticket(1, 1)]));
    let names: Vec<_> = quote.lines.iter().map(|line| &*line.name).collect();
    assert_eq!(names, ["Shirt", "Standing"]);
    assert_eq!(quote.lines[0].product_attribute, Some(1));
    assert_eq!(quote.lines[0].ticket_type, None);
    assert_eq!(quote.lines[1].ticket_type, Some(1));
}

#[test]
fn of_equal_ids_the_first_counts() {
    let mut catalogue = shop();
    let mut second = catalogue.items[0].clone();
    second.price = 1;
    catalogue.items.push(second);
    let quote = quote(&catalogue, &select(&[ticket(1, 1)]));
    assert_eq!(quote.total, 3_500);
}

#[test]
fn an_empty_basket() {
    let quote = quote(&shop(), &select(&[]));
    assert_eq!(problems(&quote), ["- empty"]);
    assert_eq!((quote.lines.len(), quote.total), (0, 0));
}

#[test]
fn a_large_catalogue_is_searched_right() {
    let mut catalogue = shop();
    let numbered = |id| CatalogueItem {
        target: ItemTarget::TicketType(id),
        price: id,
        ..shop().items[0].clone()
    };
    // Neither sorted nor dense.
    catalogue.items = (1..=500).map(|n| numbered(n * 7_919 % 10_007)).collect();
    for n in 1..=500 {
        let id = n * 7_919 % 10_007;
        assert_eq!(quote(&catalogue, &select(&[ticket(id, 1)])).total, id);
    }
}
