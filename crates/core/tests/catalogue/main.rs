//! What the management API takes (BK-01).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

#[path = "../arbitrary/mod.rs"]
mod arbitrary;
mod checkout;
mod discount;
mod every;
mod voucher;

use handbill_core::catalogue::{
    Event, Organizer, Product, ProductAttribute, Series, TicketGroup, TicketType, User,
};
use handbill_core::link::slug::ROOTS;
use handbill_core::problem::Problems;
use serde::Serialize;
use serde_json::{Map, Value, json};

type Parse = fn(&Map<String, Value>) -> Result<Value, Problems>;

fn as_value<T: Serialize>(parsed: Result<T, Problems>) -> Result<Value, Problems> {
    parsed.map(|value| serde_json::to_value(value).unwrap())
}

fn organizer() -> (Parse, Value) {
    (
        |map| as_value(Organizer::parse(map)),
        json!({ "name": "Demo", "slug": "demo", "time_zone": "Europe/Berlin", "currency": "EUR" }),
    )
}

fn new_organizer() -> (Parse, Value) {
    let (_, object) = organizer();
    (|map| as_value(Organizer::parse_new(map)), object)
}

fn user() -> (Parse, Value) {
    (
        |map| as_value(User::parse(map)),
        json!({ "name": "Ada", "username": "ada" }),
    )
}

fn series() -> (Parse, Value) {
    (
        |map| as_value(Series::parse(map)),
        json!({ "name": "Tour" }),
    )
}

fn event() -> (Parse, Value) {
    (
        |map| as_value(Event::parse(map)),
        json!({
            "name": "Rock night", "slug": "rock-night", "starts_at": "2026-12-01T19:00:00+01:00",
            "ends_at": "2026-12-01T23:00:00+01:00", "time_zone": "Europe/Berlin", "currency": "EUR",
        }),
    )
}

fn group() -> (Parse, Value) {
    (
        |map| as_value(TicketGroup::parse(map)),
        json!({ "event_id": 1, "name": "Seats" }),
    )
}

fn ticket_type() -> (Parse, Value) {
    (
        |map| as_value(TicketType::parse(map)),
        json!({ "event_id": 1, "name": "Standing", "price": 2500, "quantity": 100 }),
    )
}

fn product() -> (Parse, Value) {
    (
        |map| as_value(Product::parse(map)),
        json!({ "name": "Shirt", "currency": "EUR" }),
    )
}

fn attribute() -> (Parse, Value) {
    (
        |map| as_value(ProductAttribute::parse(map)),
        json!({ "product_id": 1, "name": "L", "price": 2000, "quantity": 50 }),
    )
}

fn all() -> [(Parse, Value); 8] {
    [
        organizer(),
        user(),
        series(),
        event(),
        group(),
        ticket_type(),
        product(),
        attribute(),
    ]
}

/// The object with some fields changed; null takes a field away.
fn with(mut object: Value, changes: Value) -> Map<String, Value> {
    let map = object.as_object_mut().unwrap();
    map.extend(changes.as_object().unwrap().clone());
    map.clone()
}

/// Field and code of each problem.
fn problems((parse, object): (Parse, Value), changes: Value) -> Vec<(String, &'static str)> {
    match parse(&with(object, changes)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|p| (p.field, p.code)).collect(),
    }
}

fn one(field: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(field.to_owned(), code)]
}

