//! What the system tells every top-level window and the toolkit does not hand on: another theme, other colors, other monitors.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use i_slint_backend_winit::winit::window::Window;
use windows::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows::Win32::UI::Shell::{DefSubclassProc, RemoveWindowSubclass, SetWindowSubclass};
use windows::Win32::UI::WindowsAndMessaging::{
    WM_DISPLAYCHANGE, WM_DPICHANGED, WM_NCDESTROY, WM_SETTINGCHANGE, WM_SYSCOLORCHANGE, WM_THEMECHANGED,
};

/// Tells our part of a window's procedure from others.
const NUMBER: usize = 0x7e30;

type Told = Box<dyn Fn()>;

/// Calls `told` on this thread after each such message to `window`, until the window is destroyed. `told` must not wait.
pub(crate) fn listen(window: &Window, told: impl Fn() + 'static) {
    let told: Box<Told> = Box::new(Box::new(told));
    let told = Box::into_raw(told);
    // SAFETY: the window is this thread's; `told` belongs to the procedure now, which frees it with the window.
    let added =
        unsafe { SetWindowSubclass(super::handle(window), Some(procedure), NUMBER, told as usize) }.as_bool();
    if !added {
        // SAFETY: nobody took it.
        drop(unsafe { Box::from_raw(told) });
    }
}

extern "system" fn procedure(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    number: usize,
    told: usize,
) -> LRESULT {
    if let WM_SETTINGCHANGE | WM_SYSCOLORCHANGE | WM_THEMECHANGED | WM_DISPLAYCHANGE | WM_DPICHANGED = message
    {
        // Before the message goes on: whoever gets it may destroy the window.
        // SAFETY: made by `listen`, on this thread, and there until the window is destroyed.
        let told = unsafe { &*(told as *const Told) };
        told();
    }
    // SAFETY: the message as it came.
    let answer = unsafe { DefSubclassProc(window, message, wparam, lparam) };
    if message == WM_NCDESTROY {
        // SAFETY: the last message of the window: nothing is called for it afterwards.
        unsafe {
            let _removed = RemoveWindowSubclass(window, Some(procedure), number);
            drop(Box::from_raw(told as *mut Told));
        }
    }
    answer
}
