//! The two clipboards as the operator uses them: put the own copy on the customer's, and take what the customer copied. Each is one
//! press; nothing goes by itself, and both sides read of it in the chat.

use temoto_codec::png;
use temoto_wire::proto::ClipFetch;
use temoto_wire::proto::clipboard::Body;

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::channel::clipboard::{Clip, ClipKind, ClipReceiver, ClipSender};
use crate::happened::Happened;
use crate::output::Output;
use crate::permission::{Capability, MessageKind};
use crate::view::{ClipboardView, OfferedView};

/// Both directions.
#[derive(Debug, Default)]
pub(super) struct Clipboards {
    incoming: ClipReceiver,
    /// The parts that are here of what was asked for.
    got: Vec<(ClipKind, Vec<u8>)>,
    outgoing: ClipSender,
    /// To be told once the customer can paste: an event with its arguments.
    told: Option<(Happened, Vec<String>)>,
}

impl Clipboards {
    /// The program is another one: nothing is left of what was under way with the one before.
    pub(super) fn forget(&mut self) {
        self.forget_incoming();
        self.stop_outgoing();
    }

    fn forget_incoming(&mut self) {
        self.incoming.forget();
        self.got.clear();
    }

    fn stop_outgoing(&mut self) {
        self.outgoing.stop();
        self.told = None;
    }
}

impl Console {
    /// Puts a picture on the customer's clipboard, as [`crate::ConsoleCommand::PutClipboard`] does with a text. `png` is one.
    ///
    /// # Errors
    /// It is none, or nothing may be put there; nothing is lost by it.
    pub fn put_picture(&mut self, now_ms: u64, png: Vec<u8>) -> Result<(), SessionError> {
        let done = self.put_clipboard(now_ms, Clip::Image(png));
        self.settle(now_ms);
        done
    }

    /// Puts something on the customer's clipboard.
    pub(super) fn put_clipboard(&mut self, now_ms: u64, clip: Clip) -> Result<(), SessionError> {
        let (_, end) = self.program().ok_or(SessionError::State("no program"))?;
        if !end.grants.allows(Capability::ClipboardIn) {
            return Err(SessionError::State("not granted"));
        }
        // What has too many pixels to be looked at is too long as well.
        let told = match &clip {
            Clip::Text { text, .. } => {
                let characters = text.chars().count().to_string();
                (text.len() <= ClipKind::Text.longest()).then_some((Happened::ClipboardPut, vec![characters]))
            }
            Clip::Image(png) => match png::size_of(png) {
                Ok(size) => {
                    let sides = vec![size.width.to_string(), size.height.to_string()];
                    (png.len() <= ClipKind::Image.longest()).then_some((Happened::ClipboardPutImage, sides))
                }
                Err(png::PngError::TooLarge) => None,
                Err(png::PngError::Malformed) => return Err(SessionError::Malformed("no picture")),
            },
        };
        if told.is_none() {
            self.notify("clipboard_too_long", Vec::new());
            return Ok(());
        }
        let offer = self.clipboards.outgoing.offer(clip);
        let offer = offer.ok_or(SessionError::Malformed("empty clipboard"))?;
        let number = self.send_clipboard(now_ms, offer)?;
        self.clipboards.told = told;
        // Whoever puts does not wait to be asked for what is small: the customer allowed it.
        self.clipboards.outgoing.sent(now_ms, number);
        self.clipboards.outgoing.fetch_small();
        self.send_pieces(now_ms);
        self.view_due = true;
        Ok(())
    }

    /// Asks for what the customer copied last.
    pub(super) fn fetch_clipboard(&mut self, now_ms: u64) -> Result<(), SessionError> {
        let Clipboards { incoming, got, .. } = &mut self.clipboards;
        let number = incoming
            .number()
            .ok_or(SessionError::State("nothing was copied"))?;
        if incoming.is_too_long() {
            self.notify("clipboard_too_long", Vec::new());
            return Ok(());
        }
        if incoming.is_waiting() {
            return Ok(());
        }
        got.clear();
        let kinds: Vec<ClipKind> = incoming.kinds().collect();
        let kinds = kinds.into_iter().filter(|&kind| incoming.want(kind));
        let kinds = kinds.map(ClipKind::to_proto).collect();
        self.send_clipboard(now_ms, Body::Fetch(ClipFetch { number, kinds }))?;
        Ok(())
    }

