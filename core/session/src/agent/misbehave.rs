//! An end that sends what it likes, for tests of the other one.

use super::Agent;
use crate::misbehave::Misbehavior;

impl Agent {
    /// Sends this, whatever is allowed or makes sense.
    pub fn misbehave(&mut self, now_ms: u64, what: Misbehavior) {
        if let Some(peer) = &mut self.peer {
            let _congested = what.send(peer, now_ms, &mut self.rng);
        }
        self.settle(now_ms);
    }
}
