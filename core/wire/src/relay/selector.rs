//! Whom an attempt is for.

use super::Id;
use crate::{Reader, WireError};

/// What an attempt asks for.
#[derive(Clone, Copy, Eq, PartialEq, Ord, PartialOrd)]
pub enum Selector {
    /// The routing digits of a code, in ASCII, zero padded.
    Routing(Id),
    /// The id of a step-up token.
    Token(Id),
}

impl std::fmt::Debug for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Routing(_) => "Routing(…)",
            Self::Token(_) => "Token(…)",
        })
    }
}

impl Selector {
    /// Four or five routing digits as a selector; `None` if they are anything else.
    #[must_use]
    pub fn routing(digits: &str) -> Option<Self> {
        let ok = (4..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let mut id = [0; 16];
        id.get_mut(..digits.len())?.copy_from_slice(digits.as_bytes());
        ok.then_some(Self::Routing(id))
    }

    /// The routing digits, if this is a well-formed routing selector.
    #[must_use]
    pub fn routing_digits(&self) -> Option<&str> {
        let Self::Routing(id) = self else { return None };
        let end = id.iter().position(|&b| b == 0).unwrap_or(id.len());
        let (digits, rest) = id.split_at(end);
        let ok =
            (4..=5).contains(&end) && digits.iter().all(u8::is_ascii_digit) && rest.iter().all(|&b| b == 0);
        if ok {
            std::str::from_utf8(digits).ok()
        } else {
            None
        }
    }

    pub(super) const fn parts(&self) -> (u8, &Id) {
        match self {
            Self::Routing(id) => (1, id),
            Self::Token(id) => (2, id),
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, WireError> {
        let by = r.u8()?;
        let id = r.array()?;
        match by {
            1 => Ok(Self::Routing(id)),
            2 => Ok(Self::Token(id)),
            _ => Err(WireError::Range("by")),
        }
    }
}
