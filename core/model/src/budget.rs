//! The failure budget of the installation: how many attempts to join may fail before codes get longer and attempts
//! cost work. A guess at any live code must stay a waste of time, and nobody may be locked out by other people's
//! guesses.
//!
//! Pure: the caller says what happened and when, asks for the [`Demand`], and keeps the [`Figures`] of the hours
//! that changed, so that a restart forgets nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::Timestamp;

/// Unresolved failures in 24 hours that are free.
pub const FREE: u32 = 50;
/// One more failure is free for every so many successes in 24 hours (5 %).
pub const SUCCESSES_PER_FAILURE: u32 = 20;
/// Failures of any kind in this hour and the last one after which attempts cost work, whatever else is free.
pub const HOURLY: u32 = 200;
/// An attempt that was not admitted after so long counts as a failure; the relay does the timing.
pub const UNRESOLVED_AFTER: Duration = Duration::from_secs(60);
/// Misses of one join handle that its success forgives.
pub const FORGIVEN: u8 = 2;
/// Misses older than this are not forgiven any more.
pub const FORGIVEN_WITHIN: Duration = Duration::from_secs(600);
/// Work of the first attempt after the budget is spent, in leading zero bits of a SHA-256: below a second.
pub const FIRST_WORK_BITS: u8 = 18;
/// The most work that is asked for: minutes, still no wall.
pub const MOST_WORK_BITS: u8 = 24;
/// Join handles that are remembered; the oldest go first.
const HANDLES: usize = 4_096;

const HOUR_MS: i64 = 3_600_000;
const WINDOW_HOURS: i64 = 24;

/// What joins the attempts of one program: made by the relay, never by an address alone.
pub type Handle = [u8; 16];

/// What happened in one hour.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Figures {
    /// Attempts that were not admitted.
    pub failures: u32,
    /// Of earlier failures: those that a success forgave in this hour.
    pub forgiven: u32,
    /// Attempts that were admitted.
    pub successes: u32,
}

/// What is asked of codes and attempts now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Demand {
    /// New codes have ten digits.
    pub long_codes: bool,
    /// Leading zero bits of the proof of work that an attempt needs; 0: none. A solved one is never refused.
    pub work_bits: u8,
}

/// The budget.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    hours: BTreeMap<i64, Figures>,
    changed: BTreeSet<i64>,
    spent_at: Option<Timestamp>,
    misses: VecDeque<(Timestamp, Handle)>,
}

impl Budget {
    /// The budget after a restart: the figures by hour (hours since 1970), and when it was last found spent.
    #[must_use]
    pub fn restore(figures: impl IntoIterator<Item = (i64, Figures)>, spent_at: Option<Timestamp>) -> Self {
        Self {
            hours: figures.into_iter().collect(),
            spent_at,
            ..Self::default()
        }
    }

    /// An attempt failed.
    pub fn miss(&mut self, handle: Handle, now: Timestamp) {
        self.forget(now);
        self.hour(now, |f| f.failures = f.failures.saturating_add(1));
        if self.misses.len() >= HANDLES {
            self.misses.pop_front();
        }
        self.misses.push_back((now, handle));
        if self.is_spent(now) {
            self.spent_at = Some(now);
        }
    }

    /// An attempt was admitted: forgives the last two misses of the same handle.
    pub fn success(&mut self, handle: Handle, now: Timestamp) {
        self.forget(now);
        let mut forgiven = 0;
        // From the newest: an old miss may be another person's.
        for index in (0..self.misses.len()).rev() {
            let own = self.misses.get(index).is_some_and(|(_, h)| *h == handle);
            if own && forgiven < FORGIVEN {
                self.misses.remove(index);
                forgiven += 1;
            }
        }
        self.hour(now, |f| {
            f.successes = f.successes.saturating_add(1);
            f.forgiven = f.forgiven.saturating_add(u32::from(forgiven));
        });
    }

