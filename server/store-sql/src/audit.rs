//! The audit trail in SQL: appended to in the transaction of what it tells about, read as it stands.

use async_trait::async_trait;
use temoto_model::audit::{AuditEvent, Checkpoint, START, chain};
use temoto_model::{OrganisationId, Timestamp};
use temoto_store::{AuditRow, Audits, StoreError};

use crate::database::{Conn, Row, query};
use crate::error::failed;
use crate::{SqlStore, row};

/// Appends one event to the trail of its organisation.
pub(crate) async fn append(connection: &mut Conn, event: &AuditEvent) -> Result<(), StoreError> {
    let organisation = &event.organisation.as_bytes()[..];
    let last = query(
        "SELECT number, hash FROM audit_events WHERE organisation_id = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(organisation)
    .fetch_optional(&mut *connection)
    .await
    .map_err(failed)?;
    let (number, previous) = match &last {
        None => (1, START),
        Some(row) => {
            let number: i64 = row::get(row, "number")?;
            let hash: &[u8] = row::get(row, "hash")?;
            let hash = hash.try_into().map_err(|_| StoreError::Corrupt("hash"))?;
            (number.saturating_add(1), hash)
        }
    };
    let place = u64::try_from(number).map_err(|_| StoreError::Corrupt("number"))?;
    let hash = chain(&previous, place, event);
    query(
        "INSERT INTO audit_events (organisation_id, number, at, actor_id, kind, subject, detail, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(organisation)
    .bind(number)
    .bind(event.at.as_millis())
    .bind(event.actor.as_ref().map(|id| &id.as_bytes()[..]))
    .bind(event.kind.as_str())
    .bind(&event.subject)
    .bind(&event.detail)
    .bind(&hash[..])
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

#[async_trait]
impl Audits for SqlStore {
    async fn audit_rows(
        &self,
        organisation: OrganisationId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        query(
            "SELECT organisation_id, number, at, actor_id, kind, subject, detail, hash FROM audit_events
             WHERE organisation_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            Ok(AuditRow {
                organisation: row::get(row, "organisation_id")?,
                number: row::get(row, "number")?,
                at: row::time(row, "at")?,
                actor: row::get(row, "actor_id")?,
                kind: row::get(row, "kind")?,
                subject: row::get(row, "subject")?,
                detail: row::get(row, "detail")?,
                hash: row::get(row, "hash")?,
            })
        })
        .collect()
    }

    async fn unsigned_heads(&self, now: Timestamp) -> Result<Vec<Checkpoint>, StoreError> {
        query(
            "SELECT e.organisation_id, e.number, e.hash FROM organisations o
             JOIN audit_events e ON e.organisation_id = o.id
             WHERE e.number = (SELECT MAX(number) FROM audit_events l WHERE l.organisation_id = o.id)
                 AND NOT EXISTS (SELECT 1 FROM audit_checkpoints c
                     WHERE c.organisation_id = e.organisation_id AND c.number >= e.number)",
        )
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| checkpoint(row, now))
        .collect()
    }

    async fn add_checkpoint(&self, checkpoint: &Checkpoint, signature: &[u8; 64]) -> Result<(), StoreError> {
        let number = i64::try_from(checkpoint.number).map_err(|_| StoreError::Corrupt("number"))?;
        let mut tx = self.begin().await?;
        query(
            "INSERT INTO audit_checkpoints (organisation_id, number, hash, at, signature)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organisation_id, number) DO NOTHING",
        )
        .bind(&checkpoint.organisation.as_bytes()[..])
        .bind(number)
        .bind(&checkpoint.hash[..])
        .bind(checkpoint.at.as_millis())
        .bind(&signature[..])
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn checkpoints(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<(Checkpoint, [u8; 64])>, StoreError> {
        query(
            "SELECT organisation_id, number, hash, at, signature FROM audit_checkpoints
             WHERE organisation_id = $1 ORDER BY number",
        )
        .bind(&organisation.as_bytes()[..])
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            let signature: &[u8] = row::get(row, "signature")?;
            // One of another length was not made by anybody's key.
            let signature = signature.try_into().unwrap_or([0; 64]);
            Ok((checkpoint(row, row::time(row, "at")?)?, signature))
        })
        .collect()
    }

    async fn strays(&self) -> Result<u64, StoreError> {
        let row = query(
            "SELECT COUNT(*) AS strays FROM audit_events e
             WHERE NOT EXISTS (SELECT 1 FROM organisations o WHERE o.id = e.organisation_id)",
        )
        .fetch_one(self.read())
        .await
        .map_err(failed)?;
        Ok(u64::from(row::count(&row, "strays")?))
    }
}

fn checkpoint(row: &Row, at: Timestamp) -> Result<Checkpoint, StoreError> {
    let hash: &[u8] = row::get(row, "hash")?;
    Ok(Checkpoint {
        organisation: row::id(row, "organisation_id")?,
        number: u64::try_from(row::get::<i64>(row, "number")?).map_err(|_| StoreError::Corrupt("number"))?,
        // One of another length fits no entry.
        hash: hash.try_into().unwrap_or_default(),
        at,
    })
}
