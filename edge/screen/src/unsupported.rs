//! Other systems: there is no screen, and opening says so. The type exists so that everything above it compiles.

use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect};

use crate::{Changes, Display, ScreenError, ScreenSource, Waker};

/// Cannot be made: [`NativeScreen::open`] always fails.
#[derive(Debug)]
pub enum NativeScreen {}

impl NativeScreen {
    /// Fails.
    ///
    /// # Errors
    /// Always [`ScreenError::NotSupported`].
    pub fn open(_display: Option<&str>) -> Result<Self, ScreenError> {
        Err(ScreenError::NotSupported)
    }
}

impl ScreenSource for NativeScreen {
    fn displays(&self) -> &[Display] {
        match *self {}
    }

    fn wait(&mut self, _timeout: Duration) -> Result<Changes, ScreenError> {
        match *self {}
    }

    fn capture(&mut self, _rect: Rect, _origin: Point, _frame: &mut Framebuffer) -> Result<(), ScreenError> {
        match *self {}
    }

    fn cursor_position(&mut self) -> Result<Point, ScreenError> {
        match *self {}
    }

    fn cursor_shape(&mut self) -> Result<CursorShape, ScreenError> {
        match *self {}
    }

    fn waker(&self) -> Waker {
        match *self {}
    }
}
