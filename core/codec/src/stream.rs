//! What the bytes of an update mean: header, vectors, and the walk over the blocks that both ends do alike.
//!
//! Encoder and decoder call the same [`body`]; the one with a frame and its plan of kinds, the other with neither.

use temoto_geometry::Size;

use crate::blocks::{self, BLOCK, BlockMap, Kind};
use crate::error::CodecError;
use crate::framebuffer::{FrameView, Framebuffer};
use crate::model::{Model, Rows, Vector};
use crate::range_coder::BitCoder;

/// The format that this build speaks, in the upper half of the first byte.
const FORMAT: u8 = 1;
/// Flag in the first byte: everything before is forgotten, and the size follows.
const RESET: u8 = 1;

/// The bytes before the coded body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Counts updates, wraps; 0 in one with `reset`.
    pub(crate) sequence: u8,
    /// The size of the picture that begins here.
    pub(crate) reset: Option<Size>,
}

impl Header {
    /// The bytes: format and flags, number, and after a reset width and height in two bytes each.
    pub(crate) fn write(self) -> Vec<u8> {
        let mut bytes = vec![
            FORMAT << 4 | if self.reset.is_some() { RESET } else { 0 },
            self.sequence,
        ];
        if let Some(size) = self.reset {
            for side in [size.width, size.height] {
                // Sides are at most 16,384.
                bytes.extend_from_slice(&(side as u16).to_be_bytes());
            }
        }
        bytes
    }

    /// The header and the rest of the bytes.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), CodecError> {
        let [head, sequence, rest @ ..] = bytes else {
            return Err(CodecError::Truncated);
        };
        if head >> 4 != FORMAT || head & 0x0f & !RESET != 0 {
            return Err(CodecError::Format(*head));
        }
        if head & RESET == 0 {
            return Ok((
                Self {
                    sequence: *sequence,
                    reset: None,
                },
                rest,
            ));
        }
        let [w0, w1, h0, h1, rest @ ..] = rest else {
            return Err(CodecError::Truncated);
        };
        if *sequence != 0 {
            return Err(CodecError::Malformed("a complete update has the number 0"));
        }
        let side = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
        Ok((
            Self {
                sequence: 0,
                reset: Some(Size::new(side(*w0, *w1), side(*h0, *h1))),
            },
            rest,
        ))
    }
}

/// What both ends hold between updates, always equal.
pub(crate) struct Shared {
    /// The picture; during an update the one that comes about.
    pub(crate) picture: Framebuffer,
    /// The picture before the update; equal to `picture` between updates.
    pub(crate) before: Framebuffer,
    pub(crate) model: Model,
    /// Whether `before` shows anything: false during a complete update.
    pub(crate) remembers: bool,
    /// The number of the next update.
    pub(crate) sequence: u8,
}

impl Shared {
    /// A black picture and nothing learned.
    pub(crate) fn new(size: Size) -> Result<Self, CodecError> {
        Ok(Self {
            picture: Framebuffer::new(size)?,
            before: Framebuffer::new(size)?,
            model: Model::new(size.width as usize),
            remembers: false,
            sequence: 0,
        })
    }

    /// Ends an update: what changed becomes what was.
    pub(crate) fn settle(&mut self, map: &BlockMap) {
        for row in 0..map.rows() {
            for (rect, ()) in map.runs(row, blocks::changes) {
                self.before.copy_from(&self.picture, rect, 0, 0);
            }
        }
        self.remembers = true;
        self.sequence = self.sequence.wrapping_add(1);
    }
}

/// What one update does.
pub(crate) struct Plan {
    pub(crate) vectors: Vec<Vector>,
    pub(crate) map: BlockMap,
}

/// Codes a whole update. Encoding: `plan` says what to do, `frame` has the pixels, and `stop` is asked after each row
/// of blocks whether the rest shall wait. Decoding: `plan` is empty and `frame` `None`. Gives back what was done.
pub(crate) fn body<C: BitCoder>(
    shared: &mut Shared,
    coder: &mut C,
    plan: &Plan,
    frame: Option<FrameView<'_>>,
    mut stop: impl FnMut(&C) -> bool,
) -> Result<Plan, CodecError> {
    let vectors = shared.model.blocks.vectors(coder, &plan.vectors);
    let mut done = Plan {
        vectors,
        map: BlockMap::new(shared.picture.size()),
    };
    let mut above_used = false;
    let mut waiting = false;
    for row in 0..done.map.rows() {
        let strip = plan.map.strip(row);
        // Copies are never put off: what they read may be gone afterwards.
        let planned = |column: usize| match strip.get(column) {
            Some(Kind::Exact) if waiting => Kind::Keep,
            Some(&kind) => kind,
            None => Kind::Keep,
        };
        let used = (0..done.map.columns()).any(|column| planned(column) != Kind::Keep);
        above_used = shared.model.blocks.strip_used(coder, above_used, used);
        if above_used {
            kinds(shared, coder, &mut done, row, planned)?;
            copies(shared, &done, row)?;
            pixels(shared, coder, &done, row, frame)?;
            waiting = waiting || stop(coder);
        }
        if coder.exhausted() {
            return Err(CodecError::Truncated);
        }
    }
    Ok(done)
}

