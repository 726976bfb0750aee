//! Ctrl+Alt+E, as the customer presses it.
//!
//! Followed by what the keyboard hook sees, which comes before any input method and whatever program has the focus;
//! nothing is taken away from that program. Only the customer's own keys count: the operator cannot end a session
//! this way, nor complete a combination that the customer began. The Control that Windows adds to Alt Gr is not the
//! customer's, so Alt Gr+E (€ on many layouts) ends nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const VK_CONTROL: [u32; 3] = [0x11, 0xa2, 0xa3];
const VK_ALT: [u32; 3] = [0x12, 0xa4, 0xa5];
const VK_E: u32 = 0x45;
const VK_LETTERS: std::ops::RangeInclusive<u32> = 0x41..=0x5a;
/// Where E is on a keyboard with Latin letters, for layouts that put none there.
const SCAN_OF_E: u32 = 0x12;
/// Virtual keys that are characters of another program and no keys (`VK_PACKET`).
const VK_PACKET: u32 = 0xe7;

/// Nobody holds modifiers that long before the letter; their release was missed (it went to a desktop that no hook
/// sees, as after Ctrl+Alt+Del).
const STALE: Duration = Duration::from_secs(20);
/// More keys than hands can hold.
const MOST: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Control,
    Alt,
    Letter,
}

/// Which part a key has, by the virtual key that the layout makes of it.
fn role(vk: u32, scan: u32) -> Option<Role> {
    if VK_CONTROL.contains(&vk) {
        Some(Role::Control)
    } else if VK_ALT.contains(&vk) {
        Some(Role::Alt)
    } else if vk == VK_E || scan == SCAN_OF_E && !VK_LETTERS.contains(&vk) && vk != VK_PACKET {
        Some(Role::Letter)
    } else {
        None
    }
}

/// Follows the customer's keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shortcut {
    /// By place on the keyboard (the virtual key can change with the layout while a key is held).
    held: BTreeMap<(u32, bool), (Role, Instant)>,
}

impl Shortcut {
    /// A key of the customer went down or up; returns whether that completes the shortcut.
    pub(crate) fn key(&mut self, vk: u32, scan: u32, extended: bool, down: bool, now: Instant) -> bool {
        // Programs that press by virtual key alone have no scan code.
        let place = if scan == 0 {
            (vk << 16, extended)
        } else {
            (scan, extended)
        };
        if !down {
            self.held.remove(&place);
            return false;
        }
        let Some(role) = role(vk, scan) else { return false };
        self.held
            .retain(|_, (_, since)| now.saturating_duration_since(*since) < STALE);
        if self.held.len() >= MOST {
            self.held.clear();
        }
        let fresh = self.held.insert(place, (role, now)).is_none();
        let holds = |wanted| self.held.values().any(|(role, _)| *role == wanted);
        fresh && role == Role::Letter && holds(Role::Control) && holds(Role::Alt)
    }

    /// Keys may have been released unseen.
    pub(crate) fn forget(&mut self) {
        self.held.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT_CONTROL: (u32, u32, bool) = (0xa2, 0x1d, false);
    const LEFT_ALT: (u32, u32, bool) = (0xa4, 0x38, false);
    const RIGHT_ALT: (u32, u32, bool) = (0xa5, 0x38, true);
    const E: (u32, u32, bool) = (0x45, 0x12, false);

    fn presses(order: &[(u32, u32, bool)]) -> Vec<bool> {
        let (mut shortcut, now) = (Shortcut::default(), Instant::now());
        order
            .iter()
            .map(|(vk, scan, extended)| shortcut.key(*vk, *scan, *extended, true, now))
            .collect()
    }

    #[test]
    fn it_takes_both_modifiers_and_the_letter_last() {
        assert_eq!(presses(&[LEFT_CONTROL, LEFT_ALT, E]), [false, false, true]);
        assert_eq!(
            presses(&[RIGHT_ALT, (0x41, 0x1e, false), LEFT_CONTROL, E]),
            [false, false, false, true]
        );
        assert_eq!(presses(&[E, LEFT_ALT, LEFT_CONTROL]), [false; 3]);
        assert_eq!(presses(&[LEFT_CONTROL, E]), [false; 2]);
    }

    #[test]
    fn alt_gr_alone_ends_nothing() {
        // The Control that comes with it was sorted out before.
        assert_eq!(presses(&[RIGHT_ALT, E]), [false; 2]);
    }

    #[test]
    fn a_repeating_key_completes_it_once_and_released_modifiers_do_not_count() {
        assert_eq!(
            presses(&[LEFT_CONTROL, LEFT_ALT, LEFT_ALT, E, E]),
            [false, false, false, true, false]
        );
        let (mut shortcut, now) = (Shortcut::default(), Instant::now());
        shortcut.key(0xa2, 0x1d, false, true, now);
        shortcut.key(0x11, 0x1d, false, false, now);
        shortcut.key(0xa4, 0x38, false, true, now);
        assert!(!shortcut.key(0x45, 0x12, false, true, now));
    }

    #[test]
    fn the_letter_is_where_the_layout_has_it() {
        // Dvorak has E on the D key; a layout without Latin letters has none.
        assert!(presses(&[LEFT_CONTROL, LEFT_ALT, (0x45, 0x20, false)])[2]);
        assert!(!presses(&[LEFT_CONTROL, LEFT_ALT, (0x46, 0x12, false)])[2]);
        assert!(presses(&[LEFT_CONTROL, LEFT_ALT, (0xba, 0x12, false)])[2]);
        // A program that types "e" presses no key.
        assert!(!presses(&[LEFT_CONTROL, LEFT_ALT, (VK_PACKET, 0x12, false)])[2]);
    }

    #[test]
    fn programs_without_scan_codes_can_press_it_too() {
        assert!(presses(&[(0x11, 0, false), (0x12, 0, false), (0x45, 0, false)])[2]);
    }

    #[test]
    fn modifiers_whose_release_was_missed_do_not_count_for_ever() {
        let (mut shortcut, now) = (Shortcut::default(), Instant::now());
        shortcut.key(0xa2, 0x1d, false, true, now);
        shortcut.key(0xa4, 0x38, false, true, now);
        let mut other = shortcut.clone();
        assert!(!other.key(0x45, 0x12, false, true, now + STALE));
        shortcut.forget();
        assert!(!shortcut.key(0x45, 0x12, false, true, now));
    }
}
