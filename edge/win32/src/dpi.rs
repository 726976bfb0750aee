//! Physical pixels, whatever the program declared about itself.
//!
//! Windows scales positions for threads that do not say that they know of displays of different density. The
//! declaration can be made for a thread and taken back, from Windows 10 version 1607 on; before, that of the program
//! holds.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use std::ffi::c_void;
use std::sync::OnceLock;

use windows::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
use windows::core::{s, w};

/// `SetThreadDpiAwarenessContext`: returns what held before, null if it does not know the context. Looked up at run
/// time, since a program that names it does not start on a system without it.
type SetContext = unsafe extern "system" fn(context: *mut c_void) -> *mut c_void;

/// `DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2` and, before version 1703, the first one.
const PER_MONITOR: [isize; 2] = [-4, -3];

/// While this lives the calling thread sees physical pixels.
#[derive(Debug)]
pub struct PhysicalPixels {
    before: Option<*mut c_void>,
}

impl PhysicalPixels {
    /// From now on. A window keeps for ever what held when it was made.
    #[must_use]
    pub fn begin() -> Self {
        let before = set_context().and_then(|set| {
            PER_MONITOR
                .into_iter()
                // SAFETY: the function takes any number and answers null to one that it does not know.
                .map(|context| unsafe { set(std::ptr::without_provenance_mut(context.cast_unsigned())) })
                .find(|before| !before.is_null())
        });
        Self { before }
    }
}

impl Drop for PhysicalPixels {
    fn drop(&mut self) {
        if let (Some(before), Some(set)) = (self.before, set_context()) {
            // SAFETY: the value came from the same function on this thread (the pointer keeps this type on it).
            unsafe { set(before) };
        }
    }
}

fn set_context() -> Option<SetContext> {
    static FOUND: OnceLock<Option<SetContext>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        // SAFETY: user32 is loaded, since this program links to it, and stays so.
        let found = unsafe {
            let user = GetModuleHandleW(w!("user32.dll")).ok()?;
            GetProcAddress(user, s!("SetThreadDpiAwarenessContext"))?
        };
        // SAFETY: the function of this name takes and returns one handle.
        Some(unsafe { std::mem::transmute::<unsafe extern "system" fn() -> isize, SetContext>(found) })
    })
}
