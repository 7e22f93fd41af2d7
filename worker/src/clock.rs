//! The one place that reads the clock.
//!
//! With `ENVIRONMENT=test` it adds an offset that the test keeps in KV, so that
//! a test can live through days in a second. Nothing else knows it is a test.

use handbill_core::time::Timestamp;
use worker::Env;

use crate::config::Config;
use crate::store::LINKS;

const OFFSET_KEY: &str = "test:clock-offset";

/// Now.
pub async fn now(env: &Env, config: &Config) -> Timestamp {
    let mut millis = worker::Date::now().as_millis() as i64;
    if config.is_test {
        millis = millis.saturating_add(test_offset(env).await);
    }
    Timestamp::from_millis(millis)
}

async fn test_offset(env: &Env) -> i64 {
    let Ok(kv) = env.kv(LINKS) else { return 0 };
    let text = kv.get(OFFSET_KEY).text().await.ok().flatten();
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}
