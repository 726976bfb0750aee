//! Content that moved: which vectors explain many changed blocks.

use temoto_geometry::{Point, Rect};

use crate::framebuffer::MAX_SIDE;
use crate::model::Vector;

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
    pub(crate) fn vector(self) -> Option<Vector> {
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
