//! Repository traits of the server, no SQL; and the two other borders that its rooms share: clock and attachments.
//!
//! How to add one: write a trait here, by resource, whose methods are whole changes (what must happen together
//! happens in one method); implement it in `store-sql`; add its tests to the suite there, which every database must
//! pass. Not found is `Option`, not an error. Time and fresh identifiers are arguments: a store asks no clock and
//! draws no randomness.

mod accounts;
mod attachments;
mod audits;
mod clock;
mod error;
mod histories;
mod licences;
mod logins;
mod maintenance;
mod relay;
mod sessions;

pub use accounts::{Accounts, NewUser, Organisation, PasswordChoice, TokenPurpose, User};
pub use attachments::{Attachments, NoAttachments};
pub use audits::{AuditRow, Audits};
pub use clock::Clock;
pub use error::StoreError;
pub use histories::{Details, Erasure, Histories, HistoryFilter, HistoryRow, Interval, Report};
pub use licences::{Activation, Lease, LicenceRow, Licences, NewTrial, Usage};
pub use logins::{Login, LoginHolder, Logins, NewLogin};
pub use maintenance::{ExpiredSession, Maintenance};
pub use relay::{RelayChange, RelayCode, RelayMemory, RelayPlace, RelaySession, RelayStore, RelayToken};
pub use sessions::{NewCode, NewSession, SessionCode, SessionRow, Sessions};

/// Everything that the portal and the jobs need.
pub trait Store: Accounts + Audits + Histories + Licences + Logins + Maintenance + Sessions {}

impl<T: Accounts + Audits + Histories + Licences + Logins + Maintenance + Sessions> Store for T {}
