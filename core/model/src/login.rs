//! How long a login, a known device and a one-time link live.

use std::time::Duration;

use crate::Timestamp;

/// A login that was not used for so long is over.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// A login is over after so long in any case.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 3_600);
/// A login that is over is remembered for so long: who logs in again in the same browser gets the same login with a
/// new secret, and the places that its consoles have at the relay with it.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);
/// Use is noted at most this often: a write per request would wear the disk for nothing.
pub const TOUCH: Duration = Duration::from_secs(60);
/// A device that somebody logged in from is known for so long after the last login.
pub const DEVICE_LIFE: Duration = Duration::from_secs(180 * 24 * 3_600);
/// How long the link of the first administrator is good.
pub const SETUP_LINK_LIFE: Duration = Duration::from_secs(24 * 3_600);
/// How long a link for choosing a password is good.
pub const PASSWORD_LINK_LIFE: Duration = Duration::from_secs(24 * 3_600);
/// Longest description of a device (its `User-Agent`) that is kept, in characters.
pub const DEVICE_CHARS: usize = 200;

/// When a login was made and used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LoginTimes {
    /// Made.
    pub created_at: Timestamp,
    /// Used last, as far as noted.
    pub last_seen_at: Timestamp,
}

impl LoginTimes {
    /// Whether the login holds at this moment.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) < IDLE && now.since(self.created_at) < ABSOLUTE
    }

    /// When it ends at the latest, however much it is used.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.created_at.plus(ABSOLUTE)
    }

    /// Whether use at this moment is to be noted.
    #[must_use]
    pub fn is_to_be_touched(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= TOUCH
    }
}

/// A device's own description, short and without characters that could confuse a log or a page.
#[must_use]
pub fn device_description(user_agent: &str) -> String {
    user_agent
        .chars()
        .filter(|c| !c.is_control())
        .take(DEVICE_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn seen(after: Duration) -> LoginTimes {
        LoginTimes {
            created_at: START,
            last_seen_at: START.plus(after),
        }
    }

    #[test]
    fn a_login_ends_after_half_an_hour_without_use() {
        let login = seen(Duration::ZERO);
        assert!(login.is_valid(START.plus(IDLE).minus(Duration::from_millis(1))));
        assert!(!login.is_valid(START.plus(IDLE)));
    }

    #[test]
    fn a_login_ends_after_twelve_hours_of_use() {
        let before = ABSOLUTE - Duration::from_secs(1);
        assert!(seen(before).is_valid(START.plus(before)));
        assert!(!seen(before).is_valid(START.plus(ABSOLUTE)));
    }

    #[test]
    fn use_is_noted_once_a_minute() {
        let login = seen(Duration::ZERO);
        assert!(!login.is_to_be_touched(START.plus(Duration::from_secs(59))));
        assert!(login.is_to_be_touched(START.plus(Duration::from_secs(60))));
    }

    #[test]
    fn a_clock_that_went_back_does_not_end_logins() {
        assert!(seen(Duration::ZERO).is_valid(START.minus(Duration::from_secs(3_600))));
    }

    #[test]
    fn a_description_is_short_and_plain() {
        let text = format!("Mozilla\r\n\u{1b}[31m{}", "x".repeat(500));
        let kept = device_description(&text);
        assert!(kept.starts_with("Mozilla[31mx"));
        assert_eq!(kept.chars().count(), DEVICE_CHARS);
    }
}
