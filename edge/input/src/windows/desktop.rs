//! Which desktop gets the input: the usual one, or the one for consent prompts, the lock screen and signing in.
//!
//! A thread can only press on the desktop that it is attached to. Most programs may not leave theirs; one that runs as
//! a service may, and then follows.

use temoto_win32::desktop_name;
use windows::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_INVALID_FUNCTION};
use windows::Win32::System::StationsAndDesktops::{
    CloseDesktop, DESKTOP_ACCESS_FLAGS, DESKTOP_CONTROL_FLAGS, DESKTOP_CREATEWINDOW, DESKTOP_HOOKCONTROL,
    DESKTOP_JOURNALPLAYBACK, DESKTOP_READOBJECTS, DESKTOP_WRITEOBJECTS, GetThreadDesktop, HDESK,
    OpenInputDesktop, SetThreadDesktop,
};
use windows::Win32::System::Threading::GetCurrentThreadId;

use crate::InputError;

/// What pressing (`JOURNALPLAYBACK`) and hooks need.
const ACCESS: DESKTOP_ACCESS_FLAGS = DESKTOP_ACCESS_FLAGS(
    DESKTOP_READOBJECTS.0
        | DESKTOP_WRITEOBJECTS.0
        | DESKTOP_CREATEWINDOW.0
        | DESKTOP_HOOKCONTROL.0
        | DESKTOP_JOURNALPLAYBACK.0,
);

/// Where input goes now, seen from the calling thread.
pub(super) enum Place {
    /// To the thread's desktop, as far as can be told.
    Here,
    /// To another one that this program may open.
    Elsewhere(Desktop),
    /// To another one that it may not.
    Hidden,
}

impl Place {
    pub(super) fn now() -> Self {
        let (input, usable) = match Desktop::open(ACCESS) {
            Err(error) if error.code() == ERROR_ACCESS_DENIED.into() => {
                // Somebody may have set up the own desktop so.
                (Desktop::open(DESKTOP_READOBJECTS), false)
            }
            opened => (opened, true),
        };
        let input = match input {
            Ok(input) => input,
            // Refused: a secure desktop. The other is what sessions without a screen answer.
            Err(error)
                if [ERROR_ACCESS_DENIED, ERROR_INVALID_FUNCTION]
                    .map(Into::into)
                    .contains(&error.code()) =>
            {
                return Self::Hidden;
            }
            // No answer is no reason to refuse: pressing itself will tell.
            Err(_) => return Self::Here,
        };
        // SAFETY: no pointers; the handle is borrowed and not to be closed.
        let thread = unsafe { GetThreadDesktop(GetCurrentThreadId()) };
        let here = thread.ok().and_then(desktop_name);
        match (here, desktop_name(input.handle())) {
            (Some(here), Some(there)) if here != there && usable => Self::Elsewhere(input),
            (Some(here), Some(there)) if here != there => Self::Hidden,
            _ => Self::Here,
        }
    }
}

/// A desktop that was opened.
pub(super) struct Desktop(usize);

impl Desktop {
    /// Opens the one that gets the input.
    fn open(access: DESKTOP_ACCESS_FLAGS) -> windows::core::Result<Self> {
        // SAFETY: no pointers go in; the handle that comes out is owned from here on.
        let input = unsafe { OpenInputDesktop(DESKTOP_CONTROL_FLAGS(0), false, access) }?;
        Ok(Self(input.0.expose_provenance()))
    }

    fn handle(&self) -> HDESK {
        HDESK(std::ptr::with_exposed_provenance_mut(self.0))
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // Fails while a thread is attached; the system then closes it with the program.
        // SAFETY: the handle is open and owned by this value.
        let _attached = unsafe { CloseDesktop(self.handle()) };
    }
}

/// Keeps a thread on the desktop that gets the input.
#[derive(Default)]
pub(super) struct Follower {
    attached: Option<Desktop>,
}

impl Follower {
    /// Attaches the calling thread if input goes elsewhere now. The thread must have no windows and no hooks.
    ///
    /// # Errors
    /// [`InputError::Hidden`] when it may not.
    pub(super) fn follow(&mut self) -> Result<(), InputError> {
        match Place::now() {
            Place::Here => Ok(()),
            Place::Hidden => Err(InputError::Hidden),
            Place::Elsewhere(desktop) => {
                // SAFETY: the handle is open, and is kept open while the thread is attached.
                unsafe { SetThreadDesktop(desktop.handle()) }.map_err(|_| InputError::Hidden)?;
                // Only now: the one before can be closed once nothing is attached to it.
                self.attached = Some(desktop);
                Ok(())
            }
        }
    }
}
