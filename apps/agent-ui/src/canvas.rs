//! What the operator shows, as large as the window has room for it, or pixel for pixel: made smaller on the thread that paints, which looks at the
//! changed places only, and taken from there by the windows. Never made larger: a pixel is at most a pixel.

use slint::{Rgb8Pixel, SharedPixelBuffer};

use crate::Area;

/// The picture between the thread that paints and the windows.
#[derive(Default)]
pub(crate) struct Canvas {
    /// Room in the window, in physical pixels; nothing while there is no window.
    stage: (u32, u32),
    /// Every pixel is wanted, whether or not the window has room for all of them at once.
    whole: bool,
    /// Columns and rows of the operator's picture.
    picture: (u32, u32),
    /// Of `pixels`.
    size: (u32, u32),
    pixels: Vec<Rgb8Pixel>,
    /// What the windows have not taken yet.
    fresh: Option<Span>,
}

/// Columns and rows, the ends not among them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Span {
    x: (u32, u32),
    y: (u32, u32),
}

impl Span {
    const fn all((width, height): (u32, u32)) -> Self {
        Self {
            x: (0, width),
            y: (0, height),
        }
    }

    /// What of `area` is within a picture of this size.
    fn within(area: Area, (width, height): (u32, u32)) -> Option<Self> {
        let cut = |at: i32, length: u32, whole: u32| {
            let from = u32::try_from(at).unwrap_or(0).min(whole);
            let to = i64::from(at) + i64::from(length);
            (from, u32::try_from(to.max(0)).unwrap_or(u32::MAX).min(whole))
        };
        let (x, y) = (cut(area.x, area.width, width), cut(area.y, area.height, height));
        (x.0 < x.1 && y.0 < y.1).then_some(Self { x, y })
    }

    fn with(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self {
            x: (self.x.0.min(other.x.0), self.x.1.max(other.x.1)),
            y: (self.y.0.min(other.y.0), self.y.1.max(other.y.1)),
        })
    }
}

impl std::fmt::Debug for Canvas {
    /// The picture itself is nobody's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canvas")
            .field("stage", &self.stage)
            .field("picture", &self.picture)
            .finish_non_exhaustive()
    }
}

/// The size in which a picture is seen where there is so much room: its own if that fits, else as large as it can be.
pub(crate) fn fitted(picture: (u32, u32), room: (u32, u32)) -> (u32, u32) {
    let ((width, height), (across, down)) = (picture, room);
    if width == 0 || height == 0 || across == 0 || down == 0 {
        return (0, 0);
    }
    if width <= across && height <= down {
        return picture;
    }
    // Exact, and below what there is room for.
    let part = |length: u32, of: u32, whole: u32| {
        let part = u64::from(length) * u64::from(of) / u64::from(whole);
        u32::try_from(part).unwrap_or(u32::MAX).max(1)
    };
    if u64::from(width) * u64::from(down) >= u64::from(height) * u64::from(across) {
        (across, part(height, across, width).min(down))
    } else {
        (part(width, down, height).min(across), down)
    }
}

impl Canvas {
    /// The window has room for this. Says whether that is news: then all of it has to be painted again.
    pub(crate) fn make_room(&mut self, stage: (u32, u32)) -> bool {
        std::mem::replace(&mut self.stage, stage) != stage
    }

    /// Every pixel is wanted, or all of it at once. Says whether that is news: then all of it has to be painted again.
    pub(crate) fn see_whole(&mut self, whole: bool) -> bool {
        std::mem::replace(&mut self.whole, whole) != whole
    }

