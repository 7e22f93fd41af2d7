//! Links as somebody asks for them (SP-09 to SP-12, SP-20, BK-04).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::link::{Draft, EventFact, Facts, Item, ItemTarget, Kind, Restriction, sellable};
use handbill_core::problem::Problems;
use serde_json::{Value, json};

fn parse(value: Value) -> Result<Draft, Problems> {
    Draft::parse(value.as_object().unwrap())
}

/// Field, code and message of the only problem.
fn problem(value: Value) -> (String, &'static str, String) {
    let mut problems = parse(value).unwrap_err().into_vec();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = problems.remove(0);
    (problem.field, problem.code, problem.message)
}

#[test]
fn the_least_a_link_needs_is_its_kind() {
    let draft = parse(json!({ "kind": "affiliate", "something": "else" })).unwrap();
    assert_eq!(draft.kind, Kind::Affiliate);
    assert_eq!(draft.description, "");
    assert_eq!((draft.event_id, draft.referred_by), (None, None));
    assert_eq!((draft.ticket_types, draft.items), (None, None));
    assert!(!draft.hide_public_ticket_types);
    assert!(draft.utm.is_empty());
    assert_eq!(problem(json!({})).0, "kind");
}

#[test]
fn every_field_is_read() {
    let draft = parse(json!({
        "kind": "venue", "slug": "Rock-Night", "event_id": 7, "referred_by": 3,
        "description": "Poster", "ticket_types": [5, 4, 5], "hide_public_ticket_types": true,
        "items": [{ "product_attribute": 2, "quantity": 1 }],
        "destination": "https://example.com", "utm_source": "poster", "utm_medium": "print",
        "utm_campaign": "autumn", "utm_term": "rock", "utm_content": "a",
    }))
    .unwrap();
    assert_eq!(draft.kind, Kind::Venue);
    assert_eq!(draft.slug.as_ref().unwrap().key(), "rock-night");
    assert_eq!((draft.event_id, draft.referred_by), (Some(7), Some(3)));
    assert_eq!(draft.ticket_types, Some(vec![5, 4]));
    let item = Item {
        target: ItemTarget::ProductAttribute(2),
        quantity: 1,
    };
    assert_eq!(draft.items, Some(vec![item]));
    assert_eq!(
        draft.destination.as_ref().unwrap().as_str(),
        "https://example.com/"
    );
    assert_eq!(draft.utm.pairs().count(), 5);
    let json = serde_json::to_value(&draft).unwrap();
    assert_eq!(json["kind"], "venue");
    assert_eq!(
        json["items"],
        json!([{ "product_attribute": 2, "quantity": 1 }])
    );
    assert_eq!(json["slug"], "Rock-Night");
}

#[test]
fn kinds_of_the_system_are_not_asked_for() {
    for kind in [
        "abandoned_basket",
        "held_basket",
        "membership_renewal",
        "Campaign",
        "x",
        "",
    ] {
        let (field, code, message) = problem(json!({ "kind": kind }));
        assert_eq!((field.as_str(), code), ("kind", "invalid"), "{kind}");
        let wanted = "must be employee, venue, affiliate, quick_purchase or campaign";
        assert_eq!(message, wanted);
    }
    assert_eq!(problem(json!({ "kind": 4 })).1, "type");
}

#[test]
fn a_campaign_is_of_one_event() {
    let draft = parse(json!({ "kind": "campaign", "event_id": 7 })).unwrap();
    assert_eq!((draft.kind, draft.event_id), (Kind::Campaign, Some(7)));
    let wanted = (
        "event_id".into(),
        "required",
        "is required for a campaign".into(),
    );
    assert_eq!(problem(json!({ "kind": "campaign" })), wanted);
    assert_eq!(
        problem(json!({ "kind": "campaign", "event_id": null })),
        wanted
    );
    // What is there and wrong is told as that.
    assert_eq!(
        problem(json!({ "kind": "campaign", "event_id": "7" })).1,
        "type"
    );
}

#[test]
fn a_description_has_512_characters_at_most() {
    let draft = |chars| json!({ "kind": "venue", "description": "é".repeat(chars) });
    assert!(parse(draft(512)).is_ok());
    assert_eq!(problem(draft(513)).1, "too_long");
    assert!(parse(json!({ "kind": "venue", "description": null })).is_ok());
}

#[test]
fn sp_11_a_quick_purchase_needs_a_basket() {
    let message = "Quick purchase tracking links requires basket data defined in the extra field.";
    for items in [json!(null), json!([])] {
        let got = problem(json!({ "kind": "quick_purchase", "items": items }));
        assert_eq!(got, ("items".into(), "required", message.into()));
    }
    assert_eq!(
        parse(json!({ "kind": "venue", "items": [] }))
            .unwrap()
            .items,
        None
    );
}

