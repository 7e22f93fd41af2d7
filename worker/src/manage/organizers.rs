//! Organizers, and who may sell for whom. The operator sees all of them, an
//! organizer itself.

use axum::body::Body;
use axum::http::Request;
use handbill_core::catalogue::organizer::Organizer;
use serde_json::json;

use super::SCHEMES;
use super::resource::{self, Resource};
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::store::catalogue::ORGANIZER;
use crate::store::{StoreError, organizers};

static ORGANIZERS: Resource = Resource {
    path: "/manage/organizers",
    table: &ORGANIZER,
    parse: |body| resource::validated(Organizer::parse(body)),
    references: &[],
};

pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    ORGANIZERS.list(&call, principal.organizer_id).await
}

pub async fn create(call: Call, request: Request<Body>) -> Handled {
    call.principal(SCHEMES, Intent::Write).await?.operator()?;
    // An organizer belongs to itself: the store does not read this id.
    ORGANIZERS.create(&call, 0, request).await
}

pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    ORGANIZERS.read(&call, principal.organizer_id).await
}

pub async fn update(call: Call, request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Write).await?;
    ORGANIZERS
        .update(&call, principal.organizer_id, request)
        .await
}

pub async fn archive(call: Call, _request: Request<Body>) -> Handled {
    call.principal(SCHEMES, Intent::Write).await?.operator()?;
    ORGANIZERS.archive(&call, None).await
}

/// The organizer of the path, if it is there for this token.
async fn organizer(call: &Call, intent: Intent) -> Result<i64, Failure> {
    let principal = call.principal(SCHEMES, intent).await?;
    let id = call.id("id")?;
    if principal.organizer_id.is_some_and(|own| own != id) {
        return Err(Failure::NotFound);
    }
    match organizers::by_id(&call.db, id).await? {
        Some(organizer) => Ok(organizer.id),
        None => Err(Failure::NotFound),
    }
}

pub async fn partners(call: Call, _request: Request<Body>) -> Handled {
    let id = organizer(&call, Intent::Read).await?;
    let partners = organizers::partners(&call.db, id).await?;
    Ok(json_answer(200, &json!({ "data": partners, "next": null })))
}

pub async fn add_partner(call: Call, _request: Request<Body>) -> Handled {
    let id = organizer(&call, Intent::Write).await?;
    let partner = call.id("partner")?;
    if partner == id {
        let message = "an organizer needs no permission of its own";
        return Err(Failure::field("partner", "invalid", message));
    }
    match organizers::add_partner(&call.db, id, partner, call.now.millis()).await {
        Ok(()) => Ok(no_content()),
        Err(StoreError::Dangling) => Err(Failure::NotFound),
        Err(error) => Err(error.into()),
    }
}

pub async fn remove_partner(call: Call, _request: Request<Body>) -> Handled {
    let id = organizer(&call, Intent::Write).await?;
    if organizers::remove_partner(&call.db, id, call.id("partner")?).await? {
        Ok(no_content())
    } else {
        Err(Failure::NotFound)
    }
}
