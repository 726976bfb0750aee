//! Coming to the front when the program is started a second time.
//!
//! The toolkit has a call for it, which presses Alt to be allowed to: the window that gets the key then waits at its menu,
//! and takes the next click for the end of that. The second start has the right and hands it over (`edge/instance`), so
//! nothing need be pressed.

#![expect(unsafe_code, reason = "the calls of the system take raw handles")]

use i_slint_backend_winit::winit::window::{UserAttentionType, Window};
use windows::Win32::UI::WindowsAndMessaging::SetForegroundWindow;

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
