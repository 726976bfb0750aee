//! Keys of other programs in SQL.

use async_trait::async_trait;
use temoto_model::api_key::{KEYS, KeyTimes, REMEMBERED, Scopes};
use temoto_model::audit::AuditEvent;
use temoto_model::{Actor, ApiKeyId, By, OrganisationId, Role, Timestamp, TokenHash};
use temoto_store::{ApiKey, ApiKeyRow, ApiKeys, NewApiKey, StoreError};

use crate::database::{Row, query};
use crate::error::failed;
use crate::{SqlStore, audit, logins, row};

/// Whether the person `u` of the organisation `o` is an administrator who can log in and has the second factor that is
/// wanted.
const ADMINISTRATES: &str = "(u.role = 'administrator' AND u.status = 'active'
    AND (o.second_factor_required = 0 OR EXISTS (SELECT 1 FROM second_factors f
        WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL))) AS maker_administrates";

#[async_trait]
impl ApiKeys for SqlStore {
    async fn add_api_key(&self, key: &NewApiKey, event: &AuditEvent) -> Result<bool, StoreError> {
        let organisation = &key.organisation.as_bytes()[..];
        let mut tx = self.begin().await?;
        query("DELETE FROM api_keys WHERE organisation_id = $1 AND (expires_at <= $2 OR revoked_at <= $2)")
            .bind(organisation)
            .bind(key.at.minus(REMEMBERED).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        let many = query(
            "SELECT COUNT(*) AS many FROM api_keys
             WHERE organisation_id = $1 AND revoked_at IS NULL AND expires_at > $2",
        )
        .bind(organisation)
        .bind(key.at.as_millis())
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
        if row::count(&many, "many")? >= KEYS {
            return Ok(false);
        }
        query(
            "INSERT INTO api_keys (id, key_hash, organisation_id, maker_id, name, scopes, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&key.id.as_bytes()[..])
        .bind(&key.key.as_bytes()[..])
        .bind(organisation)
        .bind(&key.maker.as_bytes()[..])
        .bind(key.name.as_str())
        .bind(key.scopes.to_text())
        .bind(key.at.as_millis())
        .bind(key.expires_at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn api_keys(&self, organisation: OrganisationId) -> Result<Vec<ApiKeyRow>, StoreError> {
        query(format!(
            "SELECT k.id, k.name, k.scopes, k.created_at, k.expires_at, k.last_used_at, k.revoked_at,
                    u.name AS maker, {ADMINISTRATES}
             FROM api_keys k JOIN users u ON u.id = k.maker_id
             JOIN organisations o ON o.id = k.organisation_id
             WHERE k.organisation_id = $1 AND k.revoked_at IS NULL ORDER BY k.created_at DESC, k.id"
        ))
        .bind(&organisation.as_bytes()[..])
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            Ok(ApiKeyRow {
                id: row::id(row, "id")?,
                name: row::get(row, "name")?,
                scopes: Scopes::from_text(row::get(row, "scopes")?),
                maker: row::get(row, "maker")?,
                created_at: row::time(row, "created_at")?,
                times: times(row)?,
                maker_administrates: row::get(row, "maker_administrates")?,
            })
        })
        .collect()
    }

    async fn api_key(&self, key: TokenHash) -> Result<Option<ApiKey>, StoreError> {
        query(format!(
            "SELECT k.id AS key_id, k.scopes, k.expires_at, k.last_used_at, k.revoked_at, {ADMINISTRATES},
                    {} FROM api_keys k JOIN users u ON u.id = k.maker_id
             JOIN organisations o ON o.id = k.organisation_id WHERE k.key_hash = $1",
            logins::HOLDER
        ))
        .bind(&key.as_bytes()[..])
        .fetch_optional(self.read())
        .await
        .map_err(failed)?
        .as_ref()
        .map(api_key)
        .transpose()
    }

    async fn touch_api_key(&self, key: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query(
            "UPDATE api_keys SET last_used_at = $2
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        )
        .bind(&key.as_bytes()[..])
        .bind(at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn revoke_api_key(
        &self,
        organisation: OrganisationId,
        key: ApiKeyId,
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let revoked = query(
            "UPDATE api_keys SET revoked_at = $3
             WHERE id = $1 AND organisation_id = $2 AND revoked_at IS NULL RETURNING name",
        )
        .bind(&key.as_bytes()[..])
        .bind(&organisation.as_bytes()[..])
        .bind(event.at.as_millis())
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(row) = revoked else { return Ok(false) };
        let event = AuditEvent {
            detail: row::get(&row, "name")?,
            ..event.clone()
        };
        audit::append(&mut tx, &event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }
}

fn times(row: &Row) -> Result<KeyTimes, StoreError> {
    Ok(KeyTimes {
        expires_at: row::time(row, "expires_at")?,
        revoked_at: row::maybe_time(row, "revoked_at")?,
        last_used_at: row::maybe_time(row, "last_used_at")?,
    })
}

fn api_key(row: &Row) -> Result<ApiKey, StoreError> {
    let id = row::id(row, "key_id")?;
    Ok(ApiKey {
        id,
        actor: Actor {
            user: row::id(row, "user_id")?,
            organisation: row::id(row, "organisation_id")?,
            role: row::name(row, "role", Role::from_name)?,
            by: By::Key(id),
        },
        scopes: Scopes::from_text(row::get(row, "scopes")?),
        times: times(row)?,
        maker_administrates: row::get(row, "maker_administrates")?,
        holder: logins::holder(row)?,
    })
}
