//! Whether the database answers, and the deployment's own figures.

use super::sql::{Db, StoreError, row};

row! {
    /// A figure that outlives an isolate.
    #[derive(Debug)]
    pub struct MetricRow {
        pub name: String,
        pub value: i64,
    }
}

/// Asks the database for nothing but an answer.
///
/// # Errors
/// When it does not answer, or its migrations have not run.
pub async fn ping(db: &Db) -> Result<(), StoreError> {
    metrics(db).await.map(|_| ())
}

/// All figures, by name.
///
/// # Errors
/// When the database fails.
pub async fn metrics(db: &Db) -> Result<Vec<MetricRow>, StoreError> {
    db.rows("SELECT name, value FROM metric ORDER BY name", &[])
        .await
}