#[test]
fn sp_11_a_bad_item_is_named_by_its_index() {
    let good = json!({ "ticket_type": 1, "quantity": 2, "ignored": true });
    let cases = [
        (
            json!({ "quantity": 1 }),
            "item 1: needs either ticket_type or product_attribute",
        ),
        (
            json!({ "ticket_type": 1, "product_attribute": 2, "quantity": 1 }),
            "item 1: needs either ticket_type or product_attribute",
        ),
        (json!({ "ticket_type": 1 }), "item 1: quantity is required"),
        (
            json!({ "ticket_type": 1, "quantity": 0 }),
            "item 1: quantity must be from 1 to 1000",
        ),
        (
            json!({ "ticket_type": 1, "quantity": 1001 }),
            "item 1: quantity must be from 1 to 1000",
        ),
        (
            json!({ "ticket_type": 1, "quantity": 1.5 }),
            "item 1: quantity must be a whole number",
        ),
        (
            json!({ "ticket_type": 1, "quantity": "1" }),
            "item 1: quantity must be a whole number",
        ),
        (
            json!({ "ticket_type": "1", "quantity": 1 }),
            "item 1: ticket_type must be a whole number",
        ),
        (
            json!({ "ticket_type": 0, "quantity": 1 }),
            "item 1: ticket_type must be from 1 to 9007199254740991",
        ),
        (json!(5), "item 1: must be an object"),
        (json!([]), "item 1: must be an object"),
    ];
    for kind in ["quick_purchase", "venue"] {
        for (item, message) in &cases {
            let got = problem(json!({ "kind": kind, "items": [good, item] }));
            assert_eq!(got, ("items".into(), "invalid", (*message).into()));
        }
    }
    let got = problem(json!({ "kind": "quick_purchase", "items": { "ticket_type": 1 } }));
    assert_eq!(got.2, "must be a list of items");
    assert!(parse(json!({ "kind": "quick_purchase", "items": vec![&good; 100] })).is_ok());
    assert_eq!(
        problem(json!({ "kind": "venue", "items": vec![&good; 101] })).0,
        "items"
    );
}

#[test]
fn rules_over_two_fields() {
    let items = json!([{ "ticket_type": 1, "quantity": 2 }]);
    let destination = "https://example.com/";
    let got =
        problem(json!({ "kind": "quick_purchase", "items": items, "destination": destination }));
    assert_eq!(got.0, "destination");
    for types in [json!(null), json!([])] {
        let draft =
            json!({ "kind": "venue", "hide_public_ticket_types": true, "ticket_types": types });
        assert_eq!(problem(draft).0, "hide_public_ticket_types");
    }
}

#[test]
fn each_field_has_its_own_problem() {
    let problems = parse(json!({
        "kind": 1, "slug": "a b", "event_id": 0, "referred_by": "x", "description": 1,
        "ticket_types": [1, -1], "hide_public_ticket_types": "yes", "items": 1,
        "destination": "ftp://x", "utm_source": "x".repeat(201), "utm_medium": 1,
        "utm_campaign": [], "utm_term": {}, "utm_content": false,
    }))
    .unwrap_err();
    let mut found: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
    found.sort_unstable();
    let mut wanted = Draft::FIELDS.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    let many = json!({ "kind": "venue", "ticket_types": vec![1; 501] });
    assert_eq!(problem(many).1, "too_long");
    assert_eq!(
        problem(json!({ "kind": "venue", "ticket_types": "1" })).1,
        "type"
    );
}

fn facts() -> Facts {
    Facts {
        selling_organizer: 1,
        event: Some(Some(EventFact { organizer: 1 })),
        referrer_known: true,
        ticket_types: vec![
            (10, 1, "EUR".into()),
            (11, 1, "EUR".into()),
            (12, 1, "USD".into()),
            (20, 2, "EUR".into()),
        ],
        attributes: vec![(30, 1, "EUR".into()), (31, 1, "USD".into())],
    }
}

/// Field and message of each problem found against the catalogue.
fn check(value: Value, facts: &Facts) -> Vec<(String, String)> {
    match parse(value).unwrap().check(facts) {
        Ok(()) => Vec::new(),
        Err(problems) => problems.into_iter().map(|p| (p.field, p.message)).collect(),
    }
}

