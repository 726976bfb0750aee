//! Leases: how many sessions an organisation may run at once, and who is next when none is free.
//!
//! A lease is held by a living session, never by a person. It is taken when the customer joins or when a code is
//! given out, as the organisation says. What runs is never cut: a session that comes back after its lease was freed
//! takes it again even when all are taken meanwhile; only the next new session waits.

use std::time::Duration;

use crate::licence::{Function, Functions};
use crate::{Timestamp, UserId};

/// A session that nobody operates for so long has paused or crashed: its lease is free.
pub const GRACE: Duration = Duration::from_secs(120);
/// Who waits in line and was not heard for so long has left it.
pub const LINE_SILENCE: Duration = Duration::from_secs(30);
/// Whose turn it is has so long to start.
pub const TURN: Duration = Duration::from_secs(60);
/// Most people in one line.
pub const LINE: usize = 1_000;

/// Days before the end of a licence at which administrators are told, the farthest first.
pub const NOTICES: [u32; 3] = [30, 7, 1];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The notice that is due of a licence: of [`NOTICES`] the nearest that has come, if neither it nor a nearer one was
/// `given`. Half of what the licence lasts must be over: nobody is told of the end of a trial on its first day.
#[must_use]
pub fn notice(now: Timestamp, starts_at: Timestamp, ends_at: Timestamp, given: Option<u32>) -> Option<u32> {
    let left = ends_at.since(now);
    if left.is_zero() {
        return None;
    }
    let lasts = ends_at.since(starts_at);
    let due = NOTICES
        .into_iter()
        .filter(|&days| left <= DAY * days && DAY * days * 2 <= lasts)
        .min()?;
    given.is_none_or(|given| given > due).then_some(due)
}

/// When a lease is taken.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TakeAt {
    /// When the customer joins.
    #[default]
    Join,
    /// When the code is given out.
    Code,
}

impl TakeAt {
    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Code => "code",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Join, Self::Code]
            .into_iter()
            .find(|at| at.as_str() == name)
    }
}

/// What an activated licence, or a trial, gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Grant {
    /// Sessions at once.
    pub sessions: u32,
    /// What for.
    pub functions: Functions,
    /// From when on.
    pub starts_at: Timestamp,
    /// From when on no more.
    pub ends_at: Option<Timestamp>,
}

impl Grant {
    /// Whether it counts at this moment.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.starts_at <= now && self.ends_at.is_none_or(|end| now < end)
    }
}

/// How many sessions may run at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Allowance {
    /// As many as one likes: an own installation that never activated a licence.
    Unlimited,
    /// So many.
    Sessions(u32),
}

impl Allowance {
    /// What these grants come to at this moment, for one function. An installation whose owner does not ask for
    /// licences is unlimited until an organisation activates one: from then on what it bought counts.
    #[must_use]
    pub fn of(grants: &[Grant], function: Function, required: bool, now: Timestamp) -> Self {
        if grants.is_empty() && !required {
            return Self::Unlimited;
        }
        let counting = grants
            .iter()
            .filter(|grant| grant.counts(now) && grant.functions.has(function));
        Self::Sessions(counting.fold(0, |sum, grant| sum.saturating_add(grant.sessions)))
    }

    /// How many are free when so many are held; `None`: no end of them.
    #[must_use]
    pub const fn free(self, held: u32) -> Option<u32> {
        match self {
            Self::Unlimited => None,
            Self::Sessions(sessions) => Some(sessions.saturating_sub(held)),
        }
    }
}

/// Somebody who waits for a lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Waiter {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub since: Timestamp,
    /// When last heard of.
    pub seen_at: Timestamp,
    /// When the turn came, if it did.
    pub turn_at: Option<Timestamp>,
}

impl Waiter {
    /// Whether the place in the line still holds.
    #[must_use]
    pub fn waits(&self, now: Timestamp) -> bool {
        now < self.seen_at.plus(LINE_SILENCE) && self.turn_at.is_none_or(|turn| now < turn.plus(TURN))
    }
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// May start now.
    Turn,
    /// So many are before.
    Behind(u32),
    /// Not in the line.
    Outside,
}

/// Where a person stands in a line (by `since`) when so many leases are free. Those at its head have them; who is
/// outside of it gets what is left.
#[must_use]
pub fn standing(line: &[Waiter], user: UserId, free: u32, now: Timestamp) -> Standing {
    let mut before: u32 = 0;
    for waiter in line.iter().filter(|waiter| waiter.waits(now)) {
        if waiter.user == user {
            return if before < free {
                Standing::Turn
            } else {
                Standing::Behind(before)
            };
        }
        before = before.saturating_add(1);
    }
    Standing::Outside
}

