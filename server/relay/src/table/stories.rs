//! Stories in virtual time: a whole relay without a socket, a disk or a clock.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a story looks for one message and names it"
)]

mod attaching;
mod chance;
mod closing;
mod forwarding;
mod joining;
mod twins;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use temoto_model::ticket::Ticket;
use temoto_model::{CodeId, LoginId, SessionId, TicketId, UserId};
use temoto_store::{RelayChange, RelayCode, RelayMemory, RelaySession};
use temoto_wire::limits::LOBBY_BYTES;
use temoto_wire::relay::{Detached, FromServer, Id, LobbyBytes, ResumeToken, Role, Selector};

use super::attach::resume_hash;
use super::{Table, millis, timestamp};
use crate::event::{Action, Caller, Claim, ConnId, Event, Origin, Spare, Verb, Write};
use crate::gate::Limits;
use crate::opaque::{Letter, Sealed};

const START: u64 = 1_800_000_000_000;
const SERVER_KEY: [u8; 32] = [0x5E; 32];
const LOGIN: LoginId = LoginId::from_bytes([0x10; 16]);
const OPERATOR: UserId = UserId::from_bytes([0x0E; 16]);

const fn session(n: u8) -> SessionId {
    SessionId::from_bytes([n; 16])
}

fn letter(mark: u8) -> Letter {
    Letter::new(lobby(mark))
}

fn lobby(mark: u8) -> LobbyBytes {
    Box::new([mark; LOBBY_BYTES])
}

/// What the dummy would say; marked so that a story can tell, which no client can.
const DUMMY_ANSWER: u8 = 0xDA;
const DUMMY_VERDICT: u8 = 0xDE;

/// Of every knock here.
const DIGEST: [u8; 32] = [0xD1; 32];

fn address(n: u32) -> IpAddr {
    let [_, a, b, c] = n.to_be_bytes();
    IpAddr::from([10, a, b, c])
}

/// A server and everybody around it.
struct World {
    table: Table,
    now: u64,
    rng: ChaCha20Rng,
    inbox: BTreeMap<ConnId, Vec<(u64, FromServer)>>,
    closed: BTreeSet<ConnId>,
    /// Connections whose network takes nothing.
    frozen: BTreeSet<ConnId>,
    invalid_logins: BTreeSet<LoginId>,
    disk_full: bool,
    /// As many sessions run as may.
    no_lease: bool,
    disk_broken: bool,
    kept: Vec<RelayChange>,
    opened: Vec<RelaySession>,
    codes: Vec<RelayCode>,
    tickets: u128,
}

impl World {
    fn new() -> Self {
        Self::with(RelayMemory::default(), START, 1)
    }

    fn with(memory: RelayMemory, now: u64, seed: u8) -> Self {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let limits = Limits {
            strangers_per_address: 200,
            ..Limits::default()
        };
        Self {
            table: Table::new(now, limits, SERVER_KEY, memory, &mut rng),
            now,
            rng,
            inbox: BTreeMap::new(),
            closed: BTreeSet::new(),
            frozen: BTreeSet::new(),
            invalid_logins: BTreeSet::new(),
            disk_full: false,
            no_lease: false,
            disk_broken: false,
            kept: Vec::new(),
            opened: Vec::new(),
            codes: Vec::new(),
            tickets: 0,
        }
    }

    /// Kills the server and starts another one on what it kept.
    fn restart(self) -> Self {
        let memory = remembered(&self.opened, &self.codes, &self.kept, self.now);
        let mut next = Self::with(memory, self.now, 2);
        next.opened = self.opened;
        next.codes = self.codes;
        next.kept = self.kept;
        next.tickets = self.tickets;
        next
    }

    fn act(&mut self, actions: Vec<Action>) {
        let mut todo = std::collections::VecDeque::from(actions);
        while let Some(action) = todo.pop_front() {
            match action {
                Action::Known(_) => {}
                Action::Wake(conn) => todo.extend(self.write(conn)),
                Action::Kill(conn) => todo.extend(self.drop_conn(conn)),
                Action::Keep(Some(id), RelayChange::Place { place, .. })
                    if self.no_lease && place.participant != 0 =>
                {
                    todo.extend(self.table.unlicensed(self.now, id, &mut self.rng));
                }
                Action::Keep(id, change) => {
                    if !self.disk_full {
                        self.kept.push(change);
                    }
                    if let Some(id) = id {
                        todo.extend(self.table.kept(self.now, id, !self.disk_full, &mut self.rng));
                    }
                }
                Action::CheckLogin(conn, login) => {
                    let valid = (!self.disk_broken).then(|| !self.invalid_logins.contains(&login));
                    let event = Event::LoginChecked { login, valid };
                    todo.extend(self.table.handle(self.now, conn, event, &mut self.rng));
                }
            }
        }
    }

