//! The type of a key and its numbers elsewhere. The rows themselves are in `table.rs`.

use std::fmt;

pub use crate::table::Code;
use crate::table::{ROWS, Row};

/// X11 keycodes are evdev keycodes plus this (8 is the lowest keycode that the X protocol allows).
const X11_OFFSET: u8 = 8;

/// A number that stands for no key in this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCode(pub u16);

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no key has the number {:#06x}", self.0)
    }
}

impl std::error::Error for UnknownCode {}

/// What stands before a set-1 scan code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScanPrefix {
    /// Nothing: the keys of the first PC.
    None,
    /// `E0`, the "extended" flag of Windows.
    E0,
    /// `E1`: only Pause, whose full sequence is `E1 1D 45`.
    E1,
}

/// A scan code of set 1, as the keyboard of a PC sends it and Windows takes it.
///
/// As on the hardware, Num Lock is plain `45` and Pause is `E1 1D`. Windows *messages* swap that (Pause `45`, Num
/// Lock `E0 45`); whoever reads messages instead of the keyboard has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScanCode {
    /// What stands before.
    pub prefix: ScanPrefix,
    /// The make code, 1 to 0x7F.
    pub code: u8,
}

impl Code {
    /// Every key there is, by ascending number.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        ROWS.iter().map(|row| row.code)
    }

    /// The number on the wire. It never changes; see `table.rs` for how it is made.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The key of a number from the wire.
    ///
    /// # Errors
    /// [`UnknownCode`] for a number without a key: a newer version at the other end, or nonsense.
    pub fn from_number(number: u16) -> Result<Self, UnknownCode> {
        ROWS.binary_search_by_key(&number, |row| row.code.number())
            .ok()
            .and_then(|at| ROWS.get(at))
            .map(|row| row.code)
            .ok_or(UnknownCode(number))
    }

    /// The name that `KeyboardEvent.code` has for it, as in "`KeyA`".
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The key of a `KeyboardEvent.code`; `None` for "", "Unidentified" and keys that are not in the table.
    /// The two names that browsers used before the standard settled (`OSLeft`, `OSRight`) are known too.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "OSLeft" => Some(Self::MetaLeft),
            "OSRight" => Some(Self::MetaRight),
            _ => ROWS.iter().find(|row| row.name == name).map(|row| row.code),
        }
    }

    /// The keycode of Linux (`KEY_…` of `input-event-codes.h`), 1 to 247.
    #[must_use]
    pub fn evdev(self) -> u8 {
        self.row().evdev
    }

    /// The key of a Linux keycode.
    #[must_use]
    pub fn from_evdev(evdev: u8) -> Option<Self> {
        ROWS.iter().find(|row| row.evdev == evdev).map(|row| row.code)
    }

    /// The keycode in an X server that has the evdev keycodes (every one of this century), 9 to 255.
    #[must_use]
    pub fn x11_keycode(self) -> u8 {
        self.evdev().saturating_add(X11_OFFSET)
    }

    /// The key of an X11 keycode.
    #[must_use]
    pub fn from_x11_keycode(keycode: u8) -> Option<Self> {
        Self::from_evdev(keycode.checked_sub(X11_OFFSET)?)
    }

    /// The scan code of Windows; `None` for keys that PC keyboards do not have.
    #[must_use]
    pub fn scan_code(self) -> Option<ScanCode> {
        self.row().scan
    }

    /// The key of a scan code of Windows.
    #[must_use]
    pub fn from_scan_code(scan: ScanCode) -> Option<Self> {
        ROWS.iter().find(|row| row.scan == Some(scan)).map(|row| row.code)
    }

    /// Whether it is one of the eight keys that change what others mean while they are held.
    #[must_use]
    pub const fn is_modifier(self) -> bool {
        matches!(
            self,
            Self::ControlLeft
                | Self::ControlRight
                | Self::ShiftLeft
                | Self::ShiftRight
                | Self::AltLeft
                | Self::AltRight
                | Self::MetaLeft
                | Self::MetaRight
        )
    }

    fn row(self) -> &'static Row {
        // Every variant has its row, and rows are sorted by number: both come from one macro and a test holds them.
        let at = ROWS.partition_point(|row| row.code.number() < self.number());
        &ROWS[at]
    }
}

impl TryFrom<u16> for Code {
    type Error = UnknownCode;

