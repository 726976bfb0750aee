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
/// How long the link of a mail for choosing a new password is good.
pub const RESET_LINK_LIFE: Duration = Duration::from_secs(3_600);
/// How long the link of a mail that invites is good: people are on leave.
pub const INVITE_LINK_LIFE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How long the link of a mail that verifies an address is good, and a registration or a change of address with it.
pub const VERIFY_LINK_LIFE: Duration = Duration::from_secs(24 * 3_600);
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

/// What a device is called to people: its browser and its system, as far as they can be told.
#[must_use]
pub fn device_name(description: &str) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chromium/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let first = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(mark, _)| description.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} ({system})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => description.chars().take(40).collect(),
    }
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

    #[test]
    fn a_device_is_called_by_browser_and_system() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (description, name) in [
            (
                format!("{windows} Chrome/148.0.0.0 Safari/537.36 Edg/148.0.0.0"),
                "Edge (Windows)",
            ),
            (
                format!("{windows} Chrome/148.0.0.0 Safari/537.36"),
                "Chrome (Windows)",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0".to_owned(),
                "Firefox (Linux)",
            ),
            ("curl/8.1".to_owned(), "curl/8.1"),
            (String::new(), ""),
        ] {
            assert_eq!(device_name(&description), name);
        }
    }
}
