//! Clipboards: one text at a time in each direction, offered first, then sent in pieces that wait for each other.
//!
//! Nothing is read, set or pasted here. Both halves live and die with one session, and forget at once when a grant goes.

use std::collections::VecDeque;

use temoto_wire::limits::{CLIPBOARD_BYTES, CLIPBOARD_PIECE_BYTES};
use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::{ClipOffer, ClipPiece};

use crate::SessionError;

/// Pieces on their way at the same time: keys and the screen never wait for more.
const PIECES: usize = 2;

/// The sending half.
#[derive(Debug, Default)]
pub struct ClipSender {
    number: u32,
    text: Vec<u8>,
    /// Bytes that were handed out; `None` while nobody asked for them.
    at: Option<usize>,
    /// Stream numbers of the pieces on their way.
    flying: VecDeque<u64>,
}

impl ClipSender {
    /// A new text, in place of the last one. One that is too long is only told of; an empty one is not.
    pub fn offer(&mut self, text: &str) -> Option<Body> {
        self.stop();
        if text.is_empty() {
            return None;
        }
        self.number = self.number.wrapping_add(1);
        if text.len() <= CLIPBOARD_BYTES {
            text.as_bytes().clone_into(&mut self.text);
        }
        Some(Body::Offer(ClipOffer {
            number: self.number,
            bytes: u32::try_from(text.len()).unwrap_or(u32::MAX),
        }))
    }

    /// A text that is too long to be carried over.
    pub fn offer_too_long(&mut self) -> Body {
        self.stop();
        self.number = self.number.wrapping_add(1);
        Body::Offer(ClipOffer {
            number: self.number,
            bytes: u32::MAX,
        })
    }

    /// The text is wanted, all of it from the beginning; asking for another one than the newest does nothing.
    pub const fn fetch(&mut self, number: u32) {
        if number == self.number && !self.text.is_empty() && self.at.is_none() {
            self.at = Some(0);
        }
    }

    /// The number of the newest offer.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The next piece, if one may go now. Tell its stream number by [`ClipSender::sent`].
    pub fn next_piece(&mut self) -> Option<Body> {
        let at = self.at?;
        if self.flying.len() >= PIECES || at >= self.text.len() {
            return None;
        }
        let end = (at + CLIPBOARD_PIECE_BYTES).min(self.text.len());
        let piece = ClipPiece {
            number: self.number,
            at: u32::try_from(at).unwrap_or(u32::MAX),
            text: self.text.get(at..end)?.to_vec(),
        };
        self.at = Some(end);
        Some(Body::Piece(piece))
    }

    /// The piece that was handed out last is on its way under this number.
    pub fn sent(&mut self, number: u64) {
        self.flying.push_back(number);
    }

    /// Everything below `next` arrived; `true` if the whole text is there now.
    pub fn delivered(&mut self, next: u64) -> bool {
        while self.flying.front().is_some_and(|&number| number < next) {
            self.flying.pop_front();
        }
        let done = !self.text.is_empty() && self.at == Some(self.text.len()) && self.flying.is_empty();
        if done {
            self.stop();
        }
        done
    }

    /// How much is on its way or there, in percent; `None` while nothing is being sent.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let at = self.at?;
        u8::try_from(at * 100 / self.text.len().max(1)).ok()
    }

    /// Nothing of the text stays here.
    pub fn stop(&mut self) {
        self.text = Vec::new();
        self.at = None;
        self.flying.clear();
    }
}

/// The receiving half.
#[derive(Debug, Default)]
pub struct ClipReceiver {
    offer: Option<ClipOffer>,
    buffer: Vec<u8>,
}

impl ClipReceiver {
    /// The newest offer.
    #[must_use]
    pub const fn offer(&self) -> Option<ClipOffer> {
        self.offer
    }

    /// Whether an offer is longer than what is carried over.
    #[must_use]
    pub const fn is_too_long(offer: ClipOffer) -> bool {
        offer.bytes as usize > CLIPBOARD_BYTES
    }

    /// Another text is offered, in place of the last one.
    pub fn offered(&mut self, offer: ClipOffer) -> Result<(), SessionError> {
        if offer.bytes == 0 {
            return Err(SessionError::Peer("empty clipboard offered"));
        }
        self.offer = Some(offer);
        self.buffer = Vec::new();
        Ok(())
    }

