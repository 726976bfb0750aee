//! Linux: the person's folders, room on disks, names that replace nothing, and the trash of the desktop.

mod trash;

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, ReadDir};
use rustix::fs::{RenameFlags, renameat_with, statvfs};
use rustix::io::Errno;
use temoto_session::channel::files::{Fault, RootKind};

use crate::faults::fault;
use crate::{Start, System, Thrown};

/// What a link says that is not followed, and what has no kind in the library.
pub fn fault_of(number: i32) -> Option<Fault> {
    match Errno::from_raw_os_error(number) {
        Errno::LOOP | Errno::NOTDIR => Some(Fault::NoFolder),
        Errno::NAMETOOLONG => Some(Fault::TooLong),
        Errno::TXTBSY | Errno::BUSY => Some(Fault::InUse),
        Errno::DQUOT | Errno::NOSPC => Some(Fault::Full),
        _ => None,
    }
}

/// What is in a folder.
pub fn entries(dir: &Dir) -> std::io::Result<ReadDir> {
    dir.entries()
}

/// Makes a folder.
pub fn create_dir(dir: &Dir, name: &str) -> std::io::Result<()> {
    dir.create_dir(name)
}

/// Makes a folder that only this person may enter, and those above it; one that is there is fine.
pub fn create_private(path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(path)
}

/// Removes a file for good.
pub fn remove_file(dir: &Dir, name: &str) -> std::io::Result<()> {
    dir.remove_file(name)
}

/// Gives what is called `from` the name of another file, which is gone then.
pub fn replace(dir: &Dir, from: &str, to: &str) -> Result<(), Fault> {
    dir.rename(from, dir, to).map_err(|e| fault(&e))
}

/// Brings the names in a folder to the disk. What is open only to find things in it cannot be, so it is opened once more.
pub fn sync(dir: &Dir) -> std::io::Result<()> {
    dir.open(".")?.sync_all()
}

/// This machine.
#[derive(Debug, Default)]
pub struct NativeSystem {
    /// For tests: the only folder there is, and where its trash is.
    pub(crate) only: Option<(PathBuf, PathBuf)>,
}

impl System for NativeSystem {
    fn starts(&self) -> Vec<Start> {
        let start = |id: &str, kind, path: PathBuf| Start {
            id: id.to_owned(),
            kind,
            name: path.to_string_lossy().into_owned(),
            path,
        };
        if let Some((folder, _)) = &self.only {
            return vec![start("desktop", RootKind::Desktop, folder.clone())];
        }
        let folders = [
            ("desktop", RootKind::Desktop, dirs::desktop_dir()),
            ("documents", RootKind::Documents, dirs::document_dir()),
            ("downloads", RootKind::Downloads, dirs::download_dir()),
            ("home", RootKind::Home, dirs::home_dir()),
            ("root", RootKind::Drive, Some(PathBuf::from("/"))),
        ];
        let folders = folders.into_iter().filter_map(|(id, kind, path)| {
            let path = path.filter(|path| path.is_dir())?;
            Some(start(id, kind, path))
        });
        folders
            .chain(drives().into_iter().map(|path| {
                let id = path.to_string_lossy().into_owned();
                start(&id, RootKind::Drive, path)
            }))
            .collect()
    }

    fn clipboard(&self) -> Option<PathBuf> {
        match &self.only {
            Some((_, trash)) => Some(trash.with_file_name("temoto").join("clipboard")),
            None => Some(dirs::cache_dir()?.join("temoto").join("clipboard")),
        }
    }

    fn space(&self, start: &Path) -> (u64, u64) {
        statvfs(start).map_or((0, 0), |about| {
            let block = about.f_frsize.max(1);
            (
                about.f_bavail.saturating_mul(block),
                about.f_blocks.saturating_mul(block),
            )
        })
    }

    fn takes(&self, _name: &str) -> bool {
        true
    }

    fn rename_new(&self, dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> Result<(), Fault> {
        match renameat_with(dir, from, to_dir, to, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => Err(Fault::Exists),
            // A disk that cannot do that in one step: a second name replaces nothing either.
            Err(Errno::INVAL | Errno::NOSYS) => {
                dir.hard_link(from, to_dir, to).map_err(|e| fault(&e))?;
                dir.remove_file(from).map_err(|e| fault(&e))
            }
            Err(error) => Err(fault(&error.into())),
        }
    }

    fn trash(&mut self, dir: &Dir, path: &Path, name: &str) -> Result<Option<Thrown>, Fault> {
        let home = match &self.only {
            Some((_, trash)) => trash.clone(),
            None => dirs::data_dir().ok_or(Fault::NoTrash)?.join("Trash"),
        };
        trash::throw(self, &home, dir, path, name).map(Some)
    }

    fn restore(&mut self, dir: &Dir, thrown: &Thrown) -> Result<(), Fault> {
        trash::restore(self, dir, thrown)
    }
}

/// What is plugged in: folders of the places where desktops show it.
fn drives() -> Vec<PathBuf> {
    let user = dirs::home_dir().and_then(|home| home.file_name().map(std::ffi::OsStr::to_owned));
    let user = user.unwrap_or_default();
    let places = [
        Path::new("/media").join(&user),
        Path::new("/run/media").join(&user),
        PathBuf::from("/mnt"),
    ];
    let inside = places
        .iter()
        .filter_map(|place| std::fs::read_dir(place).ok())
        .flatten();
    let mut found: Vec<PathBuf> = inside
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .take(16)
        .collect();
    found.sort();
    found
}
