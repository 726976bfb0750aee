//! Content that moved: which vectors explain many changed blocks.
//!
//! Candidates come, cheapest first, from the platform, from the updates before, and from a search. Each is checked
//! block by block against the picture of the viewer, so a wrong candidate costs time and nothing else.

mod search;

use temoto_geometry::{Point, Rect};

use crate::blocks::{BlockMap, Kind};
use crate::damage;
use crate::framebuffer::{FrameView, Framebuffer, MAX_SIDE};
use crate::model::{MAX_VECTORS, Vector};
use crate::moves::search::Search;

/// A hint of the platform: what stood in `from` in the last frame now stands with its first pixel at `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where the content was.
    pub from: Rect,
    /// Where its first pixel is now.
    pub to: Point,
}

impl Move {
    /// The part of the screen that the content covers now.
    #[must_use]
    pub const fn target(self) -> Rect {
        Rect::at(self.to, self.from.size())
    }

    /// From target to source; `None` when longer than any picture or not a move at all.
    fn vector(self) -> Option<Vector> {
        let limit = -i64::from(MAX_SIDE) + 1..i64::from(MAX_SIDE);
        let (dx, dy) = (
            self.from.left() - i64::from(self.to.x),
            self.from.top() - i64::from(self.to.y),
        );
        if !limit.contains(&dx) || !limit.contains(&dy) || (dx, dy) == (0, 0) {
            return None;
        }
        Some(Vector {
            dx: i32::try_from(dx).ok()?,
            dy: i32::try_from(dy).ok()?,
        })
    }
}

/// Fewer changed blocks than this are not worth a search.
const SEARCH_FROM: usize = 6;
/// Most candidates of hints and of earlier updates together.
const MAX_GUESSES: usize = 16;
/// Blocks by which candidates are put in order.
const RANKED_BY: usize = 256;

/// Finds moves and remembers the vectors that served before.
#[derive(Default)]
pub(crate) struct MoveFinder {
    recent: Vec<Vector>,
    search: Search,
}

impl MoveFinder {
    /// Turns exact blocks into copies where a vector explains them; gives the vectors, the most useful first.
    pub(crate) fn mark(
        &mut self,
        map: &mut BlockMap,
        frame: FrameView<'_>,
        reference: &Framebuffer,
        hints: &[Move],
    ) -> Vec<Vector> {
        let mut open: Vec<(usize, usize)> = Vec::new();
        for row in 0..map.rows() {
            open.extend(
                (0..map.columns())
                    .map(|column| (column, row))
                    .filter(|&(c, r)| map.get(c, r) == Kind::Exact),
            );
        }
        let changed = open.len();
        let mut guesses: Vec<Vector> = Vec::new();
        for vector in hints
            .iter()
            .filter_map(|hint| hint.vector())
            .chain(self.recent.iter().copied())
        {
            if guesses.len() < MAX_GUESSES && !guesses.contains(&vector) {
                guesses.push(vector);
            }
        }
        let mut chosen = Chosen {
            frame,
            reference,
            vectors: Vec::new(),
        };
        chosen.take(map, &mut open, guesses);
        if open.len() >= SEARCH_FROM && open.len() * 4 > changed {
            let found = self.search.candidates(frame, reference, map, &open);
            chosen.take(map, &mut open, found);
        }
        let vectors = chosen.renumbered(map);
        for &vector in vectors.iter().rev() {
            self.recent.retain(|&other| other != vector);
            self.recent.insert(0, vector);
        }
        self.recent.truncate(4);
        vectors
    }
}

/// The vectors taken so far, each with the number of blocks that it explains.
struct Chosen<'a> {
    frame: FrameView<'a>,
    reference: &'a Framebuffer,
    vectors: Vec<(Vector, usize)>,
}

impl Chosen<'_> {
    /// Takes the candidates that explain open blocks, those first that explain most.
    fn take(&mut self, map: &mut BlockMap, open: &mut Vec<(usize, usize)>, candidates: Vec<Vector>) {
        let step = open.len().div_ceil(RANKED_BY).max(1);
        let explains = |vector: &Vector| {
            open.iter()
                .step_by(step)
                .filter(|&&(column, row)| self.equal(map.rect(column, row), *vector))
                .count()
        };
        let mut counted: Vec<(usize, Vector)> = candidates
            .into_iter()
            .map(|vector| (explains(&vector), vector))
            .collect();
        // Stable: of equals the one that came first.
        counted.sort_by_key(|&(count, _)| usize::MAX - count);
        for (_, vector) in counted {
            if self.vectors.len() == MAX_VECTORS {
                return;
            }
            let index = self.vectors.len() as u8;
            let before = open.len();
            open.retain(|&(column, row)| {
                let explained = self.equal(map.rect(column, row), vector);
                if explained {
                    map.set(column, row, Kind::Copy(index));
                }
                !explained
            });
            if open.len() < before {
                self.vectors.push((vector, before - open.len()));
            }
        }
    }

    fn equal(&self, block: Rect, vector: Vector) -> bool {
        damage::equal_at(self.frame, self.reference, block, vector.dx, vector.dy)
    }

    /// Sorts by use, so that the first vector is the one that unexplained pixels most likely follow too.
    fn renumbered(self, map: &mut BlockMap) -> Vec<Vector> {
        let mut order: Vec<usize> = (0..self.vectors.len()).collect();
        order.sort_by_key(|&old| usize::MAX - self.vectors[old].1);
        for row in 0..map.rows() {
            for column in 0..map.columns() {
                if let Kind::Copy(old) = map.get(column, row) {
                    let new = order
                        .iter()
                        .position(|&index| index == usize::from(old))
                        .unwrap_or_default();
                    map.set(column, row, Kind::Copy(new as u8));
                }
            }
        }
        order.into_iter().map(|index| self.vectors[index].0).collect()
    }
}
