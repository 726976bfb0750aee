//! The console's half of starting a run: check the number, reply, wait for the first record; ask when there is
//! no run.

use super::output::HandshakeFault;
use super::timing::START_MS;
use super::{
    PairOutput, Phase, RUN_REFUSED, RUN_REPLY, RUN_WANTED, Run, SecurePair, numbered, numbered_message,
};
use crate::bytes::BadBytes;
use crate::lobby::NOISE_1_BYTES;
use crate::noise::{Handshake, NN, derive_run_psk};
use crate::pairing::borrow;
use crate::secret::Secret32;
use rand_core::CryptoRngCore;

/// Message 1 of NNpsk0 is as long as that of XXpsk0: a key and a tag.
type Init = [u8; NOISE_1_BYTES];

/// An init whose key is being derived; the newest wins.
pub(super) struct Pending {
    n: u32,
    init: Init,
}

/// A run that was replied to. It becomes the living one with its first record.
pub(super) struct Candidate {
    pub(super) run: Box<Run>,
    init: Init,
    reply: Vec<u8>,
    since_ms: u64,
}

impl SecurePair {
    pub(super) fn on_run_init(&mut self, now_ms: u64, body: &[u8], rng: &mut dyn CryptoRngCore) {
        let parsed = numbered(body).and_then(|(n, init)| Ok((n, init.try_into().map_err(|_| BadBytes)?)));
        let Ok((n, init)): Result<(u32, Init), _> = parsed else {
            return self.reject(now_ms, HandshakeFault::Form);
        };
        if !matches!(self.phase, Phase::Established) {
            return self.reject(now_ms, HandshakeFault::Unexpected);
        }
        if let Some(candidate) = &self.candidate
            && candidate.run.n == n
            && candidate.init == init
        {
            // The same init again gets the same reply: a replay cannot take the agent's run away.
            let reply = numbered_message(RUN_REPLY, n, &candidate.reply);
            return self.emit(PairOutput::Transmit(reply));
        }
        if n <= self.highest {
            let refused = numbered_message(RUN_REFUSED, self.highest, b"");
            return self.emit(PairOutput::Transmit(refused));
        }
        self.pending = Some(Pending { n, init });
        match self.root.as_ref().map(|root| derive_run_psk(root, n)) {
            Some(psk) => self.reply_with_psk(now_ms, n, &psk, rng),
            None => self.emit(PairOutput::DerivePsk { n }),
        }
    }

    pub(super) fn reply_with_psk(
        &mut self,
        now_ms: u64,
        n: u32,
        psk: &Secret32,
        rng: &mut dyn CryptoRngCore,
    ) {
        let Some(pending) = self.pending.take_if(|pending| pending.n == n) else {
            return;
        };
        let Ok((run, reply)) = self.write_reply(now_ms, &pending, psk, rng) else {
            return self.reject(now_ms, HandshakeFault::Tag);
        };
        // Only a holder of the root can have made that init.
        self.highest = n;
        self.emit(PairOutput::Persist { n });
        self.emit(PairOutput::Transmit(numbered_message(RUN_REPLY, n, &reply)));
        self.candidate = Some(Candidate {
            run,
            init: pending.init,
            reply,
            since_ms: now_ms,
        });
        self.confirm_root();
    }

    fn write_reply(
        &self,
        now_ms: u64,
        pending: &Pending,
        psk: &Secret32,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<(Box<Run>, Vec<u8>), BadBytes> {
        let prologue = self.context.prologue(pending.n);
        let mut noise = Handshake::new(NN, false, psk, None, &borrow(&prologue), rng)?;
        if !noise.read(&pending.init)?.is_empty() {
            return Err(BadBytes);
        }
        let reply = noise.write(b"")?;
        Ok((Run::new(pending.n, &noise.split()?, now_ms), reply))
    }

    /// Asks the agent for a run, and again later while there is none.
    pub(super) fn ask(&mut self, now_ms: u64) {
        let under_way = self
            .candidate
            .as_ref()
            .is_some_and(|candidate| now_ms.saturating_sub(candidate.since_ms) < START_MS);
        if !under_way {
            self.emit(PairOutput::Transmit(numbered_message(
                RUN_WANTED,
                self.highest,
                b"",
            )));
        }
        let delay = self.backoff.next().max(1_000);
        self.retry_at = Some(now_ms.saturating_add(delay));
    }
}
