//! Shows recorded frames on a display: an X client that paints what changed, as one box.

use anyhow::{Context, Result, bail};
use temoto_codec::Framebuffer;
use temoto_geometry::Rect;
use x11rb::connection::{Connection, RequestConnection as _};
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateGCAux, CreateWindowAux, Gcontext, ImageFormat, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT};

use crate::pixels;

/// Bytes of a request besides its pixels, generously.
const REQUEST: usize = 64;

/// A window that fills the display.
pub struct Canvas {
    connection: RustConnection,
    window: Window,
    context: Gcontext,
}

impl Canvas {
    /// Covers the display of this name.
    pub fn cover(display: &str) -> Result<Self> {
        let (connection, screen) = RustConnection::connect(Some(display))?;
        let screen = connection
            .setup()
            .roots
            .get(screen)
            .context("a display has a screen")?
            .clone();
        let window = connection.generate_id()?;
        // No window manager is asked, and nothing is painted but what is told.
        let aux = CreateWindowAux::new().override_redirect(1);
        connection.create_window(
            COPY_DEPTH_FROM_PARENT,
            window,
            screen.root,
            0,
            0,
            screen.width_in_pixels,
            screen.height_in_pixels,
            0,
            WindowClass::INPUT_OUTPUT,
            COPY_FROM_PARENT,
            &aux,
        )?;
        connection.map_window(window)?;
        let context = connection.generate_id()?;
        connection.create_gc(context, window, &CreateGCAux::new().graphics_exposures(0))?;
        connection.sync()?;
        Ok(Self {
            connection,
            window,
            context,
        })
    }

    /// Paints the box around what changed (all of it without a frame before); returns when the server has it.
    pub fn show(&self, before: Option<&Framebuffer>, after: &Framebuffer) -> Result<()> {
        let part = before.map_or(Some(after.bounds()), |before| pixels::changed_box(before, after));
        let Some(rect) = part else { return Ok(()) };
        let mut bytes = Vec::with_capacity(rect.width as usize * rect.height as usize * 4);
        for row in pixels::rows(after, rect) {
            bytes.extend(row.iter().flat_map(|pixel| pixel.to_le_bytes()));
        }
        self.paint(rect, &bytes)
    }

    /// One request, so that the server cannot send a half of it.
    fn paint(&self, rect: Rect, bytes: &[u8]) -> Result<()> {
        if bytes.len() + REQUEST > self.connection.maximum_request_bytes() {
            bail!("the X server takes no request of {} bytes", bytes.len());
        }
        self.connection.put_image(
            ImageFormat::Z_PIXMAP,
            self.window,
            self.context,
            u16::try_from(rect.width)?,
            u16::try_from(rect.height)?,
            i16::try_from(rect.x)?,
            i16::try_from(rect.y)?,
            0,
            24,
            bytes,
        )?;
        Ok(self.connection.sync()?)
    }
}
