//! Making, changing and deleting links: what every dialect calls.

use handbill_core::id::MAX_ID;
use handbill_core::link::destination::Destination;
use handbill_core::link::draft::Draft;
use handbill_core::link::kind::Kind;
use handbill_core::link::redirect::is_external;
use handbill_core::link::slug::{ROOTS, Slug, is_tiny};

use crate::app::Call;
use crate::failure::Failure;
use crate::store::links::{self, LinkRow, LinkWrite};
use crate::store::mails::Welcome;
use crate::store::permissions::Permission;
use crate::store::{StoreError, organizers, routes};
use crate::{entropy, log, lookup};

/// The parameter by which our own pages know the link that led to them, also
/// when a visitor copies the address (SP-20, ST-05).
pub const LINK_PARAMETER: &str = "hb";

/// Lists of links show the kinds up to this one: those that people make, never the
/// system's (SP-08).
pub const LAST_KIND: i64 = Kind::Campaign as i64;

/// How often a new random slug is tried. With a million links a try fails once
/// in 850,000.
const SLUG_TRIES: u8 = 5;

impl LinkRow {
    /// Where the link leads, as a whole URL.
    pub fn long_url(&self, base: &str) -> String {
        if is_external(&self.destination) {
            self.destination.clone()
        } else {
            format!("{base}{}", self.destination)
        }
    }

    /// The link as it is shared (SP-14).
    pub fn short_url(&self, base: &str) -> String {
        format!("{base}/l/{}", self.slug)
    }

    /// The same link, shorter still. A campaign's code may be what no path of one
    /// segment can be.
    pub fn tiny_url(&self, base: &str) -> String {
        if is_tiny(&self.slug) {
            format!("{base}/{}", self.slug)
        } else {
            self.short_url(base)
        }
    }

    /// The URL that a campaign is shared by (PX-06); `page` is `organizer/event`. There is
    /// none where our own pages begin like the organizer's slug.
    pub fn campaign_url(&self, base: &str) -> Option<String> {
        let page = self.page.as_ref()?;
        let organizer = page.split('/').next().unwrap_or_default();
        let is_ours = ROOTS.contains(&organizer);
        (!is_ours).then(|| format!("{base}/{page}/c/{}/", self.slug))
    }

    /// Where it leads away to, as whoever made it wrote that; `None` for a page of ours.
    pub fn external(&self) -> Option<Destination> {
        let of = |text: &str| Destination::external(text).ok();
        // A version from before there were two may have changed the one alone.
        let given = self.destination_given.as_deref().and_then(of);
        given
            .filter(|given| given.as_str() == self.destination)
            .or_else(|| of(&self.destination))
    }

    /// The link as a draft, for those who change a part of it.
    pub fn draft(&self) -> Draft {
        Draft {
            // The schema allows no other codes.
            kind: Kind::from_code(self.kind).unwrap_or(Kind::Venue),
            event_id: self.event_id,
            referred_by: self.referred_by,
            description: self.description.clone(),
            ticket_types: self.ticket_types(),
            hide_public_ticket_types: self.hides_public(),
            items: self.items(),
            destination: self.external(),
            utm: self.utm(),
            slug: None,
        }
    }
}

/// Where a link leads when nobody said otherwise: a quick purchase to the
/// checkout, a link of an event to its page, any other to the organizer's.
fn shop_path(draft: &Draft, organizer: &str, event: Option<&str>, slug: &str) -> String {
    let page = match (draft.kind, event) {
        (Kind::QuickPurchase, _) => "/checkout/".to_owned(),
        (_, Some(event)) => format!("/shop/{organizer}/{event}/"),
        (_, None) => format!("/shop/{organizer}/"),
    };
    format!("{page}?{LINK_PARAMETER}={slug}")
}

fn destination(draft: &Draft, organizer: &str, event: Option<&str>, slug: &str) -> String {
    match &draft.destination {
        Some(destination) => destination.as_str().to_owned(),
        None => shop_path(draft, organizer, event, slug),
    }
}

