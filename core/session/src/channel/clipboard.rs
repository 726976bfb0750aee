//! Clipboards: one copy at a time in each direction, as a text, a text with its HTML, or a picture. It is offered first; what is small
//! or asked for is then sent in pieces that wait for each other.
//!
//! Nothing is read, set or pasted here. Both halves live and die with one session, and forget at once when a grant goes.

mod receiver;
mod sender;

use temoto_codec::png;
use temoto_wire::limits::{CLIPBOARD_HTML_BYTES, CLIPBOARD_IMAGE_BYTES, CLIPBOARD_TEXT_BYTES};
use temoto_wire::proto;

pub use receiver::ClipReceiver;
pub use sender::ClipSender;

use crate::SessionError;

/// What one part of a copy is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ClipKind {
    /// A text.
    Text,
    /// The same as HTML; never without the text.
    Html,
    /// A picture, as PNG.
    Image,
}

impl ClipKind {
    /// As it arrives; `None` for what only a newer peer knows.
    #[must_use]
    pub fn from_proto(number: i32) -> Option<Self> {
        match proto::ClipKind::try_from(number) {
            Ok(proto::ClipKind::Text) => Some(Self::Text),
            Ok(proto::ClipKind::Html) => Some(Self::Html),
            Ok(proto::ClipKind::Image) => Some(Self::Image),
            Ok(proto::ClipKind::Unspecified) | Err(_) => None,
        }
    }

    /// As it travels.
    #[must_use]
    pub const fn to_proto(self) -> i32 {
        match self {
            Self::Text => proto::ClipKind::Text as i32,
            Self::Html => proto::ClipKind::Html as i32,
            Self::Image => proto::ClipKind::Image as i32,
        }
    }

    /// The most that is carried over of it, in bytes.
    #[must_use]
    pub const fn longest(self) -> usize {
        match self {
            Self::Text => CLIPBOARD_TEXT_BYTES,
            Self::Html => CLIPBOARD_HTML_BYTES,
            Self::Image => CLIPBOARD_IMAGE_BYTES,
        }
    }

    /// Whether a whole part is what it was called: UTF-8, or the head of a picture of a possible size.
    ///
    /// # Errors
    /// [`SessionError::Peer`].
    pub fn check(self, data: &[u8]) -> Result<(), SessionError> {
        let good = match self {
            Self::Text | Self::Html => std::str::from_utf8(data).is_ok(),
            Self::Image => png::size_of(data).is_ok(),
        };
        if good {
            Ok(())
        } else {
            Err(SessionError::Peer(
                "part of a clipboard is not what it was called",
            ))
        }
    }
}

/// What a person copied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Clip {
    /// A text, and how it looks where that is known.
    Text {
        /// The text itself.
        text: String,
        /// The same as HTML.
        html: Option<String>,
    },
    /// A PNG.
    Image(Vec<u8>),
}

impl Clip {
    /// A text alone.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            html: None,
        }
    }

    /// Its parts that can be carried: HTML that is too long is left out, the text says the same.
    fn into_parts(self) -> Vec<(ClipKind, Vec<u8>)> {
        match self {
            Self::Text { text, html } => {
                let html = html.filter(|html| !html.is_empty() && html.len() <= CLIPBOARD_HTML_BYTES);
                let html = html.filter(|_| text.len() <= CLIPBOARD_TEXT_BYTES);
                let html = html.map(|html| (ClipKind::Html, html.into_bytes()));
                [(ClipKind::Text, text.into_bytes())]
                    .into_iter()
                    .chain(html)
                    .collect()
            }
            Self::Image(png) => vec![(ClipKind::Image, png)],
        }
    }
}

/// What is to be put on a clipboard, or as much of it as is here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClipSet {
    /// The number of its offer.
    pub number: u32,
    /// Each part once.
    pub parts: Vec<ClipSetPart>,
}

/// One part of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClipSetPart {
    /// What it is.
    pub kind: ClipKind,
    /// The part itself; `None` if it is to be asked for when somebody pastes it.
    pub data: Option<Vec<u8>>,
}

/// The answer to somebody who pastes a part of what was set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClipCame {
    /// The number of its offer.
    pub number: u32,
    /// What was wanted.
    pub kind: ClipKind,
    /// The part; `None` if it does not come.
    pub data: Option<Vec<u8>>,
}

/// A text as it may be set on a machine: without control characters but tabulators and line ends, which are those of the receiver.
#[must_use]
pub fn settable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r'))
        .collect()
}

#[cfg(test)]
mod tests;
