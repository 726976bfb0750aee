//! What an operator writes to a customer beside the address of the join page: how long it may be, what must not be in
//! it, and how many of such mails somebody may send. The code is never in it: it is told by phone.

use std::time::Duration;

use crate::account::is_invisible;

/// Longest subject, in characters.
pub const SUBJECT_CHARS: usize = 100;
/// Longest text, in characters.
pub const TEXT_CHARS: usize = 2_000;
/// Mails that one operator may send in [`PER_USER_WITHIN`].
pub const PER_USER: u32 = 20;
/// The time that [`PER_USER`] counts in.
pub const PER_USER_WITHIN: Duration = Duration::from_secs(3_600);
/// Mails that all of an organisation may send in [`PER_ORGANISATION_WITHIN`].
pub const PER_ORGANISATION: u32 = 500;
/// The time that [`PER_ORGANISATION`] counts in: as long as sent mails are remembered.
pub const PER_ORGANISATION_WITHIN: Duration = crate::mail::REMEMBERED;

/// Why words are not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum GuidanceError {
    /// Empty, too long, or with signs that cannot be seen.
    #[error("a subject is one line of 1 to 100 visible characters, a text has 1 to 2,000")]
    Words,
    /// An address of another site, in an organisation that nobody knows yet.
    #[error("there is an address of another site in it")]
    Address,
}

/// Words that may be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Guidance {
    /// One line.
    pub subject: String,
    /// Some lines, ended by line feeds.
    pub text: String,
}

impl Guidance {
    /// Reads what an operator typed.
    ///
    /// # Errors
    /// See [`GuidanceError`].
    pub fn parse(subject: &str, text: &str) -> Result<Self, GuidanceError> {
        let subject = subject.trim();
        let text = text.trim().replace("\r\n", "\n");
        let seen = |c: char| !c.is_control() && !is_invisible(c);
        let fits = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
        let subject_ok = fits(subject, SUBJECT_CHARS) && subject.chars().all(seen);
        let text_ok = fits(&text, TEXT_CHARS) && text.chars().all(|c| seen(c) || c == '\n');
        if !subject_ok || !text_ok {
            return Err(GuidanceError::Words);
        }
        Ok(Self {
            subject: subject.to_owned(),
            text,
        })
    }

    /// For an organisation that anybody can make: refuses words with the address of a site other than `own`
    /// (`https://host`), or this server would send whatever strangers advertise. An address without a scheme is not
    /// found; the number of mails bounds what is left.
    ///
    /// # Errors
    /// `Address`.
    pub fn only_address_is(&self, own: &str) -> Result<(), GuidanceError> {
        let foreign = [&self.subject, &self.text].into_iter().any(|words| {
            let words = words.to_lowercase();
            let mut places = words.match_indices("://");
            words.contains("www.")
                || places.any(|(at, _)| {
                    let start = words[..at]
                        .rfind(|c: char| !c.is_ascii_alphanumeric())
                        .map_or(0, |before| {
                            before + words[before..].chars().next().map_or(1, char::len_utf8)
                        });
                    let rest = words[start..].strip_prefix(own);
                    // A host that only begins like ours, and a name before an `@`, are others.
                    !rest.is_some_and(|rest| {
                        rest.is_empty()
                            || rest.starts_with(['/', '?', '#'])
                            || rest.starts_with(char::is_whitespace)
                    })
                })
        });
        if foreign {
            Err(GuidanceError::Address)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(subject: &str, text: &str) -> Result<Guidance, GuidanceError> {
        Guidance::parse(subject, text)
    }

    #[test]
    fn lines_of_a_text_stay_and_a_subject_is_one_line() {
        let words = read(" 画面共有のご案内 ", "一行目\r\n\n三行目\n").unwrap();
        assert_eq!(words.subject, "画面共有のご案内");
        assert_eq!(words.text, "一行目\n\n三行目");
        for (subject, text) in [
            ("", "text"),
            ("subject", " "),
            ("a\r\nBcc: x@y.example", "text"),
            ("a\nb", "text"),
            ("subject", "a\u{0}b"),
            ("subject", "a\u{202e}b"),
            (&"あ".repeat(SUBJECT_CHARS + 1), "text"),
            ("subject", &"あ".repeat(TEXT_CHARS + 1)),
        ] {
            assert_eq!(
                read(subject, text),
                Err(GuidanceError::Words),
                "{subject:?} {text:?}"
            );
        }
        assert!(read(&"あ".repeat(SUBJECT_CHARS), &"あ".repeat(TEXT_CHARS)).is_ok());
    }

    #[test]
    fn strangers_send_no_address_but_the_own_one() {
        let own = "https://support.example.com";
        let check = |text: &str| read("s", text).unwrap().only_address_is(own);
        for text in [
            "no address at all",
            "https://support.example.com/join?lang=ja",
            "次のページ：https://support.example.com\nを開いて",
            "https://support.example.com",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in [
            "http://evil.example",
            "HTTPS://EVIL.EXAMPLE/",
            "https://support.example.com.evil.example/",
            "https://support.example.com@evil.example/",
            "https://support.example.com:8443/",
            "https://support.example.com/ と https://evil.example",
            "www.evil.example",
            "://",
            "あ://い",
        ] {
            assert_eq!(check(text), Err(GuidanceError::Address), "{text}");
        }
        let subject = read("http://evil.example", "text").unwrap();
        assert_eq!(subject.only_address_is(own), Err(GuidanceError::Address));
    }
}
