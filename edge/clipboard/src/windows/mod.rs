//! Windows: one window that nobody sees owns what is put there, and a number tells when somebody copies.

mod board;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use windows::Win32::System::DataExchange::GetClipboardSequenceNumber;

use temoto_codec::png::PngError;

use crate::lines::with_line_feeds;
use crate::{Clipboard, ClipboardError, Copied, Kind, Longest, Offered, Part, Supply, dib};
use board::{Board, Found, Owner, TooLong};

/// How often the number is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The clipboard of this desktop.
#[derive(Debug)]
pub struct NativeClipboard {
    owner: Owner,
    longest: Longest,
    watching: bool,
    /// The number that was seen last.
    seen: u32,
}

impl NativeClipboard {
    /// Makes the window. Desktops have no names here.
    ///
    /// # Errors
    /// [`ClipboardError::Lost`] when the system makes no windows.
    pub fn open(_display: Option<&str>, longest: Longest) -> Result<Self, ClipboardError> {
        Ok(Self {
            owner: Owner::new()?,
            longest,
            watching: false,
            seen: number(),
        })
    }

    fn look(&mut self) -> Result<Option<Copied>, ClipboardError> {
        let now = number();
        if now == self.seen {
            return Ok(None);
        }
        self.seen = now;
        if !self.watching || self.owner.owns() {
            return Ok(None);
        }
        let Ok(board) = Board::open(&self.owner) else {
            // Somebody is writing just now: looked at again.
            self.seen = now.wrapping_sub(1);
            return Ok(None);
        };
        // Another copy may have come before it was opened; that one is looked at now, and not once more.
        self.seen = number();
        if board.is_secret() {
            return Ok(Some(Copied::Nothing));
        }
        Ok(Some(self.read(board).unwrap_or(Copied::Nothing)))
    }

    /// What is there now.
    fn read(&self, board: Board<'_>) -> Option<Copied> {
        // A program that shows pictures tells their files as well; beside files a text only says where they are.
        if let Some((paths, more)) = board.files(self.longest.files) {
            if !board.has_picture() {
                return (!paths.is_empty()).then_some(Copied::Files { paths, more });
            }
            return self.picture(board);
        }
        match board.text(self.longest.text) {
            Ok(Some(text)) if text.is_empty() => return None,
            Ok(Some(text)) if text.len() <= self.longest.text => {
                let html = board.html(self.longest.html);
                let text = with_line_feeds(&text);
                return Some(Copied::Text { text, html });
            }
            Ok(Some(_)) | Err(TooLong) => return Some(Copied::TooLong(Kind::Text)),
            Ok(None) => {}
        }
        self.picture(board)
    }

    fn picture(&self, board: Board<'_>) -> Option<Copied> {
        let found = board.picture(self.longest.image);
        // What is long to unpack keeps nobody else from the clipboard.
        drop(board);
        let png = match found {
            Ok(Some(Found::Png(png))) => Ok(png),
            Ok(Some(Found::Dib(dib))) => dib::to_png(dib, self.longest.image),
            Ok(None) => return None,
            Err(TooLong) => Err(PngError::TooLarge),
        };
        match png {
            Ok(png) => Some(Copied::Image(png)),
            Err(PngError::TooLarge) => Some(Copied::TooLong(Kind::Image)),
            Err(PngError::Malformed) => None,
        }
    }
}

impl Clipboard for NativeClipboard {
    fn set(&mut self, parts: Vec<Part>, supply: Supply) -> Result<(), ClipboardError> {
        Board::open(&self.owner)?.put(Offered::new(parts, supply))
    }

    fn set_files(&mut self, paths: Vec<PathBuf>) -> Result<(), ClipboardError> {
        Board::open(&self.owner)?.put(Offered::of_files(paths))
    }

    fn watch(&mut self, watch: bool) -> Result<(), ClipboardError> {
        (self.watching, self.seen) = (watch, number());
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Copied>, ClipboardError> {
        let end = Instant::now() + timeout;
        loop {
            self.owner.answer();
            if let Some(copied) = self.look()? {
                return Ok(Some(copied));
            }
            let now = Instant::now();
            if now >= end {
                return Ok(None);
            }
            std::thread::sleep(LOOK.min(end - now));
        }
    }
}

impl Drop for NativeClipboard {
    fn drop(&mut self) {
        // What the operator put there does not outlive the session, unless the person copied something since.
        if self.owner.owns()
            && let Ok(board) = Board::open(&self.owner)
            && self.owner.owns()
        {
            board.clear();
        }
    }
}

fn number() -> u32 {
    board::sequence_number(GetClipboardSequenceNumber)
}
