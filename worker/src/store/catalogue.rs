//! The catalogue's aggregates: organizers, users, events, ticket types,
//! products.
//!
//! They have one life: made, read, listed, changed, archived. So one set of
//! statements serves them all, written from a table's description. A validated
//! draft travels as one JSON argument, and a row comes back as one JSON object:
//! integers stay exact and booleans stay booleans on both ways.

use handbill_core::time::Timestamp;
use serde_json::{Map, Value};

use super::sql::{Arg, Db, StoreError, row};

/// How a column stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A number or a text, the same in both places.
    Plain,
    /// 0 or 1 here, `false` or `true` there.
    Flag,
    /// Milliseconds here, RFC 3339 there.
    Time,
    /// An array, in both places; here as text.
    List,
    /// A currency; where a draft has none, the organizer's.
    Currency,
}

/// One aggregate's table.
pub struct Table {
    pub name: &'static str,
    /// The columns that a draft fills, by their wire name.
    pub columns: &'static [(&'static str, Column)],
    /// The column that names the organizer: `id` for the organizer itself.
    pub owner: &'static str,
    /// The column of the parent by which lists may be narrowed.
    pub parent: Option<&'static str>,
    /// Columns that can't change once made: they are part of printed URLs, or
    /// of what a price means.
    pub fixed: &'static [&'static str],
    /// What else a response shows: wire name and SQL over alias `t`.
    pub derived: &'static [(&'static str, &'static str)],
}

use Column::{Currency, Flag, List, Plain, Time};

pub const ORGANIZER: Table = Table {
    name: "organizer",
    columns: &[
        ("name", Plain),
        ("slug", Plain),
        ("time_zone", Plain),
        ("currency", Plain),
        ("attribution_window_days", Plain),
        ("hold_minutes", Plain),
        ("payment_minutes", Plain),
        ("offline_payment", Flag),
        ("offline_instructions", Plain),
        ("payment_url", Plain),
    ],
    owner: "id",
    parent: None,
    fixed: &["slug"],
    derived: &[],
};

pub const USER: Table = Table {
    name: "app_user",
    columns: &[("name", Plain), ("username", Plain), ("email", Plain)],
    owner: "organizer_id",
    parent: None,
    fixed: &[],
    derived: &[],
};

pub const SERIES: Table = Table {
    name: "series",
    columns: &[("name", Plain), ("description", Plain)],
    owner: "organizer_id",
    parent: None,
    fixed: &[],
    derived: &[],
};

pub const EVENT: Table = Table {
    name: "event",
    columns: &[
        ("series_id", Plain),
        ("name", Plain),
        ("slug", Plain),
        ("description", Plain),
        ("starts_at", Time),
        ("ends_at", Time),
        ("time_zone", Plain),
        ("currency", Plain),
        ("place", Plain),
        ("published", Flag),
        ("transaction_charge", Plain),
        ("tax_rate_ppm", Plain),
        ("tax_inclusive", Flag),
        ("accepts_donations", Flag),
        ("cancelled", Flag),
    ],
    owner: "organizer_id",
    parent: Some("series_id"),
    fixed: &["slug", "currency"],
    derived: &[
        ("published_at", "t.published_at"),
        (
            "launched_at",
            "(SELECT launched_at FROM event_launch WHERE event_id = t.id)",
        ),
        ("cancelled_at", "t.cancelled_at"),
    ],
};

pub const TICKET_GROUP: Table = Table {
    name: "ticket_group",
    columns: &[
        ("event_id", Plain),
        ("name", Plain),
        ("max_per_order", Plain),
        ("sort", Plain),
    ],
    owner: "organizer_id",
    parent: Some("event_id"),
    fixed: &["event_id"],
    derived: &[],
};

pub const TICKET_TYPE: Table = Table {
    name: "ticket_type",
    columns: &[
        ("event_id", Plain),
        ("group_id", Plain),
        ("name", Plain),
        ("description", Plain),
        ("price", Plain),
        ("booking_fee", Plain),
        ("organizer_fee", Plain),
        ("producer_cost", Plain),
        ("issued_as", Plain),
        ("quantity", Plain),
        ("min_per_order", Plain),
        ("max_per_order", Plain),
        ("on_sale_from", Time),
        ("on_sale_until", Time),
        ("hidden", Flag),
        ("access_code", Plain),
        ("sort", Plain),
    ],
    owner: "organizer_id",
    parent: Some("event_id"),
    fixed: &["event_id"],
    derived: &[
        (
            "currency",
            "(SELECT currency FROM event WHERE id = t.event_id)",
        ),
        HELD,
        ISSUED,
        AVAILABLE,
    ],
};

