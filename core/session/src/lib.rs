//! The heart: one session between a console and the agents of a customer, without any I/O.
//!
//! [`Console`] and [`Agent`] are the two machines. Bytes, the time (milliseconds of any monotonic clock), what a person does
//! and what the machine's edges saw go in; [`Output`]s come out. After every call the shell drains `poll` and then waits until
//! `next_timeout`. The same code runs natively and as WebAssembly, and a seeded run repeats exactly.

pub mod agent;
mod capability;
pub mod channel;
pub mod console;
mod error;
mod happened;
mod level;
mod link;
#[cfg(feature = "misbehaving")]
mod misbehave;
mod output;
mod pacing;
mod peer;
pub mod permission;
mod quality;
mod stream;
mod surface;
mod text;
pub mod view;

pub use agent::{Agent, AgentCommand, AgentEvent, AgentSettings, Obstacle};
pub use console::{Console, ConsoleCommand, ConsoleEvent, FileDone};
pub use error::SessionError;
pub use happened::Happened;
#[cfg(feature = "misbehaving")]
pub use misbehave::Misbehavior;
pub use output::Output;
pub use surface::Surface;
pub use text::base64_of;
