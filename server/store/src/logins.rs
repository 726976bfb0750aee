//! Logins, known devices, and the count of wrong passwords.

use std::time::Duration;

use async_trait::async_trait;
use temoto_model::account::Language;
use temoto_model::audit::AuditEvent;
use temoto_model::details::Theme;
use temoto_model::login::LoginTimes;
use temoto_model::trial::Contract;
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
    /// Until then the device is asked for no second factor; nothing: as it was.
    pub trusted_until: Option<Timestamp>,
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
    /// Its identifier.
    pub id: LoginId,
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
    /// Light or dark, if one was chosen.
    pub theme: Option<Theme>,
    /// Name of the organisation.
    pub organisation: String,
    /// On what terms the organisation works.
    pub contract: Contract,
    /// Whether the person has a second factor.
    pub second_factor: bool,
    /// Whether everybody of the organisation must have one.
    pub second_factor_required: bool,
}

/// A login as its owner sees it in a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoginRow {
    /// Its identifier.
    pub id: LoginId,
    /// What the device calls itself.
    pub device: String,
    /// From where, as text.
    pub address: String,
    /// When it was made and used.
    pub times: LoginTimes,
    /// Until when its device is asked for no second factor.
    pub trusted_until: Option<Timestamp>,
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

    /// Whether this is a device of this person that is asked for no second factor.
    async fn is_trusted(&self, device: TokenHash, user: UserId, now: Timestamp) -> Result<bool, StoreError>;

    /// How many devices this person logged in from.
    async fn known_devices(&self, user: UserId) -> Result<u32, StoreError>;

    /// The logins of a person that hold, the one that was used last first.
    async fn logins_of(&self, user: UserId, now: Timestamp) -> Result<Vec<LoginRow>, StoreError>;

    /// Ends a login of this person; its device is not known any more. `false`: the person has none like it.
    async fn end_login_of(
        &self,
        user: UserId,
        login: LoginId,
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;

    /// Ends every login of this person but one, and forgets their devices; which ones those were.
    async fn end_other_logins(
        &self,
        user: UserId,
        keep: LoginId,
        audit: &AuditEvent,
    ) -> Result<Vec<LoginId>, StoreError>;

    /// Counts a try with a password that is not known to be right yet, unless it must still wait: then the answer is
    /// how long, and nothing is counted. Counted before the password is looked at, so that many tries at once are
    /// not one. A login with this key among those it forgives takes the count back.
    async fn count_try(&self, key: [u8; 32], at: Timestamp) -> Result<Option<Duration>, StoreError>;

    /// Takes back a count of wrong passwords that a right one proved harmless.
    async fn forgive_tries(&self, key: [u8; 32]) -> Result<(), StoreError>;

    /// Adds an entry to the trail that comes with no other change.
    async fn record(&self, event: &AuditEvent) -> Result<(), StoreError>;
}
