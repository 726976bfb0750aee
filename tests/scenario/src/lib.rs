//! Whole sessions in virtual time: a console, the customer's page and program, and a relay between them that can be told to be
//! slow, absent or hostile. Nothing here has a clock, a socket or a thread; a seed repeats a run exactly.

#![expect(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a world in which something cannot happen is a failed test"
)]

mod desk;
pub mod disk;
mod guesser;
pub mod hostile;
mod node;
pub mod play;
mod relay;
pub mod secrets;
mod world;

pub use guesser::Guesser;
pub use node::{Machine, Node, Plain, Who};
pub use relay::{Forger, Meddler, Relay, Way};
pub use world::{DIGITS_OF_TESTS, HOST, Watcher, World};
