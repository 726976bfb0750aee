//! A clipboard in memory, for tests of whoever uses one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{Clipboard, ClipboardError, Copied, Kind, Offered, Part, Supply};

#[derive(Debug, Default)]
struct State {
    offered: Option<Offered>,
    watched: bool,
    /// The newest, as on any clipboard.
    copied: Option<Copied>,
    lost: bool,
    held: bool,
}

/// A clipboard that a test and the code under test share: clones are the same clipboard.
#[derive(Clone, Debug, Default)]
pub struct FakeClipboard(Arc<Mutex<State>>);

impl FakeClipboard {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A person copies this.
    pub fn copy(&self, copied: Copied) {
        self.with(|state| {
            state.offered = None;
            if state.watched {
                state.copied = Some(copied);
            }
        });
    }

    /// What a person would get by pasting this of what was put there; it waits as a program would.
    #[must_use]
    pub fn paste(&self, kind: Kind) -> Option<Vec<u8>> {
        self.with(|state| state.offered.as_mut()?.part(kind).map(<[u8]>::to_vec))
    }

    /// What can be pasted.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let of = |offered: &Offered| offered.parts.iter().map(|part| part.kind).collect();
        self.with(|state| state.offered.as_ref().map_or_else(Vec::new, of))
    }

    /// The files that can be pasted.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let of = |offered: &Offered| offered.files.clone();
        self.with(|state| state.offered.as_ref().map_or_else(Vec::new, of))
    }

    /// Another program holds the clipboard, or does not any more.
    pub fn hold(&self, held: bool) {
        self.with(|state| state.held = held);
    }

    fn offer(&self, offered: Offered) -> Result<(), ClipboardError> {
        self.with(|state| {
            if state.held {
                return Err(ClipboardError::Busy);
            }
            state.offered = Some(offered);
            Ok(())
        })
    }

    /// The window system breaks.
    pub fn lose(&self) {
        self.with(|state| state.lost = true);
    }
}

impl Clipboard for FakeClipboard {
    fn set(&mut self, parts: Vec<Part>, supply: Supply) -> Result<(), ClipboardError> {
        self.offer(Offered::new(parts, supply))
    }

    fn set_files(&mut self, paths: Vec<PathBuf>) -> Result<(), ClipboardError> {
        self.offer(Offered::of_files(paths))
    }

    fn watch(&mut self, watch: bool) -> Result<(), ClipboardError> {
        self.with(|state| {
            state.watched = watch;
            state.copied = None;
        });
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Copied>, ClipboardError> {
        let seen = self.with(|state| {
            if state.lost {
                return Err(ClipboardError::Lost("as the test wants".to_owned()));
            }
            Ok(state.copied.take())
        })?;
        if seen.is_none() {
            std::thread::sleep(timeout.min(Duration::from_millis(1)));
        }
        Ok(seen)
    }
}
