//! The thin layer over D1: arguments, rows, and errors told apart.

use std::fmt;

use js_sys::{Array, JSON};
use serde::Deserialize;
use serde_json::{Map, Value};
use wasm_bindgen::JsValue;
use worker::d1::serde_wasm_bindgen;
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
    /// A CHECK rule; holds its name.
    Broken(String),
    /// Anything else; the text is for the log.
    Other(String),
}

/// The rule that an expectation of a batch breaks, see [`Db::expect`].
pub const NOT_MET: &str = "expectation_is_met";

impl StoreError {
    /// Whether an expectation of the batch was not met.
    pub fn is_not_met(&self) -> bool {
        matches!(self, Self::Broken(rule) if rule == NOT_MET)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(columns) => write!(f, "not unique: {columns}"),
            Self::Dangling => f.write_str("foreign key"),
            Self::Broken(rule) => write!(f, "broken: {rule}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<worker::Error> for StoreError {
    // D1 tells constraints apart by text alone.
    fn from(error: worker::Error) -> Self {
        let text = error.to_string();
        let after = |label: &str| {
            let (_, rest) = text.split_once(label)?;
            Some(rest.split([':', '\n']).next()?.trim().to_owned())
        };
        if let Some(columns) = after("UNIQUE constraint failed: ") {
            return Self::Taken(columns);
        }
        if let Some(rule) = after("CHECK constraint failed: ") {
            return Self::Broken(rule);
        }
        if text.contains("FOREIGN KEY constraint failed") {
            return Self::Dangling;
        }
        Self::Other(text)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Other(error.to_string())
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

    /// A statement that undoes its batch, as [`NOT_MET`], unless the query has a
    /// row.
    ///
    /// # Errors
    /// When D1 refuses an argument.
    pub fn expect(&self, query: &str, args: &[Arg<'_>]) -> Result<D1PreparedStatement, StoreError> {
        self.statement(
            &format!("INSERT INTO expectation (broken) SELECT 1 WHERE NOT EXISTS ({query})"),
            args,
        )
    }

    /// All rows.
    ///
    /// # Errors
    /// When the statement fails or a row does not fit `T`.
    pub async fn rows<T: FromRow>(
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
    pub async fn first<T: FromRow>(
        &self,
        sql: &str,
        args: &[Arg<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
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
pub fn rows_of<T: FromRow>(result: &D1Result) -> Result<Vec<T>, StoreError> {
    let plain = plain_rows(result)?;
    let mut rows = Vec::with_capacity(plain.len());
    // Not `collect`, which would reuse the memory, at 1 KB of code a kind of row.
    for columns in plain {
        rows.push(T::from_row(Row {
            columns,
            misfit: None,
        })?);
    }
    Ok(rows)
}

/// The rows as they are, crossing as one text.
fn plain_rows(result: &D1Result) -> Result<Vec<Map<String, Value>>, StoreError> {
    #[derive(Deserialize)]
    struct Untouched(#[serde(with = "serde_wasm_bindgen::preserve")] JsValue);

    let rows: Vec<Untouched> = result.results()?;
    let rows: Array = rows.into_iter().map(|row| row.0).collect();
    let text = JSON::stringify(&rows).map_err(worker::Error::from)?;
    Ok(serde_json::from_str(&String::from(text))?)
}

/// A row of a result, column by column.
pub struct Row {
    columns: Map<String, Value>,
    /// The last column that did not fit what it was taken for.
    misfit: Option<&'static str>,
}

impl Row {
    /// Takes a column out. One that does not fit `T` leaves its default, and a note for
    /// [`Row::fits`]: a way out at each of forty columns is what such a reader's code would
    /// be made of.
    #[inline(never)]
    pub fn take<T: FromColumn>(&mut self, name: &'static str) -> T {
        let column = self.columns.swap_remove(name).unwrap_or_default();
        T::from_column(column).unwrap_or_else(|| {
            self.misfit = Some(name);
            T::default()
        })
    }

    /// What was made of the row, if every column fitted.
    ///
    /// # Errors
    /// When one did not.
    pub fn fits<T>(&self, made: T) -> Result<T, StoreError> {
        match self.misfit {
            None => Ok(made),
            Some(name) => Err(StoreError::Other(format!("column {name} does not fit"))),
        }
    }
}

/// What a row is read into: made by the macro `row`.
pub trait FromRow: Sized {
    /// Reads a row.
    ///
    /// # Errors
    /// When a column does not fit.
    fn from_row(row: Row) -> Result<Self, StoreError>;
}

/// That there is a row is all that matters.
impl FromRow for () {
    fn from_row(_row: Row) -> Result<Self, StoreError> {
        Ok(())
    }
}

/// What a column is read into.
pub trait FromColumn: Default {
    /// Reads a column.
    fn from_column(value: Value) -> Option<Self>;
}

impl FromColumn for i64 {
    fn from_column(value: Value) -> Option<Self> {
        value.as_i64()
    }
}

impl FromColumn for String {
    fn from_column(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_column(value).map(Some),
        }
    }
}

/// A struct whose fields are the columns of a row.
///
/// Serde would write a reader of 3 KB for each of our 40 kinds of row; this is a
/// call a column.
macro_rules! row {
    ($(#[$meta:meta])* $visible:vis struct $name:ident {
        $($(#[$about:meta])* $shown:vis $column:ident: $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $visible struct $name {
            $($(#[$about])* $shown $column: $type),*
        }

        impl $crate::store::sql::FromRow for $name {
            fn from_row(
                mut row: $crate::store::sql::Row,
            ) -> Result<Self, $crate::store::sql::StoreError> {
                let made = Self { $($column: row.take(stringify!($column))),* };
                row.fits(made)
            }
        }
    };
}
pub(super) use row;
