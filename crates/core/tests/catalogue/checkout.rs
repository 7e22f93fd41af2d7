//! What the checkout needs to know of events, tickets, products and organizers
//! (BK-03, BK-05, BK-06, BK-09).

use handbill_core::catalogue::IssuedAs;
use serde_json::json;

use super::{check, event, organizer, product, ticket_type, with};

#[test]
fn charges_and_taxes() {
    let most = 9_007_199_254_740_991_i64;
    for (case, fee) in [
        (event(), "transaction_charge"),
        (ticket_type(), "booking_fee"),
        (ticket_type(), "organizer_fee"),
        (ticket_type(), "producer_cost"),
    ] {
        check(
            case,
            &[
                (fee, json!(most), None),
                (fee, json!(most + 1), Some("range")),
                (fee, json!(-1), Some("range")),
                (fee, json!(0.5), Some("type")),
                (fee, json!("100"), Some("type")),
            ],
        );
    }
    for case in [event(), product()] {
        check(
            case,
            &[
                ("tax_rate_ppm", json!(88_750), None),
                ("tax_rate_ppm", json!(1_000_000), None),
                ("tax_rate_ppm", json!(1_000_001), Some("range")),
                ("tax_rate_ppm", json!(-1), Some("range")),
                ("tax_rate_ppm", json!(19.0), Some("type")),
                ("tax_inclusive", json!(false), None),
                ("tax_inclusive", json!(0), Some("type")),
            ],
        );
    }
    check(
        event(),
        &[
            ("accepts_donations", json!(true), None),
            ("accepts_donations", json!("yes"), Some("type")),
        ],
    );
}

#[test]
fn sg_07_the_states_in_which_tickets_are_issued() {
    check(
        ticket_type(),
        &[
            ("issued_as", json!("valid"), None),
            ("issued_as", json!("pending_approval"), None),
            ("issued_as", json!("payment_plan_pending"), None),
            ("issued_as", json!("void"), Some("invalid")),
            ("issued_as", json!("Valid"), Some("invalid")),
            ("issued_as", json!(""), Some("invalid")),
            ("issued_as", json!(1), Some("type")),
        ],
    );
    for state in IssuedAs::ALL {
        assert_eq!(IssuedAs::from_name(state.name()), Some(state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
    }
    assert_eq!(IssuedAs::default(), IssuedAs::Valid);
}

#[test]
fn events_are_cancelled_or_not() {
    check(
        event(),
        &[
            ("cancelled", json!(true), None),
            ("cancelled", json!("yes"), Some("type")),
        ],
    );
}

#[test]
fn access_codes_are_one_line_without_white_space_around() {
    check(
        ticket_type(),
        &[
            ("access_code", json!("a b"), None),
            (
                "access_code",
                json!(format!("  {}\n", "é".repeat(64))),
                None,
            ),
            ("access_code", json!("é".repeat(65)), Some("too_long")),
            ("access_code", json!(""), Some("too_short")),
            ("access_code", json!(" \t "), Some("too_short")),
            ("access_code", json!("a\nb"), Some("invalid")),
            ("access_code", json!(["BAND"]), Some("type")),
        ],
    );
    let (parse, object) = ticket_type();
    let parsed = parse(&with(object, json!({ "access_code": " Band " }))).unwrap();
    assert_eq!(parsed["access_code"], "Band");
}

#[test]
fn how_an_organizer_holds_and_is_paid() {
    check(
        organizer(),
        &[
            ("hold_minutes", json!(1), None),
            ("hold_minutes", json!(1_440), None),
            ("hold_minutes", json!(0), Some("range")),
            ("hold_minutes", json!(1_441), Some("range")),
            ("hold_minutes", json!("15"), Some("type")),
            ("payment_minutes", json!(1), None),
            ("payment_minutes", json!(10_080), None),
            ("payment_minutes", json!(0), Some("range")),
            ("payment_minutes", json!(10_081), Some("range")),
            ("payment_minutes", json!(1.5), Some("type")),
            ("offline_payment", json!(false), None),
            ("offline_payment", json!("no"), Some("type")),
            ("offline_instructions", json!("Cash.\nAt the door."), None),
            ("offline_instructions", json!("é".repeat(2_000)), None),
            (
                "offline_instructions",
                json!("é".repeat(2_001)),
                Some("too_long"),
            ),
            ("offline_instructions", json!("\0"), Some("invalid")),
            ("offline_instructions", json!([]), Some("type")),
        ],
    );
}

#[test]
fn payment_pages_are_encrypted_or_local() {
    let url = |length: usize| format!("https://example.com/{}", "a".repeat(length - 20));
    check(
        organizer(),
        &[
            ("payment_url", json!("https://pay.example.com/x?y=1"), None),
            ("payment_url", json!("HTTPS://EXAMPLE.COM"), None),
            ("payment_url", json!("http://localhost:8080/pay"), None),
            ("payment_url", json!("HTTP://LOCALHOST?a"), None),
            ("payment_url", json!("http://127.0.0.1"), None),
            ("payment_url", json!(url(2_048)), None),
            ("payment_url", json!(url(2_049)), Some("too_long")),
            ("payment_url", json!("http://example.com/"), Some("invalid")),
            (
                "payment_url",
                json!("http://localhost.example.com/"),
                Some("invalid"),
            ),
            ("payment_url", json!("http://127.0.0.2/"), Some("invalid")),
            (
                "payment_url",
                json!("http://localhost@example.com/"),
                Some("credentials"),
            ),
            (
                "payment_url",
                json!("javascript:alert(1)"),
                Some("not_http"),
            ),
            ("payment_url", json!("/pay"), Some("not_http")),
            ("payment_url", json!(""), Some("not_http")),
            ("payment_url", json!("https://"), Some("bad_host")),
            ("payment_url", json!("https://a b"), Some("space")),
            ("payment_url", json!(8080), Some("type")),
        ],
    );
}
