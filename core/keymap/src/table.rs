//! The one table of keys.
//!
//! The number is made from the USB usage of the key, so that it needs no register of our own and never changes:
//!
//! | number | USB page |
//! |---|---|
//! | `0x0000 + usage` | 07, keyboard |
//! | `0x1000 + usage` | 01, generic desktop (sleep, wake up) |
//! | `0x2000 + usage` | 0C, consumer (media, browser) |
//!
//! A row is: name, number, evdev keycode, set-1 scan code (high byte `E0` or `E1` where there is a prefix, `-` where
//! PC keyboards have no such key). Sources: W3C UI Events `code` values, USB HID usage tables, Linux
//! `input-event-codes.h`, Microsoft's keyboard scan code specification.

use crate::code::{ScanCode, ScanPrefix};

/// A key in every notation.
pub(crate) struct Row {
    pub(crate) code: Code,
    pub(crate) name: &'static str,
    pub(crate) evdev: u8,
    pub(crate) scan: Option<ScanCode>,
}

macro_rules! scan {
    (-) => {
        None
    };
    ($scan:literal) => {{
        let [prefix, code] = u16::to_be_bytes($scan);
        let prefix = match prefix {
            0xe0 => ScanPrefix::E0,
            0xe1 => ScanPrefix::E1,
            _ => ScanPrefix::None,
        };
        Some(ScanCode { prefix, code })
    }};
}

