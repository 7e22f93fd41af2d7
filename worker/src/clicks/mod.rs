//! Clicks on their way from the redirect into the ledger (RD-07, RD-08), and
//! what the minute's cron does.

use std::cell::{Cell, OnceCell};

use handbill_core::click::Click;
use handbill_core::click::robots::RobotList;
use wasm_bindgen::prelude::*;
use worker::{Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder};

use crate::log;
use crate::store::clicks::{self as ledger, JudgedAgent};
use crate::store::{Db, StoreError};

thread_local! {
    // Built on first use: parsing the list costs more than a redirect may.
    static ROBOTS: OnceCell<RobotList> = const { OnceCell::new() };
    /// Clicks that neither queue nor database took, not yet in the figures.
    static LOST: Cell<u32> = const { Cell::new(0) };
}

fn with_robots<T>(use_list: impl FnOnce(&RobotList) -> T) -> T {
    ROBOTS.with(|list| use_list(list.get_or_init(RobotList::embedded)))
}

/// Clicks this isolate lost and could not yet say so in the database.
pub fn lost() -> u32 {
    LOST.get()
}

fn lose(clicks: u32) {
    LOST.set(LOST.get().saturating_add(clicks));
}

/// A user agent with the verdict of today's list.
fn judged<'a>(agents: impl Iterator<Item = &'a str>) -> Vec<JudgedAgent<'a>> {
    with_robots(|list| {
        agents
            .map(|text| JudgedAgent {
                text,
                robot: list.is_robot(text),
            })
            .collect()
    })
}

fn list_version() -> String {
    with_robots(|list| list.version().to_owned())
}

async fn add(env: &Env, clicks: &[Click]) -> Result<(), StoreError> {
    let mut agents: Vec<&str> = clicks.iter().map(|click| click.agent.as_str()).collect();
    agents.sort_unstable();
    agents.dedup();
    let agents = judged(agents.into_iter());
    // Taken before the write: two writes at once must not both report them.
    let lost = LOST.replace(0);
    let added = ledger::add(&Db::of(env)?, clicks, &agents, &list_version(), lost).await;
    if added.is_err() {
        lose(lost);
    }
    added
}

/// A batch from the queue. Each message is acknowledged once its click stands
/// in the ledger; when the database fails, all of them come again.
pub async fn consume(batch: &MessageBatch<serde_json::Value>, env: &Env) {
    let mut clicks = Vec::new();
    for message in batch.raw_iter() {
        let parsed = message
            .body()
            .as_string()
            .ok_or_else(|| "not a text".to_owned())
            .and_then(|text| Click::parse(&text).map_err(|error| error.to_string()));
        match parsed {
            Ok(click) => clicks.push(click),
            // It would fail again for ever: the log keeps what it was.
            Err(error) => log::error(
                "a message on the click queue is not a click",
                &[
                    ("id", message.id().into()),
                    ("error", error.into()),
                    ("body", format!("{:.200?}", message.body()).into()),
                ],
            ),
        }
    }
    if clicks.is_empty() {
        batch.ack_all();
        return;
    }
    match add(env, &clicks).await {
        Ok(()) => batch.ack_all(),
        Err(error) => {
            let oldest = clicks.iter().map(|click| click.at.millis()).min();
            let age = worker::Date::now()
                .as_millis()
                .saturating_sub(oldest.unwrap_or_default().max(0) as u64);
            log::error(
                "clicks could not be stored and will come again",
                &[
                    ("clicks", clicks.len().into()),
                    ("error", error.to_string().into()),
                ],
            );
            let retry = QueueRetryOptionsBuilder::new()
                .with_delay_seconds(retry_delay_seconds(age))
                .build();
            batch.retry_all_with_options(&retry);
        }
    }
}

/// Half of the click's age: the pauses grow by half each time, from a second to
/// ten minutes, without a count of attempts, which the queue does not tell.
fn retry_delay_seconds(age_ms: u64) -> u32 {
    (age_ms / 2000).clamp(1, 600) as u32
}

/// The queue refused a click: it goes to the database directly. If that fails
/// too, it is lost, and said to be (RD-07).
#[wasm_bindgen]
pub async fn count_refused(click: String, reason: String, env: Env) {
    log::error("the click queue refused", &[("error", reason.into())]);
    let stored = match Click::parse(&click) {
        Ok(click) => add(&env, &[click]).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = stored {
        lose(1);
        log::error(
            "a click is lost",
            &[("click", click.into()), ("error", error.into())],
        );
    }
}

/// Judges every agent by today's list and recounts all figures from the ledger;
/// how many clicks it holds (RD-08, RD-09).
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn rebuild(db: &Db) -> Result<i64, StoreError> {
    let version = list_version();
    let agents = ledger::agents_judged_by_others(db, &version).await?;
    let judged = judged(agents.iter().map(String::as_str));
    ledger::rebuild(db, &judged, &version).await
}
