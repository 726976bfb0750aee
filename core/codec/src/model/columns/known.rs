//! Columns that were seen, and which of them followed which.

use crate::model::columns::band::BAND;
use crate::model::tables::Hash;

/// Columns that are kept, as a power of two; a new one takes the place of the oldest.
const KEPT_BITS: u32 = 14;

/// Columns with their pixels, each once as a rule.
pub(super) struct KnownColumns {
    pixels: Vec<u32>,
    hashes: Vec<u64>,
    heights: Vec<u8>,
    /// Number of the last column with a hash.
    by_hash: Vec<u16>,
    next: usize,
}

impl KnownColumns {
    pub(super) fn new() -> Self {
        let kept = 1 << KEPT_BITS;
        Self {
            pixels: vec![0; kept * BAND],
            hashes: vec![0; kept],
            heights: vec![0; kept],
            by_hash: vec![0; kept * 2],
            next: 0,
        }
    }

    /// The column of a number and its hash, if it has this height.
    pub(super) fn get(&self, number: u16, height: usize) -> Option<(&[u32], u64)> {
        let at = usize::from(number) % self.heights.len();
        (usize::from(self.heights[at]) == height)
            .then(|| (&self.pixels[at * BAND..at * BAND + height], self.hashes[at]))
    }

    /// The number of a column.
    pub(super) fn find(&self, hash: u64, column: &[u32]) -> Option<u16> {
        let number = self.by_hash[home(hash)];
        let (known, _) = self.get(number, column.len())?;
        (known == column).then_some(number)
    }

    /// The number of a column, which gets one if it has none.
    pub(super) fn keep(&mut self, hash: u64, column: &[u32]) -> u16 {
        if let Some(number) = self.find(hash, column) {
            return number;
        }
        let at = self.next;
        self.next = (at + 1) % self.heights.len();
        self.pixels[at * BAND..at * BAND + column.len()].copy_from_slice(column);
        self.heights[at] = column.len() as u8;
        self.hashes[at] = hash;
        self.by_hash[home(hash)] = at as u16;
        at as u16
    }
}

fn home(hash: u64) -> usize {
    (hash >> (u64::BITS - KEPT_BITS - 1)) as usize
}

/// The hash of a column.
pub(super) fn hash_of(column: &[u32]) -> u64 {
    let mut hash = Hash::default();
    for part in column.chunks(16) {
        hash.add(0, part);
        hash.turn();
    }
    hash.finish() ^ column.len() as u64
}

/// Contexts that are kept, as a power of two.
const CONTEXT_BITS: u32 = 17;
/// Most confidence in a follower.
pub(super) const CONFIDENT: u8 = 7;

/// The two columns that followed a context last, and how often they did; the likelier first.
#[derive(Clone, Copy, Default)]
pub(super) struct Followers {
    check: u16,
    pub(super) numbers: [u16; 2],
    pub(super) confidence: [u8; 2],
}

impl Followers {
    fn learn(&mut self, check: u16, number: u16) {
        if self.check != check || self.confidence[0] == 0 {
            *self = Self {
                check,
                numbers: [number, 0],
                confidence: [1, 0],
            };
        } else if self.numbers[0] == number {
            self.confidence[0] = (self.confidence[0] + 1).min(CONFIDENT);
        } else if self.confidence[1] > 0 && self.numbers[1] == number {
            self.confidence[1] = (self.confidence[1] + 1).min(CONFIDENT);
            if self.confidence[1] > self.confidence[0] {
                self.numbers.swap(0, 1);
                self.confidence.swap(0, 1);
            } else {
                self.confidence[0] = (self.confidence[0] - 1).max(1);
            }
        } else if self.confidence[0] == 1 {
            (self.numbers, self.confidence) = ([number, self.numbers[0]], [1, 1]);
        } else {
            self.confidence[0] /= 2;
            (self.numbers[1], self.confidence[1]) = (number, 1);
        }
    }
}

/// What followed which context. Direct mapped, like the tables of pixels.
pub(super) struct Contexts {
    followers: Vec<Followers>,
}

impl Contexts {
    pub(super) fn new() -> Self {
        Self {
            followers: vec![Followers::default(); 1 << CONTEXT_BITS],
        }
    }

