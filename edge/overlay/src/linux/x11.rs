//! The frame on an X server: four thin windows that the window manager leaves alone, of one color, without input.
//!
//! The server paints them itself (a background, nothing to redraw). A thread raises them when another window covers
//! them, at most a few times a second, so that two programs that both want to be on top do not fight at full speed.
//! X11 has no way to leave them out of a capture.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use temoto_geometry::Rect;
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::shape::{self, ConnectionExt as _, SK, SO};
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ClipOrdering, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux,
    EventMask, PropMode, StackMode, Visibility, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::{FRAME_COLOR, FrameOverlay, OverlayError, frame_sides};

/// The least time between two raises.
const RAISE_PAUSE: Duration = Duration::from_millis(250);
/// What the windows are called, for people who list windows.
const NAME: &[u8] = b"Temoto frame";

/// A frame on an X server.
pub struct X11Overlay {
    conn: Arc<RustConnection>,
    sides: Vec<Window>,
    shown: Arc<AtomicBool>,
    raiser: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for X11Overlay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11Overlay")
            .field("shown", &self.shown)
            .finish_non_exhaustive()
    }
}

impl X11Overlay {
    /// Connects to the X display named, or to that of `DISPLAY`. The frame is hidden.
    ///
    /// # Errors
    /// [`OverlayError::Connect`] without a server.
    pub fn open(display: Option<&str>) -> Result<Self, OverlayError> {
        let (conn, screen) = x11rb::connect(display).map_err(|error| OverlayError::Connect {
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
            .ok_or_else(|| OverlayError::Lost("no screen".to_owned()))?;
        let color = color(&conn, root.default_colormap)?;
        let root = root.root;
        // The shape extension makes the windows transparent for the mouse; a server without it is older than XTEST.
        let has_shape = conn.extension_information(shape::X11_EXTENSION_NAME)?.is_some();
        let mut sides = Vec::new();
        for _ in 0..4 {
            sides.push(side(&conn, root, color, has_shape)?);
        }
        conn.sync()?;
        let (conn, shown) = (Arc::new(conn), Arc::new(AtomicBool::new(false)));
        let raiser = Raiser {
            conn: Arc::clone(&conn),
            sides: sides.clone(),
            shown: Arc::clone(&shown),
        };
        // A dead server is told by the next call; a frame that is covered meanwhile is no reason to stop anything.
        let raiser = std::thread::Builder::new()
            .name("frame".to_owned())
            .spawn(move || drop(raiser.run()));
        let raiser = raiser.map_err(|error| OverlayError::Lost(error.to_string()))?;
        Ok(Self {
            conn,
            sides,
            shown,
            raiser: Some(raiser),
        })
    }

    /// The ids of the frame's windows.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.sides
    }

    fn end_raiser(&self) -> Result<(), OverlayError> {
        let Some(side) = self.sides.first() else {
            return Ok(());
        };
        let message = ClientMessageEvent::new(32, *side, u32::from(AtomEnum::NONE), [0; 5]);
        // Without a mask it goes to whoever made the window.
        self.conn.send_event(false, *side, EventMask::NO_EVENT, message)?;
        self.conn.flush()?;
        Ok(())
    }
}

impl FrameOverlay for X11Overlay {
    fn show(&mut self, display: Rect) -> Result<(), OverlayError> {
        let rects = frame_sides(display);
        for (index, side) in self.sides.iter().enumerate() {
            let Some(rect) = rects.get(index) else {
                self.conn.unmap_window(*side)?;
                continue;
            };
            let place = ConfigureWindowAux::new()
                .x(rect.x)
                .y(rect.y)
                .width(rect.width)
                .height(rect.height)
                .stack_mode(StackMode::ABOVE);
            self.conn.configure_window(*side, &place)?;
            self.conn.map_window(*side)?;
        }
        self.shown.store(true, Ordering::Release);
        self.conn.sync()?;
        Ok(())
    }

