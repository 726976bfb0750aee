//! Types characters that may be on no key, by lending keysyms to keycodes that no key has.
//!
//! A lent keycode has the character on both levels of the standard type "alphabetic", in one group: Shift, Caps Lock
//! and the layout in use make no difference to it. ASCII is lent in the Unicode form of keysyms: programs take both
//! forms, but input methods take only the older one for keys, and would make kana of it. The other Latin-1 characters
//! have the older form, as xterm wants them.
//!
//! Programs learn of a new keysym by an event that comes before the key press, but they fetch the map only when they
//! come to it, and get the one that is valid by then. So a keycode must not get another character until slow programs
//! have dealt with its last press: keycodes are many, used in turn, and rest before they are lent again or given back.
//! What is lent is given back once typing has rested for a while, and when the sink goes.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

use temoto_keymap::{Code, keysym_of_char};
use x11rb::protocol::xkb::KeySymMap;
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::guard::Guard;
use super::keymap::{is_spare, lent_key, lent_keysym, read_map, set_key, unused_key};
use super::sink::{Aim, Device, guarded};
use crate::InputError;

/// A keycode keeps its character this long after its last press.
const REST: Duration = Duration::from_millis(1_000);
/// Programs get this long to hear of a batch of new keysyms, in case they read events and map on different paths.
const SETTLE: Duration = Duration::from_millis(12);
/// Between two characters, so that programs that poll see press and release apart.
const PACE: Duration = Duration::from_millis(2);
/// Typing has rested: the keymap is put back. Long enough for a program that hung for a moment.
const IDLE: Duration = Duration::from_secs(10);
/// The lowest keycode that is lent. 8 stands for evdev's "reserved", which some programs drop.
const LOWEST: u8 = 9;
/// Marks a keysym that is a Unicode scalar value.
const UNICODE: u32 = 0x0100_0000;

/// One keycode that no key has.
struct Slot {
    keycode: u8,
    /// What it was before it was lent.
    original: KeySymMap,
    keysym: Option<u32>,
    pressed: Option<Instant>,
}

/// The lent keycodes.
pub(super) struct Typewriter {
    enabled: bool,
    slots: Vec<Slot>,
}

/// What one character needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stroke {
    /// A key that every keyboard has.
    Key(u8),
    /// A keysym on a lent keycode.
    Keysym(u32),
}

impl Stroke {
    /// `None` for control characters without a key. A line end of two characters is one stroke.
    fn of(text: &str) -> impl Iterator<Item = Self> {
        let mut before = None;
        text.chars().filter_map(move |char| {
            let second = before.replace(char) == Some('\r') && char == '\n';
            match char {
                '\n' if second => None,
                '\n' | '\r' => Some(Self::Key(Code::Enter.x11_keycode())),
                '\t' => Some(Self::Key(Code::Tab.x11_keycode())),
                _ if char.is_control() => None,
                _ if char.is_ascii() => Some(Self::Keysym(UNICODE | u32::from(char))),
                _ => keysym_of_char(char).map(Self::Keysym),
            }
        })
    }
}

