//! Amounts at the edges; the ordinary ones are examples in `docs/pricing.md`.

use handbill_core::basket::{DiscountKind, Line, LineKind, Quote, Selection};
use handbill_core::money::MAX_AMOUNT;

use crate::shop::{discount, event, problems, quote, select, shop, ticket, voucher};

fn kinds(quote: &Quote) -> Vec<LineKind> {
    quote.lines.iter().map(|line| line.kind).collect()
}

fn line(quote: &Quote, kind: LineKind) -> &Line {
    quote.lines.iter().find(|line| line.kind == kind).unwrap()
}

#[test]
fn kinds_are_named_as_in_json() {
    for kind in [
        LineKind::Ticket,
        LineKind::BookingFee,
        LineKind::Product,
        LineKind::TransactionCharge,
        LineKind::Discount,
        LineKind::Donation,
        LineKind::Tax,
        LineKind::Voucher,
    ] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
}

#[test]
fn the_largest_total_is_exact() {
    let mut catalogue = shop();
    catalogue.items[0].price = MAX_AMOUNT;
    catalogue.items[0].tax_rate_ppm = 190_000;
    let quote = quote(&catalogue, &select(&[ticket(1, 1)]));
    assert_eq!(quote.total, MAX_AMOUNT);
    // 9007199254740991 × 19 ÷ 119 = 1438124250756964.9…
    assert_eq!(quote.tax, 1_438_124_250_756_965);
}

#[test]
fn added_tax_counts_towards_the_limit() {
    let total = |price: i64| {
        let mut catalogue = shop();
        catalogue.items[0].price = price;
        catalogue.items[0].tax_rate_ppm = 1_000_000;
        catalogue.items[0].tax_inclusive = false;
        let quote = quote(&catalogue, &select(&[ticket(1, 1)]));
        (quote.total, problems(&quote).join(" "))
    };
    assert_eq!(total(MAX_AMOUNT / 2), (MAX_AMOUNT - 1, String::new()));
    assert_eq!(total(MAX_AMOUNT / 2 + 1), (0, "- overflow".to_owned()));
    assert_eq!(total(MAX_AMOUNT), (0, "- overflow".to_owned()));
}

#[test]
fn charge_and_donation_count_towards_the_limit() {
    let mut catalogue = shop();
    catalogue.items[0].price = MAX_AMOUNT - 1;
    let mut selection = select(&[ticket(1, 1)]);
    selection.donation = 1;
    assert_eq!(quote(&catalogue, &selection).total, MAX_AMOUNT);
    catalogue.events[0].transaction_charge = 1;
    let over = quote(&catalogue, &selection);
    assert_eq!(problems(&over), ["- overflow"]);
    assert_eq!(
        (over.lines.len(), over.subtotal, over.tax, over.total),
        (0, 0, 0, 0)
    );
    // A voucher or discount makes it no smaller: the sum before them counts.
    catalogue.vouchers = vec![voucher("GIFT", MAX_AMOUNT)];
    catalogue.discount = Some(discount());
    selection.vouchers = vec!["GIFT".to_owned()];
    selection.discount = Some("EARLY".to_owned());
    assert_eq!(problems(&quote(&catalogue, &selection)), ["- overflow"]);
}

#[test]
fn an_impossible_charge_is_an_overflow() {
    for charge in [-1, MAX_AMOUNT + 1, i64::MIN, i64::MAX] {
        let mut catalogue = shop();
        catalogue.events[0].transaction_charge = charge;
        let quote = quote(&catalogue, &select(&[ticket(1, 1)]));
        assert_eq!(problems(&quote), ["- overflow"]);
    }
    let mut catalogue = shop();
    catalogue.events[0].transaction_charge = 1;
    catalogue.events[0].tax_rate_ppm = 1_000_001;
    let quote = quote(&catalogue, &select(&[ticket(1, 1)]));
    assert_eq!(problems(&quote), ["- overflow"]);
}

#[test]
fn the_largest_charge_of_the_events_in_the_basket() {
    let mut catalogue = shop();
    catalogue.events = vec![event(9), event(8), event(7)];
    catalogue.events[0].transaction_charge = 900;
    catalogue.events[1].transaction_charge = 200;
    catalogue.events[2].transaction_charge = 100;
    catalogue.items[1].event_id = Some(8);
    let charge = |items: &[_]| {
        line(
            &quote(&catalogue, &select(items)),
            LineKind::TransactionCharge,
        )
        .price
    };
    assert_eq!(charge(&[ticket(1, 1)]), 100);
    assert_eq!(charge(&[ticket(1, 1), ticket(2, 1)]), 200);
    assert_eq!(charge(&[ticket(2, 1), ticket(1, 1)]), 200);
}

#[test]
fn of_charges_that_add_the_same_the_lowest_event_counts() {
    let mut catalogue = shop();
    catalogue.events = vec![event(8), event(7)];
    for event in &mut catalogue.events {
        event.transaction_charge = 100;
        event.tax_rate_ppm = 190_000;
    }
    catalogue.events[1].tax_rate_ppm = 70_000;
    catalogue.items[1].event_id = Some(8);
    let quote = quote(&catalogue, &select(&[ticket(2, 1), ticket(1, 1)]));
    assert_eq!(line(&quote, LineKind::Tax).rate_ppm, Some(70_000));
}