    /// Nothing of the picture stays.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            stage: self.stage,
            whole: self.whole,
            fresh: Some(Span::all((0, 0))),
            ..Self::default()
        };
    }

    /// Whether the windows have something to take, be it that there is nothing any more.
    pub(crate) const fn is_fresh(&self) -> bool {
        self.fresh.is_some()
    }

    /// Takes what changed out of the picture: `pixels` in rows of `width`, `0x00RRGGBB`. Says whether there is something to be seen.
    pub(crate) fn paint(
        &mut self,
        width: u32,
        pixels: &[u32],
        changed: impl IntoIterator<Item = Area>,
    ) -> bool {
        let row = (width as usize).max(1);
        let Ok(height) = u32::try_from(pixels.len() / row) else {
            return false;
        };
        let picture = (width, height);
        let room = fitted(picture, self.stage);
        let size = if self.whole && room != (0, 0) {
            picture
        } else {
            room
        };
        if size == (0, 0) {
            return false;
        }
        if (picture, size) == (self.picture, self.size) {
            for span in changed.into_iter().filter_map(|area| Span::within(area, picture)) {
                self.shrink(pixels, span);
            }
        } else {
            (self.picture, self.size) = (picture, size);
            self.pixels = vec![Rgb8Pixel::default(); size.0 as usize * size.1 as usize];
            self.fresh = None;
            self.shrink(pixels, Span::all(picture));
        }
        self.fresh.is_some()
    }

    /// Makes the pixels anew that have something of `span` in them: each is the mean of what it covers, in parts of pixels.
    fn shrink(&mut self, pixels: &[u32], span: Span) {
        let ((width, height), (across, down)) = (self.picture, self.size);
        let to = Span {
            x: covered(span.x, width, across),
            y: covered(span.y, height, down),
        };
        self.fresh = Some(to.with(self.fresh));
        let (from_row, to_row) = (width as usize, across as usize);
        if self.size == self.picture {
            for y in to.y.0 as usize..to.y.1 as usize {
                let (x0, x1) = (to.x.0 as usize, to.x.1 as usize);
                let from = pixels.get(y * from_row + x0..y * from_row + x1);
                let into = self.pixels.get_mut(y * to_row + x0..y * to_row + x1);
                let (Some(from), Some(into)) = (from, into) else {
                    return;
                };
                for (into, &from) in into.iter_mut().zip(from) {
                    let [_, r, g, b] = from.to_be_bytes();
                    *into = Rgb8Pixel { r, g, b };
                }
            }
            return;
        }
        let columns: Vec<Parts> = (to.x.0..to.x.1).map(|x| Parts::of(x, width, across)).collect();
        let whole = u64::from(width) * u64::from(height);
        let mut sums = vec![[0_u64; 3]; columns.len()];
        for y in to.y.0..to.y.1 {
            sums.fill([0; 3]);
            for (row, weight) in Parts::of(y, height, down).iter() {
                let Some(line) = pixels.get(row * from_row..(row + 1) * from_row) else {
                    return;
                };
                for (sum, parts) in sums.iter_mut().zip(&columns) {
                    let mut here = [0_u32; 3];
                    for (x, part) in parts.iter() {
                        let [_, r, g, b] = line.get(x).copied().unwrap_or_default().to_be_bytes();
                        // At most 255 times the width of the picture.
                        let part = part as u32;
                        here[0] += part * u32::from(r);
                        here[1] += part * u32::from(g);
                        here[2] += part * u32::from(b);
                    }
                    for (sum, one) in sum.iter_mut().zip(here) {
                        *sum += weight * u64::from(one);
                    }
                }
            }
            let at = y as usize * to_row + to.x.0 as usize;
            let Some(into) = self.pixels.get_mut(at..at + sums.len()) else {
                return;
            };
            for (into, sum) in into.iter_mut().zip(&sums) {
                // A mean of bytes, rounded.
                let [r, g, b] = sum.map(|sum| ((sum + whole / 2) / whole) as u8);
                *into = Rgb8Pixel { r, g, b };
            }
        }
    }

    /// Puts what is new into the windows' own picture, which nobody else may hold just now, else all of it is copied.
    pub(crate) fn take(&mut self, into: &mut SharedPixelBuffer<Rgb8Pixel>) {
        if (into.width(), into.height()) != self.size {
            *into = SharedPixelBuffer::new(self.size.0, self.size.1);
            self.fresh = Some(Span::all(self.size));
        }
        let Some(Span { x, y }) = self.fresh.take() else {
            return;
        };
        let row = self.size.0 as usize;
        let pixels = into.make_mut_slice();
        for y in y.0 as usize..y.1 as usize {
            let at = y * row + x.0 as usize..y * row + x.1 as usize;
            if let (Some(into), Some(from)) = (pixels.get_mut(at.clone()), self.pixels.get(at)) {
                into.copy_from_slice(from);
            }
        }
    }
}

