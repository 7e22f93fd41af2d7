//! From slug to route: memory of the isolate → KV → D1 → nothing (RD-05).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use handbill_core::budget::LookupBudget;
use handbill_core::link::route::{Route, RouteEntry};
use worker::{Cache, Env, Headers, Response};

use crate::store::{Db, StoreError, routes};

/// How long an isolate answers from memory. See
/// [`routes::KV_CACHE_SECONDS`] for the sum that RD-06 allows.
const MEMORY_MS: i64 = 4_000;

/// How long a location remembers that a slug is unknown (RD-05). Not in memory:
/// KV is asked first each time, so that a link made meanwhile redirects as soon
/// as KV shows it (RD-06).
const UNKNOWN_SECONDS: u32 = 60;

/// Entries an isolate keeps; at about 300 bytes each they stay below 3 MB.
const MEMORY_ENTRIES: usize = 10_000;

/// D1 reads for slugs that nobody knows, an isolate: a flood of random slugs
/// ends here, while a poster's typing mistakes never come near it.
const UNKNOWN_BURST: u32 = 60;
const UNKNOWN_PER_SECOND: u32 = 10;

#[derive(Clone)]
enum Remembered {
    Route(Rc<Route>),
    /// A deleted link, which never comes back.
    Gone,
}

thread_local! {
    static MEMORY: RefCell<HashMap<String, (i64, Remembered)>> = RefCell::new(HashMap::new());
    static BUDGET: RefCell<LookupBudget> =
        RefCell::new(LookupBudget::new(UNKNOWN_BURST, UNKNOWN_PER_SECOND));
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { memory: 0, kv: 0, cache: 0, d1: 0, refused: 0 }) };
}

/// How many look-ups each source answered, since this isolate started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub memory: u64,
    pub kv: u64,
    /// Slugs that this location knew to be unknown.
    pub cache: u64,
    pub d1: u64,
    pub refused: u64,
}

/// This isolate's look-ups so far.
pub fn counts() -> Counts {
    COUNTS.get()
}

fn note(change: impl FnOnce(&mut Counts)) {
    let mut counts = COUNTS.get();
    change(&mut counts);
    COUNTS.set(counts);
}

/// What is behind a slug.
pub enum Answer {
    Route(Rc<Route>),
    Nothing,
    /// Too many unknown slugs just now: ask again in a second.
    Refused,
}

fn recall(slug_key: &str, now: i64) -> Option<Remembered> {
    MEMORY.with_borrow(|memory| {
        memory
            .get(slug_key)
            .filter(|(until, _)| now < *until)
            .map(|(_, remembered)| remembered.clone())
    })
}

fn remember(slug_key: &str, now: i64, what: Remembered) {
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() >= MEMORY_ENTRIES && !memory.contains_key(slug_key) {
            memory.retain(|_, (until, _)| now < *until);
            if memory.len() >= MEMORY_ENTRIES {
                memory.clear();
            }
        }
        memory.insert(slug_key.to_owned(), (now.saturating_add(MEMORY_MS), what));
    });
}

/// The route, if this isolate has just used it.
pub fn in_memory(slug_key: &str, now: i64) -> Option<Rc<Route>> {
    match recall(slug_key, now) {
        Some(Remembered::Route(route)) => {
            note(|counts| counts.memory += 1);
            Some(route)
        }
        _ => None,
    }
}

/// Finds a slug wherever it is.
///
/// # Errors
/// When D1 fails. When KV fails, D1 answers.
pub async fn find(env: &Env, slug_key: &str, now: i64) -> Result<Answer, StoreError> {
    if let Some(remembered) = recall(slug_key, now) {
        note(|counts| counts.memory += 1);
        return Ok(match remembered {
            Remembered::Route(route) => Answer::Route(route),
            Remembered::Gone => Answer::Nothing,
        });
    }
    let (entry, kv_answered) = match routes::from_kv(env, slug_key).await {
        Ok(entry) => (entry, true),
        Err(error) => {
            crate::log::error("KV look-up failed", &[("error", error.to_string().into())]);
            (None, false)
        }
    };
    if let Some(entry) = entry {
        note(|counts| counts.kv += 1);
        return Ok(settle(slug_key, now, entry));
    }
    if is_known_missing(slug_key).await {
        note(|counts| counts.cache += 1);
        return Ok(Answer::Nothing);
    }
    // While KV is away every link comes this far, and none may be refused.
    if kv_answered && !BUDGET.with_borrow_mut(|budget| budget.take(now)) {
        note(|counts| counts.refused += 1);
        return Ok(Answer::Refused);
    }
    note(|counts| counts.d1 += 1);
    match routes::from_db(env, &Db::of(env)?, slug_key).await? {
        Some(entry) => Ok(settle(slug_key, now, entry)),
        None => {
            note_missing(slug_key).await;
            Ok(Answer::Nothing)
        }
    }
}

fn settle(slug_key: &str, now: i64, entry: RouteEntry) -> Answer {
    match entry {
        RouteEntry::Found(route) => {
            let route = Rc::new(route);
            remember(slug_key, now, Remembered::Route(Rc::clone(&route)));
            Answer::Route(route)
        }
        RouteEntry::Gone => {
            remember(slug_key, now, Remembered::Gone);
            Answer::Nothing
        }
    }
}

/// After a link was made, changed or deleted: this isolate and this location
/// forget what they knew (RD-06).
pub async fn forget(slug_key: &str) {
    MEMORY.with_borrow_mut(|memory| memory.remove(slug_key));
    // A location that never knew the slug has nothing to delete.
    let _ = Cache::default().delete(missing_key(slug_key), true).await;
}

/// A URL of no host: the API and the links may be served on different ones.
fn missing_key(slug_key: &str) -> String {
    format!("https://handbill.invalid/unknown/{slug_key}")
}

async fn is_known_missing(slug_key: &str) -> bool {
    matches!(
        Cache::default().get(missing_key(slug_key), true).await,
        Ok(Some(_))
    )
}

async fn note_missing(slug_key: &str) {
    let noted = async {
        let headers = Headers::new();
        headers.set("cache-control", &format!("max-age={}", UNKNOWN_SECONDS))?;
        let response = Response::ok("unknown")?.with_headers(headers);
        Cache::default().put(missing_key(slug_key), response).await
    };
    if let Err(error) = noted.await {
        crate::log::error("cache write failed", &[("error", error.to_string().into())]);
    }
}
