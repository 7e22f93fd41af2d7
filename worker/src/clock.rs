//! The one place that reads the clock.
//!
//! With `ENVIRONMENT=test` it adds an offset that the test keeps in KV, so that
//! a test can live through days in a second; or it stands still at a time, so that
//! what happens within a millisecond can be told apart. Nothing else knows it is a
//! test.

use handbill_core::time::Timestamp;
use worker::Env;

use crate::config::Config;
use crate::store::LINKS;

const TEST_KEY: &str = "test:clock";

/// Now.
pub async fn now(env: &Env, config: &Config) -> Timestamp {
    let millis = worker::Date::now().as_millis() as i64;
    Timestamp::from_millis(if config.is_test {
        test_now(env, millis).await.unwrap_or(millis)
    } else {
        millis
    })
}

/// `+` and an offset in milliseconds, or `=` and the time itself.
async fn test_now(env: &Env, millis: i64) -> Option<i64> {
    let text = env.kv(LINKS).ok()?.get(TEST_KEY).text().await.ok()??;
    match text.split_at_checked(1)? {
        ("+", offset) => Some(millis.saturating_add(offset.parse().ok()?)),
        ("=", at) => at.parse().ok(),
        _ => None,
    }
}
