//! Tracking links: made, changed and deleted under guards; listed at the same
//! cost for a hundred and for a million. A search costs what it finds, and one of
//! fewer than three characters what there is.

use handbill_core::id::MAX_ID;
use handbill_core::link::draft::Draft;
use handbill_core::link::facts::{EventFact, Facts};
use handbill_core::link::item::{Item, ItemTarget};
use handbill_core::link::slug::Slug;
use handbill_core::link::utm::Utm;
use serde::Deserialize;
use worker::D1PreparedStatement;

use super::sql::{Arg, Db, StoreError, rows_of};

/// A link with its figures.
#[derive(Debug, Deserialize)]
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
    utm: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub version: i64,
    pub raw: i64,
    pub robot: i64,
    pub views: i64,
    pub visitors: i64,
    sales: String,
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

const LINK: &str = "
  l.id, l.slug, l.slug_key, l.kind, l.owner_id, l.organizer_id, l.event_id, l.referred_by, l.description,
  l.ticket_types, l.hide_public_ticket_types, l.items, l.destination, l.utm, l.created_at,
  l.updated_at, l.version, ifnull(c.raw, 0) AS raw, ifnull(c.robot, 0) AS robot,
  ifnull(c.views, 0) AS views, ifnull(c.visitors, 0) AS visitors,
  (SELECT json_group_array(json_object('currency', currency, 'baskets_created', created,
      'baskets_completed', completed, 'tickets', tickets, 'gross', gross, 'net', net))
   FROM (SELECT currency, count(*) AS created, count(completed_at) AS completed,
      sum(tickets) AS tickets, sum(gross) AS gross, sum(gross - refunded) AS net
    FROM basket WHERE link_id = l.id GROUP BY currency)) AS sales";

/// Which links a list shows; the parts combine with AND (SP-17).
#[derive(Debug, Default)]
pub struct LinkFilter {
    pub organizer_id: i64,
    /// Kinds up to this code: the tracking-links dialect shows 1 to 4 (SP-08).
    pub kinds_up_to: i64,
    pub kind: Option<i64>,
    pub referred_by: Option<i64>,
    pub events: Option<Vec<i64>>,
    /// Milliseconds, both inclusive.
    pub ends_from: Option<i64>,
    pub ends_until: Option<i64>,
    pub search: Option<String>,
    /// Links older than this one.
    pub before: Option<i64>,
}

/// The FTS index knows runs of three characters; a shorter term walks the
/// organizer's own links.
const INDEXED_TERM: usize = 3;

struct Query {
    /// `FROM … WHERE …` over alias `s`, a row a link.
    from: String,
    /// The link's id as the table that drives the query has it.
    id: &'static str,
    args: Vec<OwnedArg>,
}

enum OwnedArg {
    Int(i64),
    Text(String),
}

impl OwnedArg {
    fn as_arg(&self) -> Arg<'_> {
        match self {
            Self::Int(value) => (*value).into(),
            Self::Text(value) => value.into(),
        }
    }
}

impl Query {
    fn bind(&mut self, arg: OwnedArg) -> String {
        self.args.push(arg);
        format!("?{}", self.args.len())
    }

    fn and(&mut self, before: &str, arg: OwnedArg, after: &str) {
        let place = self.bind(arg);
        self.from.push_str(&format!(" AND {before}{place}{after}"));
    }

    fn args(&self) -> Vec<Arg<'_>> {
        self.args.iter().map(OwnedArg::as_arg).collect()
    }
}

