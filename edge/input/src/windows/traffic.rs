//! `SendInput`, and what is known of the events that went through it. Shared by sink and watch.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use windows::Win32::Foundation::{ERROR_ACCESS_DENIED, GetLastError, SetLastError, WIN32_ERROR};
use windows::Win32::System::SystemInformation::GetTickCount;
use windows::Win32::UI::Input::KeyboardAndMouse::{
    GetKeyboardLayout, INPUT, INPUT_0, INPUT_KEYBOARD, INPUT_MOUSE, KEYBD_EVENT_FLAGS, KEYBDINPUT,
    KEYEVENTF_EXTENDEDKEY, KEYEVENTF_KEYUP, KEYEVENTF_SCANCODE, KEYEVENTF_UNICODE, MAPVK_VSC_TO_VK_EX,
    MOUSE_EVENT_FLAGS, MOUSEEVENTF_ABSOLUTE, MOUSEEVENTF_MOVE, MOUSEEVENTF_VIRTUALDESK, MOUSEINPUT,
    MapVirtualKeyExW, SendInput, VIRTUAL_KEY,
};
use windows::Win32::UI::WindowsAndMessaging::{GetForegroundWindow, GetWindowThreadProcessId};

use crate::InputError;
use crate::win32::keys::Press;
use crate::win32::mouse::{Mouse, Physical, button};
use crate::win32::origin::Tag;

/// Something that can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    Button(Physical),
    Key(Press),
}

/// One event, without the mark that says whose it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Hold(Held, bool),
    /// A code unit of a character.
    Unit(u16, bool),
    /// To a place on the 65,536 steps of the desktop.
    Move(i32, i32),
    Wheel(Mouse),
}

impl From<Held> for Event {
    fn from(held: Held) -> Self {
        Self::Hold(held, true)
    }
}

/// Which of the two hooks sees it.
const KEYS: usize = 0;
const MOUSE: usize = 1;

pub(super) struct Traffic {
    pub(super) tag: Tag,
    sent: [AtomicU32; 2],
    returned: [AtomicU32; 2],
    sent_ms: AtomicU32,
    /// Where the sink put the pointer last, packed; none yet is a place that no desktop has.
    put: AtomicU64,
    /// What the system takes to be held by the sink.
    down: Mutex<BTreeSet<Held>>,
}

impl Traffic {
    pub(super) fn new(tag: Tag) -> Self {
        Self {
            tag,
            sent: Default::default(),
            returned: Default::default(),
            sent_ms: AtomicU32::new(now_ms()),
            put: AtomicU64::new(pack((i32::MIN, i32::MIN))),
            down: Mutex::default(),
        }
    }

    /// Presses something and remembers that it is down.
    pub(super) fn press(&self, held: Held) -> Result<(), InputError> {
        // Before it is sent: what a rescue does not know of stays down.
        let fresh = self.lock().insert(held);
        let sent = self.send(&[held.into()]);
        if sent.is_err() && fresh {
            self.lock().remove(&held);
        }
        sent
    }

    /// Releases something; `arrives` says whether the system will pass it on. If not it stays remembered, for another
    /// attempt.
    pub(super) fn release(&self, held: Held, arrives: bool) -> Result<(), InputError> {
        self.send(&[Event::Hold(held, false)])?;
        if arrives {
            self.lock().remove(&held);
        }
        Ok(())
    }

    /// What the system takes to be held.
    pub(super) fn down(&self) -> BTreeSet<Held> {
        self.lock().clone()
    }

    /// Releases everything from whatever thread, without waiting for another one.
    pub(super) fn rescue(&self) {
        let down = match self.down.try_lock() {
            Ok(mut down) => std::mem::take(&mut *down),
            Err(TryLockError::Poisoned(down)) => std::mem::take(&mut *down.into_inner()),
            Err(TryLockError::WouldBlock) => return,
        };
        for held in down {
            // Nobody is left to tell.
            let _refused = self.send(&[Event::Hold(held, false)]);
        }
    }

    /// Sends events that no other program's come between.
    ///
    /// # Errors
    /// [`InputError::Hidden`] when the system takes none at the moment.
    pub(super) fn send(&self, events: &[Event]) -> Result<(), InputError> {
        let inputs: Vec<INPUT> = events.iter().map(|event| self.input(*event)).collect();
        let size = i32::try_from(size_of::<INPUT>()).unwrap_or_default();
        self.sent_ms.store(now_ms(), Ordering::Relaxed);
        // SAFETY: whole structures, each of the type that it names, and their true size.
        let (taken, error) = unsafe {
            // It sets none when another program blocks input.
            SetLastError(WIN32_ERROR(0));
            (SendInput(&inputs, size), GetLastError())
        };
        for event in events.iter().take(usize::try_from(taken).unwrap_or_default()) {
            let hook = match event {
                Event::Hold(Held::Key(_), _) | Event::Unit(..) => KEYS,
                Event::Hold(Held::Button(_), _) | Event::Move(..) | Event::Wheel(_) => MOUSE,
            };
            self.sent[hook].fetch_add(1, Ordering::Relaxed);
        }
        self.sent_ms.store(now_ms(), Ordering::Relaxed);
        if usize::try_from(taken).is_ok_and(|taken| taken == events.len()) {
            Ok(())
        } else if error == ERROR_ACCESS_DENIED || error.is_ok() {
            Err(InputError::Hidden)
        } else {
            Err(InputError::Lost(format!("SendInput fails: error {}", error.0)))
        }
    }

