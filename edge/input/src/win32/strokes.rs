//! What has to be pressed to type text.

use super::keys::{ENTER, Press, TAB};

/// What one character needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// A key that every keyboard has.
    Key(Press),
    /// A character without a key (`KEYEVENTF_UNICODE`): goes past layout and input method.
    Char(char),
}

/// The strokes of a text. Control characters without a key are left out; a line end of two characters is one stroke.
pub(crate) fn strokes(text: &str) -> impl Iterator<Item = Stroke> {
    let mut before = None;
    text.chars().filter_map(move |char| {
        let second = before.replace(char) == Some('\r') && char == '\n';
        match char {
            '\n' if second => None,
            '\n' | '\r' => Some(Stroke::Key(ENTER)),
            '\t' => Some(Stroke::Key(TAB)),
            _ if char.is_control() => None,
            _ => Some(Stroke::Char(char)),
        }
    })
}

/// The code units of a character in the order in which they are pressed and released: those beyond the first plane
/// are two, which must not be torn apart.
pub(crate) fn units(char: char) -> impl Iterator<Item = (u16, bool)> {
    let mut buffer = [0; 2];
    let count = char.encode_utf16(&mut buffer).len();
    buffer
        .into_iter()
        .take(count)
        .flat_map(|unit| [(unit, true), (unit, false)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_tabulators_are_keys_and_other_controls_nothing() {
        let typed: Vec<_> = strokes("a\r\n\n\r\tあ\u{1b}\u{8}\u{7f}\u{85}\0").collect();
        let enter = Stroke::Key(ENTER);
        let expected = [
            Stroke::Char('a'),
            enter,
            enter,
            enter,
            Stroke::Key(TAB),
            Stroke::Char('あ'),
        ];
        assert_eq!(typed, expected);
    }

    #[test]
    fn characters_beyond_the_first_plane_are_two_units() {
        let all = |char| units(char).collect::<Vec<_>>();
        assert_eq!(all('あ'), [(0x3042, true), (0x3042, false)]);
        let emoji = [(0xd83d, true), (0xd83d, false), (0xde00, true), (0xde00, false)];
        assert_eq!(all('😀'), emoji);
        assert_eq!(all('𠮷').len(), 4);
    }
}
