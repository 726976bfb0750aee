//! What a session asks of the shell around it.

use temoto_crypto::Secret32;

/// One thing to do, in order.
pub enum Output<E> {
    /// Open a WebSocket to the relay; an older one is closed first.
    Dial,
    /// Close the WebSocket.
    Hangup,
    /// Send one binary message.
    Transmit(Vec<u8>),
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
