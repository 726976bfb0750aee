//! What an update does, block by block: the walk that both ends do alike.
//!
//! Encoder and decoder call the same [`body`]; the one with a frame and its plan of kinds, the other with neither.

use crate::blocks::{self, BlockMap, Kind};
use crate::error::CodecError;
use crate::framebuffer::{FrameView, Framebuffer};
use crate::header::{Number, Start};
use crate::history::History;
use crate::model::{Band, Memory, Model, Vector};
use crate::parts::Parts;
use crate::range_coder::BitCoder;
use crate::stripes::{self, Sight, Stripe};
use crate::text::{self, Seams};
use crate::workers::Workers;

/// What both ends hold between updates, always equal.
pub(crate) struct Shared {
    /// The picture; during an update the one that comes about.
    pub(crate) picture: Framebuffer,
    /// The picture before the update; equal to `picture` between updates.
    pub(crate) before: Framebuffer,
    /// What stood where before that.
    pub(crate) history: History,
    pub(crate) model: Model,
    /// The first does what is not striped; the others come with the first update that has so many.
    stripes: Vec<Stripe>,
    parts: Parts,
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
            model: Model::new(parts),
            stripes: vec![Stripe::new(size.width as usize, parts)],
            parts,
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

/// Who codes an update.
pub(crate) struct Coders<'a, C> {
    /// Codes everything that no stripe codes.
    pub(crate) main: &'a mut C,
    /// One for each stripe; none if the update is not striped.
    pub(crate) stripes: &'a mut [C],
    /// How many bytes all of them aim at together.
    pub(crate) most: usize,
    pub(crate) workers: &'a dyn Workers,
}

/// Codes a whole update. Encoding: `plan` says what to do and `frame` has the pixels. Decoding: `plan` is empty and `frame`
/// `None`. Gives back what was done: when the bytes to aim at are reached, the rest of the rows of blocks and lines of text
/// waits.
pub(crate) fn body<C: BitCoder + Send>(
    shared: &mut Shared,
    coders: &mut Coders<'_, C>,
    plan: &Plan,
    frame: Option<FrameView<'_>>,
) -> Result<Plan, CodecError> {
    let most = coders.most;
    let striped = !coders.stripes.is_empty();
    let coder = &mut *coders.main;
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
            if !striped {
                pixels(shared, coder, &done, row, frame)?;
                waiting = waiting || coder.written() >= most;
            }
        }
        if coder.exhausted() {
            return Err(CodecError::Truncated);
        }
    }
    if striped {
        in_stripes(shared, coders, &mut done, frame)?;
    }
    let coder = &mut *coders.main;
    let others: usize = coders.stripes.iter().map(BitCoder::written).sum();
    // Something gets through in any case.
    let mut any = (0..done.map.rows()).any(|row| done.map.strip(row).iter().any(|kind| kind.by_lines()));
    text::pixels(shared, coder, &mut done, frame, |coder| {
        std::mem::replace(&mut any, true) && (waiting || coder.written() + others >= most)
    })?;
    Ok(done)
}

/// Codes the pixels of one row of blocks.
fn pixels<C: BitCoder>(
    shared: &mut Shared,
    coder: &mut C,
    done: &Plan,
    row: usize,
    frame: Option<FrameView<'_>>,
) -> Result<(), CodecError> {
    let Shared {
        picture,
        before,
        history,
        stripes,
        remembers,
        ..
    } = shared;
    let sight = Sight {
        map: &done.map,
        vectors: &done.vectors,
        before: Some(&*before).filter(|_| *remembers),
        history,
        frame,
        height: picture.height() as usize,
    };
    // There is always a first one.
    stripes.first_mut().map_or(Ok(()), |stripe| {
        stripe.row(coder, &mut picture.rows_mut(), &sight, row)
    })
}

/// Codes the pixels of all rows of blocks in stripes, and takes note of what waits.
fn in_stripes<C: BitCoder + Send>(
    shared: &mut Shared,
    coders: &mut Coders<'_, C>,
    done: &mut Plan,
    frame: Option<FrameView<'_>>,
) -> Result<(), CodecError> {
    let Shared {
        picture,
        before,
        history,
        stripes,
        remembers,
        parts,
        ..
    } = shared;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    while stripes.len() < coders.stripes.len() {
        stripes.push(Stripe::new(width, *parts));
    }
    let sight = Sight {
        map: &done.map,
        vectors: &done.vectors,
        before: Some(&*before).filter(|_| *remembers),
        history,
        frame,
        height,
    };
    let most = coders.most / coders.stripes.len();
    let waiting = stripes::code(stripes, coders.stripes, picture, &sight, most, coders.workers)?;
    for row in waiting.into_iter().flatten() {
        for column in 0..done.map.columns() {
            if done.map.get(column, row).by_lines() {
                done.map.set(column, row, Kind::Keep);
            }
        }
    }
    Ok(())
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
