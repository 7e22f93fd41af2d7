//! Making, changing and deleting links: what every dialect calls.

use handbill_core::id::MAX_ID;
use handbill_core::link::draft::Draft;
use handbill_core::link::kind::Kind;
use handbill_core::link::slug::Slug;

use crate::app::Call;
use crate::failure::Failure;
use crate::store::links::{self, LinkRow, LinkWrite};
use crate::store::mails::Welcome;
use crate::store::{StoreError, organizers, routes};
use crate::{entropy, log, lookup};

/// The parameter by which our own pages know the link that led to them, also
/// when a visitor copies the address (SP-20, ST-05).
pub const LINK_PARAMETER: &str = "hb";

/// How often a new random slug is tried. With a million links a try fails once
/// in 850,000.
const SLUG_TRIES: u8 = 5;

impl LinkRow {
    /// Where the link leads, as a whole URL.
    pub fn long_url(&self, base: &str) -> String {
        if self.is_external() {
            self.destination.clone()
        } else {
            format!("{base}{}", self.destination)
        }
    }

    /// The link as it is shared (SP-14).
    pub fn short_url(&self, base: &str) -> String {
        format!("{base}/l/{}", self.slug)
    }

    /// The same link, shorter still.
    pub fn tiny_url(&self, base: &str) -> String {
        format!("{base}/{}", self.slug)
    }

    /// Whether it leads away from our own pages.
    pub fn is_external(&self) -> bool {
        !self.destination.starts_with('/')
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

/// Holds a draft against the catalogue; the slug of the event it names.
async fn checked(
    call: &Call,
    draft: &Draft,
    seller: i64,
    owner: i64,
) -> Result<Option<String>, Failure> {
    let (facts, event) = links::facts(&call.db, draft, (seller, owner)).await?;
    draft.check(&facts)?;
    Ok(event)
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
    if seller != owner && !organizers::is_partner(&call.db, seller, owner).await? {
        return Err(unknown());
    }
    let organizer = organizers::by_id(&call.db, seller)
        .await?
        .ok_or_else(unknown)?;
    let event = checked(call, draft, seller, owner).await?;
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
            Err(StoreError::Taken(_)) if draft.slug.is_some() => {
                let message = format!("`{}` is taken", slug.as_str());
                return Err(Failure::field("slug", "taken", message));
            }
            Err(StoreError::Taken(_)) if tries < SLUG_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// What a whole replacement by a dialect that shows less than we hold must keep.
pub fn keep_unseen(mut draft: Draft, link: &LinkRow) -> Draft {
    draft.utm = link.utm();
    draft
}

/// Writes a draft over a link, as `organizer`.
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
        && !organizers::is_partner(&call.db, link.organizer_id, organizer).await?
    {
        return Err(Failure::Forbidden);
    }
    let seller = organizers::by_id(&call.db, link.organizer_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let event = checked(call, draft, link.organizer_id, link.owner_id).await?;
    let destination = destination(draft, &seller.slug, event.as_deref(), &link.slug);
    let now = call.now.millis();
    if !links::update(&call.db, link.id, link.version, draft, &destination, now).await? {
        return Err(Failure::Conflict(
            "The link was changed by somebody else meanwhile.".into(),
        ));
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

/// Brings KV and this location up to date. The link stands whether or not that
/// works: the cron repairs it (RD-06).
async fn publish(call: &Call, link_id: i64, slug_key: &str) {
    if let Err(error) = routes::publish(&call.env, &call.db, link_id).await {
        log::error(
            "KV is behind for a link",
            &[
                ("link", link_id.into()),
                ("error", error.to_string().into()),
            ],
        );
    }
    lookup::forget(slug_key).await;
}
