//! A relay of a few lines that forwards as `docs/protocol/relay.md` says, with a place to meddle.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_crypto::work::{Puzzle, knock_digest};
use temoto_wire::relay::{
    Credential, Detached, Ended, FromServer, Gone, Id, LobbyBytes, Peer, Role, Selector, ToServer,
};

use crate::Who;

/// Direction of opaque bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// From an agent to the console.
    ToConsole,
    /// From the console to an agent.
    ToAgent,
}

/// What a hostile relay does with opaque bytes: whatever it gives back is delivered instead, in order.
pub type Meddler = Box<dyn FnMut(Way, u8, Vec<u8>) -> Vec<Vec<u8>>>;

/// What a hostile relay does with its own messages: whatever it gives back is delivered instead, in order.
pub type Forger = Box<dyn FnMut(Who, FromServer) -> Vec<(Who, FromServer)>>;

/// An armed token that lets nobody in is forgotten after this.
const TOKEN_MS: u64 = 15 * 60_000;

struct Seat {
    role: Role,
    resume: [u8; 32],
    who: Option<Who>,
}

/// The relay of one session.
pub struct Relay {
    rng: ChaCha20Rng,
    session: Id,
    routing: Option<String>,
    /// Until when an armed token is known; `None`: somebody was let in by it, it stays as long as the session.
    tokens: BTreeMap<Id, Option<u64>>,
    seats: BTreeMap<u8, Seat>,
    attempts: BTreeMap<Id, (Who, Role, Selector)>,
    /// Knocks whose work is not done.
    works: BTreeMap<Who, (Puzzle, Role, Selector, LobbyBytes)>,
    ticket_used: bool,
    over: bool,
    /// Signs statements; agents get the public part.
    server_key: [u8; 32],
    /// The failure budget is spent: a knock costs so many bits of work.
    pub work_bits: u8,
    /// Solutions that were right.
    pub worked: u32,
    /// Changes opaque bytes on their way.
    pub meddler: Option<Meddler>,
    /// Changes the relay's own messages, lobby messages among them.
    pub forger: Option<Forger>,
    /// Everything that passed, for scanners.
    pub seen: Vec<Vec<u8>>,
}

impl Relay {
    /// A relay for `session`, whose waiting code has these routing digits.
    #[must_use]
    pub fn new(seed: u64, session: Id, routing: &str, server_key: [u8; 32]) -> Self {
        Self {
            rng: ChaCha20Rng::seed_from_u64(seed),
            session,
            routing: Some(routing.to_owned()),
            tokens: BTreeMap::new(),
            seats: BTreeMap::new(),
            attempts: BTreeMap::new(),
            works: BTreeMap::new(),
            work_bits: 0,
            worked: 0,
            ticket_used: false,
            over: false,
            server_key,
            meddler: None,
            forger: None,
            seen: Vec::new(),
        }
    }

    /// The operator took another code.
    pub fn route(&mut self, routing: &str) {
        self.routing = Some(routing.to_owned());
    }

    /// The server was killed: every connection is gone, every place is kept.
    pub fn cut(&mut self) {
        for seat in self.seats.values_mut() {
            seat.who = None;
        }
        self.attempts.clear();
        self.works.clear();
    }

    /// One connection is gone.
    pub fn dropped(&mut self, who: Who) -> Vec<(Who, FromServer)> {
        self.attempts.retain(|_, (other, ..)| *other != who);
        self.works.remove(&who);
        let Some((&participant, seat)) = self.seats.iter_mut().find(|(_, seat)| seat.who == Some(who)) else {
            return Vec::new();
        };
        seat.who = None;
        self.others(
            participant,
            &FromServer::Gone {
                participant,
                why: Gone::Detached,
            },
        )
    }

