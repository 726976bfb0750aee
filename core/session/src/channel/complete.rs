//! When a picture that began anew is all there. Host and viewer judge by the same updates, so they agree without a word.

use temoto_geometry::{Region, Size};

/// A display that never stands still on a slow line always leaves something for later. By the time so many times its pixels
/// were drawn, each was drawn at least once: half of every update is for what waits.
const TIMES: u64 = 2;

/// How far it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Completeness {
    drawn_pixels: u64,
}

impl Completeness {
    /// Takes an update of a picture of this size; `true` once nothing of the picture is missing any more. The update that
    /// begins it names all of it as changed, whatever it brings, and counts as nothing.
    pub(crate) fn take(&mut self, size: Size, reset: bool, complete: bool, changed: &Region) -> bool {
        self.drawn_pixels = if reset {
            0
        } else {
            self.drawn_pixels.saturating_add(changed.area())
        };
        complete || self.drawn_pixels >= TIMES * size.area()
    }
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Rect;

    use super::*;

    #[test]
    fn it_is_there_when_nothing_waits_or_when_it_was_drawn_twice_over() {
        let size = Size::new(10, 10);
        let (all, half) = (Region::from(size.to_rect()), Region::from(Rect::new(0, 0, 10, 5)));
        let mut it = Completeness::default();
        assert!(it.take(size, true, true, &all));
        assert!(!it.take(size, true, false, &all));
        for _ in 0..3 {
            assert!(!it.take(size, false, false, &half));
        }
        assert!(it.take(size, false, false, &half));
        assert!(!it.take(size, true, false, &all), "and begins anew");
    }
}
