//! The border to the screen: which displays there are, what is on them, what changed, and the mouse cursor.
//!
//! [`ScreenSource`] is the whole border. `temoto-driver` owns one on a thread of its own: it waits for changes, and
//! when the session has room to send it copies the newest pixels. The source decides nothing about when and what to
//! send, and knows neither codec nor line.
//!
//! [`open`] gives the source of the machine it runs on; [`fake::FakeScreen`] is compiled everywhere, for tests and
//! for machines without a screen.

use std::sync::Arc;
use std::time::Duration;

use temoto_codec::Framebuffer;
pub use temoto_codec::Move;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Region, Size};

pub mod fake;
// Rules without system calls: tested wherever tests run.
#[cfg(any(windows, test))]
mod win32;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

pub use native::NativeScreen;

/// Most displays that are listed.
pub const MAX_DISPLAYS: usize = 32;

/// Most windows that are told.
pub const MAX_WINDOWS: usize = 64;

/// Most moves that are told at once.
pub const MAX_MOVES: usize = 16;

/// Opens the screen of this machine. `display` is the X display's name (`:1`); `None` takes that of the environment.
/// Windows has no such names.
///
/// # Errors
/// [`ScreenError::Connect`] without a display, the other variants when it lacks what is needed.
pub fn open(display: Option<&str>) -> Result<NativeScreen, ScreenError> {
    NativeScreen::open(display)
}

/// A display (monitor) as the window system describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    /// Stays the same while the display exists; not an index.
    pub id: u32,
    /// What the system calls it, as in "HDMI-1". At most 64 characters, no control characters.
    pub name: String,
    /// Its place on the desktop, in physical pixels. Other systems than X11 have negative origins.
    pub rect: Rect,
    /// How much larger than usual programs draw on it; 100 is plain.
    pub scale_percent: u32,
    /// Whether it is the main one. Exactly one display is.
    pub primary: bool,
}

/// What happened since the last [`ScreenSource::wait`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Pixels of the desktop that may differ. A hint from the window system that can be too large, never too small.
    pub damage: Region,
    /// Content that the window system moved, in the order in which it did, the newest [`MAX_MOVES`]; what was drawn over it
    /// since is in `damage` as well as all targets. Desktop coordinates. A hint that can be wrong. Few systems tell any.
    pub moves: Vec<Move>,
    /// Where the cursor's hot spot is now, if it moved. Desktop coordinates.
    pub cursor_moved: Option<Point>,
    /// Whether the cursor has another shape now ([`ScreenSource::cursor_shape`]).
    pub cursor_shape: bool,
    /// Whether [`ScreenSource::displays`] changed: size, place, number or names. `damage` then covers everything.
    pub geometry: bool,
    /// Whether [`ScreenSource::obstacle`] changed. Once there is none any more, `damage` covers everything.
    pub obstacle: bool,
}

impl Changes {
    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.damage.is_empty()
            && self.cursor_moved.is_none()
            && !self.cursor_shape
            && !self.geometry
            && !self.obstacle
    }
}

/// What the system shows instead of the desktop, hidden from programs like this one. It goes away by itself, or by the
/// customer's hand; until then the last picture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The system asks for an administrator's consent, or shows the screen of Ctrl+Alt+Del.
    SecureDesktop,
    /// The computer is locked.
    Locked,
    /// The person's session is on no monitor: another person is logged in there, or a remote desktop was left.
    Away,
}

/// Makes a blocked `wait` of another thread return early. Cheap to clone and to call.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

impl Waker {
    /// A waker that calls `wake`.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// Ends the `wait` that runs now, else the next one.
    pub fn wake(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waker")
    }
}

/// The border to a screen.
pub trait ScreenSource: Send {
    /// The displays as of the last [`Self::wait`] (or of opening), the primary one first. Never empty.
    fn displays(&self) -> &[Display];

    /// What hides the desktop as of the last [`Self::wait`] (or of opening). Systems that hide nothing have none.
    fn obstacle(&self) -> Option<Obstacle> {
        None
    }