/// Alone the first would add 1 and a tax of ½, rounded up; beside a ticket of the
/// same rate its tax brings nothing more.
#[test]
fn what_a_charge_adds_is_rounded_with_the_rest() {
    let mut catalogue = shop();
    catalogue.events = vec![event(7), event(8)];
    catalogue.events[0].transaction_charge = 1;
    catalogue.events[0].tax_rate_ppm = 500_000;
    catalogue.events[0].tax_inclusive = false;
    catalogue.events[1].transaction_charge = 2;
    catalogue.items[0].price = 1;
    catalogue.items[0].tax_rate_ppm = 500_000;
    catalogue.items[0].tax_inclusive = false;
    catalogue.items[1].price = 0;
    catalogue.items[1].event_id = Some(8);
    let quote = quote(&catalogue, &select(&[ticket(1, 1), ticket(2, 1)]));
    assert_eq!(line(&quote, LineKind::TransactionCharge).price, 2);
    assert_eq!((quote.tax, quote.total), (1, 4));
}

#[test]
fn everything_off() {
    let mut catalogue = shop();
    catalogue.items[0].tax_rate_ppm = 190_000;
    catalogue.items[1].tax_rate_ppm = 88_750;
    catalogue.items[1].tax_inclusive = false;
    let mut all = discount();
    all.price_percent = Some(100);
    catalogue.discount = Some(all);
    let selection = Selection {
        discount: Some("EARLY".to_owned()),
        ..select(&[ticket(1, 1), ticket(2, 3)])
    };
    let quote = quote(&catalogue, &selection);
    assert_eq!((quote.subtotal, quote.tax, quote.total), (0, 0, 0));
    use LineKind::{Discount, Ticket};
    assert_eq!(kinds(&quote), [Ticket, Ticket, Discount]);
}

#[test]
fn a_discount_of_nothing_has_no_line_and_no_problem() {
    let mut catalogue = shop();
    catalogue.items[0].price = 0;
    let mut none = discount();
    none.kind = DiscountKind::FixedAmount;
    none.price = Some(0);
    for discount in [discount(), none] {
        catalogue.discount = Some(discount);
        let selection = Selection {
            discount: Some("EARLY".to_owned()),
            ..select(&[ticket(1, 1)])
        };
        let quote = quote(&catalogue, &selection);
        assert_eq!(kinds(&quote), [LineKind::Ticket]);
        assert!(quote.problems.is_empty());
    }
}

#[test]
fn half_a_unit_is_rounded_up() {
    let off = |price, percent| {
        let mut catalogue = shop();
        catalogue.items[0].price = price;
        let mut discount = discount();
        discount.price_percent = Some(percent);
        catalogue.discount = Some(discount);
        let selection = Selection {
            discount: Some("EARLY".to_owned()),
            ..select(&[ticket(1, 1)])
        };
        price - quote(&catalogue, &selection).total
    };
    assert_eq!([off(149, 1), off(150, 1), off(151, 1)], [1, 2, 2]);
    assert_eq!([off(1, 49), off(1, 50), off(1, 99)], [0, 1, 1]);
    let tax = |price, rate, inclusive| {
        let mut catalogue = shop();
        catalogue.items[0].price = price;
        catalogue.items[0].tax_rate_ppm = rate;
        catalogue.items[0].tax_inclusive = inclusive;
        quote(&catalogue, &select(&[ticket(1, 1)])).tax
    };
    assert_eq!([tax(1, 499_999, false), tax(1, 500_000, false)], [0, 1]);
    // Of 3 at 100 % included, 1.5 are tax.
    assert_eq!([tax(1, 1_000_000, true), tax(3, 1_000_000, true)], [1, 2]);
}

#[test]
fn rates_are_written_without_needless_zeros() {
    let name = |rate| {
        let mut catalogue = shop();
        catalogue.items[0].price = MAX_AMOUNT / 10;
        catalogue.items[0].tax_rate_ppm = rate;
        catalogue.items[0].tax_inclusive = false;
        line(&quote(&catalogue, &select(&[ticket(1, 1)])), LineKind::Tax)
            .name
            .clone()
    };
    assert_eq!(name(190_000), "Tax 19 %");
    assert_eq!(name(88_750), "Tax 8.875 %");
    assert_eq!(name(1_000_000), "Tax 100 %");
    assert_eq!(name(100_000), "Tax 10 %");
    assert_eq!(name(1), "Tax 0.0001 %");
    assert_eq!(name(70_500), "Tax 7.05 %");
}

#[test]
fn names_survive_as_json() {
    let mut catalogue = shop();
    let ascii = (0..=0x7f_u8).map(char::from);
    for character in ascii.chain("é席\u{2028}🎫".chars()) {
        let name = format!("Row {character}");
        catalogue.items[0].name.clone_from(&name);
        let quote = quote(&catalogue, &select(&[ticket(1, 101), ticket(2, 1)]));
        assert_eq!(quote.to_json(), serde_json::to_string(&quote).unwrap());
        let back: Quote = serde_json::from_str(&quote.to_json()).unwrap();
        assert_eq!(back, quote);
        assert!(quote.problems[0].message.contains(&name));
    }
}
