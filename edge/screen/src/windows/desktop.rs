//! Which desktop gets the input, and what the session is doing: whether something hides the program's desktop.

use temoto_win32::desktop_name;
use windows::Win32::Foundation::ERROR_ACCESS_DENIED;
use windows::Win32::System::RemoteDesktop::{
    WTS_CURRENT_SESSION, WTS_SESSIONSTATE_LOCK, WTSActive, WTSFreeMemory, WTSINFOEXW,
    WTSQuerySessionInformationW, WTSSessionInfoEx,
};
use windows::Win32::System::StationsAndDesktops::{
    CloseDesktop, DESKTOP_CONTROL_FLAGS, DESKTOP_READOBJECTS, GetThreadDesktop, OpenInputDesktop,
};
use windows::Win32::System::Threading::GetCurrentThreadId;
use windows::core::PWSTR;

use crate::win32::system::{InputDesktop, Session};

/// The level of the structure that is asked for.
const LEVEL: u32 = 1;

/// Whether input goes to the desktop of the calling thread.
pub(super) fn input() -> InputDesktop {
    // SAFETY: no pointers go in; the handle that comes out is closed below.
    let opened = unsafe { OpenInputDesktop(DESKTOP_CONTROL_FLAGS(0), false, DESKTOP_READOBJECTS) };
    let input = match opened {
        Ok(input) => input,
        Err(error) if error.code() == ERROR_ACCESS_DENIED.into() => return InputDesktop::Another,
        // Sessions without a screen answer with an error of their own; the session tells.
        Err(_) => return InputDesktop::Unknown,
    };
    let there = desktop_name(input);
    // SAFETY: the handle was opened above, and no thread is attached to it.
    let _closed = unsafe { CloseDesktop(input) };
    // SAFETY: no pointers; this handle is borrowed and not to be closed.
    let thread = unsafe { GetThreadDesktop(GetCurrentThreadId()) };
    match (there, thread.ok().and_then(desktop_name)) {
        (Some(there), Some(here)) if there == here => InputDesktop::Ours,
        (Some(_), Some(_)) => InputDesktop::Another,
        _ => InputDesktop::Unknown,
    }
}

/// What the session of this program is doing. Windows 7 had the flag for locked the wrong way around; it is too old to
/// run this.
pub(super) fn session() -> Session {
    let (mut buffer, mut bytes) = (PWSTR::null(), 0);
    // SAFETY: both results live until the call returns.
    let asked = unsafe {
        WTSQuerySessionInformationW(
            None,
            WTS_CURRENT_SESSION,
            WTSSessionInfoEx,
            &raw mut buffer,
            &raw mut bytes,
        )
    };
    if asked.is_err() || buffer.is_null() {
        return Session::Unknown;
    }
    let mut session = Session::Unknown;
    if usize::try_from(bytes).is_ok_and(|bytes| bytes >= size_of::<WTSINFOEXW>()) {
        // SAFETY: the answer has at least the size of the structure, and any bytes are a valid one.
        let info = unsafe { buffer.0.cast::<WTSINFOEXW>().read_unaligned() };
        if info.Level == LEVEL {
            // SAFETY: the level says which member of the union is filled.
            let told = unsafe { info.Data.WTSInfoExLevel1 };
            session = match (told.SessionState, told.SessionFlags.cast_unsigned()) {
                (state, _) if state != WTSActive => Session::Inactive,
                (_, WTS_SESSIONSTATE_LOCK) => Session::Locked,
                _ => Session::Active,
            };
        }
    }
    // SAFETY: the buffer came from the call above and is not used any more.
    unsafe { WTSFreeMemory(buffer.0.cast()) };
    session
}
