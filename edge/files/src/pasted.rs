//! Folders of this program's own for files that the operator puts on the clipboard: whatever pastes them reads them there.
//!
//! Each session has one that only the person may enter, beside a file that is locked as long as the session lives: so what a program
//! left that died can be told from what another one uses. With the last session everything goes.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use temoto_session::channel::files::{Fault, RootKind};

use crate::faults::fault;
use crate::paths::Opened;
use crate::{Start, native};

/// How the name of the locked file ends; before that it is called like the folder.
const LOCK: &str = "lock";
/// Another session may remove the place above while this one makes something there: so often it is made once more.
const TRIES: u32 = 100;

/// A session's folder.
struct Own {
    folder: PathBuf,
    lock: File,
}

/// The folders of one session. Nothing is made before it is asked for.
#[derive(Default)]
pub struct Pasted {
    own: Option<Own>,
    made: u32,
    /// What this transfer fills.
    coming: Option<(u32, PathBuf)>,
    /// What is on the clipboard.
    handed: Option<PathBuf>,
}

impl Pasted {
    pub const fn new() -> Self {
        Self {
            own: None,
            made: 0,
            coming: None,
            handed: None,
        }
    }

    /// Makes a folder for this transfer. What was to come before it is gone.
    pub fn open(&mut self, home: Option<PathBuf>, transfer: u32, root: &str) -> Result<Opened, Fault> {
        self.forget(false);
        let own = match self.own.take() {
            Some(own) => own,
            None => {
                let home = home.ok_or(Fault::Denied)?;
                sweep(&home);
                Own::make(&home)?
            }
        };
        self.made = self.made.wrapping_add(1);
        let folder = own.folder.join(self.made.to_string());
        self.own = Some(own);
        native::create_private(&folder).map_err(|e| fault(&e))?;
        self.coming = Some((transfer, folder.clone()));
        let dir = Dir::open_ambient_dir(&folder, ambient_authority()).map_err(|e| fault(&e))?;
        Ok(Opened {
            dir,
            start: Start {
                id: root.to_owned(),
                kind: RootKind::Drive,
                name: String::new(),
                path: folder,
            },
            path: Vec::new(),
        })
    }

    /// What this transfer brought, as whole paths. What was handed over before is gone.
    pub fn hand_over(&mut self, transfer: u32) -> Result<Vec<PathBuf>, Fault> {
        let coming = self.coming.take_if(|(of, _)| *of == transfer);
        let (_, folder) = coming.ok_or(Fault::Gone)?;
        let entries = std::fs::read_dir(&folder).map_err(|e| fault(&e))?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        if paths.is_empty() {
            remove(&folder);
            return Err(Fault::Gone);
        }
        paths.sort();
        if let Some(before) = self.handed.replace(folder) {
            remove(&before);
        }
        Ok(paths)
    }

    /// Nothing stays of what is on its way; `all`: nor of what is on the clipboard.
    pub fn forget(&mut self, all: bool) {
        if let Some((_, folder)) = self.coming.take() {
            remove(&folder);
        }
        if !all {
            return;
        }
        self.handed = None;
        if let Some(own) = self.own.take() {
            own.remove();
        }
    }
}

impl Own {
    /// Makes a folder below this place.
    fn make(home: &Path) -> Result<Self, Fault> {
        for number in 0..TRIES {
            let folder = home.join(format!("{}-{number}", std::process::id()));
            match Self::locked(&folder) {
                Ok(Some(own)) => return Ok(own),
                Ok(None) => {}
                // The place is not there, or not any more.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    native::create_private(home).map_err(|e| fault(&e))?;
                }
                Err(error) => return Err(fault(&error)),
            }
        }
        Err(Fault::Failed)
    }

    /// `None` if the name is taken.
    fn locked(folder: &Path) -> std::io::Result<Option<Self>> {
        let path = folder.with_extension(LOCK);
        let lock = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(error),
        };
        // Whoever removes what was left may have been faster.
        if lock.try_lock().is_err() || !path.exists() {
            return Ok(None);
        }
        let folder = folder.to_owned();
        remove(&folder);
        native::create_private(&folder)?;
        Ok(Some(Self { folder, lock }))
    }

    /// The folder of a session whose program died, by its locked file.
    fn left(path: &Path) -> Option<Self> {
        let lock = OpenOptions::new().write(true).open(path).ok()?;
        lock.try_lock().ok()?;
        let folder = path.with_extension("");
        Some(Self { folder, lock })
    }

    /// What cannot be removed, since some program has it open, is left for the next start.
    fn remove(self) {
        remove(&self.folder);
        if self.folder.symlink_metadata().is_err() {
            let _stays = std::fs::remove_file(self.folder.with_extension(LOCK));
        }
        drop(self.lock);
        // As far as nothing else is there.
        for above in self.folder.ancestors().skip(1).take(2) {
            let _used = std::fs::remove_dir(above);
        }
    }
}

/// Removes what sessions left whose program died.
pub fn sweep(home: &Path) {
    let entries = std::fs::read_dir(home).into_iter().flatten().flatten();
    let locks = entries.map(|entry| entry.path());
    for lock in locks.filter(|path| path.extension().is_some_and(|end| end == LOCK)) {
        if let Some(left) = Own::left(&lock) {
            left.remove();
        }
    }
}

/// What cannot be removed now, since some program has it open, is removed at the next start.
fn remove(folder: &Path) {
    let _later = std::fs::remove_dir_all(folder);
}