pub const PRODUCT: Table = Table {
    name: "product",
    columns: &[
        ("name", Plain),
        ("description", Plain),
        ("currency", Plain),
        ("tax_rate_ppm", Plain),
        ("tax_inclusive", Flag),
    ],
    owner: "organizer_id",
    parent: None,
    fixed: &["currency"],
    derived: &[],
};

pub const PRODUCT_ATTRIBUTE: Table = Table {
    name: "product_attribute",
    columns: &[
        ("product_id", Plain),
        ("name", Plain),
        ("price", Plain),
        ("quantity", Plain),
        ("max_per_order", Plain),
        ("sort", Plain),
    ],
    owner: "organizer_id",
    parent: Some("product_id"),
    fixed: &["product_id"],
    derived: &[
        (
            "currency",
            "(SELECT currency FROM product WHERE id = t.product_id)",
        ),
        HELD,
        ISSUED,
        AVAILABLE,
    ],
};

/// Codes may change hands, but not what their amounts mean.
pub const DISCOUNT: Table = Table {
    name: "discount",
    columns: &[
        ("code", Plain),
        ("name", Plain),
        ("kind", Plain),
        ("price", Plain),
        ("price_percent", Plain),
        ("booking_fee", Plain),
        ("booking_fee_percent", Plain),
        ("currency", Currency),
        ("ticket_types", List),
        ("max_redemptions", Plain),
        ("expires_at", Time),
    ],
    owner: "organizer_id",
    parent: None,
    fixed: &["currency"],
    derived: &[("times_redeemed", "t.times_redeemed")],
};

pub const VOUCHER: Table = Table {
    name: "voucher",
    columns: &[
        ("name", Plain),
        ("value", Plain),
        ("currency", Currency),
        ("series_ids", List),
        ("expires_at", Time),
    ],
    owner: "organizer_id",
    parent: None,
    fixed: &["currency"],
    derived: &[
        ("total_codes", "t.total_codes"),
        ("available_codes", "t.available_codes"),
    ],
};

/// What open baskets hold, what orders have, and what is left (BK-06).
const HELD: (&str, &str) = ("held", "t.held");
const ISSUED: (&str, &str) = ("issued", "t.issued");
const AVAILABLE: (&str, &str) = ("available", "t.quantity - t.held - t.issued");

impl Table {
    /// Whether baskets hold rows of this table.
    pub fn is_held(&self) -> bool {
        self.derived.contains(&HELD)
    }
}

/// Which rows a list shows.
#[derive(Debug, Clone, Copy)]
pub struct ListFilter {
    /// `None`: of all organizers, which only the operator may see.
    pub organizer_id: Option<i64>,
    pub parent: Option<i64>,
    pub archived: bool,
    /// Rows with a greater id than this.
    pub after: i64,
    pub limit: i64,
}

/// A row as JSON, with its version.
#[derive(Debug)]
pub struct Stored {
    pub object: Map<String, Value>,
    pub version: i64,
}

impl Stored {
    /// The row's id.
    pub fn id(&self) -> i64 {
        self.object
            .get("id")
            .and_then(Value::as_i64)
            .unwrap_or_default()
    }
}

/// D1 takes at most 32 arguments a function: a name and a value each.
const MEMBERS_AN_OBJECT: usize = 16;

row! {
    struct Row {
        /// A JSON array of objects, whose members are those of one.
        objects: String,
        version: i64,
    }
}

impl Table {
    fn select(&self) -> String {
        let mut members = vec!["'id', t.id".to_owned()];
        for (name, column) in self.columns {
            members.push(match column {
                Plain | Time | Currency => format!("'{name}', t.{name}"),
                List => format!("'{name}', json(t.{name})"),
                Flag => format!("'{name}', json(iif(t.{name}, 'true', 'false'))"),
            });
        }
        for (name, sql) in self.derived {
            members.push(format!("'{name}', {sql}"));
        }
        for name in ["created_at", "updated_at", "archived_at"] {
            members.push(format!("'{name}', t.{name}"));
        }
        let objects: Vec<String> = members
            .chunks(MEMBERS_AN_OBJECT)
            .map(|some| format!("json_object({})", some.join(", ")))
            .collect();
        format!(
            "SELECT json_array({}) AS objects, t.version FROM {} t",
            objects.join(", "),
            self.name
        )
    }

    /// All that ends in `_at` is one, and some columns more.
    fn is_time(&self, name: &str) -> bool {
        name.ends_with("_at") || self.columns.contains(&(name, Time))
    }

