//! What Windows does by paths only, each with the whole path of a folder that is open.
//!
//! The library has the same and cuts off the head of the path first (`\\?\`): what is left of the path of a network drive leads nowhere,
//! and of any other one the last name is read as a person types it, so that `a.` is `a` and `CON` a device. The path stays true: a folder
//! that the library has open can be neither renamed nor replaced, nor can the ones above it.

use std::ffi::OsString;
use std::io::{Error, Result};
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::AsRawHandle;
use std::path::PathBuf;

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, File, Metadata, OpenOptions, OpenOptionsExt};
use temoto_session::channel::files::Fault;
use windows::Win32::Foundation::HANDLE;
use windows::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, DELETE, FILE_ACCESS_RIGHTS, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_NAME_NORMALIZED, FILE_READ_ATTRIBUTES, GetFileInformationByHandle,
    GetFinalPathNameByHandleW, MOVE_FILE_FLAGS, MoveFileExW,
};
use windows::core::HSTRING;

use crate::faults::fault;

/// UTF-16 units of the longest path that Windows has.
const PATH_UNITS: usize = 32_768;

/// One name in a folder.
pub struct Entry(std::fs::DirEntry);

impl Entry {
    /// The name.
    pub fn file_name(&self) -> OsString {
        self.0.file_name()
    }

    /// What the system says of it itself.
    pub fn metadata(&self) -> Result<Metadata> {
        self.0.metadata().map(Metadata::from_just_metadata)
    }
}

/// What is in a folder.
pub fn entries(dir: &Dir) -> Result<impl Iterator<Item = Result<Entry>>> {
    let entries = std::fs::read_dir(path_of(dir)?)?;
    Ok(entries.map(|entry| entry.map(Entry)))
}

/// Makes a folder.
pub fn create_dir(dir: &Dir, name: &str) -> Result<()> {
    std::fs::create_dir(path_of(dir)?.join(name))
}

/// Removes a file for good.
pub fn remove_file(dir: &Dir, name: &str) -> Result<()> {
    std::fs::remove_file(path_of(dir)?.join(name))
}

/// Brings the names in a folder to the disk.
pub fn sync(dir: &Dir) -> Result<()> {
    dir.try_clone()?.into_std_file().sync_all()
}

/// Gives what is called `from` the name of another file, which is gone then. One that is marked as not to be written stays.
pub fn replace(dir: &Dir, from: &str, to: &str) -> std::result::Result<(), Fault> {
    may_go(dir, to)?;
    if dir
        .symlink_metadata(to)
        .is_ok_and(|metadata| metadata.permissions().readonly())
    {
        return Err(Fault::Denied);
    }
    let folder = path_of(dir).map_err(|e| fault(&e))?;
    std::fs::rename(folder.join(from), folder.join(to)).map_err(|e| fault(&e))
}

/// What a file or folder is for the system, whatever it is called: its disk and its number there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Identity {
    volume: u32,
    index: u64,
}

/// Whether it could be removed: of what another program has open the system says only that it was refused, and the shell asks a person.
pub fn may_go(dir: &Dir, name: &str) -> std::result::Result<Identity, Fault> {
    let opened = open_itself(dir, name, DELETE | FILE_READ_ATTRIBUTES);
    opened.and_then(|file| identity_of(&file)).map_err(|e| fault(&e))
}

/// What is called so in a folder.
pub fn identity(dir: &Dir, name: &str) -> Result<Identity> {
    identity_of(&open_itself(dir, name, FILE_READ_ATTRIBUTES)?)
}

/// A file or folder, or the link itself.
fn open_itself(dir: &Dir, name: &str, access: FILE_ACCESS_RIGHTS) -> Result<File> {
    let mut options = OpenOptions::new();
    let itself = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
    options.access_mode(access.0).custom_flags(itself.0);
    dir.open_with(name, options.follow(FollowSymlinks::No))
}

fn identity_of(file: &File) -> Result<Identity> {
    let mut told = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the file is open and the place lives over the call.
    #[allow(unsafe_code, reason = "the library does not tell numbers of files")]
    unsafe { GetFileInformationByHandle(HANDLE(file.as_raw_handle()), &raw mut told) }
        .map_err(|error| Error::from_raw_os_error(error.code().0 & 0xffff))?;
    Ok(Identity {
        volume: told.dwVolumeSerialNumber,
        index: u64::from(told.nFileIndexHigh) << 32 | u64::from(told.nFileIndexLow),
    })
}

/// Gives it another name in one step, and only if nothing is called so; the same name in other letters is another one.
pub fn rename_new(dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> Result<()> {
    let (from, to) = (path_of(dir)?.join(from), path_of(to_dir)?.join(to));
    // SAFETY: both texts live over the call.
    #[allow(unsafe_code, reason = "the library always replaces")]
    let moved = unsafe { MoveFileExW(&HSTRING::from(&*from), &HSTRING::from(&*to), MOVE_FILE_FLAGS(0)) };
    // Numbers of the system in the low half.
    moved.map_err(|error| Error::from_raw_os_error(error.code().0 & 0xffff))
}

/// Where an open folder is, in the form that the system takes letter by letter.
fn path_of(dir: &Dir) -> Result<PathBuf> {
    let mut units = vec![0; PATH_UNITS];
    // SAFETY: the folder is open and the place lives over the call.
    #[allow(unsafe_code, reason = "the library does not tell where an open folder is")]
    let length =
        unsafe { GetFinalPathNameByHandleW(HANDLE(dir.as_raw_handle()), &mut units, FILE_NAME_NORMALIZED) };
    match usize::try_from(length)
        .ok()
        .and_then(|length| units.get(..length))
    {
        Some(path) if !path.is_empty() => Ok(PathBuf::from(OsString::from_wide(path))),
        _ => Err(Error::last_os_error()),
    }
}
