//! Organisations, people, and the links with which people choose their password.

use async_trait::async_trait;
use temoto_model::account::{Email, Language, Name, UserStatus};
use temoto_model::audit::AuditEvent;
use temoto_model::details::Theme;
use temoto_model::trial::Contract;
use temoto_model::{LoginId, OrganisationId, Role, Secret, Timestamp, TokenHash, UserId};

use crate::StoreError;

/// An organisation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Organisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name as customers read it.
    pub name: String,
    /// On what terms it works.
    pub contract: Contract,
    /// Whether everybody must have a second factor.
    pub second_factor_required: bool,
}

/// What people say about themselves; all of it may be empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Details {
    /// What colleagues call the person.
    pub nickname: String,
    /// What the person is there.
    pub title: String,
    /// Where in the company.
    pub department: String,
    /// Telephone number.
    pub telephone: String,
}

/// A person with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// Its identifier.
    pub id: UserId,
    /// Whom the person works for.
    pub organisation: OrganisationId,
    /// Address, also the name at login.
    pub email: String,
    /// The name that customers read.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the person may log in.
    pub status: UserStatus,
    /// The language chosen for the interface, if any.
    pub language: Option<Language>,
    /// Light or dark, if one was chosen.
    pub theme: Option<Theme>,
    /// What the person said.
    pub details: Details,
    /// Argon2id in PHC form; `None` until a password was chosen.
    pub password_hash: Option<Secret<String>>,
}

/// What a person may change without further proof.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name that customers read.
    pub name: String,
    /// What the person says.
    pub details: Details,
    /// The language of the interface, if one is chosen.
    pub language: Option<Language>,
    /// Light or dark, if one is chosen.
    pub theme: Option<Theme>,
}

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// A fresh identifier.
    pub id: UserId,
    /// Whom the person works for.
    pub organisation: OrganisationId,
    /// Address.
    pub email: Email,
    /// Name.
    pub name: Name,
    /// What the person may do.
    pub role: Role,
    /// Argon2id in PHC form; without one the person is invited and must follow a link first.
    pub password_hash: Option<Secret<String>>,
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenPurpose {
    /// Make the first administrator of this organisation.
    Setup(OrganisationId),
    /// Choose the password of this person.
    Password(UserId),
}

/// What somebody chose who followed a one-time link.
#[derive(Clone, Debug)]
pub enum PasswordChoice {
    /// The first administrator.
    Setup {
        /// The administrator, with a password.
        administrator: NewUser,
        /// A new name for the organisation, if one was given.
        organisation: Option<Name>,
    },
    /// The person of the link.
    Password {
        /// Argon2id in PHC form.
        password_hash: Secret<String>,
        /// A corrected name, if one was given.
        name: Option<Name>,
        /// The device is known from now on: the count of strangers' tries must not keep its owner out.
        known_device: Option<TokenHash>,
    },
}

/// Keeps organisations and people. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`, and those named.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Adds an organisation; its trail begins.
    async fn add_organisation(
        &self,
        id: OrganisationId,
        name: &Name,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;

    /// All organisations by the time they were added.
    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError>;

    /// One organisation.
    async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError>;

    /// Adds a person. Also `EmailTaken`.
    async fn add_user(&self, user: &NewUser, audit: &AuditEvent) -> Result<(), StoreError>;

    /// The person with this address.
    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;

    /// The person with this identifier.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The people of an organisation by address.
    async fn users(&self, organisation: OrganisationId) -> Result<Vec<User>, StoreError>;

    /// Another password, by the one that the account has: every login but this one ends, and devices are forgotten but
    /// the one of this login; which logins ended.
    async fn set_password(
        &self,
        user: UserId,
        password_hash: &Secret<String>,
        keep: LoginId,
        audit: &AuditEvent,
    ) -> Result<Vec<LoginId>, StoreError>;

    /// Another profile.
    async fn set_profile(
        &self,
        user: UserId,
        profile: &Profile,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;

    /// Disables or enables a person; disabling ends every login. `false`: there was nothing to change.
    async fn set_disabled(
        &self,
        user: UserId,
        disabled: bool,
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;

    /// Those who were disabled at or after this moment, so that what they still hold can be taken away.
    async fn disabled_since(&self, since: Timestamp) -> Result<Vec<UserId>, StoreError>;

    /// Keeps a one-time link. An older one for the same purpose is no longer good.
    async fn add_token(
        &self,
        token: TokenHash,
        purpose: TokenPurpose,
        expires_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// What a one-time link is for, if it is still good.
    async fn token(&self, token: TokenHash, now: Timestamp) -> Result<Option<TokenPurpose>, StoreError>;

    /// Uses a one-time link up and does what it was for, ending the person's logins; `None` if it was not good (any
    /// more). Also `EmailTaken`, which leaves the link good.
    async fn use_token(
        &self,
        token: TokenHash,
        choice: &PasswordChoice,
        audit: &AuditEvent,
    ) -> Result<Option<UserId>, StoreError>;
}