    fn hide(&mut self) -> Result<(), OverlayError> {
        self.shown.store(false, Ordering::Release);
        for side in &self.sides {
            self.conn.unmap_window(*side)?;
        }
        self.conn.sync()?;
        Ok(())
    }
}

impl Drop for X11Overlay {
    fn drop(&mut self) {
        self.shown.store(false, Ordering::Release);
        // If the message cannot be sent the connection is dead, and the thread has ended by that.
        drop(self.end_raiser());
        if let Some(raiser) = self.raiser.take() {
            drop(raiser.join());
        }
    }
}

/// The thread that keeps the frame on top.
struct Raiser {
    conn: Arc<RustConnection>,
    sides: Vec<Window>,
    shown: Arc<AtomicBool>,
}

impl Raiser {
    /// Runs until the frame's window gets a message or the server is gone.
    fn run(&self) -> Result<(), OverlayError> {
        let mut last: Option<Instant> = None;
        loop {
            let mut covered = false;
            let mut next = Some(self.conn.wait_for_event()?);
            while let Some(event) = next {
                match event {
                    Event::ClientMessage(_) => return Ok(()),
                    Event::VisibilityNotify(event) => covered |= event.state != Visibility::UNOBSCURED,
                    _ => {}
                }
                next = self.conn.poll_for_event()?;
            }
            if !covered || !self.shown.load(Ordering::Acquire) {
                continue;
            }
            if let Some(last) = last {
                std::thread::sleep((last + RAISE_PAUSE).saturating_duration_since(Instant::now()));
            }
            last = Some(Instant::now());
            for side in &self.sides {
                let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
                self.conn.configure_window(*side, &above)?;
            }
            self.conn.flush()?;
        }
    }
}

/// One hidden side of the frame.
fn side(conn: &RustConnection, root: Window, color: u32, has_shape: bool) -> Result<Window, OverlayError> {
    let window = conn.generate_id()?;
    let aux = CreateWindowAux::new()
        .background_pixel(color)
        .override_redirect(1)
        .save_under(1)
        .event_mask(EventMask::VISIBILITY_CHANGE);
    conn.create_window(0, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_OUTPUT, 0, &aux)?;
    if has_shape {
        // No pixel of it takes input: clicks go to what is below.
        conn.shape_rectangles(SO::SET, SK::INPUT, ClipOrdering::UNSORTED, window, 0, 0, &[])?;
    }
    conn.change_property8(
        PropMode::REPLACE,
        window,
        AtomEnum::WM_NAME,
        AtomEnum::STRING,
        NAME,
    )?;
    let atom =
        |name: &[u8]| -> Result<u32, OverlayError> { Ok(conn.intern_atom(false, name)?.reply()?.atom) };
    let (kind, dock) = (atom(b"_NET_WM_WINDOW_TYPE")?, atom(b"_NET_WM_WINDOW_TYPE_DOCK")?);
    // Compositors draw no shadow around docks.
    conn.change_property32(PropMode::REPLACE, window, kind, AtomEnum::ATOM, &[dock])?;
    let process = [std::process::id()];
    conn.change_property32(
        PropMode::REPLACE,
        window,
        atom(b"_NET_WM_PID")?,
        AtomEnum::CARDINAL,
        &process,
    )?;
    Ok(window)
}

/// The pixel of the frame's color, as near as this display has it.
fn color(conn: &RustConnection, colormap: u32) -> Result<u32, OverlayError> {
    let [_, red, green, blue] = FRAME_COLOR.to_be_bytes().map(|channel| u16::from(channel) * 257);
    Ok(conn.alloc_color(colormap, red, green, blue)?.reply()?.pixel)
}

impl From<ConnectionError> for OverlayError {
    fn from(error: ConnectionError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<ReplyError> for OverlayError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => error.into(),
            ReplyError::X11Error(error) => Self::Lost(format!("{error:?}")),
        }
    }
}

impl From<ReplyOrIdError> for OverlayError {
    fn from(error: ReplyOrIdError) -> Self {
        match error {
            ReplyOrIdError::IdsExhausted => Self::Lost("no ids are left".to_owned()),
            ReplyOrIdError::ConnectionError(error) => error.into(),
            ReplyOrIdError::X11Error(error) => ReplyError::X11Error(error).into(),
        }
    }
}
