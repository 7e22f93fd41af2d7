//! The hot path: `GET /l/{slug}`, `GET /{slug}` (RD-01 to RD-10) and campaigns'
//! `GET /{organizer}/{event}/c/{code}/` (PX-06).
//!
//! It passes no router. `entry.js` hands over what a redirect depends on as one
//! string ([`Facts`]) and builds the answer from one string ([`decide`]):
//! location, visitor cookie, attribution cookie, click, a line each. A link that
//! this isolate has just served is answered without a promise; any other goes
//! through [`crate::lookup`].

use std::cell::RefCell;

use handbill_core::attribution::click_token::ClickToken;
use handbill_core::attribution::journey::Journey;
use handbill_core::attribution::touch::Touch;
use handbill_core::click::{Click, Fetch, VisitorId, clip_agent, daily_visitor};
use handbill_core::id::uuid_v7;
use handbill_core::link::redirect::{is_external, landing_utm, location_with_click};
use handbill_core::link::route::Route;
use handbill_core::link::slug::{ROOTS, Slug, is_tiny};
use handbill_core::time::Timestamp;
use wasm_bindgen::prelude::*;
use worker::Env;

use crate::config::{self, Config};
use crate::failure::Failure;
use crate::lookup::{self, Answer};
use crate::store::{Db, clicks};
use crate::{about, clock, entropy, shop};

const VISITOR_COOKIE: &str = "hb_visitor";
pub const JOURNEY_COOKIE: &str = "hb_journey";
const VISITOR_SECONDS: u32 = 365 * 24 * 3600;

/// The longest attribution window an organizer may choose (AT-01): one cookie
/// serves all organizers, and each one's own window counts when a sale is
/// credited.
const JOURNEY_SECONDS: u32 = 365 * 24 * 3600;
pub const JOURNEY_MS: i64 = JOURNEY_SECONDS as i64 * 1000;

/// What of a request a redirect depends on; the lines of `facts` in `entry.js`.
#[derive(Debug, Default)]
struct Facts<'a> {
    method: &'a str,
    url: &'a str,
    cookie: &'a str,
    agent: &'a str,
    sec_purpose: &'a str,
    purpose: &'a str,
    x_moz: &'a str,
    sec_gpc: &'a str,
    dnt: &'a str,
    address: &'a str,
}

impl<'a> Facts<'a> {
    // Neither a URL nor a header can hold a line break, so lines can't shift.
    fn parse(text: &'a str) -> Self {
        let mut lines = text.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        Self {
            method: next(),
            url: next(),
            cookie: next(),
            agent: next(),
            sec_purpose: next(),
            purpose: next(),
            x_moz: next(),
            sec_gpc: next(),
            dnt: next(),
            address: next(),
        }
    }

    /// The URL's origin, path and query.
    fn url_parts(&self) -> (&'a str, &'a str, &'a str) {
        let authority = self.url.find("://").map_or(0, |at| at + 3);
        let (_, rest) = self.url.split_at_checked(authority).unwrap_or_default();
        let path_at = authority + rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (origin, rest) = self.url.split_at_checked(path_at).unwrap_or_default();
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        (origin, path, query)
    }

    /// Whether the visitor asked not to be tracked (RD-10).
    fn opts_out(&self) -> bool {
        self.sec_gpc.trim() == "1" || self.dnt.trim() == "1"
    }

    fn cookie(&self, name: &str) -> Option<&'a str> {
        cookie(self.cookie, name)
    }

    fn is_secure(&self) -> bool {
        self.url.starts_with("https://")
    }
}

/// One cookie of a `Cookie` header.
pub fn cookie<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}

/// Whether a path is that of a link, and which.
enum Target<'a> {
    Slug(String),
    /// A campaign's slug, under the `organizer/event` of its path.
    Campaign(String, &'a str),
    /// `/l/`, or a campaign's path, with something that no slug can be.
    Malformed,
    Elsewhere,
}

impl Target<'_> {
    fn slug(&self) -> Option<&str> {
        match self {
            Self::Slug(slug) | Self::Campaign(slug, _) => Some(slug),
            Self::Malformed | Self::Elsewhere => None,
        }
    }

    /// Whether what is found under the slug is what was asked for: a campaign's URL
    /// names its organizer and event, and no others.
    fn is(&self, route: &Route) -> bool {
        match self {
            Self::Campaign(_, page) => {
                let own = route.page.as_deref();
                own.is_some_and(|own| own.eq_ignore_ascii_case(page))
            }
            _ => true,
        }
    }
}

