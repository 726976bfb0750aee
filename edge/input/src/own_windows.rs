//! Which windows are the program's own.
//!
//! Only the list; the sinks ask the window system whom the window under the pointer or with the focus belongs to.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The processes and windows that never take remote input. Clones share one list, so windows can be added while a
/// sink uses it.
#[derive(Clone, Debug, Default)]
pub struct OwnWindows(Arc<Mutex<Lists>>);

#[derive(Debug, Default)]
struct Lists {
    processes: BTreeSet<u32>,
    windows: BTreeSet<u64>,
}

impl OwnWindows {
    /// Nothing is own; for tests and tools that operate their own windows.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Every window of the calling process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let own = Self::default();
        own.add_process(std::process::id());
        own
    }

    /// Every window of another process, too.
    pub fn add_process(&self, process: u32) {
        self.lock().processes.insert(process);
    }

    /// One more window, by the number that the window system has for it.
    pub fn add_window(&self, window: u64) {
        self.lock().windows.insert(window);
    }

    /// A window is gone; its number may come back for another program's.
    pub fn remove_window(&self, window: u64) {
        self.lock().windows.remove(&window);
    }

    /// Whether windows of this process are own.
    #[must_use]
    pub fn has_process(&self, process: u32) -> bool {
        self.lock().processes.contains(&process)
    }

    /// Whether this window was added.
    #[must_use]
    pub fn has_window(&self, window: u64) -> bool {
        self.lock().windows.contains(&window)
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lists = self.lock();
        lists.processes.is_empty() && lists.windows.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Lists> {
        // The sets are whole after every single operation.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_what_is_own() {
        let own = OwnWindows::of_this_process();
        assert!(own.has_process(std::process::id()) && !own.has_process(0));
        let other = own.clone();
        other.add_window(7);
        assert!(own.has_window(7));
        own.remove_window(7);
        assert!(!other.has_window(7));
        assert!(OwnWindows::none().is_empty() && !own.is_empty());
    }
}
