//! Verdicts: what a console says about a proof, what it costs, and the place of an agent that is let in.

use std::net::IpAddr;

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use temoto_model::SessionId;
use temoto_model::budget::Handle;
use temoto_store::{RelayChange, RelayPlace};
use temoto_wire::limits::PARTICIPANTS;
use temoto_wire::relay::{Detached, FromServer, Id, ResumeToken, Selector};

use super::attach::resume_hash;
use super::attempt::{Attempt, Held, Stage};
use super::{Pending, Place, Table};
use crate::delays::{Question, on_grid};
use crate::event::ConnId;
use crate::opaque::Letter;

/// An admitted agent whose place is being kept.
#[derive(Debug)]
pub(super) struct Admission {
    attempt: Id,
    session: SessionId,
    participant: u8,
    token: ResumeToken,
    verdict: Letter,
}

impl Table {
    pub(super) fn refuse(&mut self, conn: ConnId, id: Id, counted: bool, letter: Letter) {
        let now = self.now;
        let Some((attempt, live)) = self.asked(conn, id) else {
            return;
        };
        let Stage::Proved { at, held } = &mut attempt.stage else {
            // Before the proof a refusal would say that somebody is there: the dummy goes on.
            return self.stand_in(id);
        };
        if held.is_some() {
            return;
        }
        let took = now.saturating_sub(*at);
        *held = Some(Held {
            at: on_grid(*at, took),
            letter,
        });
        attempt.live = None;
        self.delays
            .measured(*live.session.as_bytes(), Question::Proof, took);
        let by_code = self
            .attempts
            .get(&id)
            .is_some_and(|attempt| matches!(attempt.selector, Selector::Routing(_)));
        if !counted {
            self.uncount(id);
        } else if by_code {
            let at = self.stamp();
            self.keep(RelayChange::ProofRefused {
                session: live.session,
                at,
            });
        }
        self.set_attempt_due(id);
    }

    /// The proof was right, or the console did not judge it.
    fn uncount(&mut self, id: Id) {
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        if !std::mem::take(&mut attempt.counted) {
            return;
        }
        let Some(code) = self.codes.get_mut(&attempt.selector) else {
            return;
        };
        code.evaluated = code.evaluated.saturating_sub(1);
        let change = RelayChange::Evaluated {
            code: code.id,
            evaluated: code.evaluated,
        };
        self.keep(change);
    }

    pub(super) fn admit(&mut self, conn: ConnId, id: Id, letter: Letter, rng: &mut dyn CryptoRngCore) {
        let Some((attempt, live)) = self.asked(conn, id) else {
            return;
        };
        if !matches!(attempt.stage, Stage::Proved { held: None, .. }) {
            return;
        }
        let role = attempt.role;
        let Some(participant) = self.free_place(live.session) else {
            tracing::info!(session = %live.session, "session is full");
            self.uncount(id);
            self.console_is_told_it_is_over(id);
            return self.stand_in(id);
        };
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.stage = Stage::Admitting;
        }
        self.set_attempt_due(id);
        self.uncount(id);
        let mut token = [0; 32];
        rng.fill_bytes(&mut token);
        let place = RelayPlace {
            session: live.session,
            participant,
            role: role.number(),
            login: None,
            resume: resume_hash(&token),
        };
        let change = RelayChange::Place {
            place,
            ticket: None,
            at: self.stamp(),
        };
        let admission = Admission {
            attempt: id,
            session: live.session,
            participant,
            token,
            verdict: letter,
        };
        self.keep_then(change, Pending::Admit(admission));
    }

    /// The next free number for an agent. A number is not given again before all others were: what is still under
    /// way to the one who had it must not reach another.
    fn free_place(&mut self, session: SessionId) -> Option<u8> {
        let s = self.sessions.get_mut(&session)?;
        let agents = u8::try_from(PARTICIPANTS - 1).ok()?;
        let promised: Vec<u8> = self
            .pending
            .values()
            .filter_map(|p| match p {
                Pending::Admit(a) if a.session == session => Some(a.participant),
                Pending::Admit(_) | Pending::Attach(_) | Pending::Judge(_) | Pending::CodeClosed(..) => None,
            })
            .collect();
        let free = (0..agents)
            .map(|step| (s.last_number + step) % agents + 1)
            .find(|n| !s.places.contains_key(n) && !promised.contains(n))?;
        s.last_number = free;
        Some(free)
    }

    pub(super) fn admit_kept(&mut self, admission: Admission, ok: bool) {
        let Admission {
            attempt: id,
            session,
            participant,
            token,
            verdict,
        } = admission;
        let conn = self.attempts.get(&id).map(|attempt| (attempt.conn, attempt.role));
        let (Some((conn, role)), true, true) = (conn, ok, self.sessions.contains_key(&session)) else {
            if ok {
                self.keep(RelayChange::DropPlace { session, participant });
            }
            self.console_is_told_it_is_over(id);
            return self.refused(id, None);
        };
        let Some(attempt) = self.done(id) else { return };
        match attempt.selector {
            Selector::Routing(_) => {
                let handle = self.handle_of(&attempt);
                self.budget.success(handle, self.stamp());
                self.budget_changed();
            }
            Selector::Token(token) => self.own(session, token),
        }
        let resume = resume_hash(&token);
        self.resumes.insert(resume, (session, participant));
        if let Some(s) = self.sessions.get_mut(&session) {
            let place = Place {
                role,
                login: None,
                resume,
                conn: None,
            };
            s.places.insert(participant, place);
            if !std::mem::replace(&mut s.joined, true) {
                let at = self.stamp();
                self.keep(RelayChange::Joined { session, at });
            }
        }
        let admitted = FromServer::Admitted {
            participant,
            session: *session.as_bytes(),
            resume: token,
            console: 0,
            server_key: self.server_key,
            lobby: verdict.hand_on(),
        };
        self.say(conn, &admitted);
        self.present(conn, session, participant);
    }

    /// Who was let in cannot be served now: told so, for only who knew the secret comes here. Nothing is counted.
    pub(super) fn no_licence(&mut self, admission: &Admission) {
        self.console_is_told_it_is_over(admission.attempt);
        if let Some(attempt) = self.done(admission.attempt) {
            self.detach(attempt.conn, Detached::NoLicence);
        }
    }

    pub(super) fn missed(&mut self, attempt: &Attempt) {
        if let Selector::Routing(_) = attempt.selector {
            let handle = self.handle_of(attempt);
            self.budget.miss(handle, self.stamp());
            self.budget_changed();
        }
    }

    /// Joins the attempts of one customer at one code: a success forgives only misses from the same address at the
    /// same number, so that nobody's success launders other people's guesses.
    fn handle_of(&self, attempt: &Attempt) -> Handle {
        let (Selector::Routing(number) | Selector::Token(number)) = attempt.selector;
        let address = match attempt.address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        let hash = Sha256::new()
            .chain_update(self.handle_secret)
            .chain_update(number)
            .chain_update(address.octets())
            .finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }
}
