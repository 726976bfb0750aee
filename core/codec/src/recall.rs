//! The encoder's use of the history: which changed blocks showed this before, and what the others resemble.

use crate::blocks::{BlockMap, Kind};
use crate::damage;
use crate::framebuffer::FrameView;
use crate::model::Vector;
use crate::stream::Shared;

/// Pixels that an earlier content must have beyond the picture before to be worth naming.
const LEAST_ALIKE: u32 = 8;

/// Turns exact blocks into remembered ones where they showed this before.
pub(crate) fn find(map: &mut BlockMap, frame: FrameView<'_>, shared: &Shared) {
    for row in 0..map.rows() {
        for column in 0..map.columns() {
            if map.get(column, row) != Kind::Exact {
                continue;
            }
            let rect = map.rect(column, row);
            if let Some(index) = shared.history.find(column, row, rect, frame) {
                map.set(column, row, Kind::Remembered(index));
            }
        }
    }
}

/// Once the moves are known: remembered blocks that move with their neighbors go with them, which is said in fewer bits.
pub(crate) fn join(map: &mut BlockMap, frame: FrameView<'_>, shared: &Shared, vectors: &[Vector]) {
    for row in 0..map.rows() {
        for column in 0..map.columns() {
            if !matches!(map.get(column, row), Kind::Remembered(_)) {
                continue;
            }
            let rect = map.rect(column, row);
            let left = column.checked_sub(1).map(|column| map.get(column, row));
            let above = row.checked_sub(1).map(|row| map.get(column, row));
            let moved = [left, above].into_iter().flatten().find_map(|kind| {
                let Kind::Copy(index) = kind else { return None };
                let vector = vectors.get(usize::from(index))?;
                damage::equal_at(frame, &shared.picture, rect, vector.dx, vector.dy).then_some(kind)
            });
            if let Some(kind) = moved {
                map.set(column, row, kind);
            }
        }
    }
}

/// Gives the exact blocks that are to be sent the content that they resemble most.
pub(crate) fn resemble(map: &mut BlockMap, frame: FrameView<'_>, shared: &Shared) {
    for row in 0..map.rows() {
        for column in 0..map.columns() {
            if map.get(column, row) == Kind::Exact {
                let rect = map.rect(column, row);
                let before = &shared.before;
                let like = shared
                    .history
                    .most_alike(column, row, rect, frame, before, LEAST_ALIKE);
                map.set_like(column, row, like);
            }
        }
    }
}