impl LinkFilter {
    /// The conditions on kind and event, which `link_listing` and `link_tally`
    /// share. The `+` keeps SQLite from choosing an index by the kind's range,
    /// which every link of the organizer is in.
    fn narrow(&self, query: &mut Query) {
        match self.kind {
            Some(kind) => query.and("s.kind = ", OwnedArg::Int(kind), ""),
            None => query.and("+s.kind <= ", OwnedArg::Int(self.kinds_up_to), ""),
        }
        match self.events.as_deref() {
            None => {}
            Some([event]) => query.and("s.event_id = ", OwnedArg::Int(*event), ""),
            Some(events) => query.and(
                "s.event_id IN (SELECT value FROM json_each(",
                OwnedArg::Text(ids(events)),
                "))",
            ),
        }
        if self.is_bounded() {
            // The tally names the few events that have links at all.
            let organizer = query.bind(OwnedArg::Int(self.organizer_id));
            let from = query.bind(OwnedArg::Int(self.ends_from.unwrap_or(-MAX_ID)));
            let until = query.bind(OwnedArg::Int(self.ends_until.unwrap_or(MAX_ID)));
            query.from.push_str(&format!(
                " AND s.event_id IN (SELECT t.event_id FROM link_tally t
                   JOIN event e ON e.id = t.event_id
                   WHERE t.organizer_id = {organizer} AND e.ends_at BETWEEN {from} AND {until})"
            ));
        }
    }

    fn is_bounded(&self) -> bool {
        self.ends_from.is_some() || self.ends_until.is_some()
    }

    /// Which index a list without a search walks. SQLite would take the primary
    /// key, and with it all links of the organizer: it can't know how few links
    /// a person or an event has.
    fn index(&self) -> &'static str {
        if self.referred_by.is_some() {
            " INDEXED BY link_listing_by_referrer"
        } else if self.events.is_some() || self.is_bounded() {
            " INDEXED BY link_listing_by_event"
        } else {
            ""
        }
    }

    /// The links that match.
    fn links(&self) -> Query {
        let mut query = Query {
            from: String::new(),
            id: "s.link_id",
            args: Vec::new(),
        };
        let organizer = query.bind(OwnedArg::Int(self.organizer_id));
        match &self.search {
            Some(term) if term.chars().count() >= INDEXED_TERM => {
                // CROSS JOIN keeps the order: first what matches, then whether
                // this organizer sees it.
                let phrase = query.bind(OwnedArg::Text(self.phrase(term)));
                query.id = "f.rowid";
                query.from = format!(
                    "FROM link_search f CROSS JOIN link_listing s
                       ON s.organizer_id = {organizer} AND s.link_id = f.rowid
                     WHERE f.link_search MATCH {phrase}"
                );
            }
            Some(term) => {
                let patterns = query.bind(OwnedArg::Text(like_patterns(term)));
                query.from = format!(
                    "FROM link_listing s{} CROSS JOIN link l ON l.id = s.link_id
                     LEFT JOIN app_user u ON u.id = l.referred_by
                     WHERE s.organizer_id = {organizer}
                       AND EXISTS (SELECT 1 FROM json_each({patterns}) p
                         WHERE l.description LIKE p.value ESCAPE '\\'
                           OR l.slug LIKE p.value ESCAPE '\\'
                           OR u.username LIKE p.value ESCAPE '\\')",
                    self.index()
                );
            }
            None => {
                query.from = format!(
                    "FROM link_listing s{} WHERE s.organizer_id = {organizer}",
                    self.index()
                );
            }
        }
        if let Some(user) = self.referred_by {
            query.and("s.referred_by = ", OwnedArg::Int(user), "");
        }
        self.narrow(&mut query);
        if let Some(before) = self.before {
            query.and("s.link_id < ", OwnedArg::Int(before), "");
        }
        query
    }

    /// How many match. Without a search or a user the tally knows.
    fn count(&self) -> (String, Query) {
        if self.search.is_some() || self.referred_by.is_some() {
            let query = self.links();
            return (format!("SELECT count(*) AS links {}", query.from), query);
        }
        let mut query = Query {
            from: "FROM link_tally s WHERE s.organizer_id = ?1".into(),
            id: "s.link_id",
            args: vec![OwnedArg::Int(self.organizer_id)],
        };
        self.narrow(&mut query);
        (
            format!("SELECT ifnull(sum(s.links), 0) AS links {}", query.from),
            query,
        )
    }

    /// The FTS query: this organizer's links that hold the term, whose every
    /// character is a literal.
    fn phrase(&self, term: &str) -> String {
        let quoted = term.replace('"', "\"\"");
        format!(
            "venues : \"<{}>\" AND {{description username slug}} : \"{quoted}\"",
            self.organizer_id
        )
    }
}

fn ids(ids: &[i64]) -> String {
    serde_json::Value::from(ids).to_string()
}

/// The LIKE patterns for a term of one or two characters in every case, as a
/// JSON array: LIKE itself folds ASCII alone.
fn like_patterns(term: &str) -> String {
    let mut variants = vec![String::new()];
    for character in term.chars() {
        let mut cases = vec![character];
        cases.extend(single(character.to_lowercase()));
        cases.extend(single(character.to_uppercase()));
        cases.dedup();
        variants = variants
            .iter()
            .flat_map(|variant| {
                cases.iter().map(move |case| match case {
                    '%' | '_' | '\\' => format!("{variant}\\{case}"),
                    _ => format!("{variant}{case}"),
                })
            })
            .collect();
    }
    let patterns: Vec<String> = variants
        .iter()
        .map(|variant| format!("%{variant}%"))
        .collect();
    serde_json::Value::from(patterns).to_string()
}

/// A case mapping that stays one character.
fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(first)
}