/// Which of `to` pixels have something of these out of `from`, where `from` is not less.
fn covered((first, end): (u32, u32), from: u32, to: u32) -> (u32, u32) {
    let scaled = |at: u32| u64::from(at) * u64::from(to);
    let low = scaled(first) / u64::from(from);
    let high = scaled(end).div_ceil(u64::from(from));
    let narrow = |at: u64| u32::try_from(at).unwrap_or(u32::MAX);
    (narrow(low), narrow(high))
}

/// The pixels that one of `to` covers out of `from`, each with its part; the parts of all add up to `from`.
#[derive(Clone, Copy, Debug)]
struct Parts {
    first: u64,
    end: u64,
    to: u64,
}

impl Parts {
    fn of(at: u32, from: u32, to: u32) -> Self {
        let (at, from, to) = (u64::from(at), u64::from(from), u64::from(to));
        Self {
            first: at * from,
            end: (at + 1) * from,
            to,
        }
    }

    fn iter(self) -> impl Iterator<Item = (usize, u64)> {
        let Self { first, end, to } = self;
        (first / to..end.div_ceil(to)).map(move |pixel| {
            let (from, until) = ((pixel * to).max(first), ((pixel + 1) * to).min(end));
            (pixel as usize, until - from)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(x: i32, y: i32, width: u32, height: u32) -> Area {
        Area { x, y, width, height }
    }

    fn noise(width: u32, height: u32, seed: u32) -> Vec<u32> {
        let mut state = seed;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        std::iter::repeat_with(next)
            .take((width * height) as usize)
            .collect()
    }

    fn seen(canvas: &mut Canvas) -> Vec<u32> {
        let mut buffer = SharedPixelBuffer::new(0, 0);
        canvas.take(&mut buffer);
        let pixels = buffer.as_slice().iter();
        pixels.map(|p| u32::from_be_bytes([0, p.r, p.g, p.b])).collect()
    }

    #[test]
    fn a_picture_that_fits_is_seen_as_it_is_and_a_larger_one_as_large_as_it_can_be() {
        assert_eq!(fitted((300, 200), (300, 200)), (300, 200));
        assert_eq!(fitted((300, 200), (1_000, 900)), (300, 200), "never larger");
        assert_eq!(fitted((1_920, 1_080), (960, 900)), (960, 540));
        assert_eq!(fitted((1_000, 3_000), (960, 300)), (100, 300));
        assert_eq!(fitted((16_384, 1), (100, 100)), (100, 1), "nothing vanishes");
        assert_eq!(fitted((0, 9), (100, 100)), (0, 0));
        assert_eq!(fitted((9, 9), (0, 100)), (0, 0));
    }

    #[test]
    fn pixels_go_over_exactly_where_they_fit_and_nothing_is_kept_without_a_window() {
        let picture = noise(31, 17, 1);
        let mut canvas = Canvas::default();
        assert!(!canvas.paint(31, &picture, [area(0, 0, 31, 17)]), "no window");
        assert!(canvas.pixels.is_empty());
        assert!(canvas.make_room((31, 40)) && !canvas.make_room((31, 40)));
        // Whatever is said to have changed, the first time it is all of it.
        assert!(canvas.paint(31, &picture, [area(0, 0, 1, 1)]));
        assert_eq!(seen(&mut canvas), picture);
        canvas.clear();
        assert!(canvas.pixels.is_empty() && seen(&mut canvas).is_empty());
    }

    #[test]
    fn every_pixel_of_a_larger_picture_is_there_when_it_is_wanted_and_fits_again_afterwards() {
        let (before, mut after) = (noise(97, 61, 1), noise(97, 61, 1));
        let mut canvas = Canvas::default();
        assert!(canvas.see_whole(true) && !canvas.see_whole(true));
        assert!(!canvas.paint(97, &before, []), "no window");
        canvas.make_room((40, 40));
        canvas.paint(97, &before, []);
        assert_eq!(seen(&mut canvas), before);
        after[60 * 97 + 96] ^= 0x00ff_ffff;
        canvas.paint(97, &after, [area(96, 60, 1, 1)]);
        assert_eq!(seen(&mut canvas), after, "also what is out of sight");
        canvas.clear();
        assert!(canvas.pixels.is_empty());
        assert!(canvas.see_whole(false));
        canvas.paint(97, &after, []);
        assert_eq!(canvas.size, (40, 25));
    }

    #[test]
    fn only_what_changed_is_taken_and_places_beyond_the_picture_are_no_matter() {
        let (before, after) = (noise(31, 17, 1), noise(31, 17, 2));
        let mut canvas = Canvas::default();
        canvas.make_room((100, 100));
        canvas.paint(31, &before, []);
        let mut buffer = SharedPixelBuffer::new(0, 0);
        canvas.take(&mut buffer);
        let changed = [
            area(3, 4, 5, 6),
            area(-9, -9, 3, 3),
            area(30, 16, u32::MAX, u32::MAX),
        ];
        assert!(canvas.paint(31, &after, changed));
        canvas.take(&mut buffer);
        for (at, pixel) in buffer.as_slice().iter().enumerate() {
            let (x, y) = (at % 31, at / 31);
            let new = (3..8).contains(&x) && (4..10).contains(&y) || (x, y) == (30, 16);
            let [_, r, g, b] = if new { after[at] } else { before[at] }.to_be_bytes();
            assert_eq!((pixel.r, pixel.g, pixel.b), (r, g, b), "{x} {y}");
        }
        assert!(!canvas.paint(31, &after, [area(40, 40, 5, 5)]), "nothing is new");
    }

    #[test]
    fn a_smaller_picture_has_the_mean_of_what_it_covers() {
        let mut canvas = Canvas::default();
        canvas.make_room((2, 1));
        // Three columns onto two: each takes one and a half.
        canvas.paint(3, &[0x0000_0000, 0x00ff_ffff, 0x0003_0303], []);
        let half = |one: u32, other: u32| ((2 * one + other) as f32 / 3.0).round() as u32 * 0x0001_0101;
        assert_eq!(seen(&mut canvas), [half(0, 255), half(3, 255)]);
    }

    #[test]
    fn small_changes_make_the_same_picture_as_all_of_it_at_once() {
        let mut picture = noise(97, 61, 3);
        let mut canvas = Canvas::default();
        canvas.make_room((40, 40));
        canvas.paint(97, &picture, []);
        for (n, part) in [area(0, 0, 1, 1), area(50, 20, 13, 7), area(96, 60, 1, 1)]
            .into_iter()
            .enumerate()
        {
            for y in part.y as usize..part.y as usize + part.height as usize {
                for x in part.x as usize..part.x as usize + part.width as usize {
                    picture[y * 97 + x] ^= 0x00ff_00ff >> n;
                }
            }
            canvas.paint(97, &picture, [part]);
        }
        let mut whole = Canvas::default();
        whole.make_room((40, 40));
        whole.paint(97, &picture, []);
        assert_eq!(seen(&mut canvas), seen(&mut whole));
        // And in another size of the window.
        assert!(canvas.make_room((30, 50)));
        canvas.paint(97, &picture, [area(5, 5, 1, 1)]);
        assert_eq!(canvas.size, (30, 18));
        assert_eq!(seen(&mut canvas).len(), 30 * 18);
    }
}
