//! Canaries: one session of real processes, and a search for everything secret of it in what the server holds (memory,
//! database, keys, log) and in what passes through it.
//!
//! The server is the program as it is shipped. The three ends (console, the customer's page, the customer's program) are
//! processes of their own (`canary-end`), each a thin shell around `core/session` with a WebSocket that leads through a
//! recording proxy. Their memory is searched by the same scanner, and there it must find what the server must not have: a
//! scanner that cannot find is no proof.
//!
//! It reads `/proc`, so it runs on Linux only, as root or as a user that may read the memory of its own children.

#![expect(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "what cannot happen in this story is a failed test"
)]

pub mod child;
pub mod dump;
pub mod end;
pub mod forms;
pub mod http;
pub mod needles;
pub mod proxy;
pub mod replay;
pub mod scan;
pub mod search;
pub mod server;
pub mod story;
pub mod traffic;
pub mod websocket;
