//! Points, rectangles and regions: the algebra of dirty areas.
//!
//! Pure integer geometry on the pixel plane. It knows no picture, no display and no unit; the codec, the session
//! and the capture sources agree on areas through it. Rectangles are half-open and every calculation is done in
//! wider integers, so no input overflows.

mod rect;
mod region;
mod simplify;
mod sweep;

pub use rect::{Point, Rect, Size};
pub use region::Region;
