//! What the customer writes, until a console has it.

use std::collections::BTreeSet;

use super::Agent;
use crate::channel::chat::{Delivery, From, Line};

impl Agent {
    pub(super) fn write(&mut self, now_ms: u64, text: String) {
        let mut line = Line {
            id: Line::new_id(&mut self.rng),
            from: From::Customer,
            text,
            arguments: Vec::new(),
            at_ms: self.unix(now_ms),
            state: Delivery::Pending,
        };
        match self
            .peer
            .as_mut()
            .map(|peer| peer.send_chat(now_ms, line.alone(), &mut self.rng))
        {
            Some(Ok(number)) => self.pending.push_back((number, line.id.clone())),
            Some(Err(_)) | None => line.state = Delivery::Perhaps,
        }
        self.chat.add(line);
        (self.view_due, self.store_due) = (true, true);
    }

    /// What the customer wrote and no console acknowledged goes to the one that is there now, under the ids that it has:
    /// a console that knows them already takes them once.
    pub(super) fn write_again(&mut self, now_ms: u64) {
        let Some(peer) = &mut self.peer else { return };
        let known: BTreeSet<String> = self.pending.iter().map(|(_, id)| id.clone()).collect();
        let open: Vec<Line> = self
            .chat
            .lines()
            .iter()
            .filter(|line| {
                line.from == From::Customer && line.state != Delivery::Sent && !known.contains(&line.id)
            })
            .cloned()
            .collect();
        for line in open {
            if let Ok(number) = peer.send_chat(now_ms, line.alone(), &mut self.rng) {
                self.chat.mark(&line.id, Delivery::Pending);
                self.pending.push_back((number, line.id));
            }
        }
    }
}
