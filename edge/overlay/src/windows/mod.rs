//! Windows: not there yet, and says so. The type exists so that everything above it compiles for Windows.

use temoto_geometry::Rect;

use crate::{FrameOverlay, OverlayError};

/// Cannot be made: [`NativeOverlay::open`] always fails.
#[derive(Debug)]
pub enum NativeOverlay {}

impl NativeOverlay {
    /// Fails.
    ///
    /// # Errors
    /// Always [`OverlayError::NotSupported`].
    pub fn open(_display: Option<&str>) -> Result<Self, OverlayError> {
        Err(OverlayError::NotSupported)
    }
}

impl FrameOverlay for NativeOverlay {
    fn show(&mut self, _display: Rect) -> Result<(), OverlayError> {
        match *self {}
    }

    fn hide(&mut self) -> Result<(), OverlayError> {
        match *self {}
    }
}
