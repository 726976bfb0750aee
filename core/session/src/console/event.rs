//! What a console tells its shell.

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Rect, Region};
use temoto_wire::screen::CursorPlace;

use crate::channel::clipboard::Clip;
use crate::channel::files::{DiskAsk, Fault, Listed};
use crate::channel::pictures::Settled;
use crate::view::ConsoleView;

/// What a console tells its shell.
#[derive(Debug)]
pub enum ConsoleEvent {
    /// What to show, all of it.
    View(Box<ConsoleView>),
    /// The public key for the server's statement (base64 is the shell's business).
    Key([u8; 32]),
    /// The waiting code is gone: ask the server for another one.
    CodeWanted,
    /// The picture changed there.
    Painted(Region),
    /// Take the newest pixels of what the operator shows and give them to [`Console::show_frame`](super::Console::show_frame).
    Capture,
    /// The picture may not be seen any more: nothing of it stays, on no canvas and in no memory.
    Blank,
    /// What the customer copied and the operator asked for.
    Clipboard(Clip),
    /// The picture of a line of the chat.
    Picture(Settled),
    /// What is on a display that the operator glances at.
    Thumbnail {
        /// Number of the display.
        display: u8,
        /// The small picture.
        picture: Framebuffer,
    },
    /// Where the customer's windows are, the uppermost first, in pixels of the picture.
    Windows(Vec<Rect>),
    /// Do this on the operator's disk.
    Disk(DiskAsk),
    /// A part of what is in a folder of the customer's.
    Folder {
        /// The page's number.
        request: u32,
        /// Entries, sorted by nothing.
        entries: Vec<Listed>,
        /// That was all.
        last: bool,
        /// There are more than are listed.
        truncated: bool,
        /// It cannot be listed.
        fault: Option<Fault>,
    },
    /// A change in a folder of the customer's is done, or went wrong.
    FolderChanged {
        /// The page's number.
        request: u32,
        /// It went wrong.
        fault: Option<Fault>,
        /// Takes back what was thrown away; 0 where that cannot be done.
        token: u32,
    },
    /// A file arrived at its end.
    FileDone(Box<FileDone>),
    /// The remote cursor is there.
    Cursor(CursorPlace),
    /// The remote cursor has this shape from now on.
    CursorShape(Box<CursorShape>),
}

/// A file that arrived, for whoever keeps a record.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileDone {
    /// The page's number of the transfer.
    pub transfer: u32,
    /// `send` to the customer, or `fetch` from there.
    pub way: &'static str,
    /// Names from what was chosen, as the sender has them.
    pub path: Vec<String>,
    /// The name that it got.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of the content, hexadecimal.
    pub hash: String,
}
