//! The viewer's end: updates in, picture out.
//!
//! Takes bytes that a hostile peer may have made. Sizes are checked before memory is taken; the work of one update is
//! at most proportional to the picture, and an update whose bytes end early is dropped within one row of pixels.

use std::sync::Arc;

use temoto_geometry::Region;

use crate::error::CodecError;
use crate::framebuffer::{Framebuffer, MAX_PIXELS, check_size};
use crate::header::{self, Header};
use crate::history::HISTORY_MIB;
use crate::parts::Parts;
use crate::range_coder::RangeDecoder;
use crate::stream::{self, Coders, Plan, Shared};
use crate::workers::{InTurn, Workers};

/// Holds the picture and everything learned from the stream. Memory: 8 bytes per pixel, about 2.3 MiB, and what the
/// stream may remember ([`HISTORY_MIB`]).
pub struct Decoder {
    shared: Option<Shared>,
    /// An error was met since the last complete update.
    broken: bool,
    max_pixels: u64,
    max_history: u8,
    parts: Parts,
    nothing: Framebuffer,
    workers: Arc<dyn Workers>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder that waits for a complete update.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_pixels(MAX_PIXELS)
    }

    /// The same, refusing pictures of more than `max_pixels` (at most [`MAX_PIXELS`]).
    #[must_use]
    pub fn with_max_pixels(max_pixels: u64) -> Self {
        Self {
            shared: None,
            broken: false,
            max_pixels: max_pixels.min(MAX_PIXELS),
            max_history: HISTORY_MIB,
            parts: Parts::ALL,
            nothing: Framebuffer::default(),
            workers: Arc::new(InTurn),
        }
    }

    /// A decoder for a single small picture: of at most `max_pixels`, that remembers nothing.
    #[must_use]
    pub fn small(max_pixels: u64) -> Self {
        Self {
            max_history: 0,
            ..Self::with_max_pixels(max_pixels)
        }
    }

    /// A decoder that refuses streams which ask for more than so many MiB for earlier contents (at most
    /// [`HISTORY_MIB`]).
    #[must_use]
    pub fn with_max_history(mebibytes: u8) -> Self {
        Self {
            max_history: mebibytes.min(HISTORY_MIB),
            ..Self::new()
        }
    }

    /// The most memory for earlier contents that a stream may ask for, in MiB.
    #[must_use]
    pub const fn max_history(&self) -> u8 {
        self.max_history
    }

    /// A decoder for what [`crate::Encoder::with_parts`] makes with the same parts.
    #[must_use]
    pub fn with_parts(parts: Parts) -> Self {
        Self { parts, ..Self::new() }
    }

    /// Leaves the work of stripes to others; else it is done in turn.
    pub fn set_workers(&mut self, workers: Arc<dyn Workers>) {
        self.workers = workers;
    }

    /// Applies one update and says which pixels it wrote (after a complete update: all).
    ///
    /// # Errors
    /// Any [`CodecError`]. The picture is then unspecified and every update that is not complete is refused with
    /// [`CodecError::NeedsReset`]: the caller asks the other end to start afresh.
    pub fn decode(&mut self, update: &[u8]) -> Result<Region, CodecError> {
        let result = self.apply(update);
        self.broken = result.is_err();
        result
    }

    /// The picture; 0 x 0 before the first update.
    #[must_use]
    pub fn framebuffer(&self) -> &Framebuffer {
        self.shared
            .as_ref()
            .map_or(&self.nothing, |shared| &shared.picture)
    }

    /// Whether only a complete update can be decoded now.
    #[must_use]
    pub fn needs_reset(&self) -> bool {
        self.broken || self.shared.is_none()
    }

    fn apply(&mut self, update: &[u8]) -> Result<Region, CodecError> {
        let (update, stripes) = header::unpack(update)?;
        let (header, bytes) = Header::read(update)?;
        if let Header::Complete(start) = header {
            check_size(start.size, self.max_pixels)?;
            if start.history > self.max_history {
                return Err(CodecError::Memory(start.history));
            }
            // The old pictures go before the new ones come.
            self.shared = None;
            self.shared = Some(Shared::new(start, self.parts)?);
        } else if self.broken {
            return Err(CodecError::NeedsReset);
        }
        let shared = self.shared.as_mut().ok_or(CodecError::NeedsReset)?;
        if let Header::Next(number) = header
            && number != shared.number
        {
            return Err(CodecError::Sequence {
                expected: shared.number.0,
                got: number.0,
            });
        }
        let mut coder = RangeDecoder::new(bytes);
        let mut stripes: Vec<_> = stripes.into_iter().map(RangeDecoder::new).collect();
        let mut coders = Coders {
            main: &mut coder,
            stripes: &mut stripes,
            most: usize::MAX,
            workers: &*self.workers,
        };
        let done = stream::body(shared, &mut coders, &Plan::nothing(), None)?;
        if !coder.at_end() || !stripes.iter().all(RangeDecoder::at_end) {
            return Err(CodecError::Trailing);
        }
        shared.settle(&done.map);
        Ok(if matches!(header, Header::Complete(_)) {
            shared.picture.bounds().into()
        } else {
            done.map.changed()
        })
    }
}
