//! What an update does, block by block: the walk that both ends do alike.
//!
//! Encoder and decoder call the same [`body`]; the one with a frame and its plan of kinds, the other with neither.

use crate::blocks::{self, BLOCK, BlockMap, Kind};
use crate::error::CodecError;
use crate::framebuffer::{FrameView, Framebuffer};
use crate::header::{Number, Start};
use crate::history::History;
use crate::model::{Band, Memory, Model, Rows, Vector};
use crate::parts::Parts;
use crate::range_coder::BitCoder;
use crate::strip::Strips;
use crate::text::{self, Seams};

/// What both ends hold between updates, always equal.
pub(crate) struct Shared {
    /// The picture; during an update the one that comes about.
    pub(crate) picture: Framebuffer,
    /// The picture before the update; equal to `picture` between updates.
    pub(crate) before: Framebuffer,
    /// What stood where before that.
    pub(crate) history: History,
    pub(crate) model: Model,
    strips: Strips,
    /// The line of text that is coded now.
    pub(crate) band: Band,
    pub(crate) seams: Seams,
    /// Whether `before` shows anything: false during a complete update.
    pub(crate) remembers: bool,
    /// The number of the next update.
    pub(crate) number: Number,
}

impl Shared {
    /// A black picture and nothing learned.
    pub(crate) fn new(Start { size, history }: Start, parts: Parts) -> Result<Self, CodecError> {
        Ok(Self {
            picture: Framebuffer::new(size)?,
            before: Framebuffer::new(size)?,
            history: History::new(size, history),
            model: Model::new(size.width as usize, parts),
            strips: Strips::new(size.width as usize),
            band: Band::default(),
            seams: Seams::default(),
            remembers: false,
            number: Number::default(),
        })
    }

    /// Ends an update: what changed becomes what was, and what was is remembered.
    pub(crate) fn settle(&mut self, map: &BlockMap) {
        if self.remembers {
            for row in 0..map.rows() {
                for column in 0..map.columns() {
                    let kind = map.get(column, row);
                    if kind != Kind::Keep {
                        let rect = map.rect(column, row);
                        self.history.leaves(column, row, rect, &self.before, kind);
                    }
                }
            }
        }
        self.history.tick();
        for row in 0..map.rows() {
            for (rect, ()) in map.runs(row, blocks::changes) {
                self.before.copy_from(&self.picture, rect, 0, 0);
            }
        }
        self.remembers = true;
        self.number = self.number.next();
    }
}

/// What one update does.
pub(crate) struct Plan {
    pub(crate) vectors: Vec<Vector>,
    pub(crate) map: BlockMap,
    /// Blocks of text of which only the upper part was done; what was done says so.
    pub(crate) begun: Vec<(usize, usize)>,
}

impl Plan {
    /// What a decoder knows beforehand.
    pub(crate) fn nothing() -> Self {
        Self {
            vectors: Vec::new(),
            map: BlockMap::default(),
            begun: Vec::new(),
        }
    }
}

/// Codes a whole update. Encoding: `plan` says what to do, `frame` has the pixels, and `stop` is asked after each row
/// of blocks and before each line of text whether the rest shall wait. Decoding: `plan` is empty and `frame` `None`. Gives
/// back what was done.
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
        begun: Vec::new(),
    };
    let mut above_used = false;
    let mut waiting = false;
    for row in 0..done.map.rows() {
        let strip = plan.map.strip(row);
        // Copies are never put off: what they read may be gone afterwards.
        let planned = |column: usize| match strip.get(column) {
            Some(kind) if kind.by_value() && waiting => (Kind::Keep, None),
            Some(&kind) => (kind, plan.map.like(column, row)),
            None => (Kind::Keep, None),
        };
        let used = (0..done.map.columns()).any(|column| planned(column).0 != Kind::Keep);
        above_used = shared.model.blocks.strip_used(coder, above_used, used);
        if above_used {
            kinds(shared, coder, &mut done, row, planned)?;
            copies(shared, &done, row)?;
            remembered(shared, &done, row);
            pixels(shared, coder, &done, row, frame)?;
            waiting = waiting || stop(coder);
        }
        if coder.exhausted() {
            return Err(CodecError::Truncated);
        }
    }
    // Something gets through in any case.
    let mut any = (0..done.map.rows()).any(|row| {
        done.map
            .strip(row)
            .iter()
            .any(|kind| matches!(kind, Kind::Exact | Kind::Photo))
    });
    text::pixels(shared, coder, &mut done, frame, |coder| {
        std::mem::replace(&mut any, true) && (waiting || stop(coder))
    })?;
    Ok(done)
}

