//! The five calls that every aggregate of the catalogue has: list, create,
//! read, update, archive (BK-01).

use axum::body::Body;
use axum::http::Request;
use handbill_core::id::parse_id;
use handbill_core::problem::Problems;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::SCHEMES;
use crate::app::{Call, Handled, Routes, json as json_answer, no_content};
use crate::auth::Intent;
use crate::body;
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::baskets::release_expired;
use crate::store::catalogue::{ListFilter, Stored, Table};
use crate::zone;

const PAGE: i64 = 50;
const MAX_PAGE: i64 = 100;

/// An aggregate as the API shows it.
pub struct Resource {
    /// The path of its list.
    pub path: &'static str,
    pub table: &'static Table,
    /// A body as a validated draft.
    pub parse: fn(&Map<String, Value>) -> Result<Value, Problems>,
    /// Fields that point at another aggregate.
    pub references: &'static [(&'static str, &'static Table)],
}

/// A parsed draft as the JSON that the store takes.
///
/// # Errors
/// The draft's own problems.
pub fn validated<T: Serialize>(draft: Result<T, Problems>) -> Result<Value, Problems> {
    // Drafts are plain structs of numbers and texts: they always serialise.
    draft.map(|draft| serde_json::to_value(draft).unwrap_or_default())
}

impl Resource {
    /// Adds the five routes; `item` is the path of one of its objects.
    pub fn routes(&'static self, routes: Routes, item: &'static str) -> Routes {
        routes
            .get(self.path, move |call, _| self.list_own(call))
            .post(self.path, move |call, request| {
                self.create_own(call, request)
            })
            .get(item, move |call, _| self.read_own(call))
            .patch(item, move |call, request| self.update_own(call, request))
            .delete(item, move |call, _| self.archive_own(call))
    }

    async fn list_own(&self, call: Call) -> Handled {
        let principal = call.principal(SCHEMES, Intent::Read).await?;
        self.list(&call, Some(principal.organizer()?)).await
    }

    async fn create_own(&self, call: Call, request: Request<Body>) -> Handled {
        let principal = call.principal(SCHEMES, Intent::Write).await?;
        self.create(&call, principal.organizer()?, request).await
    }

    async fn read_own(&self, call: Call) -> Handled {
        let principal = call.principal(SCHEMES, Intent::Read).await?;
        self.read(&call, Some(principal.organizer()?)).await
    }

    async fn update_own(&self, call: Call, request: Request<Body>) -> Handled {
        let principal = call.principal(SCHEMES, Intent::Write).await?;
        self.update(&call, Some(principal.organizer()?), request)
            .await
    }

    async fn archive_own(&self, call: Call) -> Handled {
        let principal = call.principal(SCHEMES, Intent::Write).await?;
        self.archive(&call, Some(principal.organizer()?)).await
    }

    /// A page of an organizer's rows (`None`: of all organizers).
    ///
    /// # Errors
    /// `Invalid` for a parameter that is no number.
    pub async fn list(&self, call: &Call, organizer_id: Option<i64>) -> Handled {
        self.release(call).await?;
        let page = page(call)?;
        let mut kept = String::new();
        let mut parent = None;
        for (name, value) in call.query() {
            if Some(name.as_str()) == self.table.parent {
                let id = parse_id(&value).ok_or_else(|| whole_number(&name))?;
                kept.push_str(&format!("&{name}={id}"));
                parent = Some(id);
            }
        }
        let archived = call.query().contains(&("archived".into(), "true".into()));
        if archived {
            kept.push_str("&archived=true");
        }
        let filter = ListFilter {
            organizer_id,
            parent,
            archived,
            after: page.after,
            limit: page.limit + 1,
        };
        let rows = self.table.list(&call.db, filter).await?;
        Ok(page.answer(rows, self.path, &kept, Stored::id, |row| {
            Value::Object(row.object.clone())
        }))
    }

