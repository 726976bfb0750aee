//! The relay as a state machine: connections, sessions, places, codes, attempts. No I/O, no clock, no task.
//!
//! Whoever drives it ([`crate::relay`]) reports what happened and when, does the [`Action`]s in their order, and
//! calls [`Table::tick`] when [`Table::next_due`] has come. Deadlines are looked at before each event too, so a late
//! timer changes nothing. Bytes of the upper layers pass as [`Sealed`] and [`Letter`], which cannot be read here.
//!
//! [`Sealed`]: crate::opaque::Sealed
//! [`Letter`]: crate::opaque::Letter

mod attach;
mod attempt;
mod connection;
mod data;
mod lobby;
mod presence;
mod session;
#[cfg(test)]
mod stories;
mod verdict;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRngCore;
use temoto_model::budget::{Budget, Demand};
use temoto_model::{LoginId, SessionId, TicketId, Timestamp, TokenHash, UserId};
use temoto_store::{RelayChange, RelayMemory};
use temoto_wire::relay::{Detached, FromServer, Id, Role, Selector};

use crate::agenda::Agenda;
use crate::delays::Delays;
use crate::event::{Action, Caller, ChangeId, ConnId, Event, Verb, Write};
use crate::gate::{Gate, Limits};
use crate::outbox::Outbox;

pub use attach::resume_hash;
#[cfg(test)]
use attempt::{ATTEMPT_MS, LANE, PATIENCE_MS};
pub use session::{SessionView, WaitingCode};

/// The first message must come within this.
pub const FIRST_MESSAGE_MS: u64 = 10_000;
/// A connection that was silent for so long is asked.
pub const PING_MS: u64 = 5_000;
/// A connection that was silent for so long is gone.
pub const SILENCE_MS: u64 = 15_000;
/// A closing connection has so long for what still waits.
pub const GOODBYE_MS: u64 = 5_000;
/// A place is kept so long without an attachment.
pub const PLACE_MS: u64 = 15 * 60_000;
/// What is used up (tickets, ended places) is thrown out this often.
const SWEEP_MS: u64 = 60_000;
/// The failure budget is kept at most this often.
const BUDGET_MS: u64 = 1_000;
/// Places of ended sessions that are remembered, to tell their owners.
const OVER: usize = 4_096;

/// What a connection is doing.
#[derive(Debug)]
enum State {
    /// Said nothing yet.
    Fresh { since: u64 },
    /// Waits for the login check, or for its place to be kept.
    Checking(attach::Checking),
    /// Has knocked while the budget is spent, and works for it.
    Working(Box<work::Working>),
    /// Tries to join.
    Knocking(Id),
    /// Has a place.
    Attached { session: SessionId, participant: u8 },
    /// Was told goodbye.
    Closing { until: u64 },
}

#[derive(Debug)]
struct Conn {
    caller: Caller,
    state: State,
    /// Still counted as a stranger.
    stranger: bool,
    heard_at: u64,
    /// Pings since anything was heard.
    pings: u64,
    outbox: Outbox,
}

#[derive(Debug)]
struct Place {
    role: Role,
    login: Option<LoginId>,
    resume: TokenHash,
    conn: Option<ConnId>,
}

