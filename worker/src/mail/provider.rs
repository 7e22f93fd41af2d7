//! Who takes our mails: Cloudflare's `send_email` binding, or an HTTP API.

use std::fmt;

use base64ct::{Base64, Encoding};
use js_sys::futures::JsFuture;
use js_sys::{Object, Reflect, Uint8Array};
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, Headers, RequestInit, RequestRedirect, Response, WorkerGlobalScope};
use worker::Env;
use worker::email::{EmailAddress, EmailAttachment, SendEmail, SendEmailBuilder};

use super::{Message, PICTURE_ID};
use crate::config::Config;

/// Below the pause after the first try (`store::mails`), so that no mail is taken
/// again while it is under way.
const LIMIT_MS: u32 = 20_000;

/// How much of an answer is kept.
const ERROR_CHARS: usize = 300;

/// The header that carries a mail's key, for whoever has to find it again.
const KEY_HEADER: &str = "X-Handbill-Mail";

const PICTURE_NAME: &str = "link.png";
const PICTURE_TYPE: &str = "image/png";

/// Why a mail was not taken.
pub struct Trouble {
    /// Whether the others would fare no better: the provider can't be reached, or takes
    /// nothing at the moment.
    pub is_of_all: bool,
    /// A status or the name of an error; nothing about the mail.
    pub code: String,
    /// What the provider said.
    words: String,
}

impl Trouble {
    /// It is this mail that is refused.
    pub fn of_message(code: &str, words: &str) -> Self {
        Self {
            is_of_all: false,
            code: code.to_owned(),
            words: shortened(words),
        }
    }

    /// From what JavaScript threw.
    fn thrown(error: &JsValue) -> Self {
        let text = |name: &str| Reflect::get(error, &name.into()).ok()?.as_string();
        Self {
            is_of_all: true,
            code: text("code").or_else(|| text("name")).unwrap_or_default(),
            words: shortened(&text("message").unwrap_or_default()),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.words)
    }
}

/// The provider of this deployment.
pub enum Provider<'a> {
    /// Cloudflare's own. It knows no keys: who dies right after it took a mail
    /// sends it twice.
    Binding { binding: SendEmail, from: &'a str },
    /// An API in the shape of [Resend's](https://resend.com/docs/api-reference/emails/send-email):
    /// JSON, and an `Idempotency-Key` for a day.
    Http {
        url: &'a str,
        api_key: &'a str,
        from: &'a str,
    },
}

impl<'a> Provider<'a> {
    /// The one that is set up: the API where there is a `MAIL_URL`, else the
    /// binding `MAIL`; none without `MAIL_FROM`.
    pub fn of(env: &Env, config: &'a Config) -> Option<Self> {
        let from = config.mail_from.as_deref()?;
        match &config.mail_url {
            Some(url) => Some(Self::Http {
                url,
                api_key: config.mail_api_key.as_deref().unwrap_or_default(),
                from,
            }),
            None => {
                let binding = env.get_binding("MAIL").ok()?;
                Some(Self::Binding { binding, from })
            }
        }
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// When it was not taken, or nobody knows.
    pub async fn send(&self, message: &Message) -> Result<(), Trouble> {
        match self {
            Self::Binding { binding, from } => bind(binding, from, message).await,
            Self::Http { url, api_key, from } => post(url, api_key, from, message).await,
        }
    }
}

async fn bind(binding: &SendEmail, from: &str, message: &Message) -> Result<(), Trouble> {
    let picture = Uint8Array::from(message.picture.as_slice());
    let picture = EmailAttachment::new_inline_with_typed_array(
        PICTURE_ID,
        PICTURE_NAME,
        PICTURE_TYPE,
        &picture,
    );
    let headers = Object::new();
    let refused = |error: JsValue| Trouble::thrown(&error);
    Reflect::set(&headers, &KEY_HEADER.into(), &message.key.as_str().into()).map_err(refused)?;
    let (to, subject) = (&message.to, &message.subject);
    let built = match name_and_address(from) {
        Some((name, address)) => {
            let from = EmailAddress::new(name, address);
            SendEmailBuilder::builder_with_email_address_and_str(&from, to, subject)
        }
        None => SendEmailBuilder::builder(from, to, subject),
    };
    let built = built
        .headers(headers.unchecked_ref())
        .text(&message.text)
        .html(&message.html)
        .attachments(&[picture])
        .build();
    let sent = binding.send_with_builder(&built).await;
    sent.map_err(|error| refused(error.into()))?;
    Ok(())
}

/// The parts of `Name <address>`, which the binding takes apart.
fn name_and_address(from: &str) -> Option<(&str, &str)> {
    let (name, address) = from.strip_suffix('>')?.split_once('<')?;
    Some((name.trim(), address.trim()))
}

async fn post(url: &str, api_key: &str, from: &str, message: &Message) -> Result<(), Trouble> {
    let body = json!({
        "from": from,
        "to": [message.to],
        "subject": message.subject,
        "html": message.html,
        "text": message.text,
        "headers": { KEY_HEADER: message.key },
        "attachments": [{
            "filename": PICTURE_NAME,
            "content": Base64::encode_string(&message.picture),
            "content_type": PICTURE_TYPE,
            "content_id": PICTURE_ID,
        }],
    });
    let answer = answer(url, api_key, &message.key, &body.to_string()).await;
    let (status, text) = answer.map_err(|error| Trouble::thrown(&error))?;
    if (200..300).contains(&status) {
        return Ok(());
    }
    // An earlier try, whose answer nobody noted, was taken, and said something else:
    // the template, or the signing key, has changed since.
    if status == 409 && text.contains("invalid_idempotent_request") {
        return Ok(());
    }
    let is_of_all = !matches!(status, 400 | 404 | 409 | 413 | 422);
    Err(Trouble {
        is_of_all,
        ..Trouble::of_message(&status.to_string(), &text)
    })
}

/// Posts JSON: status and text of the answer. (The runtime's own types: those of
/// `worker` would be a fiftieth of our code.)
async fn answer(url: &str, api_key: &str, key: &str, body: &str) -> Result<(u16, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("authorization", &format!("Bearer {api_key}"))?;
    headers.set("idempotency-key", key)?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    // The API's key is for nobody else.
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(LIMIT_MS)));
    init.set_body(&body.into());
    let global: WorkerGlobalScope = js_sys::global().unchecked_into();
    let response = JsFuture::from(global.fetch_with_str_and_init(url, &init)).await?;
    let response: Response = response.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}

fn shortened(text: &str) -> String {
    text.chars().take(ERROR_CHARS).collect()
}
