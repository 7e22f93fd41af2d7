//! What buyers tell of themselves besides, and organizers correct (SG-06).

use handbill_core::order::{Buyer, Contact, Gender, fingerprint};
use serde_json::{Map, Value, json};

use super::{Parse, as_value, buyer, check, found, with};

pub fn contact() -> (Parse, Value) {
    (
        |map| as_value(Contact::parse(map)),
        json!({
            "gender": "female", "company_name": "Analytical Engines", "birthday": "1915-12-10",
            "newsletter_optin": false, "country": "United Kingdom", "postal_code": "SW1Y 4JH",
            "locality": "London",
        }),
    )
}

#[test]
fn a_contact_has_its_fields_and_no_others() {
    let (parse, object) = contact();
    let written = parse(object.as_object().unwrap()).unwrap();
    let mut names: Vec<_> = written.as_object().unwrap().keys().collect();
    let mut fields = Contact::FIELDS.to_vec();
    names.sort_unstable();
    fields.sort_unstable();
    assert_eq!(names, fields);
}

#[test]
fn what_is_not_told_is_not_written() {
    let (parse, _) = contact();
    assert_eq!(parse(&Map::new()), Ok(json!({})));
    let nulls = Contact::FIELDS
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null));
    assert_eq!(parse(&nulls.collect()), Ok(json!({})));
}

#[test]
fn a_buyer_may_tell_them_all() {
    let (parse, object) = buyer();
    let object = Value::Object(with(object, contact().1));
    assert_eq!(parse(object.as_object().unwrap()), Ok(object));
}

/// BK-07: a purchase that was begun before there were contacts may be repeated after.
#[test]
fn a_buyer_who_tells_nothing_has_the_same_fingerprint_as_ever() {
    let (_, object) = buyer();
    let buyer = Buyer::parse(object.as_object().unwrap()).unwrap();
    let text = concat!(
        r#"{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com","#,
        r#""phone":"+44 20 7946 0000","address":"12 St James's Square\nLondon"}"#,
    );
    assert_eq!(serde_json::to_string(&buyer).unwrap(), text);
    // By `printf %s … | sha256sum`.
    assert_eq!(
        fingerprint(&buyer),
        "366dd11af03860f69f616dba6aaac71816c8441c4213870aebe8e02bcc922c45"
    );
}

#[test]
fn fields_of_a_contact() {
    for case in [contact(), buyer()] {
        check(
            case.clone(),
            &[
                ("gender", json!("male"), None),
                ("gender", json!("other"), None),
                ("gender", json!("Female"), Some("invalid")),
                ("gender", json!("f"), Some("invalid")),
                ("gender", json!(""), Some("invalid")),
                ("gender", json!(1), Some("type")),
                ("birthday", json!("1900-01-01"), None),
                ("birthday", json!("2100-12-31"), None),
                ("birthday", json!("2024-02-29"), None),
                ("birthday", json!("1899-12-31"), Some("invalid")),
                ("birthday", json!("2101-01-01"), Some("invalid")),
                ("birthday", json!("2023-02-29"), Some("invalid")),
                ("birthday", json!("1990-13-01"), Some("invalid")),
                ("birthday", json!("1990-1-1"), Some("invalid")),
                ("birthday", json!("19900101"), Some("invalid")),
                ("birthday", json!("01.01.1990"), Some("invalid")),
                ("birthday", json!("1990-01-01T00:00:00Z"), Some("invalid")),
                ("birthday", json!("1990-01-01T00:00:00"), Some("invalid")),
                ("birthday", json!(" 1990-01-01"), Some("invalid")),
                ("birthday", json!("1990-01-01\n"), Some("invalid")),
                ("birthday", json!(""), Some("invalid")),
                ("birthday", json!(19_900_101), Some("type")),
                ("newsletter_optin", json!(true), None),
                ("newsletter_optin", json!("true"), Some("type")),
                ("newsletter_optin", json!(1), Some("type")),
                ("newsletter_optin", json!([]), Some("type")),
            ],
        );
        for (name, most) in [
            ("company_name", 200),
            ("country", 100),
            ("postal_code", 20),
            ("locality", 100),
        ] {
            check(
                case.clone(),
                &[
                    (name, json!(""), None),
                    (name, json!("é".repeat(most)), None),
                    (name, json!("é".repeat(most + 1)), Some("too_long")),
                    (name, json!("a\nb"), Some("invalid")),
                    (name, json!("a\t"), Some("invalid")),
                    (name, json!("\0"), Some("invalid")),
                    (name, json!(10_115), Some("type")),
                    (name, json!({}), Some("type")),
                ],
            );
        }
    }
}

#[test]
fn a_contact_alone_is_no_buyer() {
    let (parse, object) = contact();
    let got = found(parse(&with(object, json!({ "email": "ada@example.com" }))));
    assert_eq!(got, [("email".to_owned(), "unknown")]);
}

#[test]
fn names_of_genders() {
    for gender in Gender::ALL {
        assert_eq!(Gender::from_name(gender.name()), Some(gender));
        assert_eq!(serde_json::to_value(gender).unwrap(), gender.name());
    }
    assert_eq!(Gender::from_name(""), None);
}