    pub(super) fn clipboard_arrived(&mut self, now_ms: u64, participant: u8, body: &Body) {
        if !self.accepts(now_ms, participant, MessageKind::of_clipboard(body)) {
            return;
        }
        let taken = match body {
            Body::Offer(offer) => {
                self.clipboards.got.clear();
                self.clipboards.incoming.offered(offer).map(|()| None)
            }
            Body::Piece(piece) => self.clipboards.incoming.piece(piece),
            Body::Fetch(fetch) => {
                let kinds = fetch.kinds.iter().take(8);
                let kinds = kinds.filter_map(|&kind| ClipKind::from_proto(kind));
                self.clipboards.outgoing.fetch(fetch.number, kinds);
                self.send_pieces(now_ms);
                Ok(None)
            }
        };
        self.view_due = true;
        let good = match taken {
            Ok(Some(kind)) => self.part_came(now_ms, kind),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if good.is_err()
            && let Some(end) = self.ends.get_mut(&participant)
        {
            end.peer.violation(now_ms, &mut self.rng);
        }
    }

    /// One part is whole; with the last one the operator has it.
    fn part_came(&mut self, now_ms: u64, kind: ClipKind) -> Result<(), SessionError> {
        let Clipboards { incoming, got, .. } = &mut self.clipboards;
        if let Some(data) = incoming.take(kind) {
            got.push((kind, data));
        }
        if incoming.is_waiting() {
            return Ok(());
        }
        let (mut text, mut html, mut image) = (None, None, None);
        for (kind, data) in got.drain(..) {
            match kind {
                ClipKind::Text => text = String::from_utf8(data).ok(),
                ClipKind::Html => html = String::from_utf8(data).ok(),
                ClipKind::Image => image = Some(data),
            }
        }
        let (clip, event, arguments) = if let Some(image) = image {
            // What another end calls a picture goes no further than here unless it is one, and only its pixels do.
            let image = png::anew(&image, ClipKind::Image.longest());
            let image = image.map_err(|_| SessionError::Peer("clipboard is no picture"))?;
            let size = png::size_of(&image).map_err(|_| SessionError::Peer("clipboard is no picture"))?;
            let sides = vec![size.width.to_string(), size.height.to_string()];
            (Clip::Image(image), Happened::ClipboardTakenImage, sides)
        } else {
            let text = text.ok_or(SessionError::Peer("clipboard without a text"))?;
            let characters = vec![text.chars().count().to_string()];
            (Clip::Text { text, html }, Happened::ClipboardTaken, characters)
        };
        self.tell(now_ms, event, arguments);
        self.outputs
            .push_back(Output::Event(ConsoleEvent::Clipboard(clip)));
        Ok(())
    }

    pub(super) fn clipboard_delivered(&mut self, now_ms: u64, next: u64) {
        if self.clipboards.outgoing.delivered(now_ms, next)
            && let Some((event, arguments)) = self.clipboards.told.take()
        {
            self.tell(now_ms, event, arguments);
        }
        self.send_pieces(now_ms);
        self.view_due = true;
    }

    /// What is granted changed: nothing stays of what may not be carried any more.
    pub(super) fn follow_clipboard(&mut self) {
        let allows = |c| self.program().is_some_and(|(_, end)| end.grants.allows(c));
        let (into, out) = (allows(Capability::ClipboardIn), allows(Capability::ClipboardOut));
        if !into {
            self.clipboards.stop_outgoing();
        }
        if !out {
            self.clipboards.forget_incoming();
        }
    }

    /// What the page shows of it.
    pub(super) fn clipboard_view(&self) -> ClipboardView {
        let Clipboards {
            incoming, outgoing, ..
        } = &self.clipboards;
        let kinds: Vec<ClipKind> = incoming.kinds().collect();
        let offered = incoming.number().map(|number| OfferedView {
            number,
            kind: match kinds[..] {
                [ClipKind::Image, ..] => "image",
                [_, ClipKind::Html, ..] => "rich",
                _ => "text",
            },
            bytes: incoming.bytes(),
            too_long: incoming.is_too_long(),
        });
        ClipboardView {
            offered,
            coming_percent: incoming.percent(),
            going_percent: outgoing.percent(),
        }
    }

    fn send_pieces(&mut self, now_ms: u64) {
        while let Some(piece) = self.clipboards.outgoing.next_piece() {
            match self.send_clipboard(now_ms, piece) {
                Ok(number) => self.clipboards.outgoing.sent(now_ms, number),
                Err(_) => return self.clipboards.stop_outgoing(),
            }
        }
    }

    fn send_clipboard(&mut self, now_ms: u64, body: Body) -> Result<u64, SessionError> {
        let participant = self.program().map(|(n, _)| n);
        let end = participant
            .and_then(|n| self.ends.get_mut(&n))
            .ok_or(SessionError::State("no program"))?;
        end.peer.send_clipboard(now_ms, body, &mut self.rng)
    }
}
