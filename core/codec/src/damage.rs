//! Which blocks of a frame differ from the picture that the viewer has.
//!
//! Hints only narrow where to look; what they name is still compared, so a hint that is too large costs nothing on
//! the line.

use std::ops::Range;

use temoto_geometry::Rect;

use crate::blocks::{BLOCK, BlockMap, Kind};
use crate::framebuffer::{COLOR, FrameView, Framebuffer};

/// Marks as exact the blocks that differ, of those that are candidates (`None` = all). Gives whether there is any.
///
/// The map, the frame and the reference have the same size.
pub(crate) fn scan(
    map: &mut BlockMap,
    frame: FrameView<'_>,
    reference: &Framebuffer,
    candidates: Option<&[bool]>,
) -> bool {
    let mut any = false;
    let mut differs = vec![false; map.columns()];
    for row in 0..map.rows() {
        let marks = candidates.map(|all| &all[row * map.columns()..(row + 1) * map.columns()]);
        let Some(reach) = reach(marks, map.columns()) else {
            continue;
        };
        differs.fill(false);
        // Whole lines rather than block after block: memory likes to be read in its order.
        for y in row * BLOCK..((row + 1) * BLOCK).min(reference.height() as usize) {
            let new = frame.row(y).chunks(BLOCK);
            let old = reference.row(y).chunks(BLOCK);
            let pairs = differs.iter_mut().zip(new.zip(old));
            for (differs, (new, old)) in pairs.skip(reach.start).take(reach.len()) {
                *differs |= unequal(new, old);
            }
        }
        for column in reach {
            if differs[column] && marks.is_none_or(|marks| marks[column]) {
                map.set(column, row, Kind::Exact);
                any = true;
            }
        }
    }
    any
}

/// From the first to the last candidate of one row of blocks.
fn reach(marks: Option<&[bool]>, columns: usize) -> Option<Range<usize>> {
    let Some(marks) = marks else {
        return Some(0..columns);
    };
    let first = marks.iter().position(|&mark| mark)?;
    let last = marks.iter().rposition(|&mark| mark)?;
    Some(first..last + 1)
}

/// Compares without an early exit: this way many pixels are compared at once.
pub(crate) fn unequal(new: &[u32], old: &[u32]) -> bool {
    new.iter().zip(old).fold(0, |bits, (a, b)| bits | (a ^ b)) & COLOR != 0
}

/// Whether a block of the frame equals the reference at an offset; false when that lies outside.
pub(crate) fn equal_at(frame: FrameView<'_>, reference: &Framebuffer, block: Rect, dx: i32, dy: i32) -> bool {
    let source = block.translate(dx, dy);
    if !reference.bounds().contains_rect(source) {
        return false;
    }
    let (x, from) = (block.x as usize, source.x as usize);
    let width = block.width as usize;
    (0..block.height as usize).all(|row| {
        let new = frame
            .row(block.y as usize + row)
            .get(x..x + width)
            .unwrap_or_default();
        let old = reference
            .row(source.y as usize + row)
            .get(from..from + width)
            .unwrap_or_default();
        !unequal(new, old)
    })
}
