//! What holds for every entry of the catalogue.

use handbill_core::catalogue::{
    Event, Organizer, Product, ProductAttribute, Series, TicketGroup, TicketType, User,
};
use handbill_core::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::discount::discount;
use super::voucher::voucher;
use super::{Parse, arbitrary, as_value};

/// Every entry of the catalogue with all its fields set.
fn catalogue() -> Vec<(Parse, Value)> {
    let (opens, closes) = ("2026-12-01T18:00:00Z", "2026-12-01T22:00:00Z");
    vec![
        discount(),
        voucher(),
        (
            |map| as_value(Organizer::parse(map)),
            json!({
                "name": "Demo", "slug": "demo", "time_zone": "Europe/Berlin", "currency": "EUR",
                "attribution_window_days": 30, "hold_minutes": 15, "payment_minutes": 60,
                "offline_payment": true, "offline_instructions": "Cash.",
                "payment_url": "https://example.com/pay",
            }),
        ),
        (
            |map| as_value(User::parse(map)),
            json!({ "name": "Ada", "username": "ada", "email": "ada@example.com" }),
        ),
        (
            |map| as_value(Series::parse(map)),
            json!({ "name": "Tour", "description": "All of it." }),
        ),
        (
            |map| as_value(Event::parse(map)),
            json!({
                "series_id": 3, "name": "Rock night", "slug": "rock-night", "description": "",
                "starts_at": opens, "ends_at": closes, "time_zone": "Europe/Berlin",
                "currency": "EUR", "place": "Hall", "published": true, "cancelled": true,
                "transaction_charge": 100,
                "tax_rate_ppm": 190_000, "tax_inclusive": true, "accepts_donations": false,
            }),
        ),
        (
            |map| as_value(TicketGroup::parse(map)),
            json!({ "event_id": 1, "name": "Floor", "max_per_order": 8, "sort": 1 }),
        ),
        (
            |map| as_value(TicketType::parse(map)),
            json!({
                "event_id": 1, "group_id": 2, "name": "Standing", "description": "", "price": 3500,
                "booking_fee": 150, "organizer_fee": 99, "producer_cost": 12,
                "issued_as": "pending_approval", "quantity": 600, "min_per_order": 1, "max_per_order": 8,
                "on_sale_from": opens, "on_sale_until": closes, "hidden": false,
                "access_code": "BAND", "sort": 0,
            }),
        ),
        (
            |map| as_value(Product::parse(map)),
            json!({
                "name": "Shirt", "description": "", "currency": "EUR", "tax_rate_ppm": 190_000,
                "tax_inclusive": true,
            }),
        ),
        (
            |map| as_value(ProductAttribute::parse(map)),
            json!({
                "product_id": 1, "name": "L", "price": 2000, "quantity": 50, "max_per_order": 5,
                "sort": 0,
            }),
        ),
    ]
}

/// An entry with a few of its fields set to anything.
fn any_entry() -> impl Strategy<Value = (Parse, Map<String, Value>)> {
    proptest::sample::select(catalogue()).prop_flat_map(|(parse, object)| {
        let object = object.as_object().unwrap().clone();
        let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
        names.push("other");
        arbitrary::changed(object.clone(), &names, 2).prop_map(move |body| (parse, body))
    })
}

#[test]
fn every_field_of_every_entry_is_written_under_its_name() {
    for (parse, object) in catalogue() {
        let object = object.as_object().unwrap();
        let draft = parse(object).unwrap();
        let written: Vec<_> = draft.as_object().unwrap().keys().collect();
        assert_eq!(written, object.keys().collect::<Vec<_>>());
    }
}

/// What the store gives back for a draft: its times written out.
fn stored(mut draft: Value) -> Map<String, Value> {
    let map = draft.as_object_mut().unwrap();
    for name in [
        "starts_at",
        "ends_at",
        "on_sale_from",
        "on_sale_until",
        "expires_at",
    ] {
        if let Some(millis) = map.get(name).and_then(Value::as_i64) {
            let text = Timestamp::from_millis(millis).to_rfc3339();
            map.insert(name.to_owned(), text.into());
        }
    }
    map.clone()
}

proptest! {
    #[test]
    fn an_entry_is_refused_with_its_fields_or_survives_the_store((parse, body) in any_entry()) {
        match parse(&body) {
            Ok(draft) => prop_assert_eq!(parse(&stored(draft.clone())), Ok(draft)),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in &problems {
                    prop_assert!(body.contains_key(&problem.field), "{problem:?}");
                    let same = problems.iter().filter(|other| other.field == problem.field);
                    prop_assert_eq!(same.count(), 1);
                }
            }
        }
    }
}
