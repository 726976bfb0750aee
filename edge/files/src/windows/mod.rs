//! Windows: the person's folders, drives, room on them, names that replace nothing, and the recycle bin.

mod bin;
mod by_path;
#[cfg(test)]
mod tests;

use std::os::windows::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use cap_std::fs::Dir;
use temoto_session::channel::files::names::{JOURNAL, PART, is_safe, means_one};
use temoto_session::channel::files::{Fault, RootKind};
use windows::Win32::Storage::FileSystem::{GetDiskFreeSpaceExW, GetLogicalDrives};
use windows::core::HSTRING;

pub use by_path::{create_dir, entries, remove_file, replace, sync};

use crate::faults::fault;
use crate::{Start, System, Thrown};

/// Numbers of Windows for which the library has no kind.
pub fn fault_of(number: i32) -> Option<Fault> {
    match number {
        // Sharing and lock violations.
        32 | 33 => Some(Fault::InUse),
        // The name cannot be; reparse points that are not followed.
        123 | 161 => Some(Fault::BadName),
        206 => Some(Fault::TooLong),
        267 | 681 | 4_390..=4_394 => Some(Fault::NoFolder),
        // Files of four gigabytes on FAT.
        223 => Some(Fault::TooLarge),
        39 | 112 => Some(Fault::Full),
        _ => None,
    }
}

/// Makes a folder that only this person may enter, since those of the person's own profile pass that on, and those above it; one that is
/// there is fine.
pub fn create_private(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

/// This machine.
#[derive(Debug, Default)]
pub struct NativeSystem {
    /// The folder to which the shell throws things; `None`: where Windows has it on each drive.
    pub only: Option<PathBuf>,
}

impl System for NativeSystem {
    fn starts(&self) -> Vec<Start> {
        let folders = [
            ("desktop", RootKind::Desktop, dirs::desktop_dir()),
            ("documents", RootKind::Documents, dirs::document_dir()),
            ("downloads", RootKind::Downloads, dirs::download_dir()),
            ("home", RootKind::Home, dirs::home_dir()),
        ];
        let folders = folders.into_iter().filter_map(|(id, kind, path)| {
            let path = path.filter(|path| path.is_dir())?;
            Some(Start {
                id: id.to_owned(),
                kind,
                name: path.to_string_lossy().into_owned(),
                path,
            })
        });
        // SAFETY: it takes and gives plain numbers.
        #[allow(unsafe_code, reason = "the system's own list of drives")]
        let letters = unsafe { GetLogicalDrives() };
        let drives = ('A'..='Z')
            .enumerate()
            .filter(move |(bit, _)| letters & (1 << bit) != 0);
        let drives = drives.map(|(_, letter)| {
            let name = format!("{letter}:");
            Start {
                id: name.clone(),
                kind: RootKind::Drive,
                path: PathBuf::from(format!("{name}\\")),
                name,
            }
        });
        folders.chain(drives).collect()
    }

    fn clipboard(&self) -> Option<PathBuf> {
        Some(dirs::cache_dir()?.join("temoto").join("clipboard"))
    }

    fn space(&self, start: &Path) -> (u64, u64) {
        let (mut free, mut size) = (0, 0);
        let path = HSTRING::from(start);
        // SAFETY: both places live over the call.
        #[allow(unsafe_code, reason = "the library does not know the room on a disk")]
        let told = unsafe { GetDiskFreeSpaceExW(&path, Some(&raw mut free), Some(&raw mut size), None) };
        told.map_or((0, 0), |()| (free, size))
    }

    fn takes(&self, name: &str) -> bool {
        let mut plain: String = name
            .chars()
            .map(|c| if is_no_matter(c) { 'x' } else { c })
            .collect();
        // Those of our own parts may be looked at.
        let lower = name.to_lowercase();
        if lower.ends_with(PART) || lower.ends_with(JOURNAL) {
            plain.pop();
        }
        means_one(&plain)
    }

    fn rename_new(&self, dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> Result<(), Fault> {
        by_path::rename_new(dir, from, to_dir, to).map_err(|e| fault(&e))
    }

    fn trash(&mut self, dir: &Dir, path: &Path, name: &str) -> Result<Option<Thrown>, Fault> {
        let identity = by_path::may_go(dir, name)?;
        let path = path.join(name);
        bin::throw(&path)?;
        let found = match &self.only {
            Some(bin) => bin::find_in(bin, identity),
            None => bin::find(&path, identity),
        };
        Ok(found.map(|(trash, thrown_name)| Thrown {
            name: name.to_owned(),
            trash,
            thrown_name,
        }))
    }

    fn restore(&mut self, dir: &Dir, thrown: &Thrown) -> Result<(), Fault> {
        bin::restore(dir, thrown)
    }
}

/// Whether a character stands for nothing but itself here, though no name that arrives has it: what nobody sees, for one.
fn is_no_matter(c: char) -> bool {
    !c.is_control() && !c.is_ascii() && !is_safe(c.encode_utf8(&mut [0; 4]))
}

/// A path with the zeros that the shell's lists end with.
fn listed(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain([0, 0]).collect()
}