#[derive(Debug)]
struct Session {
    operator: UserId,
    places: BTreeMap<u8, Place>,
    /// The agent's number that was given last.
    last_number: u8,
    /// The routing selector of its waiting code.
    code: Option<Selector>,
    /// A customer has joined before.
    joined: bool,
    /// Its operator paused it.
    paused: bool,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Due {
    Conn(ConnId),
    Attempt(Id),
    Place(SessionId, u8),
    Session(SessionId),
    Code(SessionId),
    Token(Id),
    Budget,
    Sweep,
}

/// What a kept change lets go on.
#[derive(Debug)]
enum Pending {
    Attach(attach::Taken),
    Judge(Id),
    Admit(verdict::Admission),
    /// Then this console is told that the code is closed.
    CodeClosed(ConnId, Selector),
}

/// The whole state of lobby and relay.
pub struct Table {
    now: u64,
    actions: Vec<Action>,
    agenda: Agenda<Due>,
    gate: Gate,
    next_conn: u64,
    next_change: ChangeId,
    conns: BTreeMap<ConnId, Conn>,
    sessions: BTreeMap<SessionId, Session>,
    codes: BTreeMap<Selector, session::Code>,
    tokens: BTreeMap<Id, session::Armed>,
    resumes: BTreeMap<TokenHash, (SessionId, u8)>,
    over: std::collections::VecDeque<(u64, TokenHash)>,
    tickets: BTreeMap<TicketId, u64>,
    attempts: BTreeMap<Id, attempt::Attempt>,
    lanes: BTreeMap<Selector, attempt::Lane>,
    pending: BTreeMap<ChangeId, Pending>,
    delays: Delays,
    budget: Budget,
    /// Makes join handles that say nothing about who knocked.
    handle_secret: [u8; 32],
    server_key: [u8; 32],
    draining: bool,
}

impl Table {
    /// A table that goes on where the last one was stopped. `server_key` is told to admitted agents.
    #[must_use]
    pub fn new(
        now: u64,
        limits: Limits,
        server_key: [u8; 32],
        memory: RelayMemory,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let mut handle_secret = [0; 32];
        rng.fill_bytes(&mut handle_secret);
        let mut table = Self {
            now,
            actions: Vec::new(),
            agenda: Agenda::default(),
            gate: Gate::new(limits),
            next_conn: 0,
            next_change: 0,
            conns: BTreeMap::new(),
            sessions: BTreeMap::new(),
            codes: BTreeMap::new(),
            tokens: BTreeMap::new(),
            resumes: BTreeMap::new(),
            over: std::collections::VecDeque::new(),
            tickets: BTreeMap::new(),
            attempts: BTreeMap::new(),
            lanes: BTreeMap::new(),
            pending: BTreeMap::new(),
            delays: Delays::new(rng),
            budget: Budget::default(),
            handle_secret,
            server_key,
            draining: false,
        };
        table.remember(memory);
        table.agenda.set(Due::Sweep, now.saturating_add(SWEEP_MS));
        table
    }

    /// A connection wants to come in. `None`: too many, or the server is about to stop.
    pub fn open(&mut self, now: u64, caller: Caller) -> Option<ConnId> {
        self.at(now);
        if self.draining || !self.gate.enter(caller.address) {
            return None;
        }
        self.next_conn += 1;
        let id = ConnId(self.next_conn);
        let conn = Conn {
            caller,
            state: State::Fresh { since: self.now },
            stranger: true,
            heard_at: self.now,
            pings: 0,
            outbox: Outbox::default(),
        };
        self.conns.insert(id, conn);
        self.schedule(id);
        Some(id)
    }

    /// Takes in what happened on a connection; says what is to be done, in this order.
    pub fn handle(&mut self, now: u64, id: ConnId, event: Event, rng: &mut dyn CryptoRngCore) -> Vec<Action> {
        self.at(now);
        self.run_due(rng);
        self.on_event(id, event, rng);
        std::mem::take(&mut self.actions)
    }

    /// Takes in that a change was kept, or could not be.
    pub fn kept(&mut self, now: u64, change: ChangeId, ok: bool, rng: &mut dyn CryptoRngCore) -> Vec<Action> {
        self.at(now);
        self.run_due(rng);
        match self.pending.remove(&change) {
            Some(Pending::Attach(taken)) => self.place_kept(taken, ok),
            Some(Pending::Judge(attempt)) => self.judge_kept(attempt, ok),
            Some(Pending::Admit(admission)) => self.admit_kept(admission, ok),
            // Not kept: it is not routed any more all the same, and the portal withdraws it with the next one.
            Some(Pending::CodeClosed(console, selector)) => {
                self.say(console, &FromServer::CodeClosed { selector });
            }
            None => {}
        }
        std::mem::take(&mut self.actions)
    }

