//! What holds for every basket.

use handbill_core::basket::{Line, LineKind, Quote, Selection};
use handbill_core::link::{Item, ItemTarget};
use handbill_core::money::MAX_AMOUNT;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;

use crate::any::{
    any_basket, any_discount, any_number, any_selection, any_vouchers, from_numbers, made_sellable,
    with_codes,
};
use crate::shop::quote;

fn sum(quote: &Quote, amount: fn(&Line) -> i64) -> i64 {
    quote.lines.iter().map(amount).sum()
}

/// What `docs/pricing.md` says of the amounts of a quote.
fn check_sums(quote: &Quote) -> TestCaseResult {
    prop_assert_eq!(quote.total, quote.subtotal + quote.tax);
    prop_assert_eq!(quote.total, sum(quote, |line| line.price));
    prop_assert_eq!(quote.total, sum(quote, |line| line.total));
    prop_assert_eq!(quote.subtotal, sum(quote, |line| line.value));
    prop_assert_eq!(quote.tax, sum(quote, |line| line.tax));
    let tax_lines = quote.lines.iter().filter(|line| line.kind == LineKind::Tax);
    prop_assert_eq!(quote.tax, tax_lines.map(|line| line.total).sum::<i64>());
    prop_assert!((0..=MAX_AMOUNT).contains(&quote.total));
    for line in &quote.lines {
        let is_sold = matches!(line.kind, LineKind::Ticket | LineKind::Product);
        prop_assert!(is_sold || line.total != 0 || line.price != 0 || line.tax != 0);
        if line.kind == LineKind::Tax {
            let price = if line.inclusive == Some(true) {
                0
            } else {
                line.total
            };
            prop_assert_eq!((line.price, line.value, line.tax), (price, 0, 0));
        } else {
            prop_assert_eq!(line.price, line.quantity * line.unit_price);
            prop_assert_eq!(line.total, line.value);
        }
    }
    Ok(())
}

fn check_json(quote: &Quote) -> TestCaseResult {
    let text = quote.to_json();
    prop_assert_eq!(&text, &serde_json::to_string(quote).unwrap());
    prop_assert_eq!(&serde_json::from_str::<Quote>(&text).unwrap(), quote);
    Ok(())
}

/// The lines without their places in the selection, in an order of their own.
fn lines_alone(quote: &Quote) -> Vec<String> {
    let alone = quote.lines.iter().map(|line| {
        let line = Line {
            line: None,
            ..line.clone()
        };
        serde_json::to_string(&line).unwrap()
    });
    let mut lines: Vec<String> = alone.collect();
    lines.sort_unstable();
    lines
}