    /// Makes a row for an organizer.
    ///
    /// # Errors
    /// `Invalid` for what breaks a rule.
    pub async fn create(&self, call: &Call, organizer_id: i64, request: Request<Body>) -> Handled {
        let body = body::object(request).await?;
        let draft = self.draft(&body)?;
        let text = draft.to_string();
        let made = self
            .table
            .insert(&call.db, organizer_id, &text, call.now.millis())
            .await;
        let id = match made {
            Ok(id) => id,
            Err(error) => return Err(self.refusal(call, organizer_id, &draft, error).await?),
        };
        self.shown(call, None, id, 201).await
    }

    /// One row.
    ///
    /// # Errors
    /// `NotFound`, also for another organizer's.
    pub async fn read(&self, call: &Call, organizer_id: Option<i64>) -> Handled {
        self.release(call).await?;
        self.shown(call, organizer_id, call.id("id")?, 200).await
    }

    /// Changes the fields that the body names.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, or `Conflict` when somebody was quicker.
    pub async fn update(
        &self,
        call: &Call,
        organizer_id: Option<i64>,
        request: Request<Body>,
    ) -> Handled {
        let id = call.id("id")?;
        self.release(call).await?;
        let stored = self.stored(call, organizer_id, id).await?;
        if stored
            .object
            .get("archived_at")
            .is_some_and(|at| !at.is_null())
        {
            return Err(Failure::NotFound);
        }
        let changes = body::object(request).await?;
        self.refuse_fixed(&stored, &changes)?;
        let mut merged: Map<String, Value> = self
            .table
            .columns
            .iter()
            .filter_map(|(name, _)| Some(((*name).to_owned(), stored.object.get(*name)?.clone())))
            .collect();
        merged.extend(changes);
        let draft = self.draft(&merged)?;
        let written = self
            .table
            .update(
                &call.db,
                id,
                stored.version,
                &draft.to_string(),
                call.now.millis(),
            )
            .await;
        match written {
            Ok(true) => self.shown(call, organizer_id, id, 200).await,
            Ok(false) => Err(Failure::Conflict(
                "somebody else changed it meanwhile, read it again".into(),
            )),
            Err(error) => {
                let owner = stored.object.get("organizer_id").and_then(Value::as_i64);
                let owner = organizer_id.or(owner).unwrap_or(id);
                Err(self.refusal(call, owner, &draft, error).await?)
            }
        }
    }

    /// Archives a row.
    ///
    /// # Errors
    /// `NotFound`, also for one that is archived already.
    pub async fn archive(&self, call: &Call, organizer_id: Option<i64>) -> Handled {
        let id = call.id("id")?;
        let archived = self
            .table
            .archive(&call.db, organizer_id, id, call.now.millis())
            .await?;
        if archived {
            Ok(no_content())
        } else {
            Err(Failure::NotFound)
        }
    }

    /// Gives back what baskets held too long, where that shows.
    async fn release(&self, call: &Call) -> Result<(), Failure> {
        if self.table.is_held() {
            release_expired(&call.db, call.now.millis()).await?;
        }
        Ok(())
    }

    fn draft(&self, body: &Map<String, Value>) -> Result<Value, Failure> {
        let draft = (self.parse)(body)?;
        // Which zones there are, only the Worker knows: core has no database of
        // them.
        if let Some(name) = draft.get("time_zone").and_then(Value::as_str)
            && !zone::is_known(name)
        {
            let message = format!("`{name}` is not a time zone of the IANA database");
            return Err(Failure::field("time_zone", "invalid", message));
        }
        Ok(draft)
    }

    async fn stored(
        &self,
        call: &Call,
        organizer_id: Option<i64>,
        id: i64,
    ) -> Result<Stored, Failure> {
        self.table
            .get(&call.db, organizer_id, id)
            .await?
            .ok_or(Failure::NotFound)
    }

    async fn shown(&self, call: &Call, organizer_id: Option<i64>, id: i64, status: u16) -> Handled {
        let stored = self.stored(call, organizer_id, id).await?;
        Ok(json_answer(status, &Value::Object(stored.object)))
    }

