//! The customer's clipboard: what the operator puts there, and what the customer copied and the operator asks for.

use temoto_wire::proto::ClipFetch;
use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::refused::Reason;

use super::{Agent, AgentEvent};
use crate::channel::clipboard::{
    Clip, ClipCame, ClipKind, ClipReceiver, ClipSender, ClipSet, ClipSetPart, settable,
};
use crate::output::Output;
use crate::permission::{Capability, MessageKind, Verdict};

/// Both directions.
#[derive(Debug, Default)]
pub(super) struct Clipboards {
    incoming: ClipReceiver,
    /// What is offered now was given to the shell.
    set: bool,
    outgoing: ClipSender,
    /// The shell tells what is copied.
    watched: bool,
}

impl Agent {
    /// The customer copied this. Nothing is told of it unless that is allowed; the copy itself leaves only when the operator asks for it.
    pub fn copied(&mut self, now_ms: u64, clip: Clip) {
        self.forget_copied();
        if self.grants.allows(Capability::ClipboardOut)
            && let Some(offer) = self.clipboards.outgoing.offer(clip)
        {
            self.send_clipboard(now_ms, offer);
        }
        self.settle(now_ms);
    }

    /// The customer copied something of this kind that is too long to be carried over.
    pub fn copied_too_long(&mut self, now_ms: u64, kind: ClipKind) {
        self.forget_copied();
        if self.grants.allows(Capability::ClipboardOut) {
            let offer = self.clipboards.outgoing.offer_too_long(kind);
            self.send_clipboard(now_ms, offer);
        }
        self.settle(now_ms);
    }

    /// A program of the customer pastes a part that is not here yet. [`AgentEvent::ClipboardCame`] answers, perhaps with nothing.
    pub fn clipboard_wanted(&mut self, now_ms: u64, number: u32, kind: ClipKind) {
        let allowed = self.grants.allows(Capability::ClipboardIn);
        let incoming = &mut self.clipboards.incoming;
        if !allowed || incoming.number() != Some(number) || !incoming.kinds().any(|known| known == kind) {
            self.clipboard_came(number, kind, None);
        } else if incoming.want(kind) {
            let kinds = vec![kind.to_proto()];
            let fetch = Body::Fetch(ClipFetch { number, kinds });
            if self.send_clipboard(now_ms, fetch).is_none() {
                self.forget_incoming();
            }
        }
        self.settle(now_ms);
    }

    /// The clipboard of this machine cannot be used; `detail` says why, in words for the operator.
    pub fn clipboard_refused(&mut self, now_ms: u64, detail: String) {
        self.refuse(now_ms, Reason::NoClipboard, Capability::ClipboardIn, detail);
        self.settle(now_ms);
    }

    /// Another program holds the clipboard of this machine: what the operator sent last was not put there.
    pub fn clipboard_busy(&mut self, now_ms: u64) {
        let nothing = String::new();
        self.refuse(now_ms, Reason::ClipboardBusy, Capability::ClipboardIn, nothing);
        self.settle(now_ms);
    }

    pub(super) fn clipboard_arrived(&mut self, now_ms: u64, body: &Body) {
        match self.judge(now_ms, MessageKind::of_clipboard(body), None) {
            Verdict::Take => {}
            Verdict::Drop | Verdict::Report => return,
            Verdict::Violation => return self.violated(now_ms),
        }
        match body {
            Body::Offer(offer) => {
                self.forget_incoming();
                let incoming = &mut self.clipboards.incoming;
                if incoming.offered(offer).is_err() {
                    return self.violated(now_ms);
                }
                if !incoming.is_too_long() {
                    incoming.want_small();
                    self.set_clipboard();
                }
            }
            Body::Piece(piece) => match self.clipboards.incoming.piece(piece) {
                Ok(Some(kind)) if self.clipboards.set => {
                    let data = self
                        .clipboards
                        .incoming
                        .take(kind)
                        .map(|data| cleaned(kind, data));
                    self.clipboard_came(piece.number, kind, data);
                }
                Ok(Some(_)) => self.set_clipboard(),
                Ok(None) => {}
                Err(_) => {
                    self.forget_incoming();
                    self.violated(now_ms);
                }
            },
            Body::Fetch(fetch) => {
                let kinds = fetch.kinds.iter().take(8);
                let kinds = kinds.filter_map(|&kind| ClipKind::from_proto(kind));
                self.clipboards.outgoing.fetch(fetch.number, kinds);
                self.send_pieces(now_ms);
            }
        }
    }