/// Codes the kinds of one row of blocks.
fn kinds<C: BitCoder>(
    shared: &mut Shared,
    coder: &mut C,
    done: &mut Plan,
    row: usize,
    planned: impl Fn(usize) -> Kind,
) -> Result<(), CodecError> {
    let mut left = Kind::Keep;
    for column in 0..done.map.columns() {
        let above = if row > 0 {
            done.map.get(column, row - 1)
        } else {
            Kind::Keep
        };
        let kind = shared
            .model
            .blocks
            .kind(coder, left, above, done.vectors.len(), planned(column))
            .ok_or(CodecError::Malformed(
                "a block names a vector that the update does not have",
            ))?;
        done.map.set(column, row, kind);
        left = kind;
    }
    Ok(())
}

/// Draws the moved blocks of one row of blocks.
fn copies(shared: &mut Shared, done: &Plan, row: usize) -> Result<(), CodecError> {
    let copied = |kind: Kind| {
        if let Kind::Copy(index) = kind {
            Some(index)
        } else {
            None
        }
    };
    for (rect, index) in done.map.runs(row, copied) {
        let Some(&Vector { dx, dy }) = done.vectors.get(usize::from(index)) else {
            continue;
        };
        if !shared.before.bounds().contains_rect(rect.translate(dx, dy)) {
            return Err(CodecError::Malformed(
                "a block is copied from outside the picture",
            ));
        }
        shared.picture.copy_from(&shared.before, rect, dx, dy);
    }
    Ok(())
}

/// Codes the pixels of the exact blocks of one row of blocks, line by line across all of them.
fn pixels<C: BitCoder>(
    shared: &mut Shared,
    coder: &mut C,
    done: &Plan,
    row: usize,
    frame: Option<FrameView<'_>>,
) -> Result<(), CodecError> {
    let spans = done.map.runs(row, |kind| (kind == Kind::Exact).then_some(()));
    if spans.is_empty() {
        return Ok(());
    }
    let first = row * BLOCK;
    let last = (first + BLOCK).min(shared.picture.height() as usize);
    let before = &shared.before;
    let row_before = |y: i64| match usize::try_from(y) {
        Ok(y) if shared.remembers => before.row(y),
        _ => &[],
    };
    for y in first..last {
        let at = y as i64;
        let (current, above, above2) = shared.picture.row_with_upper(y);
        let moved = done.vectors.first().map(|vector| {
            let from = at + i64::from(vector.dy);
            ([row_before(from), row_before(from - 1)], vector.dx)
        });
        let mut rows = Rows {
            current,
            above: [above, above2],
            before: [row_before(at), row_before(at - 1)],
            moved,
        };
        let target = frame.map_or(&[][..], |frame| frame.row(y));
        for (span, ()) in &spans {
            let start = span.x as usize;
            shared
                .model
                .pixels
                .row(coder, &mut rows, start..start + span.width as usize, target);
        }
        if coder.exhausted() {
            return Err(CodecError::Truncated);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back() {
        for header in [
            Header {
                sequence: 200,
                reset: None,
            },
            Header {
                sequence: 0,
                reset: Some(Size::new(16_384, 1)),
            },
        ] {
            let bytes = [header.write(), vec![7]].concat();
            assert_eq!(Header::read(&bytes), Ok((header, &[7][..])));
        }
    }

    #[test]
    fn headers_of_another_format_are_refused() {
        for bytes in [[0x00, 0], [0x20, 0], [0x12, 0], [0xf1, 0]] {
            assert_eq!(Header::read(&bytes), Err(CodecError::Format(bytes[0])));
        }
        assert_eq!(Header::read(&[0x11, 0, 0, 1, 0]), Err(CodecError::Truncated));
        assert_eq!(Header::read(&[0x10]), Err(CodecError::Truncated));
        assert!(Header::read(&[0x11, 1, 0, 1, 0, 1]).is_err());
    }
}
