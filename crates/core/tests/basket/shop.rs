//! A small shop that tests change to their needs.

use handbill_core::basket::{
    Catalogue, CatalogueEvent, CatalogueGroup, CatalogueItem, Discount, DiscountKind, Quote,
    Selection, Voucher, price,
};
use handbill_core::link::{Item, ItemTarget};
use handbill_core::money::Currency;
use handbill_core::time::Timestamp;

pub const NOW: i64 = 1_790_000_000_000;

pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

/// Ticket types 1 and 2 and product attribute 1 of one event, untaxed.
pub fn shop() -> Catalogue {
    Catalogue {
        organizer_id: 1,
        currency: Currency::EUR,
        events: vec![event(7)],
        groups: vec![CatalogueGroup {
            id: 2,
            name: "Floor".to_owned(),
            max_per_order: None,
        }],
        items: vec![
            item(ItemTarget::TicketType(1), "Standing", 3_500),
            item(ItemTarget::TicketType(2), "Seated", 4_500),
            item(ItemTarget::ProductAttribute(1), "Shirt", 2_000),
        ],
        discount: None,
        vouchers: Vec::new(),
    }
}

pub fn event(id: i64) -> CatalogueEvent {
    CatalogueEvent {
        id,
        series_id: Some(3),
        name: "Rock Night".to_owned(),
        ends_at: at(NOW + 1),
        transaction_charge: 0,
        tax_rate_ppm: 0,
        tax_inclusive: true,
        accepts_donations: true,
    }
}

pub fn item(target: ItemTarget, name: &str, price: i64) -> CatalogueItem {
    CatalogueItem {
        target,
        organizer_id: 1,
        event_id: Some(7),
        group_id: Some(2),
        name: name.to_owned(),
        currency: Currency::EUR,
        price,
        booking_fee: 0,
        tax_rate_ppm: 0,
        tax_inclusive: true,
        available: 100,
        min_per_order: 1,
        max_per_order: None,
        on_sale_from: None,
        on_sale_until: None,
        locked: false,
    }
}

pub fn discount() -> Discount {
    Discount {
        code: "EARLY".to_owned(),
        kind: DiscountKind::Percentage,
        price: None,
        price_percent: Some(10),
        booking_fee: None,
        booking_fee_percent: None,
        currency: Currency::EUR,
        ticket_types: Vec::new(),
        expires_at: None,
        redemptions_left: None,
    }
}

pub fn voucher(code: &str, value: i64) -> Voucher {
    Voucher {
        code: code.to_owned(),
        value,
        currency: Currency::EUR,
        series_ids: Vec::new(),
        expires_at: None,
        used: false,
    }
}

pub fn ticket(id: i64, quantity: i64) -> Item {
    Item {
        target: ItemTarget::TicketType(id),
        quantity,
    }
}

pub fn product(id: i64, quantity: i64) -> Item {
    Item {
        target: ItemTarget::ProductAttribute(id),
        quantity,
    }
}

pub fn select(items: &[Item]) -> Selection {
    Selection {
        items: items.to_vec(),
        ..Selection::default()
    }
}

pub fn quote(catalogue: &Catalogue, selection: &Selection) -> Quote {
    price(catalogue, selection, at(NOW))
}

/// The problems as `index code` and `- code`.
pub fn problems(quote: &Quote) -> Vec<String> {
    let name = |line: Option<usize>| line.map_or("-".to_owned(), |line| line.to_string());
    let problems = quote.problems.iter();
    problems
        .map(|problem| format!("{} {}", name(problem.line), problem.code))
        .collect()
}
