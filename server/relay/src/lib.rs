//! Lobby and relay: attempts, participants, attachments, forwarding of opaque bytes.
//!
//! `table` decides everything and does nothing; `relay` drives it with a clock, a store and a generator; `websocket`
//! puts connections to it. What clients send each other is never read: the types of `opaque` do not let it.

mod agenda;
mod delays;
mod event;
mod gate;
mod greeting;
mod metered;
mod opaque;
mod outbox;
mod relay;
#[cfg(test)]
mod sockets;
mod table;
mod upgrade;
mod websocket;

pub use gate::Limits;
pub use relay::{Config, Logins, Relay};
pub use table::{SessionView, WaitingCode};
pub use websocket::ClientAddress;