    fn input(&self, event: Event) -> INPUT {
        let key = |vk: u16, scan: u16, flags: KEYBD_EVENT_FLAGS, down: bool| INPUT {
            r#type: INPUT_KEYBOARD,
            Anonymous: INPUT_0 {
                ki: KEYBDINPUT {
                    wVk: VIRTUAL_KEY(vk),
                    wScan: scan,
                    dwFlags: if down { flags } else { flags | KEYEVENTF_KEYUP },
                    time: 0,
                    dwExtraInfo: self.tag.extra_info(),
                },
            },
        };
        let mouse = |x: i32, y: i32, mouse: Mouse| INPUT {
            r#type: INPUT_MOUSE,
            Anonymous: INPUT_0 {
                mi: MOUSEINPUT {
                    dx: x,
                    dy: y,
                    mouseData: mouse.data.cast_unsigned(),
                    dwFlags: MOUSE_EVENT_FLAGS(mouse.flags),
                    time: 0,
                    dwExtraInfo: self.tag.extra_info(),
                },
            },
        };
        match event {
            Event::Hold(Held::Key(press), down) => {
                let mut flags = KEYBD_EVENT_FLAGS(0);
                let mut vk = press.vk;
                if vk == 0 {
                    flags |= KEYEVENTF_SCANCODE;
                    vk = virtual_key(press);
                }
                if press.extended {
                    flags |= KEYEVENTF_EXTENDEDKEY;
                }
                key(vk, press.scan, flags, down)
            }
            Event::Unit(unit, down) => key(0, unit, KEYEVENTF_UNICODE, down),
            Event::Hold(Held::Button(which), down) => mouse(0, 0, button(which, down)),
            Event::Wheel(turn) => mouse(0, 0, turn),
            Event::Move(x, y) => {
                let flags = (MOUSEEVENTF_MOVE | MOUSEEVENTF_ABSOLUTE | MOUSEEVENTF_VIRTUALDESK).0;
                mouse(x, y, Mouse { flags, data: 0 })
            }
        }
    }

    /// The pointer is about to be put there.
    pub(super) fn note_put(&self, x: i32, y: i32) {
        self.put.store(pack((x, y)), Ordering::Relaxed);
        self.sent_ms.store(now_ms(), Ordering::Relaxed);
    }

    /// Where the pointer was put last.
    pub(super) fn put(&self) -> Option<(i32, i32)> {
        let put = unpack(self.put.load(Ordering::Relaxed));
        (put != (i32::MIN, i32::MIN)).then_some(put)
    }

    /// An event of the sink came back through the hook for keys or that for the mouse.
    pub(super) fn note_returned(&self, key: bool) {
        self.returned[if key { KEYS } else { MOUSE }].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts of what went out and what came back, for keys and mouse, and when something last went out.
    pub(super) fn counts(&self) -> ([u32; 2], [u32; 2], u32) {
        let read = |counts: &[AtomicU32; 2]| [KEYS, MOUSE].map(|at| counts[at].load(Ordering::Relaxed));
        (
            read(&self.sent),
            read(&self.returned),
            self.sent_ms.load(Ordering::Relaxed),
        )
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Held>> {
        // Each change is whole or has not happened.
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the layout of the program in front makes of a scan code. Windows finds that out by itself and ignores what it
/// is told; not every version of Wine does.
fn virtual_key(press: Press) -> u16 {
    let scan = u32::from(press.scan) | if press.extended { 0xe000 } else { 0 };
    // SAFETY: these take any handle and number.
    let vk = unsafe {
        let layout = GetKeyboardLayout(GetWindowThreadProcessId(GetForegroundWindow(), None));
        MapVirtualKeyExW(scan, MAPVK_VSC_TO_VK_EX, Some(layout))
    };
    u16::try_from(vk).unwrap_or_default()
}

/// Milliseconds since the system started, wrapping around, by the clock of its events.
pub(super) fn now_ms() -> u32 {
    // SAFETY: no arguments.
    unsafe { GetTickCount() }
}

fn pack((x, y): (i32, i32)) -> u64 {
    u64::from(x.cast_unsigned()) << 32 | u64::from(y.cast_unsigned())
}

#[expect(clippy::cast_possible_truncation, reason = "each half is a number of its own")]
fn unpack(packed: u64) -> (i32, i32) {
    (
        ((packed >> 32) as u32).cast_signed(),
        (packed as u32).cast_signed(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_left_of_and_above_the_main_display_can_be_noted() {
        let traffic = Traffic::new(Tag::new(0));
        assert_eq!(traffic.put(), None);
        for (x, y) in [(0, 0), (-1920, 1079), (3, -1), (i32::MAX, i32::MIN)] {
            traffic.note_put(x, y);
            assert_eq!(traffic.put(), Some((x, y)));
        }
    }
}
