//! Coming to the front when the program is started a second time.
//!
//! The toolkit has a call for it, which presses Alt to be allowed to: the window that gets the key then waits at its menu,
//! and takes the next click for the end of that. The second start has the right and hands it over (`edge/instance`), so
//! nothing need be pressed.

#![expect(unsafe_code, reason = "the calls of the system take raw handles")]

use i_slint_backend_winit::winit::window::{UserAttentionType, Window};
use windows::Win32::UI::WindowsAndMessaging::{
    HWND_NOTOPMOST, HWND_TOPMOST, SWP_NOACTIVATE, SWP_NOMOVE, SWP_NOOWNERZORDER, SWP_NOSIZE,
    SetForegroundWindow, SetWindowPos,
};

/// Brings a window to the front; where the system forbids it, its place in the task bar flashes.
pub(crate) fn come_forward(window: &Window) {
    // SAFETY: the window is this thread's.
    let came = unsafe { SetForegroundWindow(super::handle(window)) }.as_bool();
    if !came {
        window.request_user_attention(Some(UserAttentionType::Critical));
    }
}

/// A window that was made so appears without the keyboard the first time; afterwards the toolkit knows no way.
pub(crate) fn come_quietly(_window: &Window) {}

/// Without the keyboard it would appear beneath the window that has it: it is put above the others, and is no more than one of them.
pub(crate) fn came_quietly(window: &Window) {
    let stay = SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_NOOWNERZORDER;
    for place in [HWND_TOPMOST, HWND_NOTOPMOST] {
        // SAFETY: the window is this thread's. Where it fails the window stays where it is.
        let _raised = unsafe { SetWindowPos(super::handle(window), Some(place), 0, 0, 0, 0, stay) };
    }
}
