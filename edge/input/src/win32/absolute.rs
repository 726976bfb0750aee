//! Where a pixel lies on the 65,536 steps that Windows has for absolute positions.

use temoto_geometry::{Point, Rect};

/// Steps across the virtual desktop, along either axis.
const STEPS: i64 = 65_536;

/// The pixel of the virtual desktop that is nearest; `desk` is the rectangle around all displays, in physical pixels,
/// and begins left of and above the main display if others are there.
pub(crate) fn inside(to: Point, desk: Rect) -> Point {
    let clamp = |at: i32, first: i32, extent: u32| {
        let last = (i64::from(first) + i64::from(extent) - 1).max(i64::from(first));
        let at = i64::from(at).clamp(i64::from(first), last);
        i32::try_from(at).unwrap_or(first)
    };
    Point::new(clamp(to.x, desk.x, desk.width), clamp(to.y, desk.y, desk.height))
}

/// The position of a pixel for `MOUSEEVENTF_ABSOLUTE | MOUSEEVENTF_VIRTUALDESK`.
///
/// Aims at the middle of the pixel: systems differ in whether they scale by the number of pixels and round down or by
/// the last pixel and round to the nearest, and the middle is right either way up to 32,768 pixels.
pub(crate) fn position(to: Point, desk: Rect) -> (i32, i32) {
    let to = inside(to, desk);
    let step = |at: i32, first: i32, extent: u32| {
        let (at, extent) = (i64::from(at) - i64::from(first), i64::from(extent.max(1)));
        i32::try_from((2 * at + 1) * STEPS / (2 * extent)).unwrap_or_default()
    };
    (step(to.x, desk.x, desk.width), step(to.y, desk.y, desk.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes that occur, and odd ones.
    const EXTENTS: [u32; 16] = [
        1, 2, 3, 719, 720, 768, 1080, 1279, 1366, 1920, 3000, 3840, 5_461, 7_680, 16_384, 32_768,
    ];

    #[test]
    fn every_pixel_is_reached_however_the_system_rounds() {
        for extent in EXTENTS {
            for first in [0, -1366, 77] {
                let desk = Rect::new(first, first, extent, extent);
                let (pixels, first) = (i64::from(extent), i64::from(first));
                for at in 0..pixels {
                    let place = i32::try_from(first + at).unwrap();
                    let (x, y) = position(Point::new(place, place), desk);
                    assert!(x == y && (0..65_536).contains(&x));
                    let step = i64::from(x);
                    assert_eq!(step * pixels / STEPS, at, "rounded down, {extent}");
                    let nearest = (2 * step * (pixels - 1) + 65_535) / (2 * 65_535);
                    assert_eq!(nearest, at, "rounded to the nearest, {extent}");
                }
            }
        }
    }

    #[test]
    fn what_lies_outside_is_at_the_edge() {
        let desk = Rect::new(-1920, -200, 3200, 1280);
        assert_eq!(inside(Point::new(-5000, 9999), desk), Point::new(-1920, 1079));
        assert_eq!(
            inside(Point::new(i32::MAX, i32::MIN), desk),
            Point::new(1279, -200)
        );
        assert_eq!(inside(Point::new(0, 0), desk), Point::new(0, 0));
        assert_eq!(
            inside(Point::new(3, 3), Rect::new(5, 5, 0, 0)),
            Point::new(5, 5),
            "no display"
        );
    }
}
