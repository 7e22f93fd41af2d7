//! Discount, voucher and donation: when they apply, and what is said when not.

use handbill_core::basket::{Catalogue, DiscountKind, Selection, code_key, same_code};

use crate::shop::{
    NOW, at, currency, discount, event, problems, product, quote, select, shop, ticket, voucher,
};

fn with_discount(change: impl FnOnce(&mut Catalogue)) -> Vec<String> {
    let mut catalogue = shop();
    catalogue.discount = Some(discount());
    change(&mut catalogue);
    let selection = Selection {
        discount: Some(" early\t".to_owned()),
        ..select(&[ticket(1, 1), product(1, 1)])
    };
    problems(&quote(&catalogue, &selection))
}

fn with_voucher(change: impl FnOnce(&mut Catalogue, &mut Selection)) -> Vec<String> {
    let mut catalogue = shop();
    catalogue.vouchers = vec![voucher("GIFT-1", 100), voucher("GIFT-2", 100)];
    let mut selection = select(&[ticket(1, 1)]);
    selection.vouchers = vec!["gift-1".to_owned()];
    change(&mut catalogue, &mut selection);
    problems(&quote(&catalogue, &selection))
}

const NONE: [&str; 0] = [];

#[test]
fn codes_are_compared_as_people_type_them() {
    assert!(same_code(" Early-1 ", "eARLY-1"));
    assert!(!same_code("EARLY", "EARLY1"));
    assert!(!same_code("straße", "STRASSE"));
    assert_eq!(code_key(" early-ü\n"), "EARLY-ü");
}

#[test]
fn discounts_apply_or_say_why_not() {
    assert_eq!(with_discount(|_| ()), NONE);
    let unknown = with_discount(|catalogue| catalogue.discount = None);
    assert_eq!(unknown, ["- discount_unknown"]);
    let other = with_discount(|catalogue| {
        catalogue.discount.as_mut().unwrap().code = "LATE".to_owned();
    });
    assert_eq!(other, ["- discount_unknown"]);
    let at_the_end = with_discount(|catalogue| {
        catalogue.discount.as_mut().unwrap().expires_at = Some(at(NOW));
    });
    assert_eq!(at_the_end, ["- discount_expired"]);
    let before_it = with_discount(|catalogue| {
        catalogue.discount.as_mut().unwrap().expires_at = Some(at(NOW + 1));
    });
    assert_eq!(before_it, NONE);
    let used_up = with_discount(|catalogue| {
        catalogue.discount.as_mut().unwrap().redemptions_left = Some(0);
    });
    assert_eq!(used_up, ["- discount_used_up"]);
    let last = with_discount(|catalogue| {
        catalogue.discount.as_mut().unwrap().redemptions_left = Some(1);
    });
    assert_eq!(last, NONE);
}

#[test]
fn discounts_are_for_tickets_of_their_types() {
    let not_in_basket = with_discount(|catalogue| {
        catalogue.discount.as_mut().unwrap().ticket_types = vec![2, 4];
    });
    assert_eq!(not_in_basket, ["- discount_not_applicable"]);
    // Product attribute 1 is no ticket type 1.
    let mut catalogue = shop();
    catalogue.discount = Some(discount());
    let selection = Selection {
        discount: Some("EARLY".to_owned()),
        ..select(&[product(1, 1)])
    };
    let quote = quote(&catalogue, &selection);
    assert_eq!(problems(&quote), ["- discount_not_applicable"]);
    assert_eq!(quote.total, 2_000);
}

#[test]
fn amounts_of_another_currency_do_not_apply_but_percentages_do() {
    let dollars = |change: fn(&mut handbill_core::basket::Discount)| {
        with_discount(|catalogue| {
            let discount = catalogue.discount.as_mut().unwrap();
            discount.currency = currency("USD");
            change(discount);
        })
    };
    assert_eq!(dollars(|_| ()), NONE);
    let fee = dollars(|discount| discount.booking_fee = Some(50));
    assert_eq!(fee, ["- discount_not_applicable"]);
    let fixed = dollars(|discount| {
        discount.kind = DiscountKind::FixedAmount;
        discount.price = Some(500);
    });
    assert_eq!(fixed, ["- discount_not_applicable"]);
}

