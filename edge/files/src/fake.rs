//! A machine that has one folder, for tests of whoever uses a disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cap_std::fs::Dir;
use temoto_session::channel::files::{Fault, RootKind};

use crate::faults::fault;
use crate::{Start, System, Thrown};

/// A machine with one folder, no trash, and as much room as a test wants.
#[derive(Clone, Debug)]
pub struct FakeSystem {
    folder: PathBuf,
    free: Arc<AtomicU64>,
}

impl FakeSystem {
    /// The folder is the desktop.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            free: Arc::new(AtomicU64::new(u64::MAX)),
        }
    }

    /// Only so many bytes are free from now on.
    pub fn leave(&self, bytes: u64) {
        self.free.store(bytes, Ordering::Relaxed);
    }
}

impl System for FakeSystem {
    fn starts(&self) -> Vec<Start> {
        vec![Start {
            id: "desktop".to_owned(),
            kind: RootKind::Desktop,
            name: String::new(),
            path: self.folder.clone(),
        }]
    }

    fn clipboard(&self) -> Option<PathBuf> {
        Some(self.folder.with_extension("temoto").join("clipboard"))
    }

    fn space(&self, _start: &Path) -> (u64, u64) {
        (self.free.load(Ordering::Relaxed), u64::MAX)
    }

    fn takes(&self, _name: &str) -> bool {
        true
    }

    fn rename_new(&self, dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> Result<(), Fault> {
        if to_dir.symlink_metadata(to).is_ok() {
            return Err(Fault::Exists);
        }
        dir.rename(from, to_dir, to).map_err(|e| fault(&e))
    }

    fn trash(&mut self, _dir: &Dir, _path: &Path, _name: &str) -> Result<Option<Thrown>, Fault> {
        Err(Fault::NoTrash)
    }

    fn restore(&mut self, _dir: &Dir, _thrown: &Thrown) -> Result<(), Fault> {
        Err(Fault::Gone)
    }
}
