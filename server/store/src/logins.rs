//! Logins, known devices, and the count of wrong passwords.

use std::time::Duration;

use async_trait::async_trait;
use temoto_model::account::Language;
use temoto_model::audit::AuditEvent;
use temoto_model::login::LoginTimes;
use temoto_model::{Actor, LoginId, Timestamp, TokenHash, UserId};

use crate::StoreError;

/// A login to be kept.
#[derive(Clone, Debug)]
pub struct NewLogin {
    /// A fresh identifier.
    pub id: LoginId,
    /// What its cookie is known by.
    pub token: TokenHash,
    /// Whose.
    pub user: UserId,
    /// What the device calls itself.
    pub device: String,
    /// From where, as text.
    pub address: String,
    /// Now.
    pub at: Timestamp,
    /// The device is known from now on by this.
    pub known_device: TokenHash,
    /// The cookie that the request came with. If it was a login of the same person, over or not, that one goes on with
    /// the new cookie; another person's ends.
    pub replaces: Option<TokenHash>,
    /// Counts of wrong passwords that this one proves harmless.
    pub forgives: Vec<[u8; 32]>,
}

/// A login of a person who may log in.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who.
    pub actor: Actor,
    /// When it was made and used.
    pub times: LoginTimes,
    /// The person.
    pub holder: LoginHolder,
}

/// The person behind a login, as pages show it.
#[derive(Clone, Debug)]
pub struct LoginHolder {
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Language of the interface, if one was chosen.
    pub language: Option<Language>,
    /// Name of the organisation.
    pub organisation: String,
}

/// Keeps logins. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`, and those named.
#[async_trait]
pub trait Logins: Send + Sync + 'static {
    /// Keeps a login; returns its identifier, which is the old one if a login goes on. `Gone`: the person was disabled
    /// meanwhile.
    async fn add_login(&self, login: &NewLogin, audit: &AuditEvent) -> Result<LoginId, StoreError>;

    /// The login with this cookie, of a person who is active. Whether it is too old the caller judges.
    async fn login(&self, token: TokenHash) -> Result<Option<Login>, StoreError>;

    /// Whether a login still holds at this moment; for those who hold no cookie, only its name.
    async fn login_holds(&self, login: LoginId, now: Timestamp) -> Result<bool, StoreError>;

    /// Notes that these logins were used.
    async fn touch_logins(&self, logins: &[LoginId], at: Timestamp) -> Result<(), StoreError>;

    /// Ends a login. `false`: it was over.
    async fn end_login(&self, login: LoginId, audit: &AuditEvent) -> Result<bool, StoreError>;

    /// Whose device this is, if somebody logged in from it after `since`.
    async fn device_owner(&self, device: TokenHash, since: Timestamp) -> Result<Option<UserId>, StoreError>;

    /// Counts a try with a password that is not known to be right yet, unless it must still wait: then the answer is
    /// how long, and nothing is counted. Counted before the password is looked at, so that many tries at once are
    /// not one. A login with this key among those it forgives takes the count back.
    async fn count_try(&self, key: [u8; 32], at: Timestamp) -> Result<Option<Duration>, StoreError>;

    /// Adds an entry to the trail that comes with no other change.
    async fn record(&self, event: &AuditEvent) -> Result<(), StoreError>;
}
