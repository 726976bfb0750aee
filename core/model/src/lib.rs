//! Rules of the portal, free of I/O: who may do what, how long a code, a login or a ticket lives, when a
//! password must wait, and when so many attempts have failed that codes get longer.
//!
//! Time comes in as [`Timestamp`], randomness as a generator; nothing here asks for either. The server's store
//! keeps what these rules say, the portal and the relay apply it.

pub mod account;
pub mod api_key;
pub mod audit;
pub mod budget;
pub mod code;
pub mod details;
pub mod guidance;
pub mod history;
pub mod id;
pub mod lease;
pub mod licence;
pub mod login;
pub mod login_delay;
pub mod mail;
pub mod password;
pub mod people;
pub mod permission;
pub mod role;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod ticket;
pub mod time;
pub mod trial;

pub use id::{
    ActorId, ApiKeyId, CodeId, GroupId, LicenceId, LoginId, MailId, OrganisationId, SessionId, TicketId,
    UserId,
};
pub use role::{Actor, By, Role, Standing};
pub use secret::{Secret, TokenHash};
pub use time::Timestamp;
