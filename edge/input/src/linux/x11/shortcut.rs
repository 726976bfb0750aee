//! Ctrl+Alt+E, as the customer presses it.
//!
//! Followed by raw key events, which come whatever program has the focus or a grab; nothing is taken away from the
//! focused program. Only the customer's own keys count: the operator cannot end a session this way, nor complete a
//! combination that the customer began.

use std::collections::BTreeSet;

/// Keycodes of the letters, digits and marks of a keyboard: where a letter can be.
const WRITING_KEYS: std::ops::RangeInclusive<u8> = 10..=61;
/// Where E is on a keyboard with Latin letters (X11 keycode), for layouts that have none.
const PLACE_OF_E: u8 = 26;

const CONTROL: [u32; 2] = [0xffe3, 0xffe4];
/// Alt and Meta: layouts have either on the Alt keys.
const ALT: [u32; 4] = [0xffe9, 0xffea, 0xffe7, 0xffe8];
const E: [u32; 2] = ['e' as u32, 'E' as u32];

/// Which keycodes take part, by the layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    control: BTreeSet<u8>,
    alt: BTreeSet<u8>,
    letter: BTreeSet<u8>,
}

impl Keys {
    /// Reads a core keyboard map: keysyms of `first` and the keycodes after it, `per_keycode` each.
    pub(super) fn from_map(first: u8, per_keycode: u8, keysyms: &[u32]) -> Self {
        let mut keys = Self::default();
        let rows = keysyms.chunks_exact(usize::from(per_keycode.max(1)));
        for (keycode, row) in (first..=u8::MAX).zip(rows) {
            // The first column of each group: what the key is without modifiers.
            for keysym in row.iter().step_by(2) {
                if CONTROL.contains(keysym) {
                    keys.control.insert(keycode);
                }
                if ALT.contains(keysym) {
                    keys.alt.insert(keycode);
                }
                if E.contains(keysym) && WRITING_KEYS.contains(&keycode) {
                    keys.letter.insert(keycode);
                }
            }
        }
        if keys.letter.is_empty() {
            keys.letter.insert(PLACE_OF_E);
        }
        keys
    }
}

/// Follows the customer's keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Shortcut {
    held: BTreeSet<u8>,
}

impl Shortcut {
    /// A key of the customer went down or up; returns whether that completes the shortcut.
    pub(super) fn key(&mut self, keys: &Keys, keycode: u8, down: bool) -> bool {
        if !down {
            self.held.remove(&keycode);
            return false;
        }
        let fresh = self.held.insert(keycode);
        let holds = |those: &BTreeSet<u8>| !those.is_disjoint(&self.held);
        fresh && keys.letter.contains(&keycode) && holds(&keys.control) && holds(&keys.alt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT_CONTROL: u8 = 37;
    const LEFT_ALT: u8 = 64;

    fn keys(letters: &[(u8, u32)]) -> Keys {
        let mut map = vec![0; 248 * 4];
        let mut set =
            |keycode: u8, keysym: u32, column: usize| map[(usize::from(keycode) - 8) * 4 + column] = keysym;
        set(LEFT_CONTROL, 0xffe3, 0);
        set(LEFT_ALT, 0xffe9, 0);
        set(LEFT_ALT, 0xffe7, 1);
        for (keycode, keysym) in letters {
            set(*keycode, *keysym, if *keysym > 0xff { 0 } else { 2 });
        }
        Keys::from_map(8, 4, &map)
    }

    fn presses(keys: &Keys, order: &[u8]) -> Vec<bool> {
        let mut shortcut = Shortcut::default();
        order
            .iter()
            .map(|keycode| shortcut.key(keys, *keycode, true))
            .collect()
    }

    #[test]
    fn it_takes_both_modifiers_and_the_letter_last() {
        let keys = keys(&[(26, 0x65)]);
        assert_eq!(
            presses(&keys, &[LEFT_CONTROL, LEFT_ALT, 26]),
            [false, false, true]
        );
        assert_eq!(
            presses(&keys, &[LEFT_ALT, 50, LEFT_CONTROL, 26]),
            [false, false, false, true]
        );
        assert_eq!(presses(&keys, &[26, LEFT_ALT, LEFT_CONTROL]), [false; 3]);
        assert_eq!(presses(&keys, &[LEFT_CONTROL, 26]), [false; 2]);
    }

    #[test]
    fn a_repeating_key_completes_it_once_and_released_modifiers_do_not_count() {
        let keys = keys(&[(26, 0x65)]);
        assert_eq!(
            presses(&keys, &[LEFT_CONTROL, LEFT_ALT, 26, 26]),
            [false, false, true, false]
        );
        let mut shortcut = Shortcut::default();
        shortcut.key(&keys, LEFT_CONTROL, true);
        shortcut.key(&keys, LEFT_CONTROL, false);
        shortcut.key(&keys, LEFT_ALT, true);
        assert!(!shortcut.key(&keys, 26, true));
    }

    #[test]
    fn the_letter_is_where_the_layout_has_it() {
        // Dvorak has E on the D key; a Russian layout beside it has no Latin letters.
        assert!(presses(&keys(&[(40, 0x65)]), &[LEFT_CONTROL, LEFT_ALT, 40])[2]);
        assert!(!presses(&keys(&[(40, 0x65)]), &[LEFT_CONTROL, LEFT_ALT, 26])[2]);
        assert!(presses(&keys(&[(26, 0x6d5)]), &[LEFT_CONTROL, LEFT_ALT, 26])[2]);
        // A keycode that is only borrowed to type text is no place of a letter.
        assert!(presses(&keys(&[(200, 0x65)]), &[LEFT_CONTROL, LEFT_ALT, 26])[2]);
    }
}