/// Whether a person may start a session now.
#[must_use]
pub fn may_start(line: &[Waiter], user: UserId, free: Option<u32>, now: Timestamp) -> bool {
    let Some(free) = free else { return true };
    match standing(line, user, free, now) {
        Standing::Turn => true,
        Standing::Behind(_) => false,
        Standing::Outside => {
            let waiting = line.iter().filter(|waiter| waiter.waits(now)).count();
            u32::try_from(waiting).is_ok_and(|waiting| waiting < free)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn grant(sessions: u32, from: u64, to: Option<u64>) -> Grant {
        let at = |day: u64| NOW.plus(Duration::from_secs(day * 86_400));
        Grant {
            sessions,
            functions: Functions::ALL,
            starts_at: at(from),
            ends_at: to.map(at),
        }
    }

    fn waiter(n: u8) -> Waiter {
        Waiter {
            user: user(n),
            since: NOW,
            seen_at: NOW,
            turn_at: None,
        }
    }

    fn user(n: u8) -> UserId {
        UserId::from_bytes([n; 16])
    }

    #[test]
    fn licences_add_up_while_they_last() {
        let grants = [grant(2, 0, Some(10)), grant(3, 5, None)];
        let at = |day: u64| {
            let now = NOW.plus(Duration::from_secs(day * 86_400));
            Allowance::of(&grants, Function::OneTime, false, now)
        };
        assert_eq!(at(0), Allowance::Sessions(2));
        assert_eq!(at(5), Allowance::Sessions(5));
        assert_eq!(at(10), Allowance::Sessions(3));
        let over = [grant(2, 0, Some(1))];
        let later = NOW.plus(Duration::from_secs(86_400));
        let none = Allowance::of(&over, Function::OneTime, false, later);
        assert_eq!((none, none.free(1)), (Allowance::Sessions(0), Some(0)));
    }

    #[test]
    fn an_own_installation_is_unlimited_until_it_buys_or_its_owner_asks_for_licences() {
        assert_eq!(
            Allowance::of(&[], Function::OneTime, false, NOW),
            Allowance::Unlimited
        );
        assert_eq!(
            Allowance::of(&[], Function::OneTime, true, NOW),
            Allowance::Sessions(0)
        );
        assert_eq!(Allowance::Unlimited.free(1_000), None);
    }

    #[test]
    fn a_licence_counts_for_its_functions_only() {
        let mut one = grant(2, 0, None);
        one.functions = Functions::default().with(Function::Meeting);
        assert_eq!(
            Allowance::of(&[one], Function::OneTime, false, NOW),
            Allowance::Sessions(0)
        );
    }

    #[test]
    fn who_came_first_goes_first_and_others_get_what_is_left() {
        let line = [waiter(1), waiter(2)];
        let table = [
            (
                0,
                [Standing::Behind(0), Standing::Behind(1), Standing::Outside],
                [false, false, false],
            ),
            (
                1,
                [Standing::Turn, Standing::Behind(1), Standing::Outside],
                [true, false, false],
            ),
            (
                2,
                [Standing::Turn, Standing::Turn, Standing::Outside],
                [true, true, false],
            ),
            (
                3,
                [Standing::Turn, Standing::Turn, Standing::Outside],
                [true, true, true],
            ),
        ];
        for (free, stand, start) in table {
            assert_eq!(
                [1, 2, 3].map(|n| standing(&line, user(n), free, NOW)),
                stand,
                "{free}"
            );
            assert_eq!(
                [1, 2, 3].map(|n| may_start(&line, user(n), Some(free), NOW)),
                start,
                "{free}"
            );
        }
        assert!(may_start(&line, user(3), None, NOW));
    }

    #[test]
    fn who_went_away_or_let_the_turn_pass_stands_in_nobodys_way() {
        let silent = Waiter {
            seen_at: NOW.minus(LINE_SILENCE),
            ..waiter(1)
        };
        let slow = Waiter {
            turn_at: Some(NOW.minus(TURN)),
            ..waiter(2)
        };
        let line = [silent, slow, waiter(3)];
        assert_eq!(standing(&line, user(3), 1, NOW), Standing::Turn);
        assert_eq!(standing(&line, user(1), 1, NOW), Standing::Outside);
        assert!(!may_start(&line, user(4), Some(1), NOW));
    }

    #[test]
    fn the_end_of_a_licence_is_told_three_times() {
        let end = NOW.plus(DAY * 365);
        let mut given = None;
        let mut told = Vec::new();
        for day in 0..400 {
            if let Some(days) = notice(NOW.plus(DAY * day), NOW, end, given) {
                given = Some(days);
                told.push((day, days));
            }
        }
        assert_eq!(told, [(335, 30), (358, 7), (364, 1)]);
    }

    #[test]
    fn a_server_that_slept_tells_only_what_is_left() {
        let end = NOW.plus(DAY * 365);
        assert_eq!(notice(end.minus(DAY * 3), NOW, end, None), Some(7));
        assert_eq!(notice(end.minus(DAY * 3), NOW, end, Some(7)), None);
        assert_eq!(notice(end, NOW, end, None), None);
    }

    #[test]
    fn a_trial_of_fifteen_days_is_told_a_week_before() {
        let end = NOW.plus(DAY * 15);
        let days = |left: u32, given| notice(end.minus(DAY * left), NOW, end, given);
        assert_eq!(
            [days(15, None), days(8, None), days(7, None)],
            [None, None, Some(7)]
        );
        assert_eq!(days(1, Some(7)), Some(1));
        let short = NOW.plus(DAY);
        assert_eq!(notice(NOW, NOW, short, None), None, "of a day");
    }
}
