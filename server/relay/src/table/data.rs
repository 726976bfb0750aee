//! Forwarding sealed bytes between an agent and the console.

use temoto_model::SessionId;
use temoto_wire::limits::PARTICIPANTS;
use temoto_wire::relay::{Detached, FromServer};

use super::Table;
use crate::event::ConnId;
use crate::opaque::Sealed;

impl Table {
    pub(super) fn forward(&mut self, id: ConnId, session: SessionId, from: u8, to: u8, sealed: Sealed) {
        let is_pair = (from == 0) != (to == 0) && usize::from(to) < PARTICIPANTS;
        if !is_pair {
            return self.detach(id, Detached::Protocol);
        }
        let receiver = self.sessions.get(&session).and_then(|s| s.places.get(&to));
        // Whoever is not there gets nothing: the next attachment begins a new run anyway.
        let Some(to_conn) = receiver.and_then(|place| place.conn) else {
            return;
        };
        let Some(conn) = self.conns.get_mut(&to_conn) else {
            return;
        };
        if conn.outbox.data(self.now, from, sealed).is_ok() {
            return self.wake(to_conn);
        }
        tracing::warn!(%session, from, to, "queue overflowed and was dropped");
        self.reset(to_conn, from);
        self.reset(id, to);
    }

    fn reset(&mut self, id: ConnId, participant: u8) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let message = FromServer::Reset { participant }.encode();
        if conn.outbox.control_once(self.now, message).is_err() {
            return self.detach(id, Detached::Slow);
        }
        self.wake(id);
    }
}
