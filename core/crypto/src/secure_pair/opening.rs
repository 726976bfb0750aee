//! The opening of a pair: message 3, run 0 with the keys of the pairing handshake, and the root.

use super::timing::PAIRING_MS;
use super::{
    Claims, EndReason, HandshakeFault, MAX_CLAIMS, MESSAGE_3, PairContext, PairOutput, Phase, RootKeeping,
    Run, SecurePair, Side,
};
use crate::bytes::BadBytes;
use crate::noise::{Handshake, Split};
use crate::pairing::{place_bytes, split_place};
use crate::record::Outgoing;
use crate::secret::{Secret32, hkdf32};
use rand_core::CryptoRngCore;
use subtle::ConstantTimeEq;

impl SecurePair {
    /// Agent, after a verdict that admits: sends message 3 and its share of the root.
    pub(crate) fn admitted(
        now_ms: u64,
        context: PairContext,
        mut noise: Handshake,
        claims: &Claims,
        keeping: RootKeeping,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, BadBytes> {
        let peer_static = noise.remote_static().ok_or(BadBytes)?;
        let mut payload = place_bytes(&context.session, context.console, context.agent).to_vec();
        payload.extend_from_slice(&claims.0);
        let mut message = vec![MESSAGE_3];
        message.extend_from_slice(&noise.write(&payload)?);
        let split = noise.split()?;
        let mut pair = Self::new(Side::Agent, context, keeping, Phase::Ended);
        pair.emit(PairOutput::Transmit(message));
        pair.begin_run_0(now_ms, &split, rng);
        pair.peer_static = Some(peer_static);
        pair.emit(PairOutput::Paired {
            peer_static,
            claims: Vec::new(),
        });
        Ok(pair)
    }

    /// Console, after it admitted: waits for message 3.
    pub(crate) fn admitting(
        now_ms: u64,
        context: PairContext,
        noise: Handshake,
        keeping: RootKeeping,
    ) -> Self {
        let deadline = now_ms.saturating_add(PAIRING_MS);
        Self::new(
            Side::Console,
            context,
            keeping,
            Phase::AwaitMessage3 { noise, deadline },
        )
    }

    /// The keys of the pairing handshake are run 0; the share of the root is its first record.
    fn begin_run_0(&mut self, now_ms: u64, split: &Split, rng: &mut dyn CryptoRngCore) {
        self.run = Some(Run::new(0, split, now_ms));
        let own = Secret32::random(rng);
        // A fresh run has numbers left.
        let _sealed = self.send(now_ms, Outgoing::RootShare(own.expose()));
        let deadline = now_ms.saturating_add(PAIRING_MS);
        self.phase = Phase::AwaitShare {
            own,
            hash: split.hash,
            deadline,
        };
    }

    pub(super) fn on_message_3(&mut self, now_ms: u64, body: &[u8], rng: &mut dyn CryptoRngCore) {
        match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::AwaitMessage3 { noise, .. } => {
                if self.accept_message_3(now_ms, noise, body, rng).is_err() {
                    self.finish(EndReason::PairingFailed);
                }
            }
            other @ (Phase::AwaitShare { .. } | Phase::Established | Phase::Ended) => {
                self.phase = other;
                self.reject(now_ms, HandshakeFault::Unexpected);
            }
        }
    }

    fn accept_message_3(
        &mut self,
        now_ms: u64,
        mut noise: Handshake,
        body: &[u8],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<(), BadBytes> {
        let payload = noise.read(body)?;
        let (place, claims) = split_place(&payload)?;
        let ours = place_bytes(&self.context.session, self.context.console, self.context.agent);
        if !bool::from(place.ct_eq(&ours)) || claims.len() > MAX_CLAIMS {
            return Err(BadBytes);
        }
        let peer_static = noise.remote_static().ok_or(BadBytes)?;
        let split = noise.split()?;
        self.begin_run_0(now_ms, &split, rng);
        self.peer_static = Some(peer_static);
        self.emit(PairOutput::Paired {
            peer_static,
            claims: claims.to_vec(),
        });
        Ok(())
    }

    /// Both shares are here.
    pub(super) fn on_root_share(&mut self, now_ms: u64, theirs: [u8; 32]) {
        let theirs = Secret32::new(theirs);
        let Phase::AwaitShare { own, hash, .. } = std::mem::replace(&mut self.phase, Phase::Established)
        else {
            return;
        };
        let (agent, console) = match self.side {
            Side::Agent => (own, theirs),
            Side::Console => (theirs, own),
        };
        let shares = zeroize::Zeroizing::new([*agent.expose(), *console.expose()].concat());
        let root = hkdf32(&hash, &shares, &[b"temoto root"]);
        match self.keeping {
            RootKeeping::Machine => self.root = Some(root),
            RootKeeping::Caller => self.emit(PairOutput::KeepRoot(root)),
        }
        self.emit(PairOutput::RootReady);
        // Tells the other end that the root arrived here, so that the code may be forgotten.
        let _sealed = self.send(now_ms, Outgoing::Confirm);
        self.emit(PairOutput::RunStarted { n: 0 });
    }

    /// Something came that only a holder of the root could send.
    pub(super) fn confirm_root(&mut self) {
        if !self.root_confirmed {
            self.root_confirmed = true;
            self.emit(PairOutput::RootConfirmed);
        }
    }
}
