//! What a pair says: things to send, keep or derive, and events. `Debug` shows no secret and no content.

use crate::record::{Outside, Sealed, Unsealed};
use crate::secret::Secret32;
use std::fmt;
use thiserror::Error;

/// One output of [`SecurePair::poll`](crate::SecurePair::poll).
#[derive(Clone, PartialEq, Eq)]
pub enum PairOutput {
    /// A pair message for the relay, in order.
    Transmit(Vec<u8>),
    /// After [`compute_outside`](crate::SecurePair::compute_outside): to be finished, and sent in the place of a `Transmit`, in
    /// order.
    Seal(Unsealed),
    /// The same for opening: the result goes to [`opened`](crate::SecurePair::opened), before the next message of this pair.
    Open {
        /// For the answer.
        ticket: u32,
        /// What is to be opened.
        work: Outside,
    },
    /// Application bytes that were opened.
    Opened(Vec<u8>),
    /// The other end proved itself; what follows is encrypted. Console: `claims` are the agent's.
    Paired {
        /// The other end's static key.
        peer_static: [u8; 32],
        /// What the agent claims about itself; empty on the agent's side.
        claims: Vec<u8>,
    },
    /// The root, once, for a caller that keeps it. The machine has forgotten it. Keep before going on.
    KeepRoot(Secret32),
    /// The root exists here. Console: the code is spent; it is held 60 s more, until `RootConfirmed`, for an
    /// agent whose line broke before it had the root too.
    RootReady,
    /// The other end holds the root too: the code may be forgotten. An agent that never gets this knocks again
    /// with the same code.
    RootConfirmed,
    /// Call [`SecurePair::psk`](crate::SecurePair::psk) with `derive_run_psk(root, n)`.
    DerivePsk {
        /// Number of the run.
        n: u32,
    },
    /// Store `n` as the last run number, durably, before going on.
    Persist {
        /// Number of the run.
        n: u32,
    },
    /// Application data flows under run `n`; the run before it, if any, is gone. What was not acknowledged
    /// under it may be lost.
    RunStarted {
        /// Number of the run.
        n: u32,
    },
    /// The living run is gone and no other one is there yet.
    RunLost {
        /// Number of the run.
        n: u32,
        /// Why.
        reason: LossReason,
    },
    /// A handshake message was refused; counted as a failure, nothing else changed.
    Rejected(HandshakeFault),
    /// The pair is over, all keys are erased. The caller erases the root that it keeps.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

impl From<Sealed> for PairOutput {
    fn from(sealed: Sealed) -> Self {
        match sealed {
            Sealed::Message(message) => Self::Transmit(message),
            Sealed::Outside(unsealed) => Self::Seal(unsealed),
        }
    }
}

impl fmt::Debug for PairOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transmit(bytes) => write!(f, "Transmit({} bytes)", bytes.len()),
            Self::Seal(unsealed) => write!(f, "Seal({} bytes)", unsealed.work.bytes.len()),
            Self::Open { ticket, work } => write!(f, "Open({ticket}, {} bytes)", work.bytes.len()),
            Self::Opened(bytes) => write!(f, "Opened({} bytes)", bytes.len()),
            Self::Paired { claims, .. } => write!(f, "Paired({} bytes of claims)", claims.len()),
            Self::KeepRoot(_) => f.write_str("KeepRoot"),
            Self::RootReady => f.write_str("RootReady"),
            Self::RootConfirmed => f.write_str("RootConfirmed"),
            Self::DerivePsk { n } => write!(f, "DerivePsk({n})"),
            Self::Persist { n } => write!(f, "Persist({n})"),
            Self::RunStarted { n } => write!(f, "RunStarted({n})"),
            Self::RunLost { n, reason } => write!(f, "RunLost({n}, {reason:?})"),
            Self::Rejected(fault) => write!(f, "Rejected({fault:?})"),
            Self::Ended { reason } => write!(f, "Ended({reason:?})"),
        }
    }
}

/// Why a run was lost. All but the last two count towards the ten failures that end a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossReason {
    /// A record did not verify: altered, replayed, reflected, out of order, or one before it is missing.
    Tag,
    /// A message or record of an unknown or misplaced type.
    Type,
    /// A message or record of a size that it cannot have.
    Size,
    /// An end attached anew, or the relay dropped its queue.
    Attached,
    /// The run has no counters or epochs left.
    Exhausted,
}

/// What was wrong with a refused handshake message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeFault {
    /// Wrong size or layout.
    Form,
    /// It does not verify under the pair's keys.
    Tag,
    /// It has no place now or at this end.
    Unexpected,
}

/// Why a pair is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// [`SecurePair::end`](crate::SecurePair::end) was called.
    Local,
    /// The other end said so in a sealed record.
    Peer,
    /// Something failed before the root existed: pair again, the code is still good.
    PairingFailed,
    /// The pairing was not finished in time: pair again, the code is still good.
    PairingTimeout,
    /// Ten failures within ten minutes.
    TooManyFailures,
    /// No run number is left.
    RunsExhausted,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotReady {
    /// No run is alive, or one is being switched: try again after `RunStarted`.
    #[error("no run is alive")]
    NoRun,
    /// More than [`MAX_APPLICATION`](crate::MAX_APPLICATION) bytes.
    #[error("too large for one record")]
    TooLarge,
}