proptest! {
    #[test]
    fn amounts_add_up(basket in any_basket(), discount in any_discount(), vouchers in any_vouchers()) {
        let (catalogue, selection) = with_codes(basket, discount, vouchers);
        let quote = quote(&catalogue, &selection);
        prop_assert_eq!(&quote.problems, &[]);
        check_sums(&quote)?;
        check_json(&quote)?;
    }

    #[test]
    fn the_order_of_items_changes_nothing(
        (basket, shuffled) in any_basket().prop_flat_map(|basket| {
            let items = Just(basket.1.items.clone());
            (Just(basket), items.prop_shuffle())
        }),
        discount in any_discount(), vouchers in any_vouchers(),
    ) {
        let (catalogue, mut selection) = with_codes(basket, discount, vouchers);
        let one = quote(&catalogue, &selection);
        selection.items = shuffled;
        let other = quote(&catalogue, &selection);
        prop_assert_eq!((one.subtotal, one.tax, one.total), (other.subtotal, other.tax, other.total));
        prop_assert_eq!(lines_alone(&one), lines_alone(&other));
    }

    #[test]
    fn an_item_in_two_parts_is_one(basket in any_basket(), at in any::<Index>()) {
        let (catalogue, selection) = basket;
        let mut apart = selection.clone();
        let at = at.index(apart.items.len());
        let part = &mut apart.items[at];
        part.quantity += 1;
        let whole = quote(&catalogue, &apart);
        apart.items[at].quantity -= 1;
        apart.items.push(Item { quantity: 1, ..apart.items[at] });
        prop_assert_eq!(quote(&catalogue, &apart), whole);
    }

    #[test]
    fn a_further_line_never_makes_it_cheaper(basket in any_basket(), at in any::<Index>(), quantity in 1_i64..5) {
        let (catalogue, mut selection) = basket;
        let before = quote(&catalogue, &selection).total;
        let target = at.get(&catalogue.items).target;
        selection.items.push(Item { target, quantity });
        let after = quote(&catalogue, &selection);
        prop_assert_eq!(&after.problems, &[]);
        prop_assert!(after.total >= before, "{} is less than {before}", after.total);
    }

    #[test]
    fn codes_only_take_off(basket in any_basket(), discount in any_discount(), vouchers in any_vouchers()) {
        let without = quote(&basket.0, &basket.1).total;
        let (catalogue, mut selection) = with_codes(basket, discount, vouchers);
        let with = quote(&catalogue, &selection).total;
        selection.vouchers.clear();
        let with_discount = quote(&catalogue, &selection).total;
        prop_assert!(with_discount <= without);
        let value: i64 = catalogue.vouchers.iter().map(|voucher| voucher.value).sum();
        prop_assert_eq!(with, (with_discount - value).max(0));
    }

    /// Of each rate the lines' taxes add up, and each is less than a unit away
    /// from its exact share.
    #[test]
    fn tax_is_shared_out_exactly(basket in any_basket()) {
        let (catalogue, selection) = basket;
        let quote = quote(&catalogue, &selection);
        let item_of = |line: &Line| {
            let ticket = line.ticket_type.map(ItemTarget::TicketType);
            let target = ticket.or(line.product_attribute.map(ItemTarget::ProductAttribute))?;
            catalogue.items.iter().find(|item| item.target == target)
        };
        for tax in quote.lines.iter().filter(|line| line.kind == LineKind::Tax) {
            let rate = (tax.rate_ppm.unwrap(), tax.inclusive.unwrap());
            let mut lines: Vec<&Line> = quote.lines.iter().filter(|line| {
                item_of(line).is_some_and(|item| (item.tax_rate_ppm, item.tax_inclusive) == rate)
            }).collect();
            // The charge has no item; it is of the rate whose sum misses it.
            let of_items: i64 = lines.iter().map(|line| line.tax).sum();
            let charge = quote.lines.iter().find(|line| line.kind == LineKind::TransactionCharge);
            let is_missing = |line: &&Line| of_items != tax.total && line.tax + of_items == tax.total;
            lines.extend(charge.filter(is_missing));
            prop_assert_eq!(lines.iter().map(|line| line.tax).sum::<i64>(), tax.total);
            if lines.iter().any(|line| line.kind == LineKind::TransactionCharge) || charge.is_none() {
                let base: i128 = lines.iter().map(|line| i128::from(line.price)).sum();
                for line in lines {
                    let exact = i128::from(tax.total) * i128::from(line.price);
                    let away = (i128::from(line.tax) * base - exact).abs();
                    prop_assert!(away < base);
                    prop_assert!((0..=line.price).contains(&line.tax));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn no_number_breaks_it(numbers in vec(any_number(), 90..110), sellable in any::<bool>()) {
        let (mut catalogue, selection) = from_numbers(&numbers);
        if sellable {
            made_sellable(&mut catalogue);
        }
        let quote = quote(&catalogue, &selection);
        check_sums(&quote)?;
        check_json(&quote)?;
    }
}

proptest! {
    /// The quick road and the explaining one read the same.
    #[test]
    fn selections_are_read_alike(map in any_selection()) {
        let text = Value::Object(map.clone()).to_string();
        let parsed = Selection::parse(&map);
        prop_assert_eq!(Selection::from_json(&text).ok(), parsed.clone().ok());
        prop_assert_eq!(serde_json::from_str::<Selection>(&text).ok(), parsed.clone().ok());
        if let Ok(selection) = parsed {
            let text = serde_json::to_string(&selection).unwrap();
            prop_assert_eq!(Selection::from_json(&text), Ok(selection));
        }
    }

    #[test]
    fn no_text_breaks_reading(text in any::<String>()) {
        let _ = Selection::from_json(&text);
    }
}
