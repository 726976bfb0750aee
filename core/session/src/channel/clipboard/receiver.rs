//! The half that is offered something and gets it.

use temoto_wire::limits::{CLIPBOARD_AT_ONCE_BYTES, CLIPBOARD_PIECE_BYTES};
use temoto_wire::proto::{ClipOffer, ClipPiece};

use super::ClipKind;
use crate::SessionError;

/// One part of what is offered.
#[derive(Clone, Debug)]
struct Part {
    kind: ClipKind,
    bytes: usize,
    /// It was asked for, or goes without, and is not whole yet.
    wanted: bool,
    data: Vec<u8>,
}

/// The receiving half. No more is kept than was offered, and nothing that was not asked for.
#[derive(Clone, Debug, Default)]
pub struct ClipReceiver {
    number: u32,
    parts: Vec<Part>,
}

impl ClipReceiver {
    /// Something else is offered, in place of the last one.
    ///
    /// # Errors
    /// [`SessionError::Peer`] for an offer of nothing, or of parts that do not belong together.
    pub fn offered(&mut self, offer: &ClipOffer) -> Result<(), SessionError> {
        self.forget();
        // What only a newer peer knows is left out.
        let known = offer.parts.iter().take(8);
        let known = known.filter_map(|part| Some((ClipKind::from_proto(part.kind)?, part.bytes)));
        let parts: Vec<Part> = known
            .map(|(kind, bytes)| Part {
                kind,
                bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
                wanted: false,
                data: Vec::new(),
            })
            .collect();
        let kinds: Vec<ClipKind> = parts.iter().map(|part| part.kind).collect();
        let together = matches!(
            kinds[..],
            [] | [ClipKind::Text | ClipKind::Image] | [ClipKind::Text, ClipKind::Html]
        );
        if offer.parts.is_empty() || !together || parts.iter().any(|part| part.bytes == 0) {
            return Err(SessionError::Peer("impossible clipboard offered"));
        }
        (self.number, self.parts) = (offer.number, parts);
        Ok(())
    }

    /// The number of the newest offer, if there is one.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        (!self.parts.is_empty()).then_some(self.number)
    }

    /// What the newest offer has, in order.
    pub fn kinds(&self) -> impl Iterator<Item = ClipKind> {
        self.parts.iter().map(|part| part.kind)
    }

    /// All bytes of the newest offer.
    #[must_use]
    pub fn bytes(&self) -> u32 {
        let sum = self
            .parts
            .iter()
            .map(|part| part.bytes)
            .fold(0, usize::saturating_add);
        u32::try_from(sum).unwrap_or(u32::MAX)
    }

    /// Whether it is longer than what is carried over.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.parts.iter().any(|part| part.bytes > part.kind.longest())
    }

    /// The parts that come without being asked for: those that are small.
    pub fn want_small(&mut self) {
        for part in &mut self.parts {
            part.wanted = part.bytes <= CLIPBOARD_AT_ONCE_BYTES;
        }
    }

    /// This part is going to be asked for; `false` if there is none, it is too long, or it is on its way.
    pub fn want(&mut self, kind: ClipKind) -> bool {
        let part = self.parts.iter_mut().find(|part| part.kind == kind);
        match part.filter(|part| !part.wanted && part.bytes <= kind.longest()) {
            Some(part) => {
                part.wanted = true;
                part.data = Vec::new();
                true
            }
            None => false,
        }
    }

    /// Whether something is on its way.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.parts.iter().any(|part| part.wanted)
    }

    /// What is on its way.
    pub fn waiting(&self) -> impl Iterator<Item = ClipKind> {
        self.parts.iter().filter(|part| part.wanted).map(|part| part.kind)
    }

    /// How much is here of what was asked for, in percent; `None` while nothing is on its way.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let (here, all) = self
            .parts
            .iter()
            .filter(|part| part.wanted || !part.data.is_empty())
            .fold((0, 0), |(here, all), part| {
                (here + part.data.len(), all + part.bytes)
            });
        self.is_waiting()
            .then(|| u8::try_from(here * 100 / all.max(1)).unwrap_or(100))
    }

    /// A piece arrived; with the last one of a part its kind is told. Pieces of what is not offered any more are let go.
    ///
    /// # Errors
    /// [`SessionError::Peer`] for what was not asked for, is out of place, or is not what it was called.
    pub fn piece(&mut self, piece: &ClipPiece) -> Result<Option<ClipKind>, SessionError> {
        if self.number() != Some(piece.number) {
            return Ok(None);
        }
        let kind = ClipKind::from_proto(piece.kind);
        let part = self.parts.iter_mut().find(|part| Some(part.kind) == kind);
        let fits = |part: &Part| {
            part.wanted
                && !piece.data.is_empty()
                && piece.data.len() <= CLIPBOARD_PIECE_BYTES
                && part.bytes <= part.kind.longest()
                && piece.at as usize == part.data.len()
                && part.data.len() + piece.data.len() <= part.bytes
        };
        let Some(part) = part.filter(|part| fits(part)) else {
            self.forget();
            return Err(SessionError::Peer("piece of a clipboard out of place"));
        };
        part.data.extend_from_slice(&piece.data);
        if part.data.len() < part.bytes {
            return Ok(None);
        }
        part.wanted = false;
        let kind = part.kind;
        if let Err(error) = kind.check(&part.data) {
            self.forget();
            return Err(error);
        }
        Ok(Some(kind))
    }

    /// A part that is whole, out of here; it can be asked for again.
    pub fn take(&mut self, kind: ClipKind) -> Option<Vec<u8>> {
        let part = self.parts.iter_mut().find(|part| part.kind == kind);
        let part = part.filter(|part| !part.wanted && part.data.len() == part.bytes)?;
        Some(std::mem::take(&mut part.data))
    }

    /// Nothing of it stays here.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}
