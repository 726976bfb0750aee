//! The session code as people type it.

/// Digits of a code, least and most.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=10;

/// The digits of what was typed or heard: full-width ones become ASCII, spaces, dashes and dots between them are skipped.
/// `None` for anything else, or if there are not 8 to 10 digits.
pub fn spoken_digits(typed: &str) -> Option<String> {
    let mut digits = String::with_capacity(*LENGTHS.end());
    for c in typed.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_u32(u32::from(c) - u32::from('０') + u32::from('0'))?),
            '-' | '‐' | '‑' | '–' | '—' | '−' | 'ー' | '－' | '.' | '・' | '/' => {}
            _ if c.is_whitespace() => {}
            _ => return None,
        }
        if digits.len() > *LENGTHS.end() {
            return None;
        }
    }
    LENGTHS.contains(&digits.len()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_code_gives_the_same_digits() {
        for typed in [
            "48219037",
            "4821 9037",
            "４８２１　９０３７",
            " 4821-9037 ",
            "4821ー9037",
            "4 8 2 1 9 0 3 7",
        ] {
            assert_eq!(spoken_digits(typed).as_deref(), Some("48219037"), "{typed}");
        }
        assert_eq!(spoken_digits("48219 03712").as_deref(), Some("4821903712"));
    }

    #[test]
    fn what_is_no_code_gives_nothing() {
        for typed in [
            "",
            "4821903",
            "48219037123",
            "4821 903x",
            "四八二一九〇三七",
            "٤٨٢١٩٠٣٧",
        ] {
            assert_eq!(spoken_digits(typed), None, "{typed}");
        }
        assert_eq!(spoken_digits(&"1".repeat(1_000_000)), None);
    }
}
