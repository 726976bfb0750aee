//! Licences of organisations, the leases of their sessions, and the line of those who wait for one. Leases are taken
//! where a session is opened ([`Sessions`](crate::Sessions)) or joined ([`RelayStore`](crate::RelayStore)), in the
//! same change.

use async_trait::async_trait;
use temoto_model::audit::AuditEvent;
use temoto_model::lease::{Allowance, Standing, TakeAt};
use temoto_model::licence::{Functions, Licence, LicenceKind};
use temoto_model::{LicenceId, OrganisationId, SessionId, Timestamp, UserId};

use crate::{NewMail, StoreError};

/// A licence that an organisation activated, or its trial.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LicenceRow {
    /// Its identifier.
    pub id: LicenceId,
    /// For what kind of installation; `None`: a trial.
    pub kind: Option<LicenceKind>,
    /// Sessions at once.
    pub sessions: u32,
    /// What for.
    pub functions: Functions,
    /// From when on it counts.
    pub starts_at: Timestamp,
    /// From when on no more.
    pub ends_at: Option<Timestamp>,
    /// Whom it was issued to.
    pub holder: String,
    /// When it was activated.
    pub activated_at: Timestamp,
    /// When another took its place.
    pub replaced_at: Option<Timestamp>,
}

/// What became of an activation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Activation {
    /// It counts from now on, or from its beginning.
    Done,
    /// This organisation had activated it before.
    Known,
    /// Another organisation of this installation has it.
    Taken,
}

/// A trial to begin.
#[derive(Clone, Debug)]
pub struct NewTrial {
    /// A fresh identifier.
    pub id: LicenceId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Sessions at once.
    pub sessions: u32,
    /// Until when.
    pub ends_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}

/// A lease that is held.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lease {
    /// By this session.
    pub session: SessionId,
    /// Whose session it is.
    pub operator: UserId,
    /// The operator's name.
    pub name: String,
    /// Since when.
    pub taken_at: Timestamp,
}

/// What is in use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Usage {
    /// How many sessions may run at once.
    pub allowance: Allowance,
    /// How many leases are held.
    pub held: u32,
    /// Who holds them, the oldest first; not more than a page shows.
    pub leases: Vec<Lease>,
    /// When leases are taken.
    pub take_at: TakeAt,
    /// How many people wait.
    pub waiting: u32,
}

/// A licence that ends in the coming weeks and that no other replaces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndingLicence {
    /// Its identifier.
    pub id: LicenceId,
    /// Whose.
    pub organisation: OrganisationId,
    /// The organisation's name.
    pub name: String,
    /// Sessions at once.
    pub sessions: u32,
    /// From when on it counts.
    pub starts_at: Timestamp,
    /// From when on no more.
    pub ends_at: Timestamp,
    /// Of which of [`temoto_model::lease::NOTICES`] administrators were told last.
    pub notice: Option<u32>,
}

/// Keeps licences and leases. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait Licences: Send + Sync + 'static {
    /// Licences that end within the farthest of [`temoto_model::lease::NOTICES`], of all organisations; the first 1,000.
    async fn ending_licences(&self, now: Timestamp) -> Result<Vec<EndingLicence>, StoreError>;

    /// Notes which notice is given of a licence, and lets its mails wait, in one change; `false` if it or a nearer one
    /// was given before.
    async fn give_notice(&self, licence: LicenceId, days: u32, mails: &[NewMail])
    -> Result<bool, StoreError>;

    /// Whether organisations need a licence here. What the owner of the installation decided, at each start.
    async fn require_licences(&self, required: bool) -> Result<(), StoreError>;

    /// Activates a licence that was read and checked, with its text as it was signed. One that it renews counts no
    /// more, and a trial is over: both when this one begins.
    async fn activate_licence(
        &self,
        organisation: OrganisationId,
        licence: &Licence,
        signed: &str,
        audit: &AuditEvent,
    ) -> Result<Activation, StoreError>;

    /// Begins a trial. `false`: the organisation had one, or has a licence.
    async fn begin_trial(&self, trial: &NewTrial, audit: &AuditEvent) -> Result<bool, StoreError>;

    /// What an organisation activated, the newest first.
    async fn licences(&self, organisation: OrganisationId) -> Result<Vec<LicenceRow>, StoreError>;

    /// What is in use at this moment.
    async fn usage(&self, organisation: OrganisationId, now: Timestamp) -> Result<Usage, StoreError>;

    /// Decides when leases are taken.
    async fn set_take_at(
        &self,
        organisation: OrganisationId,
        take_at: TakeAt,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;

    /// Joins the line, or says that one still waits; where one stands. `Behind` everybody when the line is full.
    async fn wait_in_line(
        &self,
        organisation: OrganisationId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Standing, StoreError>;

    /// Leaves the line.
    async fn leave_line(&self, user: UserId) -> Result<(), StoreError>;

    /// These sessions are operated: their leases hold on, and those that were freed meanwhile are taken again. What
    /// runs is never cut, so this may come to more than the allowance.
    async fn hold_leases(&self, sessions: &[SessionId], now: Timestamp) -> Result<(), StoreError>;

    /// Frees leases of sessions that nobody operates, or that wait without a code; forgets who left the line.
    async fn free_leases(&self, now: Timestamp) -> Result<u64, StoreError>;
}
