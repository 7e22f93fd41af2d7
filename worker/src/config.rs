//! What the deployment sets: signing keys, public URL, mail, environment.

use std::cell::RefCell;
use std::sync::Arc;

use handbill_core::signature::token::KeyRing;
use worker::Env;

/// The settings of this deployment, read once an isolate.
pub struct Config {
    /// Keys that sign cookies, newest first (`SIGNING_KEYS`).
    pub keys: KeyRing,
    /// Where the world reaches this deployment, without a last slash
    /// (`PUBLIC_URL`); `None`: wherever the request came to.
    pub public_url: Option<String>,
    /// Whom our mails come from, `Name <address>` (`MAIL_FROM`); `None`: none is
    /// sent.
    pub mail_from: Option<String>,
    /// The HTTP API that takes them (`MAIL_URL`); `None`: the binding `MAIL` does.
    pub mail_url: Option<String>,
    /// What that API knows us by (`MAIL_API_KEY`).
    pub mail_api_key: Option<String>,
    /// `ENVIRONMENT=test`: the clock takes an offset, see [`crate::clock`].
    pub is_test: bool,
}

impl Config {
    /// The base of public URLs for a request that came to `origin`.
    pub fn base<'a>(&'a self, origin: &'a str) -> &'a str {
        self.public_url.as_deref().unwrap_or(origin)
    }
}

thread_local! {
    static CONFIG: RefCell<Option<Arc<Config>>> = const { RefCell::new(None) };
}

/// The settings, if a request in this isolate has read them before.
pub fn remembered() -> Option<Arc<Config>> {
    CONFIG.with_borrow(Clone::clone)
}

/// The settings from the bindings.
///
/// # Errors
/// A sentence for the operator's log when `SIGNING_KEYS` is missing or wrong:
/// without it attribution can't be signed, so nothing is served.
pub fn read(env: &Env) -> Result<Arc<Config>, String> {
    if let Some(config) = remembered() {
        return Ok(config);
    }
    let text = |name: &str| env.var(name).ok().map(|value| value.to_string());
    let set = |name: &str| text(name).filter(|value| !value.is_empty());
    let keys = text("SIGNING_KEYS").ok_or("SIGNING_KEYS is not set")?;
    let config = Arc::new(Config {
        keys: KeyRing::parse(&keys).map_err(|error| format!("SIGNING_KEYS: {error}"))?,
        public_url: text("PUBLIC_URL")
            .map(|url| url.trim_end_matches('/').to_owned())
            .filter(|url| !url.is_empty()),
        mail_from: set("MAIL_FROM"),
        mail_url: set("MAIL_URL"),
        mail_api_key: set("MAIL_API_KEY"),
        is_test: text("ENVIRONMENT").as_deref() == Some("test"),
    });
    CONFIG.set(Some(Arc::clone(&config)));
    Ok(config)
}
