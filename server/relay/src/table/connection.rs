//! Connections: their time limits, their goodbyes, and what their end means for what they stood for.

use rand_core::CryptoRngCore;
use temoto_wire::relay::{Detached, FromServer};

use super::{Conn, Due, FIRST_MESSAGE_MS, GOODBYE_MS, PING_MS, SILENCE_MS, State, Table};
use crate::event::{Action, ConnId};

impl Table {
    pub(super) fn conn_due(&mut self, id: ConnId, rng: &mut dyn CryptoRngCore) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let silence = self.now.saturating_sub(conn.heard_at);
        match conn.state {
            State::Closing { until } => {
                if self.now >= until {
                    self.actions.push(Action::Kill(id));
                    return;
                }
            }
            State::Fresh { since } => {
                if self.now >= since.saturating_add(FIRST_MESSAGE_MS) {
                    self.detach(id, Detached::Protocol);
                    return;
                }
            }
            State::Working(ref working) if self.now >= working.until => {
                self.detach(id, Detached::Busy);
                return;
            }
            State::Checking(_) | State::Working(_) | State::Knocking(_) | State::Attached { .. } => {
                if silence >= SILENCE_MS {
                    // Dead, not at fault: no goodbye, so that it comes back if it lives.
                    tracing::debug!(conn = id.0, "connection is silent");
                    self.actions.push(Action::Kill(id));
                    self.gone(id);
                    return;
                }
                if conn.outbox.is_slow(self.now) {
                    self.detach(id, Detached::Slow);
                    return;
                }
                if silence >= PING_MS.saturating_mul(conn.pings + 1) {
                    conn.pings += 1;
                    let mut bytes = [0; 8];
                    rng.fill_bytes(&mut bytes);
                    self.say(id, &FromServer::Ping(bytes));
                }
            }
        }
        self.schedule(id);
    }

    /// Sets the next deadline of a connection.
    pub(super) fn schedule(&mut self, id: ConnId) {
        let Some(conn) = self.conns.get(&id) else { return };
        let at = match conn.state {
            State::Closing { until } => until,
            State::Fresh { since } => since.saturating_add(FIRST_MESSAGE_MS),
            State::Working(ref working) => working.until.min(asked_at(conn)),
            State::Checking(_) | State::Knocking(_) | State::Attached { .. } => asked_at(conn),
        };
        self.agenda.set(Due::Conn(id), at);
    }

    /// Sends a control message.
    pub(super) fn say(&mut self, id: ConnId, message: &FromServer) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        if conn.outbox.control(self.now, message.encode()).is_err() {
            return self.detach(id, Detached::Slow);
        }
        self.wake(id);
    }

    /// Sends news of a participant, after what waits from it.
    pub(super) fn say_of(&mut self, id: ConnId, participant: u8, message: &FromServer) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let told = conn.outbox.control_after(self.now, participant, message.encode());
        if told.is_err() {
            return self.detach(id, Detached::Slow);
        }
        self.wake(id);
    }

    pub(super) fn wake(&mut self, id: ConnId) {
        if self.conns.get_mut(&id).is_some_and(|c| c.outbox.wake()) {
            self.actions.push(Action::Wake(id));
        }
    }

    /// Closes a connection for a reason of its own making; nothing else is delivered.
    pub(super) fn detach(&mut self, id: ConnId, why: Detached) {
        tracing::info!(conn = id.0, ?why, "connection detached");
        self.close(id, Some(FromServer::Detached(why).encode()), false);
    }

    /// Closes a connection after `last`; with `deliver` after what still waits.
    pub(super) fn close(&mut self, id: ConnId, last: Option<Vec<u8>>, deliver: bool) {
        let until = self.now.saturating_add(GOODBYE_MS);
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        if matches!(conn.state, State::Closing { .. }) {
            return;
        }
        conn.outbox.finish(self.now, last, deliver);
        let state = std::mem::replace(&mut conn.state, State::Closing { until });
        self.wake(id);
        self.schedule(id);
        self.state_left(id, &state);
    }

    /// The connection does not exist any more.
    pub(super) fn gone(&mut self, id: ConnId) {
        let Some(conn) = self.conns.remove(&id) else {
            return;
        };
        self.agenda.cancel(Due::Conn(id));
        self.gate.leave(conn.caller.address, conn.stranger);
        self.state_left(id, &conn.state);
    }

    /// Undoes what a connection stood for.
    fn state_left(&mut self, id: ConnId, state: &State) {
        match state {
            State::Fresh { .. } | State::Checking(_) | State::Working(_) | State::Closing { .. } => {}
            State::Knocking(attempt) => self.agent_lost(*attempt),
            State::Attached { session, participant } => {
                if *participant == 0 {
                    self.console_lost(id);
                }
                self.absent(id, *session, *participant);
            }
        }
    }
}

/// When a connection that is silent or slow is looked at.
fn asked_at(conn: &Conn) -> u64 {
    let silent = PING_MS.saturating_mul(conn.pings + 1).min(SILENCE_MS);
    let heard = conn.heard_at.saturating_add(silent);
    conn.outbox.slow_at().map_or(heard, |slow| slow.min(heard))
}
