//! What the cron does each minute, whether or not anybody visits.

use worker::Env;

use crate::store::{Db, StoreError, baskets, clicks, orders, routes};
use crate::{clock, config, log, mail};

/// How many dirty links one run brings into line with KV.
const REPAIRS_A_RUN: i64 = 200;

/// How long a repeated completion gets the very same answer: a week, longer than
/// any client tries.
const ANSWERS_ARE_KEPT_MS: i64 = 7 * 86_400_000;

/// Gives back what was held too long, forgets old answers, destroys the keys of
/// past days, brings KV in line, sends mails. One that fails keeps none of the others.
pub async fn sweep(env: &Env) {
    let (now, db) = match prepared(env).await {
        Ok(prepared) => prepared,
        Err(error) => return failed("to begin", &error),
    };
    if let Err(error) = baskets::release_expired(&db, now).await {
        failed("to release holds", &error);
    }
    if let Err(error) = orders::forget_answers(&db, now - ANSWERS_ARE_KEPT_MS).await {
        failed("to forget answers", &error);
    }
    if let Err(error) = clicks::forget_salts(&db, now.div_euclid(86_400_000)).await {
        failed("to destroy visitor keys", &error);
    }
    match routes::repair(env, &db, REPAIRS_A_RUN).await {
        Ok(0) => {}
        Ok(repaired) => log::info("KV repaired", &[("links", repaired.into())]),
        Err(error) => failed("to repair KV", &error),
    }
    // Last: it waits for others.
    if let Err(error) = send_mails(env, &db).await {
        failed("to send mails", &error);
    }
}

async fn send_mails(env: &Env, db: &Db) -> Result<(), StoreError> {
    let config = config::read(env).map_err(StoreError::Other)?;
    mail::send_due(env, db, &config).await
}

async fn prepared(env: &Env) -> Result<(i64, Db), StoreError> {
    let config = config::read(env).map_err(StoreError::Other)?;
    let now = clock::now(env, &config).await;
    Ok((now.millis(), Db::of(env)?))
}

fn failed(what: &str, error: &StoreError) {
    log::error(
        "the sweep failed",
        &[("at", what.into()), ("error", error.to_string().into())],
    );
}
