//! What the machine's edges tell the session loop.

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Region};
use temoto_screen::{Display, Move, Obstacle};
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
        /// Of which display.
        display: Rect,
        /// The pixels.
        frame: Framebuffer,
    },
    /// They could not be taken just now; words for the operator, or nothing if it solves itself at once.
    NoFrame(String),
    /// Something hides the desktop from programs, or nothing does any more.
    Obstacle(Option<Obstacle>),
    /// The window system is gone.
    ScreenLost(String),
    /// The customer copied this text; nothing if it is too long to be carried over.
    Copied(Option<String>),
    /// The clipboard cannot be used; words for the operator.
    ClipboardLost(String),
    /// The disk did what it was asked.
    Disk {
        /// Of the ask.
        id: u32,
        /// What came of it.
        answer: DiskAnswer,
    },
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