/// Makes a link that `owner` owns and `seller` sells through, for whom the welcome
/// says; its id.
///
/// # Errors
/// `Invalid` for what breaks a rule, a taken slug included.
pub async fn create(
    call: &Call,
    draft: &Draft,
    seller: i64,
    owner: i64,
    welcome: Option<Welcome<'_>>,
) -> Result<i64, Failure> {
    let unknown = || {
        Failure::field(
            "organizer_id",
            "unknown",
            format!("{seller} does not exist"),
        )
    };
    if seller != owner && !Permission::Sell.is_given(&call.db, seller, owner).await? {
        return Err(unknown());
    }
    let organizer = organizers::by_id(&call.db, seller)
        .await?
        .ok_or_else(unknown)?;
    let (facts, event) = links::facts(&call.db, draft, (seller, owner)).await?;
    draft.check(&facts)?;
    let mut tries = 0;
    loop {
        tries += 1;
        let slug = match &draft.slug {
            Some(custom) => custom.clone(),
            None => Slug::generate(&entropy::bytes()?),
        };
        let destination = destination(draft, &organizer.slug, event.as_deref(), slug.as_str());
        let write = LinkWrite {
            draft,
            slug: &slug,
            owner_id: owner,
            organizer_id: seller,
            destination: &destination,
            welcome: welcome.as_ref(),
            now: call.now.millis(),
        };
        match links::insert(&call.db, &write).await {
            Ok(id) => {
                publish(call, id, &slug.key()).await;
                return Ok(id);
            }
            Err(StoreError::Taken(_)) if draft.slug.is_some() => return Err(taken(&slug)),
            Err(StoreError::Taken(_)) if tries < SLUG_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn taken(slug: &Slug) -> Failure {
    Failure::field("slug", "taken", format!("`{}` is taken", slug.as_str()))
}

/// What a whole replacement by a dialect that shows less than we hold must keep.
pub fn keep_unseen(mut draft: Draft, link: &LinkRow) -> Draft {
    draft.utm = link.utm();
    draft
}

/// Writes a draft over a link, as `organizer`. With a slug in it the link is renamed;
/// its former slugs go on leading to it.
///
/// # Errors
/// `Forbidden` unless it owns the link, `Invalid` for what breaks a rule,
/// `Conflict` when somebody was quicker.
pub async fn update(
    call: &Call,
    link: &LinkRow,
    draft: &Draft,
    organizer: i64,
) -> Result<(), Failure> {
    if link.owner_id != organizer {
        return Err(Failure::Forbidden);
    }
    // Who may no longer sell for another may not change what is sold either.
    if link.organizer_id != organizer
        && !Permission::Sell
            .is_given(&call.db, link.organizer_id, organizer)
            .await?
    {
        return Err(Failure::Forbidden);
    }
    let seller = organizers::by_id(&call.db, link.organizer_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let organizers = (link.organizer_id, link.owner_id);
    let (facts, event) = links::facts(&call.db, draft, organizers).await?;
    draft.news(&link.draft()).check(&facts)?;
    let slug = draft.slug.as_ref().map_or(link.slug.as_str(), Slug::as_str);
    let destination = destination(draft, &seller.slug, event.as_deref(), slug);
    let now = call.now.millis();
    match (
        links::update(&call.db, link, draft, &destination, now).await,
        &draft.slug,
    ) {
        (Ok(true), _) => {}
        (Ok(false), _) => {
            return Err(Failure::Conflict(
                "The link was changed by somebody else meanwhile.".into(),
            ));
        }
        (Err(StoreError::Taken(_)), Some(slug)) => return Err(taken(slug)),
        (Err(error), _) => return Err(error.into()),
    }
    publish(call, link.id, &link.slug_key).await;
    Ok(())
}

/// Deletes a link, as `organizer`.
///
/// # Errors
/// `Forbidden` unless it owns the link, `MethodNotAllowed` when a basket that
/// the link referred was completed (SP-06).
pub async fn delete(call: &Call, link: &LinkRow, organizer: i64) -> Result<(), Failure> {
    if link.owner_id != organizer {
        return Err(Failure::Forbidden);
    }
    if !links::delete(&call.db, link.id, call.now.millis()).await? {
        let still_there = links::get(&call.db, organizer, MAX_ID, link.id).await?;
        return Err(match still_there {
            None => Failure::NotFound,
            Some(_) => Failure::MethodNotAllowed {
                method: "DELETE".into(),
                allow: Some("GET"),
            },
        });
    }
    publish(call, link.id, &link.slug_key).await;
    Ok(())
}

/// Deletes a campaign with its clicks, counts and credits (PX-04), as `organizer`.
///
/// # Errors
/// `Forbidden` unless it owns the link, `NotFound` when somebody was quicker.
pub async fn purge(call: &Call, link: &LinkRow, organizer: i64) -> Result<(), Failure> {
    if link.owner_id != organizer {
        return Err(Failure::Forbidden);
    }
    if !links::purge(&call.db, link.id, call.now.millis()).await? {
        return Err(Failure::NotFound);
    }
    publish(call, link.id, &link.slug_key).await;
    Ok(())
}

/// Brings KV and this location up to date, for all slugs of the link. The link stands
/// whether or not that works: the cron repairs it (RD-06).
async fn publish(call: &Call, link_id: i64, slug_key: &str) {
    match routes::publish(&call.env, &call.db, link_id).await {
        Ok(slug_keys) => {
            for slug_key in slug_keys {
                lookup::forget(&slug_key).await;
            }
        }
        Err(error) => {
            log::error(
                "KV is behind for a link",
                &[
                    ("link", link_id.into()),
                    ("error", error.to_string().into()),
                ],
            );
            lookup::forget(slug_key).await;
        }
    }
}
