//! Both ends together: whatever the display shows, the viewer shows the same, pixel for pixel, after every update.

mod hostile;
mod moves;
mod portions;
mod round_trip;
pub(crate) mod scenes;
mod stripes;
mod text;
mod viewers;

use temoto_geometry::Size;

use crate::{Decoder, EncodeLimits, Encoder, Framebuffer, Hints, Update};

/// An encoder and its viewer.
struct Ends {
    encoder: Encoder,
    decoder: Decoder,
}

impl Ends {
    fn new() -> Self {
        Self {
            encoder: Encoder::new(),
            decoder: Decoder::new(),
        }
    }

    /// One update; panics unless the viewer then has exactly what the encoder believes, and only pixels inside the
    /// reported change have changed.
    fn step(&mut self, frame: &Framebuffer, hints: &Hints, limits: EncodeLimits) -> Option<Update> {
        let before = self.decoder.framebuffer().clone();
        let update = self
            .encoder
            .encode_limited(frame.view().unwrap(), hints, limits)?;
        let changed = self.decoder.decode(&update.bytes).unwrap();
        assert_eq!(changed, update.changed);
        let after = self.decoder.framebuffer();
        assert!(self.encoder.reference() == Some(after), "the ends disagree");
        if !update.reset {
            let mut expected = before;
            for rect in changed.iter() {
                expected.copy_from(after, rect, 0, 0);
            }
            assert!(&expected == after, "pixels changed outside the reported region");
        }
        if update.complete {
            assert!(after == frame, "a complete update does not show the frame");
        }
        assert_eq!(update.complete, !self.encoder.has_waiting());
        Some(update)
    }

    /// One unlimited update to this frame; its bytes.
    fn show(&mut self, frame: &Framebuffer) -> usize {
        let update = self.step(frame, &Hints::default(), EncodeLimits::NONE);
        assert!(self.decoder.framebuffer() == frame);
        update.map_or(0, |update| update.bytes.len())
    }
}

fn black(width: u32, height: u32) -> Framebuffer {
    Framebuffer::new(Size::new(width, height)).unwrap()
}
