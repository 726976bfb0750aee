//! The two languages of the program, and how one is chosen.

use std::fmt;
use std::str::FromStr;

/// The language of everything the program shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lang {
    /// 日本語
    Ja,
    /// English
    En,
}

impl Lang {
    /// The language for a locale name such as `ja_JP.UTF-8`, `ja-JP` or `en_US`; English for anything but Japanese.
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ja") {
            Self::Ja
        } else {
            Self::En
        }
    }

    /// The other one, for the switch in the window.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Ja => Self::En,
            Self::En => Self::Ja,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ja => "ja",
            Self::En => "en",
        })
    }
}

/// Why a `--lang` was refused.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("the language is ja or en")]
pub struct UnknownLang;

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ja" => Ok(Self::Ja),
            "en" => Ok(Self::En),
            _ => Err(UnknownLang),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_japanese_locale_in_any_spelling_is_japanese() {
        for locale in ["ja", "ja_JP.UTF-8", "ja-JP", "JA_jp", "ja.eucJP", "ja@x"] {
            assert_eq!(Lang::of_locale(locale), Lang::Ja, "{locale}");
        }
    }

    #[test]
    fn everything_else_is_english() {
        for locale in ["en_US.UTF-8", "C", "POSIX", "", "jam_JM", "de_DE", "zh_CN"] {
            assert_eq!(Lang::of_locale(locale), Lang::En, "{locale}");
        }
    }

    #[test]
    fn only_the_two_names_are_taken_from_the_command_line() {
        assert_eq!("ja".parse(), Ok(Lang::Ja));
        assert_eq!("en".parse(), Ok(Lang::En));
        assert_eq!("jp".parse::<Lang>(), Err(UnknownLang));
    }
}
