//! Presses keys and buttons through XTEST.
//!
//! A press is checked against own windows and sent while the server is grabbed, so that no window can come between
//! the check and the press. Motion needs no check.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use temoto_geometry::Point;
use temoto_keymap::Code;
use x11rb::connection::Connection;
use x11rb::protocol::xkb::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
    MOTION_NOTIFY_EVENT, ModMask, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::guard::Guard;
use super::injected::{Injected, Stimulus};
use super::text::Typewriter;
use super::{connect, use_xkb, use_xtest};
use crate::wheel::Wheel;
use crate::{Button, Held, InputError, InputSink, Locks, OwnWindows, Rescue};

/// The server's numbers of the wheel: up, down, left, right.
const WHEEL_UP: u8 = 4;
const WHEEL_DOWN: u8 = 5;
const WHEEL_LEFT: u8 = 6;
const WHEEL_RIGHT: u8 = 7;

/// Keyboard and mouse of an X server.
pub struct X11Sink {
    device: Device,
    guard: Guard,
    typewriter: Typewriter,
    has_xkb: bool,
    num_lock: u32,
    caps_lock: u32,
    keys: BTreeMap<Code, u8>,
    /// With the number by which the server was told: its button map can change in between.
    buttons: BTreeMap<Button, u8>,
    wheel: [Wheel; 2],
    display: Option<String>,
}

impl std::fmt::Debug for X11Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11Sink")
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

/// The connection, and the list of what went through it.
pub(super) struct Device {
    pub(super) conn: RustConnection,
    root: Window,
    injected: Injected,
}

impl Device {
    fn send(&self, stimulus: Stimulus) -> Result<(), InputError> {
        self.injected.expect(stimulus, Instant::now());
        fake(&self.conn, self.root, stimulus)
    }

    pub(super) fn key(&self, keycode: u8, down: bool) -> Result<(), InputError> {
        self.send(Stimulus::Key { keycode, down })
    }
}

fn fake(conn: &RustConnection, root: Window, stimulus: Stimulus) -> Result<(), InputError> {
    let (kind, detail, x, y) = match stimulus {
        Stimulus::Key { keycode, down: true } => (KEY_PRESS_EVENT, keycode, 0, 0),
        Stimulus::Key { keycode, down: false } => (KEY_RELEASE_EVENT, keycode, 0, 0),
        Stimulus::Button { number, down: true } => (BUTTON_PRESS_EVENT, number, 0, 0),
        Stimulus::Button { number, down: false } => (BUTTON_RELEASE_EVENT, number, 0, 0),
        Stimulus::Motion { x, y } => (MOTION_NOTIFY_EVENT, 0, x, y),
    };
    conn.xtest_fake_input(kind, detail, x11rb::CURRENT_TIME, root, x, y, 0)?;
    Ok(())
}

/// Where a press is going.
#[derive(Clone, Copy)]
pub(super) enum Aim {
    Pointer,
    Focus,
}

/// Checks and presses as one step that no other program comes between.
pub(super) fn guarded(
    device: &Device,
    guard: &Guard,
    aim: Aim,
    press: impl FnOnce(&Device) -> Result<(), InputError>,
) -> Result<(), InputError> {
    device.conn.grab_server()?;
    let covered = match aim {
        Aim::Pointer => guard.covers_pointer(&device.conn),
        Aim::Focus => guard.covers_focus(&device.conn),
    };
    let done = covered.and_then(|covered| {
        if covered {
            Err(InputError::OwnWindow)
        } else {
            press(device)
        }
    });
    // Whatever happened: a grab that stays would stop the whole desktop.
    device.conn.ungrab_server()?;
    device.conn.flush()?;
    done
}

impl X11Sink {
    pub(super) fn open(
        display: Option<&str>,
        own: OwnWindows,
        injected: Injected,
    ) -> Result<Self, InputError> {
        let (conn, root) = connect(display)?;
        use_xtest(&conn)?;
        let has_xkb = use_xkb(&conn)?;
        let guard = Guard::new(&conn, root, own)?;
        let num_lock = conn.intern_atom(false, b"Num Lock")?.reply()?.atom;
        let caps_lock = conn.intern_atom(false, b"Caps Lock")?.reply()?.atom;
        Ok(Self {
            device: Device { conn, root, injected },
            guard,
            typewriter: Typewriter::new(has_xkb),
            has_xkb,
            num_lock,
            caps_lock,
            keys: BTreeMap::new(),
            buttons: BTreeMap::new(),
            wheel: [Wheel::default(); 2],
            display: display.map(str::to_owned),
        })
    }

    /// What releases everything when this value cannot be dropped any more; see [`Rescue`].
    #[must_use]
    pub fn rescue(&self) -> Rescue {
        let (injected, display) = (self.device.injected.clone(), self.display.clone());
        Rescue::new(move || {
            let Some((keys, buttons)) = injected.try_held() else {
                return;
            };
            let Ok((conn, root)) = connect(display.as_deref()) else {
                return;
            };
            for number in buttons {
                drop(fake(&conn, root, Stimulus::Button { number, down: false }));
            }
            for keycode in keys {
                drop(fake(&conn, root, Stimulus::Key { keycode, down: false }));
            }
            drop(conn.sync());
        })
    }

    /// The number that makes the server report `wanted`: for people with the mouse in the left hand it swaps buttons
    /// by a map, for injected ones too.
    fn number_for(&self, wanted: u8) -> Result<u8, InputError> {
        let map = self.device.conn.get_pointer_mapping()?.reply()?.map;
        let at = map.iter().position(|number| *number == wanted);
        Ok(at.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(wanted))
    }

