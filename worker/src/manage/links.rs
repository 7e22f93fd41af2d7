//! Links with all that the model holds: custom slugs, destinations elsewhere,
//! campaign parameters.

use axum::body::Body;
use axum::http::Request;
use handbill_core::fields::Fields;
use handbill_core::link::destination::Destination;
use handbill_core::link::draft::Draft;
use handbill_core::link::kind::Kind;
use handbill_core::link::redirect::is_external;
use handbill_core::problem::Problems;
use handbill_core::time::Timestamp;
use serde_json::{Map, Value, json};

use super::{SCHEMES, resource};
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::links::{self, LAST_KIND};
use crate::store::link_lists::{self as lists, LinkFilter};
use crate::store::links::{self as rows, LinkRow};
use crate::{body, promoter};

/// Newest first; `after` is the id of the last link of the page before.
pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    let page = resource::page(&call)?;
    let filter = LinkFilter {
        organizer_id: organizer,
        kinds_up_to: LAST_KIND,
        before: Some(page.after).filter(|after| *after > 0),
        ..LinkFilter::default()
    };
    let links = lists::first(&call.db, &filter, page.limit + 1).await?;
    Ok(page.answer(
        links,
        "/manage/links",
        "",
        |link| link.id,
        |link| shown(&call, link, organizer),
    ))
}

pub async fn create(call: Call, request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let body = body::object(request).await?;
    let (draft, seller) = parse(&body)?;
    let seller = seller.unwrap_or(organizer);
    let id = links::create(&call, &draft, seller, organizer, None).await?;
    let link = link(&call, organizer, id).await?;
    Ok(json_answer(201, &shown(&call, &link, organizer)))
}

pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    let link = link(&call, organizer, call.id("id")?).await?;
    Ok(json_answer(200, &shown(&call, &link, organizer)))
}

/// Changes the fields that the body names; slug and organizers stay.
pub async fn update(call: Call, request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let stored = link(&call, organizer, call.id("id")?).await?;
    let changes = body::object(request).await?;
    let mut merged = fields_of(&stored);
    // As it was written, which is what others read back.
    let elsewhere = stored.external();
    let given = elsewhere.as_ref().map(Destination::given);
    merged.insert("destination".into(), json!(given));
    refuse_fixed(&stored, &changes)?;
    merged.extend(
        changes
            .into_iter()
            .filter(|(name, _)| !matches!(name.as_str(), "slug" | "organizer_id")),
    );
    let (draft, _) = parse(&merged)?;
    links::update(&call, &stored, &draft, organizer).await?;
    let link = link(&call, organizer, stored.id).await?;
    Ok(json_answer(200, &shown(&call, &link, organizer)))
}

/// What is printed can't change: a slug, and the event in a campaign's URL.
fn refuse_fixed(stored: &LinkRow, changes: &Map<String, Value>) -> Result<(), Problems> {
    let mut fixed = vec![
        ("slug", Value::from(stored.slug.as_str())),
        ("organizer_id", stored.organizer_id.into()),
    ];
    let campaign = Kind::Campaign.name();
    if stored.kind == Kind::Campaign.code() {
        fixed.push(("event_id", stored.event_id.into()));
        fixed.push(("kind", campaign.into()));
    }
    let mut problems = Problems::new();
    for (name, now) in fixed {
        if changes.get(name).is_some_and(|value| *value != now) {
            problems.push(name, "fixed", "can't be changed");
        }
    }
    if stored.kind != Kind::Campaign.code()
        && changes.get("kind").is_some_and(|kind| kind == campaign)
    {
        problems.push("kind", "fixed", "can't be changed to campaign");
    }
    problems.into_result(())
}

pub async fn delete(call: Call, _request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let link = link(&call, organizer, call.id("id")?).await?;
    links::delete(&call, &link, organizer).await?;
    Ok(no_content())
}

pub async fn link(call: &Call, organizer: i64, id: i64) -> Result<LinkRow, Failure> {
    rows::get(&call.db, organizer, LAST_KIND, id)
        .await?
        .ok_or(Failure::NotFound)
}

/// A body as a draft, and the organizer that sells when it names one.
pub fn parse(body: &Map<String, Value>) -> Result<(Draft, Option<i64>), Failure> {
    let mut fields = Fields::new(body);
    let seller = fields.optional_id("organizer_id");
    let mut problems = match fields.finish(()) {
        Ok(()) => Problems::new(),
        Err(problems) => problems,
    };
    for name in body.keys() {
        if name != "organizer_id" && !Draft::FIELDS.contains(&name.as_str()) {
            problems.push(name, "unknown", "there is no such field");
        }
    }
    match Draft::parse(body) {
        Ok(draft) => Ok(problems.into_result((draft, seller))?),
        Err(more) => {
            problems.merge(more);
            Err(problems.into())
        }
    }
}

/// What a change starts from.
fn fields_of(link: &LinkRow) -> Map<String, Value> {
    let mut fields = Map::new();
    let kind = Kind::from_code(link.kind).unwrap_or(Kind::Venue);
    fields.insert("kind".into(), kind.name().into());
    fields.insert("event_id".into(), link.event_id.into());
    fields.insert("referred_by".into(), link.referred_by.into());
    fields.insert("description".into(), link.description.as_str().into());
    fields.insert("ticket_types".into(), json!(link.ticket_types()));
    fields.insert(
        "hide_public_ticket_types".into(),
        link.hides_public().into(),
    );
    fields.insert("items".into(), json!(link.items()));
    let elsewhere = is_external(&link.destination).then_some(link.destination.as_str());
    fields.insert("destination".into(), json!(elsewhere));
    let utm = link.utm();
    for (name, value) in [
        ("utm_source", utm.source),
        ("utm_medium", utm.medium),
        ("utm_campaign", utm.campaign),
        ("utm_term", utm.term),
        ("utm_content", utm.content),
    ] {
        fields.insert(name.into(), value.into());
    }
    fields
}

/// A link as `organizer` sees it: whom it was made for is for its owner only.
pub fn shown(call: &Call, link: &LinkRow, organizer: i64) -> Value {
    let base = &call.base();
    let stats_url = format!(
        "{base}{}",
        promoter::path(&call.config.keys, link.id, link.stats_epoch)
    );
    let mut object = fields_of(link);
    let promoter = link.promoter().filter(|_| link.owner_id == organizer);
    let promoter = promoter.map(|to| json!({ "name": to.name, "email": to.email }));
    let time = |millis: i64| Timestamp::from_millis(millis).to_rfc3339();
    for (name, value) in [
        ("id", Value::from(link.id)),
        ("owner_id", link.owner_id.into()),
        ("organizer_id", link.organizer_id.into()),
        ("slug", link.slug.as_str().into()),
        ("short_url", link.short_url(base).into()),
        ("tiny_url", link.tiny_url(base).into()),
        ("campaign_url", link.campaign_url(base).into()),
        ("long_url", link.long_url(base).into()),
        ("stats_url", stats_url.into()),
        ("promoter", json!(promoter)),
        ("raw", link.raw.into()),
        ("robots", link.robot.into()),
        ("views", link.views.into()),
        ("visitors", link.visitors.into()),
        ("created_at", time(link.created_at).into()),
        ("updated_at", time(link.updated_at).into()),
        ("archived_at", Value::Null),
    ] {
        object.insert(name.into(), value);
    }
    Value::Object(object)
}
