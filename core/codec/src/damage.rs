//! Which blocks of a frame differ from the picture that the viewer has.
//!
//! Hints only narrow where to look; what they name is still compared, so a hint that is too large costs nothing on
//! the line.

use temoto_geometry::Rect;

use crate::framebuffer::{COLOR, FrameView, Framebuffer};

/// Whether any pixel of a block differs. Both pictures have the same size and hold the block.
pub(crate) fn differs(frame: FrameView<'_>, reference: &Framebuffer, block: Rect) -> bool {
    let (x, y) = (block.x as usize, block.y as usize);
    let columns = x..x + block.width as usize;
    (y..y + block.height as usize).any(|row| {
        let new = frame.row(row).get(columns.clone()).unwrap_or_default();
        let old = reference.row(row).get(columns.clone()).unwrap_or_default();
        // No early exit inside a row: this way the compiler compares many pixels at once.
        new.iter().zip(old).fold(0, |bits, (a, b)| bits | (a ^ b)) & COLOR != 0
    })
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
        new.iter().zip(old).fold(0, |bits, (a, b)| bits | (a ^ b)) & COLOR == 0
    })
}
