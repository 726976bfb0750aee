//! Guesses for the exact blocks of one row of blocks, laid out as rows of the picture: where a block comes from if it
//! moved with its neighbors, and what it resembles of what it showed before.

use crate::blocks::{BLOCK, BlockMap, Kind};
use crate::framebuffer::{Framebuffer, RowsMut};
use crate::history::History;
use crate::model::Vector;

/// Stands where there is no guess; no pixel has this value.
pub(crate) const NONE: u32 = u32::MAX;

/// A row of blocks, with the line above it first. Only what stands in and around exact blocks is meaningful.
pub(crate) struct Strip {
    width: usize,
    pixels: Vec<u32>,
}

impl Strip {
    fn new(width: usize) -> Self {
        Self {
            width,
            pixels: vec![NONE; width * (BLOCK + 1)],
        }
    }

    /// Line `y` of the row of blocks and the one above it.
    pub(crate) fn lines(&self, y: usize) -> [&[u32]; 2] {
        let line = |y: usize| {
            self.pixels
                .get(y * self.width..(y + 1) * self.width)
                .unwrap_or_default()
        };
        [line(y + 1), line(y)]
    }

    /// Pixels from `x` on of line `y`, the line above the first being line 0.
    fn part(&mut self, x: usize, y: usize, width: usize) -> &mut [u32] {
        let start = y * self.width + x;
        self.pixels.get_mut(start..start + width).unwrap_or_default()
    }
}

/// The guesses of one row of blocks after the other.
pub(crate) struct Strips {
    pub(crate) moved: Strip,
    pub(crate) remembered: Strip,
}

impl Strips {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            moved: Strip::new(width),
            remembered: Strip::new(width),
        }
    }

    /// Lays out the guesses for the exact blocks of `row`. The copied and remembered ones are drawn already.
    pub(crate) fn lay_out(
        &mut self,
        map: &BlockMap,
        row: usize,
        vectors: &[Vector],
        picture: &RowsMut<'_>,
        before: Option<&Framebuffer>,
        history: &History,
    ) {
        for column in 0..map.columns() {
            if map.get(column, row) != Kind::Exact {
                continue;
            }
            let vector = vector_of(map, column, row, vectors);
            self.lay_moved(map, column, row, vector.zip(before));
            self.lay_remembered(map, column, row, picture, history);
        }
    }

    fn lay_moved(
        &mut self,
        map: &BlockMap,
        column: usize,
        row: usize,
        source: Option<(Vector, &Framebuffer)>,
    ) {
        let rect = map.rect(column, row);
        // With the column to the left, unless that has guesses of its own, and the line above: guesses are trusted by what
        // stands around them.
        let beside = column
            .checked_sub(1)
            .is_some_and(|beside| map.get(beside, row) != Kind::Exact);
        let left = rect.x - i32::from(beside);
        let width = (rect.right() as i32 - left) as usize;
        for y in 0..=rect.height as usize {
            let line = self.moved.part(left as usize, y, width);
            let from = source.and_then(|(Vector { dx, dy }, before)| {
                let y = usize::try_from(rect.y + y as i32 - 1 + dy).ok()?;
                let x = usize::try_from(left + dx).ok()?;
                before.row(y).get(x..x + width)
            });
            match from {
                Some(from) => line.copy_from_slice(from),
                None => line.fill(NONE),
            }
        }
    }

    fn lay_remembered(
        &mut self,
        map: &BlockMap,
        column: usize,
        row: usize,
        picture: &RowsMut<'_>,
        history: &History,
    ) {
        let rect = map.rect(column, row);
        let (x, width) = (rect.x as usize, rect.width as usize);
        let Some(like) = map.like(column, row) else {
            for y in 0..=rect.height as usize {
                self.remembered.part(x, y, width).fill(NONE);
            }
            return;
        };
        let first = rect.y as usize;
        let above = first.checked_sub(1).map(|y| picture.row(y)).unwrap_or_default();
        match above.get(x..x + width) {
            Some(above) => self.remembered.part(x, 0, width).copy_from_slice(above),
            None => self.remembered.part(x, 0, width).fill(0),
        }
        let mut content = [NONE; BLOCK];
        for y in 0..rect.height as usize {
            history.content_line(column, row, like, y, &mut content);
            self.remembered
                .part(x, y + 1, width)
                .copy_from_slice(&content[..width]);
        }
        // Left of the block: its neighbor, or the guess for it.
        if let Some(beside) = column.checked_sub(1)
            && map.get(beside, row) != Kind::Exact
        {
            for y in 0..=rect.height as usize {
                let there = (first + y)
                    .checked_sub(1)
                    .and_then(|y| picture.row(y).get(x - 1))
                    .copied()
                    .unwrap_or_default();
                self.remembered.part(x - 1, y, 1).fill(there);
            }
        }
    }
}

/// Where an exact block most likely comes from: with the neighbors that are copied, else with most of the picture.
pub(crate) fn vector_of(map: &BlockMap, column: usize, row: usize, vectors: &[Vector]) -> Option<Vector> {
    let copied = |column: Option<usize>, row: Option<usize>| {
        let (column, row) = column.zip(row)?;
        if column >= map.columns() {
            return None;
        }
        match map.get(column, row) {
            Kind::Copy(index) => vectors.get(usize::from(index)).copied(),
            Kind::Keep | Kind::Exact | Kind::Text | Kind::Photo | Kind::Remembered(_) => None,
        }
    };
    copied(column.checked_sub(1), Some(row))
        .or_else(|| copied(Some(column), row.checked_sub(1)))
        .or_else(|| copied(Some(column + 1), Some(row)))
        .or_else(|| vectors.first().copied())
}
