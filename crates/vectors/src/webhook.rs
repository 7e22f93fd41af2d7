//! Signed webhooks.

use handbill_core::signature::webhook::{
    self as core, Header, Headers, Mistake, Scheme, WebhookError, Window,
};
use serde::Deserialize;

use crate::{read, same, unhex};

#[derive(Deserialize)]
struct Webhooks {
    mac: Vec<Mac>,
    sign: Vec<Sign>,
    sign_refused: Vec<SignRefused>,
    verify: Vec<Verify>,
    explain: Vec<Explain>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mac {
    name: String,
    key: String,
    message: String,
    mac: String,
}

/// Text, or bytes in hexadecimal.
#[derive(Deserialize)]
enum Body {
    #[serde(rename = "body")]
    Text(String),
    #[serde(rename = "body_hex")]
    Bytes(String),
}

impl Body {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Bytes(hex) => unhex(hex),
        }
    }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Values {
    signature: String,
    id: String,
    timestamp: String,
}

impl Values {
    fn headers(&self) -> Headers<'_> {
        Headers {
            signature: self.signature.as_bytes(),
            id: self.id.as_bytes(),
            timestamp: self.timestamp.as_bytes(),
        }
    }

    /// As a sender has them.
    fn sent(self, scheme: Scheme) -> Vec<Header> {
        let all = [
            ("webhook-id", self.id),
            ("webhook-timestamp", self.timestamp),
            (scheme.header(), self.signature),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }
}

#[derive(Deserialize)]
struct Sign {
    name: String,
    scheme: String,
    secrets: Vec<String>,
    id: String,
    at: i64,
    #[serde(flatten)]
    body: Body,
    headers: Values,
}

#[derive(Deserialize)]
struct SignRefused {
    name: String,
    scheme: String,
    secrets: Vec<String>,
    id: String,
    at: i64,
    #[serde(flatten)]
    body: Body,
    error: String,
}

#[derive(Deserialize)]
struct Verify {
    name: String,
    scheme: String,
    secrets: Vec<String>,
    headers: Values,
    #[serde(flatten)]
    body: Body,
    now: i64,
    tolerance: i64,
    future_tolerance: i64,
    secret: Option<usize>,
    error: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Explain {
    name: String,
    scheme: String,
    secrets: Vec<String>,
    headers: Values,
    #[serde(flatten)]
    body: Body,
    mistake: Option<String>,
    other: Option<String>,
}

fn scheme(name: &str) -> Scheme {
    let mut all = Scheme::ALL.into_iter();
    all.find(|scheme| scheme.name() == name)
        .expect("the vectors name schemes that there are")
}

fn bytes(secrets: &[String]) -> Vec<&[u8]> {
    secrets.iter().map(String::as_bytes).collect()
}

fn code(error: WebhookError) -> String {
    error.code().to_owned()
}

/// `webhook.json`
pub fn webhook() {
    let vectors: Webhooks = read(include_str!("../../core/vectors/webhook.json"));
    for case in vectors.mac {
        let (key, message) = (unhex(&case.key), unhex(&case.message));
        let got = core::mac(&key, &[], &message);
        same(&case.name, got.to_vec(), unhex(&case.mac));
    }
    for case in vectors.sign {
        let (scheme, body) = (scheme(&case.scheme), case.body.bytes());
        let secrets = bytes(&case.secrets);
        let window = Window::around(case.at);
        let got = core::verify(scheme, &case.headers.headers(), &body, &secrets, &window);
        same(&case.name, got, Ok(0));
        let got = core::sign(scheme, &secrets, &case.id, case.at, &body);
        same(&case.name, got, Ok(case.headers.sent(scheme)));
    }
    for case in vectors.sign_refused {
        let secrets = bytes(&case.secrets);
        let got = core::sign(
            scheme(&case.scheme),
            &secrets,
            &case.id,
            case.at,
            &case.body.bytes(),
        );
        same(&case.name, got.map_err(code), Err(case.error));
    }
    for case in vectors.verify {
        verify(&case);
    }
    for case in vectors.explain {
        let secrets = bytes(&case.secrets);
        let headers = case.headers.headers();
        let got = core::explain(scheme(&case.scheme), &headers, &case.body.bytes(), &secrets);
        same(
            &case.name,
            got.map(|mistake| mistake.code().to_owned()),
            case.mistake,
        );
        let other = case.other.as_deref().map(scheme);
        let got = match got {
            Some(Mistake::Scheme { scheme }) => Some(scheme),
            _ => None,
        };
        same(&case.name, got, other);
    }
}

fn verify(case: &Verify) {
    let (secrets, body) = (bytes(&case.secrets), case.body.bytes());
    let window = Window {
        at: case.now,
        tolerance: case.tolerance,
        future_tolerance: case.future_tolerance,
    };
    let headers = case.headers.headers();
    let got = core::verify(scheme(&case.scheme), &headers, &body, &secrets, &window);
    same(&case.name, got.ok(), case.secret);
    same(&case.name, got.err().map(code), case.error.clone());
    if case.message.is_some() {
        let message = got.err().map(|error| error.to_string());
        same(&case.name, message, case.message.clone());
    }
}