fn target(path: &str) -> Target<'_> {
    if let Some(segment) = path.strip_prefix("/l/") {
        return match Slug::from_link_path(segment) {
            Some(slug) => Target::Slug(slug),
            None if about::is_asked(segment) => Target::Elsewhere,
            None => Target::Malformed,
        };
    }
    let segment = path.strip_prefix('/').unwrap_or_default();
    if let Some((page, code)) = campaign(segment) {
        return match Slug::from_link_path(code) {
            Some(slug) => Target::Campaign(slug, page),
            None => Target::Malformed,
        };
    }
    match Slug::from_path(segment) {
        Some(slug) if is_tiny(&slug) => Target::Slug(slug),
        _ => Target::Elsewhere,
    }
}

/// The `organizer/event` and the code of a campaign's path, which no path of ours
/// begins like.
fn campaign(path: &str) -> Option<(&str, &str)> {
    let (page, code) = path.split_once("/c/")?;
    let (organizer, event) = page.split_once('/')?;
    let is_one = !organizer.is_empty()
        && !ROOTS.contains(&organizer)
        && !event.is_empty()
        && !event.contains('/');
    is_one.then_some((page, code))
}

thread_local! {
    /// The day and key of today's keyed visitor hash, once it was needed.
    static SALT: RefCell<Option<(i64, [u8; 32])>> = const { RefCell::new(None) };
}

fn salt_of(day: i64) -> Option<[u8; 32]> {
    SALT.with_borrow(|salt| salt.filter(|(of, _)| *of == day).map(|(_, salt)| salt))
}

async fn load_salt(env: &Env, day: i64) -> Result<(), Failure> {
    let fresh = hex(&entropy::bytes::<32>()?);
    let text = clicks::visitor_salt(&Db::of(env)?, day, &fresh).await?;
    let salt = unhex(&text).ok_or_else(|| Failure::Internal("a visitor salt is broken".into()))?;
    SALT.set(Some((day, salt)));
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut salt = [0; 32];
    for (at, byte) in salt.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(salt)
}

/// What is to be said and counted: location, visitor cookie, attribution
/// cookie, click; one a line, empty where there is none. `None`: the visitor
/// opted out and today's key is not at hand.
fn decide(facts: &Facts<'_>, config: &Config, route: &Route, now: Timestamp) -> Option<String> {
    let (origin, _, query) = facts.url_parts();
    let fetch = Fetch::classify(facts.method, facts.sec_purpose, facts.purpose, facts.x_moz);
    let (visitor, visitor_cookie) = visitor(facts, now)?;
    // Whoever only looks ahead has not come through the link, and gets no
    // credit for it.
    let (journey_cookie, click_token) = if facts.opts_out() || fetch != Fetch::Get {
        (String::new(), None)
    } else {
        let touch = Touch {
            link: route.id,
            scope: route.scope,
            at: now,
            utm: landing_utm(&route.destination, &route.utm, query),
        };
        let token =
            is_external(&route.destination).then(|| ClickToken::to_token(&touch, &config.keys));
        (journey_cookie(facts, config, touch, now), token)
    };
    let to = location_with_click(
        config.base(origin),
        &route.destination,
        &route.utm,
        query,
        click_token.as_deref(),
    );

    let click = Click {
        id: uuid_v7(now.millis(), entropy::bytes().ok()?),
        link: route.id,
        at: now,
        visitor: visitor.as_str().to_owned(),
        agent: clip_agent(facts.agent),
        fetch,
    };
    Some(format!(
        "{to}\n{visitor_cookie}\n{journey_cookie}\n{}",
        click.to_json()
    ))
}

/// Who comes, and the cookie that says so next time. `None`: opted out, and the
/// day's key is not at hand.
fn visitor(facts: &Facts<'_>, now: Timestamp) -> Option<(VisitorId, String)> {
    if facts.opts_out() {
        let salt = salt_of(now.day())?;
        let visitor = daily_visitor(&salt, now.day(), facts.address, facts.agent);
        return Some((visitor, String::new()));
    }
    if let Some(visitor) = facts.cookie(VISITOR_COOKIE).and_then(VisitorId::parse) {
        return Some((visitor, String::new()));
    }
    let visitor = VisitorId::from_random(entropy::bytes().ok()?);
    let cookie = set_cookie(facts, VISITOR_COOKIE, visitor.as_str(), VISITOR_SECONDS);
    Some((visitor, cookie))
}