    fn write(&mut self, conn: ConnId) -> Vec<Action> {
        if self.frozen.contains(&conn) {
            return Vec::new();
        }
        loop {
            match self.table.next_write(conn) {
                Some(Write::Message(bytes)) => {
                    let message = FromServer::decode(&bytes).unwrap();
                    self.inbox.entry(conn).or_default().push((self.now, message));
                }
                Some(Write::Close) => return self.drop_conn(conn),
                None => return Vec::new(),
            }
        }
    }

    fn drop_conn(&mut self, conn: ConnId) -> Vec<Action> {
        if !self.closed.insert(conn) {
            return Vec::new();
        }
        self.table.handle(self.now, conn, Event::Closed, &mut self.rng)
    }

    fn event(&mut self, conn: ConnId, event: Event) {
        let actions = self.table.handle(self.now, conn, event, &mut self.rng);
        self.act(actions);
    }

    fn verb(&mut self, conn: ConnId, verb: Verb) {
        self.event(conn, Event::Verb(verb));
    }

    fn data(&mut self, conn: ConnId, to: u8, bytes: &[u8]) {
        let sealed = Sealed::new(bytes.to_vec());
        self.verb(conn, Verb::Data { to, sealed });
    }

    /// The line breaks.
    fn cut(&mut self, conn: ConnId) {
        let actions = self.drop_conn(conn);
        self.act(actions);
    }

    /// Lets time pass, with everything that becomes due in it at its moment.
    fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        while let Some(due) = self.table.next_due().filter(|due| *due <= until) {
            self.now = due.max(self.now);
            let actions = self.table.tick(self.now, &mut self.rng);
            self.act(actions);
        }
        self.now = until;
    }

    fn connect(&mut self, origin: Origin, from: u32) -> ConnId {
        let caller = Caller {
            address: address(from),
            origin,
        };
        self.table.open(self.now, caller).unwrap()
    }

    fn open_session(&mut self, id: SessionId) {
        self.opened.push(RelaySession {
            paused: false,
            session: id,
            operator: OPERATOR,
            opened_at: timestamp(self.now),
        });
        self.table.open_session(self.now, id, OPERATOR);
    }

    fn open_code(&mut self, id: SessionId, routing: &str) {
        let n = u8::try_from(self.codes.len()).unwrap();
        let code = RelayCode {
            code: CodeId::from_bytes([n; 16]),
            session: id,
            routing: routing.to_owned(),
            expires_at: timestamp(self.now + 600_000),
            evaluated: 0,
        };
        assert!(self.table.open_code(self.now, &code));
        self.codes.push(code);
    }

    fn ticket(&mut self, id: SessionId) -> Ticket {
        self.tickets += 1;
        Ticket {
            id: TicketId::from_bytes(self.tickets.to_be_bytes()),
            session: id,
            participant: 0,
            user: OPERATOR,
            login: LOGIN,
            expires_at: timestamp(self.now + 60_000),
        }
    }

    /// A console of a fresh session, with a code if digits are given.
    fn console(&mut self, n: u8, routing: Option<&str>) -> (ConnId, ResumeToken) {
        self.open_session(session(n));
        if let Some(routing) = routing {
            self.open_code(session(n), routing);
        }
        let ticket = self.ticket(session(n));
        let conn = self.connect(Origin::Allowed, u32::from(n) << 16);
        self.event(conn, Event::Attach(Claim::Ticket(ticket)));
        let token = match self.last(conn) {
            FromServer::Attached {
                resume: Some(token), ..
            } => token,
            other => panic!("{other:?}"),
        };
        (conn, token)
    }

    fn resume(&mut self, origin: Origin, token: &ResumeToken) -> ConnId {
        let conn = self.connect(origin, 77);
        self.event(conn, Event::Attach(Claim::Resume(resume_hash(token))));
        conn
    }

    fn knock_at(&mut self, selector: Selector, role: Role, from: u32) -> ConnId {
        let origin = if role == Role::Page {
            Origin::Allowed
        } else {
            Origin::None
        };
        let conn = self.connect(origin, from);
        let spare = Spare {
            answer: letter(DUMMY_ANSWER),
            refusal: letter(DUMMY_VERDICT),
        };
        let event = Event::Knock {
            role,
            selector,
            knock: letter(1),
            spare,
            digest: DIGEST,
        };
        self.event(conn, event);
        conn
    }

    /// The failures of before are forgotten: attempts cost no work.
    fn calm(&mut self) {
        self.table.budget = temoto_model::budget::Budget::default();
    }

    fn knock(&mut self, routing: &str, from: u32) -> ConnId {
        self.knock_at(Selector::routing(routing).unwrap(), Role::Page, from)
    }

    /// The attempt that a console was told of last.
    fn attempt(&self, console: ConnId) -> Id {
        let messages = self.inbox.get(&console).unwrap();
        let told = messages.iter().rev().find_map(|(_, m)| match m {
            FromServer::Attempt { attempt, .. } => Some(*attempt),
            _ => None,
        });
        told.unwrap()
    }

    /// A customer joins with a code, everything right.
    fn join(&mut self, console: ConnId, routing: &str, from: u32) -> (ConnId, u8, ResumeToken) {
        let agent = self.knock(routing, from);
        let attempt = self.attempt(console);
        self.verb(
            console,
            Verb::Answer {
                attempt,
                letter: letter(2),
            },
        );
        self.pass(100);
        self.verb(agent, Verb::Proof(letter(3)));
        self.verb(
            console,
            Verb::Admit {
                attempt,
                letter: letter(4),
            },
        );
        match self.last(agent) {
            FromServer::Admitted {
                participant, resume, ..
            } => (agent, participant, resume),
            other => panic!("{other:?}"),
        }
    }

    fn messages(&self, conn: ConnId) -> Vec<FromServer> {
        let all = self.inbox.get(&conn).map(Vec::as_slice).unwrap_or_default();
        all.iter().map(|(_, message)| message.clone()).collect()
    }

    fn last(&self, conn: ConnId) -> FromServer {
        self.messages(conn).pop().unwrap()
    }

    fn detached(&self, conn: ConnId) -> Option<Detached> {
        match self.messages(conn).pop() {
            Some(FromServer::Detached(why)) if self.closed.contains(&conn) => Some(why),
            _ => None,
        }
    }

    fn forget(&mut self) {
        self.inbox.clear();
    }
}