    /// One message of a client; what has to be delivered.
    pub fn handle(&mut self, now_ms: u64, who: Who, bytes: &[u8]) -> Vec<(Who, FromServer)> {
        self.tokens
            .retain(|_, until_ms| until_ms.is_none_or(|at| now_ms < at));
        self.seen.push(bytes.to_vec());
        let Ok(message) = ToServer::decode(bytes) else {
            return vec![(who, FromServer::Detached(Detached::Protocol))];
        };
        match message {
            ToServer::Attach { credential, .. } => self.attach(who, &credential),
            ToServer::Data { to, bytes } => self.data(who, to, bytes),
            ToServer::Ping(b) => vec![(who, FromServer::Pong(b))],
            ToServer::Pong(_) => Vec::new(),
            ToServer::Knock {
                role,
                selector,
                lobby,
                ..
            } => {
                if self.work_bits == 0 {
                    return self.knock(who, role, selector, lobby);
                }
                let mut challenge = [0; 16];
                self.rng.fill_bytes(&mut challenge);
                let puzzle = Puzzle::new(&challenge, &knock_digest(bytes), self.work_bits);
                self.works.insert(who, (puzzle, role, selector, lobby));
                let bits = self.work_bits;
                vec![(who, FromServer::Work { challenge, bits })]
            }
            ToServer::Worked { nonce } => match self.works.remove(&who) {
                Some((puzzle, role, selector, lobby)) if puzzle.is_solved_by(nonce) => {
                    self.worked += 1;
                    self.knock(who, role, selector, lobby)
                }
                Some(_) | None => vec![(who, FromServer::Detached(Detached::Protocol))],
            },
            ToServer::Proof { lobby } => {
                let attempt = self
                    .attempts
                    .iter()
                    .find(|(_, (w, ..))| *w == who)
                    .map(|(&id, _)| id);
                match (attempt, self.console()) {
                    (Some(attempt), Some(console)) => vec![(console, FromServer::Proof { attempt, lobby })],
                    _ => Vec::new(),
                }
            }
            ToServer::Answer { attempt, lobby } => self
                .attempts
                .get(&attempt)
                .map(|&(agent, ..)| (agent, FromServer::Answer { attempt, lobby }))
                .into_iter()
                .collect(),
            ToServer::Admit { attempt, lobby } => self.admit(attempt, lobby),
            ToServer::Refuse { attempt, lobby, .. } => self
                .attempts
                .remove(&attempt)
                .map(|(agent, ..)| (agent, FromServer::Refused { lobby }))
                .into_iter()
                .collect(),
            ToServer::Arm { token } => {
                self.tokens.entry(token).or_insert(Some(now_ms + TOKEN_MS));
                Vec::new()
            }
            ToServer::Disarm { token } => {
                self.tokens.remove(&token);
                Vec::new()
            }
            ToServer::CloseCode { selector, .. } => {
                if selector.routing_digits() == self.routing.as_deref() {
                    self.routing = None;
                }
                vec![(who, FromServer::CodeClosed { selector })]
            }
            ToServer::Leave => self.leave(who),
            ToServer::End => {
                self.over = true;
                let ended = FromServer::Ended(Ended::Console);
                self.seats
                    .values()
                    .filter_map(|s| s.who)
                    .map(|w| (w, ended.clone()))
                    .collect()
            }
        }
    }

    fn knock(
        &mut self,
        who: Who,
        role: Role,
        selector: Selector,
        lobby: LobbyBytes,
    ) -> Vec<(Who, FromServer)> {
        let known = match selector {
            Selector::Routing(_) => selector.routing_digits() == self.routing.as_deref(),
            Selector::Token(id) => self.tokens.contains_key(&id),
        };
        let Some(console) = self.console().filter(|_| known) else {
            return vec![(who, FromServer::Refused { lobby })];
        };
        let mut attempt = [0; 16];
        self.rng.fill_bytes(&mut attempt);
        self.attempts.insert(attempt, (who, role, selector));
        let told = FromServer::Attempt {
            attempt,
            role,
            selector,
            lobby,
        };
        vec![(console, told)]
    }

    /// What a hostile relay makes of its own messages.
    pub fn forge(&mut self, messages: Vec<(Who, FromServer)>) -> Vec<(Who, FromServer)> {
        match &mut self.forger {
            Some(forger) => messages
                .into_iter()
                .flat_map(|(who, message)| forger(who, message))
                .collect(),
            None => messages,
        }
    }

