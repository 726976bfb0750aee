//! Pixels in memory: the owned picture and the borrowed view of a captured one.
//!
//! A pixel is `0x00RRGGBB`; the top byte of a view is ignored, that of a [`Framebuffer`] is always 0. Every size is
//! checked before anything is allocated.

use temoto_geometry::{Point, Rect, Size};

use crate::error::CodecError;

/// Longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 16_384;
/// Most pixels of a picture (64 Mi).
pub const MAX_PIXELS: u64 = 64 * 1024 * 1024;

/// The bits of a pixel that are color.
pub(crate) const COLOR: u32 = 0x00ff_ffff;

/// Refuses sizes that no display has.
pub(crate) fn check_size(size: Size, max_pixels: u64) -> Result<(), CodecError> {
    let fits = size.width <= MAX_SIDE && size.height <= MAX_SIDE && size.area() <= max_pixels;
    if fits && !size.is_empty() {
        Ok(())
    } else {
        Err(CodecError::Size(size))
    }
}

/// A borrowed picture, rows `stride` pixels apart.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'a> {
    size: Size,
    stride: usize,
    pixels: &'a [u32],
}

impl<'a> FrameView<'a> {
    /// A view of `size.height` rows of `size.width` pixels, each row beginning `stride` pixels after the last.
    ///
    /// # Errors
    /// [`CodecError::Size`] outside the limits, [`CodecError::ShortBuffer`] when `pixels` or `stride` is too small.
    pub fn new(size: Size, stride: usize, pixels: &'a [u32]) -> Result<Self, CodecError> {
        check_size(size, MAX_PIXELS)?;
        let (width, height) = (size.width as usize, size.height as usize);
        let needed = stride
            .checked_mul(height - 1)
            .and_then(|rows| rows.checked_add(width));
        if stride < width || needed.is_none_or(|needed| needed > pixels.len()) {
            return Err(CodecError::ShortBuffer);
        }
        Ok(Self { size, stride, pixels })
    }

    /// Extent.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// The pixels of row `y`; empty below the last.
    #[must_use]
    pub fn row(&self, y: usize) -> &'a [u32] {
        if y >= self.size.height as usize {
            return &[];
        }
        let start = y * self.stride;
        self.pixels
            .get(start..start + self.size.width as usize)
            .unwrap_or_default()
    }
}

/// An owned picture, row after row without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framebuffer {
    size: Size,
    pixels: Vec<u32>,
}

impl Framebuffer {
    /// A black picture.
    ///
    /// # Errors
    /// [`CodecError::Size`] when empty or outside the limits.
    pub fn new(size: Size) -> Result<Self, CodecError> {
        check_size(size, MAX_PIXELS)?;
        let length = usize::try_from(size.area()).map_err(|_| CodecError::Size(size))?;
        Ok(Self {
            size,
            pixels: vec![0; length],
        })
    }

    /// A picture from its pixels, row after row; top bytes are cleared.
    ///
    /// # Errors
    /// [`CodecError::Size`] outside the limits, [`CodecError::ShortBuffer`] when the length is not width x height.
    pub fn from_pixels(size: Size, mut pixels: Vec<u32>) -> Result<Self, CodecError> {
        check_size(size, MAX_PIXELS)?;
        if pixels.len() as u64 != size.area() {
            return Err(CodecError::ShortBuffer);
        }
        for pixel in &mut pixels {
            *pixel &= COLOR;
        }
        Ok(Self { size, pixels })
    }

