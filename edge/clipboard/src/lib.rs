//! The border to the clipboard: putting texts, HTML, pictures and files there, and noticing what a person copies, files too.
//!
//! [`Clipboard`] is the whole border. Nothing is pasted here, and what was copied before [`Clipboard::watch`] is not looked at.
//! What a program marks as a secret is left alone, and what was put here goes with the value: nothing stays behind. HTML and pictures
//! are handed on as they are: whoever drives this has [`html::harmless`] for them, and the codec's PNG.
//! [`open`] gives the clipboard of the machine it runs on; [`fake::FakeClipboard`] is compiled everywhere.

use std::path::PathBuf;
use std::time::Duration;

// Rules without system calls: tested wherever tests run.
pub mod cf_html;
pub mod dib;
pub mod fake;
pub mod hdrop;
pub mod html;
#[cfg(any(windows, test))]
mod lines;
pub mod uris;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

pub use native::NativeClipboard;

/// Opens the clipboard of this machine. `display` is the X display's name (`:1`); `None` takes that of the environment; Windows has no
/// such names. To be used on one thread only. What is longer than `longest` says is never read as a whole.
///
/// # Errors
/// [`ClipboardError::Connect`] without a display, [`ClipboardError::Lost`] when the window system makes no windows.
pub fn open(display: Option<&str>, longest: Longest) -> Result<NativeClipboard, ClipboardError> {
    NativeClipboard::open(display, longest)
}

/// The most that is read of each kind, in bytes; of files their number.
#[derive(Clone, Copy, Debug)]
pub struct Longest {
    /// Of a text, as UTF-8.
    pub text: usize,
    /// Of HTML, as UTF-8.
    pub html: usize,
    /// Of a picture, as PNG.
    pub image: usize,
    /// Files and folders.
    pub files: usize,
}

/// What a part of a copy is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A text, UTF-8, with line feeds.
    Text,
    /// HTML, UTF-8.
    Html,
    /// A picture, PNG.
    Image,
}

/// What a person copied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Copied {
    /// A text; lines end with a line feed.
    Text {
        /// The text itself.
        text: String,
        /// How it looks, where the program says so and it is short enough.
        html: Option<String>,
    },
    /// A picture without a text, as PNG.
    Image(Vec<u8>),
    /// Files and folders of this computer, whatever text stands beside them: it would only say where they are.
    Files {
        /// Whole paths; at least one.
        paths: Vec<PathBuf>,
        /// There are more than are told.
        more: bool,
    },
    /// Something longer than what is read.
    TooLong(Kind),
    /// Something that is not told: a secret, what no kind is for, what does not come. Also that nothing is there any more.
    Nothing,
}

/// A part of what is put on the clipboard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// The part; `None` if it is asked for when somebody pastes it.
    pub data: Option<Vec<u8>>,
}

/// Gives a part that is not there when somebody pastes it, or nothing if it does not come. It may take its time, within bounds: until
/// then no other program is served.
pub type Supply = Box<dyn FnMut(Kind) -> Option<Vec<u8>> + Send>;

/// The clipboard of a machine.
pub trait Clipboard {
    /// Puts this there, in place of whatever there is. Other programs get it as long as this value lives and [`Clipboard::wait`] is
    /// called again and again.
    ///
    /// # Errors
    /// [`ClipboardError::Busy`] when another program does not let go of it; [`ClipboardError::Lost`].
    fn set(&mut self, parts: Vec<Part>, supply: Supply) -> Result<(), ClipboardError>;

    /// Puts these files and folders there, by whole paths, to be copied by whoever pastes them. They have to stay where they are as long
    /// as that.
    ///
    /// # Errors
    /// As [`Clipboard::set`].
    fn set_files(&mut self, paths: Vec<PathBuf>) -> Result<(), ClipboardError>;

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

/// What is offered just now, by whoever put it there.
struct Offered {
    parts: Vec<Part>,
    /// Without parts: files.
    files: Vec<PathBuf>,
    supply: Supply,
}

impl Offered {
    fn new(parts: Vec<Part>, supply: Supply) -> Self {
        Self {
            parts,
            files: Vec::new(),
            supply,
        }
    }

    fn of_files(files: Vec<PathBuf>) -> Self {
        Self {
            parts: Vec::new(),
            files,
            supply: Box::new(|_| None),
        }
    }

    fn has(&self, kind: Kind) -> bool {
        self.parts.iter().any(|part| part.kind == kind)
    }

    /// A part; what had to be asked for is kept.
    fn part(&mut self, kind: Kind) -> Option<&[u8]> {
        let part = self.parts.iter_mut().find(|part| part.kind == kind)?;
        if part.data.is_none() {
            part.data = (self.supply)(kind);
        }
        part.data.as_deref()
    }
}

impl std::fmt::Debug for Offered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.parts.iter().map(|part| part.kind))
            .finish()
    }
}
