//! The pair's numbers of time: back-off, the failure count, deadlines; and what happens when they pass.

use super::agent::Start;
use super::{EndReason, Phase, SecurePair, Side};
use rand_core::CryptoRngCore;
use std::collections::VecDeque;

/// From the admission to the root.
pub(super) const PAIRING_MS: u64 = 15_000;
/// From a run's init to its first record.
pub(super) const START_MS: u64 = 5_000;
/// Age at which the agent replaces a run.
const RUN_MS: u64 = 60 * 60 * 1000;
/// Age at which the console asks for that.
const RUN_ASK_MS: u64 = RUN_MS + 60_000;

const FAILURE_LIMIT: usize = 10;
const FAILURE_WINDOW_MS: u64 = 10 * 60 * 1000;

const BACKOFF_FIRST_MS: u64 = 250;
const BACKOFF_LAST_MS: u64 = 30_000;

/// Doubling delays from 250 ms to 30 s, the upper half of each random.
pub(super) struct Backoff(u64);

impl Backoff {
    pub(super) fn new() -> Self {
        Self(BACKOFF_FIRST_MS)
    }

    pub(super) fn reset(&mut self) {
        self.0 = BACKOFF_FIRST_MS;
    }

    pub(super) fn next(&mut self) -> u64 {
        let delay = self.0;
        self.0 = (delay * 2).min(BACKOFF_LAST_MS);
        delay
    }

    pub(super) fn next_jittered(&mut self, rng: &mut dyn CryptoRngCore) -> u64 {
        let half = self.next() / 2;
        half + rng.next_u64() % (half + 1)
    }
}

/// Times of the failures of the last ten minutes.
pub(super) struct Failures(VecDeque<u64>);

impl Failures {
    pub(super) fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Notes a failure; true when it is one too many.
    pub(super) fn count(&mut self, now_ms: u64) -> bool {
        while self
            .0
            .front()
            .is_some_and(|then| now_ms.saturating_sub(*then) > FAILURE_WINDOW_MS)
        {
            self.0.pop_front();
        }
        self.0.push_back(now_ms);
        self.0.len() >= FAILURE_LIMIT
    }
}

impl SecurePair {
    /// When [`handle_timeout`](Self::handle_timeout) is due, if ever.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        match &self.phase {
            Phase::Ended => None,
            Phase::AwaitMessage3 { deadline, .. } | Phase::AwaitShare { deadline, .. } => Some(*deadline),
            Phase::Established => {
                let renewal = self.renewal_at();
                [self.start.deadline(), self.retry_at, renewal]
                    .into_iter()
                    .flatten()
                    .min()
            }
        }
    }

    /// Does what is due. Harmless when nothing is.
    pub fn handle_timeout(&mut self, now_ms: u64, rng: &mut dyn CryptoRngCore) {
        match &self.phase {
            Phase::Ended => return,
            Phase::AwaitMessage3 { deadline, .. } | Phase::AwaitShare { deadline, .. } => {
                if now_ms >= *deadline {
                    self.finish(EndReason::PairingTimeout);
                }
                return;
            }
            Phase::Established => {}
        }
        if self.start.deadline().is_some_and(|deadline| now_ms >= deadline) {
            // No reply, or no record under the new keys: that number is used up.
            self.start = Start::Idle;
            self.retry_later(now_ms, rng);
        }
        let due = |at: Option<u64>| at.is_some_and(|at| now_ms >= at);
        if due(self.retry_at) || (due(self.renewal_at()) && self.retry_at.is_none()) {
            self.retry_at = None;
            match self.side {
                Side::Agent if self.start.is_idle() => self.begin_start(now_ms, rng),
                Side::Agent => {}
                Side::Console => self.ask(now_ms),
            }
        }
    }

    /// When the living run is too old. An agent that is replacing it already has no such moment.
    fn renewal_at(&self) -> Option<u64> {
        let age = match self.side {
            Side::Agent if self.start.is_idle() => RUN_MS,
            Side::Agent => return None,
            Side::Console => RUN_ASK_MS,
        };
        if self.retry_at.is_some() {
            return None;
        }
        self.run.as_ref().map(|run| run.started_ms.saturating_add(age))
    }

    /// Agent: start again after the next delay. Console: ask again then.
    pub(super) fn retry_later(&mut self, now_ms: u64, rng: &mut dyn CryptoRngCore) {
        let delay = self.backoff.next_jittered(rng);
        self.retry_at = Some(now_ms.saturating_add(delay));
    }
}
