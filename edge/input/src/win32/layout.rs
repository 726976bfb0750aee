//! Names of keyboard layouts: Windows has numbers of languages, everybody else has short words.

/// A Japanese keyboard, by `GetKeyboardType(0)`.
const JAPANESE: i32 = 7;

/// The layout of a language, as XKB names it; Japanese on a keyboard without Japanese keys is typed as on an American one.
pub(crate) fn named(language: u16, keyboard: i32) -> Option<String> {
    let name = match language {
        0 => return None,
        0x0411 if keyboard == JAPANESE => "jp",
        0x0411 | 0x0409 => "us",
        0x0809 => "gb",
        other => match other & 0x03ff {
            0x04 => "cn",
            0x07 => "de",
            0x0a => "es",
            0x0c => "fr",
            0x10 => "it",
            0x12 => "kr",
            0x16 => "pt",
            0x19 => "ru",
            _ => return Some(format!("{other:04x}")),
        },
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn what_the_keys_give_decides_and_not_the_language_alone() {
        assert_eq!(named(0x0411, 7).as_deref(), Some("jp"));
        assert_eq!(named(0x0411, 4).as_deref(), Some("us"));
        assert_eq!(named(0x0409, 4).as_deref(), Some("us"));
        assert_eq!(named(0x0c07, 4).as_deref(), Some("de"));
        assert_eq!(named(0x041e, 4).as_deref(), Some("041e"));
        assert_eq!(named(0, 4), None);
    }
}
