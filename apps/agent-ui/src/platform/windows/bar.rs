//! The bar among the other windows: above them, and not in the pictures that programs take of the screen. The chat and the
//! question stay in those pictures: they refuse remote input, and what refuses it must be seen by whoever tries.

#![expect(unsafe_code, reason = "the calls of the system take raw handles")]

use i_slint_backend_winit::winit::window::Window;
use windows::Win32::Foundation::{HWND, POINT, RECT};
use windows::Win32::UI::WindowsAndMessaging::{
    GetWindowRect, HWND_TOPMOST, SWP_NOACTIVATE, SWP_NOMOVE, SWP_NOOWNERZORDER, SWP_NOSIZE,
    SetWindowDisplayAffinity, SetWindowPos, WDA_EXCLUDEFROMCAPTURE, WindowFromPoint,
};

pub(super) fn leave_out_of_pictures(bar: HWND) {
    // SAFETY: the window is this thread's. Before version 2004 of Windows 10 this is refused: then the bar is in the picture.
    let _excluded = unsafe { SetWindowDisplayAffinity(bar, WDA_EXCLUDEFROMCAPTURE) };
}

/// Puts the bar above a window that covers its middle. To be asked now and then: two programs that both want to be on top
/// must not fight at full speed.
pub(crate) fn keep_above(window: &Window) {
    let bar = super::handle(window);
    let mut rect = RECT::default();
    // SAFETY: the window is this thread's, and the rectangle outlives the call.
    if unsafe { GetWindowRect(bar, &raw mut rect) }.is_err() {
        return;
    }
    let middle = POINT {
        x: i32::midpoint(rect.left, rect.right),
        y: i32::midpoint(rect.top, rect.bottom),
    };
    // SAFETY: a plain point.
    if unsafe { WindowFromPoint(middle) } != bar {
        let stay = SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_NOOWNERZORDER;
        // SAFETY: the window is this thread's. What fails now is tried again.
        let _raised = unsafe { SetWindowPos(bar, Some(HWND_TOPMOST), 0, 0, 0, 0, stay) };
    }
}
