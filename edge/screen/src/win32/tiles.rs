//! Finds what changed between two pictures of the same display.

use temoto_codec::FrameView;
use temoto_geometry::{Rect, Size};

/// Side of a tile in pixels: changes inside of one are told as one rectangle.
const TILE: usize = 64;

/// The rows of a tile that changed, from the first to the last.
type Rows = Option<(usize, usize)>;

/// The picture of a display that was told last.
#[derive(Debug)]
pub(crate) struct Baseline {
    size: Size,
    pixels: Vec<u32>,
    /// Used again for each band of tiles.
    changed: Vec<Rows>,
}

impl Baseline {
    /// Begins with this picture.
    pub(crate) fn new(picture: FrameView<'_>) -> Self {
        let size = picture.size();
        let mut pixels = Vec::with_capacity(size.width as usize * size.height as usize);
        (0..size.height as usize).for_each(|y| pixels.extend_from_slice(picture.row(y)));
        Self {
            size,
            pixels,
            changed: vec![None; (size.width as usize).div_ceil(TILE)],
        }
    }

    /// A view of a part; `None` when it reaches outside.
    pub(crate) fn part(&self, rect: Rect) -> Option<FrameView<'_>> {
        if !self.size.to_rect().contains_rect(rect) {
            return None;
        }
        let (x, y) = (usize::try_from(rect.x).ok()?, usize::try_from(rect.y).ok()?);
        let width = self.size.width as usize;
        FrameView::new(rect.size(), width, self.pixels.get(y * width + x..)?).ok()
    }

    /// Takes over a newer picture of the same size and tells where it differs. Bits above the colors count too:
    /// leaving them out would cost more than the rare rectangle too many.
    pub(crate) fn update(&mut self, newer: FrameView<'_>, mut report: impl FnMut(Rect)) {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        if newer.size() != self.size || width == 0 {
            return;
        }
        for (band, rows) in self.pixels.chunks_mut(width * TILE).enumerate() {
            let top = band * TILE;
            let mut touched = false;
            for (index, row) in rows.chunks_exact_mut(width).enumerate() {
                let fresh = newer.row((top + index).min(height - 1));
                // Most rows of most pictures are the same: one comparison of memory each.
                if row == fresh {
                    continue;
                }
                touched = true;
                let tiles = row.chunks_mut(TILE).zip(fresh.chunks(TILE));
                for ((old, new), changed) in tiles.zip(&mut self.changed) {
                    if old != new {
                        old.copy_from_slice(new);
                        *changed = Some((changed.map_or(index, |(first, _)| first), index));
                    }
                }
            }
            if touched {
                tell(&mut self.changed, top, width, &mut report);
            }
        }
    }
}

/// Tells the changed tiles of a band, neighbors with the same rows as one, and forgets them.
fn tell(changed: &mut [Rows], top: usize, width: usize, report: &mut impl FnMut(Rect)) {
    let mut column = 0;
    for group in changed.chunk_by_mut(|a, b| a == b) {
        let (left, right) = (column * TILE, ((column + group.len()) * TILE).min(width));
        column += group.len();
        if let Some(Some((first, last))) = group.first().copied() {
            let edges = [left, top + first, right, top + last + 1].map(|edge| edge as i64);
            if let Some(rect) = Rect::from_edges(edges[0], edges[1], edges[2], edges[3]) {
                report(rect);
            }
        }
        group.fill(None);
    }
}

#[cfg(test)]
mod tests {
    use temoto_codec::Framebuffer;
    use temoto_geometry::{Point, Region};

    use super::*;

    fn changes(baseline: &mut Baseline, newer: &Framebuffer) -> Vec<Rect> {
        let mut told = Vec::new();
        baseline.update(newer.view().unwrap(), |rect| told.push(rect));
        told
    }

    #[test]
    fn a_changed_pixel_is_told_once_as_the_row_of_its_tile() {
        let mut picture = Framebuffer::new(Size::new(200, 150)).unwrap();
        let mut baseline = Baseline::new(picture.view().unwrap());
        assert_eq!(changes(&mut baseline, &picture), []);
        picture.fill(Rect::new(70, 100, 1, 1), 5);
        assert_eq!(changes(&mut baseline, &picture), [Rect::new(64, 100, 64, 1)]);
        assert_eq!(changes(&mut baseline, &picture), []);
    }

    #[test]
    fn neighbors_are_told_together_and_the_last_tiles_end_at_the_edge() {
        let mut picture = Framebuffer::new(Size::new(200, 150)).unwrap();
        let mut baseline = Baseline::new(picture.view().unwrap());
        picture.fill(Rect::new(100, 60, 100, 90), 7);
        let told = [
            Rect::new(64, 60, 136, 4),
            Rect::new(64, 64, 136, 64),
            Rect::new(64, 128, 136, 22),
        ];
        assert_eq!(changes(&mut baseline, &picture), told);
    }

    #[test]
    fn what_is_told_covers_what_differs_and_the_baseline_is_the_newest_picture() {
        let size = Size::new(333, 222);
        let mut picture = Framebuffer::new(size).unwrap();
        let mut baseline = Baseline::new(picture.view().unwrap());
        for step in 1..60_u32 {
            let drawn = Rect::new(
                (step * 37 % 300) as i32,
                (step * 53 % 200) as i32,
                step % 90 + 1,
                step % 40 + 1,
            );
            picture.fill(drawn, step);
            let told: Region = changes(&mut baseline, &picture).into_iter().collect();
            assert!(told.contains_rect(drawn.intersect(size.to_rect()).unwrap()));
            let mut copy = Framebuffer::new(size).unwrap();
            copy.blit(Point::ORIGIN, baseline.part(size.to_rect()).unwrap());
            assert_eq!(copy, picture);
        }
    }

    #[test]
    fn a_picture_of_another_size_and_parts_beyond_the_edge_do_no_harm() {
        let picture = Framebuffer::new(Size::new(20, 20)).unwrap();
        let mut baseline = Baseline::new(picture.view().unwrap());
        assert_eq!(
            changes(&mut baseline, &Framebuffer::new(Size::new(21, 20)).unwrap()),
            []
        );
        assert!(baseline.part(Rect::new(15, 0, 6, 1)).is_none());
        assert!(baseline.part(Rect::new(-1, 0, 6, 1)).is_none());
    }
}
