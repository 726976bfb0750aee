//! The history of sessions: found, noted, kept for a time, and a person taken out of it.

use async_trait::async_trait;
use temoto_model::audit::AuditEvent;
pub use temoto_model::history::{Interval, Moment};
use temoto_model::session::EndReason;
use temoto_model::{OrganisationId, SessionId, Timestamp, UserId};

use crate::StoreError;

/// Which sessions.
#[derive(Clone, Debug)]
pub struct HistoryFilter {
    /// Of which organisation.
    pub organisation: OrganisationId,
    /// Only this operator's.
    pub operator: Option<UserId>,
    /// Opened at or after.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub to: Option<Timestamp>,
    /// With this in customer, note, ticket or the operator's name.
    pub text: Option<String>,
    /// Older than this one, which was opened then: where the last page ended.
    pub before: Option<(Timestamp, SessionId)>,
    /// At most so many.
    pub limit: u32,
}

/// What operator and console say of a session.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SessionDetails {
    /// The customer's name or computer.
    pub customer: String,
    /// The customer's system.
    pub system: String,
    /// What was used, as bits of [`temoto_model::history::Used`].
    pub functions: u32,
    /// The operator's note.
    pub note: String,
    /// Number of a ticket elsewhere.
    pub ticket: String,
}

/// A session as the history tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HistoryRow {
    /// Its identifier.
    pub session: SessionId,
    /// Whose.
    pub operator: UserId,
    /// The operator's name.
    pub name: String,
    /// When it was opened.
    pub started_at: Timestamp,
    /// When a customer first joined.
    pub joined_at: Option<Timestamp>,
    /// When and why it ended.
    pub ended: Option<(Timestamp, EndReason)>,
    /// What is said of it.
    pub details: SessionDetails,
    /// How many receipts of files are kept.
    pub files: u32,
}

/// One thing that happened in a session, as the trail has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimelineRow {
    /// When.
    pub at: Timestamp,
    /// What, see [`temoto_model::audit::AuditKind::as_str`].
    pub kind: String,
    /// More words.
    pub detail: String,
}

/// What a console reports of a running session. Empty words change nothing; what was used is added.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The customer's name or computer.
    pub customer: String,
    /// The customer's system.
    pub system: String,
    /// What was used, as bits.
    pub functions: u32,
    /// Files that arrived since the last report. Those beyond what a session keeps are not kept.
    pub files: Vec<FileReceipt>,
    /// What happened since the last report, and when the server was told. Those beyond what a session keeps are not kept.
    pub moments: Vec<(Timestamp, Moment)>,
}

/// A file that arrived in a session, as the operator's console says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileReceipt {
    /// When the server was told.
    pub at: Timestamp,
    /// To the customer; else from there.
    pub to_customer: bool,
    /// Its name, without the folders above it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of its content.
    pub hash: [u8; 32],
}

/// Who is taken out of the history.
#[derive(Clone, Debug)]
pub enum Erasure {
    /// A customer with exactly this name: the words about the sessions and the names of files go, the sessions stay counted.
    Customer(String),
    /// An operator: the sessions that ended go.
    Operator(UserId),
}

/// An operator whom the history knows, in it with this many sessions that ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ErasableOperator {
    /// Who, also of those whose account was deleted.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Sessions that ended.
    pub sessions: u32,
}

/// Keeps the history. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait Histories: Send + Sync + 'static {
    /// Sessions, the newest first.
    async fn history(&self, filter: &HistoryFilter) -> Result<Vec<HistoryRow>, StoreError>;

    /// One session.
    async fn past_session(&self, session: SessionId) -> Result<Option<HistoryRow>, StoreError>;

    /// What the trail of an organisation tells of a session, in order, the first 500 entries.
    async fn timeline(
        &self,
        organisation: OrganisationId,
        session: SessionId,
    ) -> Result<Vec<TimelineRow>, StoreError>;

    /// Files that arrived in a session, in the order in which they were told, at most
    /// [`temoto_model::history::FILES`].
    async fn files_of_session(&self, session: SessionId) -> Result<Vec<FileReceipt>, StoreError>;

    /// What happened in a session besides what the trail tells, in the order in which it was told, at most
    /// [`temoto_model::history::MOMENTS`].
    async fn moments_of_session(&self, session: SessionId) -> Result<Vec<(Timestamp, Moment)>, StoreError>;

    /// Files that arrived in the sessions that [`Self::history`] finds with this filter: session by session as there,
    /// those of one in the order in which they were told, at most so many.
    async fn files_of_history(
        &self,
        filter: &HistoryFilter,
        limit: u32,
    ) -> Result<Vec<(SessionId, FileReceipt)>, StoreError>;

    /// When sessions ran that ran in this time; at most 20,000.
    async fn intervals(
        &self,
        organisation: OrganisationId,
        operator: Option<UserId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Interval>, StoreError>;

    /// Takes in what a console reports, with what it tells the trail.
    async fn report(
        &self,
        session: SessionId,
        report: &Report,
        audit: &[AuditEvent],
    ) -> Result<(), StoreError>;

    /// Writes note and ticket number.
    async fn set_note(
        &self,
        session: SessionId,
        note: &str,
        ticket: &str,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;

    /// How many days sessions are kept after their end; `None`: for ever.
    async fn keep_days(&self, organisation: OrganisationId) -> Result<Option<u32>, StoreError>;

    /// Decides it.
    async fn set_keep_days(
        &self,
        organisation: OrganisationId,
        days: Option<u32>,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;

    /// Operators with sessions that ended, by name; the first 2,000.
    async fn operators_of_history(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ErasableOperator>, StoreError>;

    /// Takes a person out; from how many sessions. The event is kept with that number as its detail.
    async fn erase(
        &self,
        organisation: OrganisationId,
        who: &Erasure,
        audit: &AuditEvent,
    ) -> Result<u64, StoreError>;

    /// Removes sessions whose time is over.
    async fn expire_history(&self, now: Timestamp) -> Result<u64, StoreError>;
}
