//! Second factors and recovery codes in SQL.

use async_trait::async_trait;
use temoto_model::audit::AuditEvent;
use temoto_model::second_factor::Seed;
use temoto_model::{OrganisationId, UserId};
use temoto_store::{SecondFactor, SecondFactors, StoreError};

use crate::database::{Conn, query};
use crate::error::failed;
use crate::{SqlStore, audit, row};

#[async_trait]
impl SecondFactors for SqlStore {
    async fn second_factor(&self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        let found = query(
            "SELECT seed, confirmed_at, last_step,
                    (SELECT COUNT(*) FROM recovery_codes r WHERE r.user_id = f.user_id) AS recovery_codes
             FROM second_factors f WHERE user_id = $1",
        )
        .bind(&user.as_bytes()[..])
        .fetch_optional(self.read())
        .await
        .map_err(failed)?;
        let Some(row) = found else { return Ok(None) };
        let seed: &[u8] = row::get(&row, "seed")?;
        Ok(Some(SecondFactor {
            seed: seed.try_into().map_err(|_| StoreError::Corrupt("seed"))?,
            confirmed: row::maybe_time(&row, "confirmed_at")?.is_some(),
            last_step: row::get(&row, "last_step")?,
            recovery_codes: row::count(&row, "recovery_codes")?,
        }))
    }

    async fn begin_second_factor(&self, user: UserId, seed: &Seed) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query(
            "INSERT INTO second_factors (user_id, seed) VALUES ($1, $2)
             ON CONFLICT (user_id) DO UPDATE SET seed = excluded.seed, last_step = 0
                 WHERE second_factors.confirmed_at IS NULL",
        )
        .bind(&user.as_bytes()[..])
        .bind(&seed[..])
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn confirm_second_factor(
        &self,
        user: UserId,
        seed: &Seed,
        step: i64,
        recovery: &[[u8; 32]],
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query(
            "UPDATE second_factors SET confirmed_at = $3, last_step = $4
             WHERE user_id = $1 AND seed = $2 AND confirmed_at IS NULL",
        )
        .bind(&user.as_bytes()[..])
        .bind(&seed[..])
        .bind(event.at.as_millis())
        .bind(step)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        replace_codes(&mut tx, user, recovery).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn use_step(&self, user: UserId, step: i64) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query(
            "UPDATE second_factors SET last_step = $2
             WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL",
        )
        .bind(&user.as_bytes()[..])
        .bind(step)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn use_recovery_code(
        &self,
        user: UserId,
        hash: &[u8; 32],
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2")
            .bind(&user.as_bytes()[..])
            .bind(&hash[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn replace_recovery_codes(
        &self,
        user: UserId,
        recovery: &[[u8; 32]],
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let has =
            query("SELECT 1 AS has FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL")
                .bind(&user.as_bytes()[..])
                .fetch_optional(&mut *tx)
                .await
                .map_err(failed)?;
        if has.is_none() {
            return Ok(false);
        }
        replace_codes(&mut tx, user, recovery).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn remove_second_factor(&self, user: UserId, event: &AuditEvent) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("DELETE FROM second_factors WHERE user_id = $1")
            .bind(&user.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM recovery_codes WHERE user_id = $1",
            "UPDATE devices SET trusted_until = NULL WHERE user_id = $1",
        ] {
            query(sql)
                .bind(&user.as_bytes()[..])
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn require_second_factor(
        &self,
        organisation: OrganisationId,
        required: bool,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("UPDATE organisations SET second_factor_required = $2 WHERE id = $1")
            .bind(&organisation.as_bytes()[..])
            .bind(i64::from(required))
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }
}

async fn replace_codes(tx: &mut Conn, user: UserId, recovery: &[[u8; 32]]) -> Result<(), StoreError> {
    query("DELETE FROM recovery_codes WHERE user_id = $1")
        .bind(&user.as_bytes()[..])
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    for hash in recovery {
        query("INSERT INTO recovery_codes (code_hash, user_id) VALUES ($1, $2)")
            .bind(&hash[..])
            .bind(&user.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    Ok(())
}
