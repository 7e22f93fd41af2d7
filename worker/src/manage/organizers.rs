//! Organizers. The operator sees all of them, an organizer itself.

use axum::body::Body;
use axum::http::Request;
use handbill_core::catalogue::organizer::Organizer;

use super::SCHEMES;
use super::resource::{self, Resource};
use crate::app::{Call, Handled};
use crate::auth::Intent;
use crate::store::catalogue::ORGANIZER;

static ORGANIZERS: Resource = Resource {
    path: "/manage/organizers",
    table: &ORGANIZER,
    parse: |body| resource::validated(Organizer::parse(body)),
    references: &[],
};

static NEW_ORGANIZERS: Resource = Resource {
    parse: |body| resource::validated(Organizer::parse_new(body)),
    ..ORGANIZERS
};

pub async fn list(call: Call, _request: Request<Body>) -> Handled {
    let principal = call.principal(SCHEMES, Intent::Read).await?;
    ORGANIZERS.list(&call, principal.organizer_id).await
}

pub async fn create(call: Call, request: Request<Body>) -> Handled {
    call.principal(SCHEMES, Intent::Write).await?.operator()?;
    // An organizer belongs to itself: the store does not read this id.
    NEW_ORGANIZERS.create(&call, 0, request).await
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
