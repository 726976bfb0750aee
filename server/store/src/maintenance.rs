//! What the jobs clear away. Each method takes what is due at `now` and says how much that was.

use async_trait::async_trait;
use temoto_model::{SessionId, Timestamp};

use crate::StoreError;

/// A session that was ended because nobody was there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExpiredSession {
    /// Its identifier.
    pub id: SessionId,
}

/// Clears away what is too old. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait Maintenance: Send + Sync + 'static {
    /// Marks waiting codes that are too old.
    async fn expire_codes(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Removes logins that are over for so long that nobody goes on with them, devices that were not seen for long, and forgotten counts of wrong passwords.
    async fn expire_logins(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Removes one-time links that are too old.
    async fn expire_tokens(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Ends sessions that nobody was attached to for long, with an entry in their trail.
    async fn expire_sessions(&self, now: Timestamp) -> Result<Vec<ExpiredSession>, StoreError>;
}
