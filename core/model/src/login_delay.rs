//! How long a password must wait after wrong ones: an exponential delay instead of a lock.
//!
//! Failures are counted per key. A key is either an e-mail address, whether an account has it or not, or a device
//! that its owner logged in from before: so nobody can lock the owner out at the own desk, and a stranger cannot
//! tell addresses with an account from others. 24 wrong tries in a row take about 17 hours.

use std::time::Duration;

use crate::Timestamp;

/// Wrong passwords that cost nothing.
const FREE: u32 = 4;
/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(9_000);
/// Failures are forgotten after so long without another.
pub const FORGOTTEN_AFTER: Duration = Duration::from_secs(48 * 3_600);

/// The failures of one key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Failures {
    /// Wrong passwords in a row.
    pub count: u32,
    /// The last of them.
    pub last_at: Timestamp,
}

impl Failures {
    /// How long the next try must still wait; nothing if it need not.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Duration {
        let passed = now.since(self.last_at);
        if passed >= FORGOTTEN_AFTER {
            return Duration::ZERO;
        }
        delay(self.count).saturating_sub(passed)
    }

    /// After one more wrong password.
    #[must_use]
    pub fn after_failure(&self, now: Timestamp) -> Self {
        let forgotten = now.since(self.last_at) >= FORGOTTEN_AFTER;
        let count = if forgotten { 0 } else { self.count };
        Self {
            count: count.saturating_add(1),
            last_at: now,
        }
    }
}

fn delay(failures: u32) -> Duration {
    match failures.checked_sub(FREE) {
        None | Some(0) => Duration::ZERO,
        Some(over) => 1_u64
            .checked_shl(over - 1)
            .map_or(LONGEST, |seconds| Duration::from_secs(seconds).min(LONGEST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_four_wrong_tries_take_about_seventeen_hours() {
        let mut now = Timestamp::from_millis(1_800_000_000_000);
        let start = now;
        let mut failures = Failures::default();
        for _ in 0..24 {
            now = now.plus(failures.wait(now));
            failures = failures.after_failure(now);
        }
        let took = now.since(start).as_secs();
        assert!((14 * 3_600..20 * 3_600).contains(&took), "{took} s");
    }

    #[test]
    fn a_few_mistakes_cost_nothing_and_the_wait_passes() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let mut failures = Failures::default();
        for _ in 0..4 {
            failures = failures.after_failure(now);
            assert_eq!(failures.wait(now), Duration::ZERO);
        }
        failures = failures.after_failure(now);
        assert_eq!(failures.wait(now), Duration::from_secs(1));
        assert_eq!(failures.wait(now.plus(Duration::from_secs(1))), Duration::ZERO);
    }

    #[test]
    fn any_number_of_failures_waits_no_longer_than_the_longest() {
        let now = Timestamp::from_millis(0);
        for count in [19, 60, 68, 69, 1_000, u32::MAX] {
            assert_eq!(Failures { count, last_at: now }.wait(now), LONGEST, "{count}");
        }
    }

    #[test]
    fn two_quiet_days_forget() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let failures = Failures {
            count: 20,
            last_at: now,
        };
        let later = now.plus(FORGOTTEN_AFTER);
        assert_eq!(failures.wait(later), Duration::ZERO);
        assert_eq!(failures.after_failure(later).count, 1);
    }
}
