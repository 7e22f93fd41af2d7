//! Tracking links: made, changed and deleted under guards.

use handbill_core::link::destination::Destination;
use handbill_core::link::draft::Draft;
use handbill_core::link::facts::{EventFact, Facts};
use handbill_core::link::item::{Item, ItemTarget};
use handbill_core::link::promoter::Promoter;
use handbill_core::link::slug::Slug;
use handbill_core::link::utm::Utm;
use serde::Deserialize;

use super::mails::{self, Welcome};
use super::sql::{Db, StoreError, row, rows_of};

row! {
    /// A link with its figures.
    #[derive(Debug)]
    pub struct LinkRow {
        pub id: i64,
        pub slug: String,
        pub slug_key: String,
        pub kind: i64,
        pub owner_id: i64,
        pub organizer_id: i64,
        pub event_id: Option<i64>,
        pub referred_by: Option<i64>,
        pub description: String,
        ticket_types: Option<String>,
        hide_public_ticket_types: i64,
        items: Option<String>,
        pub destination: String,
        pub destination_given: Option<String>,
        /// Of a campaign, the `organizer/event` of its URL.
        pub page: Option<String>,
        utm: String,
        pub created_at: i64,
        pub updated_at: i64,
        pub version: i64,
        promoter_name: Option<String>,
        promoter_email: Option<String>,
        pub stats_epoch: i64,
        pub raw: i64,
        pub robot: i64,
        pub views: i64,
        pub visitors: i64,
        sales: String,
    }
}

/// What the baskets of one link came to in one currency (SP-15). Money is in
/// minor units.
#[derive(Debug, Deserialize)]
pub struct Sales {
    pub currency: String,
    pub baskets_created: i64,
    pub baskets_completed: i64,
    pub tickets: i64,
    pub gross: i64,
    pub net: i64,
}

impl LinkRow {
    /// The ticket types that the link unlocks.
    pub fn ticket_types(&self) -> Option<Vec<i64>> {
        parsed(self.ticket_types.as_deref())
    }

    /// Whether only those are offered.
    pub fn hides_public(&self) -> bool {
        self.hide_public_ticket_types != 0
    }

    /// The basket of a quick purchase.
    pub fn items(&self) -> Option<Vec<Item>> {
        parsed(self.items.as_deref())
    }

    /// The campaign parameters set on the link.
    pub fn utm(&self) -> Utm {
        parsed(Some(&self.utm)).unwrap_or_default()
    }

    /// For whom it was made.
    pub fn promoter(&self) -> Option<Promoter> {
        Some(Promoter {
            name: self.promoter_name.clone()?,
            email: self.promoter_email.clone()?,
        })
    }

    /// Figures by currency.
    pub fn sales(&self) -> Vec<Sales> {
        parsed(Some(&self.sales)).unwrap_or_default()
    }
}

/// What we wrote as JSON comes back as it was; anything else is as good as
/// absent.
fn parsed<T: for<'de> Deserialize<'de>>(text: Option<&str>) -> Option<T> {
    text.and_then(|text| serde_json::from_str(text).ok())
}

/// Of the campaign (kind 5) in alias `l`, the slugs of its organizer and event.
macro_rules! page {
    () => {
        "iif(l.kind = 5, (SELECT o.slug || '/' || e.slug FROM event e
    JOIN organizer o ON o.id = e.organizer_id WHERE e.id = l.event_id), NULL) AS page"
    };
}
pub(super) use page;

/// Selects links, as alias `l`, with their counts as `c`.
pub const LINK: &str = concat!(
    page!(),
    ",
  l.id, l.slug, l.slug_key, l.kind, l.owner_id, l.organizer_id, l.event_id, l.referred_by, l.description,
  l.ticket_types, l.hide_public_ticket_types, l.items, l.destination, l.destination_given, l.utm, l.created_at,
  l.updated_at, l.version, l.promoter_name, l.promoter_email, l.stats_epoch, ifnull(c.raw, 0) AS raw, ifnull(c.robot, 0) AS robot,
  ifnull(c.views, 0) AS views, ifnull(c.visitors, 0) AS visitors,
  (SELECT json_group_array(json_object('currency', currency, 'baskets_created', created,
      'baskets_completed', completed, 'tickets', tickets, 'gross', gross, 'net', net))
   FROM (SELECT currency, created, completed, tickets, gross, gross - refunded AS net
    FROM link_sales WHERE link_id = l.id)) AS sales"
);