    fn stored(&self, row: &Row) -> Result<Stored, StoreError> {
        let objects: Vec<Map<String, Value>> = serde_json::from_str(&row.objects)?;
        let object = objects
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let value = match value.as_i64() {
                    Some(millis) if self.is_time(&name) => {
                        Timestamp::from_millis(millis).to_rfc3339().into()
                    }
                    _ => value,
                };
                (name, value)
            })
            .collect();
        Ok(Stored {
            object,
            version: row.version,
        })
    }

    /// The names of columns, and the expressions that take them out of the
    /// draft in argument `?1`; `otherwise` is the currency of one without.
    fn draft_columns(&self, otherwise: &str) -> impl Iterator<Item = (&'static str, String)> {
        self.columns.iter().map(move |(name, column)| {
            let value = match column {
                Plain | Flag | Time => format!("?1 ->> '$.{name}'"),
                List => format!("?1 -> '$.{name}'"),
                Currency => format!("ifnull(?1 ->> '$.{name}', {otherwise})"),
            };
            (*name, value)
        })
    }

    /// Makes a row from a validated draft (a JSON object); its id.
    ///
    /// # Errors
    /// `Taken` for a name in use, `Dangling` for a parent that is not there or
    /// belongs to another organizer.
    pub async fn insert(
        &self,
        db: &Db,
        organizer_id: i64,
        draft: &str,
        now: i64,
    ) -> Result<i64, StoreError> {
        row! {
            struct Made {
                id: i64,
            }
        }
        let otherwise = "(SELECT currency FROM organizer WHERE id = ?3)";
        let (names, values): (Vec<_>, Vec<_>) = self.draft_columns(otherwise).unzip();
        let (names, values) = (names.join(", "), values.join(", "));
        let made: Option<Made> = if self.owner == "id" {
            let sql = format!(
                "INSERT INTO {} ({names}, created_at, updated_at) VALUES ({values}, ?2, ?2)
                 RETURNING id",
                self.name
            );
            db.first(&sql, &[draft.into(), now.into()]).await?
        } else {
            let sql = format!(
                "INSERT INTO {} (organizer_id, {names}, created_at, updated_at)
                 VALUES (?3, {values}, ?2, ?2) RETURNING id",
                self.name
            );
            db.first(&sql, &[draft.into(), now.into(), organizer_id.into()])
                .await?
        };
        made.map(|made| made.id)
            .ok_or_else(|| StoreError::Other("no id for a new row".into()))
    }

    /// One row of an organizer (`None`: of any), archived or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(
        &self,
        db: &Db,
        organizer_id: Option<i64>,
        id: i64,
    ) -> Result<Option<Stored>, StoreError> {
        let sql = format!(
            "{} WHERE t.id = ?1 AND (?2 IS NULL OR t.{} = ?2)",
            self.select(),
            self.owner
        );
        let row: Option<Row> = db.first(&sql, &[id.into(), organizer_id.into()]).await?;
        row.map(|row| self.stored(&row)).transpose()
    }

    /// Rows by ascending id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, db: &Db, filter: ListFilter) -> Result<Vec<Stored>, StoreError> {
        let mut sql = format!("{} WHERE t.id > ?1", self.select());
        let mut args: Vec<Arg<'_>> = vec![filter.after.into(), filter.limit.into()];
        if let Some(organizer_id) = filter.organizer_id {
            args.push(organizer_id.into());
            sql.push_str(&format!(" AND t.{} = ?{}", self.owner, args.len()));
        }
        if let (Some(parent), Some(id)) = (self.parent, filter.parent) {
            args.push(id.into());
            sql.push_str(&format!(" AND t.{parent} = ?{}", args.len()));
        }
        if !filter.archived {
            sql.push_str(" AND t.archived_at IS NULL");
        }
        sql.push_str(" ORDER BY t.id LIMIT ?2");
        let rows: Vec<Row> = db.rows(&sql, &args).await?;
        rows.iter().map(|row| self.stored(row)).collect()
    }

    /// Writes a validated draft over a row that still has `version`; false when
    /// somebody changed it meanwhile.
    ///
    /// # Errors
    /// As [`Table::insert`].
    pub async fn update(
        &self,
        db: &Db,
        id: i64,
        version: i64,
        draft: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sets: Vec<String> = self
            .draft_columns("currency")
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let sql = format!(
            "UPDATE {} SET {}, updated_at = ?2, version = version + 1
             WHERE id = ?3 AND version = ?4 AND archived_at IS NULL",
            self.name,
            sets.join(", ")
        );
        let changed = db
            .run(&sql, &[draft.into(), now.into(), id.into(), version.into()])
            .await?;
        Ok(changed > 0)
    }

    /// Archives a row; false when there is none to archive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn archive(
        &self,
        db: &Db,
        organizer_id: Option<i64>,
        id: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE {} SET archived_at = ?2, updated_at = ?2, version = version + 1
             WHERE id = ?1 AND (?3 IS NULL OR {} = ?3) AND archived_at IS NULL",
            self.name, self.owner
        );
        let changed = db
            .run(&sql, &[id.into(), now.into(), organizer_id.into()])
            .await?;
        Ok(changed > 0)
    }
}