/// The statement that reads a page of links, newest first.
fn newest_first(
    db: &Db,
    filter: &LinkFilter,
    limit: i64,
    offset: i64,
) -> Result<D1PreparedStatement, StoreError> {
    let mut links = filter.links();
    let limit = links.bind(OwnedArg::Int(limit));
    let offset = links.bind(OwnedArg::Int(offset));
    // Pages are cut among ids alone; only the page's own rows are read whole.
    let sql = format!(
        "SELECT {LINK} FROM (SELECT s.link_id {} ORDER BY {} DESC LIMIT {limit} OFFSET {offset}) p
         CROSS JOIN link l ON l.id = p.link_id LEFT JOIN link_count c ON c.link_id = l.id
         ORDER BY l.id DESC",
        links.from, links.id,
    );
    db.statement(&sql, &links.args())
}

/// The newest links that match.
///
/// # Errors
/// When the database fails.
pub async fn newest(db: &Db, filter: &LinkFilter, limit: i64) -> Result<Vec<LinkRow>, StoreError> {
    rows_of(&newest_first(db, filter, limit, 0)?.all().await?)
}

/// A page of links, newest first, and how many there are in all.
///
/// # Errors
/// When the database fails.
pub async fn page(
    db: &Db,
    filter: &LinkFilter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<LinkRow>, i64), StoreError> {
    #[derive(Deserialize)]
    struct Count {
        links: i64,
    }
    let (count_sql, count) = filter.count();
    let results = db
        .batch(vec![
            newest_first(db, filter, limit, offset)?,
            db.statement(&count_sql, &count.args())?,
        ])
        .await?;
    let rows = results.first().map(rows_of::<LinkRow>).transpose()?;
    let counted = results
        .last()
        .map(rows_of::<Count>)
        .transpose()?
        .and_then(|rows| rows.into_iter().next());
    Ok((
        rows.unwrap_or_default(),
        counted.map_or(0, |counted| counted.links),
    ))
}

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

/// The link behind a slug, whoever's it is; for public pages.
///
/// # Errors
/// When the database fails.
pub async fn by_slug(db: &Db, slug_key: &str) -> Result<Option<LinkRow>, StoreError> {
    db.first(
        &format!(
            "SELECT {LINK} FROM link l LEFT JOIN link_count c ON c.link_id = l.id
             WHERE l.domain = '' AND l.slug_key = ?1 AND l.deleted_at IS NULL"
        ),
        &[slug_key.into()],
    )
    .await
}

/// What the catalogue says of the things a draft names, for core to judge; and
/// the slug of the event it names.
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
    #[derive(Deserialize)]
    struct Priced {
        id: i64,
        organizer_id: i64,
        currency: String,
    }
    #[derive(Deserialize)]
    struct Owned {
        organizer_id: i64,
        slug: String,
    }
    #[derive(Deserialize)]
    struct Found {
        found: i64,
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
                "SELECT organizer_id, slug FROM event WHERE id = ?1 AND archived_at IS NULL",
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
            event.as_ref().map(|event| EventFact {
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
    pub now: i64,
}

/// Makes a link; its id.
///
/// # Errors
/// `Taken` when the slug is in use, also by a deleted link.
pub async fn insert(db: &Db, link: &LinkWrite<'_>) -> Result<i64, StoreError> {
    #[derive(Deserialize)]
    struct Made {
        id: i64,
    }
    let (types, items, utm) = columns(link.draft)?;
    let made: Option<Made> = db
        .first(
            "INSERT INTO link (slug, slug_key, kind, owner_id, organizer_id, event_id, referred_by,
               description, ticket_types, hide_public_ticket_types, items, destination, utm,
               created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)
             RETURNING id",
            &[
                link.slug.as_str().into(),
                (&link.slug.key()).into(),
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
            ],
        )
        .await?;
    made.map(|made| made.id)
        .ok_or_else(|| StoreError::Other("no id for a new link".into()))
}

/// Writes a draft over a link that still has `version`; false when somebody
/// changed or deleted it meanwhile. Slug and organizers stay.
///
/// # Errors
/// When the database fails.
pub async fn update(
    db: &Db,
    id: i64,
    version: i64,
    draft: &Draft,
    destination: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let (types, items, utm) = columns(draft)?;
    let changed = db
        .run(
            "UPDATE link SET kind = ?3, event_id = ?4, referred_by = ?5, description = ?6,
               ticket_types = ?7, hide_public_ticket_types = ?8, items = ?9, destination = ?10,
               utm = ?11, updated_at = ?12, version = version + 1
             WHERE id = ?1 AND version = ?2 AND deleted_at IS NULL",
            &[
                id.into(),
                version.into(),
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
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// Deletes a link unless a basket that it referred was completed (SP-06); false
/// when it stays.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = db
        .run(
            "UPDATE link SET deleted_at = ?2, updated_at = ?2, version = version + 1
             WHERE id = ?1 AND deleted_at IS NULL AND NOT EXISTS (
               SELECT 1 FROM basket WHERE link_id = ?1 AND completed_at IS NOT NULL)",
            &[id.into(), now.into()],
        )
        .await?;
    Ok(changed > 0)
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
