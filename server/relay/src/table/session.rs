//! Sessions, their codes and armed tokens: opened by the portal, ended by the console, the portal or time.

use temoto_model::code::CodeState;
use temoto_model::session::EndReason;
use temoto_model::{CodeId, LoginId, SessionId, Timestamp, UserId};
use temoto_store::{RelayChange, RelayCode, RelayMemory, RelayPlace, RelaySession, RelayToken};
use temoto_wire::relay::{CloseCode, Detached, Ended, FromServer, Id, Peer, Role, Selector};

use super::{Due, OVER, PLACE_MS, Pending, Place, Session, State, Table, keys, millis, timestamp};
use crate::event::{Action, ConnId};

/// Proofs of one code that a console is given to judge and does not admit; the console counts for itself too.
pub const EVALUATIONS: u8 = 3;
/// An armed token that lets nobody in waits so long.
const TOKEN_MS: u64 = 15 * 60_000;
/// Until when a token is kept that somebody was let in by: it ends with its session.
const OWNED_UNTIL: Timestamp = Timestamp::from_millis(i64::MAX);
/// Tokens that one session may have armed.
const TOKENS: usize = 8;

#[derive(Debug)]
pub(super) struct Code {
    pub(super) id: CodeId,
    pub(super) session: SessionId,
    pub(super) expires_at: u64,
    pub(super) evaluated: u8,
}

#[derive(Debug)]
pub(super) struct Armed {
    pub(super) session: SessionId,
    /// Somebody was let in by it: it does not grow old.
    owned: bool,
}

/// A code that waits, as the portal shows it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WaitingCode {
    /// Its name.
    pub code: CodeId,
    /// When it expires, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// Proofs for it that were not admitted.
    pub evaluated: u8,
}

/// A session as the relay sees it now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionView {
    /// The code that waits, if one does.
    pub code: Option<WaitingCode>,
    /// Whether a customer has ever joined.
    pub joined: bool,
    /// Everybody with a place, and who is there.
    pub participants: Vec<Peer>,
}

/// What becomes of a code that a console gives back.
const fn code_state(why: CloseCode) -> CodeState {
    match why {
        CloseCode::Spent => CodeState::Spent,
        CloseCode::Burnt => CodeState::Burnt,
        CloseCode::Withdrawn => CodeState::Withdrawn,
    }
}

const fn end_reason(why: Ended) -> EndReason {
    match why {
        Ended::Console => EndReason::Console,
        Ended::Expired => EndReason::Expired,
        Ended::Administrator => EndReason::Administrator,
        Ended::SignedOut => EndReason::SignedOut,
    }
}

impl Table {
    /// The portal made a session and has kept it.
    pub fn open_session(&mut self, now: u64, session: SessionId, operator: UserId) {
        self.at(now);
        let fresh = Session {
            operator,
            places: std::collections::BTreeMap::new(),
            last_number: 0,
            code: None,
            joined: false,
            paused: false,
        };
        self.sessions.entry(session).or_insert(fresh);
        self.agenda
            .set(Due::Session(session), self.now.saturating_add(PLACE_MS));
    }

    /// The portal made a code and has kept it; it takes the place of the session's last one. `false` if the session
    /// is not open or the digits are none.
    pub fn open_code(&mut self, now: u64, code: &RelayCode) -> bool {
        self.at(now);
        let Some(selector) = Selector::routing(&code.routing) else {
            return false;
        };
        if !self.sessions.contains_key(&code.session) {
            return false;
        }
        // The store gave these digits to this code: who had them before has them no more.
        let before = self.codes.remove(&selector).map(|c| c.session);
        if let Some(session) = before.and_then(|id| self.sessions.get_mut(&id)) {
            session.code = None;
        }
        let Some(session) = self.sessions.get_mut(&code.session) else {
            return false;
        };
        if let Some(old) = session.code.replace(selector) {
            self.codes.remove(&old);
        }
        let waiting = Code {
            id: code.code,
            session: code.session,
            expires_at: millis(code.expires_at),
            evaluated: code.evaluated,
        };
        self.agenda.set(Due::Code(code.session), waiting.expires_at);
        self.codes.insert(selector, waiting);
        true
    }

    /// Ends a session and says so to everybody in it.
    pub fn end_session(&mut self, now: u64, session: SessionId, why: Ended) -> Vec<Action> {
        self.at(now);
        self.end(session, why);
        std::mem::take(&mut self.actions)
    }

    /// Its operator paused a session, and this is kept: its console is detached, and none is let in until it goes on. The
    /// customer's ends stay, and the console's place is kept for as long.
    pub fn pause_session(&mut self, now: u64, session: SessionId) -> Vec<Action> {
        self.at(now);
        if let Some(s) = self.sessions.get_mut(&session) {
            s.paused = true;
            if let Some(conn) = s.places.get(&0).and_then(|place| place.conn) {
                self.detach(conn, Detached::NoLicence);
            }
        }
        std::mem::take(&mut self.actions)
    }