    /// How much is here, in percent; `None` before the first piece.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let bytes = self.offer?.bytes as usize;
        (!self.buffer.is_empty()).then(|| u8::try_from(self.buffer.len() * 100 / bytes.max(1)).unwrap_or(100))
    }

    /// A piece arrived; the text with the last one. Pieces of what is not offered any more are let go.
    pub fn piece(&mut self, piece: &ClipPiece) -> Result<Option<String>, SessionError> {
        let Some(offer) = self.offer.filter(|offer| offer.number == piece.number) else {
            return Ok(None);
        };
        let bytes = offer.bytes as usize;
        let fits = !piece.text.is_empty()
            && piece.text.len() <= CLIPBOARD_PIECE_BYTES
            && bytes <= CLIPBOARD_BYTES
            && piece.at as usize == self.buffer.len()
            && self.buffer.len() + piece.text.len() <= bytes;
        if !fits {
            self.forget();
            return Err(SessionError::Peer("piece of a clipboard out of place"));
        }
        self.buffer.extend_from_slice(&piece.text);
        if self.buffer.len() < bytes {
            return Ok(None);
        }
        let text = std::mem::take(&mut self.buffer);
        let text = String::from_utf8(text).map_err(|_| SessionError::Peer("clipboard is no text"))?;
        Ok(Some(text))
    }

    /// Nothing of it stays here.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// A text as it may be set on a machine: without control characters but tabulators and line ends, which are those of the receiver.
#[must_use]
pub fn settable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carry(text: &str) -> (Option<String>, usize) {
        let (mut sender, mut receiver) = (ClipSender::default(), ClipReceiver::default());
        let Some(Body::Offer(offer)) = sender.offer(text) else {
            return (None, 0);
        };
        receiver.offered(offer).expect("an offer");
        assert_eq!(sender.next_piece(), None, "nobody asked for it");
        sender.fetch(offer.number);
        let (mut got, mut pieces) = (None, 0);
        while let Some(Body::Piece(piece)) = sender.next_piece() {
            sender.sent(pieces as u64);
            got = receiver.piece(&piece).expect("in place");
            pieces += 1;
            sender.delivered(pieces as u64);
        }
        (got, pieces)
    }

    #[test]
    fn a_text_arrives_as_it_is_whatever_its_length() {
        assert_eq!(carry(""), (None, 0));
        assert_eq!(carry("手元"), (Some("手元".to_owned()), 1));
        let long = "あいう\n".repeat(100_000);
        assert_eq!(
            carry(&long),
            (Some(long.clone()), long.len().div_ceil(CLIPBOARD_PIECE_BYTES))
        );
    }

    #[test]
    fn no_more_than_two_pieces_are_on_their_way() {
        let mut sender = ClipSender::default();
        let text = "x".repeat(CLIPBOARD_PIECE_BYTES * 5);
        sender.offer(&text);
        sender.fetch(sender.number());
        for n in 0..2 {
            assert!(sender.next_piece().is_some());
            sender.sent(n);
        }
        assert_eq!(sender.next_piece(), None);
        assert!(!sender.delivered(1));
        assert!(sender.next_piece().is_some());
    }

    #[test]
    fn what_is_too_long_is_told_of_and_never_sent() {
        let mut sender = ClipSender::default();
        let Some(Body::Offer(offer)) = sender.offer(&"x".repeat(CLIPBOARD_BYTES + 1)) else {
            panic!("an offer");
        };
        assert!(ClipReceiver::is_too_long(offer));
        sender.fetch(offer.number);
        assert_eq!(sender.next_piece(), None);
        let mut receiver = ClipReceiver::default();
        receiver.offered(offer).expect("an offer");
        let piece = ClipPiece {
            number: offer.number,
            at: 0,
            text: vec![b'x'],
        };
        assert!(receiver.piece(&piece).is_err());
    }

    #[test]
    fn pieces_out_of_place_too_many_or_no_text_are_refused() {
        let piece = |at, text: &[u8]| ClipPiece {
            number: 1,
            at,
            text: text.to_vec(),
        };
        let receiver = || {
            let mut receiver = ClipReceiver::default();
            receiver
                .offered(ClipOffer { number: 1, bytes: 4 })
                .expect("an offer");
            receiver
        };
        assert!(receiver().piece(&piece(1, b"ab")).is_err(), "a gap");
        assert!(
            receiver().piece(&piece(0, b"abcde")).is_err(),
            "more than offered"
        );
        assert!(receiver().piece(&piece(0, b"")).is_err(), "nothing");
        assert!(receiver().piece(&piece(0, b"ab\xff\xfe")).is_err(), "no UTF-8");
        assert_eq!(
            receiver().piece(&ClipPiece {
                number: 2,
                ..piece(0, b"ab")
            }),
            Ok(None)
        );
        assert!(
            ClipReceiver::default()
                .offered(ClipOffer { number: 1, bytes: 0 })
                .is_err()
        );
    }

    #[test]
    fn a_text_is_set_without_control_characters() {
        assert_eq!(settable("a\u{1b}[31m\tb\r\nc\u{0}"), "a[31m\tb\r\nc");
    }
}
