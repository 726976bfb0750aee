//! How the customer set up the machine: displays, mouse, keyboard, and the locks of the moment.

use temoto_geometry::Rect;
use windows::Win32::UI::Input::KeyboardAndMouse::{
    GetKeyState, GetKeyboardLayout, GetKeyboardLayoutList, HKL, VIRTUAL_KEY, VK_CAPITAL, VK_NUMLOCK,
};
use windows::Win32::UI::WindowsAndMessaging::{
    GetForegroundWindow, GetSystemMetrics, GetWindowThreadProcessId, MSG, PM_NOREMOVE, PeekMessageW,
    SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN, SM_SWAPBUTTON, SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN,
    SPI_GETKEYBOARDDELAY, SPI_GETKEYBOARDSPEED, SYSTEM_METRICS_INDEX, SYSTEM_PARAMETERS_INFO_ACTION,
    SYSTEM_PARAMETERS_INFO_UPDATE_FLAGS, SystemParametersInfoW,
};

use crate::Locks;
use crate::win32::repeat::Pace;

/// Most layouts that are counted.
const LAYOUTS: usize = 64;

/// The locks, and the layout of the program in front.
pub(super) fn locks() -> Locks {
    let mut message = MSG::default();
    // A thread learns of the state of keys when it looks for messages.
    // SAFETY: the place for the message lives until the call returns.
    let _any = unsafe { PeekMessageW(&raw mut message, None, 0, 0, PM_NOREMOVE) };
    Locks {
        caps: is_on(VK_CAPITAL),
        num: is_on(VK_NUMLOCK),
        layout: layout(),
    }
}

/// Whether the mouse is in the left hand.
pub(super) fn buttons_swapped() -> bool {
    metric(SM_SWAPBUTTON) != 0
}

/// The rectangle around all displays. Needs physical pixels.
pub(super) fn desk() -> Rect {
    let extent = |which| u32::try_from(metric(which)).unwrap_or_default();
    Rect::new(
        metric(SM_XVIRTUALSCREEN),
        metric(SM_YVIRTUALSCREEN),
        extent(SM_CXVIRTUALSCREEN),
        extent(SM_CYVIRTUALSCREEN),
    )
}

/// How fast the customer has keys repeat.
pub(super) fn pace() -> Pace {
    let setting = |which: SYSTEM_PARAMETERS_INFO_ACTION, usual: u32| {
        let mut value = usual;
        let place = (&raw mut value).cast();
        // SAFETY: both settings are one 32-bit number, and the place for it lives until the call returns.
        let told =
            unsafe { SystemParametersInfoW(which, 0, Some(place), SYSTEM_PARAMETERS_INFO_UPDATE_FLAGS(0)) };
        if told.is_ok() { value } else { usual }
    };
    Pace::from_settings(
        setting(SPI_GETKEYBOARDDELAY, 1),
        setting(SPI_GETKEYBOARDSPEED, 31),
    )
}

fn is_on(lock: VIRTUAL_KEY) -> bool {
    // SAFETY: takes any number.
    unsafe { GetKeyState(i32::from(lock.0)) & 1 != 0 }
}

/// Which of the customer's layouts the program in front uses; every program has its own.
fn layout() -> u8 {
    let mut layouts = [HKL::default(); LAYOUTS];
    // SAFETY: the list has the length that is told; the others take any handle and number.
    let (count, used) = unsafe {
        let count = GetKeyboardLayoutList(Some(&mut layouts));
        let thread = GetWindowThreadProcessId(GetForegroundWindow(), None);
        (count, GetKeyboardLayout(thread))
    };
    let count = usize::try_from(count).unwrap_or_default().min(LAYOUTS);
    let at = layouts[..count].iter().position(|layout| *layout == used);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
}

fn metric(which: SYSTEM_METRICS_INDEX) -> i32 {
    // SAFETY: takes any number.
    unsafe { GetSystemMetrics(which) }
}
