//! The operator's side of a pairing attempt.

use super::{PairingSecret, PakeBinding, Transcript, borrow};
use crate::LOBBY_BYTES;
use crate::bytes::BadBytes;
use crate::cpace::{Cpace, CpaceStarted, Pake};
use crate::lobby::{Answer, Capabilities, Knock, Proof, Verdict, refusal};
use crate::noise::{Handshake, StaticKey, XX};
use crate::secret::Secret32;
use crate::secure_pair::{PairContext, RootKeeping, SecurePair};
use rand_core::CryptoRngCore;
use thiserror::Error;

/// The proof does not fit the code or token. The caller counts it; what exactly was wrong is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the proof does not fit the secret")]
pub struct Mismatch;

impl From<BadBytes> for Mismatch {
    fn from(_: BadBytes) -> Self {
        Self
    }
}

/// What a console brings to every attempt of a session.
pub struct ConsoleSetup {
    /// The waiting code, or the armed token.
    pub secret: PairingSecret,
    /// The session that this console leads.
    pub session: [u8; 16],
    /// What this console can do; must equal what the server's dummy says.
    pub capabilities: Capabilities,
    /// The session's key pair; its public part stands in the server's statement.
    pub static_key: StaticKey,
}

/// A console that answered a knock and waits for the proof.
pub struct ConsolePairing {
    setup: ConsoleSetup,
    attempt: [u8; 16],
    knock: Knock,
    knock_bytes: [u8; LOBBY_BYTES],
    answer_bytes: [u8; LOBBY_BYTES],
    /// CPace's state; none for a token.
    pake: Option<CpaceStarted>,
}

impl ConsolePairing {
    /// Answers a parsed knock. Every knock is answered alike, also one whose host or role will be refused:
    /// that is said by the verdict. (For a knock that [`Knock::parse`] refuses, answer as [`crate::dummy`] does.)
    ///
    /// # Errors
    /// [`Mismatch`] when the knock is for the other kind of secret.
    pub fn answer(
        setup: ConsoleSetup,
        attempt: [u8; 16],
        knock_bytes: &[u8; LOBBY_BYTES],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<(Self, [u8; LOBBY_BYTES]), Mismatch> {
        let knock = Knock::parse(knock_bytes).map_err(|_| Mismatch)?;
        if knock.kind != setup.secret.kind() {
            return Err(Mismatch);
        }
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        let (share, pake) = match &setup.secret {
            PairingSecret::Code(code) => {
                let binding = PakeBinding::new(&attempt, &nonce, &knock);
                let (share, started) = Cpace::start(&binding.input(code), rng)?;
                (share, Some(started))
            }
            PairingSecret::Token(_) => {
                let mut share = [0; 32];
                rng.fill_bytes(&mut share);
                (share, None)
            }
        };
        let answer_bytes = Answer {
            nonce,
            share,
            capabilities: setup.capabilities.clone(),
        }
        .to_bytes()?;
        let knock_bytes = *knock_bytes;
        Ok((
            Self {
                setup,
                attempt,
                knock,
                knock_bytes,
                answer_bytes,
                pake,
            },
            answer_bytes,
        ))
    }

    /// The knock that is being answered.
    #[must_use]
    pub fn knock(&self) -> &Knock {
        &self.knock
    }

    /// Judges the proof. Nothing that depends on the secret leaves this end before that.
    ///
    /// # Errors
    /// [`Mismatch`], which the caller counts: the third burns the code.
    pub fn on_proof(
        mut self,
        proof: &[u8; LOBBY_BYTES],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Admission, Mismatch> {
        let proof = Proof::parse(proof)?;
        let pake = self.pake.take();
        let psk = self.psk(pake, &proof.share)?;
        let transcript = self.transcript();
        let prologue = transcript.prologue(&proof.share);
        let key = &self.setup.static_key;
        let mut noise = Handshake::new(XX, false, &psk, Some(key), &borrow(&prologue), rng)?;
        if !noise.read(&proof.noise_1)?.is_empty() {
            return Err(Mismatch);
        }
        Ok(Admission {
            noise,
            session: self.setup.session,
            knock: self.knock,
        })
    }

    fn psk(&self, pake: Option<CpaceStarted>, agent_share: &[u8; 32]) -> Result<Secret32, Mismatch> {
        Ok(match (&self.setup.secret, pake) {
            (PairingSecret::Code(_), Some(started)) => {
                let isk = Cpace::finish(started, agent_share)?;
                self.transcript().code_psk(&isk, agent_share)
            }
            (PairingSecret::Token(token), _) => token.psk(),
            (PairingSecret::Code(_), None) => return Err(Mismatch),
        })
    }

    fn transcript(&self) -> Transcript<'_> {
        Transcript {
            attempt: &self.attempt,
            knock: &self.knock,
            knock_bytes: &self.knock_bytes,
            answer_bytes: &self.answer_bytes,
        }
    }
}

/// The one verdict for every refusal.
#[must_use]
pub fn refuse() -> [u8; LOBBY_BYTES] {
    refusal()
}

/// An agent that proved the secret and was not told so yet: the time for the host check and the lease.
pub struct Admission {
    noise: Handshake,
    session: [u8; 16],
    knock: Knock,
}

impl Admission {
    /// What the agent said, now authenticated by the secret.
    #[must_use]
    pub fn knock(&self) -> &Knock {
        &self.knock
    }

    /// Admits the agent: the verdict to send, and what waits for the participant that the server makes.
    ///
    /// # Errors
    /// [`Mismatch`] when the handshake cannot go on (a key of low order).
    pub fn admit(mut self) -> Result<(AdmittedAgent, [u8; LOBBY_BYTES]), Mismatch> {
        let noise_2 = self.noise.write(&self.session)?;
        let verdict = Verdict::Admit { noise_2 }.to_bytes()?;
        Ok((
            AdmittedAgent {
                noise: self.noise,
                session: self.session,
                knock: self.knock,
            },
            verdict,
        ))
    }
}

/// An admitted agent before the server named its participant number.
pub struct AdmittedAgent {
    noise: Handshake,
    session: [u8; 16],
    knock: Knock,
}

impl AdmittedAgent {
    /// What the agent said.
    #[must_use]
    pub fn knock(&self) -> &Knock {
        &self.knock
    }

    /// The pair, once both participant numbers are known. It waits for message 3.
    #[must_use]
    pub fn into_pair(self, now_ms: u64, console: u8, agent: u8, keeping: RootKeeping) -> SecurePair {
        let context = PairContext {
            session: self.session,
            console,
            agent,
            role: self.knock.role,
            host: self.knock.host,
        };
        SecurePair::admitting(now_ms, context, self.noise, keeping)
    }
}