    /// What is asked of codes and attempts at this moment.
    #[must_use]
    pub fn demand(&self, now: Timestamp) -> Demand {
        let long_codes = self
            .spent_at
            .is_some_and(|at| now.since(at) < Duration::from_secs(24 * 3_600));
        let (unresolved, allowed) = self.balance(now);
        let work_bits = price(unresolved, allowed).max(price(self.lately(now), HOURLY));
        Demand {
            long_codes,
            work_bits,
        }
    }

    /// When the budget was last found spent, to be kept.
    #[must_use]
    pub const fn spent_at(&self) -> Option<Timestamp> {
        self.spent_at
    }

    /// The hours that changed since this was last asked, with all of their figures, to be kept.
    pub fn take_changed(&mut self) -> Vec<(i64, Figures)> {
        std::mem::take(&mut self.changed)
            .into_iter()
            .filter_map(|hour| Some((hour, *self.hours.get(&hour)?)))
            .collect()
    }

    fn is_spent(&self, now: Timestamp) -> bool {
        let (unresolved, allowed) = self.balance(now);
        unresolved > allowed
    }

    /// Unresolved failures of the last 24 hours, and how many are free.
    fn balance(&self, now: Timestamp) -> (u32, u32) {
        let first = hour_of(now) - WINDOW_HOURS + 1;
        let mut sum = Figures::default();
        for figures in self.hours.range(first..).map(|(_, f)| f) {
            sum.failures = sum.failures.saturating_add(figures.failures);
            sum.forgiven = sum.forgiven.saturating_add(figures.forgiven);
            sum.successes = sum.successes.saturating_add(figures.successes);
        }
        let unresolved = sum.failures.saturating_sub(sum.forgiven);
        (
            unresolved,
            FREE.saturating_add(sum.successes / SUCCESSES_PER_FAILURE),
        )
    }

    /// All failures of this hour and the one before, forgiven or not: never fewer than those of the last 60 minutes.
    fn lately(&self, now: Timestamp) -> u32 {
        let recent = self.hours.range(hour_of(now) - 1..);
        recent.fold(0, |sum, (_, f)| sum.saturating_add(f.failures))
    }

    fn hour(&mut self, now: Timestamp, change: impl FnOnce(&mut Figures)) {
        let hour = hour_of(now);
        change(self.hours.entry(hour).or_default());
        self.changed.insert(hour);
    }

    fn forget(&mut self, now: Timestamp) {
        let first = hour_of(now) - WINDOW_HOURS + 1;
        self.hours = self.hours.split_off(&first);
        while let Some((at, _)) = self.misses.front() {
            if now.since(*at) < FORGIVEN_WITHIN {
                break;
            }
            self.misses.pop_front();
        }
    }
}

/// What an attempt costs, in bits: each doubling of what is over costs twice the work.
fn price(failures: u32, free: u32) -> u8 {
    let over = failures.saturating_sub(free);
    if over == 0 {
        return 0;
    }
    let doublings = (over / FREE).checked_ilog2().map_or(0, |n| n + 1);
    let doublings = u8::try_from(doublings).unwrap_or(u8::MAX);
    FIRST_WORK_BITS.saturating_add(doublings).min(MOST_WORK_BITS)
}

