//! The host's end: frames in, updates out.
//!
//! Keeps the picture that the viewer has once every update so far is decoded. Decides per block what to do; does not
//! decide when or how often.

use temoto_geometry::Region;

use crate::blocks::{BlockMap, Kind};
use crate::damage;
use crate::framebuffer::{FrameView, Framebuffer};
use crate::moves::{Move, MoveFinder};
use crate::range_coder::RangeEncoder;
use crate::stream::{self, Header, Plan, Shared};

/// What the platform knows about the change since the last frame. Hints save time; wrong moves cost nothing, and too
/// much damage neither. Damage that leaves out changed pixels leaves them stale at the viewer.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Where the frame may differ from the last one given to the encoder; `None` = anywhere. Targets of moves need
    /// not be in it.
    pub damage: Option<Region>,
    /// Content that moved.
    pub moves: Vec<Move>,
}

/// How much one update may hold. What does not fit waits for the next call of encode, from the pixels of that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeLimits {
    /// Pixels coded by value, in whole blocks from top to bottom; at least one block gets through.
    pub max_pixels: u64,
    /// Bytes after which no further row of blocks is begun.
    pub max_bytes: usize,
}

impl EncodeLimits {
    /// Everything in one update.
    pub const NONE: Self = Self {
        max_pixels: u64::MAX,
        max_bytes: usize::MAX,
    };
}

impl Default for EncodeLimits {
    fn default() -> Self {
        Self::NONE
    }
}

/// One step of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What [`crate::Decoder::decode`] takes, whole and in order.
    pub bytes: Vec<u8>,
    /// The pixels that it writes.
    pub changed: Region,
    /// How many of them are coded by value; the others are moved. A measure of the work at both ends.
    pub exact_pixels: u64,
    /// Whether the decoder may begin with this one.
    pub reset: bool,
    /// Whether the viewer now has the whole frame; false when limits left blocks waiting. Then call encode again
    /// even if nothing on the display changes.
    pub complete: bool,
}

/// Holds what the viewer has. Memory: 8 bytes per pixel and about 1.3 MiB.
#[derive(Default)]
pub struct Encoder {
    shared: Option<Shared>,
    /// Blocks that limits put off.
    waiting: Vec<bool>,
    moves: MoveFinder,
}

impl Encoder {
    /// An encoder whose first update is complete.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the viewer: the next update is complete. For a new viewer, and when the viewer met an error.
    pub fn reset(&mut self) {
        self.shared = None;
    }

    /// Whether limits put something off, so that encode has work without any new damage.
    #[must_use]
    pub fn has_waiting(&self) -> bool {
        self.shared.is_none() || self.waiting.contains(&true)
    }

    /// The picture at the viewer once it has decoded all updates; `None` before the first and after a reset.
    #[must_use]
    pub fn reference(&self) -> Option<&Framebuffer> {
        self.shared.as_ref().map(|shared| &shared.picture)
    }

    /// The update that brings the viewer to `frame`, or `None` when it shows that already.
    ///
    /// A frame of another size than the last is a reset of its own.
    pub fn encode(&mut self, frame: FrameView<'_>, hints: &Hints) -> Option<Update> {
        self.encode_limited(frame, hints, EncodeLimits::NONE)
    }

    /// The same in portions: the update brings as much of `frame` as `limits` allow, in exact blocks from the top.
    pub fn encode_limited(
        &mut self,
        frame: FrameView<'_>,
        hints: &Hints,
        limits: EncodeLimits,
    ) -> Option<Update> {
        let size = frame.size();
        let reset = self.reference().is_none_or(|picture| picture.size() != size);
        if reset {
            self.waiting.clear();
            // A view has a size that a picture may have.
            self.shared = Some(Shared::new(size).ok()?);
        }
        let shared = self.shared.as_mut()?;
        let mut map = BlockMap::new(size);
        let candidates = candidates(&map, hints, &self.waiting, reset);
        let changed = damage::scan(&mut map, frame, &shared.picture, candidates.as_deref());
        if !changed && !reset {
            self.waiting.clear();
            return None;
        }
        let vectors = if reset {
            Vec::new()
        } else {
            self.moves.mark(&mut map, frame, &shared.picture, &hints.moves)
        };
        let wanted = Plan { vectors, map };
        let mut allowed = Plan {
            vectors: wanted.vectors.clone(),
            map: wanted.map.clone(),
        };
        keep_beyond(&mut allowed.map, limits.max_pixels);

        let header = Header {
            sequence: shared.sequence,
            reset: reset.then_some(size),
        };
        let mut coder = RangeEncoder::new(header.write());
        let stop = |coder: &RangeEncoder| coder.len() >= limits.max_bytes;
        // Encoding cannot fail: the plan was made for this picture.
        let done = stream::body(shared, &mut coder, &allowed, Some(frame), stop).ok()?;
        shared.settle(&done.map);
        self.waiting = put_off(&wanted.map, &done.map);
        Some(Update {
            bytes: coder.finish(),
            changed: if reset {
                Region::from(size.to_rect())
            } else {
                done.map.changed()
            },
            exact_pixels: done.map.exact_pixels(),
            reset,
            complete: !self.waiting.contains(&true),
        })
    }
}

/// The blocks worth a look; `None` = all.
fn candidates(map: &BlockMap, hints: &Hints, waiting: &[bool], reset: bool) -> Option<Vec<bool>> {
    let damage = hints.damage.as_ref().filter(|_| !reset)?;
    let moved: Region = hints.moves.iter().map(|moved| moved.target()).collect();
    let mut marks = map.touching(&damage.union(&moved));
    for (mark, waits) in marks.iter_mut().zip(waiting) {
        *mark |= waits;
    }
    Some(marks)
}

/// Puts off exact blocks beyond a number of pixels, but not the first.
fn keep_beyond(map: &mut BlockMap, max_pixels: u64) {
    let mut pixels = 0u64;
    for row in 0..map.rows() {
        for column in 0..map.columns() {
            if map.get(column, row) != Kind::Exact {
                continue;
            }
            let area = map.rect(column, row).area();
            if pixels > 0 && pixels.saturating_add(area) > max_pixels {
                map.set(column, row, Kind::Keep);
            }
            pixels = pixels.saturating_add(area);
        }
    }
}

/// The blocks that were wanted but not done; empty when there are none.
fn put_off(wanted: &BlockMap, done: &BlockMap) -> Vec<bool> {
    let missing: Vec<bool> = (0..wanted.rows())
        .flat_map(|row| {
            wanted
                .strip(row)
                .iter()
                .zip(done.strip(row))
                .map(|(want, got)| want != got)
        })
        .collect();
    if missing.contains(&true) {
        missing
    } else {
        Vec::new()
    }
}