    /// What followed the context of this hash.
    pub(super) fn followers(&self, hash: u64) -> Option<Followers> {
        let followers = self.followers[place(hash)];
        (followers.check == hash as u16).then_some(followers)
    }

    pub(super) fn learn(&mut self, hash: u64, number: u16) {
        self.followers[place(hash)].learn(hash as u16, number);
    }
}

fn place(hash: u64) -> usize {
    (hash >> (u64::BITS - CONTEXT_BITS)) as usize
}

/// Classes of single columns, as a power of two, and the columns that are remembered of each.
const CLASS_BITS: u32 = 11;
const RECENT_BITS: u32 = 6;
const RECENT: usize = 1 << RECENT_BITS;

/// What followed single columns, the last first.
pub(super) struct Recent {
    lists: Vec<[u16; RECENT]>,
}

impl Recent {
    /// Bits of a place in a list.
    pub(super) const BITS: u32 = RECENT_BITS;

    pub(super) fn new() -> Self {
        Self {
            lists: vec![[0; RECENT]; 1 << CLASS_BITS],
        }
    }

    fn list(&self, hash: u64) -> &[u16; RECENT] {
        &self.lists[(hash >> (u64::BITS - CLASS_BITS)) as usize]
    }

    /// Where in the list of a context a column is.
    pub(super) fn find(&self, hash: u64, number: u16) -> Option<u32> {
        let place = self.list(hash).iter().position(|&there| there == number)?;
        Some(place as u32)
    }

    /// The column at a place of the list.
    pub(super) fn get(&self, hash: u64, place: u32) -> u16 {
        self.list(hash).get(place as usize).copied().unwrap_or_default()
    }

    /// Puts a column first.
    pub(super) fn learn(&mut self, hash: u64, number: u16) {
        let list = &mut self.lists[(hash >> (u64::BITS - CLASS_BITS)) as usize];
        let place = list
            .iter()
            .position(|&there| there == number)
            .unwrap_or(RECENT - 1);
        list[..=place].rotate_right(1);
        list[0] = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_keeps_its_number_until_the_oldest_must_go() {
        let mut known = KnownColumns::new();
        let column = |seed: u32| [seed, 1, 2, 3];
        let keep = |known: &mut KnownColumns, seed| known.keep(hash_of(&column(seed)), &column(seed));
        let first = keep(&mut known, 7);
        assert_eq!(keep(&mut known, 7), first);
        assert_eq!(
            known.get(first, 4).map(|(column, _)| column.to_vec()),
            Some(vec![7, 1, 2, 3])
        );
        assert!(known.get(first, 5).is_none(), "of another height");
        for seed in 100..100 + (1 << KEPT_BITS) - 1 {
            keep(&mut known, seed);
        }
        let seed = |known: &KnownColumns| known.get(first, 4).map(|(column, _)| column[0]);
        assert_eq!(seed(&known), Some(7), "all places are taken");
        assert_eq!(keep(&mut known, 8), first);
        assert_eq!(seed(&known), Some(8));
        assert_eq!(known.find(hash_of(&column(7)), &column(7)), None);
    }

    #[test]
    fn the_likelier_follower_stands_first() {
        let mut contexts = Contexts::new();
        let hash = 0x1234_5678_9abc_def0;
        assert!(contexts.followers(hash).is_none());
        for number in [5, 5, 6, 5] {
            contexts.learn(hash, number);
        }
        assert_eq!(
            contexts.followers(hash).map(|followers| followers.numbers),
            Some([5, 6])
        );
        for _ in 0..4 {
            contexts.learn(hash, 6);
        }
        assert_eq!(
            contexts.followers(hash).map(|followers| followers.numbers),
            Some([6, 5])
        );
        assert!(contexts.followers(hash ^ 1).is_none(), "another check");
    }

    #[test]
    fn what_came_last_stands_first() {
        let mut recent = Recent::new();
        for number in [3, 4, 3, 9] {
            recent.learn(0, number);
        }
        assert_eq!(
            [9, 3, 4].map(|number| recent.find(0, number)),
            [Some(0), Some(1), Some(2)]
        );
        assert_eq!(recent.get(0, 1), 3);
        assert_eq!(recent.find(u64::MAX, 3), None);
    }
}
