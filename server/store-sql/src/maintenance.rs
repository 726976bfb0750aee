//! Clearing away in SQL.

use async_trait::async_trait;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::session::{EndReason, UNATTENDED_LIFE};
use temoto_model::{SessionId, Timestamp, login, login_delay};
use temoto_store::{ExpiredSession, Maintenance, StoreError};

use crate::database::query;
use crate::error::failed;
use crate::{SqlStore, audit, row, sessions};

#[async_trait]
impl Maintenance for SqlStore {
    async fn expire_codes(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let done = query(
            "UPDATE codes SET state = 'expired', closed_at = expires_at WHERE state = 'waiting' AND expires_at <= $1",
        )
        .bind(now.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn expire_logins(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("DELETE FROM logins WHERE last_seen_at <= $1 OR created_at <= $2")
            .bind(now.minus(login::IDLE + login::REMEMBERED).as_millis())
            .bind(now.minus(login::ABSOLUTE + login::REMEMBERED).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        query("DELETE FROM devices WHERE last_seen_at <= $1")
            .bind(now.minus(login::DEVICE_LIFE).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        query("DELETE FROM login_failures WHERE last_at <= $1")
            .bind(now.minus(login_delay::FORGOTTEN_AFTER).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn expire_tokens(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("DELETE FROM one_time_tokens WHERE expires_at <= $1")
            .bind(now.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn expire_sessions(&self, now: Timestamp) -> Result<Vec<ExpiredSession>, StoreError> {
        let due =
            query("SELECT id, organisation_id FROM sessions WHERE state <> 'ended' AND last_event_at <= $1")
                .bind(now.minus(UNATTENDED_LIFE).as_millis())
                .fetch_all(self.read())
                .await
                .map_err(failed)?;
        let mut expired = Vec::with_capacity(due.len());
        for row in &due {
            let id: SessionId = row::id(row, "id")?;
            let event = AuditEvent {
                organisation: row::id(row, "organisation_id")?,
                at: now,
                actor: None,
                kind: AuditKind::SessionEnded,
                subject: id.to_string(),
                detail: EndReason::Expired.as_str().to_owned(),
            };
            let mut tx = self.begin().await?;
            if sessions::end(&mut tx, id, EndReason::Expired, now).await? {
                audit::append(&mut tx, &event).await?;
                tx.commit().await.map_err(failed)?;
                expired.push(ExpiredSession { id });
            }
        }
        Ok(expired)
    }
}
