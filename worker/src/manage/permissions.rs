//! Whom an organizer lets sell for it, whom it lets read its tickets, and who hosts
//! an event with it.

use axum::body::Body;
use axum::http::Response;
use serde_json::json;

use super::SCHEMES;
use crate::app::{Call, Handled, Routes, json as json_answer, no_content};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::store::permissions::Permission;
use crate::store::{StoreError, events, organizers};

/// The three routes of a permission.
pub fn routes(routes: Routes, permission: Permission, [all, one]: [&'static str; 2]) -> Routes {
    routes
        .get(all, move |call, _| list(call, permission))
        .put(one, move |call, _| give(call, permission))
        .delete(one, move |call, _| take_back(call, permission))
}

/// The three routes of those who host an event too.
pub fn cohost_routes(routes: Routes, [all, one]: [&'static str; 2]) -> Routes {
    routes
        .get(all, |call, _| cohosts(call))
        .put(one, |call, _| add_cohost(call))
        .delete(one, |call, _| remove_cohost(call))
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

fn ids(ids: &[i64]) -> Response<Body> {
    json_answer(200, &json!({ "data": ids, "next": null }))
}

/// Nobody needs to be let do what is their own.
fn another(own: i64, name: &str, id: i64) -> Result<i64, Failure> {
    if own == id {
        let message = "an organizer needs no permission of its own";
        return Err(Failure::field(name, "invalid", message));
    }
    Ok(id)
}

/// The answer to a permission that was given, or could not be.
fn given(result: Result<(), StoreError>) -> Handled {
    match result {
        Ok(()) => Ok(no_content()),
        Err(StoreError::Dangling) => Err(Failure::NotFound),
        Err(error) => Err(error.into()),
    }
}

fn taken(was_there: bool) -> Handled {
    if was_there {
        Ok(no_content())
    } else {
        Err(Failure::NotFound)
    }
}

async fn list(call: Call, permission: Permission) -> Handled {
    let id = organizer(&call, Intent::Read).await?;
    Ok(ids(&permission.holders(&call.db, id).await?))
}

async fn give(call: Call, permission: Permission) -> Handled {
    let id = organizer(&call, Intent::Write).await?;
    let partner = another(id, "partner", call.id("partner")?)?;
    given(
        permission
            .give(&call.db, id, partner, call.now.millis())
            .await,
    )
}

async fn take_back(call: Call, permission: Permission) -> Handled {
    let id = organizer(&call, Intent::Write).await?;
    taken(
        permission
            .take_back(&call.db, id, call.id("partner")?)
            .await?,
    )
}

/// The event of the path, if it is the token's own, with its organizer.
async fn event(call: &Call, intent: Intent) -> Result<(i64, i64), Failure> {
    let organizer = call.principal(SCHEMES, intent).await?.organizer()?;
    let id = call.id("id")?;
    if events::is_own(&call.db, organizer, id).await? {
        Ok((organizer, id))
    } else {
        Err(Failure::NotFound)
    }
}

async fn cohosts(call: Call) -> Handled {
    let (_, id) = event(&call, Intent::Read).await?;
    Ok(ids(&events::cohosts(&call.db, id).await?))
}

async fn add_cohost(call: Call) -> Handled {
    let own = event(&call, Intent::Write).await?;
    let cohost = another(own.0, "cohost", call.id("cohost")?)?;
    given(events::add_cohost(&call.db, own, cohost, call.now.millis()).await)
}

async fn remove_cohost(call: Call) -> Handled {
    let (_, id) = event(&call, Intent::Write).await?;
    taken(events::remove_cohost(&call.db, id, call.id("cohost")?).await?)
}
