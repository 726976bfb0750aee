//! The recycle bin. The shell knows paths only; a drive without a bin is left alone, because what goes there is gone.

use std::path::{Component, Path};

use temoto_session::channel::files::Fault;
use windows::Win32::Storage::FileSystem::GetDriveTypeW;
use windows::Win32::UI::Shell::{
    FO_DELETE, FOF_ALLOWUNDO, FOF_NOCONFIRMATION, FOF_NOERRORUI, FOF_SILENT, FOF_WANTNUKEWARNING,
    SHFILEOPSTRUCTW, SHFileOperationW,
};
use windows::core::{HSTRING, PCWSTR};

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
