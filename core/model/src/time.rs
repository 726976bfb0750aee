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
