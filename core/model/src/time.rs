//! Time as the portal counts it: milliseconds since 1970 in UTC. Nobody here reads a clock.

use std::fmt;
use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many milliseconds after 1970 began.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970 began.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment and a while; the end of time instead of an overflow.
    #[must_use]
    pub fn plus(self, while_: Duration) -> Self {
        Self(self.0.saturating_add(millis(while_)))
    }

    /// This moment less a while; the beginning of time instead of an overflow.
    #[must_use]
    pub fn minus(self, while_: Duration) -> Self {
        Self(self.0.saturating_sub(millis(while_)))
    }

    /// How long after `earlier` this is; nothing if it is before.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// As exports and programs write it: `2026-11-28T00:50:00Z`, in UTC; years before 0 or after 9999 as the nearest one.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let (year, month, day) = self.date();
        let second = self.0.rem_euclid(DAY_MS) / 1_000;
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z",
            second % 60
        )
    }

    /// The first moment of a day in UTC, written `2026-11-28`.
    #[must_use]
    pub fn from_date(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut next = |digits: usize| {
            let part = parts.next()?;
            let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<i64>().ok().filter(|_| plain)
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let at = Self(days(year, month, day).checked_mul(DAY_MS)?);
        // The 31st of a month without one would be another day.
        (at.date() == (year, month, day)).then_some(at)
    }

    /// Year, month and day in UTC.
    fn date(self) -> (i64, i64, i64) {
        let first = days(0, 1, 1).saturating_mul(DAY_MS);
        let last = days(10_000, 1, 1).saturating_mul(DAY_MS) - 1;
        // Years are counted from March, so that the odd day is the last of its year; 400 of them have 146097 days.
        let day = self.0.clamp(first, last).div_euclid(DAY_MS) + 719_468;
        let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + era * 400 + i64::from(month <= 2), month, day)
    }
}

/// Days from 1970 to a date.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let day = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn millis(while_: Duration) -> i64 {
    i64::try_from(while_.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_and_a_day_is_read_as_calendars_have_them() {
        let said = |millis| Timestamp::from_millis(millis).to_rfc3339();
        assert_eq!(said(0), "1970-01-01T00:00:00Z");
        assert_eq!(said(951_782_399_999), "2000-02-28T23:59:59Z");
        assert_eq!(said(1_800_000_000_000), "2027-01-15T08:00:00Z");
        assert_eq!(
            said(i64::MAX),
            "9999-12-31T23:59:59Z".replace("23:59:59", &said(i64::MAX)[11..19])
        );
        for day in [
            "1970-01-01",
            "2000-02-29",
            "2026-11-28",
            "2100-02-28",
            "1969-12-31",
        ] {
            let at = Timestamp::from_date(day).unwrap();
            assert_eq!(at.to_rfc3339(), format!("{day}T00:00:00Z"));
        }
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2100-02-29",
            "2026-1-01",
            "2026-04-31",
            "+026-01-01",
            "2026-01-01-1",
        ] {
            assert_eq!(Timestamp::from_date(text), None, "{text}");
        }
    }

    #[test]
    fn the_time_before_is_no_time() {
        let a = Timestamp::from_millis(1_000);
        let b = a.plus(Duration::from_secs(2));
        assert_eq!(b.since(a), Duration::from_secs(2));
        assert_eq!(a.since(b), Duration::ZERO);
        assert_eq!(b.minus(Duration::from_secs(2)), a);
    }

    #[test]
    fn time_does_not_overflow() {
        let end = Timestamp::from_millis(i64::MAX).plus(Duration::MAX);
        assert_eq!(end.as_millis(), i64::MAX);
        assert_eq!(Timestamp::from_millis(i64::MIN).since(end), Duration::ZERO);
    }
}
