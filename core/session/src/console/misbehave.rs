//! An end that sends what it likes, for tests of the other one.

use temoto_wire::relay::Role;

use super::Console;
use crate::misbehave::Misbehavior;

impl Console {
    /// Sends this to the agents of this role, whatever is allowed or makes sense.
    pub fn misbehave(&mut self, now_ms: u64, to: Role, what: &Misbehavior) {
        for end in self.ends.values_mut().filter(|end| end.role == to) {
            let _congested = what.clone().send(&mut end.peer, now_ms, &mut self.rng);
        }
        self.settle(now_ms);
    }
}
