//! The agent's half of starting a run: number, init, reply, first records.

use super::output::HandshakeFault;
use super::timing::START_MS;
use super::{EndReason, PairOutput, Phase, RUN_INIT, Run, SecurePair, numbered, numbered_message};
use crate::bytes::{BadBytes, Reader};
use crate::noise::{Handshake, NN, derive_run_psk};
use crate::pairing::borrow;
use crate::record::Outgoing;
use crate::secret::Secret32;
use rand_core::CryptoRngCore;

/// A hint of the console is followed forward at most so far: it is not authenticated.
const HINT_REACH: u32 = 1 << 16;

/// How far the next run is.
pub(super) enum Start {
    Idle,
    /// The key of `n` is being derived by the caller.
    Deriving {
        n: u32,
    },
    /// Message 1 is out.
    AwaitReply {
        n: u32,
        noise: Handshake,
        deadline: u64,
    },
    /// The reply verified and our first record is out; the console's is missing.
    AwaitConfirm {
        run: Box<Run>,
        deadline: u64,
    },
}

impl Start {
    pub(super) fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }

    pub(super) fn is_deriving(&self) -> bool {
        matches!(self, Self::Deriving { .. })
    }

    pub(super) fn is_confirming(&self) -> bool {
        matches!(self, Self::AwaitConfirm { .. })
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        match self {
            Self::Idle | Self::Deriving { .. } => None,
            Self::AwaitReply { deadline, .. } | Self::AwaitConfirm { deadline, .. } => Some(*deadline),
        }
    }
}

impl SecurePair {
    /// Takes the next number, has it stored, and asks for its key.
    pub(super) fn begin_start(&mut self, now_ms: u64, rng: &mut dyn CryptoRngCore) {
        let Some(n) = self.highest.checked_add(1) else {
            return self.finish(EndReason::RunsExhausted);
        };
        self.highest = n;
        self.retry_at = None;
        self.start = Start::Deriving { n };
        self.emit(PairOutput::Persist { n });
        match self.root.as_ref().map(|root| derive_run_psk(root, n)) {
            Some(psk) => self.start_with_psk(now_ms, n, &psk, rng),
            None => self.emit(PairOutput::DerivePsk { n }),
        }
    }

    pub(super) fn start_with_psk(
        &mut self,
        now_ms: u64,
        n: u32,
        psk: &Secret32,
        rng: &mut dyn CryptoRngCore,
    ) {
        if !matches!(self.start, Start::Deriving { n: awaited } if awaited == n) {
            return;
        }
        match self.write_init(n, psk, rng) {
            Ok((noise, message)) => {
                self.start = Start::AwaitReply {
                    n,
                    noise,
                    deadline: now_ms.saturating_add(START_MS),
                };
                self.emit(PairOutput::Transmit(numbered_message(RUN_INIT, n, &message)));
            }
            Err(BadBytes) => {
                self.start = Start::Idle;
                self.retry_later(now_ms, rng);
            }
        }
    }

    fn write_init(
        &self,
        n: u32,
        psk: &Secret32,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<(Handshake, Vec<u8>), BadBytes> {
        let prologue = self.context.prologue(n);
        let mut noise = Handshake::new(NN, true, psk, None, &borrow(&prologue), rng)?;
        let message = noise.write(b"")?;
        Ok((noise, message))
    }

    pub(super) fn on_run_reply(&mut self, now_ms: u64, body: &[u8], rng: &mut dyn CryptoRngCore) {
        let Ok((n, message)) = numbered(body) else {
            return self.reject(now_ms, HandshakeFault::Form);
        };
        let Start::AwaitReply {
            n: awaited, noise, ..
        } = &mut self.start
        else {
            return;
        };
        // A reply to a number that we gave up is late, not wrong.
        if *awaited != n {
            return;
        }
        if noise.read(message).as_deref() != Ok(&[]) {
            return self.reject(now_ms, HandshakeFault::Tag);
        }
        let Start::AwaitReply { noise, .. } = std::mem::replace(&mut self.start, Start::Idle) else {
            return;
        };
        let Ok(split) = noise.split() else {
            return self.retry_later(now_ms, rng);
        };
        let mut run = Run::new(n, &split, now_ms);
        let outputs = &mut self.outputs;
        // A fresh run has numbers left.
        let _sealed = run
            .sealer
            .seal(now_ms, Outgoing::Confirm, self.outside, |sealed| {
                outputs.push_back(sealed.into());
            });
        self.start = Start::AwaitConfirm {
            run,
            deadline: now_ms.saturating_add(START_MS),
        };
    }

    /// The console did not take our number and names the highest that it knows.
    pub(super) fn on_run_refused(&mut self, now_ms: u64, body: &[u8], rng: &mut dyn CryptoRngCore) {
        let Ok(hint) = read_hint(body) else {
            return self.reject(now_ms, HandshakeFault::Form);
        };
        let Start::AwaitReply { n, .. } = &self.start else {
            return;
        };
        // A hint below is of an older init; one out of reach is made up.
        if hint < *n || hint - *n > HINT_REACH {
            return;
        }
        self.follow(hint);
        self.start = Start::Idle;
        self.retry_later(now_ms, rng);
    }

    /// The console has no run, or an old one.
    pub(super) fn on_run_wanted(&mut self, now_ms: u64, body: &[u8], rng: &mut dyn CryptoRngCore) {
        let Ok(hint) = read_hint(body) else {
            return self.reject(now_ms, HandshakeFault::Form);
        };
        if !matches!(self.phase, Phase::Established) {
            return;
        }
        self.follow(hint);
        let young = self
            .run
            .as_ref()
            .is_some_and(|run| now_ms.saturating_sub(run.started_ms) < START_MS);
        if !self.start.is_idle() || (self.retry_at.is_some() && young) {
            return;
        }
        if young {
            // Asked for again so soon: not at once, so that a relay cannot make us start without end.
            self.retry_later(now_ms, rng);
        } else {
            self.begin_start(now_ms, rng);
        }
    }

    fn follow(&mut self, hint: u32) {
        if hint > self.highest && hint - self.highest <= HINT_REACH {
            self.highest = hint;
        }
    }
}

fn read_hint(body: &[u8]) -> Result<u32, BadBytes> {
    let mut reader = Reader::new(body);
    let hint = reader.u32()?;
    reader.end()?;
    Ok(hint)
}
