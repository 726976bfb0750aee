//! The screen of an X server: pixels of the root window by shared memory, DAMAGE, XFixes for the cursor, RANDR for
//! the displays.
//!
//! X11 has no way to leave a window out of a capture: what is on the display is in the picture, the program's own
//! frame and bar too, once. The cursor is not.

mod cursor;
mod displays;
mod grab;
mod pixels;
mod wakeup;
mod windows;

use std::time::{Duration, Instant};

use temoto_codec::cursor::CursorShape;
use temoto_codec::{FrameView, Framebuffer, MAX_PIXELS, MAX_SIDE};
use temoto_geometry::{Point, Rect, Region, Size};
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::damage::{self, ConnectionExt as _};
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::xfixes::{self, ConnectionExt as _};
use x11rb::protocol::xinput::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{self, ConnectionExt as _};
use x11rb::protocol::{Event, shm};
use x11rb::rust_connection::RustConnection;

use crate::{Changes, Display, ScreenError, ScreenSource, Waker, in_frame};
use grab::Grabber;
use wakeup::Wakeup;

/// More damaged rectangles than this are covered by fewer, larger ones.
const MAX_DAMAGE_RECTS: usize = 256;
/// How many of the server's events are looked at before what they said is returned.
const EVENTS_AT_ONCE: usize = 4_096;

/// A connection to an X server that looks at its root window.
pub struct X11Screen {
    conn: RustConnection,
    root: xproto::Window,
    damage: damage::Damage,
    parts: xfixes::Region,
    has_randr: bool,
    desktop: Size,
    displays: Vec<Display>,
    position: Point,
    grabber: Grabber,
    wakeup: Wakeup,
    /// What to report beside the damage that the server keeps.
    pending: Changes,
    /// Whether the server keeps damage that was not fetched.
    damaged: bool,
}

impl std::fmt::Debug for X11Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11Screen")
            .field("displays", &self.displays)
            .finish_non_exhaustive()
    }
}

impl X11Screen {
    /// Connects to the X display named, or to that of `DISPLAY`.
    ///
    /// # Errors
    /// [`ScreenError::Connect`] without a server, [`ScreenError::Missing`] without DAMAGE, XFixes 2 or XInput 2,
    /// [`ScreenError::Depth`] for pixels other than direct color of 15, 16, 24 or 30 bits (30-bit colors are reduced
    /// to 8 bits per channel), [`ScreenError::TooLarge`] beyond what a frame can hold.
    pub fn open(display: Option<&str>) -> Result<Self, ScreenError> {
        let (conn, screen) = x11rb::connect(display).map_err(|error| ScreenError::Connect {
            display: display
                .map(str::to_owned)
                .or_else(|| std::env::var("DISPLAY").ok())
                .unwrap_or_default(),
            reason: error.to_string(),
        })?;
        let root = conn
            .setup()
            .roots
            .get(screen)
            .ok_or(ScreenError::Missing("a screen"))?
            .root;
        require(&conn, damage::X11_EXTENSION_NAME, "the DAMAGE extension")?;
        require(&conn, xfixes::X11_EXTENSION_NAME, "the XFixes extension")?;
        require(&conn, xinput::X11_EXTENSION_NAME, "the XInput extension")?;
        // Asking for the version is part of using an extension: the server answers by the version agreed on.
        conn.damage_query_version(1, 1)?.reply()?;
        if conn.xfixes_query_version(5, 0)?.reply()?.major_version < 2 {
            return Err(ScreenError::Missing("XFixes version 2"));
        }
        if conn.xinput_xi_query_version(2, 2)?.reply()?.major_version < 2 {
            return Err(ScreenError::Missing("XInput version 2"));
        }
        let has_randr = listen(&conn, root)?;

        let damage = conn.generate_id()?;
        conn.damage_create(damage, root, damage::ReportLevel::NON_EMPTY)?
            .check()?;
        let parts = conn.generate_id()?;
        conn.xfixes_create_region(parts, &[])?.check()?;
        let format = pixels::PixelFormat::of_root(conn.setup(), screen)?;
        let has_shm = conn.extension_information(shm::X11_EXTENSION_NAME)?.is_some();
        let mut this = Self {
            conn,
            root,
            damage,
            parts,
            has_randr,
            desktop: Size::default(),
            displays: Vec::new(),
            position: Point::ORIGIN,
            grabber: Grabber::new(format, has_shm),
            wakeup: Wakeup::new()?,
            pending: Changes::default(),
            damaged: true,
        };
        this.read_geometry()?;
        this.position = cursor::position(&this.conn, this.root)?;
        this.pending.cursor_moved = Some(this.position);
        this.pending.cursor_shape = true;
        Ok(this)
    }

