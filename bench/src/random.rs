//! Choices by a seed: the same seed and subject give the same scene on every machine.

/// A small generator (SplitMix64). Nothing secret depends on it.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Choices for one subject, so that a change in one scene leaves the others as they were.
    pub fn new(seed: u64, subject: &str) -> Self {
        let start = subject
            .bytes()
            .fold(seed ^ 0x51_7c_c1_b7_27_22_0a_95, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut random = Self(start);
        random.next();
        random
    }

    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to `end`, `end` excluded; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            return 0;
        }
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = usize::try_from(high.saturating_sub(low).max(0)).unwrap_or_default();
        low.saturating_add(i32::try_from(self.below(span + 1)).unwrap_or_default())
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none to choose from.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Whether something with this chance (percent) happens.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Puts them into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_subject_decide_everything() {
        let draw = |seed, subject: &str| {
            let mut random = Random::new(seed, subject);
            (0..8).map(|_| random.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, "term"), draw(1, "term"));
        assert_ne!(draw(1, "term"), draw(2, "term"));
        assert_ne!(draw(1, "term"), draw(1, "drag"));
    }

    #[test]
    fn limits_are_kept() {
        let mut random = Random::new(7, "limits");
        assert_eq!(random.below(0), 0);
        assert!((0..200).all(|_| (-3..=4).contains(&random.between(-3, 4))));
    }
}
