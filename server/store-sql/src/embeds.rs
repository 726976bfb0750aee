//! Sites that may show the code field, in SQL.

use async_trait::async_trait;
use temoto_model::OrganisationId;
use temoto_model::audit::AuditEvent;
use temoto_store::{Embeds, StoreError};

use crate::database::query;
use crate::error::failed;
use crate::{SqlStore, audit, row};

#[async_trait]
impl Embeds for SqlStore {
    async fn embed_origins(&self, organisation: OrganisationId) -> Result<Vec<String>, StoreError> {
        query("SELECT origin FROM embed_origins WHERE organisation_id = $1 ORDER BY origin")
            .bind(&organisation.as_bytes()[..])
            .fetch_all(self.read())
            .await
            .map_err(failed)?
            .iter()
            .map(|row| row::get(row, "origin"))
            .collect()
    }

    async fn set_embed_origins(
        &self,
        organisation: OrganisationId,
        origins: &[String],
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("DELETE FROM embed_origins WHERE organisation_id = $1")
            .bind(&organisation.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        for origin in origins {
            query(
                "INSERT INTO embed_origins (organisation_id, origin) VALUES ($1, $2)
                 ON CONFLICT (organisation_id, origin) DO NOTHING",
            )
            .bind(&organisation.as_bytes()[..])
            .bind(origin.as_str())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }
}