    /// Whether pixels come through shared memory; else each capture travels through the connection.
    #[must_use]
    pub fn uses_shared_memory(&self) -> bool {
        self.grabber.is_shared()
    }

    /// From now on as on a display without shared memory.
    #[cfg(test)]
    pub(crate) fn forget_shared_memory(&mut self) {
        self.grabber.forget();
    }

    /// Reads desktop and displays; when they changed, everything is damaged and pixels are fetched anew.
    fn read_geometry(&mut self) -> Result<(), ScreenError> {
        let root = self.conn.get_geometry(self.root)?.reply()?;
        let desktop = Size::new(u32::from(root.width), u32::from(root.height));
        if desktop.width > MAX_SIDE
            || desktop.height > MAX_SIDE
            || desktop.area() > MAX_PIXELS
            || desktop.is_empty()
        {
            return Err(ScreenError::TooLarge(desktop));
        }
        let displays = displays::read(&self.conn, self.root, desktop, self.has_randr)?;
        if desktop == self.desktop && displays == self.displays {
            return Ok(());
        }
        if desktop != self.desktop {
            self.grabber.prepare(&self.conn, desktop)?;
            self.desktop = desktop;
        }
        self.displays = displays;
        self.pending.geometry = true;
        self.pending.damage = Region::from(desktop.to_rect());
        Ok(())
    }

    /// Asks where the pointer is: motion events of a fast mouse come too often to be read one by one, and a pointer
    /// that a program moves makes none.
    fn look_at_pointer(&mut self) -> Result<(), ScreenError> {
        let position = cursor::position(&self.conn, self.root)?;
        if position != self.position {
            self.position = position;
            self.pending.cursor_moved = Some(position);
        }
        Ok(())
    }

    /// Takes the events that are here, without waiting. Returns whether no more can lie unread in the connection's
    /// buffer: every reply that is waited for may have brought some along.
    fn drain(&mut self) -> Result<bool, ScreenError> {
        let mut geometry = false;
        let mut settled = false;
        for _ in 0..EVENTS_AT_ONCE {
            let Some(event) = self.conn.poll_for_event()? else {
                settled = true;
                break;
            };
            match event {
                Event::DamageNotify(_) => self.damaged = true,
                Event::XfixesCursorNotify(_) => self.pending.cursor_shape = true,
                Event::ConfigureNotify(event) => geometry |= event.window == self.root,
                Event::RandrScreenChangeNotify(_) | Event::RandrNotify(_) => geometry = true,
                Event::PropertyNotify(event) => {
                    geometry |= event.atom == u32::from(xproto::AtomEnum::RESOURCE_MANAGER);
                }
                // Raw motion only ends the sleep.
                _ => {}
            }
        }
        if geometry {
            self.read_geometry()?;
        }
        if self.damaged {
            self.fetch_damage()?;
            return Ok(false);
        }
        Ok(settled && !geometry)
    }

    /// Takes over the damage that the server gathered; what is drawn from now on is reported again.
    fn fetch_damage(&mut self) -> Result<(), ScreenError> {
        self.damaged = false;
        self.conn.damage_subtract(self.damage, x11rb::NONE, self.parts)?;
        let parts = self.conn.xfixes_fetch_region(self.parts)?.reply()?;
        let rect = |part: &xproto::Rectangle| {
            Rect::new(
                part.x.into(),
                part.y.into(),
                part.width.into(),
                part.height.into(),
            )
        };
        let region: Region = if parts.rectangles.len() > MAX_DAMAGE_RECTS {
            // A region of the server comes in bands; neighbors in the list are neighbors on the screen.
            let at_once = parts.rectangles.len().div_ceil(MAX_DAMAGE_RECTS);
            let hull = |group: &[xproto::Rectangle]| group.iter().map(rect).fold(Rect::default(), Rect::hull);
            parts.rectangles.chunks(at_once).map(hull).collect()
        } else {
            parts.rectangles.iter().map(rect).collect()
        };
        self.pending.damage = self.pending.damage.union(&region.clip(self.desktop.to_rect()));
        Ok(())
    }
}

