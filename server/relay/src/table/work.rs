//! Proof of work: what a knock costs while the failure budget is spent.
//!
//! It is asked for before anybody looks where the knock leads, so numbers and tokens in use and not in use are the
//! same here. Who has solved the puzzle is heard, however many knocked before; who has not, has knocked at nothing and
//! is counted as nothing but an open connection.

use rand_core::CryptoRngCore;
use temoto_crypto::work::Puzzle;
use temoto_wire::relay::{Detached, FromServer};

use super::lobby::Knock;
use super::{State, Table};
use crate::event::ConnId;

/// The work is to be done within this.
pub const WORK_MS: u64 = 120_000;

/// A knock that waits for its work.
#[derive(Debug)]
pub(super) struct Working {
    pub(super) until: u64,
    puzzle: Puzzle,
    knock: Knock,
}

impl Table {
    pub(super) fn ask_for_work(
        &mut self,
        id: ConnId,
        knock: Knock,
        digest: &[u8; 32],
        bits: u8,
        rng: &mut dyn CryptoRngCore,
    ) {
        let mut challenge = [0; 16];
        rng.fill_bytes(&mut challenge);
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        conn.state = State::Working(Box::new(Working {
            until: self.now.saturating_add(WORK_MS),
            puzzle: Puzzle::new(&challenge, digest, bits),
            knock,
        }));
        self.schedule(id);
        self.say(id, &FromServer::Work { challenge, bits });
    }

    pub(super) fn worked(&mut self, id: ConnId, nonce: u64, rng: &mut dyn CryptoRngCore) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let State::Working(working) = &conn.state else {
            return;
        };
        if !working.puzzle.is_solved_by(nonce) {
            return self.detach(id, Detached::Protocol);
        }
        // What `hear` makes of it is what the connection does from here on; for a moment it has said nothing yet.
        let since = self.now;
        if let State::Working(working) = std::mem::replace(&mut conn.state, State::Fresh { since }) {
            self.hear(id, working.knock, rng);
        }
    }
}
