//! A clipboard in memory, for tests of whoever uses one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{Clipboard, ClipboardError, Copied};

#[derive(Debug, Default)]
struct State {
    text: String,
    watched: bool,
    copied: Vec<Copied>,
    lost: bool,
}

/// A clipboard that a test and the code under test share: clones are the same clipboard.
#[derive(Clone, Debug, Default)]
pub struct FakeClipboard(Arc<Mutex<State>>);

impl FakeClipboard {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A person copies this.
    pub fn copy(&self, text: &str) {
        self.with(|state| {
            text.clone_into(&mut state.text);
            if state.watched {
                state.copied.push(Copied::Text(text.to_owned()));
            }
        });
    }

    /// What a person would paste.
    #[must_use]
    pub fn text(&self) -> String {
        self.with(|state| state.text.clone())
    }

    /// The window system breaks.
    pub fn lose(&self) {
        self.with(|state| state.lost = true);
    }
}

impl Clipboard for FakeClipboard {
    fn set_text(&mut self, text: &str) -> Result<(), ClipboardError> {
        self.with(|state| text.clone_into(&mut state.text));
        Ok(())
    }

    fn watch(&mut self, watch: bool) -> Result<(), ClipboardError> {
        self.with(|state| {
            state.watched = watch;
            state.copied.clear();
        });
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Copied>, ClipboardError> {
        let seen = self.with(|state| {
            if state.lost {
                return Err(ClipboardError::Lost("as the test wants".to_owned()));
            }
            Ok(state.copied.pop())
        })?;
        if seen.is_none() {
            std::thread::sleep(timeout.min(Duration::from_millis(1)));
        }
        Ok(seen)
    }
}