/// One link that an organizer sees, as seller or as owner (SP-18), of kinds up
/// to `kinds_up_to`.
///
/// # Errors
/// When the database fails.
pub async fn get(
    db: &Db,
    organizer_id: i64,
    kinds_up_to: i64,
    id: i64,
) -> Result<Option<LinkRow>, StoreError> {
    db.first(
        &format!(
            "SELECT {LINK} FROM link_listing s CROSS JOIN link l ON l.id = s.link_id
             LEFT JOIN link_count c ON c.link_id = l.id
             WHERE s.organizer_id = ?1 AND s.link_id = ?2 AND s.kind <= ?3"
        ),
        &[organizer_id.into(), id.into(), kinds_up_to.into()],
    )
    .await
}

/// The link behind a slug, a former one too, whoever's it is; for public pages.
///
/// # Errors
/// When the database fails.
pub async fn by_slug(db: &Db, slug_key: &str) -> Result<Option<LinkRow>, StoreError> {
    db.first(
        &format!(
            "SELECT {LINK} FROM link_name n JOIN link l ON l.id = n.link_id
             LEFT JOIN link_count c ON c.link_id = l.id
             WHERE n.domain = '' AND n.slug_key = ?1 AND l.deleted_at IS NULL"
        ),
        &[slug_key.into()],
    )
    .await
}

/// What the catalogue says of the things a draft names, for core to judge; and
/// the slug of the event it names, be that archived.
///
/// Nothing read here can change under the write that follows: rows never change
/// their organizer, and events and products never their currency.
///
/// # Errors
/// When the database fails.
pub async fn facts(
    db: &Db,
    draft: &Draft,
    organizers: (i64, i64),
) -> Result<(Facts, Option<String>), StoreError> {
    row! {
        struct Priced {
            id: i64,
            organizer_id: i64,
            currency: String,
        }
    }
    row! {
        struct Owned {
            organizer_id: i64,
            slug: String,
            is_there: i64,
        }
    }
    row! {
        struct Found {
            found: i64,
        }
    }
    let (seller, owner) = organizers;
    let (mut types, mut attributes) = (draft.ticket_types.clone().unwrap_or_default(), vec![]);
    for item in draft.items.iter().flatten() {
        match item.target {
            ItemTarget::TicketType(id) => types.push(id),
            ItemTarget::ProductAttribute(id) => attributes.push(id),
        }
    }
    let results = db
        .batch(vec![
            db.statement(
                "SELECT organizer_id, slug, archived_at IS NULL AS is_there FROM event
                 WHERE id = ?1",
                &[draft.event_id.into()],
            )?,
            db.statement(
                "SELECT 1 AS found FROM app_user
                 WHERE id = ?1 AND organizer_id = ?2 AND archived_at IS NULL",
                &[draft.referred_by.into(), owner.into()],
            )?,
            db.statement(
                "SELECT t.id, t.organizer_id, e.currency FROM json_each(?1) j
                 CROSS JOIN ticket_type t ON t.id = j.value JOIN event e ON e.id = t.event_id
                 WHERE t.archived_at IS NULL AND e.archived_at IS NULL",
                &[(&ids(&types)).into()],
            )?,
            db.statement(
                "SELECT a.id, a.organizer_id, p.currency FROM json_each(?1) j
                 CROSS JOIN product_attribute a ON a.id = j.value JOIN product p ON p.id = a.product_id
                 WHERE a.archived_at IS NULL AND p.archived_at IS NULL",
                &[(&ids(&attributes)).into()],
            )?,
        ])
        .await?;
    let [event, referrer, types, attributes] = results.as_slice() else {
        return Err(StoreError::Other("a batch answered short".into()));
    };
    let event = rows_of::<Owned>(event)?.into_iter().next();
    let known = rows_of::<Found>(referrer)?.iter().any(|row| row.found == 1);
    let priced = |rows: Vec<Priced>| {
        rows.into_iter()
            .map(|row| (row.id, row.organizer_id, row.currency))
            .collect()
    };
    let facts = Facts {
        selling_organizer: seller,
        event: draft.event_id.map(|_| {
            let there = event.as_ref().filter(|event| event.is_there != 0);
            there.map(|event| EventFact {
                organizer: event.organizer_id,
            })
        }),
        referrer_known: draft.referred_by.is_none() || known,
        ticket_types: priced(rows_of(types)?),
        attributes: priced(rows_of(attributes)?),
    };
    Ok((facts, event.map(|event| event.slug)))
}

