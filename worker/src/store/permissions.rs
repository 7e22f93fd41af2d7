//! What organizers let each other do.

use super::sql::{Db, StoreError, row};

/// A thing that one organizer may let another do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Make links that sell its events (SP-18).
    Sell,
    /// Read its tickets, and who bought them (SG-01).
    ReadTickets,
}

impl Permission {
    fn table(self) -> &'static str {
        match self {
            Self::Sell => "partner",
            Self::ReadTickets => "ticket_grant",
        }
    }

    /// Whether `organizer` lets `partner` do it. An archived organizer lets nobody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_given(self, db: &Db, organizer: i64, partner: i64) -> Result<bool, StoreError> {
        let found: Option<()> = db
            .first(
                &format!(
                    "SELECT 1 AS found FROM {} p JOIN organizer o ON o.id = p.organizer_id
                     WHERE p.organizer_id = ?1 AND p.partner_id = ?2 AND o.archived_at IS NULL",
                    self.table()
                ),
                &[organizer.into(), partner.into()],
            )
            .await?;
        Ok(found.is_some())
    }

    /// The ids of those whom `organizer` lets do it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holders(self, db: &Db, organizer: i64) -> Result<Vec<i64>, StoreError> {
        row! {
            struct Row {
                partner_id: i64,
            }
        }
        let rows: Vec<Row> = db
            .rows(
                &format!(
                    "SELECT partner_id FROM {} WHERE organizer_id = ?1 ORDER BY partner_id",
                    self.table()
                ),
                &[organizer.into()],
            )
            .await?;
        Ok(rows.into_iter().map(|row| row.partner_id).collect())
    }

    /// Lets `partner` do it for `organizer`; a second time changes nothing.
    ///
    /// # Errors
    /// `Dangling` when there is no such partner.
    pub async fn give(
        self,
        db: &Db,
        organizer: i64,
        partner: i64,
        now: i64,
    ) -> Result<(), StoreError> {
        db.run(
            &format!(
                "INSERT INTO {} (organizer_id, partner_id, created_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                self.table()
            ),
            &[organizer.into(), partner.into(), now.into()],
        )
        .await?;
        Ok(())
    }

    /// Takes the permission back; false when there was none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_back(
        self,
        db: &Db,
        organizer: i64,
        partner: i64,
    ) -> Result<bool, StoreError> {
        let changed = db
            .run(
                &format!(
                    "DELETE FROM {} WHERE organizer_id = ?1 AND partner_id = ?2",
                    self.table()
                ),
                &[organizer.into(), partner.into()],
            )
            .await?;
        Ok(changed > 0)
    }
}
