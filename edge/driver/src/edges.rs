//! What the machine's edges tell the session loop.

use std::path::PathBuf;

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Region};
use temoto_screen::{Display, Move, Obstacle};
use temoto_session::channel::clipboard::{Clip, ClipKind};
use temoto_session::channel::files::DiskAnswer;

/// What the machine's edges tell the session loop.
pub enum EdgeEvent {
    /// The displays, now and after every change.
    Displays(Vec<Display>),
    /// The desktop may differ there, and this was moved.
    Damage(Region, Vec<Move>),
    /// The cursor looks like this now.
    CursorShape(Box<CursorShape>),
    /// The cursor is there, on the desktop.
    CursorAt(Point),
    /// The pixels that were asked for.
    Frame {
        /// What of the desktop they cover.
        place: Rect,
        /// The pixels.
        frame: Framebuffer,
    },
    /// The small picture that was asked for, unless it could not be taken.
    Glanced {
        /// Of which display.
        display: u32,
        /// The picture.
        small: Option<Framebuffer>,
    },
    /// Where the windows are, the uppermost first, in pixels of the desktop.
    Windows(Vec<Rect>),
    /// They could not be taken just now; words for the operator, or nothing if it solves itself at once.
    NoFrame(String),
    /// Something hides the desktop from programs, or nothing does any more.
    Obstacle(Option<Obstacle>),
    /// The window system is gone.
    ScreenLost(String),
    /// The customer copied this.
    Copied(Clip),
    /// The customer copied something of this kind that is too long to be carried over.
    CopiedTooLong(ClipKind),
    /// The customer copied files and folders of this computer.
    CopiedFiles {
        /// Whole paths, which stay here.
        paths: Vec<PathBuf>,
        /// There are more than these.
        more: bool,
    },
    /// The customer copied something that is not told, or nothing is on the clipboard any more.
    CopiedNothing,
    /// A program of the customer pastes this part of what the operator put on the clipboard, and waits for it.
    Pasted {
        /// The number of its offer.
        number: u32,
        /// Which part.
        kind: ClipKind,
    },
    /// Another program holds the clipboard: what was to be put there was not.
    ClipboardBusy,
    /// The clipboard cannot be used; words for the operator.
    ClipboardLost(String),
    /// The disk did what it was asked.
    Disk {
        /// Of the ask.
        id: u32,
        /// What came of it.
        answer: DiskAnswer,
    },
    /// The keyboard layout that is in use now, by its name in XKB.
    Layout(String),
    /// The customer's own hand.
    Activity,
    /// Ctrl+Alt+E.
    EndShortcut,
    /// Input would have hit a window of the program itself.
    OwnWindow,
    /// Input would have hit a window of a program with more rights.
    Elevated,
    /// Input is taken from no program just now, says the system; mostly the screen tells what hides the desktop.
    InputHidden(String),
    /// Keyboard, mouse or the watch for the customer's own hand are gone: nothing may be pressed any more. Words for the operator.
    HandsLost(String),
    /// Input cannot be done; words for the operator.
    NoInput(String),
}
