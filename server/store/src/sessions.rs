//! Support sessions and their codes, as the portal makes and lists them. What happens to them at the relay is kept by
//! [`RelayStore`](crate::RelayStore).

use async_trait::async_trait;
use temoto_model::account::Language;
use temoto_model::audit::AuditEvent;
use temoto_model::role::Ownership;
use temoto_model::session::{EndReason, SessionState};
use temoto_model::{CodeId, OrganisationId, SessionId, Timestamp, UserId};

use crate::StoreError;

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// A fresh identifier.
    pub id: SessionId,
    /// Of which organisation.
    pub organisation: OrganisationId,
    /// Whose.
    pub operator: UserId,
    /// The operator's language.
    pub language: Option<Language>,
    /// Now.
    pub at: Timestamp,
}

/// A code to be given out.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// A fresh identifier.
    pub id: CodeId,
    /// The routing digits that were drawn.
    pub routing: String,
    /// How many secret digits the console is to draw.
    pub secret_digits: u8,
    /// Now.
    pub at: Timestamp,
    /// Not good from here on.
    pub expires_at: Timestamp,
}

/// A session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionRow {
    /// Its identifier.
    pub id: SessionId,
    /// Whose.
    pub ownership: Ownership,
    /// Where it is in its life.
    pub state: SessionState,
    /// When it was opened.
    pub started_at: Timestamp,
    /// When a customer first joined.
    pub joined_at: Option<Timestamp>,
    /// When something was last heard of it.
    pub last_event_at: Timestamp,
    /// When and why it ended.
    pub ended: Option<(Timestamp, EndReason)>,
    /// How many of its codes were burnt.
    pub burnt_codes: u32,
    /// When a customer was turned away because no licence was free, if none joined since.
    pub unlicensed_at: Option<Timestamp>,
    /// When its operator paused it, if it is paused.
    pub paused_at: Option<Timestamp>,
    /// The code that waits.
    pub code: Option<SessionCode>,
}

/// Whose sessions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LiveOf {
    /// This person's.
    Own(UserId),
    /// Those of everybody who is in a group with this person.
    Groups(UserId),
    /// Everybody's.
    Organisation,
}

/// Which sessions that have not ended.
#[derive(Clone, Debug)]
pub struct LiveFilter {
    /// Of which organisation.
    pub organisation: OrganisationId,
    /// Whose of it.
    pub of: LiveOf,
    /// With this in customer, ticket or the operator's name.
    pub text: Option<String>,
    /// Older than this one, which was opened then: where the last page ended.
    pub before: Option<(Timestamp, SessionId)>,
    /// At most so many.
    pub limit: u32,
}

/// A session that has not ended, as colleagues see it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LiveRow {
    /// Its identifier.
    pub session: SessionId,
    /// Whose.
    pub operator: UserId,
    /// The operator's name.
    pub name: String,
    /// Where it is in its life.
    pub state: SessionState,
    /// When it was opened.
    pub started_at: Timestamp,
    /// When a customer first joined.
    pub joined_at: Option<Timestamp>,
    /// When its operator paused it, if it is paused.
    pub paused_at: Option<Timestamp>,
    /// The customer's name or computer.
    pub customer: String,
    /// The customer's system.
    pub system: String,
    /// Number of a ticket elsewhere.
    pub ticket: String,
}

/// What became of a pause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Paused {
    /// It is paused, or was already.
    Yes,
    /// No customer joined yet: there is nothing to pause.
    Waits,
    /// It ended.
    Over,
}

/// A waiting code of a session; the server does not know more of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionCode {
    /// Routing digits.
    pub routing: String,
    /// How many secret digits it has.
    pub secret_digits: u8,
    /// Not good from here on.
    pub expires_at: Timestamp,
}

/// Keeps sessions and codes. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`, and those named.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Opens a session with its first code. `RoutingTaken`: draw again. `NoLease`: no licence is free for it.
    async fn open_session(
        &self,
        session: &NewSession,
        code: &NewCode,
        audit: &[AuditEvent],
    ) -> Result<(), StoreError>;

    /// Gives a session a new code; one that still waits is withdrawn. `RoutingTaken`: draw again. `Gone`: it ended.
    /// `NoLease`: leases are taken with codes, it has none (any more), and none is free.
    async fn add_code(
        &self,
        session: SessionId,
        code: &NewCode,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;

    /// One session.
    async fn session(&self, id: SessionId) -> Result<Option<SessionRow>, StoreError>;

    /// The sessions of an operator that have not ended, newest first.
    async fn live_sessions(&self, operator: UserId) -> Result<Vec<SessionRow>, StoreError>;

    /// Sessions that have not ended, the newest first, and how many there are of them without the limit.
    async fn live(&self, filter: &LiveFilter) -> Result<(Vec<LiveRow>, u32), StoreError>;

    /// Pauses a session: its lease is free at once.
    async fn pause_session(
        &self,
        session: SessionId,
        at: Timestamp,
        audit: &AuditEvent,
    ) -> Result<Paused, StoreError>;

    /// Goes on with a session that is paused: takes a lease like a new session. `NoLease`: none is free, and the
    /// operator stands in the line. `Gone`: it ended. One that is not paused goes on already.
    async fn resume_session(
        &self,
        session: SessionId,
        at: Timestamp,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;

    /// Codes that wait at this moment: all, and those of one operator.
    async fn waiting_codes(&self, operator: UserId, now: Timestamp) -> Result<(u32, u32), StoreError>;

    /// Ends a session and withdraws its code. `false`: it was over.
    async fn end_session(
        &self,
        session: SessionId,
        reason: EndReason,
        at: Timestamp,
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;

    /// Notes that these sessions live.
    async fn touch_sessions(&self, sessions: &[SessionId], at: Timestamp) -> Result<(), StoreError>;
}
