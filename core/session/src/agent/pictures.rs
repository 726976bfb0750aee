//! Pictures of the chat: fetched one after the other, and given to the shell.

use temoto_wire::proto::PicturePiece;
use temoto_wire::proto::chat::Body;

use super::{Agent, AgentEvent};
use crate::output::Output;

impl Agent {
    /// Asks for what the lines of the chat tell of and is not here.
    pub(super) fn fetch_pictures(&mut self, now_ms: u64) {
        let Some(peer) = self.peer.as_mut().filter(|peer| peer.is_ready()) else {
            return;
        };
        for fetch in self.pictures.next(self.chat.lines()) {
            // There is always room: a few are on their way at a time, and only while the line is up.
            let _congested = peer.send_chat(now_ms, Body::PictureFetch(fetch), &mut self.rng);
        }
    }

    pub(super) fn picture_piece(&mut self, now_ms: u64, piece: &PicturePiece) {
        match self.pictures.piece(piece) {
            Ok(Some(settled)) => self
                .outputs
                .push_back(Output::Event(AgentEvent::Picture(settled))),
            Ok(None) => {}
            Err(_) => self.violated(now_ms),
        }
        self.fetch_pictures(now_ms);
    }
}
