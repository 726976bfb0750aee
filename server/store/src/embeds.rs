//! Sites of organisations that may show the code field.

use async_trait::async_trait;
use temoto_model::OrganisationId;
use temoto_model::audit::AuditEvent;

use crate::StoreError;

/// Keeps which sites may show the code field. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait Embeds: Send + Sync + 'static {
    /// Origins (`https://www.example.com`) of the sites, in order. None of an organisation that is not there.
    async fn embed_origins(&self, organisation: OrganisationId) -> Result<Vec<String>, StoreError>;

    /// These take the place of those before.
    async fn set_embed_origins(
        &self,
        organisation: OrganisationId,
        origins: &[String],
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;
}
