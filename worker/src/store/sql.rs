//! The thin layer over D1: arguments, rows, and errors told apart.

use std::fmt;

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, D1Result, Env};

/// An argument of a statement.
///
/// Integers travel as doubles: D1 refuses BigInt, and every id, time and
/// amount of ours is below 2^53.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    Int(i64),
    Text(&'a str),
    Null,
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a, T: Into<Arg<'a>>> From<Option<T>> for Arg<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Arg<'_> {
    fn to_js(self) -> JsValue {
        match self {
            Self::Int(value) => JsValue::from_f64(value as f64),
            Self::Text(value) => JsValue::from_str(value),
            Self::Null => JsValue::NULL,
        }
    }
}

/// Why the database refused.
#[derive(Debug, PartialEq, Eq)]
pub enum StoreError {
    /// A UNIQUE rule; holds `table.column, …`.
    Taken(String),
    /// A foreign key: something pointed at is not there, or not this organizer's.
    Dangling,
    /// Anything else; the text is for the log.
    Other(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(columns) => write!(f, "not unique: {columns}"),
            Self::Dangling => f.write_str("foreign key"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<worker::Error> for StoreError {
    // D1 tells constraints apart by text alone.
    fn from(error: worker::Error) -> Self {
        let text = error.to_string();
        if let Some((_, rest)) = text.split_once("UNIQUE constraint failed: ") {
            let columns = rest.split([':', '\n']).next().unwrap_or_default();
            return Self::Taken(columns.trim().to_owned());
        }
        if text.contains("FOREIGN KEY constraint failed") {
            return Self::Dangling;
        }
        Self::Other(text)
    }
}

/// The database.
pub struct Db(D1Database);

impl Db {
    /// The deployment's database.
    ///
    /// # Errors
    /// When there is no binding `DB`.
    pub fn of(env: &Env) -> Result<Self, StoreError> {
        Ok(Self(env.d1("DB")?))
    }

    /// A statement ready for [`Db::batch`].
    ///
    /// # Errors
    /// When D1 refuses an argument.
    pub fn statement(
        &self,
        sql: &str,
        args: &[Arg<'_>],
    ) -> Result<D1PreparedStatement, StoreError> {
        let values: Vec<JsValue> = args.iter().map(|arg| arg.to_js()).collect();
        Ok(self.0.prepare(sql).bind(&values)?)
    }

    /// All rows.
    ///
    /// # Errors
    /// When the statement fails or a row does not fit `T`.
    pub async fn rows<T: DeserializeOwned>(
        &self,
        sql: &str,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>, StoreError> {
        rows_of(&self.statement(sql, args)?.all().await?)
    }

    /// The first row.
    ///
    /// # Errors
    /// As [`Db::rows`].
    pub async fn first<T: DeserializeOwned>(
        &self,
        sql: &str,
        args: &[Arg<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(self.statement(sql, args)?.first(None).await?)
    }

    /// Runs a statement; how many rows it changed, those of triggers included.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn run(&self, sql: &str, args: &[Arg<'_>]) -> Result<usize, StoreError> {
        let result = self.statement(sql, args)?.run().await?;
        Ok(result
            .meta()?
            .and_then(|meta| meta.changes)
            .unwrap_or_default())
    }

    /// Runs statements as one transaction: all of them or none.
    ///
    /// # Errors
    /// When one fails; then nothing was written.
    pub async fn batch(
        &self,
        statements: Vec<D1PreparedStatement>,
    ) -> Result<Vec<D1Result>, StoreError> {
        Ok(self.0.batch(statements).await?)
    }
}

/// The rows of one result of a batch.
///
/// # Errors
/// When a row does not fit `T`.
pub fn rows_of<T: DeserializeOwned>(result: &D1Result) -> Result<Vec<T>, StoreError> {
    Ok(result.results::<T>()?)
}
