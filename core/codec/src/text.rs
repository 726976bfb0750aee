//! Text: areas that are coded line of text by line of text, each column by column, because columns of letters come again.
//!
//! Follows the blocks that are coded line by line, so that everything around an area is known. The first band may begin
//! above its area and the last may end below it, so that a line of text is whole where only a part of it changed.

mod areas;
mod choose;
mod lines;

use std::ops::Range;

use crate::blocks::{BLOCK, Kind};
use crate::error::CodecError;
use crate::framebuffer::FrameView;
use crate::model::{Band, CONTEXT, LOW_BAND};
use crate::range_coder::BitCoder;
use crate::stream::{Plan, Shared};
use crate::strip::vector_of;

pub(crate) use choose::choose;
pub(crate) use lines::Seams;

/// Codes the pixels of all blocks of text. `wait` is asked before each band whether the rest of its area shall wait; of
/// blocks that were not begun nothing is done then.
pub(crate) fn pixels<C: BitCoder>(
    shared: &mut Shared,
    coder: &mut C,
    done: &mut Plan,
    frame: Option<FrameView<'_>>,
    mut wait: impl FnMut(&C) -> bool,
) -> Result<(), CodecError> {
    let bottom = shared.picture.height() as usize;
    for area in areas::areas(&done.map) {
        let columns =
            area.columns.start * BLOCK..(area.columns.end * BLOCK).min(shared.picture.width() as usize);
        let rows = area.rows.start * BLOCK..(area.rows.end * BLOCK).min(bottom);
        let seams = &mut shared.seams;
        let lines = frame.map(|frame| lines::find(frame, &columns, &rows, seams));
        let lines = lines.unwrap_or_default();
        let lead = shared.model.columns.lead(coder, lines.lead);
        let mut top = rows.start.saturating_sub(lead);
        let mut heights = lines.heights.into_iter();
        while top < rows.end {
            let waits = wait(coder);
            if shared.model.columns.waits(coder, waits) {
                put_off(done, &area, top);
                break;
            }
            let height = shared
                .model
                .columns
                .height(coder, heights.next().unwrap_or(LOW_BAND));
            let rows = top..(top + height).min(bottom);
            top = rows.end;
            BandWalk {
                done,
                area: &area,
                columns: columns.clone(),
                rows,
            }
            .code(shared, coder, frame);
            if coder.exhausted() {
                return Err(CodecError::Truncated);
            }
        }
    }
    Ok(())
}

/// The blocks of an area from this row of pixels on are kept; those that were begun are text, but wait as well.
fn put_off(done: &mut Plan, area: &areas::Area, top: usize) {
    for row in area.rows.clone().filter(|row| (row + 1) * BLOCK > top) {
        for column in area.columns.clone() {
            if done.map.get(column, row) != Kind::Text {
                continue;
            }
            if row * BLOCK >= top {
                done.map.set(column, row, Kind::Keep);
            } else {
                done.begun.push((column, row));
            }
        }
    }
}

/// One band of an area.
struct BandWalk<'a> {
    done: &'a Plan,
    area: &'a areas::Area,
    /// In pixels.
    columns: Range<usize>,
    rows: Range<usize>,
}

impl BandWalk<'_> {
    fn code<C: BitCoder>(&self, shared: &mut Shared, coder: &mut C, frame: Option<FrameView<'_>>) {
        let mut band = std::mem::take(&mut shared.band);
        self.lay_out(shared, &mut band, frame);
        shared.model.columns.code(coder, &mut band, frame.is_some());
        self.draw(shared, &band);
        shared.band = band;
    }

    /// The first column that the band has: those to the left of the area are its context.
    fn left(&self) -> usize {
        self.columns.start.saturating_sub(CONTEXT)
    }

    /// The columns of blocks of the area with their pixels.
    fn blocks(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let end = self.columns.end;
        let across = move |column: usize| column * BLOCK..(column * BLOCK + BLOCK).min(end);
        self.area
            .columns
            .clone()
            .map(move |column| (column, across(column)))
    }

    /// Whether a block has text of this area in a row of pixels. What other areas have is theirs.
    fn is_text(&self, column: usize, y: usize) -> bool {
        self.area.rows.contains(&(y / BLOCK)) && self.done.map.get(column, y / BLOCK) == Kind::Text
    }

    /// Which rows of the band are text in one column of blocks, the uppermost in the lowest bit.
    fn text_rows(&self, column: usize) -> u32 {
        self.rows.clone().enumerate().fold(0, |mask, (line, y)| {
            mask | u32::from(self.is_text(column, y)) << line
        })
    }

    fn lay_out(&self, shared: &Shared, band: &mut Band, frame: Option<FrameView<'_>>) {
        let left = self.left();
        band.begin(self.rows.len(), self.columns.end - left);
        self.lay_picture(shared, band, left..self.columns.start);
        for (column, across) in self.blocks() {
            let mask = self.text_rows(column);
            // Where everything is to be coded, nothing is known.
            if mask.count_ones() as usize != self.rows.len() {
                self.lay_picture(shared, band, across.clone());
            }
            if mask == 0 {
                continue;
            }
            band.set_mask(across.start - left..across.end - left, mask);
            self.lay_guesses(shared, band, column, &across);
            let Some(frame) = frame else { continue };
            for (line, y) in self.rows.clone().enumerate() {
                let text = mask >> line & 1 == 1;
                let row = if text { frame.row(y) } else { shared.picture.row(y) };
                band.lay_target(line, across.start - left, &row[across.clone()]);
            }
        }
    }

    /// Lays what the picture has in some columns: few at a time, whose places in the band stay in the processor's cache.
    fn lay_picture(&self, shared: &Shared, band: &mut Band, columns: Range<usize>) {
        for (line, y) in self.rows.clone().enumerate() {
            let row = &shared.picture.row(y)[columns.clone()];
            band.lay_picture(line, columns.start - self.left(), row);
        }
    }

    /// Lays the guesses of one column of blocks and of the column of pixels to its left.
    fn lay_guesses(&self, shared: &Shared, band: &mut Band, column: usize, across: &Range<usize>) {
        let left = self.left();
        let from = across.start.saturating_sub(1).max(left);
        let middle = (self.rows.start + self.rows.len() / 2) / BLOCK;
        let vector = vector_of(&self.done.map, column, middle, &self.done.vectors);
        let before = |x: usize, y: usize| {
            let row = shared.before.row(y).get(x..x + across.end - from);
            row.filter(|_| shared.remembers)
        };
        for (line, y) in self.rows.clone().enumerate() {
            let moved = vector.and_then(|vector| {
                let y = usize::try_from(y as i32 + vector.dy).ok()?;
                before(usize::try_from(from as i32 + vector.dx).ok()?, y)
            });
            let places = from - left..across.end - left;
            band.lay_guess(0, line, places.clone(), before(from, y));
            band.lay_guess(1, line, places, moved);
        }
    }

    fn draw(&self, shared: &mut Shared, band: &Band) {
        let left = self.left();
        for (column, across) in self.blocks() {
            for (line, y) in self.rows.clone().enumerate() {
                if self.is_text(column, y) {
                    let row = &mut shared.picture.row_mut(y)[across.clone()];
                    for (x, pixel) in across.clone().zip(row) {
                        *pixel = band.pixel(x - left, line);
                    }
                }
            }
        }
    }
}
