//! An overlay in memory: tests see where the frame is.

use std::sync::{Arc, Mutex, PoisonError};

use temoto_geometry::Rect;

use crate::{FrameOverlay, OverlayError};

/// A frame that nobody sees. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct FakeOverlay(Arc<Mutex<Option<Rect>>>);

impl FakeOverlay {
    /// A hidden frame.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Around which rectangle the frame is shown; `None` while hidden.
    #[must_use]
    pub fn shown(&self) -> Option<Rect> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, frame: Option<Rect>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = frame;
    }
}

impl FrameOverlay for FakeOverlay {
    fn show(&mut self, display: Rect) -> Result<(), OverlayError> {
        self.set(Some(display));
        Ok(())
    }

    fn hide(&mut self) -> Result<(), OverlayError> {
        self.set(None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_sees_the_frame_move_and_go() {
        let seen = FakeOverlay::new();
        let mut overlay = seen.clone();
        overlay.show(Rect::new(0, 0, 9, 9)).unwrap();
        overlay.show(Rect::new(5, 0, 9, 9)).unwrap();
        assert_eq!(seen.shown(), Some(Rect::new(5, 0, 9, 9)));
        overlay.hide().unwrap();
        assert_eq!(seen.shown(), None);
    }
}
