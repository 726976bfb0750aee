//! How often a screen that tells nothing about its changes is looked at.

use std::time::{Duration, Instant};

/// Between looks while things change; a person takes 30 pictures a second for motion.
const FAST: Duration = Duration::from_millis(33);
/// How many looks that saw nothing it takes to become slower, and how slow then.
const SLOWER: [(u32, Duration); 3] = [
    (15, Duration::from_millis(66)),
    (30, Duration::from_millis(100)),
    (60, Duration::from_millis(200)),
];
/// A look may take a quarter of the time, so that a slow display does not eat a processor.
const SHARE: u32 = 3;
/// However slow a look is, the next comes by then.
const SLOWEST: Duration = Duration::from_secs(1);

/// When to look next.
#[derive(Debug)]
pub(crate) struct Rhythm {
    quiet: u32,
    /// How long the last look took.
    cost: Duration,
    looked_at: Option<Instant>,
}

impl Rhythm {
    pub(crate) fn new() -> Self {
        Self {
            quiet: 0,
            cost: Duration::ZERO,
            looked_at: None,
        }
    }

    /// A look began and ended then, and saw changes or not.
    pub(crate) fn looked(&mut self, began_at: Instant, ended_at: Instant, changed: bool) {
        self.cost = ended_at.saturating_duration_since(began_at);
        self.looked_at = Some(ended_at);
        self.quiet = if changed { 0 } else { self.quiet.saturating_add(1) };
    }

    /// Somebody uses mouse or keyboard: changes are likely.
    pub(crate) fn stir(&mut self) {
        self.quiet = 0;
    }

    /// How long until the next look.
    pub(crate) fn left(&self, now: Instant) -> Duration {
        let Some(looked_at) = self.looked_at else {
            return Duration::ZERO;
        };
        let slower = SLOWER.iter().rev().find(|(looks, _)| self.quiet >= *looks);
        let pause = slower.map_or(FAST, |(_, pause)| *pause);
        let pause = pause.max(self.cost * SHARE).min(SLOWEST);
        (looked_at + pause).saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn it_slows_down_while_nothing_changes_and_is_fast_at_once_when_something_does() {
        let now = Instant::now();
        let mut rhythm = Rhythm::new();
        assert_eq!(rhythm.left(now), ms(0));
        let mut pauses = Vec::new();
        for _ in 0..70 {
            rhythm.looked(now, now, false);
            pauses.push(rhythm.left(now));
        }
        assert_eq!(
            (pauses[0], pauses[20], pauses[40], pauses[69]),
            (ms(33), ms(66), ms(100), ms(200))
        );
        assert!(pauses.is_sorted());
        rhythm.stir();
        assert_eq!(rhythm.left(now), ms(33));
        assert_eq!(rhythm.left(now + ms(30)), ms(3));
        assert_eq!(rhythm.left(now + ms(40)), ms(0));
    }

    #[test]
    fn a_slow_look_is_taken_less_often() {
        let now = Instant::now();
        let mut rhythm = Rhythm::new();
        rhythm.looked(now, now + ms(50), true);
        assert_eq!(rhythm.left(now + ms(50)), ms(150));
        rhythm.looked(now, now + ms(5_000), true);
        assert_eq!(rhythm.left(now + ms(5_000)), SLOWEST);
    }
}
