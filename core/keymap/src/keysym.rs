//! Characters as keysyms, the names that X11 has for what a key types.

/// Marks a keysym that is a Unicode scalar value.
const UNICODE: u32 = 0x0100_0000;

/// The keysym that types `char`: Latin-1 directly, line end, tabulator, backspace, Escape and Delete as their keys,
/// everything else as `0x01000000` plus the scalar value. `None` for other control characters, which no key types.
#[must_use]
pub fn keysym_of_char(char: char) -> Option<u32> {
    match char {
        '\n' | '\r' => Some(0xff0d),
        '\t' => Some(0xff09),
        '\u{8}' => Some(0xff08),
        '\u{1b}' => Some(0xff1b),
        '\u{7f}' => Some(0xffff),
        ' '..='~' | '\u{a0}'..='\u{ff}' => Some(u32::from(char)),
        '\0'..='\u{9f}' => None,
        _ => Some(UNICODE | u32::from(char)),
    }
}

/// The character that a keysym from [`keysym_of_char`] stands for (Return gives a line feed); `None` for function
/// keys and for the older keysyms of other alphabets, which `keysym_of_char` never makes.
#[must_use]
pub fn char_of_keysym(keysym: u32) -> Option<char> {
    match keysym {
        0xff0d => Some('\n'),
        0xff09 => Some('\t'),
        0xff08 => Some('\u{8}'),
        0xff1b => Some('\u{1b}'),
        0xffff => Some('\u{7f}'),
        0x20..=0x7e | 0xa0..=0xff => char::from_u32(keysym),
        _ if keysym & 0xff00_0000 == UNICODE => char::from_u32(keysym & 0x00ff_ffff),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_character_but_controls_has_its_own_keysym() {
        let mut seen = BTreeSet::new();
        let mut without = 0;
        for char in (0..=0x0010_ffff).filter_map(char::from_u32) {
            match keysym_of_char(char) {
                None => {
                    assert!(char.is_control(), "{char:?}");
                    without += 1;
                }
                Some(keysym) => {
                    // A carriage return is typed by the key of the line feed.
                    assert!(seen.insert(keysym) || char == '\r', "{char:?}");
                    assert_eq!(
                        char_of_keysym(keysym),
                        Some(if char == '\r' { '\n' } else { char })
                    );
                }
            }
        }
        assert_eq!(without, 65 - 6, "C0, DEL and C1 less the six that are keys");
    }

    #[test]
    fn keysyms_have_the_values_that_clients_know() {
        for (char, keysym) in [
            ('A', 0x41),
            ('~', 0x7e),
            ('¥', 0xa5),
            ('ÿ', 0xff),
            ('Ā', 0x0100_0100),
            ('あ', 0x0100_3042),
            ('🙂', 0x0101_f642),
            ('\n', 0xff0d),
        ] {
            assert_eq!(keysym_of_char(char), Some(keysym), "{char:?}");
        }
        assert_eq!(char_of_keysym(0xffe1), None);
        assert_eq!(char_of_keysym(0x0111_0000), None);
        assert_eq!(char_of_keysym(0x0100_d800), None);
    }
}