    pub(super) fn clipboard_delivered(&mut self, now_ms: u64, next: u64) {
        self.clipboards.outgoing.delivered(now_ms, next);
        self.send_pieces(now_ms);
    }

    /// What is allowed changed: nothing half done stays of what is not, and the shell knows whether to look.
    pub(super) fn follow_clipboard(&mut self) {
        let watch = self.grants.allows(Capability::ClipboardOut);
        if !watch {
            self.clipboards.outgoing.stop();
        }
        if !self.grants.allows(Capability::ClipboardIn) {
            self.forget_incoming();
        }
        if self.clipboards.watched != watch {
            self.clipboards.watched = watch;
            self.outputs
                .push_back(Output::Event(AgentEvent::WatchClipboard(watch)));
        }
    }

    /// The console is another one: nothing is left of what was under way with the one before.
    pub(super) fn forget_clipboards(&mut self) {
        self.forget_incoming();
        self.clipboards.outgoing.stop();
    }

    /// Nothing of what the operator offers stays here, and nobody waits for it any more.
    fn forget_incoming(&mut self) {
        let incoming = &mut self.clipboards.incoming;
        let waiting: Vec<ClipKind> = incoming.waiting().collect();
        let number = incoming.number();
        incoming.forget();
        if std::mem::take(&mut self.clipboards.set)
            && let Some(number) = number
        {
            for kind in waiting {
                self.clipboard_came(number, kind, None);
            }
        }
    }

    /// Something else of the operator's takes the place of whatever is there.
    pub(super) fn replace_clipboard(&mut self) {
        self.forget_incoming();
        self.forget_copied();
    }

    /// Gives the shell what is offered, once everything is here that comes by itself.
    fn set_clipboard(&mut self) {
        let incoming = &mut self.clipboards.incoming;
        let Some(number) = incoming.number().filter(|_| !incoming.is_waiting()) else {
            return;
        };
        let kinds: Vec<ClipKind> = incoming.kinds().collect();
        let parts = kinds.into_iter().map(|kind| ClipSetPart {
            kind,
            data: incoming.take(kind).map(|data| cleaned(kind, data)),
        });
        let parts = parts.collect();
        self.clipboards.set = true;
        // It takes the place of whatever the customer copied.
        self.forget_copied();
        let set = AgentEvent::SetClipboard(ClipSet { number, parts });
        self.outputs.push_back(Output::Event(set));
    }

    fn clipboard_came(&mut self, number: u32, kind: ClipKind, data: Option<Vec<u8>>) {
        let came = AgentEvent::ClipboardCame(ClipCame { number, kind, data });
        self.outputs.push_back(Output::Event(came));
    }

    fn send_pieces(&mut self, now_ms: u64) {
        while let Some(piece) = self.clipboards.outgoing.next_piece() {
            match self.send_clipboard(now_ms, piece) {
                Some(number) => self.clipboards.outgoing.sent(now_ms, number),
                None => return self.clipboards.outgoing.stop(),
            }
        }
    }

    fn send_clipboard(&mut self, now_ms: u64, body: Body) -> Option<u64> {
        let peer = self.peer.as_mut()?;
        peer.send_clipboard(now_ms, body, &mut self.rng).ok()
    }
}

/// A part that was checked, as it may go on.
fn cleaned(kind: ClipKind, data: Vec<u8>) -> Vec<u8> {
    match kind {
        ClipKind::Text => settable(&String::from_utf8_lossy(&data)).into_bytes(),
        ClipKind::Html | ClipKind::Image => data,
    }
}
