//! The search: segments of changed blocks are looked for in the old picture, and every hit votes for a vector.
//!
//! Only segments that begin at an *anchor* take part: a change of color whose two pixels hash to one of eight
//! classes. Anchors stay with the content wherever it moves, so both pictures have them at the same places, and seven
//! of eight positions need no further look.

use std::ops::Range;

use crate::blocks::{BLOCK, BlockMap};
use crate::framebuffer::{COLOR, FrameView, Framebuffer};
use crate::model::Vector;

/// Pixels of a segment.
const SEGMENT: usize = 16;
/// Blocks that are asked for, spread over all open ones.
const MAX_SAMPLES: usize = 800;
/// Segments of one block.
const PER_BLOCK: usize = 3;
/// Least color changes of a segment: fewer are found everywhere.
const LEAST_CHANGES: usize = 4;
/// Candidates that come back.
const CANDIDATES: usize = 8;
/// Least votes of a candidate.
const LEAST_VOTES: u32 = 3;

/// The tables of a search, which are used again.
#[derive(Default)]
pub(super) struct Search {
    segments: Segments,
    votes: Votes,
}

impl Search {
    /// Vectors that many segments voted for, best first.
    pub(super) fn candidates(
        &mut self,
        frame: FrameView<'_>,
        reference: &Framebuffer,
        map: &BlockMap,
        open: &[(usize, usize)],
    ) -> Vec<Vector> {
        // Open blocks come from top to bottom and left to right.
        debug_assert!(open.is_sorted_by_key(|&(column, row)| (row, column)));
        let Self {
            segments: wanted,
            votes,
        } = self;
        wanted.take(frame, map, open);
        votes.clear();
        for row in 0..map.rows() {
            // What moved away left a change behind: only changed stretches are searched.
            let columns = open.iter().filter(|at| at.1 == row).map(|at| at.0);
            let Some((first, last)) = columns.fold(None, |range: Option<(usize, usize)>, column| {
                Some(range.map_or((column, column), |(low, high)| {
                    (low.min(column), high.max(column))
                }))
            }) else {
                continue;
            };
            let reach = first * BLOCK..(last + 1) * BLOCK;
            for y in row * BLOCK..((row + 1) * BLOCK).min(reference.height() as usize) {
                anchors(reference.row(y), reach.clone(), |x, hash, _| {
                    if let Some((to_x, to_y)) = wanted.find(hash) {
                        votes.add(Vector {
                            dx: x as i32 - i32::from(to_x),
                            dy: y as i32 - i32::from(to_y),
                        });
                    }
                    true
                });
            }
        }
        votes.best()
    }
}

/// Reports column, hash and number of color changes of every segment that begins at an anchor in `reach` and ends in
/// the row, until told to stop.
fn anchors(row: &[u32], reach: Range<usize>, mut report: impl FnMut(usize, u32, usize) -> bool) {
    let start = reach.start.max(1);
    let end = reach.end.min((row.len() + 1).saturating_sub(SEGMENT));
    for x in start..end {
        let (left, here) = (row[x - 1] & COLOR, row[x] & COLOR);
        if left == here || (left ^ here.rotate_left(11)).wrapping_mul(0x9e37_79b1) >> 29 != 0 {
            continue;
        }
        let mut hash = 0u32;
        let mut changes = 0;
        let mut last = here;
        for &pixel in &row[x..x + SEGMENT] {
            let pixel = pixel & COLOR;
            changes += usize::from(pixel != last);
            last = pixel;
            hash = (hash ^ pixel).wrapping_mul(0x85eb_ca6b).rotate_left(13);
        }
        if !report(x, hash.wrapping_mul(0xc2b2_ae35), changes) {
            return;
        }
    }
}

/// Segments of the new frame by hash; those that occur twice are left out.
#[derive(Default)]
struct Segments {
    /// Bit filter: most segments of the old picture end here.
    filter: Vec<u64>,
    slots: Vec<Option<Slot>>,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    /// `None` when two segments have this hash.
    at: Option<(u16, u16)>,
}

