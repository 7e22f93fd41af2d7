//! Lists of links: filtered, searched and counted at the same cost for a hundred
//! and for a million. A search costs what it finds, and one of fewer than three
//! characters what there is.

use handbill_core::id::MAX_ID;
use worker::D1PreparedStatement;

use super::links::{LINK, LinkRow, ids};
use super::sql::{Arg, Db, StoreError, row, rows_of};

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
    pub order: Order,
}

/// By the time they were made.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

impl Order {
    fn sql(self) -> &'static str {
        match self {
            Self::NewestFirst => "DESC",
            Self::OldestFirst => "ASC",
        }
    }
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

/// The statement that reads a page of links.
fn in_order(
    db: &Db,
    filter: &LinkFilter,
    limit: i64,
    offset: i64,
) -> Result<D1PreparedStatement, StoreError> {
    let mut links = filter.links();
    let limit = links.bind(OwnedArg::Int(limit));
    let offset = links.bind(OwnedArg::Int(offset));
    // Pages are cut among ids alone; only the page's own rows are read whole.
    let order = filter.order.sql();
    let sql = format!(
        "SELECT {LINK} FROM (SELECT s.link_id {} ORDER BY {} {order} LIMIT {limit} OFFSET {offset}) p
         CROSS JOIN link l ON l.id = p.link_id LEFT JOIN link_count c ON c.link_id = l.id
         ORDER BY l.id {order}",
        links.from, links.id,
    );
    db.statement(&sql, &links.args())
}

/// The first links that match.
///
/// # Errors
/// When the database fails.
pub async fn first(db: &Db, filter: &LinkFilter, limit: i64) -> Result<Vec<LinkRow>, StoreError> {
    rows_of(&in_order(db, filter, limit, 0)?.all().await?)
}

/// A page of links, and how many there are in all.
///
/// # Errors
/// When the database fails.
pub async fn page(
    db: &Db,
    filter: &LinkFilter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<LinkRow>, i64), StoreError> {
    row! {
        struct Count {
            links: i64,
        }
    }
    let (count_sql, count) = filter.count();
    let results = db
        .batch(vec![
            in_order(db, filter, limit, offset)?,
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
