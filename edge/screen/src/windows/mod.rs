//! Windows: desktop duplication where it works, GDI elsewhere. This is the part with system calls; when which is used,
//! and what is told, is in [`crate::win32`].

#![expect(unsafe_code, reason = "every call of Win32 is; each block says why it holds")]

mod cursor;
mod desktop;
mod displays;
mod dxgi;
mod gdi;
mod system;
mod windows_list;

#[cfg(test)]
mod tests;

use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect};
use temoto_win32::PhysicalPixels;

use crate::win32::bell::Bell;
use crate::win32::machine::Machine;
use crate::{Changes, Display, Obstacle, ScreenError, ScreenSource, Waker};
use system::Windows;

/// The desktop of the session that the program runs in.
pub struct NativeScreen {
    machine: Machine<Windows>,
    bell: Bell,
}

impl std::fmt::Debug for NativeScreen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NativeScreen")
            .field("way", &self.machine.way())
            .field("displays", &self.machine.displays())
            .field("obstacle", &self.machine.obstacle())
            .finish_non_exhaustive()
    }
}

impl NativeScreen {
    /// Looks at the displays. Pixels are first taken by the thread that waits. There is one desktop: the name of a
    /// display is ignored.
    ///
    /// # Errors
    /// [`ScreenError::Missing`] in a session without displays, [`ScreenError::TooLarge`] beyond what a frame can hold.
    pub fn open(_display: Option<&str>) -> Result<Self, ScreenError> {
        let _physical = PhysicalPixels::begin();
        Ok(Self {
            machine: Machine::new(Windows::new())?,
            bell: Bell::default(),
        })
    }
}

impl ScreenSource for NativeScreen {
    fn displays(&self) -> &[Display] {
        self.machine.displays()
    }

    fn obstacle(&self) -> Option<Obstacle> {
        self.machine.obstacle()
    }

    fn wait(&mut self, timeout: Duration) -> Result<Changes, ScreenError> {
        let _physical = PhysicalPixels::begin();
        self.machine.wait(timeout, |_, time| self.bell.sleep(time))
    }

    fn capture(&mut self, rect: Rect, origin: Point, frame: &mut Framebuffer) -> Result<(), ScreenError> {
        let _physical = PhysicalPixels::begin();
        self.machine.capture(rect, origin, frame)
    }

    fn cursor_position(&mut self) -> Result<Point, ScreenError> {
        let _physical = PhysicalPixels::begin();
        Ok(self.machine.cursor_position())
    }

    fn cursor_shape(&mut self) -> Result<CursorShape, ScreenError> {
        let _physical = PhysicalPixels::begin();
        self.machine.cursor_shape()
    }

    fn windows(&mut self) -> Result<Vec<Rect>, ScreenError> {
        let _physical = PhysicalPixels::begin();
        Ok(windows_list::read(std::process::id()))
    }

    fn waker(&self) -> Waker {
        self.bell.waker()
    }
}
