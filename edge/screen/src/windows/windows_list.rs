//! Where the windows are, as a person sees them.

use temoto_geometry::Rect;
use windows::Win32::Foundation::{HWND, LPARAM, RECT};
use windows::Win32::Graphics::Dwm::{DWMWA_CLOAKED, DWMWA_EXTENDED_FRAME_BOUNDS, DwmGetWindowAttribute};
use windows::Win32::UI::WindowsAndMessaging::{
    EnumWindows, GWL_EXSTYLE, GetClassNameW, GetWindowLongPtrW, GetWindowRect, GetWindowThreadProcessId,
    IsIconic, IsWindowVisible, WS_EX_TRANSPARENT,
};
use windows::core::BOOL;

use super::displays::{rect, text};
use crate::MAX_WINDOWS;

/// Most windows that are looked at; among them are many that nobody sees.
const LOOKED_AT: usize = 4_096;
/// The desktop with its icons, and what is behind it.
const DESKTOP: [&str; 2] = ["Progman", "WorkerW"];

/// The uppermost first, without those of the process `own`: nobody wants a picture of our own bar.
pub(super) fn read(own: u32) -> Vec<Rect> {
    handles()
        .into_iter()
        .filter(|&window| process(window) != own)
        .filter_map(place)
        .take(MAX_WINDOWS)
        .collect()
}

fn process(window: HWND) -> u32 {
    let mut process = 0;
    // SAFETY: the number lives until the call returns.
    let _thread = unsafe { GetWindowThreadProcessId(window, Some(&raw mut process)) };
    process
}

/// In the order of the desktop, the uppermost first.
fn handles() -> Vec<HWND> {
    /// Called once for each window, within the call below.
    unsafe extern "system" fn add(window: HWND, list: LPARAM) -> BOOL {
        let list = std::ptr::with_exposed_provenance_mut::<Vec<HWND>>(list.0.cast_unsigned());
        // SAFETY: the number is the address of the list of the caller, which waits and does not touch it meanwhile.
        if let Some(list) = unsafe { list.as_mut() } {
            list.push(window);
            return (list.len() < LOOKED_AT).into();
        }
        false.into()
    }
    let mut list: Vec<HWND> = Vec::new();
    let address = LPARAM((&raw mut list).expose_provenance().cast_signed());
    // SAFETY: the function is the one above, and the list outlives the call.
    let _partial = unsafe { EnumWindows(Some(add), address) };
    list
}

/// Where a window is with its frame; `None` if nobody sees it. A handle of a window that was closed is refused by each call.
fn place(window: HWND) -> Option<Rect> {
    // SAFETY: no pointers.
    let shown = unsafe { IsWindowVisible(window).as_bool() && !IsIconic(window).as_bool() };
    // SAFETY: no pointers.
    let style = unsafe { GetWindowLongPtrW(window, GWL_EXSTYLE) };
    // What the mouse goes through is no window to a person: our own frame around the display is one of these.
    let through = style & isize::try_from(WS_EX_TRANSPARENT.0).unwrap_or_default() != 0;
    // Programs of the store that sleep, and windows of other virtual desktops, are visible and not seen.
    let mut cloaked = 0_u32;
    // SAFETY: the number lives until the call returns, and its size is told.
    let known = unsafe { DwmGetWindowAttribute(window, DWMWA_CLOAKED, (&raw mut cloaked).cast(), 4) };
    if !shown || through || (known.is_ok() && cloaked != 0) || DESKTOP.contains(&class(window).as_str()) {
        return None;
    }
    let mut bounds = RECT::default();
    let size = u32::try_from(size_of::<RECT>()).unwrap_or_default();
    // Without the wide edges that nobody sees.
    // SAFETY: the rectangle lives until the call returns, and its size is told.
    let seen = unsafe {
        DwmGetWindowAttribute(
            window,
            DWMWA_EXTENDED_FRAME_BOUNDS,
            (&raw mut bounds).cast(),
            size,
        )
    };
    if seen.is_err() {
        // SAFETY: the rectangle lives until the call returns.
        unsafe { GetWindowRect(window, &raw mut bounds) }.ok()?;
    }
    rect(&bounds).filter(|rect| !rect.is_empty())
}

fn class(window: HWND) -> String {
    let mut units = [0_u16; 64];
    // SAFETY: the buffer outlives the call, which is told its length.
    let _length = unsafe { GetClassNameW(window, &mut units) };
    text(&units)
}
