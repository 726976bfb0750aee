//! When the other end hears how much of pieces arrived: at once where they come one by one, together where they come faster than that. Each
//! word of it is a record of its own, and costs nearly what a piece costs.

/// Between two words, at the least. What paces the sender measures milliseconds, and keeps a line filled for 50 of them.
const EVERY_MS: u64 = 4;
/// So many bytes are said sooner: a small part of the largest window, which a fast line empties in that time.
const EVERY_BYTES: u64 = 256 * 1024;

/// What arrived and was not said.
#[derive(Debug, Default)]
pub struct Tally {
    said_ms: u64,
    /// Bytes.
    owed: u64,
}

impl Tally {
    /// Nothing arrived.
    #[must_use]
    pub const fn new() -> Self {
        Self { said_ms: 0, owed: 0 }
    }

    /// A piece of so many bytes arrived.
    pub const fn arrived(&mut self, bytes: u64) {
        self.owed = self.owed.saturating_add(bytes);
    }

    /// Whether it is to be said now; then it counts as said.
    pub const fn take(&mut self, now_ms: u64) -> bool {
        let due =
            self.owed >= EVERY_BYTES || self.owed > 0 && now_ms >= self.said_ms.saturating_add(EVERY_MS);
        if due {
            self.owed = 0;
            self.said_ms = now_ms;
        }
        due
    }

    /// When [`Tally::take`] is to be asked again.
    #[must_use]
    pub fn at(&self) -> Option<u64> {
        (self.owed > 0).then_some(self.said_ms.saturating_add(EVERY_MS))
    }

    /// A new run counts from the beginning.
    pub const fn new_run(&mut self) {
        self.owed = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_line_is_answered_piece_by_piece_and_a_fast_one_in_turns_with_nothing_left_unsaid() {
        let mut tally = Tally::new();
        for now in [100, 120, 140] {
            tally.arrived(1_000);
            assert!(tally.take(now) && tally.at().is_none(), "{now}");
        }
        let mut said = Vec::new();
        for now in 141..=150 {
            tally.arrived(1_000);
            if tally.take(now) {
                said.push(now);
            }
        }
        assert_eq!(said, [144, 148]);
        assert_eq!(tally.at(), Some(152));
        assert!(!tally.take(151) && tally.take(152));
        assert_eq!((tally.at(), tally.take(200)), (None, false));
        let mut pieces = 0;
        while !tally.take(152) {
            tally.arrived(48 * 1024);
            pieces += 1;
        }
        assert_eq!(pieces, 6);
    }
}