    /// The modifiers that are held, with their keycodes.
    fn held_modifiers(&self) -> impl Iterator<Item = (Code, u8)> {
        self.keys
            .iter()
            .filter(|(code, _)| code.is_modifier())
            .map(|(code, keycode)| (*code, *keycode))
    }
}

impl InputSink for X11Sink {
    fn key(&mut self, code: Code, down: bool) -> Result<(), InputError> {
        if self.keys.contains_key(&code) == down {
            return Ok(());
        }
        let keycode = code.x11_keycode();
        let setup = self.device.conn.setup();
        if !(setup.min_keycode..=setup.max_keycode).contains(&keycode) {
            return Err(InputError::NoSuchKey(code));
        }
        if down {
            guarded(&self.device, &self.guard, Aim::Focus, |device| {
                device.key(keycode, true)
            })?;
            self.keys.insert(code, keycode);
        } else {
            self.device.key(keycode, false)?;
            self.keys.remove(&code);
            self.device.conn.flush()?;
        }
        Ok(())
    }

    fn pointer_to(&mut self, to: Point) -> Result<(), InputError> {
        let inside = |at: i32| i16::try_from(at.clamp(0, i32::from(i16::MAX))).unwrap_or_default();
        self.device.send(Stimulus::Motion {
            x: inside(to.x),
            y: inside(to.y),
        })?;
        self.device.conn.flush()?;
        Ok(())
    }

    fn button(&mut self, button: Button, down: bool) -> Result<(), InputError> {
        let held = self.buttons.get(&button).copied();
        if held.is_some() == down {
            return Ok(());
        }
        if let Some(number) = held {
            self.device.send(Stimulus::Button { number, down: false })?;
            self.buttons.remove(&button);
            self.device.conn.flush()?;
        } else {
            let number = self.number_for(server_button(button))?;
            let press = |device: &Device| device.send(Stimulus::Button { number, down: true });
            guarded(&self.device, &self.guard, Aim::Pointer, press)?;
            self.buttons.insert(button, number);
        }
        Ok(())
    }

    fn wheel(&mut self, dx: i16, dy: i16) -> Result<(), InputError> {
        let [across, along] = &mut self.wheel;
        let notches = [
            (along.turn(dy), WHEEL_DOWN, WHEEL_UP),
            (across.turn(dx), WHEEL_RIGHT, WHEEL_LEFT),
        ];
        for (notches, forward, back) in notches.into_iter().filter(|(notches, ..)| *notches != 0) {
            let number = self.number_for(if notches > 0 { forward } else { back })?;
            guarded(&self.device, &self.guard, Aim::Pointer, |device| {
                for _ in 0..notches.unsigned_abs() {
                    device.send(Stimulus::Button { number, down: true })?;
                    device.send(Stimulus::Button { number, down: false })?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), InputError> {
        // Held modifiers would make shortcuts of the characters.
        let lifted: Vec<(Code, u8)> = self.held_modifiers().collect();
        for (_, keycode) in &lifted {
            self.device.key(*keycode, false)?;
        }
        let typed = self.typewriter.type_text(&self.device, &self.guard, text);
        for (code, keycode) in lifted {
            let press = |device: &Device| device.key(keycode, true);
            if matches!(
                guarded(&self.device, &self.guard, Aim::Focus, press),
                Err(InputError::OwnWindow)
            ) {
                self.keys.remove(&code);
            }
        }
        // The server has it all when this returns.
        self.device.conn.sync()?;
        typed
    }

    fn release_all(&mut self) -> Result<(), InputError> {
        for (_, number) in std::mem::take(&mut self.buttons) {
            self.device.send(Stimulus::Button { number, down: false })?;
        }
        let (modifiers, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.keys)
            .into_iter()
            .partition(|(code, _)| code.is_modifier());
        for (_, keycode) in others.into_iter().chain(modifiers) {
            self.device.key(keycode, false)?;
        }
        self.wheel = [Wheel::default(); 2];
        self.device.conn.sync()?;
        Ok(())
    }

    fn held(&self) -> Held {
        Held {
            keys: self.keys.keys().copied().collect(),
            buttons: self.buttons.keys().copied().collect(),
        }
    }

    fn locks(&mut self) -> Result<Locks, InputError> {
        if !self.has_xkb {
            let pointer = self.device.conn.query_pointer(self.device.root)?.reply()?;
            let caps = u16::from(pointer.mask) & u16::from(ModMask::LOCK) != 0;
            return Ok(Locks {
                caps,
                ..Locks::default()
            });
        }
        let keyboard = u16::from(xkb::ID::USE_CORE_KBD);
        let indicator = |name| {
            let class = xkb::LedClass::DFLT_XI_CLASS;
            self.device
                .conn
                .xkb_get_named_indicator(keyboard, class, xkb::ID::DFLT_XI_ID, name)
        };
        let (caps, num) = (indicator(self.caps_lock)?, indicator(self.num_lock)?);
        let state = self.device.conn.xkb_get_state(keyboard)?.reply()?;
        let (caps, num) = (caps.reply()?, num.reply()?);
        Ok(Locks {
            caps: caps.found && caps.on,
            num: num.found && num.on,
            layout: state.group.into(),
        })
    }

    fn maintain(&mut self) -> Result<Option<Duration>, InputError> {
        self.typewriter.put_back(&self.device.conn, Instant::now())
    }
}

impl Drop for X11Sink {
    fn drop(&mut self) {
        // Nobody is left to tell if the server is gone; then nothing is pressed there either.
        drop(self.release_all());
        drop(self.typewriter.finish(&self.device.conn));
    }
}

/// What the server reports to programs.
fn server_button(button: Button) -> u8 {
    match button {
        Button::Left => 1,
        Button::Middle => 2,
        Button::Right => 3,
        Button::Back => 8,
        Button::Forward => 9,
    }
}