/// Each value of a field and the code it is refused with, `None` when it is
/// taken.
fn check(case: (Parse, Value), table: &[(&str, Value, Option<&'static str>)]) {
    for (field, value, code) in table {
        let got = problems(case.clone(), json!({ *field: value }));
        let wanted: Vec<_> = code.iter().flat_map(|code| one(field, code)).collect();
        assert_eq!(got, wanted, "{field}: {value}");
    }
}

#[test]
fn defaults() {
    let parse = |(parse, object): (Parse, Value)| parse(object.as_object().unwrap()).unwrap();
    assert_eq!(
        parse(organizer()),
        json!({
            "name": "Demo", "slug": "demo", "time_zone": "Europe/Berlin", "currency": "EUR",
            "attribution_window_days": 30, "hold_minutes": 15, "payment_minutes": 60,
            "offline_payment": true, "offline_instructions": "", "payment_url": null,
        })
    );
    assert_eq!(
        parse(product()),
        json!({
            "name": "Shirt", "description": "", "currency": "EUR", "tax_rate_ppm": 0,
            "tax_inclusive": true,
        })
    );
    assert_eq!(parse(user())["email"], Value::Null);
    assert_eq!(
        parse(event()),
        json!({
            "series_id": null, "name": "Rock night", "slug": "rock-night", "description": "",
            // 2026-12-01T18:00:00Z and 22:00:00Z
            "starts_at": 1_796_148_000_000_i64, "ends_at": 1_796_162_400_000_i64,
            "time_zone": "Europe/Berlin", "currency": "EUR", "place": "", "published": true,
            "cancelled": false,
            "transaction_charge": 0, "tax_rate_ppm": 0, "tax_inclusive": true,
            "accepts_donations": false,
        })
    );
    assert_eq!(
        parse(ticket_type()),
        json!({
            "event_id": 1, "group_id": null, "name": "Standing", "description": "", "price": 2500,
            "booking_fee": 0, "organizer_fee": 0, "producer_cost": 0, "issued_as": "valid",
            "quantity": 100, "min_per_order": 1, "max_per_order": null, "on_sale_from": null,
            "on_sale_until": null, "hidden": false, "access_code": null, "sort": 0,
        })
    );
}

#[test]
fn unknown_fields_are_refused_everywhere() {
    for case in all() {
        assert_eq!(
            problems(case, json!({ "colour": "red" })),
            one("colour", "unknown")
        );
    }
}

#[test]
fn every_field_is_required_by_itself() {
    for (parse, object) in all() {
        let names: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
        for name in names {
            let changes = json!({ name.as_str(): null });
            assert_eq!(
                problems((parse, object.clone()), changes),
                one(&name, "required")
            );
        }
    }
}

#[test]
fn slugs_and_time_zones() {
    for slug in ["Demo", "de mo", "dé", "a_b"] {
        assert_eq!(
            problems(organizer(), json!({ "slug": slug })),
            one("slug", "invalid")
        );
    }
    for slug in ROOTS.iter().filter(|slug| slug.len() > 1) {
        assert_eq!(
            problems(new_organizer(), json!({ "slug": slug })),
            one("slug", "reserved")
        );
        // Who has it already may keep it.
        for old in [organizer(), event()] {
            assert_eq!(problems(old, json!({ "slug": slug })), Vec::new());
        }
    }
    assert_eq!(
        problems(organizer(), json!({ "slug": "a" })),
        one("slug", "too_short")
    );
    assert_eq!(
        problems(event(), json!({ "slug": "a".repeat(51) })),
        one("slug", "too_long")
    );
    for zone in ["Europe Berlin", "Ünter", "a'b"] {
        assert_eq!(
            problems(event(), json!({ "time_zone": zone })),
            one("time_zone", "invalid")
        );
    }
    assert_eq!(problems(event(), json!({ "time_zone": "Etc/GMT+5" })), []);
}

#[test]
fn windows_are_1_to_365_days() {
    let window = |days: i64| problems(organizer(), json!({ "attribution_window_days": days }));
    assert_eq!(window(1), []);
    assert_eq!(window(365), []);
    assert_eq!(window(0), one("attribution_window_days", "range"));
    assert_eq!(window(366), one("attribution_window_days", "range"));
}

#[test]
fn mail_addresses() {
    assert_eq!(problems(user(), json!({ "email": "ada@example.com" })), []);
    for email in [
        "ada",
        "@example.com",
        "ada@",
        "a@b@c",
        "a da@example.com",
        "",
    ] {
        assert_eq!(
            problems(user(), json!({ "email": email })),
            one("email", "invalid")
        );
    }
}

#[test]
fn times_are_in_order() {
    let same = json!({ "ends_at": "2026-12-01T18:00:00Z" });
    assert_eq!(problems(event(), same), one("ends_at", "range"));
    let sale = |from: &str, until: &str| {
        problems(
            ticket_type(),
            json!({ "on_sale_from": from, "on_sale_until": until }),
        )
    };
    assert_eq!(sale("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), []);
    let wanted = one("on_sale_until", "range");
    assert_eq!(sale("2026-11-02T00:00:00Z", "2026-11-02T00:00:00Z"), wanted);
    // A start that can't be read says nothing about the end.
    assert_eq!(
        problems(event(), json!({ "starts_at": "soon" })),
        one("starts_at", "invalid")
    );
}

#[test]
fn prices_stock_and_limits() {
    let most = 9_007_199_254_740_991_i64;
    assert_eq!(
        problems(ticket_type(), json!({ "price": 0, "quantity": 0 })),
        []
    );
    assert_eq!(
        problems(
            ticket_type(),
            json!({ "price": most, "quantity": 1_000_000_000 })
        ),
        []
    );
    assert_eq!(
        problems(ticket_type(), json!({ "price": most + 1 })),
        one("price", "range")
    );
    assert_eq!(
        problems(ticket_type(), json!({ "price": -1 })),
        one("price", "range")
    );
    assert_eq!(
        problems(ticket_type(), json!({ "price": 12.5 })),
        one("price", "type")
    );
    assert_eq!(
        problems(attribute(), json!({ "quantity": 1_000_000_001 })),
        one("quantity", "range")
    );
    let limits = |min: i64, max: i64| {
        problems(
            ticket_type(),
            json!({ "min_per_order": min, "max_per_order": max }),
        )
    };
    assert_eq!(limits(2, 2), []);
    assert_eq!(limits(3, 2), one("max_per_order", "range"));
    assert_eq!(limits(0, 2), one("min_per_order", "range"));
    assert_eq!(
        problems(group(), json!({ "max_per_order": 0 })),
        one("max_per_order", "range")
    );
}