    fn attach(&mut self, who: Who, credential: &Credential) -> Vec<(Who, FromServer)> {
        if self.over {
            return vec![(who, FromServer::Detached(Detached::Over))];
        }
        let (participant, resume) = match credential {
            Credential::Ticket(_) if !self.ticket_used => {
                self.ticket_used = true;
                let mut resume = [0; 32];
                self.rng.fill_bytes(&mut resume);
                self.seats.insert(
                    0,
                    Seat {
                        role: Role::Console,
                        resume,
                        who: None,
                    },
                );
                (0, Some(resume))
            }
            Credential::Ticket(_) => return vec![(who, FromServer::Detached(Detached::Credential))],
            Credential::Resume(token) => match self.seats.iter().find(|(_, seat)| seat.resume == *token) {
                Some((&n, _)) => (n, None),
                None => return vec![(who, FromServer::Detached(Detached::Credential))],
            },
        };
        let peers = self
            .seats
            .iter()
            .filter(|&(&n, _)| n != participant)
            .map(|(&n, seat)| Peer {
                participant: n,
                role: seat.role,
                present: seat.who.is_some(),
            })
            .collect();
        let mut out = Vec::new();
        let mut role = Role::Console;
        if let Some(seat) = self.seats.get_mut(&participant) {
            role = seat.role;
            if let Some(old) = seat.who.replace(who).filter(|&old| old != who) {
                out.push((old, FromServer::Detached(Detached::Replaced)));
            }
        }
        let session = self.session;
        out.push((
            who,
            FromServer::Attached {
                participant,
                session,
                resume,
                peers,
            },
        ));
        out.extend(self.others(participant, &FromServer::Joined { participant, role }));
        out
    }

    fn admit(&mut self, attempt: Id, lobby: LobbyBytes) -> Vec<(Who, FromServer)> {
        let Some((agent, role, selector)) = self.attempts.remove(&attempt) else {
            return Vec::new();
        };
        let Some(participant) = (1..8).find(|n| !self.seats.contains_key(n)) else {
            return Vec::new();
        };
        if let Selector::Token(token) = selector
            && let Some(until_ms) = self.tokens.get_mut(&token)
        {
            *until_ms = None;
        }
        let mut resume = [0; 32];
        self.rng.fill_bytes(&mut resume);
        self.seats.insert(
            participant,
            Seat {
                role,
                resume,
                who: Some(agent),
            },
        );
        let admitted = FromServer::Admitted {
            participant,
            session: self.session,
            resume,
            console: 0,
            server_key: self.server_key,
            lobby,
        };
        let mut out = vec![(agent, admitted)];
        out.extend(
            self.console()
                .map(|console| (console, FromServer::Joined { participant, role })),
        );
        out
    }

    fn leave(&mut self, who: Who) -> Vec<(Who, FromServer)> {
        let Some((&participant, _)) = self.seats.iter().find(|(_, seat)| seat.who == Some(who)) else {
            return Vec::new();
        };
        self.seats.remove(&participant);
        self.others(
            participant,
            &FromServer::Gone {
                participant,
                why: Gone::Left,
            },
        )
    }

    fn data(&mut self, who: Who, to: u8, bytes: Vec<u8>) -> Vec<(Who, FromServer)> {
        let Some((&from, _)) = self.seats.iter().find(|(_, seat)| seat.who == Some(who)) else {
            return Vec::new();
        };
        let Some(receiver) = self.seats.get(&to).and_then(|seat| seat.who) else {
            return Vec::new();
        };
        let (way, agent) = if from == 0 {
            (Way::ToAgent, to)
        } else {
            (Way::ToConsole, from)
        };
        let delivered = match &mut self.meddler {
            Some(meddler) => meddler(way, agent, bytes),
            None => vec![bytes],
        };
        delivered
            .into_iter()
            .filter(|bytes| !bytes.is_empty() && bytes.len() <= 65_535)
            .map(|bytes| (receiver, FromServer::Data { from, bytes }))
            .collect()
    }

    fn console(&self) -> Option<Who> {
        self.seats.get(&0).and_then(|seat| seat.who)
    }

    /// To everybody who has a pair with `participant`.
    fn others(&self, participant: u8, message: &FromServer) -> Vec<(Who, FromServer)> {
        self.seats
            .iter()
            .filter(|&(&n, _)| n != participant && (participant == 0 || n == 0))
            .filter_map(|(_, seat)| seat.who)
            .map(|who| (who, message.clone()))
            .collect()
    }
}
