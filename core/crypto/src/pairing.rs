//! Pairing, lobby messages 1 to 4: knock, answer, proof, verdict.
//!
//! Typed state machines without time: [`AgentPairing`] → [`AgentProved`] → [`SecurePair`] on the customer's
//! side, [`ConsolePairing`] → [`Admission`] → [`AdmittedAgent`] → [`SecurePair`] on the operator's. They do not
//! count failures, judge hosts, ask for leases or time attempts out: the caller does, between the calls.
//! Each value is used once; another attempt starts with a new one.

mod agent;
mod console;

pub use agent::{AgentPairing, AgentProved, AgentSetup, PairingError, Seat};
pub use console::{Admission, AdmittedAgent, ConsolePairing, ConsoleSetup, Mismatch, refuse};

use crate::bytes::{BadBytes, join_fields};
use crate::code::Code;
use crate::cpace::{Isk, PakeInput};
use crate::lobby::{Knock, PairingKind};
use crate::secret::{Secret32, hkdf32};
use crate::token::Token;
use crate::{LOBBY_BYTES, VERSION};
use sha2::{Digest, Sha256};

#[cfg(doc)]
use crate::SecurePair;

/// What the two people or programs share. Erased on drop, never printed.
#[derive(Clone)]
pub enum PairingSecret {
    /// The digits that were read out.
    Code(Code),
    /// A one-time token.
    Token(Token),
}

impl PairingSecret {
    /// Code or token.
    #[must_use]
    pub fn kind(&self) -> PairingKind {
        match self {
            Self::Code(_) => PairingKind::Code,
            Self::Token(_) => PairingKind::Token,
        }
    }
}

/// What both ends hash and put into prologues.
struct Transcript<'a> {
    attempt: &'a [u8; 16],
    knock: &'a Knock,
    knock_bytes: &'a [u8; LOBBY_BYTES],
    answer_bytes: &'a [u8; LOBBY_BYTES],
}

impl Transcript<'_> {
    /// SHA-256 of knock, answer and the agent's share: everything said before the handshake.
    fn hash(&self, agent_share: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.knock_bytes);
        hash.update(self.answer_bytes);
        hash.update(agent_share);
        hash.finalize().into()
    }

    /// psk of a code: HKDF of CPace's output, bound to everything said so far.
    fn code_psk(&self, isk: &Isk, agent_share: &[u8; 32]) -> Secret32 {
        hkdf32(b"", isk, &[b"temoto code psk", &self.hash(agent_share)])
    }

    /// The prologue's fields, to be joined by [`join_fields`].
    fn prologue(&self, agent_share: &[u8; 32]) -> [Vec<u8>; 6] {
        [
            kind_name(self.knock.kind).to_vec(),
            self.attempt.to_vec(),
            vec![self.knock.role.byte()],
            self.knock.host.as_bytes().to_vec(),
            VERSION.to_be_bytes().to_vec(),
            self.hash(agent_share).to_vec(),
        ]
    }
}

/// What a handshake is for, as it stands first in its prologue.
fn kind_name(kind: PairingKind) -> &'static [u8] {
    match kind {
        PairingKind::Code => b"temoto code",
        PairingKind::Token => b"temoto token",
    }
}

/// CPace's CI and sid for one attempt.
struct PakeBinding {
    channel: Vec<u8>,
    session: Vec<u8>,
}

impl PakeBinding {
    fn new(attempt: &[u8; 16], nonce: &[u8; 16], knock: &Knock) -> Self {
        let channel = join_fields(&[
            kind_name(knock.kind),
            knock.host.as_bytes(),
            &VERSION.to_be_bytes(),
            &[knock.role.byte()],
        ]);
        Self {
            channel,
            session: [attempt.as_slice(), nonce.as_slice()].concat(),
        }
    }

    fn input<'a>(&'a self, code: &'a Code) -> PakeInput<'a> {
        PakeInput {
            password: code.digits().as_bytes(),
            channel: &self.channel,
            session: &self.session,
        }
    }
}

/// Borrows the fields of a prologue.
pub(crate) fn borrow<const N: usize>(fields: &[Vec<u8>; N]) -> [&[u8]; N] {
    std::array::from_fn(|index| fields[index].as_slice())
}

/// What message 3 says in its payload before the claims: the place that the agent believes to have.
const PLACE_BYTES: usize = 18;

/// The payload of message 2: the session, so that the relay cannot make one up.
const SESSION_BYTES: usize = 16;

/// Session and participants as message 3 carries them.
pub(crate) fn place_bytes(session: &[u8; 16], console: u8, agent: u8) -> [u8; PLACE_BYTES] {
    let mut place = [0; PLACE_BYTES];
    place[..SESSION_BYTES].copy_from_slice(session);
    place[SESSION_BYTES..].copy_from_slice(&[console, agent]);
    place
}

/// Splits message 3's payload into the place and the claims.
pub(crate) fn split_place(payload: &[u8]) -> Result<(&[u8; PLACE_BYTES], &[u8]), BadBytes> {
    payload.split_first_chunk().ok_or(BadBytes)
}