    /// Extent; 0 x 0 for the default value.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Columns.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.size.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.size.height
    }

    /// The rectangle of the whole picture.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        self.size.to_rect()
    }

    /// All pixels, row after row.
    #[must_use]
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// The pixels of row `y`; empty below the last.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u32] {
        let width = self.size.width as usize;
        self.pixels
            .get(y.saturating_mul(width)..)
            .and_then(|rest| rest.get(..width))
            .unwrap_or_default()
    }

    /// One pixel, `None` outside.
    #[must_use]
    pub fn pixel(&self, at: Point) -> Option<u32> {
        if !self.bounds().contains(at) {
            return None;
        }
        let (x, y) = (usize::try_from(at.x).ok()?, usize::try_from(at.y).ok()?);
        self.row(y).get(x).copied()
    }

    /// A view of the whole picture.
    ///
    /// # Errors
    /// [`CodecError::Size`] for the empty default value.
    pub fn view(&self) -> Result<FrameView<'_>, CodecError> {
        FrameView::new(self.size, self.size.width as usize, &self.pixels)
    }

    /// Gives the part of `rect` that lies inside one color.
    pub fn fill(&mut self, rect: Rect, color: u32) {
        for y in self.rows_of(rect) {
            self.row_part_mut(rect, y).fill(color & COLOR);
        }
    }

    /// Draws `source` with its first pixel at `at`; what falls outside is left out.
    pub fn blit(&mut self, at: Point, source: FrameView<'_>) {
        let rect = Rect::at(at, source.size());
        let Some(visible) = rect.intersect(self.bounds()) else {
            return;
        };
        let skip = usize::try_from(visible.left() - rect.left()).unwrap_or_default();
        for y in self.rows_of(visible) {
            let row = usize::try_from(y as i64 - rect.top()).unwrap_or_default();
            let from = source.row(row).get(skip..).unwrap_or_default();
            for (pixel, color) in self.row_part_mut(visible, y).iter_mut().zip(from) {
                *pixel = color & COLOR;
            }
        }
    }

    /// Copies the content of `from` to `to` as if through a buffer of its own; the two may overlap. Pixels whose
    /// source or target lies outside are left out.
    pub fn copy_within(&mut self, from: Rect, to: Point) {
        let bounds = self.bounds();
        let (dx, dy) = (i64::from(to.x) - from.left(), i64::from(to.y) - from.top());
        let shifted = |rect: Rect, dx: i64, dy: i64| {
            Rect::from_edges(
                rect.left() + dx,
                rect.top() + dy,
                rect.right() + dx,
                rect.bottom() + dy,
            )
        };
        let source = from
            .intersect(bounds)
            .and_then(|part| shifted(part, dx, dy))
            .and_then(|target| target.intersect(bounds))
            .and_then(|target| shifted(target, -dx, -dy));
        let Some(source) = source else { return };
        let width = self.size.width as usize;
        let columns = source.width as usize;
        let copy_row = |pixels: &mut Vec<u32>, y: i64| {
            let start = |x: i64, y: i64| {
                usize::try_from(y)
                    .ok()?
                    .checked_mul(width)?
                    .checked_add(usize::try_from(x).ok()?)
            };
            if let (Some(at), Some(into)) = (start(source.left(), y), start(source.left() + dx, y + dy)) {
                pixels.copy_within(at..at + columns, into);
            }
        };
        // Downwards moves copy the lowest row first, so that no source row is overwritten before it is read.
        if dy > 0 {
            for y in (source.top()..source.bottom()).rev() {
                copy_row(&mut self.pixels, y);
            }
        } else {
            for y in source.top()..source.bottom() {
                copy_row(&mut self.pixels, y);
            }
        }
    }

    /// Replaces `out` by the part of `rect` inside the picture as bytes R, G, B, 255, row after row: what a canvas
    /// takes. Its capacity is used again.
    pub fn rgba_into(&self, rect: Rect, out: &mut Vec<u8>) {
        out.clear();
        let Some(part) = rect.intersect(self.bounds()) else {
            return;
        };
        out.reserve(part.width as usize * part.height as usize * 4);
        for y in self.rows_of(part) {
            for pixel in self.row_part(part, y) {
                let [_, red, green, blue] = pixel.to_be_bytes();
                out.extend_from_slice(&[red, green, blue, 255]);
            }
        }
    }

    /// The rows of `rect` that exist.
    fn rows_of(&self, rect: Rect) -> std::ops::Range<usize> {
        let clamp =
            |edge: i64| usize::try_from(edge.clamp(0, i64::from(self.size.height))).unwrap_or_default();
        clamp(rect.top())..clamp(rect.bottom())
    }

    /// The columns of `rect` that exist.
    fn columns_of(&self, rect: Rect) -> std::ops::Range<usize> {
        let clamp =
            |edge: i64| usize::try_from(edge.clamp(0, i64::from(self.size.width))).unwrap_or_default();
        clamp(rect.left())..clamp(rect.right())
    }

    fn row_part(&self, rect: Rect, y: usize) -> &[u32] {
        self.row(y).get(self.columns_of(rect)).unwrap_or_default()
    }

    fn row_part_mut(&mut self, rect: Rect, y: usize) -> &mut [u32] {
        let columns = self.columns_of(rect);
        let start = y.saturating_mul(self.size.width as usize);
        self.pixels
            .get_mut(start + columns.start..start + columns.end)
            .unwrap_or_default()
    }

    /// Row `y` to write; empty below the last.
    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [u32] {
        let width = self.size.width as usize;
        self.pixels
            .get_mut(y.saturating_mul(width)..)
            .and_then(|rest| rest.get_mut(..width))
            .unwrap_or_default()
    }

    /// All rows, to be written.
    pub(crate) fn rows_mut(&mut self) -> RowsMut<'_> {
        RowsMut {
            first: 0,
            width: self.size.width as usize,
            pixels: &mut self.pixels,
        }
    }

    /// All rows, to be written in parts at the same time: each begins at the first row of the next of `starts`, which
    /// rise, and ends where the one after it begins. Rows before the first are left out.
    pub(crate) fn parts_mut(&mut self, starts: &[usize]) -> Vec<RowsMut<'_>> {
        let width = self.size.width as usize;
        let mut parts = Vec::with_capacity(starts.len());
        let mut rest = self.pixels.as_mut_slice();
        for &first in starts.iter().rev() {
            let (before, pixels) = rest.split_at_mut((first * width).min(rest.len()));
            parts.push(RowsMut { first, width, pixels });
            rest = before;
        }
        parts.reverse();
        parts
    }

    /// Copies one rectangle, which lies inside both, from a picture of the same size.
    pub(crate) fn copy_from(&mut self, other: &Self, rect: Rect, dx: i32, dy: i32) {
        debug_assert_eq!(self.size, other.size);
        let columns = self.columns_of(rect);
        for y in self.rows_of(rect) {
            let from_y = y as i64 + i64::from(dy);
            let from_x = columns.start as i64 + i64::from(dx);
            let source = usize::try_from(from_y)
                .ok()
                .zip(usize::try_from(from_x).ok())
                .and_then(|(row, x)| other.row(row).get(x..x + columns.len()));
            if let Some(source) = source {
                self.row_part_mut(rect, y).copy_from_slice(source);
            }
        }
    }
}

