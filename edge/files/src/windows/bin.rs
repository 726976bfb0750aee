//! The recycle bin. The shell knows paths only; a drive without a bin is left alone, because what goes there is gone.
//!
//! The shell does not tell what a thing is called in the bin. It stays on its drive, though, and so keeps its number there: that is looked
//! for in `$Recycle.Bin`, which has a folder for each person, in it the things (`$R` and a random name) and a note for each (`$I` and the
//! same name). Where that is not found, a person takes it back by hand.

use std::path::{Component, Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use temoto_session::channel::files::Fault;
use windows::Win32::Storage::FileSystem::GetDriveTypeW;
use windows::Win32::UI::Shell::{
    FO_DELETE, FOF_ALLOWUNDO, FOF_NOCONFIRMATION, FOF_NOERRORUI, FOF_SILENT, FOF_WANTNUKEWARNING,
    SHFILEOPSTRUCTW, SHFileOperationW,
};
use windows::core::{HSTRING, PCWSTR};

use super::by_path::{self, Identity};
use crate::Thrown;
use crate::faults::fault;

/// Where the bins of all people are, on each drive.
const BINS: &str = "$Recycle.Bin";
/// How names of things and of notes begin.
const THING: &str = "$R";
const NOTE: &str = "$I";
/// Things and notes that are looked at, far more than a person's bin has.
const NAMES: usize = 40_000;

/// A disk that is built in.
const DRIVE_FIXED: u32 = 3;

/// Throws it away, so that a person can take it back from the bin. What is too large for the bin, or where a person switched it off, is
/// asked about on the screen: nothing is gone for good without the customer's word.
pub fn throw(path: &Path) -> Result<(), Fault> {
    let Some(Component::Prefix(prefix)) = path.components().next() else {
        return Err(Fault::NoTrash);
    };
    let drive = HSTRING::from(format!("{}\\", prefix.as_os_str().to_string_lossy()));
    // SAFETY: the text lives over the call.
    #[allow(unsafe_code, reason = "the library does not know kinds of drives")]
    let kind = unsafe { GetDriveTypeW(&drive) };
    if kind != DRIVE_FIXED {
        return Err(Fault::NoTrash);
    }
    let from = super::listed(path);
    let flags = FOF_ALLOWUNDO | FOF_NOCONFIRMATION | FOF_WANTNUKEWARNING | FOF_NOERRORUI | FOF_SILENT;
    let mut operation = SHFILEOPSTRUCTW {
        wFunc: FO_DELETE,
        pFrom: PCWSTR(from.as_ptr()),
        fFlags: u16::try_from(flags.0).unwrap_or(0),
        ..SHFILEOPSTRUCTW::default()
    };
    // SAFETY: the list ends with two zeros and lives over the call, and so does the structure.
    #[allow(unsafe_code, reason = "only the shell has the bin")]
    let done = unsafe { SHFileOperationW(&raw mut operation) };
    match done {
        0 if !operation.fAnyOperationsAborted.as_bool() => Ok(()),
        0 => Err(Fault::NoTrash),
        // Numbers of the system, and of the shell alone.
        2 | 3 | 0x7c => Err(Fault::Gone),
        5 | 0x78 => Err(Fault::Denied),
        32 | 33 => Err(Fault::InUse),
        206 | 0x79 | 0xb7 => Err(Fault::TooLong),
        _ => Err(Fault::Failed),
    }
}

/// Finds what was thrown away from there: the folder of a person's bin, and the name in it.
pub fn find(path: &Path, identity: Identity) -> Option<(PathBuf, String)> {
    let Some(Component::Prefix(prefix)) = path.components().next() else {
        return None;
    };
    let bins = PathBuf::from(format!("{}\\{BINS}", prefix.as_os_str().to_string_lossy()));
    let people = std::fs::read_dir(bins).ok()?;
    // Those of others cannot be read.
    people
        .flatten()
        .find_map(|person| find_in(&person.path(), identity))
}

/// The same in one folder.
pub fn find_in(bin: &Path, identity: Identity) -> Option<(PathBuf, String)> {
    let dir = Dir::open_ambient_dir(bin, ambient_authority()).ok()?;
    let entries = by_path::entries(&dir).ok()?;
    let name = entries
        .take(NAMES)
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with(NOTE))
        .find(|name| by_path::identity(&dir, name).is_ok_and(|one| one == identity))?;
    Some((bin.to_owned(), name))
}

/// Moves it back; replaces nothing.
pub fn restore(dir: &Dir, thrown: &Thrown) -> Result<(), Fault> {
    let bin = Dir::open_ambient_dir(&thrown.trash, ambient_authority()).map_err(|e| fault(&e))?;
    by_path::rename_new(&bin, &thrown.thrown_name, dir, &thrown.name).map_err(|e| fault(&e))?;
    if let Some(random) = thrown.thrown_name.strip_prefix(THING) {
        // A note about nothing helps nobody.
        let _stays = by_path::remove_file(&bin, &format!("{NOTE}{random}"));
    }
    Ok(())
}
