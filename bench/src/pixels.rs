//! Where two frames of one size differ.

use temoto_codec::Framebuffer;
use temoto_geometry::Rect;

/// Rows that are looked at together.
const BAND_ROWS: usize = 16;

/// The part of each row of a rectangle that lies inside the frame.
pub fn rows(frame: &Framebuffer, rect: Rect) -> impl Iterator<Item = &[u32]> {
    let start = usize::try_from(rect.x).unwrap_or_default();
    let first = usize::try_from(rect.y).unwrap_or_default();
    (first..first + rect.height as usize)
        .filter_map(move |y| frame.row(y).get(start..start + rect.width as usize))
}

/// The changed parts, at most one for each 16 rows: as wide as what changed there.
pub fn changed_bands(before: &Framebuffer, after: &Framebuffer) -> Vec<Rect> {
    let height = after.height() as usize;
    let mut bands = Vec::new();
    for top in (0..height).step_by(BAND_ROWS) {
        let mut hull: Option<Rect> = None;
        for y in top..(top + BAND_ROWS).min(height) {
            let (old, new) = (before.row(y), after.row(y));
            if old == new {
                continue;
            }
            let differs = |(old, new): (&u32, &u32)| old != new;
            let first = old.iter().zip(new).position(differs).unwrap_or_default();
            let last = old.iter().zip(new).rposition(differs).unwrap_or_default();
            let row = rect(first, y, last + 1 - first);
            hull = Some(hull.map_or(row, |hull| hull.hull(row)));
        }
        bands.extend(hull);
    }
    bands
}

/// The smallest rectangle around everything that changed.
pub fn changed_box(before: &Framebuffer, after: &Framebuffer) -> Option<Rect> {
    changed_bands(before, after).into_iter().reduce(Rect::hull)
}

fn rect(x: usize, y: usize, width: usize) -> Rect {
    let number = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    Rect::new(number(x), number(y), number(width).unsigned_abs(), 1)
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Size;

    use super::*;

    #[test]
    fn the_box_is_as_small_as_the_change() {
        let before = Framebuffer::new(Size::new(100, 90)).unwrap();
        assert_eq!(changed_box(&before, &before), None);
        let mut after = before.clone();
        after.fill(Rect::new(10, 20, 1, 1), 1);
        after.fill(Rect::new(99, 80, 1, 10), 1);
        assert_eq!(changed_box(&before, &after), Some(Rect::new(10, 20, 90, 70)));
    }
}
