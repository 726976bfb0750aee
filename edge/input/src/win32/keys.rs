//! What Windows is told about a key.
//!
//! A key goes out as its scan code, so that the layout in use there decides what it means, remote desktops and virtual
//! machines take it, and no key of a Japanese or Korean keyboard is lost on the way. Two keys are the exception: the
//! keyboard sends Pause as `E1 1D 45` and Num Lock as `45`, while `SendInput` knows no `E1` and makes Num Lock of `45`
//! whether Pause was meant or not. Both go out by virtual key, with the scan code that messages have for them (Pause
//! `45`, Num Lock `E0 45`).

use temoto_keymap::{Code, ScanPrefix};

const VK_CANCEL: u16 = 0x03;
const VK_PAUSE: u16 = 0x13;
const VK_NUMLOCK: u16 = 0x90;

/// An unassigned virtual key that no program knows. A tap of it keeps Alt and the Windows key, when they are let go,
/// from opening menus.
pub(crate) const MASK: Press = Press {
    vk: 0xe8,
    scan: 0,
    extended: false,
};

/// Enter and Tab, as text presses them.
pub(crate) const ENTER: Press = Press::scanned(0x1c, false);
pub(crate) const TAB: Press = Press::scanned(0x0f, false);

/// A key as `KEYBDINPUT` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Press {
    /// The virtual key, or 0: Windows then takes it from the scan code and the layout.
    pub(crate) vk: u16,
    /// The make code, without a prefix.
    pub(crate) scan: u16,
    /// Whether the prefix `E0` belongs to it.
    pub(crate) extended: bool,
}

impl Press {
    const fn scanned(scan: u16, extended: bool) -> Self {
        Self {
            vk: 0,
            scan,
            extended,
        }
    }
}

/// How to press a key; `None` for keys without a scan code. With Control held Pause is Break (`E0 46`, `VK_CANCEL`),
/// as keyboards send it: what stops programs in consoles. The release must be that of the press, whatever Control does in between.
///
/// Alt Gr is right Alt and nothing more: where a layout makes Control+Alt of it, Windows adds the left Control itself.
pub(crate) fn press(code: Code, control: bool) -> Option<Press> {
    let scan = code.scan_code()?;
    Some(match code {
        Code::Pause if control => Press {
            vk: VK_CANCEL,
            scan: 0x46,
            extended: true,
        },
        Code::Pause => Press {
            vk: VK_PAUSE,
            scan: 0x45,
            extended: false,
        },
        Code::NumLock => Press {
            vk: VK_NUMLOCK,
            scan: 0x45,
            extended: true,
        },
        _ => Press::scanned(u16::from(scan.code), scan.prefix != ScanPrefix::None),
    })
}

/// Whether a key that is held is pressed again and again, as keyboards do. Not those that switch something: a line
/// that stalls must not turn the input method on and off. (`Backquote` is 半角/全角 on a Japanese keyboard.)
pub(crate) fn repeats(code: Code) -> bool {
    /// Above are media keys.
    const KEYBOARD_PAGE: std::ops::Range<u16> = 0..0x1000;

    let switches = matches!(
        code,
        Code::CapsLock
            | Code::NumLock
            | Code::ScrollLock
            | Code::Pause
            | Code::PrintScreen
            | Code::Power
            | Code::AudioVolumeMute
            | Code::Backquote
            | Code::KanaMode
            | Code::Convert
            | Code::NonConvert
            | Code::Lang1
            | Code::Lang2
            | Code::Lang3
            | Code::Lang4
            | Code::Lang5
    );
    KEYBOARD_PAGE.contains(&code.number()) && !switches && !code.is_modifier()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn japanese_and_korean_keys_are_their_scan_codes() {
        for (code, scan) in [
            (Code::Backquote, 0x29),
            (Code::Convert, 0x79),
            (Code::NonConvert, 0x7b),
            (Code::KanaMode, 0x70),
            (Code::IntlYen, 0x7d),
            (Code::IntlRo, 0x73),
            (Code::Lang1, 0x72),
            (Code::Lang2, 0x71),
            (Code::F13, 0x64),
            (Code::F24, 0x76),
        ] {
            assert_eq!(press(code, false), Some(Press::scanned(scan, false)), "{code}");
        }
    }

    #[test]
    fn navigation_and_numpad_differ_by_the_prefix() {
        for (number, key, scan) in [
            (Code::Numpad7, Code::Home, 0x47),
            (Code::Numpad8, Code::ArrowUp, 0x48),
            (Code::NumpadDecimal, Code::Delete, 0x53),
            (Code::Enter, Code::NumpadEnter, 0x1c),
            (Code::Slash, Code::NumpadDivide, 0x35),
            (Code::NumpadMultiply, Code::PrintScreen, 0x37),
            (Code::AltLeft, Code::AltRight, 0x38),
            (Code::ControlLeft, Code::ControlRight, 0x1d),
        ] {
            assert_eq!(
                press(number, false),
                Some(Press::scanned(scan, false)),
                "{number}"
            );
            assert_eq!(press(key, false), Some(Press::scanned(scan, true)), "{key}");
        }
    }

    #[test]
    fn media_keys_are_their_scan_codes_with_the_prefix() {
        for (code, scan) in [
            (Code::MediaPlayPause, 0x22),
            (Code::MediaTrackPrevious, 0x10),
            (Code::MediaTrackNext, 0x19),
            (Code::AudioVolumeMute, 0x20),
            (Code::AudioVolumeDown, 0x2e),
            (Code::AudioVolumeUp, 0x30),
        ] {
            assert_eq!(press(code, false), Some(Press::scanned(scan, true)), "{code}");
        }
    }

    #[test]
    fn pause_and_num_lock_cannot_be_mixed_up() {
        let pause = press(Code::Pause, false).unwrap();
        let lock = press(Code::NumLock, false).unwrap();
        assert_eq!((pause.vk, pause.scan, pause.extended), (0x13, 0x45, false));
        assert_eq!((lock.vk, lock.scan, lock.extended), (0x90, 0x45, true));
        assert_eq!(press(Code::NumLock, true), Some(lock));
        let stop = press(Code::Pause, true).unwrap();
        assert_eq!((stop.vk, stop.scan, stop.extended), (0x03, 0x46, true));
    }

    #[test]
    fn no_two_keys_are_the_same_press_and_keys_without_scan_code_are_none() {
        let presses: Vec<Press> = Code::all().filter_map(|code| press(code, false)).collect();
        assert_eq!(presses.iter().collect::<BTreeSet<_>>().len(), presses.len());
        assert!(!presses.contains(&MASK));
        assert_eq!(press(Code::Find, false), None);
        assert_eq!(press(Code::Lang5, true), None);
    }

    #[test]
    fn letters_and_arrows_repeat_and_switches_do_not() {
        for code in [
            Code::KeyA,
            Code::ArrowDown,
            Code::Backspace,
            Code::IntlRo,
            Code::AudioVolumeUp,
        ] {
            assert!(repeats(code), "{code}");
        }
        for code in [
            Code::ShiftLeft,
            Code::MetaRight,
            Code::CapsLock,
            Code::Backquote,
            Code::Convert,
            Code::MediaPlayPause,
            Code::Sleep,
        ] {
            assert!(!repeats(code), "{code}");
        }
    }
}
