//! Records on their way to the customer's ends and from them, of which the shell may compute the large ones.

use temoto_crypto::{Outside, SecurePair};

use super::Console;
use crate::output::Output;
use crate::peer::Peer;

impl Console {
    /// From now on the shell computes the AES-256-GCM of large records ([`Output::Seal`], [`Output::Open`]). To be called before the
    /// first customer, or before [`Console::restore`].
    pub const fn compute_outside(&mut self) {
        self.outside = true;
    }

    /// The shell opened the record of an [`Output::Open`]; `None` if its tag does not verify.
    pub fn opened(&mut self, now_ms: u64, pair: u8, ticket: u32, plaintext: Option<Vec<u8>>) {
        if let Some(end) = self.ends.get_mut(&pair) {
            end.peer.record(now_ms, ticket, plaintext, &mut self.rng);
        }
        self.settle(now_ms);
    }

    /// What an agent sealed.
    pub(super) fn agent_says(&mut self, now_ms: u64, from: u8, bytes: &[u8]) {
        self.meter.received(bytes.len());
        if let Some(end) = self.ends.get_mut(&from) {
            end.peer.receive(now_ms, bytes, &mut self.rng);
        }
    }

    /// Opaque bytes for a participant, and behind them what the shell makes of `work`; lost with the line.
    pub(super) fn carry(&mut self, to: u8, bytes: Vec<u8>, work: Option<Outside>) {
        if self.link.is_up() {
            self.outputs
                .push_back(Output::to_participant(to, to, bytes, work));
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
