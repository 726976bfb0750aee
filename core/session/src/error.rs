//! What can go wrong in a session, as a value.

use temoto_wire::WireError;

/// Errors of a session. Those of a peer end the run or the pair, never the program.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A peer broke the protocol.
    #[error("peer broke the protocol: {0}")]
    Peer(&'static str),
    /// A message could not be read.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Too much waits for an acknowledgement; try again later.
    #[error("too much waits to be delivered")]
    Congested,
    /// What was asked for makes no sense now.
    #[error("not possible now: {0}")]
    State(&'static str),
    /// Something the person or the shell gave is malformed.
    #[error("malformed input: {0}")]
    Malformed(&'static str),
}
