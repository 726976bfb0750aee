//! Runs: whole stretches of a line that one decision settles, in one color or as a guess of time has them.

use std::ops::Range;

use crate::framebuffer::COLOR;
use crate::model::around::{GUESSES, Rows};
use crate::model::tables::{Guess, relation};
use crate::range_coder::{Bit, BitCoder};
use crate::strip::NONE;

/// Shortest run that gets a decision of its own.
const MIN_RUN: usize = 4;
/// Classes of lengths.
const LENGTHS: usize = 16;

/// Probabilities of runs.
pub(super) struct RunModel {
    flat: [Bit; 12 * LENGTHS],
    alike: [[Bit; 4 * LENGTHS]; GUESSES],
}

/// Where a run may be, and what is known of it.
pub(super) struct Stretch<'a> {
    /// The columns that are left.
    pub(super) reach: Range<usize>,
    /// What the neighborhood of the first one says.
    pub(super) known: Option<Guess>,
    /// The line as it shall be, when encoding.
    pub(super) target: &'a [u32],
}

/// How long a run may be. One that was refused is offered at half its length until what broke it is behind.
#[derive(Clone, Copy)]
pub(super) struct Longest {
    pub(super) flat: usize,
    pub(super) alike: usize,
}

impl Longest {
    pub(super) const ANY: Self = Self {
        flat: usize::MAX,
        alike: usize::MAX,
    };
}

impl RunModel {
    pub(super) fn new() -> Self {
        Self {
            flat: [Bit::NEW; 12 * LENGTHS],
            alike: [[Bit::NEW; 4 * LENGTHS]; GUESSES],
        }
    }

    /// Codes a run that is as guess `which` has it, as far as that was right in the line above; gives its length, 0 if
    /// it is not so.
    pub(super) fn alike<C: BitCoder>(
        &mut self,
        coder: &mut C,
        rows: &mut Rows<'_>,
        which: usize,
        stretch: &Stretch<'_>,
        longest: &mut usize,
    ) -> usize {
        let x = stretch.reach.start;
        let length = within(&stretch.reach, *longest).map_or(0, |reach| alike_length(rows, which, reach));
        if length < MIN_RUN {
            return 0;
        }
        let [guess, _] = rows.guesses[which];
        let guess = &guess[x..x + length];
        let all = stretch.target.get(x..x + length).is_some_and(|run| {
            run.iter()
                .zip(guess)
                .all(|(pixel, guess)| pixel & COLOR == *guess)
        });
        let context = relation(stretch.known, guess[0]) * LENGTHS + class(length);
        if coder.bit(&mut self.alike[which][context], all) {
            rows.current[x..x + length].copy_from_slice(guess);
            return length;
        }
        *longest = length / 2;
        0
    }

    /// Codes a run in `color`, as far as the line above has it; gives its length, 0 if it is not so.
    pub(super) fn flat<C: BitCoder>(
        &mut self,
        coder: &mut C,
        rows: &mut Rows<'_>,
        color: u32,
        stretch: &Stretch<'_>,
        longest: &mut usize,
    ) -> usize {
        let x = stretch.reach.start;
        let length = within(&stretch.reach, *longest).map_or(0, |reach| flat_length(rows, reach, color));
        if length < MIN_RUN {
            return 0;
        }
        let all = stretch
            .target
            .get(x..x + length)
            .is_some_and(|run| run.iter().all(|pixel| pixel & COLOR == color));
        let context =
            (flat_above(rows, x, color) * 4 + relation(stretch.known, color)) * LENGTHS + class(length);
        if coder.bit(&mut self.flat[context], all) {
            rows.current[x..x + length].fill(color);
            return length;
        }
        *longest = length / 2;
        0
    }
}

/// The part that may be offered at all; `None` when it is too short.
fn within(reach: &Range<usize>, longest: usize) -> Option<Range<usize>> {
    let end = reach.end.min(reach.start.saturating_add(longest));
    (end >= reach.start + MIN_RUN).then_some(reach.start..end)
}

/// How far `current[x..]` could go on in the color of the row above.
fn flat_length(rows: &Rows<'_>, reach: Range<usize>, color: u32) -> usize {
    let above = rows.above[0].get(reach).unwrap_or_default();
    above.iter().take_while(|&&pixel| pixel == color).count()
}

/// How far `current[x..]` could go on with a guess: as long as the guess for the row above was right.
fn alike_length(rows: &Rows<'_>, which: usize, reach: Range<usize>) -> usize {
    let [guess, guess_above] = rows.guesses[which].map(|row| row.get(reach.clone()).unwrap_or_default());
    let above = rows.above[0].get(reach).unwrap_or_default();
    guess
        .iter()
        .zip(guess_above)
        .zip(above)
        .take_while(|&((&pixel, was), above)| pixel != NONE && was == above)
        .count()
}

/// How many of the rows above the upper one begin in this color.
fn flat_above(rows: &Rows<'_>, x: usize, color: u32) -> usize {
    let begins = |row: &&&[u32]| {
        row.get(x..x + MIN_RUN)
            .is_some_and(|run| run.iter().all(|&pixel| pixel == color))
    };
    rows.above[1..].iter().take_while(begins).count()
}

/// The class of a length: its binary digits.
fn class(length: usize) -> usize {
    (usize::BITS - length.leading_zeros()) as usize % LENGTHS
}