const FILTER_BITS: u32 = 16;
const SLOT_BITS: u32 = 13;

impl Segments {
    /// Forgets all and takes those of open blocks.
    fn take(&mut self, frame: FrameView<'_>, map: &BlockMap, open: &[(usize, usize)]) {
        self.filter.clear();
        self.filter.resize(1 << (FILTER_BITS - 6), 0);
        self.slots.clear();
        self.slots.resize(1 << SLOT_BITS, None);
        let step = open.len().div_ceil(MAX_SAMPLES).max(1);
        for &(column, row) in open.iter().step_by(step) {
            let rect = map.rect(column, row);
            let (x, y) = (rect.x as usize, rect.y as usize);
            let mut taken = 0;
            // Lines from the middle outwards would be as good; every third keeps the segments apart.
            for y in (y..y + rect.height as usize).step_by(3) {
                if taken == PER_BLOCK {
                    break;
                }
                anchors(frame.row(y), x..x + BLOCK, |x, hash, changes| {
                    let good = changes >= LEAST_CHANGES;
                    if good {
                        self.insert(hash, (x as u16, y as u16));
                        taken += 1;
                    }
                    !good
                });
            }
        }
    }

    fn insert(&mut self, hash: u32, at: (u16, u16)) {
        let bit = hash >> (32 - FILTER_BITS);
        self.filter[(bit >> 6) as usize] |= 1 << (bit & 63);
        let mut index = Self::home(hash);
        // At most 2,400 of 8,192 slots are ever taken.
        while let Some(slot) = &mut self.slots[index] {
            if slot.hash == hash {
                slot.at = None;
                return;
            }
            index = (index + 1) % self.slots.len();
        }
        self.slots[index] = Some(Slot { hash, at: Some(at) });
    }

    fn find(&self, hash: u32) -> Option<(u16, u16)> {
        let bit = hash >> (32 - FILTER_BITS);
        if self.filter[(bit >> 6) as usize] >> (bit & 63) & 1 == 0 {
            return None;
        }
        let mut index = Self::home(hash);
        while let Some(slot) = &self.slots[index] {
            if slot.hash == hash {
                return slot.at;
            }
            index = (index + 1) % self.slots.len();
        }
        None
    }

    fn home(hash: u32) -> usize {
        (hash & ((1 << SLOT_BITS) - 1)) as usize
    }
}

/// Votes per vector, in a table that holds far more vectors than a page of repeated text throws up.
#[derive(Default)]
struct Votes {
    slots: Vec<(Vector, u32)>,
    taken: usize,
}

const VOTE_BITS: u32 = 14;

impl Votes {
    fn clear(&mut self) {
        self.slots.clear();
        self.slots.resize(1 << VOTE_BITS, (Vector::default(), 0));
        self.taken = 0;
    }

    fn add(&mut self, vector: Vector) {
        if vector == Vector::default() {
            return;
        }
        let key = (vector.dx as u32).wrapping_mul(0x9e37_79b1) ^ (vector.dy as u32).wrapping_mul(0x85eb_ca77);
        let mut index = (key.wrapping_mul(0xc2b2_ae3d) >> (32 - VOTE_BITS)) as usize;
        loop {
            let (known, votes) = &mut self.slots[index];
            if *votes > 0 && *known == vector {
                *votes += 1;
                return;
            }
            if *votes == 0 {
                // A full table ends new vectors, not votes for known ones.
                if self.taken < self.slots.len() / 2 {
                    self.slots[index] = (vector, 1);
                    self.taken += 1;
                }
                return;
            }
            index = (index + 1) % self.slots.len();
        }
    }

    fn best(&self) -> Vec<Vector> {
        let mut list: Vec<(Vector, u32)> = self
            .slots
            .iter()
            .copied()
            .filter(|slot| slot.1 >= LEAST_VOTES)
            .collect();
        list.sort_by_key(|&(vector, votes)| (u32::MAX - votes, vector));
        list.truncate(CANDIDATES);
        list.into_iter().map(|(vector, _)| vector).collect()
    }
}