/// Neighboring rows of a picture, by their numbers in it; the others are not seen.
pub(crate) struct RowsMut<'a> {
    first: usize,
    width: usize,
    pixels: &'a mut [u32],
}

impl RowsMut<'_> {
    /// Row `y`; empty outside.
    pub(crate) fn row(&self, y: usize) -> &[u32] {
        let start = y.checked_sub(self.first).map(|y| y.saturating_mul(self.width));
        start
            .and_then(|start| self.pixels.get(start..)?.get(..self.width))
            .unwrap_or_default()
    }

    /// Row `y`, which is one of these, to write, with the three rows above it (empty above the first).
    pub(crate) fn row_with_upper(&mut self, y: usize) -> (&mut [u32], [&[u32]; 3]) {
        let (y, width) = (y - self.first, self.width);
        let (above, rest) = self.pixels.split_at_mut(y * width);
        let above = &*above;
        let upper = |back: usize| {
            if y >= back {
                &above[(y - back) * width..(y - back + 1) * width]
            } else {
                &[]
            }
        };
        (&mut rest[..width], [upper(1), upper(2), upper(3)])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbered(width: u32, height: u32) -> Framebuffer {
        let size = Size::new(width, height);
        Framebuffer::from_pixels(size, (0..width * height).collect()).unwrap()
    }

    #[test]
    fn sizes_are_refused_before_memory_is_taken() {
        for (width, height) in [
            (0, 5),
            (5, 0),
            (MAX_SIDE + 1, 1),
            (1, MAX_SIDE + 1),
            (16_384, 4_097),
            (u32::MAX, u32::MAX),
        ] {
            let size = Size::new(width, height);
            assert_eq!(Framebuffer::new(size), Err(CodecError::Size(size)));
            assert!(FrameView::new(size, usize::MAX, &[]).is_err());
        }
        assert!(FrameView::new(Size::new(4, 2), 5, &[0; 9]).is_ok());
        assert_eq!(
            FrameView::new(Size::new(4, 2), 5, &[0; 8]).unwrap_err(),
            CodecError::ShortBuffer
        );
        assert_eq!(
            FrameView::new(Size::new(4, 2), 3, &[0; 90]).unwrap_err(),
            CodecError::ShortBuffer
        );
        assert_eq!(
            FrameView::new(Size::new(4, 3), usize::MAX, &[0; 90]).unwrap_err(),
            CodecError::ShortBuffer
        );
    }

    #[test]
    fn a_canvas_gets_opaque_bytes_in_its_order() {
        let picture = Framebuffer::from_pixels(Size::new(2, 1), vec![0xff12_3456, 0x0000_00ff]).unwrap();
        let mut bytes = vec![9; 3];
        picture.rgba_into(picture.bounds(), &mut bytes);
        assert_eq!(bytes, [0x12, 0x34, 0x56, 255, 0, 0, 255, 255]);
        picture.rgba_into(Rect::new(1, 0, 500, 500), &mut bytes);
        assert_eq!(bytes, [0, 0, 255, 255]);
        picture.rgba_into(Rect::new(-9, 0, 3, 3), &mut bytes);
        assert!(bytes.is_empty());
    }

    #[test]
    fn drawing_beyond_the_edges_keeps_what_is_inside() {
        let mut picture = Framebuffer::new(Size::new(4, 4)).unwrap();
        let stamp = numbered(3, 3);
        picture.blit(Point::new(-1, -1), stamp.view().unwrap());
        assert_eq!(picture.row(0), [4, 5, 0, 0]);
        assert_eq!(picture.row(1), [7, 8, 0, 0]);
        picture.fill(Rect::new(3, -5, 9, 6), 0xff00_0001);
        assert_eq!(picture.row(0), [4, 5, 0, 1]);
        picture.blit(Point::new(i32::MAX, i32::MIN), stamp.view().unwrap());
    }

    proptest! {
        #[test]
        fn copying_inside_a_picture_reads_what_stood_there_before(
            x in -4i32..12, y in -4i32..12, width in 0u32..12, height in 0u32..12, to_x in -8i32..16, to_y in -8i32..16,
        ) {
            let before = numbered(9, 7);
            let mut after = before.clone();
            let from = Rect::new(x, y, width, height);
            after.copy_within(from, Point::new(to_x, to_y));
            for row in 0..7 {
                for column in 0..9 {
                    let at = Point::new(column, row);
                    let source = at.offset(x - to_x, y - to_y);
                    let want = before.pixel(source).filter(|_| from.contains(source)).or(before.pixel(at));
                    prop_assert_eq!(after.pixel(at), want);
                }
            }
        }
    }
}
