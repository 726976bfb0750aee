//! The border to keyboard and mouse: pressing keys for the operator, and noticing when the customer does.
//!
//! - [`InputSink`] presses. It keeps what it holds, releases all of it when dropped, and refuses input that would
//!   reach the program's own windows ([`OwnWindows`]).
//! - [`LocalInputWatch`] notices the customer's own mouse and keyboard, and the key that ends everything. Whatever the
//!   sink did not inject itself is the customer's.
//!
//! Neither decides: whether the operator may is `temoto-session`'s business, and `temoto-driver` carries it between.
//! [`open`] gives both ends for the machine it runs on; [`fake`] is compiled everywhere.

use std::sync::Arc;
use std::time::{Duration, Instant};

use temoto_geometry::Point;
use temoto_keymap::Code;

pub mod fake;
mod own_windows;
mod sightings;
mod wheel;
// Rules without system calls: tested wherever tests run.
#[cfg(any(windows, test))]
mod win32;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

pub use native::{NativeSink, NativeWatch};
pub use own_windows::OwnWindows;

/// Opens keyboard and mouse of this machine. `display` is the X display's name (`:1`); `None` takes that of the
/// environment; Windows has no such names. The watch knows what the sink injects; each is to be used on a thread of its own.
///
/// # Errors
/// [`InputError::Connect`] without a display, [`InputError::Missing`] when it takes no input from programs.
pub fn open(display: Option<&str>, own: OwnWindows) -> Result<(NativeSink, NativeWatch), InputError> {
    native::open(display, own)
}

/// The keyboard layout in use just now, by its name in XKB (`jp`, `us`) where it has one; `None` if the system does not say. `display`
/// as for [`open`].
#[must_use]
pub fn keyboard_layout(display: Option<&str>) -> Option<String> {
    native::keyboard_layout(display)
}

/// A mouse button, numbered as in W3C UI Events and on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Button {
    /// The main one, left for right-handed people.
    Left = 0,
    /// The wheel pressed down.
    Middle = 1,
    /// The one that opens menus.
    Right = 2,
    /// Back in browsers.
    Back = 3,
    /// Forward in browsers.
    Forward = 4,
}

impl Button {
    /// Every button, by ascending number.
    pub const ALL: [Self; 5] = [Self::Left, Self::Middle, Self::Right, Self::Back, Self::Forward];

    /// The button of a number from the wire; `None` above 4.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// What a sink holds down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Keys, by ascending number.
    pub keys: Vec<Code>,
    /// Buttons, by ascending number.
    pub buttons: Vec<Button>,
}

impl Held {
    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.buttons.is_empty()
    }
}

/// State of the keyboard that is not a held key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Caps Lock is on.
    pub caps: bool,
    /// Num Lock is on.
    pub num: bool,
    /// Which of the configured layouts is in use, from 0.
    pub layout: u8,
}

/// The border to keyboard and mouse.
///
/// Pressing what is held already and releasing what is not are no errors and do nothing: the session sends the whole
/// held set with every event and calls for the difference.
pub trait InputSink: Send {
    /// Presses or releases a key.
    ///
    /// # Errors
    /// [`InputError::OwnWindow`] when the press would reach one of the program's own windows, [`InputError::Elevated`]
    /// when it would reach a program with more rights, [`InputError::Hidden`] while the system takes none; so for every
    /// press below. Releases are never refused. [`InputError::NoSuchKey`] when this machine cannot press that key. [`InputError::Lost`].
    fn key(&mut self, code: Code, down: bool) -> Result<(), InputError>;

    /// Moves the pointer to a pixel of the desktop (physical pixels, all displays together); stops at its edges.
    /// Moving over own windows is allowed.
    ///
    /// # Errors
    /// [`InputError::Lost`].
    fn pointer_to(&mut self, to: Point) -> Result<(), InputError>;

    /// Presses or releases a mouse button where the pointer is.
    ///
    /// # Errors
    /// [`InputError::OwnWindow`] when the press would reach an own window. [`InputError::Lost`].
    fn button(&mut self, button: Button, down: bool) -> Result<(), InputError>;