    fn refuse_fixed(&self, stored: &Stored, changes: &Map<String, Value>) -> Result<(), Failure> {
        let mut problems = Problems::new();
        for name in self.table.fixed {
            if changes
                .get(*name)
                .is_some_and(|value| Some(value) != stored.object.get(*name))
            {
                problems.push(*name, "fixed", "can't be changed");
            }
        }
        Ok(problems.into_result(())?)
    }

    /// Puts what the database refused into words.
    ///
    /// # Errors
    /// When the database fails while we look for the reason.
    async fn refusal(
        &self,
        call: &Call,
        organizer_id: i64,
        draft: &Value,
        error: StoreError,
    ) -> Result<Failure, Failure> {
        match error {
            StoreError::Taken(columns) => {
                let column = columns.rsplit('.').next().unwrap_or_default();
                // Codes are compared by a column of their own.
                let column = column.strip_suffix("_key").unwrap_or(column);
                let value = draft
                    .get(column)
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                Ok(Failure::field(
                    column,
                    "taken",
                    format!("`{value}` is taken"),
                ))
            }
            StoreError::Dangling => {
                let unknown = |name: &str, id: i64| {
                    Ok(Failure::field(
                        name,
                        "unknown",
                        format!("{id} does not exist"),
                    ))
                };
                let mut last = None;
                for (name, table) in self.references {
                    for id in ids_in(draft.get(*name)) {
                        if table.get(&call.db, Some(organizer_id), id).await?.is_none() {
                            return unknown(name, id);
                        }
                        last = Some((*name, id));
                    }
                }
                // Each is there, so it is the last that does not fit the others.
                match last {
                    Some((name, id)) => unknown(name, id),
                    None => Ok(Failure::Conflict("something it points at is gone".into())),
                }
            }
            StoreError::Broken(rule) => Ok(match rule.as_str() {
                "stock_is_enough" => Failure::field(
                    "quantity",
                    "range",
                    "must not be below what is held and issued",
                ),
                "redemptions_are_left" => Failure::field(
                    "max_redemptions",
                    "range",
                    "must not be below what was redeemed",
                ),
                _ => Failure::Internal(format!("broken: {rule}")),
            }),
            StoreError::Other(text) => Ok(Failure::Internal(text)),
        }
    }
}

/// The ids that a field of a draft holds: one, or a list of them.
fn ids_in(field: Option<&Value>) -> Vec<i64> {
    match field {
        Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_i64).collect(),
        Some(id) => id.as_i64().into_iter().collect(),
        None => Vec::new(),
    }
}

fn whole_number(field: &str) -> Failure {
    Failure::field(field, "type", "must be a whole number")
}

/// Which page of a list is asked for: `after` an id, at most `limit` rows.
pub struct PageAsked {
    pub after: i64,
    pub limit: i64,
}

/// The page that the query asks for.
///
/// # Errors
/// `Invalid` for a parameter that is no number or out of range.
pub fn page(call: &Call) -> Result<PageAsked, Failure> {
    let mut asked = PageAsked {
        after: 0,
        limit: PAGE,
    };
    for (name, value) in call.query() {
        match name.as_str() {
            "after" => asked.after = parse_id(&value).ok_or_else(|| whole_number("after"))?,
            "limit" => {
                asked.limit = parse_id(&value)
                    .filter(|limit| *limit <= MAX_PAGE)
                    .ok_or_else(|| Failure::field("limit", "range", "must be from 1 to 100"))?;
            }
            _ => {}
        }
    }
    Ok(asked)
}

impl PageAsked {
    /// The answer for rows of which one more than asked was read, to know
    /// whether there is a next page. `kept` are further parameters, each with
    /// its `&`.
    pub fn answer<T>(
        &self,
        mut rows: Vec<T>,
        path: &str,
        kept: &str,
        id: impl Fn(&T) -> i64,
        show: impl Fn(&T) -> Value,
    ) -> axum::http::Response<Body> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows
            .last()
            .filter(|_| has_more)
            .map(|last| format!("{path}?after={}&limit={}{kept}", id(last), self.limit));
        let data: Vec<Value> = rows.iter().map(show).collect();
        json_answer(200, &json!({ "data": data, "next": next }))
    }
}
