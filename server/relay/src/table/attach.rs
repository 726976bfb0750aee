//! Taking and resuming places: ticket or resume token, login, origin.

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use temoto_model::ticket::Ticket;
use temoto_model::{LoginId, SessionId, TicketId, Timestamp, TokenHash};
use temoto_store::{RelayChange, RelayPlace};
use temoto_wire::relay::{Detached, ResumeToken, Role};

use super::{Pending, Place, State, Table, millis};
use crate::event::{Action, Claim, ConnId, Origin};

/// What a resume token is kept as.
#[must_use]
pub fn resume_hash(token: &ResumeToken) -> TokenHash {
    TokenHash::from_bytes(Sha256::digest(token).into())
}

/// Whether a connection of this origin may have this role. Pages say where they come from, programs come from nowhere.
pub(super) fn origin_allows(origin: Origin, role: Role) -> bool {
    match role {
        Role::Console | Role::Page => origin == Origin::Allowed,
        Role::Program => origin == Origin::None,
    }
}

/// A console between its first message and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checking {
    pub(super) session: SessionId,
    pub(super) login: LoginId,
    /// The ticket and its expiry; none for a resume.
    ticket: Option<(TicketId, Timestamp)>,
}

/// A console's place that is being kept.
#[derive(Debug)]
pub(super) struct Taken {
    conn: ConnId,
    session: SessionId,
    login: LoginId,
    token: ResumeToken,
}

impl Table {
    pub(super) fn attach(&mut self, id: ConnId, claim: Claim) {
        let Some(conn) = self.conns.get(&id) else { return };
        if !matches!(conn.state, State::Fresh { .. }) {
            return self.detach(id, Detached::Protocol);
        }
        match claim {
            Claim::Bad => self.detach(id, Detached::Credential),
            Claim::Ticket(ticket) => self.attach_by_ticket(id, &ticket),
            Claim::Resume(hash) => self.resume(id, hash),
        }
    }

    fn attach_by_ticket(&mut self, id: ConnId, ticket: &Ticket) {
        let origin = self.conns.get(&id).map(|c| c.caller.origin);
        let why = if self.tickets.contains_key(&ticket.id) || ticket.participant != 0 {
            Some(Detached::Credential)
        } else if !origin.is_some_and(|o| origin_allows(o, Role::Console)) {
            Some(Detached::Forbidden)
        } else {
            match self.sessions.get(&ticket.session) {
                None => Some(Detached::Over),
                Some(session) if session.operator != ticket.user => Some(Detached::Forbidden),
                Some(session) if session.paused => Some(Detached::NoLicence),
                Some(_) => None,
            }
        };
        if let Some(why) = why {
            return self.detach(id, why);
        }
        self.tickets.insert(ticket.id, millis(ticket.expires_at));
        self.check_login(
            id,
            Checking {
                session: ticket.session,
                login: ticket.login,
                ticket: Some((ticket.id, ticket.expires_at)),
            },
        );
    }

    fn resume(&mut self, id: ConnId, hash: TokenHash) {
        let Some(&(session, participant)) = self.resumes.get(&hash) else {
            let over = self.over.iter().any(|(_, known)| *known == hash);
            return self.detach(
                id,
                if over {
                    Detached::Over
                } else {
                    Detached::Credential
                },
            );
        };
        let place = self
            .sessions
            .get(&session)
            .and_then(|s| s.places.get(&participant));
        let Some((role, login)) = place.map(|p| (p.role, p.login)) else {
            return self.detach(id, Detached::Over);
        };
        let origin = self.conns.get(&id).map(|c| c.caller.origin);
        if !origin.is_some_and(|o| origin_allows(o, role)) {
            return self.detach(id, Detached::Forbidden);
        }
        if participant == 0 && self.is_paused(session) {
            return self.detach(id, Detached::NoLicence);
        }
        match login {
            Some(login) => self.check_login(
                id,
                Checking {
                    session,
                    login,
                    ticket: None,
                },
            ),
            None => self.resumed(id, session, participant),
        }
    }

    fn check_login(&mut self, id: ConnId, checking: Checking) {
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.state = State::Checking(checking);
            self.schedule(id);
            self.actions.push(Action::CheckLogin(id, checking.login));
        }
    }

    pub(super) fn login_checked(
        &mut self,
        id: ConnId,
        login: LoginId,
        valid: Option<bool>,
        rng: &mut dyn CryptoRngCore,
    ) {
        let Some(conn) = self.conns.get(&id) else { return };
        let State::Checking(checking) = conn.state else {
            return;
        };
        if checking.login != login {
            return;
        }
        match valid {
            Some(true) => {}
            Some(false) => return self.detach(id, Detached::SignedOut),
            None => return self.detach(id, Detached::Busy),
        }
        let session = checking.session;
        let Some(ticket) = checking.ticket else {
            return self.resumed(id, session, 0);
        };
        let mut token = [0; 32];
        rng.fill_bytes(&mut token);
        let place = RelayPlace {
            session,
            participant: 0,
            role: Role::Console.number(),
            login: Some(login),
            resume: resume_hash(&token),
        };
        let change = RelayChange::Place {
            place,
            ticket: Some(ticket),
            at: self.stamp(),
        };
        let taken = Taken {
            conn: id,
            session,
            login,
            token,
        };
        self.keep_then(change, Pending::Attach(taken));
    }

    fn is_paused(&self, session: SessionId) -> bool {
        self.sessions.get(&session).is_some_and(|s| s.paused)
    }

    fn resumed(&mut self, id: ConnId, session: SessionId, participant: u8) {
        if participant == 0 && self.is_paused(session) {
            // While its login was checked.
            return self.detach(id, Detached::NoLicence);
        }
        if self.present(id, session, participant) {
            self.welcome(id, session, participant, None);
        } else {
            self.detach(id, Detached::Over);
        }
    }

    /// The console's place is on the disk, or could not be put there.
    pub(super) fn place_kept(&mut self, taken: Taken, ok: bool) {
        let Taken {
            conn,
            session,
            login,
            token,
        } = taken;
        let Some(s) = self.sessions.get_mut(&session) else {
            return self.detach(conn, Detached::Over);
        };
        if !ok {
            // The ticket is used up, but a page takes another one with the next try.
            return self.detach(conn, Detached::Busy);
        }
        let resume = resume_hash(&token);
        // The old connection keeps the place until the new one is named below, so that it learns why it goes.
        let old = s.places.remove(&0);
        if let Some(old) = &old {
            self.resumes.remove(&old.resume);
        }
        let place = Place {
            role: Role::Console,
            login: Some(login),
            resume,
            conn: old.and_then(|place| place.conn),
        };
        s.places.insert(0, place);
        self.resumes.insert(resume, (session, 0));
        let waits = self
            .conns
            .get(&conn)
            .is_some_and(|c| matches!(c.state, State::Checking(_)));
        if !waits {
            // It went while the place was kept: nobody has the token, the place waits for a newer ticket.
            let due = super::Due::Place(session, 0);
            self.agenda
                .set_once(due, self.now.saturating_add(super::PLACE_MS));
            return;
        }
        if self.is_paused(session) {
            return self.detach(conn, Detached::NoLicence);
        }
        if self.present(conn, session, 0) {
            self.welcome(conn, session, 0, Some(token));
        }
    }
}
