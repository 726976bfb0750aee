//! What stands around one pixel: the neighbors that both ends have, and what the picture before says about it.

use crate::model::tables::{Hash, hash};
use crate::strip::NONE;

/// Most difference of green between neighbors in a photograph, mostly.
const GRAIN: u8 = 16;

/// The rows that stand around the one being coded. Rows above the first are empty.
pub(crate) struct Rows<'a> {
    /// The row itself: right up to the span, unspecified inside it.
    pub(crate) current: &'a mut [u32],
    /// The three rows above, the nearest first.
    pub(crate) above: [&'a [u32]; 3],
    /// Guesses for the row and for the one above: the picture before the update, where the content may come from, what
    /// stood here earlier. Empty, or [`NONE`] in places, where there is none.
    pub(crate) guesses: [[&'a [u32]; 2]; GUESSES],
}

/// Guesses from the past for each pixel.
pub(crate) const GUESSES: usize = 3;

/// A guess from the past, and how many of its neighbors agree with the picture now (0 to 3).
#[derive(Clone, Copy)]
pub(crate) struct Temporal {
    pub(crate) pixel: u32,
    pub(crate) agreement: usize,
}

impl Temporal {
    /// No guess.
    pub(crate) const NOTHING: Self = Self {
        pixel: 0,
        agreement: 0,
    };
}

/// The neighbors of one pixel; those outside the picture are black or, at the right edge, the upper one again.
pub(crate) struct Around {
    pub(crate) west: u32,
    west2: u32,
    north: u32,
    north2: u32,
    north_west: u32,
    north_east: u32,
}

impl Around {
    pub(crate) fn new(rows: &Rows<'_>, x: usize) -> Self {
        let at =
            |row: &[u32], back: usize| x.checked_sub(back).and_then(|x| row.get(x)).copied().unwrap_or(0);
        let [above, above2, _] = rows.above;
        let north = at(above, 0);
        Self {
            west: at(rows.current, 1),
            west2: at(rows.current, 2),
            north,
            north2: at(above2, 0),
            north_west: at(above, 1),
            north_east: above.get(x + 1).copied().unwrap_or(north),
        }
    }

    pub(crate) fn near(&self) -> [u32; 4] {
        [self.west, self.north, self.north_west, self.north_east]
    }

    /// Whether left, left of left, upper and upper-left are one color.
    pub(crate) fn flat(&self) -> bool {
        self.west == self.west2 && self.west == self.north && self.west == self.north_west
    }

    /// Whether a pixel is none of its neighbors but close to one, as in photographs.
    pub(crate) fn grainy(&self, pixel: u32) -> bool {
        let green = |pixel: u32| (pixel >> 8) as u8;
        let far = |other: u32| green(pixel).abs_diff(green(other));
        !self.near().contains(&pixel) && far(self.west).min(far(self.north)) <= GRAIN
    }

    /// Which neighbors are equal, 0 to 15.
    pub(crate) fn pattern(&self) -> usize {
        usize::from(self.west == self.north)
            | usize::from(self.north == self.north_east) << 1
            | usize::from(self.west == self.north_west) << 2
            | usize::from(self.north == self.north_west) << 3
    }

    pub(crate) fn deep_hash(&self) -> u64 {
        hash(&[
            self.west,
            self.north,
            self.north_east,
            self.north_west,
            self.west2,
            self.north2,
        ])
    }

    /// Of so much that a letter that was seen before is known after its first lines.
    pub(crate) fn wide_hash(rows: &Rows<'_>, x: usize) -> u64 {
        let [above, above2, above3] = rows.above;
        let mut sum = Hash::default();
        let mut take = |first: usize, row: &[u32], back: usize, ahead: usize| {
            if let Some(start) = x.checked_sub(back)
                && let Some(pixels) = row.get(start..x + ahead)
            {
                sum.add(first, pixels);
            }
        };
        take(0, rows.current, 4, 0);
        take(4, above, 3, 5);
        take(12, above2, 2, 3);
        take(17, above3, 1, 2);
        sum.finish()
    }

    pub(crate) fn shallow_hash(&self) -> u64 {
        hash(&[self.west, self.north, self.north_east])
    }

    /// What one guess of the past says about this pixel.
    pub(crate) fn temporal(&self, rows: &Rows<'_>, which: usize, x: usize) -> Temporal {
        let [row, above] = rows.guesses[which];
        let pixel = row.get(x).copied().unwrap_or(NONE);
        if pixel == NONE {
            return Temporal::NOTHING;
        }
        let back = |row: &[u32]| x.checked_sub(1).and_then(|x| row.get(x)).copied().unwrap_or(0);
        let agreement = usize::from(back(row) == self.west)
            + usize::from(above.get(x).copied().unwrap_or(0) == self.north)
            + usize::from(back(above) == self.north_west);
        Temporal { pixel, agreement }
    }
}