    /// A session that was paused goes on, and this is kept.
    pub fn resume_session(&mut self, now: u64, session: SessionId) {
        self.at(now);
        if let Some(session) = self.sessions.get_mut(&session) {
            session.paused = false;
        }
    }

    /// Whether the console and whether an agent of a session is attached.
    #[must_use]
    pub fn presence(&self, session: SessionId) -> (bool, bool) {
        let Some(session) = self.sessions.get(&session) else {
            return (false, false);
        };
        let there = |console: bool| {
            let mut places = session.places.iter();
            places.any(|(number, place)| (*number == 0) == console && place.conn.is_some())
        };
        (there(true), there(false))
    }

    /// What the relay knows of a session that has not ended.
    #[must_use]
    pub fn session_state(&self, session: SessionId) -> Option<SessionView> {
        let s = self.sessions.get(&session)?;
        let code = s.code.and_then(|selector| self.codes.get(&selector));
        Some(SessionView {
            code: code.map(|c| WaitingCode {
                code: c.id,
                expires_at_ms: c.expires_at,
                evaluated: c.evaluated,
            }),
            joined: s.joined,
            participants: s
                .places
                .iter()
                .map(|(&number, place)| peer(number, place))
                .collect(),
        })
    }

    /// Sessions that somebody is attached to, and the logins of the consoles among them.
    #[must_use]
    pub fn in_use(&self) -> (Vec<SessionId>, Vec<LoginId>) {
        let mut sessions = Vec::new();
        let mut logins = Vec::new();
        for (id, session) in &self.sessions {
            let mut present = session
                .places
                .values()
                .filter(|place| place.conn.is_some())
                .peekable();
            if present.peek().is_some() {
                sessions.push(*id);
            }
            logins.extend(present.filter_map(|place| place.login));
        }
        (sessions, logins)
    }

    /// Sessions that a console is attached to.
    #[must_use]
    pub fn operated(&self) -> Vec<SessionId> {
        let operated = |session: &Session| session.places.get(&0).is_some_and(|place| place.conn.is_some());
        keys(&self.sessions, operated).into_iter().collect()
    }

    /// Takes over what the last server knew. Places begin their time of grace anew.
    pub(super) fn remember(&mut self, memory: RelayMemory) {
        let now = self.now;
        for RelaySession {
            session,
            operator,
            paused,
            ..
        } in memory.sessions
        {
            self.open_session(now, session, operator);
            if let Some(session) = self.sessions.get_mut(&session) {
                session.paused = paused;
            }
        }
        for place in memory.places {
            self.remember_place(&place);
        }
        for code in &memory.codes {
            self.open_code(now, code);
        }
        for RelayToken {
            token,
            session,
            expires_at,
        } in memory.tokens
        {
            if self.sessions.contains_key(&session) {
                let owned = expires_at == OWNED_UNTIL;
                self.tokens.insert(token, Armed { session, owned });
                if !owned {
                    self.agenda.set(Due::Token(token), millis(expires_at));
                }
            }
        }
        self.tickets = memory
            .tickets
            .into_iter()
            .map(|(id, at)| (id, millis(at)))
            .collect();
        self.budget = temoto_model::budget::Budget::restore(memory.budget, memory.budget_spent_at);
    }

    fn remember_place(&mut self, kept: &RelayPlace) {
        let role = Role::from_number(kept.role);
        let (Some(session), Ok(role)) = (self.sessions.get_mut(&kept.session), role) else {
            return;
        };
        session.joined |= kept.participant != 0;
        session.last_number = session.last_number.max(kept.participant);
        let place = Place {
            role,
            login: kept.login,
            resume: kept.resume,
            conn: None,
        };
        session.places.insert(kept.participant, place);
        self.resumes.insert(kept.resume, (kept.session, kept.participant));
        self.agenda.cancel(Due::Session(kept.session));
        self.agenda.set(
            Due::Place(kept.session, kept.participant),
            self.now.saturating_add(PLACE_MS),
        );
    }

    /// Nobody joins by the session's code any more.
    pub(super) fn close_code(&mut self, session: SessionId, state: CodeState) {
        if let Some(change) = self.take_code(session, state) {
            self.keep(change);
        }
    }

    /// The console gives a code back, and hears when that is kept. Another code that the portal made meanwhile is not meant.
    pub(super) fn give_code_back(
        &mut self,
        console: ConnId,
        session: SessionId,
        why: CloseCode,
        selector: Selector,
    ) {
        let meant = self
            .sessions
            .get(&session)
            .is_some_and(|s| s.code == Some(selector));
        let change = meant.then(|| self.take_code(session, code_state(why))).flatten();
        match change {
            Some(change) => self.keep_then(change, Pending::CodeClosed(console, selector)),
            None => self.say(console, &FromServer::CodeClosed { selector }),
        }
    }

    fn take_code(&mut self, session: SessionId, state: CodeState) -> Option<RelayChange> {
        let selector = self.sessions.get_mut(&session)?.code.take()?;
        let code = self.codes.remove(&selector)?;
        self.agenda.cancel(Due::Code(session));
        Some(RelayChange::CloseCode {
            code: code.id,
            state,
            at: self.stamp(),
        })
    }

