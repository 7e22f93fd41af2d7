//! Signed webhooks: made (WH-04, WH-13) and checked (NP-02, NP-03, NP-06).
//!
//! | scheme | header | signed |
//! |---|---|---|
//! | Ticket Tailor | `Tickettailor-Webhook-Signature: t=<unix>,v1=<hex>` | `<t><body>` |
//! | [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md) | `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>` | `<id>.<timestamp>.<body>` |
//! | [Stripe](https://docs.stripe.com/webhooks#verify-manually) | `Stripe-Signature: t=<unix>,v1=<hex>` | `<t>.<body>` |
//! | [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries) | `X-Hub-Signature-256: sha256=<hex>` | `<body>` |
//!
//! All are HMAC-SHA-256. A time is ten digits, and hashed as it was written: in
//! Ticket Tailor's scheme nothing stands between time and body, and a time of
//! another length would let the first digits of a body pass for its last ones.
//! For the same reason such a body has to be an object, and the id of a Standard
//! Webhook can't hold a point.
//!
//! Each attempt of a delivery is signed anew, so that 5 minutes of tolerance are
//! enough for one that comes after three days.
//!
//! Nothing here allocates on the way to an answer, or formats with `core::fmt`: it
//! is loaded as WebAssembly.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

mod base64;
mod error;
mod explain;
mod header;
mod json;
mod key;
mod sign;

pub use error::WebhookError;
pub use explain::{Mistake, explain};
pub use header::{Headers, Signed};
pub use key::{MAX_KEY_BYTES, check_secrets, decode_secret, inner_block, mac, mac_from_hash};
pub use sign::write_signature;
#[cfg(feature = "alloc")]
pub use sign::{Header, sign};

/// Seconds that a signature is good for, and that a sender's clock may be ahead
/// (Ticket Tailor's document and Stripe's say 5 minutes).
pub const DEFAULT_TOLERANCE: i64 = 300;
/// Bytes of an HMAC-SHA-256.
pub const MAC_BYTES: usize = 32;

/// How a sender signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Time and body, nothing between.
    TicketTailor,
    /// Id, time and body; secrets in base64.
    StandardWebhooks,
    /// Time, a point, body.
    Stripe,
    /// The body alone; what was signed is good for ever.
    GitHub,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 4] = [
        Self::TicketTailor,
        Self::StandardWebhooks,
        Self::Stripe,
        Self::GitHub,
    ];

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TicketTailor => "ticket-tailor",
            Self::StandardWebhooks => "standard-webhooks",
            Self::Stripe => "stripe",
            Self::GitHub => "github",
        }
    }

    /// The header that the signatures are in.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Self::TicketTailor => "Tickettailor-Webhook-Signature",
            Self::StandardWebhooks => "webhook-signature",
            Self::Stripe => "Stripe-Signature",
            Self::GitHub => "X-Hub-Signature-256",
        }
    }

    /// What stands between the members of the header; GitHub's has one.
    fn separator(self) -> Option<u8> {
        match self {
            Self::TicketTailor | Self::Stripe => Some(b','),
            Self::StandardWebhooks => Some(b' '),
            Self::GitHub => None,
        }
    }
}

/// The present or the time of arrival, and how far from it a signature may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Unix seconds.
    pub at: i64,
    /// Seconds that a signature may be older; `i64::MAX` for any age.
    pub tolerance: i64,
    /// Seconds that a signature may be ahead.
    pub future_tolerance: i64,
}

impl Window {
    /// With the tolerances that senders recommend.
    #[must_use]
    pub fn around(at: i64) -> Self {
        Self {
            at,
            tolerance: DEFAULT_TOLERANCE,
            future_tolerance: DEFAULT_TOLERANCE,
        }
    }
}

/// Which of the secrets, by its index, signed the bytes of a body as they were
/// received, within the window. Signatures are compared in constant time
/// (NP-03).
///
/// # Errors
/// [`WebhookError`]. What the caller can't have meant comes first (secrets,
/// body), then the header, its time, and the signature last.
pub fn verify(
    scheme: Scheme,
    headers: &Headers<'_>,
    body: &[u8],
    secrets: &[&[u8]],
    window: &Window,
) -> Result<usize, WebhookError> {
    check_secrets(scheme, secrets)?;
    let signed = Signed::parse(scheme, headers, body, window)?;
    for (index, secret) in secrets.iter().enumerate() {
        let mut buffer = [0; MAX_KEY_BYTES];
        let key = decode_secret(scheme, secret, index, &mut buffer)?;
        if signed.fits(&mac(key, &signed.prefix(), body)) {
            return Ok(index);
        }
    }
    Err(WebhookError::NoMatch)
}
