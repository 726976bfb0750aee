//! The half that offers and sends.

use std::collections::VecDeque;

use temoto_wire::limits::{CLIPBOARD_AT_ONCE_BYTES, CLIPBOARD_PIECE_BYTES};
use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::{ClipOffer, ClipPart, ClipPiece};

use super::{Clip, ClipKind};

/// Pieces on their way at the same time, at first: keys and the screen never wait for more.
const FEWEST: usize = 2;
/// The most of them, on a line that takes them quickly: together with a picture of the screen they fit into what the relay holds.
const MOST: usize = 6;
/// A piece that arrives within this was not held up by those before it.
const QUICK_MS: u64 = 250;

/// The sending half. What it offers it keeps until something else is copied, so that it can be asked for more than once.
#[derive(Debug, Default)]
pub struct ClipSender {
    number: u32,
    parts: Vec<(ClipKind, Vec<u8>)>,
    /// What was asked for and is not on its way yet.
    asked: VecDeque<ClipKind>,
    /// Bytes of the first of them that were handed out.
    at: usize,
    /// Bytes that were handed out and are to be handed out, since nothing was asked for.
    done: usize,
    wanted: usize,
    /// Stream numbers of the pieces on their way, and when they went.
    flying: VecDeque<(u64, u64)>,
    /// How many more than [`FEWEST`] may fly.
    more: usize,
}

impl ClipSender {
    /// A new copy, in place of the last one. One that is too long is only told of; an empty one is not.
    pub fn offer(&mut self, clip: Clip) -> Option<Body> {
        self.stop();
        let parts = clip.into_parts();
        if parts.iter().any(|(_, data)| data.is_empty()) {
            return None;
        }
        self.number = self.number.wrapping_add(1);
        let told = parts.iter().map(|(kind, data)| ClipPart {
            kind: kind.to_proto(),
            bytes: u32::try_from(data.len()).unwrap_or(u32::MAX),
        });
        let told = told.collect();
        if parts.iter().all(|(kind, data)| data.len() <= kind.longest()) {
            self.parts = parts;
        }
        Some(Body::Offer(ClipOffer {
            number: self.number,
            parts: told,
        }))
    }

    /// Something that is too long to be carried over.
    pub fn offer_too_long(&mut self, kind: ClipKind) -> Body {
        self.stop();
        self.number = self.number.wrapping_add(1);
        let part = ClipPart {
            kind: kind.to_proto(),
            bytes: u32::MAX,
        };
        Body::Offer(ClipOffer {
            number: self.number,
            parts: vec![part],
        })
    }

    /// These parts are wanted, each from its beginning; asking for another copy than the newest, or for what is on its way, does nothing.
    pub fn fetch(&mut self, number: u32, kinds: impl IntoIterator<Item = ClipKind>) {
        if number != self.number {
            return;
        }
        for kind in kinds {
            if let Some((_, data)) = self.parts.iter().find(|(part, _)| *part == kind)
                && !self.asked.contains(&kind)
            {
                self.wanted += data.len();
                self.asked.push_back(kind);
            }
        }
    }

    /// What goes without being asked for: the parts that are small.
    pub fn fetch_small(&mut self) {
        let small = self
            .parts
            .iter()
            .filter(|(_, data)| data.len() <= CLIPBOARD_AT_ONCE_BYTES);
        let small: Vec<ClipKind> = small.map(|(kind, _)| *kind).collect();
        self.fetch(self.number, small);
    }

    /// The number of the newest offer.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The next piece, if one may go now. Tell its stream number by [`ClipSender::sent`].
    pub fn next_piece(&mut self) -> Option<Body> {
        if self.flying.len() >= FEWEST + self.more {
            return None;
        }
        let kind = *self.asked.front()?;
        let (_, data) = self.parts.iter().find(|(part, _)| *part == kind)?;
        let end = (self.at + CLIPBOARD_PIECE_BYTES).min(data.len());
        let piece = ClipPiece {
            number: self.number,
            at: u32::try_from(self.at).unwrap_or(u32::MAX),
            data: data.get(self.at..end)?.to_vec(),
            kind: kind.to_proto(),
        };
        self.done += end - self.at;
        self.at = end;
        if end == data.len() {
            self.asked.pop_front();
            self.at = 0;
        }
        Some(Body::Piece(piece))
    }

    /// The piece that was handed out last is on its way under this number.
    pub fn sent(&mut self, now_ms: u64, number: u64) {
        self.flying.push_back((number, now_ms));
    }

    /// Everything below `next` arrived; `true` if all that was asked for is there now.
    pub fn delivered(&mut self, now_ms: u64, next: u64) -> bool {
        let flew = !self.flying.is_empty();
        while let Some(&(number, at_ms)) = self.flying.front()
            && number < next
        {
            self.flying.pop_front();
            let quick = now_ms.saturating_sub(at_ms) <= QUICK_MS;
            self.more = if quick {
                (self.more + 1).min(MOST - FEWEST)
            } else {
                0
            };
        }
        let done = flew && self.is_idle();
        if done {
            (self.done, self.wanted) = (0, 0);
        }
        done
    }

    /// Whether nothing is asked for and nothing is on its way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.asked.is_empty() && self.flying.is_empty()
    }

    /// How much of what was asked for is on its way or there, in percent; `None` while nothing is being sent.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        (!self.is_idle()).then(|| u8::try_from(self.done * 100 / self.wanted.max(1)).unwrap_or(100))
    }

    /// Nothing of the copy stays here.
    pub fn stop(&mut self) {
        *self = Self {
            number: self.number,
            ..Self::default()
        };
    }
}