/// A checked link, ready to be written.
pub struct LinkWrite<'a> {
    pub draft: &'a Draft,
    pub slug: &'a Slug,
    pub owner_id: i64,
    pub organizer_id: i64,
    pub destination: &'a str,
    /// For whom it is, and how to tell them.
    pub welcome: Option<&'a Welcome<'a>>,
    pub now: i64,
}

/// Makes a link, and with it the mail to its promoter; its id.
///
/// # Errors
/// `Taken` when the slug is in use, also by a deleted link.
pub async fn insert(db: &Db, link: &LinkWrite<'_>) -> Result<i64, StoreError> {
    row! {
        struct Made {
            id: i64,
        }
    }
    let (types, items, utm) = columns(link.draft)?;
    let promoter = link.welcome.map(|welcome| welcome.promoter);
    let key = link.slug.key();
    let mut statements = vec![db.statement(
        "INSERT INTO link (slug, slug_key, kind, owner_id, organizer_id, event_id, referred_by,
           description, ticket_types, hide_public_ticket_types, items, destination, utm,
           created_at, updated_at, promoter_name, promoter_email, destination_given)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?15, ?16, ?17)
         RETURNING id",
        &[
            link.slug.as_str().into(),
            (&key).into(),
            link.draft.kind.code().into(),
            link.owner_id.into(),
            link.organizer_id.into(),
            link.draft.event_id.into(),
            link.draft.referred_by.into(),
            (&link.draft.description).into(),
            types.as_ref().into(),
            i64::from(link.draft.hide_public_ticket_types).into(),
            items.as_ref().into(),
            link.destination.into(),
            (&utm).into(),
            link.now.into(),
            promoter.map(|promoter| &promoter.name).into(),
            promoter.map(|promoter| &promoter.email).into(),
            given(link.draft).into(),
        ],
    )?];
    if let Some(welcome) = link.welcome {
        let of = "l.domain = '' AND l.slug_key = ?1";
        statements.push(mails::welcome(
            db,
            of,
            key.as_str().into(),
            welcome,
            link.now,
        )?);
    }
    let results = db.batch(statements).await?;
    let made = results.first().map(rows_of::<Made>).transpose()?;
    made.and_then(|rows| rows.into_iter().next())
        .map(|made| made.id)
        .ok_or_else(|| StoreError::Other("no id for a new link".into()))
}

