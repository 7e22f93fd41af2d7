//! Mail: what is in the outbox is sent by whichever provider is set up (ST-07).
//!
//! A mail is taken, handed over, and noted as sent. Who dies between the last two
//! leaves it to be tried again with the same key: a provider that knows the key
//! sends it once. Nothing is forgotten: what fails is tried again, longer and
//! longer apart, for a week.

mod provider;
mod welcome;

use handbill_core::id::uuid_v7;
use worker::Env;

use crate::app::Call;
use crate::config::Config;
use crate::failure::Failure;
use crate::store::mails;
use crate::store::{Db, StoreError};
use crate::{clock, entropy, log};
use provider::{Provider, Trouble};

/// Mails of one run, and how long it may begin another: the next run is a minute later.
const MAILS_A_RUN: usize = 50;
const RUN_MS: i64 = 50_000;

/// A mail, ready to be handed over.
struct Message {
    /// The same with each try.
    key: String,
    to: String,
    subject: String,
    html: String,
    text: String,
    /// A PNG, which the HTML shows as `cid:` and [`PICTURE_ID`].
    picture: Vec<u8>,
}

const PICTURE_ID: &str = "qr";

/// A key for a new mail.
///
/// # Errors
/// When there is no random source.
pub fn key(call: &Call) -> Result<String, Failure> {
    Ok(uuid_v7(call.now.millis(), entropy::bytes()?))
}

/// Sends what is due, one after the other; nothing where no provider is set up.
///
/// # Errors
/// When the database fails. A mail that can't be sent is none.
pub async fn send_due(env: &Env, db: &Db, config: &Config) -> Result<(), StoreError> {
    let began = clock::now(env, config).await.millis();
    mails::give_up(db, began).await?;
    let Some(provider) = Provider::of(env, config) else {
        return Ok(());
    };
    for _ in 0..MAILS_A_RUN {
        let now = clock::now(env, config).await.millis();
        if now - began > RUN_MS {
            break;
        }
        let Some(mail) = mails::take_due(db, now).await? else {
            break;
        };
        let trouble = match welcome::message(&config.keys, &mail) {
            Ok(message) => provider.send(&message).await.err(),
            Err(error) => Some(Trouble::of_message("unsendable", &error)),
        };
        let Some(trouble) = trouble else {
            let now = clock::now(env, config).await.millis();
            mails::sent(db, mail.id, now).await?;
            log::info("a mail was sent", &[("mail", mail.id.into())]);
            continue;
        };
        mails::failed(db, mail.id, &trouble.to_string()).await?;
        // What the provider says may hold an address.
        log::error(
            "a mail could not be sent and will be tried again",
            &[("mail", mail.id.into()), ("error", trouble.code.into())],
        );
        if trouble.is_of_all {
            break;
        }
    }
    Ok(())
}
