//! Getting pixels out of the server.
//!
//! With MIT-SHM the server writes into a memory file that both have open; it is read like a file, not mapped, so a
//! server that cuts it short gives an error and no fault, and no unsafe code is needed. Without it (a display on
//! another machine, an old server) the pixels travel through the connection.

use std::fs::File;
use std::os::unix::fs::FileExt;

use rustix::fs::{MemfdFlags, memfd_create};
use temoto_geometry::{Rect, Size};
use x11rb::connection::Connection;
use x11rb::protocol::shm::{ConnectionExt as _, Seg};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, Window};
use x11rb::rust_connection::RustConnection;

use super::pixels::PixelFormat;
use crate::ScreenError;

/// Every plane of a pixel.
const ALL_PLANES: u32 = !0;

/// Memory that the server writes to.
struct Segment {
    id: Seg,
    memory: File,
    bytes: usize,
}

/// Takes pictures of parts of a window.
pub(super) struct Grabber {
    format: PixelFormat,
    try_shm: bool,
    segment: Option<Segment>,
    bytes: Vec<u8>,
    pixels: Vec<u32>,
}

impl Grabber {
    pub(super) fn new(format: PixelFormat, try_shm: bool) -> Self {
        Self {
            format,
            try_shm,
            segment: None,
            bytes: Vec::new(),
            pixels: Vec::new(),
        }
    }

    pub(super) fn is_shared(&self) -> bool {
        self.segment.is_some()
    }

    #[cfg(test)]
    pub(super) fn forget(&mut self) {
        self.segment = None;
        self.try_shm = false;
    }

    /// Makes room for a desktop of this size.
    pub(super) fn prepare(&mut self, conn: &RustConnection, desktop: Size) -> Result<(), ScreenError> {
        let needed = self.format.stride(desktop.width) * desktop.height as usize;
        if !self.try_shm
            || self
                .segment
                .as_ref()
                .is_some_and(|segment| segment.bytes >= needed)
        {
            return Ok(());
        }
        if let Some(old) = self.segment.take() {
            conn.shm_detach(old.id)?;
        }
        self.segment = attach(conn, needed)?;
        // One refusal is the answer for good: the connection or the server cannot pass memory.
        self.try_shm = self.segment.is_some();
        Ok(())
    }

    /// The pixels of `rect`, row after row without gaps; the top byte of each is not defined.
    pub(super) fn grab(
        &mut self,
        conn: &RustConnection,
        window: Window,
        rect: Rect,
    ) -> Result<&[u32], ScreenError> {
        let outside = |_| ScreenError::Outside;
        let (x, y) = (
            i16::try_from(rect.x).map_err(outside)?,
            i16::try_from(rect.y).map_err(outside)?,
        );
        let width = u16::try_from(rect.width).map_err(outside)?;
        let height = u16::try_from(rect.height).map_err(outside)?;
        let bytes = self.format.stride(rect.width) * usize::from(height);
        self.pixels.resize(usize::from(width) * usize::from(height), 0);

        let shared = self.segment.as_ref().filter(|segment| segment.bytes >= bytes);
        if let Some(segment) = shared {
            let format = ImageFormat::Z_PIXMAP.into();
            conn.shm_get_image(window, x, y, width, height, ALL_PLANES, format, segment.id, 0)?
                .reply()?;
            if self.format.is_ours() {
                read(segment, bytemuck::cast_slice_mut(&mut self.pixels))?;
                return Ok(&self.pixels);
            }
            self.bytes.resize(bytes, 0);
            read(segment, &mut self.bytes)?;
        } else {
            let image = conn.get_image(ImageFormat::Z_PIXMAP, window, x, y, width, height, ALL_PLANES)?;
            self.bytes = image.reply()?.data;
            if self.bytes.len() < bytes {
                return Err(ScreenError::Outside);
            }
        }
        self.format.convert(&self.bytes, rect.width, &mut self.pixels);
        Ok(&self.pixels)
    }
}

fn read(segment: &Segment, into: &mut [u8]) -> Result<(), ScreenError> {
    segment
        .memory
        .read_exact_at(into, 0)
        .map_err(|error| ScreenError::Lost(error.to_string()))
}

/// New shared memory; `None` if the server or the connection cannot do it.
fn attach(conn: &RustConnection, bytes: usize) -> Result<Option<Segment>, ScreenError> {
    let version = conn.shm_query_version()?.reply()?;
    if (version.major_version, version.minor_version) < (1, 2) {
        return Ok(None);
    }
    let Ok(memory) = memfd_create("temoto-screen", MemfdFlags::CLOEXEC) else {
        return Ok(None);
    };
    let memory = File::from(memory);
    let Ok(theirs) = memory.set_len(bytes as u64).and_then(|()| memory.try_clone()) else {
        return Ok(None);
    };
    let id = conn.generate_id()?;
    let attached = match conn.shm_attach_fd(id, std::os::fd::OwnedFd::from(theirs), false) {
        Ok(cookie) => cookie.check().is_ok(),
        // The socket cannot carry descriptors: a display over TCP.
        Err(x11rb::errors::ConnectionError::FdPassingFailed) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(attached.then_some(Segment { id, memory, bytes }))
}