    /// Sleeps until something changes, the waker is called or `timeout` is over, and says what changed.
    ///
    /// A change is reported once. Pixels that change after the return are reported by the next call, so whoever
    /// captures after waiting misses nothing. The first call reports everything as changed.
    ///
    /// # Errors
    /// [`ScreenError::Lost`] when the window system is gone; the source is then useless.
    fn wait(&mut self, timeout: Duration) -> Result<Changes, ScreenError>;

    /// Copies the pixels of `rect` (desktop coordinates) as they are now into `frame`, whose first pixel stands for
    /// `origin` of the desktop (a display's origin if the frame is that of a display). The cursor is not in them.
    ///
    /// # Errors
    /// [`ScreenError::Outside`] unless `rect` lies on the desktop and in the frame; after a change of mode this
    /// happens until the next [`Self::wait`] tells the new geometry. [`ScreenError::Hidden`] while something hides the
    /// desktop; the next [`Self::wait`] tells what. [`ScreenError::Lost`] as above.
    fn capture(&mut self, rect: Rect, origin: Point, frame: &mut Framebuffer) -> Result<(), ScreenError>;

    /// Where the cursor's hot spot is, in desktop coordinates.
    ///
    /// # Errors
    /// [`ScreenError::Lost`].
    fn cursor_position(&mut self) -> Result<Point, ScreenError>;

    /// What the cursor looks like now; 0 x 0 when it is hidden. Shapes larger than
    /// [`temoto_codec::cursor::MAX_CURSOR_SIDE`] are cut at the right and at the bottom.
    ///
    /// # Errors
    /// [`ScreenError::Lost`].
    fn cursor_shape(&mut self) -> Result<CursorShape, ScreenError>;

    /// Where the windows of the desktop are, the uppermost first, at most [`MAX_WINDOWS`]: what a person would call one, with its
    /// frame. Hidden and minimized ones, and our own, are not
    /// among them.
    ///
    /// # Errors
    /// [`ScreenError::Lost`].
    fn windows(&mut self) -> Result<Vec<Rect>, ScreenError>;

    /// A handle with which another thread ends [`Self::wait`].
    fn waker(&self) -> Waker;
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScreenError {
    /// There is no display to connect to.
    #[error("cannot open the display {display}: {reason}")]
    Connect {
        /// The display that was asked for.
        display: String,
        /// What the window system said.
        reason: String,
    },
    /// The window system lacks something without which nothing works.
    #[error("the display lacks {0}")]
    Missing(&'static str),
    /// The display has a pixel format that is not known.
    #[error("the display's pixel format is not supported: depth {depth}, {bits_per_pixel} bits per pixel")]
    Depth {
        /// Significant bits of a pixel.
        depth: u8,
        /// Bits that a pixel takes.
        bits_per_pixel: u8,
    },
    /// The desktop is larger than a frame may be.
    #[error("the desktop of {} x {} pixels is too large", .0.width, .0.height)]
    TooLarge(Size),
    /// A rectangle that is not (or no longer) on the desktop, or not in the frame.
    #[error("the rectangle lies outside the desktop or the frame")]
    Outside,
    /// The system shows something that it hides from programs ([`Obstacle`]).
    #[error("the system hides the desktop at the moment")]
    Hidden,
    /// The connection to the window system broke.
    #[error("the connection to the display is lost: {0}")]
    Lost(String),
}

/// Where `rect` of the desktop lies in a frame that begins at `origin`.
fn in_frame(rect: Rect, origin: Point, frame: &Framebuffer) -> Result<Rect, ScreenError> {
    let (x, y) = (i64::from(origin.x), i64::from(origin.y));
    Rect::from_edges(
        rect.left() - x,
        rect.top() - y,
        rect.right() - x,
        rect.bottom() - y,
    )
    .filter(|target| frame.bounds().contains_rect(*target))
    .ok_or(ScreenError::Outside)
}