/// The visitor's journey with this click at its end (RD-04, AT-02).
fn journey_cookie(facts: &Facts<'_>, config: &Config, touch: Touch, now: Timestamp) -> String {
    let mut journey =
        Journey::from_token(&config.keys, facts.cookie(JOURNEY_COOKIE), now, JOURNEY_MS);
    journey.record(touch);
    set_cookie(
        facts,
        JOURNEY_COOKIE,
        &journey.to_token(&config.keys),
        JOURNEY_SECONDS,
    )
}

fn set_cookie(facts: &Facts<'_>, name: &str, value: &str, seconds: u32) -> String {
    let secure = if facts.is_secure() { "; Secure" } else { "" };
    format!("{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

/// Answers from this isolate's memory: a decision, `""` for what is not a short
/// link at all, `undefined` when the stores must be asked.
#[wasm_bindgen]
pub fn redirect_from_memory(facts: &str, now: f64) -> Option<String> {
    let facts = Facts::parse(facts);
    let (_, path, _) = facts.url_parts();
    let target = target(path);
    if matches!(target, Target::Elsewhere) {
        return Some(String::new());
    }
    let slug = target.slug()?;
    if facts.method != "GET" && facts.method != "HEAD" {
        return None;
    }
    let config = config::remembered().filter(|config| !config.is_test)?;
    let now = now as i64;
    let route = lookup::in_memory(slug, now).filter(|route| target.is(route))?;
    decide(&facts, &config, &route, Timestamp::from_millis(now))
}

/// Answers from KV or D1: a decision as a string, or a whole `Response`.
#[wasm_bindgen]
pub async fn redirect_from_store(facts: String, env: Env) -> Result<JsValue, JsValue> {
    let facts = Facts::parse(&facts);
    match from_store(&facts, &env).await {
        Ok(Outcome::Decision(decision)) => Ok(decision.into()),
        Ok(Outcome::NotFound) => page(404, &shop::pages::unknown_link(), &[]),
        Ok(Outcome::Busy) => page(503, &shop::pages::busy(), &[("retry-after", "1")]),
        Ok(Outcome::WrongMethod) => {
            page(405, &shop::pages::wrong_method(), &[("allow", "GET, HEAD")])
        }
        Err(failure) => {
            let (_, path, _) = facts.url_parts();
            crate::log::error(
                "redirect failed",
                &[
                    ("path", path.into()),
                    ("error", format!("{failure:?}").into()),
                ],
            );
            page(503, &shop::pages::busy(), &[("retry-after", "5")])
        }
    }
}

enum Outcome {
    Decision(String),
    NotFound,
    Busy,
    WrongMethod,
}

async fn from_store(facts: &Facts<'_>, env: &Env) -> Result<Outcome, Failure> {
    if facts.method != "GET" && facts.method != "HEAD" {
        return Ok(Outcome::WrongMethod);
    }
    let (_, path, _) = facts.url_parts();
    let target = target(path);
    let Some(slug) = target.slug() else {
        return Ok(Outcome::NotFound);
    };
    let config = config::read(env).map_err(Failure::Internal)?;
    let now = clock::now(env, &config).await;
    let route = match lookup::find(env, slug, now.millis()).await? {
        Answer::Route(route) if target.is(&route) => route,
        Answer::Route(_) | Answer::Nothing => return Ok(Outcome::NotFound),
        Answer::Refused => return Ok(Outcome::Busy),
    };
    if facts.opts_out() && salt_of(now.day()).is_none() {
        load_salt(env, now.day()).await?;
    }
    decide(facts, &config, &route, now)
        .map(Outcome::Decision)
        .ok_or_else(|| Failure::Internal("no decision on a known route".into()))
}

fn page(status: u16, html: &str, headers: &[(&str, &str)]) -> Result<JsValue, JsValue> {
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    let response = web_sys::Response::new_with_opt_str_and_init(Some(html), &init)?;
    let to = response.headers();
    for (name, value) in shop::pages::HEADERS.iter().chain(headers) {
        to.set(name, value)?;
    }
    Ok(response.into())
}
