//! Bytes that the server carries and cannot look into.
//!
//! These two types are why the table cannot read what passes: they can be measured and handed on, nothing else, and
//! they print as their length.

use std::fmt;

use temoto_wire::relay::{FromServer, LobbyBytes};

/// Sealed bytes between an agent and a console, in the message that carries them.
#[derive(Clone, Eq, PartialEq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Takes the `DATA` message that a client sent, with at most [`temoto_wire::limits::DATA_BYTES`], which the parser has checked.
    #[must_use]
    pub const fn of(message: Vec<u8>) -> Self {
        Self(message)
    }

    /// As if a client had sent these.
    #[cfg(test)]
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(temoto_wire::relay::ToServer::Data { to: 0, bytes }.encode())
    }

    /// The message that carries it to the receiver.
    #[must_use]
    pub fn deliver(self, from: u8) -> Vec<u8> {
        FromServer::hand_on(self.0, from)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// One of the four messages of an attempt.
#[derive(Clone, Eq, PartialEq)]
pub struct Letter(LobbyBytes);

impl Letter {
    /// Takes what a client sent, or what stands in for a console that is not there.
    #[must_use]
    pub const fn new(bytes: LobbyBytes) -> Self {
        Self(bytes)
    }

    /// Puts it into a message.
    #[must_use]
    pub fn hand_on(self) -> LobbyBytes {
        self.0
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(…)")
    }
}
