//! Signed callbacks of payment systems (BK-09). The signatures themselves are
//! checked against `vectors/callback.json`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::signature::callback::{CallbackError, HEADER, sign, verify};
use proptest::prelude::*;

const SECRET: &str = "whsec_0123456789";
const BODY: &[u8] = br#"{"amount":7150}"#;
const NOW: i64 = 1_795_428_000;

/// So that only the signature can refuse.
const ANY_AGE: i64 = i64::MAX;

fn code(header: &str, now: i64, tolerance: i64) -> Result<usize, &'static str> {
    verify(&[SECRET], header, BODY, now, tolerance).map_err(CallbackError::code)
}

/// The bytes with one bit the other way round.
fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// Texts that are nearly signatures.
fn header_like() -> impl Strategy<Value = String> {
    let name = prop_oneof!["t", "v1", "v0", "[a-z0-9]{0,3}", " t", "T"];
    let value = prop_oneof![
        Just(NOW.to_string()),
        "[0-9]{0,20}",
        "[0-9a-f]{64}",
        "[0-9a-fA-F]{62,66}",
        "[+-][0-9]{1,10}",
        "\\PC{0,8}"
    ];
    let separator = prop_oneof![Just(","), Just(", "), Just(";"), Just(",,")];
    proptest::collection::vec((name, prop_oneof!["=", "==", ""], value, separator), 0..5).prop_map(
        |members| {
            let text: String = members
                .into_iter()
                .map(|(name, equals, value, separator)| format!("{name}{equals}{value}{separator}"))
                .collect();
            text.trim_end_matches(',').to_owned()
        },
    )
}

#[test]
fn the_time_is_looked_at_before_the_signature() {
    let wrong = format!("t={NOW},v1={}", "0".repeat(64));
    assert_eq!(code(&wrong, NOW, 300), Err("no_match"));
    assert_eq!(code(&wrong, NOW + 301, 300), Err("stale"));
    assert_eq!(code(&wrong, NOW - 301, 300), Err("future"));
}

#[test]
fn the_tolerance_reaches_both_ways_and_not_a_second_further() {
    let header = sign(SECRET, NOW, BODY);
    for (now, wanted) in [
        (NOW - 301, Err("future")),
        (NOW - 300, Ok(0)),
        (NOW, Ok(0)),
        (NOW + 300, Ok(0)),
        (NOW + 301, Err("stale")),
        (i64::MIN, Err("future")),
        (i64::MAX, Err("stale")),
    ] {
        assert_eq!(code(&header, now, 300), wanted, "{now}");
    }
    assert_eq!(code(&header, NOW, -1), Err("stale"));
}

#[test]
fn an_empty_secret_signs_and_verifies_nothing() {
    let header = sign("", NOW, BODY);
    assert_eq!(header, format!("t={NOW},v1="));
    assert_eq!(
        verify(&[""], &sign(SECRET, NOW, BODY), BODY, NOW, 300),
        Err(CallbackError::NoMatch)
    );
    assert_eq!(
        verify(&["", SECRET], &sign(SECRET, NOW, BODY), BODY, NOW, 300),
        Ok(1)
    );
}

#[test]
fn a_time_before_1970_is_never_accepted() {
    let header = sign(SECRET, -1, BODY);
    assert_eq!(code(&header, 0, 300), Err("malformed"));
}

#[test]
fn refusals_say_why() {
    let message = |header: &str, now: i64| {
        verify(&[SECRET], header, BODY, now, 300)
            .unwrap_err()
            .to_string()
    };
    let header = sign(SECRET, NOW, BODY);
    let about = |why: &str| format!("the header `{HEADER}` {why}");
    assert_eq!(message("", NOW), about("is missing"));
    assert_eq!(message("x", NOW), about("is no list of `name=value`"));
    assert_eq!(message("t=1", NOW), about("has no `v1`"));
    assert_eq!(message("t=1,t=1", NOW), about("has more than one `t`"));
    let signature = header.split_once(',').unwrap().1;
    assert_eq!(message(signature, NOW), about("has no `t`"));
    assert_eq!(
        message(&format!("t=x,{signature}"), NOW),
        about("needs unix seconds as its `t`")
    );
    assert_eq!(
        message("t=1,v1=x", NOW),
        about("needs 64 lower-case hexadecimal digits as its `v1`")
    );
    assert_eq!(
        message(&header, NOW + 400),
        "was signed 400 s ago, at most 300 s are tolerated"
    );
    assert_eq!(
        message(&header, NOW - 400),
        "was signed 400 s in the future, at most 300 s are tolerated"
    );
    assert_eq!(
        message(&sign("other", NOW, BODY), NOW),
        "no signature fits a secret, the time and the body"
    );
}

#[test]
fn no_bit_of_a_header_can_be_another() {
    let header = sign(SECRET, NOW, BODY);
    for bit in 0..header.len() * 8 {
        let Ok(other) = String::from_utf8(flipped(header.as_bytes(), bit)) else {
            continue;
        };
        assert!(code(&other, NOW, ANY_AGE).is_err(), "{other}");
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies(
        secret in "\\PC{1,100}",
        others in proptest::collection::vec("\\PC{0,100}", 0..4),
        t in 0..=i64::MAX,
        body in any::<Vec<u8>>(),
    ) {
        let header = sign(&secret, t, &body);
        let mut secrets: Vec<&str> =
            others.iter().map(String::as_str).filter(|other| *other != secret).collect();
        prop_assert_eq!(
            verify(&secrets, &header, &body, t, 0),
            Err(CallbackError::NoMatch)
        );
        secrets.push(&secret);
        prop_assert_eq!(verify(&secrets, &header, &body, t, 0), Ok(secrets.len() - 1));
        let with_others = format!("{header},v1={}", "0".repeat(64));
        prop_assert!(verify(&secrets, &with_others, &body, t, 0).is_ok());
    }

    #[test]
    fn no_other_bit_verifies(
        secret in "[ -~]{1,100}",
        t in 0..=i64::MAX,
        body in proptest::collection::vec(any::<u8>(), 1..200),
        at in any::<proptest::sample::Index>(),
    ) {
        let header = sign(&secret, t, &body);
        let body_bit = at.index(body.len() * 8);
        prop_assert!(verify(&[&secret], &header, &flipped(&body, body_bit), t, ANY_AGE).is_err());
        // The eighth bit would leave ASCII.
        let secret_bit = at.index(secret.len()) * 8 + body_bit % 7;
        let other = String::from_utf8(flipped(secret.as_bytes(), secret_bit)).unwrap();
        prop_assert!(verify(&[&other], &header, &body, t, ANY_AGE).is_err());
        if let Ok(other) = String::from_utf8(flipped(header.as_bytes(), at.index(header.len() * 8))) {
            prop_assert!(verify(&[&secret], &other, &body, t, ANY_AGE).is_err());
        }
        prop_assert!(verify(&[&secret], &header, &body[1..], t, ANY_AGE).is_err());
        let longer = [body.as_slice(), b"\0"].concat();
        prop_assert!(verify(&[&secret], &header, &longer, t, ANY_AGE).is_err());
    }

    #[test]
    fn no_other_text_verifies_or_panics(
        header in prop_oneof![any::<String>(), header_like()],
        now in any::<i64>(),
        tolerance in any::<i64>(),
    ) {
        prop_assert!(verify(&[SECRET, ""], &header, BODY, now, tolerance).is_err());
        prop_assert!(verify(&[SECRET, ""], &header, BODY, NOW, ANY_AGE).is_err());
    }
}