    pub(super) fn arm(&mut self, session: SessionId, token: Id) {
        let mine = self
            .tokens
            .values()
            .filter(|armed| armed.session == session)
            .count();
        if mine >= TOKENS || self.tokens.contains_key(&token) {
            return;
        }
        let expires_at = self.now.saturating_add(TOKEN_MS);
        let owned = false;
        self.tokens.insert(token, Armed { session, owned });
        self.agenda.set(Due::Token(token), expires_at);
        let expires_at = timestamp(expires_at);
        self.keep(RelayChange::Arm(RelayToken {
            token,
            session,
            expires_at,
        }));
    }

    /// Somebody was let in by this token. From now on its console hears of it as long as the session lives: a program
    /// that was closed and is started again with the same file is a question for the operator.
    pub(super) fn own(&mut self, session: SessionId, token: Id) {
        let armed = self.tokens.get_mut(&token);
        let Some(armed) = armed.filter(|armed| armed.session == session && !armed.owned) else {
            return;
        };
        armed.owned = true;
        self.agenda.cancel(Due::Token(token));
        self.keep(RelayChange::Arm(RelayToken {
            token,
            session,
            expires_at: OWNED_UNTIL,
        }));
    }

    pub(super) fn disarm(&mut self, session: SessionId, token: Id) {
        if self
            .tokens
            .get(&token)
            .is_some_and(|armed| armed.session == session)
        {
            self.token_due(token);
        }
    }

    pub(super) fn token_due(&mut self, token: Id) {
        if self.tokens.remove(&token).is_some() {
            self.agenda.cancel(Due::Token(token));
            self.keep(RelayChange::Disarm { token });
        }
    }

    pub(super) fn end(&mut self, id: SessionId, why: Ended) {
        let Some(session) = self.sessions.remove(&id) else {
            return;
        };
        tracing::info!(session = %id, ?why, "session ended");
        self.agenda.cancel(Due::Session(id));
        self.agenda.cancel(Due::Code(id));
        if let Some(code) = session.code {
            self.codes.remove(&code);
        }
        for token in keys(&self.tokens, |armed| armed.session == id) {
            self.tokens.remove(&token);
            self.agenda.cancel(Due::Token(token));
        }
        let at = self.stamp();
        // Before the goodbyes: a killed server must not bring the session back to those who were told.
        self.keep(RelayChange::End {
            session: id,
            reason: end_reason(why),
            at,
        });
        for (number, place) in session.places {
            self.agenda.cancel(Due::Place(id, number));
            self.forget_resume(place.resume);
            if let Some(conn) = place.conn {
                self.close(conn, Some(FromServer::Ended(why).encode()), true);
            }
        }
    }

    /// The token is not good any more; for a while its owner is told that the session is over.
    pub(super) fn forget_resume(&mut self, resume: temoto_model::TokenHash) {
        if self.resumes.remove(&resume).is_some() {
            if self.over.len() >= OVER {
                self.over.pop_front();
            }
            self.over.push_back((self.now.saturating_add(PLACE_MS), resume));
        }
    }

    pub(super) fn session_due(&mut self, session: SessionId) {
        if self.sessions.get(&session).is_some_and(|s| s.places.is_empty()) {
            self.end(session, Ended::Expired);
        }
    }

    /// Detaches the consoles of one login, which the caller has made invalid before.
    pub fn detach_login(&mut self, now: u64, login: LoginId) -> Vec<Action> {
        self.sign_out(now, |_, of| of == Some(login))
    }

    /// Detaches the consoles of one operator, whose logins the caller has made invalid before.
    pub fn detach_user(&mut self, now: u64, user: UserId) -> Vec<Action> {
        self.sign_out(now, |operator, _| operator == Some(user))
    }

    fn sign_out(&mut self, now: u64, which: impl Fn(Option<UserId>, Option<LoginId>) -> bool) -> Vec<Action> {
        self.at(now);
        let hit = |state: &State| match state {
            State::Checking(checking) => {
                let operator = self.sessions.get(&checking.session).map(|s| s.operator);
                which(operator, Some(checking.login))
            }
            State::Attached {
                session,
                participant: 0,
            } => self.sessions.get(session).is_some_and(|s| {
                let login = s.places.get(&0).and_then(|place| place.login);
                which(Some(s.operator), login)
            }),
            State::Attached { .. }
            | State::Fresh { .. }
            | State::Working(_)
            | State::Knocking(_)
            | State::Closing { .. } => false,
        };
        let hits: Vec<ConnId> = self
            .conns
            .iter()
            .filter(|(_, conn)| hit(&conn.state))
            .map(|(id, _)| *id)
            .collect();
        for id in hits {
            self.detach(id, Detached::SignedOut);
        }
        std::mem::take(&mut self.actions)
    }
}

/// A place as others see it.
pub(super) const fn peer(number: u8, place: &Place) -> Peer {
    Peer {
        participant: number,
        role: place.role,
        present: place.conn.is_some(),
    }
}
