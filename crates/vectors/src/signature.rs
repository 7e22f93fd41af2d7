//! Signed tokens, API tokens, and signed callbacks.

use handbill_core::signature::{ApiToken, KeyRing, Purpose, callback as payment};
use serde::Deserialize;

use crate::{read, same, unhex, unhex_array};

#[derive(Deserialize)]
struct Tokens {
    sign: Vec<Sign>,
    verify: Vec<Verify>,
    keys: Vec<Keys>,
    api: Vec<Api>,
    not_api: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    keys: String,
    payload: String,
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    name: String,
    keys: String,
    token: String,
    payload: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    keys: String,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Api {
    random: String,
    token: String,
    hash: String,
}

pub(crate) fn ring(keys: &str) -> KeyRing {
    KeyRing::parse(keys).expect("the vectors' keys are usable")
}

/// `token.json`
pub fn token() {
    let vectors: Tokens = read(include_str!("../../core/vectors/token.json"));
    for case in vectors.sign {
        let payload = unhex(&case.payload);
        let keys = ring(&case.keys);
        same(
            &case.token,
            keys.sign(Purpose::Journey, &payload),
            case.token.clone(),
        );
        same(&case.token, keys.token_len(payload.len()), case.token.len());
        same(
            &case.token,
            keys.verify(Purpose::Journey, &case.token),
            Ok(payload),
        );
    }
    for case in vectors.verify {
        let got = ring(&case.keys).verify(Purpose::Journey, &case.token);
        same(
            &case.name,
            got.clone().ok(),
            case.payload.as_deref().map(unhex),
        );
        same(
            &case.name,
            got.err().map(|e| e.code().to_owned()),
            case.error,
        );
    }
    for case in vectors.keys {
        let got = KeyRing::parse(&case.keys)
            .err()
            .map(|e| e.code().to_owned());
        same(&case.keys, got, case.error);
    }
    for case in vectors.api {
        let token = ApiToken::from_random(unhex_array(&case.random));
        same(&case.token, token.as_str(), &case.token);
        same(&case.token, ApiToken::hash(&case.token), Some(case.hash));
    }
    for text in vectors.not_api {
        same(&text, ApiToken::hash(&text), None);
    }
}

#[derive(Deserialize)]
struct Callbacks {
    sign: Vec<SignCallback>,
    verify: Vec<VerifyCallback>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignCallback {
    secret: String,
    t: i64,
    body: String,
    header: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyCallback {
    name: String,
    secrets: Vec<String>,
    header: String,
    body: String,
    now: i64,
    tolerance: i64,
    secret: Option<usize>,
    error: Option<String>,
}

/// `callback.json`
pub fn callback() {
    let vectors: Callbacks = read(include_str!("../../core/vectors/callback.json"));
    for case in vectors.sign {
        let got = payment::sign(&case.secret, case.t, &unhex(&case.body));
        same(&case.header, got, case.header.clone());
    }
    for case in vectors.verify {
        let secrets: Vec<&str> = case.secrets.iter().map(String::as_str).collect();
        let body = unhex(&case.body);
        let got = payment::verify(&secrets, &case.header, &body, case.now, case.tolerance);
        same(&case.name, got.ok(), case.secret);
        same(
            &case.name,
            got.err().map(|e| e.code().to_owned()),
            case.error,
        );
    }
}