    /// Takes in that a place could not be kept because no licence is free for it.
    pub fn unlicensed(&mut self, now: u64, change: ChangeId, rng: &mut dyn CryptoRngCore) -> Vec<Action> {
        if !matches!(self.pending.get(&change), Some(Pending::Admit(_))) {
            return self.kept(now, change, false, rng);
        }
        self.at(now);
        self.run_due(rng);
        if let Some(Pending::Admit(admission)) = self.pending.remove(&change) {
            self.no_licence(&admission);
        }
        std::mem::take(&mut self.actions)
    }

    /// Does what is due.
    pub fn tick(&mut self, now: u64, rng: &mut dyn CryptoRngCore) -> Vec<Action> {
        self.at(now);
        self.run_due(rng);
        std::mem::take(&mut self.actions)
    }

    /// When [`Self::tick`] is to be called.
    #[must_use]
    pub fn next_due(&self) -> Option<u64> {
        self.agenda.next()
    }

    /// What to write to a connection now; the message before has been written. `None`: wait for [`Action::Wake`].
    pub fn next_write(&mut self, id: ConnId) -> Option<Write> {
        match self.conns.get_mut(&id) {
            Some(conn) => conn.outbox.next(),
            None => Some(Write::Close),
        }
    }

    /// Tells everybody to come back after `after_ms`, and lets nobody in any more.
    pub fn drain(&mut self, now: u64, after_ms: u32) -> Vec<Action> {
        self.at(now);
        self.draining = true;
        let goodbye = FromServer::Drain { after_ms }.encode();
        for id in self.conns.keys().copied().collect::<Vec<_>>() {
            self.close(id, Some(goodbye.clone()), true);
        }
        std::mem::take(&mut self.actions)
    }

    /// Connections of every kind.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.conns.len()
    }

    /// What the failure budget asks of codes and attempts.
    #[must_use]
    pub fn demand(&self, now: u64) -> Demand {
        self.budget.demand(timestamp(now))
    }

