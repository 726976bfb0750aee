//! Work for a knock: what the relay asks of everybody while too many attempts fail. The customer notices nothing but
//! that connecting takes a little longer.

use temoto_crypto::work::{Puzzle, knock_digest};
use temoto_wire::limits::WORK_BITS;
use temoto_wire::relay::{Id, ToServer};

use super::Agent;
use super::join::ATTEMPT_MS;
use crate::link::OPEN_WITHIN_MS;

/// Hashes of one step: half a millisecond of a program, 11 of a browser, some tens on a slow phone; nothing else waits longer.
const STEP: u32 = 1 << 13;
/// The relay waits so long for a solution.
const WORK_MS: u64 = 120_000;

/// The work for one connection.
pub struct Work {
    /// `None`: it is done.
    puzzle: Option<Puzzle>,
    /// The next nonce.
    next: u64,
    /// When the next step is due: at once.
    due_ms: u64,
}

impl Work {
    /// When the next step is due.
    pub(super) fn next_timeout(&self) -> Option<u64> {
        self.puzzle.map(|_| self.due_ms)
    }
}

impl Agent {
    pub(super) fn work_asked(&mut self, now_ms: u64, challenge: &Id, bits: u8) {
        // One for each connection.
        if self.work.is_some() || !self.extend_knock(now_ms.saturating_add(WORK_MS)) {
            return;
        }
        if bits > WORK_BITS {
            return self.give_up("forbidden");
        }
        let Some(knock) = self.link.greeting() else { return };
        let puzzle = Puzzle::new(challenge, &knock_digest(&knock.encode()), bits);
        self.link.wait_until(now_ms.saturating_add(WORK_MS));
        self.work = Some(Work {
            puzzle: Some(puzzle),
            next: 0,
            due_ms: now_ms,
        });
    }

    /// One step of the work, if there is some.
    pub(super) fn do_work(&mut self, now_ms: u64) {
        let Some(Work {
            puzzle: puzzle @ Some(_),
            next,
            due_ms,
        }) = &mut self.work
        else {
            return;
        };
        let found = puzzle.and_then(|puzzle| puzzle.search(*next, STEP));
        *next = next.saturating_add(u64::from(STEP));
        *due_ms = now_ms;
        let Some(nonce) = found else { return };
        *puzzle = None;
        self.send(&ToServer::Worked { nonce });
        // From here on it is an attempt like any other.
        self.extend_knock(now_ms.saturating_add(ATTEMPT_MS));
        self.link.wait_until(now_ms.saturating_add(OPEN_WITHIN_MS));
    }
}
