//! Keeps remote input away from the program's own windows, and tells when Windows itself would drop it.
//!
//! The system knows which process made a window; that cannot be forged and holds for menus, dialogs and tool tips too.
//! Between the check and the press another window can come to the front: Windows has nothing to hold it back with.

use std::time::Instant;

use windows::Win32::Foundation::{HWND, POINT};
use windows::Win32::UI::WindowsAndMessaging::{
    GA_ROOT, GA_ROOTOWNER, GUITHREADINFO, GetAncestor, GetCursorPos, GetForegroundWindow, GetGUIThreadInfo,
    GetWindowThreadProcessId, WindowFromPoint,
};

use super::rank::Ranks;
use crate::{InputError, OwnWindows};

/// Where a press is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Pointer,
    Focus,
}

pub(super) struct Guard {
    own: OwnWindows,
    ranks: Ranks,
}

impl Guard {
    pub(super) fn new(own: OwnWindows) -> Self {
        Self {
            own,
            ranks: Ranks::new(),
        }
    }

    /// Whether a press may go there now.
    ///
    /// # Errors
    /// [`InputError::OwnWindow`] or [`InputError::Elevated`].
    pub(super) fn check(&mut self, aim: Aim) -> Result<(), InputError> {
        let targets = targets(aim);
        if !self.own.is_empty() && targets.iter().any(|window| self.is_own(*window)) {
            return Err(InputError::OwnWindow);
        }
        if self.is_deaf(&targets) {
            return Err(InputError::Elevated);
        }
        Ok(())
    }

    /// Whether what is sent there now arrives: releases are not refused, but may have to be sent again.
    pub(super) fn arrives(&mut self, aim: Aim) -> bool {
        !self.is_deaf(&targets(aim))
    }

    fn is_own(&self, window: HWND) -> bool {
        // SAFETY: these take any handle, and answer null and 0 for windows that are gone.
        let around = unsafe { [GA_ROOT, GA_ROOTOWNER].map(|which| GetAncestor(window, which)) };
        [window, around[0], around[1]]
            .into_iter()
            .filter(|window| !window.is_invalid())
            .any(|window| {
                let number = u64::try_from(window.0.addr()).unwrap_or_default();
                self.own.has_window(number) || self.own.has_process(process(window))
            })
    }

    fn is_deaf(&mut self, targets: &[HWND]) -> bool {
        let now = Instant::now();
        targets
            .iter()
            .map(|window| process(*window))
            .any(|process| process != 0 && self.ranks.outrank(process, now))
    }
}

/// The process that made a window, 0 when the window is gone.
fn process(window: HWND) -> u32 {
    let mut process = 0;
    // SAFETY: takes any handle; the place for the number lives until the call returns.
    unsafe { GetWindowThreadProcessId(window, Some(&raw mut process)) };
    process
}

/// The windows that a press would reach now, none over nothing. Needs physical pixels.
fn targets(aim: Aim) -> Vec<HWND> {
    let mut thread = GUITHREADINFO {
        cbSize: u32::try_from(size_of::<GUITHREADINFO>()).unwrap_or_default(),
        ..GUITHREADINFO::default()
    };
    // SAFETY: thread 0 is the one in front; the structure says its own size. It stays empty if there is none.
    let _none = unsafe { GetGUIThreadInfo(0, &raw mut thread) };
    let targets = match aim {
        // A window that has the capture gets clicks wherever the pointer is.
        Aim::Pointer => [under_pointer(), thread.hwndCapture, HWND::default()],
        // SAFETY: no arguments.
        Aim::Focus => [
            unsafe { GetForegroundWindow() },
            thread.hwndActive,
            thread.hwndFocus,
        ],
    };
    targets
        .into_iter()
        .filter(|window| !window.is_invalid())
        .collect()
}

fn under_pointer() -> HWND {
    let mut at = POINT::default();
    // SAFETY: the place for the position lives until the call returns; the other call takes any position.
    unsafe {
        if GetCursorPos(&raw mut at).is_err() {
            return HWND::default();
        }
        WindowFromPoint(at)
    }
}
