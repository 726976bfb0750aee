//! The border to the clipboard: putting a text there, and noticing what a person copies.
//!
//! [`Clipboard`] is the whole border. Nothing is pasted here, and what was copied before [`Clipboard::watch`] is not looked at.
//! What a program marks as a secret is left alone, and what was put here goes with the value: nothing stays behind.
//! [`open`] gives the clipboard of the machine it runs on; [`fake::FakeClipboard`] is compiled everywhere.

use std::time::Duration;

pub mod fake;
// Rules without system calls: tested wherever tests run.
#[cfg(any(windows, test))]
mod lines;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

pub use native::NativeClipboard;

/// Opens the clipboard of this machine. `display` is the X display's name (`:1`); `None` takes that of the environment; Windows has no
/// such names. To be used on one thread only. Texts above `longest` bytes of UTF-8 are never read as a whole.
///
/// # Errors
/// [`ClipboardError::Connect`] without a display, [`ClipboardError::Lost`] when the window system makes no windows.
pub fn open(display: Option<&str>, longest: usize) -> Result<NativeClipboard, ClipboardError> {
    NativeClipboard::open(display, longest)
}

/// What a person copied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Copied {
    /// This text; lines end with a line feed.
    Text(String),
    /// A text that is longer than what is read.
    TooLong,
}

/// The clipboard of a machine.
pub trait Clipboard {
    /// Puts a text there, in place of whatever there is. Other programs get it as long as this value lives and [`Clipboard::wait`] is
    /// called again and again.
    ///
    /// # Errors
    /// [`ClipboardError::Busy`] when another program does not let go of it; [`ClipboardError::Lost`].
    fn set_text(&mut self, text: &str) -> Result<(), ClipboardError>;

    /// Whether copies are told from now on.
    ///
    /// # Errors
    /// [`ClipboardError::Lost`].
    fn watch(&mut self, watch: bool) -> Result<(), ClipboardError>;

    /// Serves other programs until somebody copies something, `timeout` at most. What this value put there itself is no copy.
    ///
    /// # Errors
    /// [`ClipboardError::Lost`].
    fn wait(&mut self, timeout: Duration) -> Result<Option<Copied>, ClipboardError>;
}

/// Why the clipboard cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClipboardError {
    /// There is no display to connect to.
    #[error("cannot open the display {display}: {reason}")]
    Connect {
        /// The display that was asked for.
        display: String,
        /// What the window system said.
        reason: String,
    },
    /// Another program holds the clipboard.
    #[error("another program holds the clipboard")]
    Busy,
    /// The connection to the window system broke.
    #[error("the connection to the clipboard is lost: {0}")]
    Lost(String),
}
