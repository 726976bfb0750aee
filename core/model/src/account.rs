//! People and organisations: what counts as an e-mail address, a name, a language, and the states of an account.

/// Longest name of a person or an organisation, in characters.
pub const NAME_CHARS: usize = 100;
/// And in bytes: what a signed statement about an operator has room for.
pub const NAME_BYTES: usize = 256;
/// Longest e-mail address, in bytes.
pub const EMAIL_BYTES: usize = 254;

/// Why a name or an address is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AccountError {
    /// Not `somebody@somewhere`.
    #[error("this is not an e-mail address")]
    Email,
    /// Empty, longer than [`NAME_CHARS`] or [`NAME_BYTES`], or with characters that cannot be seen.
    #[error("a name has 1 to 100 visible characters")]
    Name,
    /// Too long, or with characters that cannot be seen.
    #[error("a line has at most 100 visible characters")]
    Line,
    /// Not a telephone number.
    #[error("a telephone number has 5 digits or more and nothing but the signs between them")]
    Telephone,
}

/// An e-mail address as it is compared: trimmed and in lower case.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Email(String);

impl Email {
    /// Reads what a person typed. Whether mail arrives there only mail can tell.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        // Compared as it is kept: what becomes of a letter in lower case must be good too.
        let text = &*text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(AccountError::Email)?;
        let fits = text.len() <= EMAIL_BYTES && !local.is_empty() && local.len() <= 64 && !domain.is_empty();
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !is_invisible(c);
        let local_ok = local.chars().all(|c| plain(c) && !"@,;:<>()[]\\\"".contains(c));
        let domain_ok = !domain.starts_with(['.', '-'])
            && !domain.ends_with(['.', '-'])
            && !domain.contains("..")
            && domain
                .chars()
                .all(|c| c.is_alphanumeric() || c == '.' || c == '-');
        if fits && local_ok && domain_ok {
            Ok(Self(text.to_owned()))
        } else {
            Err(AccountError::Email)
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name of a person or an organisation as others will read it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Name(String);

impl Name {
    /// Reads what a person typed.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let long = text.chars().count();
        let fits = (1..=NAME_CHARS).contains(&long) && text.len() <= NAME_BYTES;
        // A name is shown to customers who decide by it: nothing in it may hide or turn around.
        if !fits || text.chars().any(|c| c.is_control() || is_invisible(c)) {
            return Err(AccountError::Name);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Zero-width and direction-changing characters.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A language of the interface.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Language {
    /// 日本語.
    Japanese,
    /// English.
    English,
}

impl Language {
    /// Its code in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }

    /// The language with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "ja" => Some(Self::Japanese),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// Whether a person may log in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserStatus {
    /// Has not chosen a password yet.
    Invited,
    /// May log in.
    Active,
    /// May not, and every login was ended.
    Disabled,
}

impl UserStatus {
    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_without_case_and_margins() {
        let email = Email::parse(" Sato.Hanako@Example.CO.jp ").unwrap();
        assert_eq!(email.as_str(), "sato.hanako@example.co.jp");
        assert!(Email::parse("operator@localhost").is_ok());
        assert!(Email::parse("o'neil+temoto@例え.jp").is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b c",
            "a@b@c",
            "a@.b",
            "a@b.",
            "a@b..c",
            "a\n@b",
            "a@b\0",
            "<a@b>",
            "a,b@c",
            "a\u{202e}@b",
            "a@\u{130}.example",
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(AccountError::Email), "{text:?}");
        }
    }

    #[test]
    fn a_name_may_be_japanese_but_not_invisible() {
        assert_eq!(Name::parse(" 佐藤 花子 ").unwrap().as_str(), "佐藤 花子");
        assert!(Name::parse(&"花".repeat(85)).is_ok());
        assert!(Name::parse(&"a".repeat(100)).is_ok());
        for text in [
            "",
            "  ",
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}b",
            &"a".repeat(101),
            &"花".repeat(86),
        ] {
            assert_eq!(Name::parse(text), Err(AccountError::Name), "{text:?}");
        }
    }
}
