//! Where libraries come from, and which folder is in use.
//!
//! A program in the Downloads folder lies beside whatever else was downloaded, perhaps a library with the name of one of the
//! system's. What is loaded while the program runs comes from the system's folder from here on. What the program is linked
//! to is loaded before it runs: Windows takes the most of it (kernel32, user32, ole32, ws2_32 and their like, its known
//! libraries) from its own folder whatever lies beside the program, but looks beside it for the rest.

#![expect(unsafe_code, reason = "the calls of the system take raw pointers")]

use windows::Win32::System::LibraryLoader::{
    LOAD_LIBRARY_SEARCH_SYSTEM32, SetDefaultDllDirectories, SetDllDirectoryW,
};
use windows::Win32::System::SystemInformation::GetSystemDirectoryW;
use windows::core::w;

/// Longer than the path of any system folder.
const LONGEST: usize = 1024;

pub(crate) fn settle() {
    // SAFETY: changes how this process finds libraries, before it has other threads. Refused by nothing since Windows 8.
    let _only_the_system = unsafe { SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32) };
    // SAFETY: the text is a constant. For loads that name their own search order: the working folder is not part of it.
    let _not_here = unsafe { SetDllDirectoryW(w!("")) };
    let mut folder = [0_u16; LONGEST];
    // SAFETY: the buffer's length goes with it.
    let length = unsafe { GetSystemDirectoryW(Some(&mut folder)) } as usize;
    if let Some(folder) = folder.get(..length) {
        // A folder that cannot be entered is no reason not to run.
        let _left = std::env::set_current_dir(String::from_utf16_lossy(folder));
    }
}
