//! Windows itself, as [`Machine`](crate::win32::machine::Machine) asks it.

use std::time::Instant;

use temoto_codec::FrameView;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::Rect;
use windows::Win32::UI::Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO};

use super::displays::Displays;
use super::dxgi::{self, Output};
use super::gdi::Gdi;
use super::{cursor, desktop, displays};
use crate::win32::system::{Fault, Pointer, System, obstacle};
use crate::{Display, Obstacle};

/// What is kept between calls.
#[derive(Default)]
pub(super) struct Windows {
    displays: Displays,
    gdi: Gdi,
}

impl Windows {
    pub(super) fn new() -> Self {
        Self::default()
    }
}

impl System for Windows {
    type Output = Output;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn displays(&mut self) -> Vec<Display> {
        self.displays.read()
    }

    fn bounds(&mut self) -> Rect {
        displays::bounds()
    }

    fn obstacle(&mut self) -> Option<Obstacle> {
        obstacle(desktop::input(), desktop::session)
    }

    fn duplicate(&mut self) -> Result<Vec<Output>, Fault> {
        dxgi::open()
    }

    fn grab(&mut self, rect: Rect) -> Result<FrameView<'_>, Fault> {
        self.gdi.grab(rect)
    }

    fn pointer(&mut self) -> Option<Pointer> {
        cursor::pointer()
    }

    fn pointer_shape(&mut self) -> Option<CursorShape> {
        cursor::shape()
    }

    fn arrow(&mut self) -> Option<CursorShape> {
        cursor::arrow()
    }

    fn last_input(&mut self) -> u32 {
        let mut info = LASTINPUTINFO {
            cbSize: u32::try_from(size_of::<LASTINPUTINFO>()).unwrap_or_default(),
            dwTime: 0,
        };
        // SAFETY: the structure says its size and lives until the call returns. Without an answer the time stays 0.
        let _answered = unsafe { GetLastInputInfo(&raw mut info) };
        info.dwTime
    }
}