/// Writes a draft over a link that is still as it was read; false when somebody
/// changed or deleted it meanwhile. Organizers stay, and so does the slug unless the
/// draft has another.
///
/// # Errors
/// `Taken` when the other slug is in use, also by a deleted link.
pub async fn update(
    db: &Db,
    link: &LinkRow,
    draft: &Draft,
    destination: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let (types, items, utm) = columns(draft)?;
    let slug = draft.slug.as_ref().map_or(link.slug.as_str(), Slug::as_str);
    let changed = db
        .run(
            "UPDATE link SET kind = ?3, event_id = ?4, referred_by = ?5, description = ?6,
               ticket_types = ?7, hide_public_ticket_types = ?8, items = ?9, destination = ?10,
               utm = ?11, updated_at = ?12, slug = ?13, slug_key = lower(?13),
               destination_given = ?14, version = version + 1
             WHERE id = ?1 AND version = ?2 AND deleted_at IS NULL",
            &[
                link.id.into(),
                link.version.into(),
                draft.kind.code().into(),
                draft.event_id.into(),
                draft.referred_by.into(),
                (&draft.description).into(),
                types.as_ref().into(),
                i64::from(draft.hide_public_ticket_types).into(),
                items.as_ref().into(),
                destination.into(),
                (&utm).into(),
                now.into(),
                slug.into(),
                given(draft).into(),
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// Deletes a link unless a basket that it referred was completed (SP-06), or is
/// about to be, once its payment comes; false
/// when it stays.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE link SET deleted_at = ?2, updated_at = ?2, version = version + 1
             WHERE id = ?1 AND deleted_at IS NULL AND NOT EXISTS (
               SELECT 1 FROM link_sales WHERE link_id = ?1 AND completed > 0)
             AND NOT EXISTS (
               SELECT 1 FROM sale_order WHERE link_id = ?1 AND status = 'pending')",
            &[id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
}

/// Deletes a link with its clicks, its counts and its credits: what was sold through
/// it stays, credited to nobody. One that was deleted and kept these loses them too.
/// False when there is nothing left of it to delete.
///
/// # Errors
/// When the database fails; then nothing was deleted.
pub async fn purge(db: &Db, id: i64, now: i64) -> Result<bool, StoreError> {
    let of = |sql: &str| db.statement(sql, &[id.into()]);
    let at = |sql: &str| db.statement(sql, &[id.into(), now.into()]);
    let results = db
        .batch(vec![
            at(
                "UPDATE link SET deleted_at = ifnull(deleted_at, ?2), purged_at = ?2,
                   updated_at = ?2, version = version + 1, description = '', destination = '/',
                   destination_given = NULL, utm = '{}', promoter_name = NULL,
                   promoter_email = NULL
                 WHERE id = ?1 AND purged_at IS NULL RETURNING id",
            )?,
            at(
                "UPDATE sale_order SET link_id = NULL, receipt = NULL, utm = '{}',
                   updated_at = ?2, version = version + 1 WHERE link_id = ?1",
            )?,
            of("UPDATE basket SET link_id = NULL WHERE link_id = ?1")?,
            of("DELETE FROM link_sales WHERE link_id = ?1")?,
            // The others that it was considered for, which are of its seller alone. Its
            // id is looked for as text first: a receipt is long, and few name it.
            at(
                "UPDATE sale_order SET updated_at = ?2, version = version + 1,
                   receipt = json_set(receipt, '$.considered', (
                     SELECT json_group_array(json(value))
                     FROM json_each(sale_order.receipt, '$.considered')
                     WHERE value ->> 'link' <> ?1))
                 WHERE organizer_id = (SELECT organizer_id FROM link WHERE id = ?1)
                   AND receipt LIKE '%\"link\":' || CAST(?1 AS INTEGER) || ',%'",
            )?,
            of("UPDATE metric SET value = value
                  - (SELECT ifnull(sum(raw), 0) FROM link_count WHERE link_id = ?1)
                WHERE name = 'clicks'")?,
            of("INSERT INTO metric (name, value)
                SELECT 'clicks_purged', ifnull(sum(raw), 0) FROM link_count WHERE link_id = ?1
                ON CONFLICT DO UPDATE SET value = value + excluded.value")?,
            of("DELETE FROM click WHERE link_id = ?1")?,
            of("DELETE FROM link_visitor WHERE link_id = ?1")?,
            of("DELETE FROM link_hour WHERE link_id = ?1")?,
            of("DELETE FROM link_count WHERE link_id = ?1")?,
            of("DELETE FROM mail WHERE link_id = ?1")?,
        ])
        .await?;
    let purged = results.first().map(rows_of::<()>).transpose()?;
    Ok(purged.is_some_and(|rows| !rows.is_empty()))
}

/// What a draft's destination was given as.
fn given(draft: &Draft) -> Option<&str> {
    draft.destination.as_ref().map(Destination::given)
}

type LinkColumns = (Option<String>, Option<String>, String);

fn columns(draft: &Draft) -> Result<LinkColumns, StoreError> {
    let failed = |error: serde_json::Error| StoreError::Other(error.to_string());
    Ok((
        draft
            .ticket_types
            .as_ref()
            .map(serde_json::to_string)
            .transpose()
            .map_err(failed)?,
        draft
            .items
            .as_ref()
            .map(serde_json::to_string)
            .transpose()
            .map_err(failed)?,
        serde_json::to_string(&draft.utm).map_err(failed)?,
    ))
}

/// Ids as a JSON array.
pub fn ids(ids: &[i64]) -> String {
    serde_json::Value::from(ids).to_string()
}

/// Which of these links sell for an organizer, and were not deleted.
///
/// # Errors
/// When the database fails.
pub async fn sold_through(
    db: &Db,
    organizer_id: i64,
    links: &[i64],
) -> Result<Vec<i64>, StoreError> {
    row! {
        struct Sold {
            id: i64,
        }
    }
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Sold> = db
        .rows(
            "SELECT l.id FROM json_each(?1) j CROSS JOIN link l ON l.id = j.value
             WHERE l.organizer_id = ?2 AND l.deleted_at IS NULL",
            &[(&ids(links)).into(), organizer_id.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
