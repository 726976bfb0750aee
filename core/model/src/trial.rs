//! The trial of an organisation that registered itself: fifteen days with all functions and two sessions at once. It
//! ends early when the organisation activates a licence: from then on that counts. Afterwards nothing is taken
//! away but the start of new sessions: login and history stay, and a running session is never cut.

use std::time::Duration;

use crate::Timestamp;

/// Sessions at once in a trial.
pub const SESSIONS: u32 = 2;
/// How long a trial lasts.
pub const LENGTH: Duration = Duration::from_secs(15 * 24 * 3_600);

/// On what terms an organisation works.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Contract {
    /// The own installation of its owner, who decides: no end.
    #[default]
    Own,
    /// Registered itself and tries it out.
    Trial(Trial),
}

/// From when to when somebody tries it out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trial {
    /// Begins.
    pub started_at: Timestamp,
    /// Is over from here on.
    pub ends_at: Timestamp,
}

impl Trial {
    /// A trial that begins now.
    #[must_use]
    pub fn begin(now: Timestamp) -> Self {
        Self {
            started_at: now,
            ends_at: now.plus(LENGTH),
        }
    }

    /// Whether it is over at this moment.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends_at
    }
}

impl Contract {
    /// Its name in the interface at this moment: `own`, `trial` or `trial_over`.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Trial(trial) if trial.is_over(now) => "trial_over",
            Self::Trial(_) => "trial",
        }
    }

    /// Whether a session may be *started* at this moment. What runs already is not asked about.
    #[must_use]
    pub fn may_start(&self, now: Timestamp) -> bool {
        match self {
            Self::Own => true,
            Self::Trial(trial) => !trial.is_over(now),
        }
    }

    /// When the trial ends, if this is one.
    #[must_use]
    pub const fn trial_ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Own => None,
            Self::Trial(trial) => Some(trial.ends_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const BLINK: Duration = Duration::from_millis(1);

    #[test]
    fn a_trial_lasts_fifteen_days_and_not_a_moment_longer() {
        let contract = Contract::Trial(Trial::begin(START));
        let end = START.plus(Duration::from_secs(15 * 86_400));
        assert_eq!(contract.trial_ends_at(), Some(end));
        for (at, may, status) in [
            (START, true, "trial"),
            (end.minus(BLINK), true, "trial"),
            (end, false, "trial_over"),
            (end.plus(LENGTH), false, "trial_over"),
        ] {
            assert_eq!(
                (contract.may_start(at), contract.status(at)),
                (may, status),
                "{at}"
            );
        }
    }

    #[test]
    fn an_own_installation_never_ends() {
        let far = START.plus(Duration::from_secs(100 * 365 * 86_400));
        assert!(Contract::default().may_start(far));
        assert_eq!(Contract::Own.status(far), "own");
        assert_eq!(Contract::Own.trial_ends_at(), None);
    }
}
