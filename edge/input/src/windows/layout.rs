//! Which keyboard layout is in use, by the language of the newest window and the kind of the keyboard.

use windows::Win32::UI::Input::KeyboardAndMouse::{GetKeyboardLayout, GetKeyboardType};
use windows::Win32::UI::WindowsAndMessaging::{GetForegroundWindow, GetWindowThreadProcessId};

use crate::win32::layout::named;

/// The layout in use by its name in XKB, where it has one; `None` if the system does not say.
pub(crate) fn keyboard_layout(_display: Option<&str>) -> Option<String> {
    // SAFETY: the calls only ask; a window that is gone meanwhile has no thread, which asks for that of this one.
    let (layout, kind) = unsafe {
        let thread = GetWindowThreadProcessId(GetForegroundWindow(), None);
        (GetKeyboardLayout(thread), GetKeyboardType(0))
    };
    named((layout.0 as usize & 0xffff) as u16, kind)
}