#[test]
fn what_is_there_may_be_named() {
    let items =
        json!([{ "ticket_type": 10, "quantity": 1 }, { "product_attribute": 30, "quantity": 1 }]);
    let draft = json!({
        "kind": "quick_purchase", "event_id": 7, "referred_by": 3, "ticket_types": [10, 12],
        "items": items,
    });
    assert_eq!(check(draft, &facts()), []);
    assert_eq!(check(json!({ "kind": "venue" }), &Facts::default()), []);
}

#[test]
fn sp_10_the_first_ticket_type_that_is_not_there_is_named() {
    let draft = |ids: &[i64]| json!({ "kind": "venue", "ticket_types": ids });
    let wanted = |message: &str| vec![("ticket_types".to_owned(), message.to_owned())];
    assert_eq!(
        check(draft(&[10, 3001, 3002]), &facts()),
        wanted("3001 does not exist")
    );
    assert_eq!(check(draft(&[20]), &facts()), wanted("20 does not exist"));
}

#[test]
fn an_event_of_another_organizer_does_not_exist() {
    let draft = json!({ "kind": "venue", "event_id": 7, "referred_by": 3 });
    for event in [None, Some(None), Some(Some(EventFact { organizer: 2 }))] {
        let facts = Facts {
            event,
            referrer_known: false,
            ..facts()
        };
        let wanted = [
            ("event_id".to_owned(), "7 does not exist".to_owned()),
            ("referred_by".to_owned(), "3 does not exist".to_owned()),
        ];
        assert_eq!(check(draft.clone(), &facts), wanted);
    }
}

#[test]
fn sp_12_items_belong_together() {
    let draft = |second: Value| {
        let first = json!({ "ticket_type": 10, "quantity": 1 });
        json!({ "kind": "quick_purchase", "items": [first, second] })
    };
    let cases = [
        (
            json!({ "ticket_type": 5, "quantity": 1 }),
            "item 1: ticket type 5 does not exist",
        ),
        (
            json!({ "product_attribute": 10, "quantity": 1 }),
            "item 1: product attribute 10 does not exist",
        ),
        (
            json!({ "ticket_type": 20, "quantity": 1 }),
            "items must all belong to the same venue",
        ),
        (
            json!({ "ticket_type": 12, "quantity": 1 }),
            "items must all be in one currency",
        ),
        (
            json!({ "product_attribute": 31, "quantity": 1 }),
            "items must all be in one currency",
        ),
    ];
    for (second, message) in cases {
        let wanted = [("items".to_owned(), message.to_owned())];
        assert_eq!(check(draft(second), &facts()), wanted);
    }
}

#[test]
fn what_a_link_names_already_is_not_judged_again() {
    let before = json!({
        "kind": "quick_purchase", "event_id": 7, "referred_by": 3, "ticket_types": [10, 3001],
        "items": [{ "ticket_type": 3001, "quantity": 1 }],
    });
    let gone = Facts {
        event: Some(None),
        referrer_known: false,
        ..facts()
    };
    let fields = |changes: Value| -> Vec<String> {
        let mut after = before.clone();
        for (name, value) in changes.as_object().unwrap() {
            after[name] = value.clone();
        }
        let news = parse(after).unwrap().news(&parse(before.clone()).unwrap());
        match news.check(&gone) {
            Ok(()) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.field).collect(),
        }
    };
    assert_eq!(fields(json!({})), [] as [&str; 0]);
    assert_eq!(
        fields(json!({ "description": "x", "ticket_types": [3001] })),
        [] as [&str; 0]
    );
    assert_eq!(fields(json!({ "event_id": 8 })), ["event_id"]);
    assert_eq!(fields(json!({ "referred_by": 4 })), ["referred_by"]);
    assert_eq!(
        fields(json!({ "ticket_types": [3001, 3002] })),
        ["ticket_types"]
    );
    let items = json!([{ "ticket_type": 3001, "quantity": 2 }]);
    assert_eq!(fields(json!({ "items": items })), ["items"]);
}

#[test]
fn sp_20_what_the_checkout_may_sell() {
    let all = [(1, false), (2, true), (3, false), (4, true)];
    let offer = |ticket_types: Option<&[i64]>, hide_public| {
        let ticket_types = ticket_types.map(<[i64]>::to_vec);
        sellable(
            all,
            &Restriction {
                ticket_types,
                hide_public,
            },
        )
    };
    assert_eq!(offer(None, false), [1, 3]);
    assert_eq!(offer(Some(&[2]), false), [1, 2, 3]);
    assert_eq!(offer(Some(&[4, 3]), true), [3, 4]);
    assert_eq!(offer(Some(&[99]), true), [] as [i64; 0]);
    assert_eq!(offer(None, true), [] as [i64; 0]);
}