#[test]
fn vouchers_pay_or_say_why_not() {
    assert_eq!(with_voucher(|_, _| ()), NONE);
    let unknown = with_voucher(|catalogue, _| catalogue.vouchers.clear());
    assert_eq!(unknown, ["- voucher_unknown"]);
    let expired = with_voucher(|catalogue, _| catalogue.vouchers[0].expires_at = Some(at(NOW)));
    assert_eq!(expired, ["- voucher_expired"]);
    let used = with_voucher(|catalogue, _| catalogue.vouchers[0].used = true);
    assert_eq!(used, ["- voucher_used"]);
    let dollars = with_voucher(|catalogue, _| catalogue.vouchers[0].currency = currency("USD"));
    assert_eq!(dollars, ["- voucher_not_applicable"]);
    let twice = with_voucher(|_, selection| selection.vouchers.push(" GIFT-1".to_owned()));
    assert_eq!(twice, ["- voucher_twice"]);
    let all = with_voucher(|catalogue, selection| {
        catalogue.vouchers[0].used = true;
        catalogue.vouchers[0].expires_at = Some(at(NOW));
        catalogue.vouchers[0].series_ids = vec![4];
        selection.vouchers = ["GIFT-1", "gift-1", "GIFT-2", "x"]
            .map(str::to_owned)
            .to_vec();
    });
    let wanted = [
        "- voucher_expired",
        "- voucher_used",
        "- voucher_not_applicable",
        "- voucher_twice",
        "- voucher_unknown",
    ];
    assert_eq!(all, wanted);
}

#[test]
fn vouchers_are_for_tickets_of_events_of_their_series() {
    let of_series = |series: &[i64], items: &[handbill_core::link::Item]| {
        let mut catalogue = shop();
        catalogue.vouchers = vec![voucher("GIFT-1", 100)];
        catalogue.vouchers[0].series_ids = series.to_vec();
        let mut selection = select(items);
        selection.vouchers = vec!["GIFT-1".to_owned()];
        problems(&quote(&catalogue, &selection))
    };
    assert_eq!(of_series(&[9, 3], &[ticket(1, 1)]), NONE);
    assert_eq!(of_series(&[], &[product(1, 1)]), NONE);
    let not_applicable = ["- voucher_not_applicable"];
    assert_eq!(of_series(&[9], &[ticket(1, 1)]), not_applicable);
    // The product belongs to the event, but is no ticket for it.
    assert_eq!(of_series(&[3], &[product(1, 1)]), not_applicable);
}

#[test]
fn donations_need_an_event_that_accepts_them() {
    let donate = |change: fn(&mut Catalogue)| {
        let mut catalogue = shop();
        change(&mut catalogue);
        let mut selection = select(&[ticket(1, 1)]);
        selection.donation = 500;
        quote(&catalogue, &selection)
    };
    let accepted = donate(|_| ());
    assert_eq!(problems(&accepted), NONE);
    assert_eq!(accepted.total, 4_000);
    let refused = donate(|catalogue| {
        catalogue.events[0].accepts_donations = false;
        // In the catalogue, not in the basket.
        catalogue.events.push(event(8));
    });
    assert_eq!(problems(&refused), ["- donation_not_accepted"]);
    assert_eq!(refused.total, 3_500);
}

#[test]
fn what_is_said() {
    let mut catalogue = shop();
    let mut expired = discount();
    expired.expires_at = Some(at(NOW));
    expired.redemptions_left = Some(0);
    expired.ticket_types = vec![2];
    catalogue.discount = Some(expired);
    catalogue.vouchers = vec![voucher("GIFT-1", 1), voucher("GIFT-2", 1)];
    catalogue.vouchers[0].used = true;
    catalogue.vouchers[0].expires_at = Some(at(NOW));
    catalogue.vouchers[0].currency = currency("USD");
    catalogue.vouchers[1].series_ids = vec![9];
    let selection = Selection {
        discount: Some("early".to_owned()),
        vouchers: ["gift-1", "gift-2", "Gift-2", "gift-3"]
            .map(str::to_owned)
            .to_vec(),
        ..select(&[ticket(1, 1)])
    };
    let quote = quote(&catalogue, &selection);
    let messages: Vec<_> = quote
        .problems
        .iter()
        .map(|problem| &*problem.message)
        .collect();
    let wanted = [
        "the discount `EARLY` is over",
        "the discount `EARLY` is used up",
        "the discount `EARLY` is for none of the tickets in this basket",
        "the voucher `GIFT-1` has expired",
        "the voucher `GIFT-1` has been used",
        "the voucher `GIFT-1` is in USD, this basket in EUR",
        "the voucher `GIFT-2` is for none of the events in this basket",
        "the voucher `Gift-2` is in this basket more than once",
        "there is no voucher `gift-3`",
    ];
    assert_eq!(messages, wanted);
}
