//! Windows: one window that nobody sees owns what is put there, and a number tells when somebody copies.

mod board;

use std::time::{Duration, Instant};

use windows::Win32::System::DataExchange::GetClipboardSequenceNumber;

use crate::lines::{for_windows, with_line_feeds};
use crate::{Clipboard, ClipboardError, Copied};
use board::{Board, Owner};

/// How often the number is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The clipboard of this desktop.
#[derive(Debug)]
pub struct NativeClipboard {
    owner: Owner,
    longest: usize,
    watching: bool,
    /// The number that was seen last.
    seen: u32,
}

impl NativeClipboard {
    /// Makes the window. Desktops have no names here.
    ///
    /// # Errors
    /// [`ClipboardError::Lost`] when the system makes no windows.
    pub fn open(_display: Option<&str>, longest: usize) -> Result<Self, ClipboardError> {
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
            return Ok(None);
        }
        Ok(match board.text(self.longest)? {
            Some(text) if text.len() > self.longest => Some(Copied::TooLong),
            Some(text) if text.is_empty() => None,
            Some(text) => Some(Copied::Text(with_line_feeds(&text))),
            None if board.has_text() => Some(Copied::TooLong),
            None => None,
        })
    }
}

impl Clipboard for NativeClipboard {
    fn set_text(&mut self, text: &str) -> Result<(), ClipboardError> {
        Board::open(&self.owner)?.put(&for_windows(text))
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
