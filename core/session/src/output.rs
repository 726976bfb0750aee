//! What a session asks of the shell around it.

use temoto_crypto::{Outside, Secret32, Unsealed};
use temoto_wire::relay::ToServer;

impl<E> Output<E> {
    /// A DATA message for a participant; with `work`, what the shell makes of it comes behind `bytes`.
    pub(crate) fn to_participant(pair: u8, to: u8, bytes: Vec<u8>, work: Option<Outside>) -> Self {
        let message = ToServer::Data { to, bytes }.encode();
        match work {
            None => Self::Transmit(message),
            Some(work) => Self::Seal {
                pair,
                message: Unsealed { head: message, work },
            },
        }
    }
}

/// One thing to do, in order.
pub enum Output<E> {
    /// Open a WebSocket to the relay; an older one is closed first.
    Dial,
    /// Close the WebSocket.
    Hangup,
    /// Send one binary message.
    Transmit(Vec<u8>),
    /// Where the shell computes large records ([`crate::Console::compute_outside`]): to be finished, and sent in the place of a
    /// `Transmit`, in order.
    Seal {
        /// Participant number of the agent of the pair.
        pair: u8,
        /// What the shell finishes.
        message: Unsealed,
    },
    /// The same for opening: the result is given back by `opened`, and no message of the relay before it.
    Open {
        /// Participant number of the agent of the pair.
        pair: u8,
        /// For the answer.
        ticket: u32,
        /// What is to be opened.
        work: Outside,
    },
    /// Derive `psk_n` of this pair from its root and give it back.
    DerivePsk {
        /// Participant number of the agent of the pair.
        pair: u8,
        /// Number of the run.
        n: u32,
    },
    /// Keep this root where it cannot be read back (a page: a key that is not extractable).
    KeepRoot {
        /// Participant number of the agent of the pair.
        pair: u8,
        /// The root.
        root: Secret32,
    },
    /// Store this text in place of what was stored before; it holds no key.
    Persist(String),
    /// Erase everything that was stored for this session.
    Forget,
    /// Something for the person or the machine.
    Event(E),
}
