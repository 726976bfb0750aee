//! Who is there: coming, going, and places that are given up or lost.

use temoto_model::SessionId;
use temoto_store::RelayChange;
use temoto_wire::relay::{Detached, Ended, FromServer, Gone, Peer, ResumeToken};

use super::session::peer;
use super::{Due, PLACE_MS, State, Table};
use crate::event::ConnId;

impl Table {
    /// The connection takes the place; the one that had it is closed. Says what the place is worth to the others.
    pub(super) fn present(&mut self, id: ConnId, session: SessionId, participant: u8) -> bool {
        let place = self
            .sessions
            .get_mut(&session)
            .and_then(|s| s.places.get_mut(&participant));
        let Some(place) = place else { return false };
        let role = place.role;
        let old = place.conn.replace(id);
        self.agenda.cancel(Due::Place(session, participant));
        self.agenda.cancel(Due::Session(session));
        if let Some(old) = old {
            self.detach(old, Detached::Replaced);
        }
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.state = State::Attached { session, participant };
            if std::mem::replace(&mut conn.stranger, false) {
                let address = conn.caller.address;
                self.gate.known(address);
                self.actions.push(crate::event::Action::Known(id));
            }
        }
        tracing::info!(conn = id.0, %session, participant, ?role, "attached");
        self.tell_others(session, participant, &FromServer::Joined { participant, role });
        self.schedule(id);
        true
    }

    /// Tells a participant its place and whom it can reach.
    pub(super) fn welcome(
        &mut self,
        id: ConnId,
        session: SessionId,
        participant: u8,
        resume: Option<ResumeToken>,
    ) {
        let attached = FromServer::Attached {
            participant,
            session: *session.as_bytes(),
            resume,
            peers: self.others(session, participant),
        };
        self.say(id, &attached);
    }

    /// A connection that had the place is not there any more, unless another one took it.
    pub(super) fn absent(&mut self, id: ConnId, session: SessionId, participant: u8) {
        let place = self
            .sessions
            .get_mut(&session)
            .and_then(|s| s.places.get_mut(&participant));
        let Some(place) = place.filter(|p| p.conn == Some(id)) else {
            return;
        };
        place.conn = None;
        self.agenda.set(
            Due::Place(session, participant),
            self.now.saturating_add(PLACE_MS),
        );
        if self.draining {
            // Everybody is told to come back; who went first is nobody's news.
            return;
        }
        let why = Gone::Detached;
        self.tell_others(session, participant, &FromServer::Gone { participant, why });
    }

    /// An agent gives its place up.
    pub(super) fn leave(&mut self, id: ConnId, session: SessionId, participant: u8) {
        self.drop_place(session, participant, Gone::Left);
        self.close(id, None, false);
    }

    pub(super) fn place_due(&mut self, session: SessionId, participant: u8) {
        let s = self.sessions.get(&session);
        let place = s.and_then(|s| s.places.get(&participant));
        if participant == 0 && s.is_some_and(|s| s.paused) {
            // An operator who comes back must find the place. A session that nobody is in at all ends otherwise: the
            // store knows when it was last heard of.
            self.agenda
                .set(Due::Place(session, 0), self.now.saturating_add(PLACE_MS));
            return;
        }
        if place.is_some_and(|place| place.conn.is_none()) {
            self.drop_place(session, participant, Gone::Expired);
        }
    }

    fn drop_place(&mut self, session: SessionId, participant: u8, why: Gone) {
        let Some(s) = self.sessions.get_mut(&session) else {
            return;
        };
        let Some(place) = s.places.remove(&participant) else {
            return;
        };
        let empty = s.places.is_empty();
        self.agenda.cancel(Due::Place(session, participant));
        self.forget_resume(place.resume);
        self.keep(RelayChange::DropPlace { session, participant });
        self.tell_others(session, participant, &FromServer::Gone { participant, why });
        if empty {
            self.end(session, Ended::Expired);
        }
    }

    /// Those whom this participant can reach: the agents for the console, the console for an agent.
    fn others(&self, session: SessionId, participant: u8) -> Vec<Peer> {
        let Some(s) = self.sessions.get(&session) else {
            return Vec::new();
        };
        s.places
            .iter()
            .filter(|(number, _)| (participant == 0) != (**number == 0))
            .map(|(number, place)| peer(*number, place))
            .collect()
    }

    fn tell_others(&mut self, session: SessionId, participant: u8, message: &FromServer) {
        let Some(s) = self.sessions.get(&session) else {
            return;
        };
        let conns: Vec<ConnId> = s
            .places
            .iter()
            .filter(|(number, _)| (participant == 0) != (**number == 0))
            .filter_map(|(_, place)| place.conn)
            .collect();
        for conn in conns {
            self.say_of(conn, participant, message);
        }
    }
}
