//! The customer's side of a pairing attempt.

use super::{PairingSecret, PakeBinding, SESSION_BYTES, Transcript, borrow};
use crate::bytes::BadBytes;
use crate::cpace::{Cpace, Pake};
use crate::lobby::{Answer, Capabilities, Knock, LobbyError, Proof, Verdict};
use crate::noise::{Handshake, StaticKey, XX};
use crate::secure_pair::{Claims, PairContext, RootKeeping, SecurePair};
use crate::{AgentRole, LOBBY_BYTES};
use rand_core::CryptoRngCore;
use thiserror::Error;

/// Why an attempt did not end in a pair. `Mismatch` and `Refused` count towards the agent's three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PairingError {
    /// Our own host, build or claims are too long or hold characters that have no place there.
    #[error("host, build or claims are not of the form that the protocol allows")]
    Setup,
    /// What came is not of the protocol's form.
    #[error("the answer is malformed")]
    Malformed,
    /// The console has another version: one of the two must be updated.
    #[error("the other end has protocol version {console}")]
    Version {
        /// The console's version.
        console: u16,
    },
    /// The one refusal for all reasons: unknown, wrong, used, expired, or something that the console shows.
    #[error("the code or token was refused")]
    Refused,
    /// Who answered does not hold the secret, or what was said was altered on the way.
    #[error("the other end does not hold the same secret")]
    Mismatch,
}

impl From<BadBytes> for PairingError {
    fn from(_: BadBytes) -> Self {
        Self::Malformed
    }
}

/// What an agent brings to an attempt.
pub struct AgentSetup {
    /// Code or token as the customer gave it.
    pub secret: PairingSecret,
    /// `host[:port]` that this agent dialled, lower case, A-labels, default port dropped.
    pub host: String,
    /// Page or program.
    pub role: AgentRole,
    /// What this agent can do.
    pub capabilities: Capabilities,
    /// Software version and build, printable ASCII, at most 64 bytes.
    pub build: String,
    /// This incarnation's key pair; a retry with the same token must bring the same one.
    pub static_key: StaticKey,
}

/// Where the server put the admitted agent: the fields of the relay's ADMITTED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Session id.
    pub session: [u8; 16],
    /// The console's participant number.
    pub console: u8,
    /// This agent's participant number.
    pub agent: u8,
}

/// An agent that knocked and waits for the answer.
pub struct AgentPairing {
    setup: AgentSetup,
    knock: Knock,
    knock_bytes: [u8; LOBBY_BYTES],
}

impl AgentPairing {
    /// Starts an attempt and returns the knock.
    ///
    /// # Errors
    /// [`PairingError::Setup`] when host or build cannot be sent.
    pub fn new(setup: AgentSetup) -> Result<(Self, [u8; LOBBY_BYTES]), PairingError> {
        let knock = Knock {
            kind: setup.secret.kind(),
            role: setup.role,
            host: setup.host.clone(),
            build: setup.build.clone(),
            capabilities: setup.capabilities.clone(),
        };
        let knock_bytes = knock.to_bytes().map_err(|_| PairingError::Setup)?;
        Ok((
            Self {
                setup,
                knock,
                knock_bytes,
            },
            knock_bytes,
        ))
    }

    /// Takes the answer (and the attempt id that the server named with it) and returns the proof.
    ///
    /// # Errors
    /// `Version`, `Malformed`, or `Mismatch` for a share that is no group element.
    pub fn on_answer(
        self,
        attempt: [u8; 16],
        answer_bytes: &[u8; LOBBY_BYTES],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<(AgentProved, [u8; LOBBY_BYTES]), PairingError> {
        let answer = Answer::parse(answer_bytes).map_err(|error| match error {
            LobbyError::Malformed => PairingError::Malformed,
            LobbyError::Version { theirs } => PairingError::Version { console: theirs },
        })?;
        let transcript = Transcript {
            attempt: &attempt,
            knock: &self.knock,
            knock_bytes: &self.knock_bytes,
            answer_bytes,
        };
        let (share, psk) = match &self.setup.secret {
            PairingSecret::Code(code) => {
                let binding = PakeBinding::new(&attempt, &answer.nonce, &self.knock);
                let (share, isk) = Cpace::respond(&binding.input(code), &answer.share, rng)
                    .map_err(|_| PairingError::Mismatch)?;
                (share, transcript.code_psk(&isk, &share))
            }
            PairingSecret::Token(token) => {
                let mut share = [0; 32];
                rng.fill_bytes(&mut share);
                (share, token.psk())
            }
        };
        let prologue = transcript.prologue(&share);
        let key = &self.setup.static_key;
        let mut noise = Handshake::new(XX, true, &psk, Some(key), &borrow(&prologue), rng)?;
        let noise_1 = noise
            .write(b"")?
            .try_into()
            .map_err(|_| PairingError::Malformed)?;
        let proof = Proof { share, noise_1 }.to_bytes()?;
        let proved = AgentProved {
            noise,
            host: self.setup.host,
            role: self.setup.role,
            console_capabilities: answer.capabilities,
        };
        Ok((proved, proof))
    }
}

/// An agent that proved the secret and waits for the verdict.
pub struct AgentProved {
    noise: Handshake,
    host: String,
    role: AgentRole,
    console_capabilities: Capabilities,
}

impl AgentProved {
    /// What the console said it can do (authenticated once the verdict is `Ok`).
    #[must_use]
    pub fn console_capabilities(&self) -> &Capabilities {
        &self.console_capabilities
    }

    /// Takes the verdict. `Ok` is a pair that has message 3 and its root share to send
    /// (see [`SecurePair::poll`]); nothing of layer 4 flows before its `RunStarted`.
    ///
    /// # Errors
    /// `Refused`, `Malformed`, `Mismatch` (also when the session is not the one that the console names),
    /// `Setup` when the claims are too long.
    pub fn on_verdict(
        mut self,
        now_ms: u64,
        verdict: &[u8; LOBBY_BYTES],
        seat: Seat,
        claims: &Claims,
        keeping: RootKeeping,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<SecurePair, PairingError> {
        let noise_2 = match Verdict::parse(verdict)? {
            Verdict::Admit { noise_2 } => noise_2,
            Verdict::Refuse => return Err(PairingError::Refused),
        };
        let session = self.noise.read(&noise_2).map_err(|_| PairingError::Mismatch)?;
        if session.len() != SESSION_BYTES || session != seat.session {
            return Err(PairingError::Mismatch);
        }
        let context = PairContext {
            session: seat.session,
            console: seat.console,
            agent: seat.agent,
            role: self.role,
            host: self.host,
        };
        SecurePair::admitted(now_ms, context, self.noise, claims, keeping, rng)
            .map_err(|_| PairingError::Setup)
    }
}
