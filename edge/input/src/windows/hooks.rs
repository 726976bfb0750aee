//! The low-level hooks: they see every key, button and motion before any program does, and take nothing away.
//!
//! Windows calls them on the thread that put them in, while it looks for messages, and holds all input of the desktop
//! until they return. So they do next to nothing: a comparison, a counter, at most a note for another thread.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Instant;

use windows::Win32::Foundation::{HINSTANCE, LPARAM, LRESULT, POINT, WPARAM};
use windows::Win32::System::LibraryLoader::GetModuleHandleW;
use windows::Win32::UI::WindowsAndMessaging::{
    CallNextHookEx, GetCursorPos, HC_ACTION, HHOOK, KBDLLHOOKSTRUCT, LLKHF_EXTENDED, LLKHF_UP,
    MSLLHOOKSTRUCT, SetWindowsHookExW, UnhookWindowsHookEx, WH_KEYBOARD_LL, WH_MOUSE_LL, WM_MOUSEMOVE,
};

use super::traffic::{Traffic, now_ms};
use crate::sightings::Sightings;
use crate::win32::origin::{Origin, Pointer, of_key};
use crate::win32::shortcut::Shortcut;
use crate::{ActivityKind, InputError};

/// What the hooks of a thread need.
pub(super) struct Reader {
    sightings: Sightings,
    traffic: Arc<Traffic>,
    pointer: Pointer,
    shortcut: Shortcut,
    seen_ms: u32,
}

thread_local! {
    /// Hooks get no argument of their own.
    static READER: RefCell<Option<Reader>> = const { RefCell::new(None) };
}

impl Reader {
    /// Makes this the reader of the calling thread's hooks. Needs physical pixels.
    pub(super) fn place(sightings: Sightings, traffic: Arc<Traffic>) {
        let mut at = POINT::default();
        // SAFETY: the place for the position lives until the call returns.
        let known = unsafe { GetCursorPos(&raw mut at) }.is_ok();
        let reader = Self {
            sightings,
            traffic,
            pointer: Pointer::new(known.then_some((at.x, at.y))),
            shortcut: Shortcut::default(),
            seen_ms: now_ms(),
        };
        READER.with_borrow_mut(|place| *place = Some(reader));
    }

    /// When a hook of the calling thread was last called.
    pub(super) fn seen_ms() -> u32 {
        with_reader(|reader| reader.seen_ms).unwrap_or_default()
    }

    /// Keys may have been released unseen.
    pub(super) fn forget_keys() {
        with_reader(|reader| reader.shortcut.forget());
    }

    fn key(&mut self, event: &KBDLLHOOKSTRUCT) {
        self.seen_ms = now_ms();
        match of_key(self.traffic.tag, event.dwExtraInfo, event.scanCode) {
            Origin::Sink => self.traffic.note_returned(true),
            Origin::System => {}
            Origin::Hand => {
                self.sightings.activity(ActivityKind::Key);
                let extended = event.flags.contains(LLKHF_EXTENDED);
                let down = !event.flags.contains(LLKHF_UP);
                if self
                    .shortcut
                    .key(event.vkCode, event.scanCode, extended, down, Instant::now())
                {
                    self.sightings.end();
                }
            }
        }
    }

    fn mouse(&mut self, message: u32, event: &MSLLHOOKSTRUCT) {
        self.seen_ms = now_ms();
        let own = self.traffic.tag.marks(event.dwExtraInfo);
        if own {
            self.traffic.note_returned(false);
        }
        if message != WM_MOUSEMOVE {
            if !own {
                self.sightings.activity(ActivityKind::Button);
            }
            return;
        }
        let at = (event.pt.x, event.pt.y);
        if self.pointer.moved(own, at, self.traffic.put()) == Origin::Hand {
            self.sightings.activity(ActivityKind::Motion);
        }
    }
}

fn with_reader<T>(use_it: impl FnOnce(&mut Reader) -> T) -> Option<T> {
    // Never borrowed twice: nothing that is done with a reader looks for messages.
    READER.with(|place| place.try_borrow_mut().ok()?.as_mut().map(use_it))
}

/// Both hooks, taken out when dropped.
pub(super) struct Hooks([HHOOK; 2]);

impl Hooks {
    /// Puts them in. The calling thread must look for messages from now on.
    ///
    /// # Errors
    /// [`InputError::Lost`] when the system refuses.
    pub(super) fn install() -> Result<Self, InputError> {
        let refused = |error: windows::core::Error| InputError::Lost(format!("no hook: {error}"));
        // SAFETY: asks for the program's own file, which stays loaded; the hooks live in it and have the signature of
        // their kind.
        unsafe {
            let program = HINSTANCE::from(GetModuleHandleW(None).map_err(refused)?);
            let keyboard =
                SetWindowsHookExW(WH_KEYBOARD_LL, Some(keyboard), Some(program), 0).map_err(refused)?;
            match SetWindowsHookExW(WH_MOUSE_LL, Some(mouse), Some(program), 0) {
                Ok(mouse) => Ok(Self([keyboard, mouse])),
                Err(error) => {
                    let _gone = UnhookWindowsHookEx(keyboard);
                    Err(refused(error))
                }
            }
        }
    }
}

impl Hooks {
    /// What the system does to hooks that are too slow.
    pub(super) fn remove(&self) {
        for hook in self.0 {
            // Fails for one that is removed already.
            // SAFETY: takes any handle.
            let _gone = unsafe { UnhookWindowsHookEx(hook) };
        }
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        self.remove();
    }
}

unsafe extern "system" fn keyboard(code: i32, message: WPARAM, event: LPARAM) -> LRESULT {
    if code.cast_unsigned() == HC_ACTION {
        // SAFETY: with this code Windows passes such a structure, which lives until the hook returns.
        let event = unsafe { *std::ptr::with_exposed_provenance::<KBDLLHOOKSTRUCT>(event.0.cast_unsigned()) };
        with_reader(|reader| reader.key(&event));
    }
    // SAFETY: passes on what came in.
    unsafe { CallNextHookEx(None, code, message, event) }
}

unsafe extern "system" fn mouse(code: i32, message: WPARAM, event: LPARAM) -> LRESULT {
    if code.cast_unsigned() == HC_ACTION {
        // SAFETY: with this code Windows passes such a structure, which lives until the hook returns.
        let event = unsafe { *std::ptr::with_exposed_provenance::<MSLLHOOKSTRUCT>(event.0.cast_unsigned()) };
        let message = u32::try_from(message.0).unwrap_or_default();
        with_reader(|reader| reader.mouse(message, &event));
    }
    // SAFETY: passes on what came in.
    unsafe { CallNextHookEx(None, code, message, event) }
}
