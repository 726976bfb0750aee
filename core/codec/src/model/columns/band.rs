//! A band of rows, one line of text as a rule, turned so that its columns lie one after the other.

use std::ops::Range;

use crate::framebuffer::COLOR;
use crate::model::around::Rows;
use crate::strip::NONE;

/// Highest band, in pixels.
pub(crate) const BAND: usize = 32;
/// Lowest band: bounds the work for a picture of hostile ones. The last one may be cut at the bottom of the picture.
pub(crate) const LOW_BAND: usize = 4;
/// Guesses of time that a band has: the picture before, and where the content may come from.
pub(crate) const GUESSES: usize = 2;

/// The columns of a band, of the guesses for it and, when encoding, of what it shall be. Each column takes [`BAND`]
/// places, of which the first `height` count.
#[derive(Default)]
pub(crate) struct Band {
    height: usize,
    columns: Vec<u32>,
    guesses: [Vec<u32>; GUESSES],
    target: Vec<u32>,
    /// Per column, which of its rows are to be coded, the uppermost in the lowest bit; the others are known.
    masks: Vec<u32>,
}

impl Band {
    /// Begins a band, of which nothing is to be coded yet. What stood in the last one is still there.
    pub(crate) fn begin(&mut self, height: usize, width: usize) {
        self.height = height.min(BAND);
        self.columns.resize(width * BAND, 0);
        self.target.resize(width * BAND, 0);
        for guess in &mut self.guesses {
            guess.resize(width * BAND, NONE);
        }
        self.masks.clear();
        self.masks.resize(width, 0);
    }

    /// Lays a part of a row of the picture. Columns of which every row is to be coded need none.
    pub(crate) fn lay_picture(&mut self, y: usize, x: usize, row: &[u32]) {
        lay(&mut self.columns, y, x, row.iter().copied());
    }

    /// Lays a part of a row as it shall be.
    pub(crate) fn lay_target(&mut self, y: usize, x: usize, row: &[u32]) {
        let row = row.iter().map(|pixel| pixel & COLOR);
        lay(&mut self.target, y, x, row);
    }

    /// Lays a part of a row of guess `which`; without one there is no guess for `across`.
    pub(crate) fn lay_guess(&mut self, which: usize, y: usize, across: Range<usize>, row: Option<&[u32]>) {
        let guesses = &mut self.guesses[which];
        match row {
            Some(row) => lay(guesses, y, across.start, row.iter().copied()),
            None => lay(guesses, y, across.start, std::iter::repeat_n(NONE, across.len())),
        }
    }

    /// Says which rows of these columns are to be coded.
    pub(crate) fn set_mask(&mut self, across: Range<usize>, mask: u32) {
        self.masks[across].fill(mask);
    }

    /// One pixel.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> u32 {
        self.columns[x * BAND + y]
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    pub(super) fn width(&self) -> usize {
        self.masks.len()
    }

    pub(super) fn mask(&self, x: usize) -> u32 {
        self.masks[x]
    }

    pub(super) fn column(&self, x: usize) -> &[u32] {
        &self.columns[x * BAND..x * BAND + self.height]
    }

    pub(super) fn guess(&self, which: usize, x: usize) -> &[u32] {
        &self.guesses[which][x * BAND..x * BAND + self.height]
    }

    /// What a column shall be; means nothing when decoding.
    pub(super) fn target(&self, x: usize) -> &[u32] {
        &self.target[x * BAND..x * BAND + self.height]
    }

    /// Whether `candidate` has what is known of a column.
    pub(super) fn fits(&self, x: usize, candidate: &[u32]) -> bool {
        let mask = self.masks[x];
        mask.count_ones() as usize == self.height
            || (self.column(x).iter().zip(candidate).enumerate())
                .all(|(y, (there, pixel))| mask >> y & 1 == 1 || there == pixel)
    }

    /// Makes a column what `candidate` is, which fits.
    pub(super) fn set(&mut self, x: usize, candidate: &[u32]) {
        self.columns[x * BAND..x * BAND + candidate.len()].copy_from_slice(candidate);
    }

    /// Makes a column what a guess for it is.
    pub(super) fn set_guess(&mut self, x: usize, which: usize) {
        let part = x * BAND..x * BAND + self.height;
        self.columns[part.clone()].copy_from_slice(&self.guesses[which][part]);
    }

    /// The surroundings of a column as the pixel model wants them: turned, what is left of it lies above it.
    pub(super) fn turned(&mut self, x: usize) -> (Rows<'_>, &[u32]) {
        let height = self.height;
        let part = move |x: usize| x * BAND..x * BAND + height;
        let (before, rest) = self.columns.split_at_mut(x * BAND);
        let before = &*before;
        let upper = |back: usize| x.checked_sub(back).map_or(&[][..], |x| &before[part(x)]);
        let guess = |which: usize| {
            let guesses = &self.guesses[which];
            let left = x.checked_sub(1).map_or(&[][..], |x| &guesses[part(x)]);
            [&guesses[part(x)], left]
        };
        let rows = Rows {
            current: &mut rest[..height],
            above: [upper(1), upper(2), upper(3)],
            guesses: [guess(0), guess(1), [&[], &[]]],
        };
        (rows, &self.target[part(x)])
    }
}

/// Lays a row, pixel by pixel, into places of [`BAND`] pixels from the one of column `x` on.
fn lay(columns: &mut [u32], y: usize, x: usize, row: impl Iterator<Item = u32>) {
    let (places, _) = columns[x * BAND..].as_chunks_mut::<BAND>();
    // A band has at most so many rows; said once, it need not be checked for every pixel.
    let y = y % BAND;
    for (place, pixel) in places.iter_mut().zip(row) {
        place[y] = pixel;
    }
}