/// What a store would say after these changes; the real one is tested with the sockets.
/// How often a console was asked about an attempt.
fn attempts_of(world: &World, console: ConnId) -> usize {
    let messages = world.messages(console);
    let attempts = messages
        .iter()
        .filter(|m| matches!(m, FromServer::Attempt { .. }));
    attempts.count()
}

fn remembered(opened: &[RelaySession], codes: &[RelayCode], kept: &[RelayChange], now: u64) -> RelayMemory {
    let mut memory = RelayMemory {
        sessions: opened.to_vec(),
        codes: codes
            .iter()
            .filter(|c| millis(c.expires_at) > now)
            .cloned()
            .collect(),
        ..RelayMemory::default()
    };
    for change in kept {
        match change {
            RelayChange::Place { place, ticket, .. } => {
                let same = |p: &temoto_store::RelayPlace| {
                    (p.session, p.participant) == (place.session, place.participant)
                };
                memory.places.retain(|p| !same(p));
                memory.places.push(place.clone());
                memory.tickets.extend(ticket);
            }
            RelayChange::DropPlace { session, participant } => {
                memory
                    .places
                    .retain(|p| (p.session, p.participant) != (*session, *participant));
            }
            RelayChange::Evaluated { code, evaluated } => {
                for c in memory.codes.iter_mut().filter(|c| c.code == *code) {
                    c.evaluated = *evaluated;
                }
            }
            RelayChange::CloseCode { code, .. } => memory.codes.retain(|c| c.code != *code),
            RelayChange::Joined { .. } | RelayChange::ProofRefused { .. } => {}
            RelayChange::Arm(token) => {
                memory.tokens.retain(|t| t.token != token.token);
                memory.tokens.push(*token);
            }
            RelayChange::Disarm { token } => memory.tokens.retain(|t| t.token != *token),
            RelayChange::End { session, .. } => {
                memory.sessions.retain(|s| s.session != *session);
                memory.codes.retain(|c| c.session != *session);
                memory.places.retain(|p| p.session != *session);
                memory.tokens.retain(|t| t.session != *session);
            }
            RelayChange::Budget { hours, spent_at } => {
                memory
                    .budget
                    .retain(|(h, _)| hours.iter().all(|(other, _)| other != h));
                memory.budget.extend(hours.iter().copied());
                memory.budget_spent_at = *spent_at;
            }
        }
    }
    memory
}