macro_rules! keys {
    ($($(#[$note:meta])* $name:ident $number:literal $evdev:literal $scan:tt)*) => {
        /// A key by its place on the keyboard, named as in W3C UI Events `code`; what is printed on it depends on the
        /// keyboard. The number of a variant is its number on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum Code {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                #[doc = ""]
                $(#[$note])*
                $name = $number,
            )*
        }

        /// All rows, by ascending number.
        pub(crate) static ROWS: &[Row] = &[
            $(Row { code: Code::$name, name: stringify!($name), evdev: $evdev, scan: scan!($scan) },)*
        ];
    };
}

keys! {
    KeyA 0x0004 30 0x1e
    KeyB 0x0005 48 0x30
    KeyC 0x0006 46 0x2e
    KeyD 0x0007 32 0x20
    KeyE 0x0008 18 0x12
    KeyF 0x0009 33 0x21
    KeyG 0x000a 34 0x22
    KeyH 0x000b 35 0x23
    KeyI 0x000c 23 0x17
    KeyJ 0x000d 36 0x24
    KeyK 0x000e 37 0x25
    KeyL 0x000f 38 0x26
    KeyM 0x0010 50 0x32
    KeyN 0x0011 49 0x31
    KeyO 0x0012 24 0x18
    KeyP 0x0013 25 0x19
    KeyQ 0x0014 16 0x10
    KeyR 0x0015 19 0x13
    KeyS 0x0016 31 0x1f
    KeyT 0x0017 20 0x14
    KeyU 0x0018 22 0x16
    KeyV 0x0019 47 0x2f
    KeyW 0x001a 17 0x11
    KeyX 0x001b 45 0x2d
    KeyY 0x001c 21 0x15
    KeyZ 0x001d 44 0x2c
    Digit1 0x001e 2 0x02
    Digit2 0x001f 3 0x03
    Digit3 0x0020 4 0x04
    Digit4 0x0021 5 0x05
    Digit5 0x0022 6 0x06
    Digit6 0x0023 7 0x07
    Digit7 0x0024 8 0x08
    Digit8 0x0025 9 0x09
    Digit9 0x0026 10 0x0a
    Digit0 0x0027 11 0x0b
    Enter 0x0028 28 0x1c
    Escape 0x0029 1 0x01
    Backspace 0x002a 14 0x0e
    Tab 0x002b 15 0x0f
    Space 0x002c 57 0x39
    Minus 0x002d 12 0x0c
    /// ^ on a Japanese keyboard
    Equal 0x002e 13 0x0d
    /// @ on a Japanese keyboard
    BracketLeft 0x002f 26 0x1a
    /// [ on a Japanese keyboard
    BracketRight 0x0030 27 0x1b
    /// ] on a Japanese keyboard
    Backslash 0x0031 43 0x2b
    Semicolon 0x0033 39 0x27
    /// : on a Japanese keyboard
    Quote 0x0034 40 0x28
    /// 半角/全角 (Hankaku/Zenkaku) on a Japanese keyboard
    Backquote 0x0035 41 0x29
    Comma 0x0036 51 0x33
    Period 0x0037 52 0x34
    Slash 0x0038 53 0x35
    /// 英数 (Eisu) on a Japanese keyboard
    CapsLock 0x0039 58 0x3a
    F1 0x003a 59 0x3b
    F2 0x003b 60 0x3c
    F3 0x003c 61 0x3d
    F4 0x003d 62 0x3e
    F5 0x003e 63 0x3f
    F6 0x003f 64 0x40
    F7 0x0040 65 0x41
    F8 0x0041 66 0x42
    F9 0x0042 67 0x43
    F10 0x0043 68 0x44
    F11 0x0044 87 0x57
    F12 0x0045 88 0x58
    PrintScreen 0x0046 99 0xe037
    ScrollLock 0x0047 70 0x46
    Pause 0x0048 119 0xe11d
    Insert 0x0049 110 0xe052
    Home 0x004a 102 0xe047
    PageUp 0x004b 104 0xe049
    Delete 0x004c 111 0xe053
    End 0x004d 107 0xe04f
    PageDown 0x004e 109 0xe051
    ArrowRight 0x004f 106 0xe04d
    ArrowLeft 0x0050 105 0xe04b
    ArrowDown 0x0051 108 0xe050
    ArrowUp 0x0052 103 0xe048
    NumLock 0x0053 69 0x45
    NumpadDivide 0x0054 98 0xe035
    NumpadMultiply 0x0055 55 0x37
    NumpadSubtract 0x0056 74 0x4a
    NumpadAdd 0x0057 78 0x4e
    NumpadEnter 0x0058 96 0xe01c
    Numpad1 0x0059 79 0x4f
    Numpad2 0x005a 80 0x50
    Numpad3 0x005b 81 0x51
    Numpad4 0x005c 75 0x4b
    Numpad5 0x005d 76 0x4c
    Numpad6 0x005e 77 0x4d
    Numpad7 0x005f 71 0x47
    Numpad8 0x0060 72 0x48
    Numpad9 0x0061 73 0x49
    Numpad0 0x0062 82 0x52
    NumpadDecimal 0x0063 83 0x53
    /// between left Shift and Z on European keyboards
    IntlBackslash 0x0064 86 0x56
    ContextMenu 0x0065 127 0xe05d
    Power 0x0066 116 0xe05e
    NumpadEqual 0x0067 117 0x59
    F13 0x0068 183 0x64
    F14 0x0069 184 0x65
    F15 0x006a 185 0x66
    F16 0x006b 186 0x67
    F17 0x006c 187 0x68
    F18 0x006d 188 0x69
    F19 0x006e 189 0x6a
    F20 0x006f 190 0x6b
    F21 0x0070 191 0x6c
    F22 0x0071 192 0x6d
    F23 0x0072 193 0x6e
    F24 0x0073 194 0x76
    Open 0x0074 134 -
    Help 0x0075 138 0xe03b
    Again 0x0079 129 -
    Undo 0x007a 131 0xe008
    Cut 0x007b 137 0xe017
    Copy 0x007c 133 0xe018
    Paste 0x007d 135 0xe00a
    Find 0x007e 136 -
    AudioVolumeMute 0x007f 113 0xe020
    AudioVolumeUp 0x0080 115 0xe030
    AudioVolumeDown 0x0081 114 0xe02e
    NumpadComma 0x0085 121 0x7e
    /// ろ, left of the right Shift on a Japanese keyboard
    IntlRo 0x0087 89 0x73
    /// カタカナ/ひらがな (Katakana/Hiragana)
    KanaMode 0x0088 93 0x70
    /// ¥, left of Backspace on a Japanese keyboard
    IntlYen 0x0089 124 0x7d
    /// 変換 (Henkan)
    Convert 0x008a 92 0x79
    /// 無変換 (Muhenkan)
    NonConvert 0x008b 94 0x7b
    /// 한/영 on a Korean, かな on an Apple Japanese keyboard
    Lang1 0x0090 122 0x72
    /// 한자 on a Korean, 英数 on an Apple Japanese keyboard
    Lang2 0x0091 123 0x71
    /// カタカナ on some Japanese USB keyboards
    Lang3 0x0092 90 0x78
    /// ひらがな on some Japanese USB keyboards
    Lang4 0x0093 91 0x77
    /// 半角/全角 on some Japanese USB keyboards; others send Backquote
    Lang5 0x0094 85 -
    Props 0x00a3 130 -
    NumpadParenLeft 0x00b6 179 -
    NumpadParenRight 0x00b7 180 -
    ControlLeft 0x00e0 29 0x1d
    ShiftLeft 0x00e1 42 0x2a
    AltLeft 0x00e2 56 0x38
    /// the Windows key
    MetaLeft 0x00e3 125 0xe05b
    ControlRight 0x00e4 97 0xe01d
    ShiftRight 0x00e5 54 0x36
    /// AltGr on European keyboards
    AltRight 0x00e6 100 0xe038
    /// the Windows key
    MetaRight 0x00e7 126 0xe05c
    Sleep 0x1082 142 0xe05f
    WakeUp 0x1083 143 0xe063
    MediaTrackNext 0x20b5 163 0xe019
    MediaTrackPrevious 0x20b6 165 0xe010
    MediaStop 0x20b7 166 0xe024
    Eject 0x20b8 161 0xe02c
    MediaPlayPause 0x20cd 164 0xe022
    MediaSelect 0x2183 171 0xe06d
    LaunchMail 0x218a 155 0xe06c
    /// calculator
    LaunchApp2 0x2192 140 0xe021
    /// file manager
    LaunchApp1 0x2194 144 0xe06b
    BrowserSearch 0x2221 217 0xe065
    BrowserHome 0x2223 172 0xe032
    BrowserBack 0x2224 158 0xe06a
    BrowserForward 0x2225 159 0xe069
    BrowserStop 0x2226 128 0xe068
    BrowserRefresh 0x2227 173 0xe067
    BrowserFavorites 0x222a 156 0xe066
}
