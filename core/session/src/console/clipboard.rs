//! The two clipboards as the operator uses them: put the own text on the customer's, and take what the customer copied. Each is one
//! press; nothing goes by itself, and both sides read of it in the chat.

use temoto_wire::proto::ClipFetch;
use temoto_wire::proto::clipboard::Body;

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::channel::clipboard::ClipReceiver;
use crate::output::Output;
use crate::permission::{Capability, MessageKind};
use crate::view::ClipboardView;

impl Console {
    /// Puts a text on the customer's clipboard.
    pub(super) fn put_clipboard(&mut self, now_ms: u64, text: &str) -> Result<(), SessionError> {
        let (_, end) = self.program().ok_or(SessionError::State("no program"))?;
        if !end.grants.allows(Capability::ClipboardIn) {
            return Err(SessionError::State("not granted"));
        }
        let offer = self
            .clip_out
            .offer(text)
            .ok_or(SessionError::Malformed("empty clipboard"))?;
        if let Body::Offer(offer) = &offer
            && ClipReceiver::is_too_long(*offer)
        {
            self.notify("clipboard_too_long", Vec::new());
            return Ok(());
        }
        // Whoever puts does not wait to be asked: the customer allowed it.
        self.clip_out.fetch(self.clip_out.number());
        self.clip_length = text.chars().count();
        self.send_clipboard(now_ms, offer)?;
        self.send_pieces(now_ms);
        self.view_due = true;
        Ok(())
    }

    /// Asks for what the customer copied last.
    pub(super) fn fetch_clipboard(&mut self, now_ms: u64) -> Result<(), SessionError> {
        let offer = self
            .clip_in
            .offer()
            .ok_or(SessionError::State("nothing was copied"))?;
        if ClipReceiver::is_too_long(offer) {
            self.notify("clipboard_too_long", Vec::new());
            return Ok(());
        }
        let fetch = ClipFetch { number: offer.number };
        self.send_clipboard(now_ms, Body::Fetch(fetch))?;
        Ok(())
    }

    pub(super) fn clipboard_arrived(&mut self, now_ms: u64, participant: u8, body: &Body) {
        if !self.accepts(now_ms, participant, MessageKind::of_clipboard(body)) {
            return;
        }
        let taken = match body {
            Body::Offer(offer) => self.clip_in.offered(*offer).map(|()| None),
            Body::Piece(piece) => self.clip_in.piece(piece),
            // The table refuses it.
            Body::Fetch(_) => return,
        };
        self.view_due = true;
        match taken {
            Ok(Some(text)) => {
                self.tell(now_ms, "clipboard_taken", vec![text.chars().count().to_string()]);
                self.outputs
                    .push_back(Output::Event(ConsoleEvent::Clipboard(text)));
            }
            Ok(None) => {}
            Err(_) => {
                if let Some(end) = self.ends.get_mut(&participant) {
                    end.peer.violation(now_ms, &mut self.rng);
                }
            }
        }
    }

    pub(super) fn clipboard_delivered(&mut self, now_ms: u64, next: u64) {
        if self.clip_out.delivered(next) {
            let length = self.clip_length.to_string();
            self.tell(now_ms, "clipboard_put", vec![length]);
        }
        self.send_pieces(now_ms);
        self.view_due = true;
    }

    /// What is granted changed: nothing stays of what may not be carried any more.
    pub(super) fn follow_clipboard(&mut self) {
        let allows = |c| self.program().is_some_and(|(_, end)| end.grants.allows(c));
        let (into, out) = (allows(Capability::ClipboardIn), allows(Capability::ClipboardOut));
        if !into {
            self.clip_out.stop();
        }
        if !out {
            self.clip_in.forget();
        }
    }

    /// What the page shows of it.
    pub(super) fn clipboard_view(&self) -> ClipboardView {
        let offer = self.clip_in.offer();
        ClipboardView {
            offered_bytes: offer.map(|offer| offer.bytes),
            too_long: offer.is_some_and(ClipReceiver::is_too_long),
            coming_percent: self.clip_in.percent(),
            going_percent: self.clip_out.percent(),
        }
    }

    fn send_pieces(&mut self, now_ms: u64) {
        while let Some(piece) = self.clip_out.next_piece() {
            match self.send_clipboard(now_ms, piece) {
                Ok(number) => self.clip_out.sent(number),
                Err(_) => return self.clip_out.stop(),
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
