//! Lists, their filters and their pages (SP-01, SP-02, SP-07, SP-16, SP-17).

use axum::body::Body;
use axum::http::Request;
use handbill_core::id::parse_id;
use handbill_core::link::kind::Kind;
use handbill_core::problem::Problems;
use handbill_core::time::parse_filter_time;
use serde_json::Value;

use super::handlers::venue;
use super::wire;
use crate::app::{Call, Handled, json as json_answer};
use crate::auth::Intent;
use crate::dialect::rest;
use crate::failure::Failure;
use crate::links::LAST_KIND;
use crate::store::link_lists::{self, LinkFilter};
use crate::store::organizers;
use crate::zone;

const PAGE_SIZE: u32 = 20;
const MAX_PAGE_SIZE: u32 = 100;

/// No description is longer, so a longer term can't match.
const MAX_SEARCH: usize = 512;
const MAX_EVENTS: usize = 500;

/// A user whom no link names: the listing has 0 where there is no referrer.
const NOBODY: i64 = -1;

/// `GET …/links/`
pub async fn all(call: Call, _request: Request<Body>) -> Handled {
    let (venue, _) = venue(&call, Intent::Read).await?;
    page(&call, venue, None).await
}

/// `GET …/links/me/`: a token that belongs to nobody has referred nothing.
pub async fn mine(call: Call, _request: Request<Body>) -> Handled {
    let (venue, principal) = venue(&call, Intent::Read).await?;
    page(&call, venue, Some(principal.user_id.unwrap_or(NOBODY))).await
}

async fn page(call: &Call, venue: i64, referred_by: Option<i64>) -> Handled {
    let page = rest::page_asked(call, PAGE_SIZE, MAX_PAGE_SIZE)?;
    let time_zone = organizers::by_id(&call.db, venue)
        .await?
        .ok_or(Failure::Forbidden)?
        .time_zone;
    let mut filter = filter(call, &time_zone)?;
    filter.organizer_id = venue;
    filter.referred_by = referred_by;
    let (rows, count) = link_lists::page(&call.db, &filter, page.limit(), page.offset()).await?;
    let base = call.base();
    let results: Vec<Value> = rows.iter().map(|row| wire::link(row, &base)).collect();
    Ok(json_answer(200, &rest::page(call, page, count, results)?))
}

fn filter(call: &Call, time_zone: &str) -> Result<LinkFilter, Failure> {
    let mut problems = Problems::new();
    let mut filter = LinkFilter {
        kinds_up_to: LAST_KIND,
        ..LinkFilter::default()
    };
    if let Some(text) = call.given("via") {
        match text.parse().ok().and_then(Kind::from_code) {
            Some(kind) if kind.is_user_made() => filter.kind = Some(kind.code()),
            _ => problems.push(
                "via",
                "invalid",
                format!("{text} is not one of 1, 2, 3, 4, 5."),
            ),
        }
    }
    let mut events: Option<Vec<i64>> = None;
    if let Some(text) = call.given("event") {
        match parse_id(&text) {
            Some(id) => events = Some(vec![id]),
            None => problems.push("event", "invalid", "Enter a whole number."),
        }
    }
    if let Some(text) = call.given("event__in") {
        let ids: Option<Vec<i64>> = text.split(',').map(|id| parse_id(id.trim())).collect();
        match ids {
            Some(ids) if ids.len() <= MAX_EVENTS => {
                // Both parameters combine with AND.
                events = Some(match events {
                    Some(wanted) => wanted.into_iter().filter(|id| ids.contains(id)).collect(),
                    None => ids,
                });
            }
            Some(_) => problems.push("event__in", "too_long", "Enter at most 500 ids."),
            None => problems.push(
                "event__in",
                "invalid",
                "Enter whole numbers separated by commas.",
            ),
        }
    }
    filter.events = events;
    for (name, is_end) in [
        ("event__ends_on__gte", false),
        ("event__ends_on__lte", true),
    ] {
        let Some(text) = call.given(name) else {
            continue;
        };
        let millis = parse_filter_time(&text).and_then(|time| zone::bound(time, time_zone, is_end));
        match millis {
            Some(millis) if is_end => filter.ends_until = Some(millis),
            Some(millis) => filter.ends_from = Some(millis),
            None => problems.push(name, "invalid", "Enter an ISO 8601 date or date and time."),
        }
    }
    let search = call.given("search").unwrap_or_default();
    let text = search.trim();
    if !text.is_empty() {
        if text.chars().count() > MAX_SEARCH {
            problems.push("search", "too_long", "Enter at most 512 characters.");
        } else if text.contains('\0') {
            problems.push("search", "invalid", "Null characters are not allowed.");
        } else {
            filter.search = Some(text.to_owned());
        }
    }
    Ok(problems.into_result(filter)?)
}
