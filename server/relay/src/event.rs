//! What comes into the table and what it wants done.

use std::net::IpAddr;

use temoto_model::ticket::Ticket;
use temoto_model::{LoginId, TokenHash};
use temoto_store::RelayChange;
use temoto_wire::relay::{CloseCode, Id, Role, Selector};

use crate::opaque::{Letter, Sealed};

/// A WebSocket connection, numbered from the start of the server.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnId(pub u64);

/// What the upgrade said about where its page came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// No page: a program.
    None,
    /// A page of an allowed origin. Others never get here.
    Allowed,
}

/// A connection before its first message.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Where it comes from, as far as the server can tell.
    pub address: IpAddr,
    /// Whether a page opened it.
    pub origin: Origin,
}

/// How a participant proves its place, after everything that takes a key or a hash.
#[derive(Clone, Debug)]
pub enum Claim {
    /// A ticket that this server signed and that has not expired.
    Ticket(Ticket),
    /// The hash of a resume token.
    Resume(TokenHash),
    /// A ticket that is forged or too old.
    Bad,
}

/// What the dummy responder would say in an attempt. Made for every knock, so that live and dead ones cost the same.
#[derive(Clone, Debug)]
pub struct Spare {
    /// Instead of a console's answer.
    pub answer: Letter,
    /// Instead of a console's verdict.
    pub refusal: Letter,
}

/// A message after the first.
#[derive(Debug)]
pub enum Verb {
    Data {
        to: u8,
        sealed: Sealed,
    },
    Ping([u8; 8]),
    Pong,
    Worked {
        nonce: u64,
    },
    Proof(Letter),
    Answer {
        attempt: Id,
        letter: Letter,
    },
    Admit {
        attempt: Id,
        letter: Letter,
    },
    Refuse {
        attempt: Id,
        counted: bool,
        letter: Letter,
    },
    Arm {
        token: Id,
    },
    Disarm {
        token: Id,
    },
    CloseCode {
        why: CloseCode,
        selector: Selector,
    },
    Leave,
    End,
}

/// What happened on a connection.
#[derive(Debug)]
pub enum Event {
    /// The first message: a participant takes or resumes its place.
    Attach(Claim),
    /// The first message: an attempt to join.
    Knock {
        /// What knocks.
        role: Role,
        /// At whose door.
        selector: Selector,
        /// The knock.
        knock: Letter,
        /// What to say where nobody opens.
        spare: Spare,
        /// What work for this knock is bound to.
        digest: [u8; 32],
    },
    /// The client speaks another version.
    OtherVersion,
    /// Any other message.
    Verb(Verb),
    /// Bytes that are no message.
    Malformed,
    /// The answer to [`Action::CheckLogin`].
    LoginChecked {
        /// The login that was asked about.
        login: LoginId,
        /// Whether it holds; `None`: it could not be found out.
        valid: Option<bool>,
    },
    /// Bytes moved since the last pulse.
    Pulse {
        /// From the client.
        read: u64,
        /// To the client, accepted by the network.
        wrote: u64,
    },
    /// The connection is gone.
    Closed,
}

/// A change that somebody waits for: report it with [`crate::table::Table::kept`].
pub type ChangeId = u64;

/// What the table wants done, in this order.
#[derive(Debug, Eq, PartialEq)]
pub enum Action {
    /// There is something to write: ask [`crate::table::Table::next_write`] until it has nothing more.
    Wake(ConnId),
    /// The connection has a place now: no stranger any more.
    Known(ConnId),
    /// Drop the connection at once, whatever is still unwritten.
    Kill(ConnId),
    /// Keep this. With an id the table waits for [`crate::table::Table::kept`].
    Keep(Option<ChangeId>, RelayChange),
    /// Ask whether the login holds, and report it as [`Event::LoginChecked`].
    CheckLogin(ConnId, LoginId),
}

/// What a writer does next.
#[derive(Debug, Eq, PartialEq)]
pub enum Write {
    /// Send these bytes as one binary message.
    Message(Vec<u8>),
    /// Say goodbye; nothing follows.
    Close,
}
