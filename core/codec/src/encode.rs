//! The host's end: frames in, updates out.
//!
//! Keeps the picture that the viewer has once every update so far is decoded. Decides per block what to do; does not
//! decide when or how often.

use std::sync::Arc;

use temoto_geometry::Region;

use crate::blocks::BlockMap;
use crate::budget::Budget;
use crate::damage;
use crate::framebuffer::{FrameView, Framebuffer};
use crate::header::{self, Header, Start};
use crate::history::HISTORY_MIB;
use crate::moves::{Move, MoveFinder};
use crate::parts::Parts;
use crate::photo;
use crate::range_coder::RangeEncoder;
use crate::recall;
use crate::stream::{self, Coders, Plan, Shared};
use crate::stripes::MAX_STRIPES;
use crate::text;
use crate::workers::{InTurn, Workers};

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

/// How much one update may hold. What does not fit waits for the next call of encode, which takes the pixels of that
/// time; half of every limited update is for blocks that wait. A first picture comes in bands from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeLimits {
    /// Pixels coded by value, in whole blocks; at least one block gets through.
    pub max_pixels: u64,
    /// Bytes to aim at, by what pixels have cost lately; when they are reached, no further row of blocks and no further
    /// line of text is begun.
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
    /// How many of them are coded by value; the others are moved or remembered. A measure of the work at both ends.
    pub exact_pixels: u64,
    /// Whether the decoder may begin with this one.
    pub reset: bool,
    /// Whether the viewer now has the whole frame; false when limits left blocks waiting. Then call encode again
    /// even if nothing on the display changes.
    pub complete: bool,
}

/// Updates with fewer pixels that are coded line by line are not worth stripes.
const LEAST_PIXELS: usize = 128 << 10;

/// Holds what the viewer has. Memory: 8 bytes per pixel, about 8 MiB, and what is remembered of earlier contents.
pub struct Encoder {
    shared: Option<Shared>,
    budget: Budget,
    moves: MoveFinder,
    history: u8,
    parts: Parts,
    stripes: usize,
    workers: Arc<dyn Workers>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// An encoder whose first update is complete.
    #[must_use]
    pub fn new() -> Self {
        Self::with_parts(Parts::ALL)
    }

    /// An encoder that leaves out some of its parts, for [`crate::Decoder::with_parts`].
    #[must_use]
    pub fn with_parts(parts: Parts) -> Self {
        Self {
            shared: None,
            budget: Budget::default(),
            moves: MoveFinder::default(),
            history: if parts.history { HISTORY_MIB } else { 0 },
            parts,
            stripes: 1,
            workers: Arc::new(InTurn),
        }
    }

    /// The most memory for earlier contents that the viewer has, in MiB; more than [`HISTORY_MIB`] is not used. Counts
    /// from the next complete update on.
    pub fn set_history(&mut self, mebibytes: u8) {
        self.history = mebibytes.min(HISTORY_MIB);
    }

    /// Codes large updates in so many stripes (1 to 4; more do not exist), each a job for `workers`. Without this
    /// there are no stripes: each learns apart, which costs some bytes.
    pub fn set_workers(&mut self, workers: Arc<dyn Workers>, stripes: usize) {
        self.workers = workers;
        self.stripes = stripes.clamp(1, MAX_STRIPES);
    }

    /// Forgets the viewer: the next update is complete. For a new viewer, and when the viewer met an error.
    pub fn reset(&mut self) {
        self.shared = None;
    }

    /// Whether limits put something off, so that encode has work without any new damage.
    #[must_use]
    pub fn has_waiting(&self) -> bool {
        self.shared.is_none() || self.budget.has_waiting()
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

    /// The same in portions: the update brings as much of `frame` as `limits` allow.
    pub fn encode_limited(
        &mut self,
        frame: FrameView<'_>,
        hints: &Hints,
        limits: EncodeLimits,
    ) -> Option<Update> {
        let size = frame.size();
        let start = Start {
            size,
            history: self.history,
        };
        let reset = self.reference().is_none_or(|picture| picture.size() != size);
        if reset {
            self.budget.clear();
            // A view has a size that a picture may have.
            self.shared = Some(Shared::new(start, self.parts).ok()?);
        }
        let shared = self.shared.as_mut()?;
        let mut map = BlockMap::new(size);
        let candidates = hints.damage.as_ref().filter(|_| !reset).map(|damage| {
            let moved: Region = hints.moves.iter().map(|moved| moved.target()).collect();
            self.budget.candidates(&map, &damage.union(&moved))
        });
        let changed = damage::scan(&mut map, frame, &shared.picture, candidates.as_deref());
        if !changed && !reset {
            self.budget.clear();
            return None;
        }
        let vectors = if reset {
            Vec::new()
        } else {
            recall::find(&mut map, frame, shared);
            let vectors = if self.parts.moves {
                self.moves.mark(&mut map, frame, &shared.picture, &hints.moves)
            } else {
                Vec::new()
            };
            recall::join(&mut map, frame, shared, &vectors);
            vectors
        };
        let mut allowed = Plan {
            vectors,
            map: self.budget.allow(&map, limits),
            begun: Vec::new(),
        };
        if self.parts.text {
            text::choose(&mut allowed, frame, shared);
        } else {
            recall::resemble(&mut allowed.map, frame, shared);
        }
        if self.parts.photo {
            photo::choose(&mut allowed, frame, shared);
        }
        let header = if reset {
            Header::Complete(start)
        } else {
            Header::Next(shared.number)
        };
        let mut coder = RangeEncoder::new(header.write());
        let number = self.stripes;
        let many = number > 1 && allowed.map.pixels_by_lines() >= LEAST_PIXELS;
        let mut stripes: Vec<_> = (0..if many { number } else { 0 })
            .map(|_| RangeEncoder::new(Vec::new()))
            .collect();
        let mut coders = Coders {
            main: &mut coder,
            stripes: &mut stripes,
            most: limits.max_bytes,
            workers: &*self.workers,
        };
        let Ok(done) = stream::body(shared, &mut coders, &allowed, Some(frame)) else {
            // The plan was made for this picture: only a worker can have failed. What the viewer has is not known then.
            self.shared = None;
            return None;
        };
        shared.settle(&done.map);
        let stripes: Vec<_> = stripes.into_iter().map(RangeEncoder::finish).collect();
        let bytes = header::pack(coder.finish(), &stripes);
        self.budget.settle(&map, &done, bytes.len());
        Some(Update {
            bytes,
            changed: if reset {
                Region::from(size.to_rect())
            } else {
                done.map.changed()
            },
            exact_pixels: done.map.exact_pixels(),
            reset,
            complete: !self.budget.has_waiting(),
        })
    }
}