    /// Turns the wheel by 120ths of a notch; positive is right and down. Parts of a notch are added up.
    ///
    /// # Errors
    /// [`InputError::OwnWindow`] when the pointer is over an own window. [`InputError::Lost`].
    fn wheel(&mut self, dx: i16, dy: i16) -> Result<(), InputError>;

    /// Types finished text into whatever has the focus, independent of the keyboard layout. Line ends and tabulators
    /// press their keys; other control characters are left out. Blocks while typing, a few milliseconds per character
    /// at most.
    ///
    /// # Errors
    /// [`InputError::OwnWindow`] when the focus is an own window, or becomes one: the rest is then not typed.
    /// [`InputError::NoTextPath`] when the system leaves no way to type such characters. [`InputError::Lost`].
    fn text(&mut self, text: &str) -> Result<(), InputError>;

    /// Releases everything that is held.
    ///
    /// # Errors
    /// [`InputError::Lost`].
    fn release_all(&mut self) -> Result<(), InputError>;

    /// What this sink holds down.
    fn held(&self) -> Held;

    /// State of the locks and the layout.
    ///
    /// # Errors
    /// [`InputError::Lost`].
    fn locks(&mut self) -> Result<Locks, InputError>;

    /// Does what has to be done in time: repeats a held key where the system does not do it by itself, tries releases
    /// again that the system did not pass on, and puts back what typing text changed once it has rested. Returns when
    /// to call again, `None` when there is nothing to do. Cheap.
    ///
    /// # Errors
    /// [`InputError::Lost`].
    fn maintain(&mut self) -> Result<Option<Duration>, InputError>;
}

/// With what the customer was active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActivityKind {
    /// The pointer moved.
    Motion,
    /// A mouse button or the wheel.
    Button,
    /// A key.
    Key,
}

/// What a [`LocalInputWatch`] saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocalEvent {
    /// The customer used the own mouse or keyboard.
    Activity {
        /// With what.
        kind: ActivityKind,
        /// When it was seen.
        at: Instant,
    },
    /// The customer pressed Ctrl+Alt+E: everything ends.
    EndShortcut {
        /// When it was seen.
        at: Instant,
    },
}

/// Notices input that the sink did not inject.
pub trait LocalInputWatch: Send {
    /// Sleeps until the customer does something, the waker is called or `timeout` is over. Reports each kind of
    /// activity at most once per call, so a moving mouse gives no flood.
    ///
    /// # Errors
    /// [`InputError::Lost`] when the window system is gone; the watch is then useless.
    fn wait(&mut self, timeout: Duration) -> Result<Vec<LocalEvent>, InputError>;

    /// A handle with which another thread ends [`Self::wait`].
    fn waker(&self) -> Waker;
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

/// Releases what a sink holds when the sink itself cannot be dropped any more: from a panic hook (with `panic = "abort"`
/// nothing is dropped) or a thread that handles signals. Does nothing once everything is released.
#[derive(Clone)]
pub struct Rescue(Arc<dyn Fn() + Send + Sync>);

impl Rescue {
    /// A rescue that calls `release`.
    pub fn new(release: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(release))
    }

    /// Releases. Never waits for the sink; opens a connection of its own.
    pub fn release(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Rescue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rescue")
    }
}

/// Why input did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
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
    /// The input would have reached the program's own windows, which never take remote input.
    #[error("the program's own windows take no remote input")]
    OwnWindow,
    /// The input would have reached a program with more rights than this one, and the system forbids that.
    #[error("that window belongs to a program with an administrator's rights")]
    Elevated,
    /// The system shows something that takes no input from programs: a consent prompt, the lock screen.
    #[error("the system takes no input from programs at the moment")]
    Hidden,
    /// This machine has no such key.
    #[error("this machine cannot press {0}")]
    NoSuchKey(Code),
    /// There is no free keycode to type characters with.
    #[error("the keyboard layout leaves no free keycode to type text with")]
    NoTextPath,
    /// The connection to the window system broke.
    #[error("the connection to the display is lost: {0}")]
    Lost(String),
}