impl Typewriter {
    pub(super) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            slots: Vec::new(),
        }
    }

    /// Types, and returns when the last key is released.
    pub(super) fn type_text(&mut self, device: &Device, guard: &Guard, text: &str) -> Result<(), InputError> {
        let strokes: Vec<Stroke> = Stroke::of(text).collect();
        if strokes.is_empty() {
            return Ok(());
        }
        // Nothing is lent for text that nobody may type.
        guarded(device, guard, Aim::Focus, |_| Ok(()))?;
        if strokes.iter().any(|stroke| matches!(stroke, Stroke::Keysym(_))) {
            self.look(&device.conn)?;
        }
        let mut rest = strokes.as_slice();
        while !rest.is_empty() {
            let count = self.lend_for(&device.conn, rest)?;
            let (now, later) = rest.split_at(count);
            for stroke in now {
                self.strike(device, guard, *stroke)?;
            }
            rest = later;
        }
        Ok(())
    }

    fn strike(&mut self, device: &Device, guard: &Guard, stroke: Stroke) -> Result<(), InputError> {
        let keycode = match stroke {
            Stroke::Key(keycode) => keycode,
            Stroke::Keysym(keysym) => {
                let slot = self.slots.iter_mut().find(|slot| slot.keysym == Some(keysym));
                let slot = slot.ok_or(InputError::NoTextPath)?;
                slot.pressed = Some(Instant::now());
                slot.keycode
            }
        };
        guarded(device, guard, Aim::Focus, |device| {
            device.key(keycode, true)?;
            device.key(keycode, false)
        })?;
        sleep(PACE);
        Ok(())
    }

    /// Lends keysyms to as many of the next strokes as there are keycodes for; returns how many can be typed now, at
    /// least one.
    fn lend_for(&mut self, conn: &RustConnection, strokes: &[Stroke]) -> Result<usize, InputError> {
        let mut needed = BTreeSet::new();
        let mut count = 0;
        for stroke in strokes {
            if let Stroke::Keysym(keysym) = stroke
                && !needed.contains(keysym)
            {
                if needed.len() == self.slots.len() {
                    break;
                }
                needed.insert(*keysym);
            }
            count += 1;
        }
        let missing: Vec<u32> = needed
            .iter()
            .filter(|keysym| self.slots.iter().all(|slot| slot.keysym != Some(**keysym)))
            .copied()
            .collect();
        if missing.is_empty() {
            return if count == 0 {
                Err(InputError::NoTextPath)
            } else {
                Ok(count)
            };
        }
        let mut free: Vec<&mut Slot> = self
            .slots
            .iter_mut()
            .filter(|slot| slot.keysym.is_none_or(|keysym| !needed.contains(&keysym)))
            .collect();
        // Never lent first, then those that rest longest.
        free.sort_by_key(|slot| slot.pressed);
        let mut last = Instant::now();
        for (slot, keysym) in free.into_iter().zip(missing) {
            if let Some(pressed) = slot.pressed {
                sleep((pressed + REST).saturating_duration_since(last));
                last = Instant::now();
            }
            set_key(conn, slot.keycode, lent_key(keysym))?;
            slot.keysym = Some(keysym);
            slot.pressed = None;
        }
        conn.sync()?;
        sleep(SETTLE);
        Ok(count)
    }

    /// Finds the keycodes to lend, and what became of those that are lent: another program may have loaded another
    /// keymap since.
    fn look(&mut self, conn: &RustConnection) -> Result<(), InputError> {
        if !self.enabled {
            return Err(InputError::NoTextPath);
        }
        let map = read_map(conn)?;
        let keys = conn.get_modifier_mapping()?.reply()?.keycodes;
        let modifiers: BTreeSet<u8> = keys.into_iter().collect();
        let syms = map.map.syms_rtrn.unwrap_or_default();
        let mut slots = Vec::new();
        for (keycode, key) in (map.first_key_sym..=map.max_key_code).zip(syms) {
            if keycode < LOWEST || modifiers.contains(&keycode) || Code::from_x11_keycode(keycode).is_some() {
                continue;
            }
            let lent = lent_keysym(&key);
            let known = self.slots.iter().find(|slot| slot.keycode == keycode);
            let (original, pressed) = match (lent, known) {
                (Some(_), Some(slot)) if slot.keysym == lent => (slot.original.clone(), slot.pressed),
                // Left behind by a program that was killed: it may have been pressed just now, and what it was before
                // is lost.
                (Some(_), _) => (unused_key(), Some(Instant::now())),
                (None, _) if is_spare(&key) => (key, None),
                (None, _) => continue,
            };
            slots.push(Slot {
                keycode,
                original,
                keysym: lent,
                pressed,
            });
        }
        // Keycodes that mean nothing come first.
        slots.sort_by_key(|slot| !slot.original.syms.is_empty());
        self.slots = slots;
        if self.slots.is_empty() {
            Err(InputError::NoTextPath)
        } else {
            Ok(())
        }
    }

    /// Gives back what has rested. Returns when to ask again, `None` when nothing is lent.
    pub(super) fn put_back(
        &mut self,
        conn: &RustConnection,
        now: Instant,
    ) -> Result<Option<Duration>, InputError> {
        let lent = || self.slots.iter().filter(|slot| slot.keysym.is_some());
        if lent().next().is_none() {
            return Ok(None);
        }
        let idle = lent()
            .filter_map(|slot| slot.pressed)
            .max()
            .map_or(Duration::ZERO, |last| {
                (last + IDLE).saturating_duration_since(now)
            });
        if idle > Duration::ZERO {
            return Ok(Some(idle));
        }
        self.give_back(conn)?;
        Ok(None)
    }

    /// Gives everything back before the end.
    pub(super) fn finish(&mut self, conn: &RustConnection) -> Result<(), InputError> {
        let last = self.slots.iter().filter_map(|slot| slot.pressed).max();
        if let Some(last) = last {
            sleep((last + REST).saturating_duration_since(Instant::now()));
        }
        self.give_back(conn)
    }

    fn give_back(&mut self, conn: &RustConnection) -> Result<(), InputError> {
        if self.slots.iter().all(|slot| slot.keysym.is_none()) {
            return Ok(());
        }
        let syms = read_map(conn)?;
        for slot in &mut self.slots {
            let Some(keysym) = slot.keysym.take() else {
                continue;
            };
            slot.pressed = None;
            let at = usize::from(slot.keycode.saturating_sub(syms.first_key_sym));
            let now = syms
                .map
                .syms_rtrn
                .as_ref()
                .and_then(|syms| syms.get(at))
                .and_then(lent_keysym);
            // Another keymap was loaded: what is there now is not ours.
            if now == Some(keysym) {
                set_key(conn, slot.keycode, slot.original.clone())?;
            }
        }
        conn.sync()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_tabulators_are_keys_and_other_controls_nothing() {
        let (enter, tab) = (Stroke::Key(36), Stroke::Key(23));
        let strokes: Vec<_> = Stroke::of("a\r\n\n\r\tあ\u{1b}\u{8}\u{7f}\u{85}\0").collect();
        let expected = [
            Stroke::Keysym(0x0100_0061),
            enter,
            enter,
            enter,
            tab,
            Stroke::Keysym(0x0100_3042),
        ];
        assert_eq!(strokes, expected);
    }
}
