//! What waits for a mail to be answered: registrations, and changes of an address.

use async_trait::async_trait;
use temoto_model::account::{Email, Language, Name};
use temoto_model::audit::AuditEvent;
use temoto_model::trial::Trial;
use temoto_model::{LicenceId, OrganisationId, Secret, Timestamp, TokenHash, UserId};

use crate::{Details, NewUser, StoreError};

/// Somebody who wants an account.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    /// Address.
    pub email: Email,
    /// Argon2id in PHC form.
    pub password_hash: Secret<String>,
    /// The language of the page.
    pub language: Language,
    /// The browser is known by this: only from there the password that was chosen counts.
    pub browser: TokenHash,
    /// Now.
    pub at: Timestamp,
}

/// A registration whose mail arrived.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Address.
    pub email: String,
    /// Argon2id in PHC form.
    pub password_hash: Secret<String>,
    /// The language of the page.
    pub language: Language,
    /// The browser it came from.
    pub browser: TokenHash,
}

/// An organisation that registered itself, with its first administrator.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// A fresh identifier.
    pub organisation: OrganisationId,
    /// Its name as customers read it.
    pub name: Name,
    /// From when to when it tries.
    pub trial: Trial,
    /// A fresh identifier for what the trial gives.
    pub licence: LicenceId,
    /// The person who registered, with a password.
    pub administrator: NewUser,
    /// What the person said.
    pub details: Details,
    /// The language of the pages.
    pub language: Language,
}

/// Which of the two addresses of a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The one that the account has.
    Old,
    /// The one that it is to have.
    New,
}

/// A change of address that waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EmailChange {
    /// The address that the account is to have.
    pub email: String,
    /// Whether the old address has agreed.
    pub old_agreed: bool,
    /// Whether the new one has.
    pub new_agreed: bool,
}

/// What came of it when one side agreed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EmailAgreement {
    /// The other side has not yet.
    Waiting,
    /// Both have: it is changed.
    Changed {
        /// Whose.
        user: UserId,
        /// From this address.
        old: String,
        /// To this one.
        new: String,
    },
}

/// Keeps what waits for a mail to be answered. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`, and
/// those named.
#[async_trait]
pub trait Verifications: Send + Sync + 'static {
    /// Keeps a registration in place of an older one of the same address. `false`: the address has an account.
    async fn register(&self, registration: &NewRegistration) -> Result<bool, StoreError>;

    /// Gives a registration the link of its mail. `false`: there is none any more.
    async fn arm_registration(
        &self,
        email: &str,
        token: TokenHash,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The registration with this link, if it is still good.
    async fn registration(
        &self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Registration>, StoreError>;

    /// Uses the link up and makes organisation and administrator. `false`: it was not good (any more). Also
    /// `EmailTaken`.
    async fn complete_registration(
        &self,
        token: TokenHash,
        tenant: &NewTenant,
        audit: &[AuditEvent],
    ) -> Result<bool, StoreError>;

    /// Keeps a change of address in place of an older one.
    async fn begin_email_change(&self, user: UserId, email: &Email, now: Timestamp)
    -> Result<(), StoreError>;

    /// The change of address of this person that waits.
    async fn email_change(&self, user: UserId, now: Timestamp) -> Result<Option<EmailChange>, StoreError>;

    /// Gives one side of a change the link of its mail. `false`: it waits no more.
    async fn arm_email_change(&self, user: UserId, side: Side, token: TokenHash) -> Result<bool, StoreError>;

    /// Which side of whose change this link is of: for the page, before anybody agrees.
    async fn email_link(
        &self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<(UserId, Side, EmailChange)>, StoreError>;

    /// Agrees with this link; when both sides have, the address changes, and the trail says so. `None`: the link is not
    /// good (any more). Also `EmailTaken`.
    async fn agree_email_change(
        &self,
        token: TokenHash,
        audit: &AuditEvent,
    ) -> Result<Option<EmailAgreement>, StoreError>;

    /// Takes a change of address back.
    async fn cancel_email_change(&self, user: UserId) -> Result<(), StoreError>;

    /// Removes what waited too long.
    async fn expire_verifications(&self, now: Timestamp) -> Result<u64, StoreError>;
}