    fn try_from(number: u16) -> Result<Self, UnknownCode> {
        Self::from_number(number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The 109 keys of a Japanese keyboard, row by row as one looks at it.
    const JIS_109: &str = "Escape F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 PrintScreen ScrollLock Pause \
        Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal IntlYen Backspace \
        Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter \
        CapsLock KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash \
        ShiftLeft KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash IntlRo ShiftRight \
        ControlLeft MetaLeft AltLeft NonConvert Space Convert KanaMode AltRight MetaRight ContextMenu ControlRight \
        Insert Home PageUp Delete End PageDown ArrowUp ArrowLeft ArrowDown ArrowRight \
        NumLock NumpadDivide NumpadMultiply NumpadSubtract Numpad7 Numpad8 Numpad9 NumpadAdd Numpad4 Numpad5 Numpad6 \
        Numpad1 Numpad2 Numpad3 NumpadEnter Numpad0 NumpadDecimal";

    #[test]
    fn numbers_ascend_and_lead_back_to_their_key() {
        let numbers: Vec<u16> = Code::all().map(Code::number).collect();
        assert!(
            numbers.is_sorted_by(|a, b| a < b),
            "rows are not sorted by number"
        );
        for code in Code::all() {
            assert_eq!(Code::from_number(code.number()), Ok(code));
            assert_eq!(code.row().code, code);
        }
        let known = (0..=u16::MAX)
            .filter(|number| Code::from_number(*number).is_ok())
            .count();
        assert_eq!(known, Code::all().len());
        assert_eq!(Code::from_number(0), Err(UnknownCode(0)));
    }

    #[test]
    fn names_are_unique_and_lead_back_to_their_key() {
        let names: BTreeSet<&str> = Code::all().map(Code::name).collect();
        assert_eq!(names.len(), Code::all().len());
        for code in Code::all() {
            assert_eq!(Code::from_name(code.name()), Some(code));
            assert_eq!(format!("{code:?}"), code.name());
        }
        for nonsense in ["", "Unidentified", "keya", "KeyA ", "Fn"] {
            assert_eq!(Code::from_name(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn every_key_has_its_own_linux_keycode_that_x11_can_carry() {
        let keycodes: BTreeSet<u8> = Code::all().map(Code::evdev).collect();
        assert_eq!(keycodes.len(), Code::all().len());
        for code in Code::all() {
            assert!((1..=247).contains(&code.evdev()), "{code}");
            assert_eq!(Code::from_evdev(code.evdev()), Some(code));
            assert_eq!(u16::from(code.x11_keycode()), u16::from(code.evdev()) + 8);
            assert_eq!(Code::from_x11_keycode(code.x11_keycode()), Some(code));
        }
        for keycode in 0..=8 {
            assert_eq!(Code::from_x11_keycode(keycode), None);
        }
    }

    #[test]
    fn no_two_keys_share_a_scan_code_and_each_leads_back() {
        let scans: Vec<ScanCode> = Code::all().filter_map(Code::scan_code).collect();
        assert_eq!(scans.iter().collect::<BTreeSet<_>>().len(), scans.len());
        for code in Code::all() {
            let Some(scan) = code.scan_code() else { continue };
            assert!((1..0x80).contains(&scan.code), "{code}");
            assert_eq!(Code::from_scan_code(scan), Some(code));
        }
    }

    #[test]
    fn the_first_83_linux_keycodes_are_the_scan_codes_of_the_first_pc() {
        for code in Code::all().filter(|code| code.evdev() <= 83) {
            assert_eq!(
                code.scan_code(),
                Some(ScanCode {
                    prefix: ScanPrefix::None,
                    code: code.evdev()
                }),
                "{code}"
            );
        }
    }

    #[test]
    fn the_whole_japanese_keyboard_is_there_for_windows_too() {
        let names: Vec<&str> = JIS_109.split_whitespace().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 109);
        for name in names {
            let code = Code::from_name(name).unwrap_or_else(|| panic!("{name} is missing"));
            assert!(code.scan_code().is_some(), "{name} has no scan code");
        }
    }

    #[test]
    fn function_media_and_language_keys_are_there() {
        for number in 1..=24 {
            assert!(Code::from_name(&format!("F{number}")).is_some());
        }
        for name in "Lang1 Lang2 Lang3 Lang4 Lang5 AudioVolumeMute AudioVolumeUp AudioVolumeDown MediaPlayPause MediaStop \
            MediaTrackNext MediaTrackPrevious BrowserBack BrowserHome LaunchMail IntlBackslash NumpadComma NumpadEqual \
            Power Sleep WakeUp"
            .split_whitespace()
        {
            assert!(Code::from_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn japanese_keys_have_the_numbers_of_the_standards() {
        // USB usage, evdev, scan code.
        for (code, usage, evdev, scan) in [
            (Code::IntlRo, 0x87, 89, 0x73),
            (Code::KanaMode, 0x88, 93, 0x70),
            (Code::IntlYen, 0x89, 124, 0x7d),
            (Code::Convert, 0x8a, 92, 0x79),
            (Code::NonConvert, 0x8b, 94, 0x7b),
            (Code::Backquote, 0x35, 41, 0x29),
        ] {
            assert_eq!((code.number(), code.evdev()), (usage, evdev), "{code}");
            assert_eq!(
                code.scan_code(),
                Some(ScanCode {
                    prefix: ScanPrefix::None,
                    code: scan
                }),
                "{code}"
            );
        }
    }
}
