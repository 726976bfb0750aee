//! Repository traits of the server, no SQL; and the two other borders that its rooms share: clock and attachments.
//!
//! How to add one: write a trait here, by resource, whose methods are whole changes (what must happen together
//! happens in one method); implement it in `store-sql`; add its tests to the suite there, which every database must
//! pass. Not found is `Option`, not an error. Time and fresh identifiers are arguments: a store asks no clock and
//! draws no randomness.

mod accounts;
mod api_keys;
mod attachments;
mod audits;
mod clock;
mod embeds;
mod error;
mod histories;
mod licences;
mod logins;
mod mails;
mod maintenance;
mod people;
mod permissions;
mod relay;
mod second_factors;
mod sessions;
mod verifications;

pub use accounts::{Accounts, Details, NewUser, Organisation, PasswordChoice, Profile, TokenPurpose, User};
pub use api_keys::{ApiKey, ApiKeyRow, ApiKeys, NewApiKey};
pub use attachments::{Attachments, NoAttachments, Presence};
pub use audits::{AuditRow, Audits};
pub use clock::Clock;
pub use embeds::Embeds;
pub use error::StoreError;
pub use histories::{
    ErasableOperator, Erasure, FileReceipt, Histories, HistoryFilter, HistoryRow, Interval, Report,
    SessionDetails, TimelineRow,
};
pub use licences::{Activation, EndingLicence, Lease, LicenceRow, Licences, NewTrial, Usage};
pub use logins::{Login, LoginHolder, LoginRow, Logins, NewLogin};
pub use mails::{Mail, Mails, NewMail};
pub use maintenance::{ExpiredSession, Maintenance};
pub use people::{People, PeopleOrder, PeoplePage, PeopleQuery, PersonChange, PersonChanged, PersonRow};
pub use permissions::{GroupChanged, GroupRow, MemberChange, MemberRow, Permissions};
pub use relay::{RelayChange, RelayCode, RelayMemory, RelayPlace, RelaySession, RelayStore, RelayToken};
pub use second_factors::{SecondFactor, SecondFactors};
pub use sessions::{
    LiveFilter, LiveOf, LiveRow, NewCode, NewSession, Paused, SessionCode, SessionRow, Sessions,
};
pub use verifications::{
    EmailAgreement, EmailChange, NewRegistration, NewTenant, Registration, Side, Verifications,
};

/// Everything that the portal and the jobs need.
pub trait Store:
    Accounts
    + ApiKeys
    + Audits
    + Embeds
    + Histories
    + Licences
    + Logins
    + Mails
    + Maintenance
    + People
    + Permissions
    + SecondFactors
    + Sessions
    + Verifications
{
}

impl<T> Store for T where
    T: Accounts
        + ApiKeys
        + Audits
        + Embeds
        + Histories
        + Licences
        + Logins
        + Mails
        + Maintenance
        + People
        + Permissions
        + SecondFactors
        + Sessions
        + Verifications
{
}
