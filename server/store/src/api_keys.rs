//! Keys with which other programs call the interface. Another organisation's are never found.

use async_trait::async_trait;
use temoto_model::account::Name;
use temoto_model::api_key::{KeyTimes, Scopes};
use temoto_model::audit::AuditEvent;
use temoto_model::{Actor, ApiKeyId, OrganisationId, Timestamp, TokenHash, UserId};

use crate::{LoginHolder, StoreError};

/// A key to be kept.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// A fresh identifier.
    pub id: ApiKeyId,
    /// What it is known by.
    pub key: TokenHash,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who makes it.
    pub maker: UserId,
    /// What it is called.
    pub name: Name,
    /// What it may.
    pub scopes: Scopes,
    /// Now.
    pub at: Timestamp,
    /// Not good from here on.
    pub expires_at: Timestamp,
}

/// A key in a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiKeyRow {
    /// Its identifier.
    pub id: ApiKeyId,
    /// What it is called.
    pub name: String,
    /// What it may.
    pub scopes: Scopes,
    /// Name of who made it.
    pub maker: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, and when it was used.
    pub times: KeyTimes,
    /// Whether its maker is an administrator who can log in.
    pub maker_administrates: bool,
}

/// A key that a program called with, good or not.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its identifier.
    pub id: ApiKeyId,
    /// Who calls by it.
    pub actor: Actor,
    /// What it may.
    pub scopes: Scopes,
    /// When it ends, and when it was used.
    pub times: KeyTimes,
    /// Whether its maker is an administrator who can log in.
    pub maker_administrates: bool,
    /// The maker.
    pub holder: LoginHolder,
}

/// Keeps keys. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait ApiKeys: Send + Sync + 'static {
    /// Keeps a key, and forgets those of the organisation that ended long ago. `false`: as many hold as may hold.
    async fn add_api_key(&self, key: &NewApiKey, audit: &AuditEvent) -> Result<bool, StoreError>;

    /// The keys of an organisation that were not revoked, the newest first.
    async fn api_keys(&self, organisation: OrganisationId) -> Result<Vec<ApiKeyRow>, StoreError>;

    /// The key with this hash, whatever became of it.
    async fn api_key(&self, key: TokenHash) -> Result<Option<ApiKey>, StoreError>;

    /// Notes that a key was used.
    async fn touch_api_key(&self, key: ApiKeyId, at: Timestamp) -> Result<(), StoreError>;

    /// Revokes a key; the name of it becomes the entry's detail. `false`: there is none, or it was revoked before.
    async fn revoke_api_key(
        &self,
        organisation: OrganisationId,
        key: ApiKeyId,
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;
}