fn hour_of(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(500_000 * HOUR_MS);
    const CALM: Demand = Demand {
        long_codes: false,
        work_bits: 0,
    };

    fn after(hours: u64) -> Timestamp {
        START.plus(Duration::from_secs(hours * 3_600))
    }

    fn handle(n: u32) -> Handle {
        let mut handle = [0; 16];
        handle[..4].copy_from_slice(&n.to_be_bytes());
        handle
    }

    fn spent() -> Budget {
        let mut budget = Budget::default();
        for n in 0..=FREE {
            budget.miss(handle(n), START);
        }
        budget
    }

    #[test]
    fn fifty_failures_a_day_change_nothing_and_one_more_does() {
        let mut budget = Budget::default();
        for n in 0..FREE {
            budget.miss(handle(n), START);
            assert_eq!(budget.demand(START), CALM);
        }
        budget.miss(handle(FREE), START);
        let demand = budget.demand(START);
        assert!(demand.long_codes);
        assert_eq!(demand.work_bits, FIRST_WORK_BITS);
    }

    #[test]
    fn a_success_forgives_two_misses_of_the_same_handle_only() {
        let mut budget = spent();
        budget.success(handle(999), START);
        assert_eq!(budget.demand(START).work_bits, FIRST_WORK_BITS);
        budget.success(handle(3), START);
        assert_eq!(budget.demand(START).work_bits, 0);

        let mut one = Budget::default();
        for _ in 0..4 {
            one.miss(handle(1), START);
        }
        one.success(handle(1), START);
        assert_eq!(one.balance(START).0, 2);
        // What was forgiven once is not forgiven again, a fresh success forgives the rest.
        one.success(handle(1), START);
        one.success(handle(1), START);
        assert_eq!(one.balance(START).0, 0);
    }

    #[test]
    fn an_old_miss_is_not_forgiven() {
        let mut budget = Budget::default();
        budget.miss(handle(1), START);
        budget.success(handle(1), START.plus(FORGIVEN_WITHIN));
        assert_eq!(budget.balance(START).0, 1);
    }

    #[test]
    fn successes_of_the_day_make_the_budget_grow_by_a_twentieth() {
        let mut budget = Budget::default();
        for n in 0..1_000 {
            budget.success(handle(n), START);
        }
        assert_eq!(budget.balance(START).1, FREE + 50);
        assert_eq!(budget.balance(after(24)).1, FREE);
    }

    #[test]
    fn codes_stay_long_until_a_day_was_calm() {
        let budget = spent();
        assert!(budget.demand(after(23)).long_codes);
        assert_eq!(budget.demand(after(24)), CALM);
    }

    #[test]
    fn the_price_of_an_attempt_rises_but_never_becomes_a_wall() {
        let mut budget = spent();
        let mut last = budget.demand(START).work_bits;
        for n in 0..20_000 {
            budget.miss(handle(n), START);
            let bits = budget.demand(START).work_bits;
            assert!(bits >= last && bits <= MOST_WORK_BITS);
            last = bits;
        }
        assert_eq!(last, MOST_WORK_BITS);
    }

    #[test]
    fn two_hundred_failures_of_an_hour_cost_work_however_many_succeed() {
        let mut budget = Budget::default();
        for n in 0..100_000 {
            budget.success(handle(n), START);
        }
        for n in 0..HOURLY {
            assert_eq!(budget.demand(after(1)), CALM, "{n}");
            let at = after(u64::from(n % 2));
            budget.miss(handle(1), at);
            // Forgiven ones count here, or one who may come in could guess for ever.
            budget.success(handle(1), at);
        }
        budget.miss(handle(2), after(1));
        let costs = Demand {
            long_codes: false,
            work_bits: FIRST_WORK_BITS,
        };
        assert_eq!(budget.demand(after(1)), costs);
        for n in 0..FREE {
            budget.miss(handle(n), after(1));
        }
        assert_eq!(budget.demand(after(1)).work_bits, FIRST_WORK_BITS + 1);
        assert_eq!(budget.demand(after(2)), CALM);
    }

    #[test]
    fn a_restart_forgets_nothing_that_counts() {
        let mut budget = spent();
        budget.success(handle(70), after(1));
        let kept = budget.take_changed();
        assert_eq!(kept.len(), 2);
        assert_eq!(budget.take_changed(), Vec::new());
        let again = Budget::restore(kept, budget.spent_at());
        for hour in 0..30 {
            assert_eq!(
                again.demand(after(hour)),
                budget.demand(after(hour)),
                "hour {hour}"
            );
        }
    }

    #[test]
    fn any_number_of_handles_takes_bounded_room() {
        let mut budget = Budget::default();
        for n in 0..20_000 {
            budget.miss(handle(n), START);
        }
        assert_eq!(budget.misses.len(), HANDLES);
    }
}
