//! Signed webhooks (NP-03, NP-06, WH-04, WH-13): what holds for any input. The
//! signatures themselves are checked against `vectors/webhook.json`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken assumption fails the test; helpers count as code to clippy"
)]

use handbill_core::signature::webhook::{
    Header, Headers, MAX_KEY_BYTES, Scheme, Signed, WebhookError, Window, decode_secret, explain,
    inner_block, mac, mac_from_hash, sign, verify,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sha2::{Digest, Sha256};

const NOW: i64 = 1_795_428_000;
const BODY: &[u8] = br#"{"id":"wh_1"}"#;
const SECRET: &[u8] = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// So that only the signature can refuse.
const ANY_AGE: Window = Window {
    at: NOW,
    tolerance: i64::MAX,
    future_tolerance: i64::MAX,
};

fn value<'a>(headers: &'a [Header], name: &str) -> &'a [u8] {
    let mut all = headers.iter();
    all.find(|header| header.0 == name)
        .map_or(&[], |header| header.1.as_bytes())
}

fn received(scheme: Scheme, headers: &[Header]) -> Headers<'_> {
    Headers {
        signature: value(headers, scheme.header()),
        id: value(headers, "webhook-id"),
        timestamp: value(headers, "webhook-timestamp"),
    }
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    select(Scheme::ALL.to_vec())
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..80)
}

/// A time that a sender can sign.
fn any_time() -> impl Strategy<Value = i64> {
    1_000_000_000..10_000_000_000_i64
}

/// A secret that the scheme takes.
fn any_secret(scheme: Scheme) -> BoxedStrategy<Vec<u8>> {
    match scheme {
        Scheme::StandardWebhooks => "(whsec_)?([A-Za-z0-9+/]{4}){8,64}"
            .prop_map(String::into_bytes)
            .boxed(),
        _ => proptest::collection::vec(any::<u8>(), 1..150).boxed(),
    }
}

/// A body that the scheme takes.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..300).prop_map(|rest| [b"{", &rest[..]].concat())
}

/// Nearly the header of a scheme.
fn header_like() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof!["t", "v1", "v0", "sha256", "v1a", "[a-z0-9]{0,3}", " t"];
    let value = prop_oneof![
        Just(NOW.to_string()),
        "[0-9]{0,20}",
        "[0-9a-f]{64}",
        "[0-9a-fA-F]{62,66}",
        "[A-Za-z0-9+/]{43}=",
        "\\PC{0,8}"
    ];
    let between = select(vec!["=", ",", "", "=="]);
    let end = select(vec![",", " ", ", ", ";", ""]);
    proptest::collection::vec((name, between, value, end), 0..5).prop_map(|members| {
        let parts = members.into_iter();
        parts
            .map(|(name, between, value, end)| format!("{name}{between}{value}{end}"))
            .collect::<String>()
            .into_bytes()
    })
}

/// Nearly JSON, and JSON that is not easy.
fn json_like() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[\\[\\]{}\",:0-9a-z\\\\u \n]{0,60}".prop_map(String::into_bytes),
        (0..100_usize).prop_map(|depth| b"[".repeat(depth)),
        (0..100_usize).prop_map(|depth| b"{\"a\":".repeat(depth)),
        Just(format!("[{}]", "{},".repeat(70)).into_bytes()),
        any_bytes(),
    ]
}

#[test]
fn no_bit_of_a_header_can_be_another() {
    for scheme in Scheme::ALL {
        let headers = sign(scheme, &[SECRET], "msg_1", NOW, BODY).unwrap();
        for changed in 0..headers.len() {
            for bit in 0..headers[changed].1.len() * 8 {
                let Ok(text) = String::from_utf8(flipped(headers[changed].1.as_bytes(), bit))
                else {
                    continue;
                };
                let mut headers = headers.clone();
                headers[changed].1 = text;
                let got = verify(
                    scheme,
                    &received(scheme, &headers),
                    BODY,
                    &[SECRET],
                    &ANY_AGE,
                );
                assert!(got.is_err(), "{headers:?}");
            }
        }
    }
}

#[test]
fn the_tolerances_reach_to_the_second() {
    let headers = sign(Scheme::Stripe, &[SECRET], "", NOW, BODY).unwrap();
    let code = |at| {
        let window = Window {
            at,
            tolerance: 300,
            future_tolerance: 60,
        };
        verify(
            Scheme::Stripe,
            &received(Scheme::Stripe, &headers),
            BODY,
            &[SECRET],
            &window,
        )
        .map_err(WebhookError::code)
    };
    for (at, wanted) in [
        (i64::MIN, Err("future")),
        (NOW - 61, Err("future")),
        (NOW - 60, Ok(0)),
        (NOW, Ok(0)),
        (NOW + 300, Ok(0)),
        (NOW + 301, Err("stale")),
        (i64::MAX, Err("stale")),
    ] {
        assert_eq!(code(at), wanted, "{at}");
    }
}

#[test]
fn a_hash_made_elsewhere_is_as_good() {
    let headers = sign(Scheme::StandardWebhooks, &[SECRET], "msg_1", NOW, BODY).unwrap();
    let headers = received(Scheme::StandardWebhooks, &headers);
    let window = Window::around(NOW);
    let signed = Signed::parse(Scheme::StandardWebhooks, &headers, BODY, &window).unwrap();
    let mut buffer = [0; MAX_KEY_BYTES];
    let key = decode_secret(Scheme::StandardWebhooks, SECRET, 0, &mut buffer).unwrap();
    let whole = [&signed.prefix().concat(), BODY].concat();
    assert!(signed.fits(&mac(key, &[], &whole)));
    assert!(!signed.fits(&mac(key, &[], BODY)));
    for key in [key, &[7; 64], &[7; 65], &[7; 200]] {
        let hash = Sha256::digest([&inner_block(key), &whole[..]].concat());
        assert_eq!(mac_from_hash(key, &hash), mac(key, &[], &whole));
    }
}

