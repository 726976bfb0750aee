//! The line to the relay: dials the server's WebSocket through TLS and proxies, and moves binary messages.
//!
//! It knows no message. When to dial again is the session's decision; `temoto-driver` carries it out.

mod pin;
mod proxy;
mod socket;

use std::time::Duration;

pub use proxy::Proxy;
pub use socket::{Receiver, Sender, dial};
pub use tokio_tungstenite::tungstenite::Bytes;

/// How long a dial may take in all.
pub const DIAL_WITHIN: Duration = Duration::from_secs(10);

/// How the server proves itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trust {
    /// No TLS: only for a server on this very machine.
    Loopback,
    /// TLS, by the system's trusted roots.
    System,
    /// TLS with a key of this hash and no other: the first 80 bits of the SHA-256 of its public key (SPKI).
    Pinned([u8; 10]),
}

/// Where to dial.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// Host name in A-labels, or an IP address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the server proves itself.
    pub trust: Trust,
    /// `host[:port]` as the `Host` header has it.
    pub authority: String,
}

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// It took longer than [`DIAL_WITHIN`].
    #[error("the server did not answer in time")]
    TimedOut,
    /// The name or the connection failed.
    #[error("cannot reach {host}: {source}")]
    Unreachable {
        /// The host (or proxy) that was dialed.
        host: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// TLS failed: the certificate is not trusted, or is not the pinned one.
    #[error("the server's certificate was not accepted: {0}")]
    Tls(String),
    /// The proxy did not let us through.
    #[error("the proxy refused: {0}")]
    Proxy(String),
    /// The server did not open a WebSocket for `temoto.v1`.
    #[error("the server did not accept the connection: {0}")]
    Refused(String),
    /// The line broke.
    #[error("the line broke: {0}")]
    Broken(String),
    /// The other end closed the line.
    #[error("the line was closed")]
    Closed,
    /// Something on this machine is not as it must be (no trusted roots, a host name that is none).
    #[error("cannot dial: {0}")]
    Setup(String),
}
