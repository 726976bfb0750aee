//! Records on their way to the console and from it, of which the shell may compute the large ones.

use temoto_crypto::{Outside, SecurePair};

use super::Agent;
use crate::output::Output;
use crate::peer::Peer;

impl Agent {
    /// From now on the shell computes the AES-256-GCM of large records ([`Output::Seal`], [`Output::Open`]). To be called before
    /// anything else.
    pub const fn compute_outside(&mut self) {
        self.outside = true;
    }

    /// The shell opened the record of an [`Output::Open`]; `None` if its tag does not verify.
    pub fn opened(&mut self, now_ms: u64, ticket: u32, plaintext: Option<Vec<u8>>) {
        if let Some(peer) = &mut self.peer {
            peer.record(now_ms, ticket, plaintext, &mut self.rng);
        }
        self.settle(now_ms);
    }

    /// What a participant sealed; only the console's is of interest.
    pub(super) fn console_says(&mut self, now_ms: u64, from: u8, bytes: &[u8]) {
        if self.place.is_some_and(|place| place.console == from)
            && let Some(peer) = &mut self.peer
        {
            peer.receive(now_ms, bytes, &mut self.rng);
        }
    }

    /// Opaque bytes for the console, and behind them what the shell makes of `work`; lost with the line.
    pub(super) fn carry(&mut self, bytes: Vec<u8>, work: Option<Outside>) {
        if let Some(place) = self.place.filter(|_| self.link.is_up()) {
            let output = Output::to_participant(place.participant, place.console, bytes, work);
            self.outputs.push_back(output);
        }
    }

    /// A pair at this end of it.
    pub(super) fn peer(&self, secure: SecurePair) -> Peer {
        let mut peer = Peer::new(secure, self.incarnation);
        if self.outside {
            peer.compute_outside();
        }
        peer
    }
}
