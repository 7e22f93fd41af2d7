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

/// All figures, by name. Of clicks also those that were deleted with their link:
/// whoever watches a counter takes one that falls for a restart.
///
/// # Errors
/// When the database fails.
pub async fn metrics(db: &Db) -> Result<Vec<MetricRow>, StoreError> {
    db.rows(
        "SELECT m.name, m.value + ifnull(p.value, 0) AS value FROM metric m
         LEFT JOIN metric p ON m.name = 'clicks' AND p.name = 'clicks_purged' ORDER BY m.name",
        &[],
    )
    .await
}
