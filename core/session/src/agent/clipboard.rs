//! The customer's clipboard: what the operator puts there, and what the customer copied and the operator asks for.

use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::refused::Reason;

use super::{Agent, AgentEvent};
use crate::channel::clipboard::settable;
use crate::output::Output;
use crate::permission::{Capability, MessageKind, Verdict};

impl Agent {
    /// The customer copied this text, or one that is too long to be carried over (`None`). Nothing is told of it unless that is allowed;
    /// the text itself leaves only when the operator asks for it.
    pub fn copied(&mut self, now_ms: u64, text: Option<&str>) {
        if self.grants.allows(Capability::ClipboardOut) {
            let offer = match text {
                Some(text) => self.clip_out.offer(text),
                None => Some(self.clip_out.offer_too_long()),
            };
            if let Some(offer) = offer {
                self.send_clipboard(now_ms, offer);
            }
        }
        self.settle(now_ms);
    }

    /// The clipboard of this machine cannot be used; `detail` says why, in words for the operator.
    pub fn clipboard_refused(&mut self, now_ms: u64, detail: String) {
        self.refuse(now_ms, Reason::NoClipboard, Capability::ClipboardIn, detail);
        self.settle(now_ms);
    }

    pub(super) fn clipboard_arrived(&mut self, now_ms: u64, body: &Body) {
        match self.judge(now_ms, MessageKind::of_clipboard(body), None) {
            Verdict::Take => {}
            Verdict::Drop | Verdict::Report => return,
            Verdict::Violation => return self.violated(now_ms),
        }
        let taken = match body {
            Body::Offer(offer) => self.clip_in.offered(*offer).map(|()| None),
            Body::Piece(piece) => self.clip_in.piece(piece),
            Body::Fetch(fetch) => {
                self.clip_out.fetch(fetch.number);
                self.send_pieces(now_ms);
                Ok(None)
            }
        };
        match taken {
            Ok(Some(text)) => self
                .outputs
                .push_back(Output::Event(AgentEvent::SetClipboard(settable(&text)))),
            Ok(None) => {}
            Err(_) => self.violated(now_ms),
        }
    }

    pub(super) fn clipboard_delivered(&mut self, now_ms: u64, next: u64) {
        self.clip_out.delivered(next);
        self.send_pieces(now_ms);
    }

    /// What is allowed changed: nothing half done stays of what is not, and the shell knows whether to look.
    pub(super) fn follow_clipboard(&mut self) {
        let watch = self.grants.allows(Capability::ClipboardOut);
        if !watch {
            self.clip_out.stop();
        }
        if !self.grants.allows(Capability::ClipboardIn) {
            self.clip_in.forget();
        }
        if self.clip_watched != watch {
            self.clip_watched = watch;
            self.outputs
                .push_back(Output::Event(AgentEvent::WatchClipboard(watch)));
        }
    }

    fn send_pieces(&mut self, now_ms: u64) {
        while let Some(piece) = self.clip_out.next_piece() {
            match self.send_clipboard(now_ms, piece) {
                Some(number) => self.clip_out.sent(number),
                None => return self.clip_out.stop(),
            }
        }
    }

    fn send_clipboard(&mut self, now_ms: u64, body: Body) -> Option<u64> {
        let peer = self.peer.as_mut()?;
        peer.send_clipboard(now_ms, body, &mut self.rng).ok()
    }
}