fn require(conn: &RustConnection, name: &'static str, what: &'static str) -> Result<(), ScreenError> {
    conn.extension_information(name)?
        .map(|_| ())
        .ok_or(ScreenError::Missing(what))
}

/// Asks for the events that end a wait. Returns whether there is RANDR with monitors (1.5).
fn listen(conn: &RustConnection, root: xproto::Window) -> Result<bool, ScreenError> {
    let events = xproto::EventMask::STRUCTURE_NOTIFY | xproto::EventMask::PROPERTY_CHANGE;
    conn.change_window_attributes(root, &xproto::ChangeWindowAttributesAux::new().event_mask(events))?;
    conn.xfixes_select_cursor_input(root, xfixes::CursorNotifyMask::DISPLAY_CURSOR)?;
    let motion = xinput::EventMask {
        deviceid: xinput::Device::ALL_MASTER.into(),
        mask: vec![xinput::XIEventMask::RAW_MOTION],
    };
    conn.xinput_xi_select_events(root, &[motion])?;
    if conn.extension_information(randr::X11_EXTENSION_NAME)?.is_none() {
        return Ok(false);
    }
    let version = conn.randr_query_version(1, 5)?.reply()?;
    let masks =
        randr::NotifyMask::SCREEN_CHANGE | randr::NotifyMask::CRTC_CHANGE | randr::NotifyMask::OUTPUT_CHANGE;
    conn.randr_select_input(root, masks)?;
    Ok((version.major_version, version.minor_version) >= (1, 5))
}

impl ScreenSource for X11Screen {
    fn displays(&self) -> &[Display] {
        &self.displays
    }

    fn wait(&mut self, timeout: Duration) -> Result<Changes, ScreenError> {
        let until = Instant::now().checked_add(timeout);
        loop {
            self.look_at_pointer()?;
            let settled = self.drain()?;
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if !self.pending.is_empty() || left == Some(Duration::ZERO) {
                return Ok(std::mem::take(&mut self.pending));
            }
            if settled && self.wakeup.sleep(self.conn.stream(), left)? {
                return Ok(Changes::default());
            }
        }
    }

    fn capture(&mut self, rect: Rect, origin: Point, frame: &mut Framebuffer) -> Result<(), ScreenError> {
        let target = in_frame(rect, origin, frame)?;
        if rect.is_empty() {
            return Ok(());
        }
        if !self.desktop.to_rect().contains_rect(rect) {
            return Err(ScreenError::Outside);
        }
        let pixels = self.grabber.grab(&self.conn, self.root, rect)?;
        let view =
            FrameView::new(rect.size(), rect.width as usize, pixels).map_err(|_| ScreenError::Outside)?;
        frame.blit(target.origin(), view);
        Ok(())
    }

    fn cursor_position(&mut self) -> Result<Point, ScreenError> {
        cursor::position(&self.conn, self.root)
    }

    fn cursor_shape(&mut self) -> Result<CursorShape, ScreenError> {
        cursor::shape(&self.conn)
    }

    fn windows(&mut self) -> Result<Vec<Rect>, ScreenError> {
        windows::read(&self.conn, self.root)
    }

    fn waker(&self) -> Waker {
        self.wakeup.waker()
    }
}

impl From<ConnectionError> for ScreenError {
    fn from(error: ConnectionError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<ReplyError> for ScreenError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => error.into(),
            // A rectangle that left the root with a change of mode that was not waited for.
            ReplyError::X11Error(error) if error.error_kind == x11rb::protocol::ErrorKind::Match => {
                Self::Outside
            }
            ReplyError::X11Error(error) => Self::Lost(format!("{error:?}")),
        }
    }
}

impl From<ReplyOrIdError> for ScreenError {
    fn from(error: ReplyOrIdError) -> Self {
        match error {
            ReplyOrIdError::IdsExhausted => Self::Lost("no ids are left".to_owned()),
            ReplyOrIdError::ConnectionError(error) => error.into(),
            ReplyOrIdError::X11Error(error) => ReplyError::X11Error(error).into(),
        }
    }
}
