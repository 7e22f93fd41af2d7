//! Links that are made for somebody, who is told by mail (ST-07).

use axum::body::Body;
use axum::http::Request;
use handbill_core::fields::Fields;
use handbill_core::link::promoter::Promoter;
use handbill_core::problem::Problems;
use serde_json::Map;

use super::SCHEMES;
use super::links::{link, parse, shown};
use crate::app::{Call, Handled, json as json_answer, no_content};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::store::links::LinkRow;
use crate::store::mails::Welcome;
use crate::store::promoters as rows;
use crate::{body, links, mail};

/// Makes a link for whoever `name` and `email` say, and writes them the mail; all
/// other fields are those of any link.
pub async fn create_link(call: Call, request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let body = body::object(request).await?;
    let is_promoters = |name: &str| Promoter::FIELDS.contains(&name);
    let (about_promoter, about_link): (Map<_, _>, Map<_, _>) =
        body.into_iter().partition(|(name, _)| is_promoters(name));
    let (promoter, parsed) = both(Promoter::parse(&about_promoter), parse(&about_link))?;
    let (draft, seller) = parsed;
    let (key, base) = (mail::key(&call)?, call.base());
    let welcome = Welcome {
        promoter: &promoter,
        key: &key,
        base: &base,
    };
    let seller = seller.unwrap_or(organizer);
    let id = links::create(&call, &draft, seller, organizer, Some(welcome)).await?;
    let link = link(&call, organizer, id).await?;
    Ok(json_answer(201, &shown(&call, &link, organizer)))
}

/// Says for whom a link is, and writes them the mail.
pub async fn set(call: Call, request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let stored = own(&call, organizer).await?;
    let body = body::object(request).await?;
    let mut fields = Fields::new(&body);
    for name in Promoter::FIELDS {
        fields.raw(name);
    }
    fields.refuse_unknown();
    let (promoter, ()) = both(
        Promoter::parse(&body),
        fields.finish(()).map_err(Failure::from),
    )?;
    let (key, base) = (mail::key(&call)?, call.base());
    let welcome = Welcome {
        promoter: &promoter,
        key: &key,
        base: &base,
    };
    let now = call.now.millis();
    if !rows::set(&call.db, (organizer, stored.id), &welcome, now).await? {
        return Err(Failure::NotFound);
    }
    let link = link(&call, organizer, stored.id).await?;
    Ok(json_answer(200, &shown(&call, &link, organizer)))
}

/// Forgets for whom a link was, with all that was mailed to them; also of a link that
/// is deleted, since people may ask to be forgotten.
pub async fn remove(call: Call, _request: Request<Body>) -> Handled {
    let organizer = call.principal(SCHEMES, Intent::Write).await?.organizer()?;
    let link = (organizer, call.id("id")?);
    if rows::remove(&call.db, link, call.now.millis()).await? {
        Ok(no_content())
    } else {
        Err(Failure::NotFound)
    }
}

/// A link that the organizer made: whom it is for is nobody else's business.
async fn own(call: &Call, organizer: i64) -> Result<LinkRow, Failure> {
    let link = link(call, organizer, call.id("id")?).await?;
    if link.owner_id == organizer {
        Ok(link)
    } else {
        Err(Failure::Forbidden)
    }
}

/// Both, or the problems of both.
fn both<A, B>(one: Result<A, Problems>, other: Result<B, Failure>) -> Result<(A, B), Failure> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(mut problems), Err(Failure::Invalid(more))) => {
            problems.merge(more);
            Err(problems.into())
        }
        (_, Err(failure)) => Err(failure),
        (Err(problems), Ok(_)) => Err(problems.into()),
    }
}
