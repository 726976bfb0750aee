//! The audit trail as it stands, for who verifies it. What is added to it comes with the changes that it tells about.

use async_trait::async_trait;
use temoto_model::audit::Checkpoint;
use temoto_model::{OrganisationId, Timestamp};

use crate::StoreError;

/// An entry as it stands in the database: nothing of it is taken for granted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditRow {
    /// Whose trail it says it is in.
    pub organisation: Vec<u8>,
    /// At which place.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Option<Vec<u8>>,
    /// What.
    pub kind: String,
    /// To which thing.
    pub subject: String,
    /// More words.
    pub detail: String,
    /// The hash that stands beside it.
    pub hash: Vec<u8>,
}

/// Reads the trail and keeps its checkpoints. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait Audits: Send + Sync + 'static {
    /// Entries of a trail after this number, in order, at most `limit`.
    async fn audit_rows(
        &self,
        organisation: OrganisationId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError>;

    /// The last entry of each trail that was not signed yet, to be signed now.
    async fn unsigned_heads(&self, now: Timestamp) -> Result<Vec<Checkpoint>, StoreError>;

    /// Keeps a signed checkpoint.
    async fn add_checkpoint(&self, checkpoint: &Checkpoint, signature: &[u8; 64]) -> Result<(), StoreError>;

    /// All checkpoints of a trail, by number.
    async fn checkpoints(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<(Checkpoint, [u8; 64])>, StoreError>;

    /// Entries of organisations that there are none of.
    async fn strays(&self) -> Result<u64, StoreError>;
}
