//! Stripes: rows of blocks whose pixels are coded apart, so that several workers can do it at the same time.
//!
//! A stripe has a string of bytes and a model of its own, and sees no row of another one as it comes about. Where an
//! update is not striped, everything belongs to the first one, whose bytes are those of the update.

use std::ops::Range;

use crate::blocks::{BLOCK, BlockMap, Kind};
use crate::error::CodecError;
use crate::framebuffer::{FrameView, Framebuffer, RowsMut};
use crate::history::History;
use crate::model::{PixelModel, Rows, Vector};
use crate::parts::Parts;
use crate::range_coder::{Bit, BitCoder};
use crate::strip::Strips;
use crate::workers::{Job, Workers};

/// Most stripes of an update: bounds what a hostile one takes of memory, 2.4 MiB for each.
pub(crate) const MAX_STRIPES: usize = 4;

/// What is learned and laid out for one stripe.
#[repr(align(128))]
pub(crate) struct Stripe {
    waits: Bit,
    pixels: PixelModel,
    strips: Strips,
}

impl Stripe {
    /// Nothing learned, for a picture of `width` columns.
    pub(crate) fn new(width: usize, parts: Parts) -> Self {
        Self {
            waits: Bit::NEW,
            pixels: PixelModel::new(width, parts),
            strips: Strips::new(width),
        }
    }

    /// Codes the rows of blocks of a striped update; gives the first one that waits, with all below it. `most` is how
    /// many bytes to aim at; one row gets through in any case.
    fn code<C: BitCoder>(
        &mut self,
        coder: &mut C,
        part: &mut RowsMut<'_>,
        sight: &Sight<'_>,
        rows: Range<usize>,
        most: usize,
    ) -> Result<Option<usize>, CodecError> {
        let mut begun = false;
        for row in rows.filter(|&row| weight(sight.map, row) > 0) {
            if coder.bit(&mut self.waits, begun && coder.written() >= most) {
                return Ok(Some(row));
            }
            self.row(coder, part, sight, row)?;
            begun = true;
        }
        Ok(None)
    }

    /// Codes one row of blocks, line by line across all of them.
    pub(crate) fn row<C: BitCoder>(
        &mut self,
        coder: &mut C,
        part: &mut RowsMut<'_>,
        sight: &Sight<'_>,
        row: usize,
    ) -> Result<(), CodecError> {
        let spans = sight.map.runs(row, |kind| match kind {
            Kind::Exact => Some(false),
            Kind::Photo => Some(true),
            Kind::Keep | Kind::Copy(_) | Kind::Remembered(_) | Kind::Text => None,
        });
        if spans.is_empty() {
            return Ok(());
        }
        let &Sight {
            map, vectors, before, ..
        } = sight;
        let first = row * BLOCK;
        let last = (first + BLOCK).min(sight.height);
        self.strips
            .lay_out(map, row, vectors, part, before, sight.history);
        let row_before =
            |y: Option<usize>| before.zip(y).map(|(before, y)| before.row(y)).unwrap_or_default();
        for y in first..last {
            let (current, above) = part.row_with_upper(y);
            let mut rows = Rows {
                current,
                above,
                guesses: [
                    [row_before(Some(y)), row_before(y.checked_sub(1))],
                    self.strips.moved.lines(y - first),
                    self.strips.remembered.lines(y - first),
                ],
            };
            let target = sight.frame.map_or(&[][..], |frame| frame.row(y));
            for &(span, photo) in &spans {
                let start = span.x as usize;
                let span = start..start + span.width as usize;
                if photo {
                    self.pixels.photo_row(coder, &mut rows, span, target);
                } else {
                    self.pixels.row(coder, &mut rows, span, target);
                }
            }
            if coder.exhausted() {
                return Err(CodecError::Truncated);
            }
        }
        Ok(())
    }
}

/// What all stripes see.
pub(crate) struct Sight<'a> {
    pub(crate) map: &'a BlockMap,
    pub(crate) vectors: &'a [Vector],
    pub(crate) before: Option<&'a Framebuffer>,
    pub(crate) history: &'a History,
    /// The picture as it shall be, when encoding.
    pub(crate) frame: Option<FrameView<'a>>,
    /// Rows of the picture.
    pub(crate) height: usize,
}

/// Codes all pixels that are coded line by line, a stripe with each coder; gives per stripe its rows of blocks that
/// wait. `most` is how many bytes to aim at in each.
pub(crate) fn code<C: BitCoder + Send>(
    stripes: &mut [Stripe],
    coders: &mut [C],
    picture: &mut Framebuffer,
    sight: &Sight<'_>,
    most: usize,
    workers: &dyn Workers,
) -> Result<Vec<Range<usize>>, CodecError> {
    let rows = cut(sight.map, coders.len());
    let starts: Vec<usize> = rows.iter().map(|rows| rows.start * BLOCK).collect();
    let mut parts = picture.parts_mut(&starts);
    let mut results = vec![Err(CodecError::Unfinished); rows.len()];
    let ends = stripes.iter_mut().zip(coders).zip(&mut parts);
    let jobs = ends.zip(&rows).zip(&mut results);
    workers.run(
        jobs.map(|((((stripe, coder), part), rows), result)| -> Job<'_> {
            Box::new(move || *result = stripe.code(coder, part, sight, rows.clone(), most))
        })
        .collect(),
    );
    let waiting = results.into_iter().zip(rows);
    waiting
        .map(|(result, rows)| Ok(result?.unwrap_or(rows.end)..rows.end))
        .collect()
}

/// Blocks of a row of blocks that are coded line by line.
fn weight(map: &BlockMap, row: usize) -> usize {
    map.strip(row).iter().filter(|kind| kind.by_lines()).count()
}

/// The rows of blocks of each stripe, so that all have about as much to code.
fn cut(map: &BlockMap, stripes: usize) -> Vec<Range<usize>> {
    let all: usize = (0..map.rows()).map(|row| weight(map, row)).sum();
    let mut before = 0;
    let mut start = 0;
    let mut row = 0;
    (1..=stripes)
        .map(|number| {
            while row < map.rows() && (number == stripes || before * stripes < all * number) {
                before += weight(map, row);
                row += 1;
            }
            std::mem::replace(&mut start, row)..row
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Size;

    use super::*;

    #[test]
    fn stripes_share_the_work_and_leave_nothing_out() {
        let mut map = BlockMap::new(Size::new(64, 160));
        for row in 2..8 {
            for column in 0..if row < 4 { 4 } else { 2 } {
                map.set(column, row, Kind::Photo);
            }
        }
        // 8 blocks in two rows, then 8 in four.
        assert_eq!(cut(&map, 2), [0..4, 4..10]);
        assert_eq!(cut(&map, 4), [0..3, 3..4, 4..6, 6..10]);
        let nothing = BlockMap::new(Size::new(64, 32));
        assert_eq!(cut(&nothing, 3), [0..0, 0..0, 0..2]);
    }
}