/// Codes the kinds of one row of blocks, and for exact ones what they resemble.
fn kinds<C: BitCoder>(
    shared: &mut Shared,
    coder: &mut C,
    done: &mut Plan,
    row: usize,
    planned: impl Fn(usize) -> (Kind, Option<u8>),
) -> Result<(), CodecError> {
    let (model, history) = (&mut shared.model.blocks, &shared.history);
    let mut left = Kind::Keep;
    // When what was taken from the history last had left: its neighbors left with it.
    let mut epoch = None;
    let mut liked = false;
    for column in 0..done.map.columns() {
        let above = if row > 0 {
            done.map.get(column, row - 1)
        } else {
            Kind::Keep
        };
        let memory = Memory {
            depth: history.depth(column, row),
            guess: epoch
                .and_then(|epoch| history.that_left(column, row, epoch))
                .unwrap_or_default(),
            certain: epoch.is_some(),
        };
        let (kind, like) = planned(column);
        let kind = model
            .kind(coder, left, above, done.vectors.len(), memory, kind)
            .ok_or(CodecError::Malformed("a block names what does not exist"))?;
        let kind = if kind == Kind::Exact && model.text(coder, left, above, planned(column).0 == Kind::Text) {
            Kind::Text
        } else if kind == Kind::Exact && model.photo(coder, left, above, planned(column).0 == Kind::Photo) {
            Kind::Photo
        } else {
            kind
        };
        done.map.set(column, row, kind);
        let mut taken = None;
        match kind {
            Kind::Remembered(index) => taken = Some(index),
            Kind::Exact if memory.depth > 0 => {
                taken = model
                    .like(coder, liked, memory, like)
                    .ok_or(CodecError::Malformed("a block resembles what does not exist"))?;
                liked = taken.is_some();
                done.map.set_like(column, row, taken);
            }
            Kind::Keep | Kind::Copy(_) | Kind::Exact | Kind::Text | Kind::Photo => {}
        }
        if let Some(index) = taken {
            epoch = history.left_at(column, row, index);
        }
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

/// Draws the blocks of one row of blocks that show what they showed before.
fn remembered(shared: &mut Shared, done: &Plan, row: usize) {
    for (column, &kind) in done.map.strip(row).iter().enumerate() {
        if let Kind::Remembered(index) = kind {
            let rect = done.map.rect(column, row);
            shared.history.draw(column, row, index, rect, &mut shared.picture);
        }
    }
}

/// Codes the pixels of the exact blocks of one row of blocks, line by line across all of them.
fn pixels<C: BitCoder>(
    shared: &mut Shared,
    coder: &mut C,
    done: &Plan,
    row: usize,
    frame: Option<FrameView<'_>>,
) -> Result<(), CodecError> {
    let spans = done.map.runs(row, |kind| match kind {
        Kind::Exact => Some(false),
        Kind::Photo => Some(true),
        Kind::Keep | Kind::Copy(_) | Kind::Remembered(_) | Kind::Text => None,
    });
    if spans.is_empty() {
        return Ok(());
    }
    let first = row * BLOCK;
    let last = (first + BLOCK).min(shared.picture.height() as usize);
    let before = Some(&shared.before).filter(|_| shared.remembers);
    shared.strips.lay_out(
        &done.map,
        row,
        &done.vectors,
        &shared.picture,
        before,
        &shared.history,
    );
    let row_before = |y: Option<usize>| before.zip(y).map(|(before, y)| before.row(y)).unwrap_or_default();
    for y in first..last {
        let (current, above) = shared.picture.row_with_upper(y);
        let mut rows = Rows {
            current,
            above,
            guesses: [
                [row_before(Some(y)), row_before(y.checked_sub(1))],
                shared.strips.moved.lines(y - first),
                shared.strips.remembered.lines(y - first),
            ],
        };
        let target = frame.map_or(&[][..], |frame| frame.row(y));
        let model = &mut shared.model.pixels;
        for &(span, photo) in &spans {
            let start = span.x as usize;
            let span = start..start + span.width as usize;
            if photo {
                model.photo_row(coder, &mut rows, span, target);
            } else {
                model.row(coder, &mut rows, span, target);
            }
        }
        if coder.exhausted() {
            return Err(CodecError::Truncated);
        }
    }
    Ok(())
}