    fn on_event(&mut self, id: ConnId, event: Event, rng: &mut dyn CryptoRngCore) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        if matches!(event, Event::Closed) {
            return self.gone(id);
        }
        if let Event::Pulse { read, wrote } = event {
            conn.outbox.took(wrote);
            if read == 0 {
                return;
            }
        }
        conn.heard_at = self.now;
        conn.pings = 0;
        if matches!(conn.state, State::Closing { .. }) {
            return;
        }
        match event {
            Event::Closed | Event::Pulse { .. } => {}
            Event::Malformed => self.detach(id, Detached::Protocol),
            Event::OtherVersion => self.detach(id, Detached::Version),
            Event::Attach(claim) => self.attach(id, claim),
            Event::Knock {
                role,
                selector,
                knock,
                spare,
                digest,
            } => {
                let knock = lobby::Knock {
                    role,
                    selector,
                    knock,
                    spare,
                };
                self.knock(id, knock, &digest, rng);
            }
            Event::LoginChecked { login, valid } => self.login_checked(id, login, valid, rng),
            Event::Verb(Verb::Ping(bytes)) => self.say(id, &FromServer::Pong(bytes)),
            Event::Verb(Verb::Pong) => {}
            Event::Verb(verb) => self.on_verb(id, verb, rng),
        }
    }

    fn on_verb(&mut self, id: ConnId, verb: Verb, rng: &mut dyn CryptoRngCore) {
        let Some(conn) = self.conns.get(&id) else { return };
        match (&conn.state, verb) {
            (State::Attached { session, participant }, verb) => {
                let (session, participant) = (*session, *participant);
                if participant == 0 {
                    self.on_console(id, session, verb, rng);
                } else {
                    self.on_agent(id, session, participant, verb);
                }
            }
            (State::Knocking(attempt), Verb::Proof(letter)) => {
                let attempt = *attempt;
                self.proof(id, attempt, letter);
            }
            (State::Working(_), Verb::Worked { nonce }) => self.worked(id, nonce, rng),
            (State::Closing { .. }, _) => {}
            (State::Fresh { .. } | State::Checking(_) | State::Working(_) | State::Knocking(_), _) => {
                self.detach(id, Detached::Protocol);
            }
        }
    }

    fn on_agent(&mut self, id: ConnId, session: SessionId, participant: u8, verb: Verb) {
        match verb {
            Verb::Data { to, sealed } => self.forward(id, session, participant, to, sealed),
            Verb::Leave => self.leave(id, session, participant),
            Verb::Ping(_)
            | Verb::Pong
            | Verb::Worked { .. }
            | Verb::Proof(_)
            | Verb::Answer { .. }
            | Verb::Admit { .. }
            | Verb::Refuse { .. }
            | Verb::Arm { .. }
            | Verb::Disarm { .. }
            | Verb::CloseCode { .. }
            | Verb::End => self.detach(id, Detached::Protocol),
        }
    }

    fn on_console(&mut self, id: ConnId, session: SessionId, verb: Verb, rng: &mut dyn CryptoRngCore) {
        match verb {
            Verb::Data { to, sealed } => self.forward(id, session, 0, to, sealed),
            Verb::Answer { attempt, letter } => self.answer(id, attempt, letter),
            Verb::Admit { attempt, letter } => self.admit(id, attempt, letter, rng),
            Verb::Refuse {
                attempt,
                counted,
                letter,
            } => self.refuse(id, attempt, counted, letter),
            Verb::Arm { token } => self.arm(session, token),
            Verb::Disarm { token } => self.disarm(session, token),
            Verb::CloseCode { why, selector } => self.give_code_back(id, session, why, selector),
            Verb::End => self.end(session, temoto_wire::relay::Ended::Console),
            Verb::Ping(_) | Verb::Pong | Verb::Worked { .. } | Verb::Proof(_) | Verb::Leave => {
                self.detach(id, Detached::Protocol);
            }
        }
    }

    fn run_due(&mut self, rng: &mut dyn CryptoRngCore) {
        while let Some(due) = self.agenda.pop(self.now) {
            match due {
                Due::Conn(id) => self.conn_due(id, rng),
                Due::Attempt(id) => self.attempt_due(id),
                Due::Place(session, participant) => self.place_due(session, participant),
                Due::Session(session) => self.session_due(session),
                Due::Code(session) => {
                    self.close_code(session, temoto_model::code::CodeState::Expired);
                }
                Due::Token(token) => self.token_due(token),
                Due::Budget => self.keep_budget(),
                Due::Sweep => self.sweep(),
            }
        }
    }

    fn keep(&mut self, change: RelayChange) {
        self.actions.push(Action::Keep(None, change));
    }

    fn keep_then(&mut self, change: RelayChange, then: Pending) {
        self.next_change += 1;
        self.pending.insert(self.next_change, then);
        self.actions.push(Action::Keep(Some(self.next_change), change));
    }

    fn keep_budget(&mut self) {
        let hours = self.budget.take_changed();
        let spent_at = self.budget.spent_at();
        self.keep(RelayChange::Budget { hours, spent_at });
    }

    fn budget_changed(&mut self) {
        self.agenda
            .set_once(Due::Budget, self.now.saturating_add(BUDGET_MS));
    }

    fn sweep(&mut self) {
        let now = self.now;
        self.tickets.retain(|_, expires| *expires > now);
        while self.over.front().is_some_and(|(until, _)| *until <= now) || self.over.len() > OVER {
            self.over.pop_front();
        }
        self.agenda.set(Due::Sweep, now.saturating_add(SWEEP_MS));
    }

    /// Time does not go back, whatever the machine's clock says.
    fn at(&mut self, now: u64) {
        self.now = self.now.max(now);
    }

    fn stamp(&self) -> Timestamp {
        timestamp(self.now)
    }

    /// Numbers of connections that hold places, for tests of what is left behind.
    #[cfg(test)]
    fn is_empty(&self) -> bool {
        let lanes = self.lanes.is_empty() && self.attempts.is_empty();
        lanes && self.conns.is_empty() && self.sessions.is_empty() && self.pending.is_empty()
    }
}

fn timestamp(now: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(now).unwrap_or(i64::MAX))
}

fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(0)
}

/// Sessions whose places these are, for loops that change them.
fn keys<K: Copy + Ord, V>(map: &BTreeMap<K, V>, which: impl Fn(&V) -> bool) -> BTreeSet<K> {
    map.iter().filter(|(_, v)| which(v)).map(|(k, _)| *k).collect()
}
