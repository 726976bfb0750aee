//! What stands around one pixel: the neighbors that both ends have, and what the picture before says about it.

use crate::model::tables::hash;

/// The rows that stand around the one being coded. Rows above the first are empty.
pub(crate) struct Rows<'a> {
    /// The row itself: right up to the span, unspecified inside it.
    pub(crate) current: &'a mut [u32],
    /// The row above, and the one above that.
    pub(crate) above: [&'a [u32]; 2],
    /// The same row, and the one above, before the update; empty when there was none.
    pub(crate) before: [&'a [u32]; 2],
    /// Row and row above at the update's first vector, and its columns.
    pub(crate) moved: Option<([&'a [u32]; 2], i32)>,
}

/// A guess from the picture before, and how many of its neighbors agree with the picture now (0 to 3).
#[derive(Clone, Copy)]
pub(crate) struct Temporal {
    pub(crate) pixel: u32,
    pub(crate) agreement: usize,
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
        let [above, above2] = rows.above;
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

    pub(crate) fn shallow_hash(&self) -> u64 {
        hash(&[self.west, self.north, self.north_east])
    }

    /// What stood here, and what stood where the content may come from.
    pub(crate) fn temporal(&self, rows: &Rows<'_>, x: usize) -> [Temporal; 2] {
        let guess = |[row, above]: [&[u32]; 2], x: Option<usize>| {
            let pixel = x.and_then(|x| row.get(x).copied());
            let Some((x, pixel)) = x.zip(pixel) else {
                return Temporal {
                    pixel: 0,
                    agreement: 0,
                };
            };
            let back = |row: &[u32]| x.checked_sub(1).and_then(|x| row.get(x)).copied().unwrap_or(0);
            let agreement = usize::from(back(row) == self.west)
                + usize::from(above.get(x).copied().unwrap_or(0) == self.north)
                + usize::from(back(above) == self.north_west);
            Temporal { pixel, agreement }
        };
        let moved = rows.moved.map_or(
            Temporal {
                pixel: 0,
                agreement: 0,
            },
            |(moved, dx)| {
                let from = i32::try_from(x).ok().and_then(|x| usize::try_from(x + dx).ok());
                guess(moved, from)
            },
        );
        [guess(rows.before, Some(x)), moved]
    }
}
