//! What people say about themselves and their company beyond name and address: bounded, visible, mostly optional.

use crate::account::{AccountError, is_invisible};

/// Longest line of details, in characters.
pub const LINE_CHARS: usize = 100;
/// And in bytes.
pub const LINE_BYTES: usize = 256;
/// Longest telephone number, in characters.
pub const TELEPHONE_CHARS: usize = 32;
/// Fewest digits of a telephone number.
pub const TELEPHONE_DIGITS: usize = 5;

/// A line that may be empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Line(String);

impl Line {
    /// Reads what a person typed.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let fits = text.chars().count() <= LINE_CHARS && text.len() <= LINE_BYTES;
        if !fits || text.chars().any(|c| c.is_control() || is_invisible(c)) {
            return Err(AccountError::Line);
        }
        Ok(Self(text.to_owned()))
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A telephone number as people write it: digits in any width, and the signs between them. It is called by a person,
/// so more than that is not asked of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Telephone(String);

impl Telephone {
    /// Reads what a person typed; full-width characters become plain ones.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let plain: String = text
            .trim()
            .chars()
            .take(TELEPHONE_CHARS + 1)
            .map(narrow)
            .collect();
        let digits = plain.chars().filter(char::is_ascii_digit).count();
        let known = plain
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '.' | '#'));
        if plain.chars().count() > TELEPHONE_CHARS || digits < TELEPHONE_DIGITS || !known {
            return Err(AccountError::Telephone);
        }
        Ok(Self(plain))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// From full width, and from the many kinds of dashes, to the plain character.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff70}' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_taken_as_people_write_it() {
        for (text, read) in [
            ("03-1234-5678", "03-1234-5678"),
            (" +81 (0)3 1234 5678 ", "+81 (0)3 1234 5678"),
            ("０３ー１２３４－５６７８", "03-1234-5678"),
            ("(555) 010.9999 #12", "(555) 010.9999 #12"),
        ] {
            assert_eq!(Telephone::parse(text).unwrap().as_str(), read);
        }
    }

    #[test]
    fn what_is_no_telephone_number_is_refused() {
        for text in [
            "",
            "1234",
            "call me",
            "03-1234-5678;x",
            "<12345>",
            &"1".repeat(33),
            "１２３４",
        ] {
            assert_eq!(Telephone::parse(text), Err(AccountError::Telephone), "{text:?}");
        }
    }

    #[test]
    fn a_line_may_be_empty_but_hides_nothing() {
        assert_eq!(Line::parse("  ").unwrap(), Line::default());
        assert_eq!(
            Line::parse(" 情報システム部 ").unwrap().as_str(),
            "情報システム部"
        );
        for text in ["a\nb", "a\u{202e}b", &"a".repeat(101), &"花".repeat(86)] {
            assert_eq!(Line::parse(text), Err(AccountError::Line), "{text:?}");
        }
    }

    #[test]
    fn themes_keep_their_names() {
        for theme in [Theme::Light, Theme::Dark] {
            assert_eq!(Theme::from_name(theme.as_str()), Some(theme));
        }
        assert_eq!(Theme::from_name(""), None);
    }
}
