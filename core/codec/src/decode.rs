//! The viewer's end: updates in, picture out.
//!
//! Takes bytes that a hostile peer may have made. Sizes are checked before memory is taken; the work of one update is
//! at most proportional to the picture, and an update whose bytes end early is dropped within one row of pixels.

use temoto_geometry::Region;

use crate::blocks::BlockMap;
use crate::error::CodecError;
use crate::framebuffer::{Framebuffer, MAX_PIXELS, check_size};
use crate::range_coder::RangeDecoder;
use crate::stream::{self, Header, Plan, Shared};

/// Holds the picture and everything learned from the stream. Memory: 8 bytes per pixel and about 1.3 MiB.
pub struct Decoder {
    shared: Option<Shared>,
    /// An error was met since the last complete update.
    broken: bool,
    max_pixels: u64,
    nothing: Framebuffer,
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
            nothing: Framebuffer::default(),
        }
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
        let (header, bytes) = Header::read(update)?;
        if let Some(size) = header.reset {
            check_size(size, self.max_pixels)?;
            // The old pictures go before the new ones come.
            self.shared = None;
            self.shared = Some(Shared::new(size)?);
        } else if self.broken {
            return Err(CodecError::NeedsReset);
        }
        let shared = self.shared.as_mut().ok_or(CodecError::NeedsReset)?;
        if header.sequence != shared.sequence {
            return Err(CodecError::Sequence {
                expected: shared.sequence,
                got: header.sequence,
            });
        }
        let mut coder = RangeDecoder::new(bytes);
        let nothing = Plan {
            vectors: Vec::new(),
            map: BlockMap::default(),
        };
        let done = stream::body(shared, &mut coder, &nothing, None, |_| false)?;
        if !coder.at_end() {
            return Err(CodecError::Trailing);
        }
        shared.settle(&done.map);
        Ok(if header.reset.is_some() {
            shared.picture.bounds().into()
        } else {
            done.map.changed()
        })
    }
}