#[test]
fn a_key_is_as_long_as_the_buffer_at_most() {
    let refusal = |bytes: usize| {
        let secret = "AAAA".repeat(bytes / 3);
        decode_secret(
            Scheme::StandardWebhooks,
            secret.as_bytes(),
            7,
            &mut [0; MAX_KEY_BYTES],
        )
        .map(<[u8]>::len)
    };
    assert_eq!(refusal(192), Ok(192));
    assert_eq!(
        refusal(195),
        Err(WebhookError::MalformedSecret { index: 7 })
    );
}

proptest! {
    #[test]
    fn what_is_signed_verifies(
        (scheme, secret, other) in any_scheme()
            .prop_flat_map(|scheme| (Just(scheme), any_secret(scheme), any_secret(scheme))),
        id in "[!-\\-/-~]{1,40}",
        at in any_time(),
        body in any_body(),
    ) {
        prop_assume!(secret != other);
        let headers = sign(scheme, &[&secret], &id, at, &body).unwrap();
        let headers = received(scheme, &headers);
        let window = Window { at, tolerance: 0, future_tolerance: 0 };
        let verify = |secrets: &[&[u8]]| verify(scheme, &headers, &body, secrets, &window);
        prop_assert_eq!(verify(&[&secret]), Ok(0));
        prop_assert_eq!(explain(scheme, &headers, &body, &[&secret]), None);
        // A key shorter than a block is the same with zeros behind it.
        let bare = |secret: &[u8]| secret.iter().rposition(|byte| *byte != 0).map(|last| last + 1);
        if bare(&secret).map(|end| secret[..end].to_vec()) != bare(&other).map(|end| other[..end].to_vec()) {
            prop_assert_eq!(verify(&[&other, &secret]), Ok(1));
            prop_assert_eq!(verify(&[&other]), Err(WebhookError::NoMatch));
        }
        let both = sign(scheme, &[&other, &secret], &id, at, &body).unwrap();
        let both = received(scheme, &both);
        prop_assert_eq!(verify_one(scheme, &both, &body, &other, &window), Ok(0));
        if scheme != Scheme::GitHub {
            prop_assert_eq!(verify_one(scheme, &both, &body, &secret, &window), Ok(0));
        }
    }

    #[test]
    fn no_other_bit_verifies(
        (scheme, secret) in any_scheme()
            .prop_flat_map(|scheme| (Just(scheme), any_secret(scheme))),
        at in any_time(),
        body in any_body(),
        place in any::<Index>(),
    ) {
        let headers = sign(scheme, &[&secret], "msg_1", at, &body).unwrap();
        let headers = received(scheme, &headers);
        let is_good = |body: &[u8], secret: &[u8]| verify_one(scheme, &headers, body, secret, &ANY_AGE).is_ok();
        prop_assert!(is_good(&body, &secret));
        prop_assert!(!is_good(&flipped(&body, place.index(body.len() * 8)), &secret));
        prop_assert!(!is_good(&body[..body.len() - 1], &secret));
        prop_assert!(!is_good(&[&body[..], b"\0"].concat(), &secret));
        let bit = place.index(secret.len() * 8);
        let other = flipped(&secret, bit);
        // `whsec_` can be lost, but not changed into a part of the key.
        prop_assert!(!is_good(&body, &other), "{:?} {:?}", secret, other);
    }

    #[test]
    fn nothing_else_verifies_or_panics(
        scheme in any_scheme(),
        signature in prop_oneof![any_bytes(), header_like()],
        id in any_bytes(),
        timestamp in prop_oneof![any_bytes(), Just(NOW.to_string().into_bytes())],
        body in prop_oneof![any_bytes(), any_body(), json_like()],
        secrets in proptest::collection::vec(any_bytes(), 0..3),
        at in any::<i64>(),
        tolerance in any::<i64>(),
        future_tolerance in any::<i64>(),
    ) {
        let headers = Headers { signature: &signature, id: &id, timestamp: &timestamp };
        let mut secrets: Vec<&[u8]> = secrets.iter().map(Vec::as_slice).collect();
        let window = Window { at, tolerance, future_tolerance };
        prop_assert!(verify(scheme, &headers, &body, &secrets, &window).is_err());
        secrets.push(SECRET);
        prop_assert!(verify(scheme, &headers, &body, &secrets, &ANY_AGE).is_err());
        let id = String::from_utf8_lossy(&id);
        let _ = sign(scheme, &secrets, &id, at, &body);
    }

    #[test]
    fn explaining_never_panics(
        scheme in any_scheme(),
        signed_by in any_scheme(),
        body in json_like(),
        secret in prop_oneof![any_bytes(), Just(SECRET.to_vec())],
    ) {
        let Ok(headers) = sign(signed_by, &[b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_1", NOW, b"{}") else {
            panic!("the sample can be signed");
        };
        let headers = received(signed_by, &headers);
        let _ = explain(scheme, &headers, &body, &[&secret]);
    }
}

fn verify_one(
    scheme: Scheme,
    headers: &Headers<'_>,
    body: &[u8],
    secret: &[u8],
    window: &Window,
) -> Result<usize, WebhookError> {
    verify(scheme, headers, body, &[secret], window)
}
