//! Attempts to join: knock, answer, proof, verdict. Judged one at a time per code, by the console or by a dummy.
//!
//! A number where nobody waits must look like one where somebody does. So both have the same lane, the same time to
//! live, the same messages; what a console says is held until the next tick of the grid; a console that falls silent
//! is stood in for by the dummy; and how long the dummy takes was measured at consoles ([`crate::delays`]).

use std::collections::VecDeque;
use std::net::IpAddr;

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use temoto_model::SessionId;
use temoto_model::budget::Handle;
use temoto_store::{RelayChange, RelayPlace};
use temoto_wire::limits::PARTICIPANTS;
use temoto_wire::relay::{Detached, FromServer, Id, ResumeToken, Role, Selector};

use super::attach::{origin_allows, resume_hash};
use super::session::EVALUATIONS;
use super::{Due, Pending, Place, State, Table, keys};
use crate::delays::{Question, on_grid};
use crate::event::{ConnId, Spare};
use crate::gate::network;
use crate::opaque::Letter;

/// An attempt lives so long from its turn.
pub const ATTEMPT_MS: u64 = 15_000;
/// A console that has not answered a knock by then is stood in for.
pub const PATIENCE_MS: u64 = 4_000;
/// Attempts that wait behind the one that is judged.
pub const LANE: usize = 4;

/// Who stands at one door.
#[derive(Debug, Default)]
pub(super) struct Lane {
    judged: Option<Id>,
    waiting: VecDeque<Id>,
}

/// A console that has been told of an attempt.
#[derive(Clone, Copy, Debug)]
struct Live {
    session: SessionId,
    conn: ConnId,
}

/// Something to say at a moment.
#[derive(Debug)]
struct Held {
    at: u64,
    letter: Letter,
}

#[derive(Debug)]
enum Stage {
    Waiting,
    Asked {
        at: u64,
        held: Option<Held>,
    },
    Answered,
    /// The proof waits until it is counted on the disk.
    Counting {
        at: u64,
        proof: Letter,
    },
    Proved {
        at: u64,
        held: Option<Held>,
    },
    Admitting,
}

#[derive(Debug)]
pub(super) struct Attempt {
    conn: ConnId,
    role: Role,
    address: IpAddr,
    selector: Selector,
    knock: Letter,
    spare: Spare,
    /// What a dummy would take for answer and verdict.
    delays: (u64, u64),
    stage: Stage,
    deadline: u64,
    live: Option<Live>,
    /// The proof was counted for the code.
    counted: bool,
}

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
    pub(super) fn knock(
        &mut self,
        id: ConnId,
        role: Role,
        selector: Selector,
        knock: Letter,
        spare: Spare,
        rng: &mut dyn CryptoRngCore,
    ) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let caller = conn.caller;
        if !matches!(conn.state, State::Fresh { .. }) {
            return self.detach(id, Detached::Protocol);
        }
        if role == Role::Console || !origin_allows(caller.origin, role) {
            return self.detach(id, Detached::Forbidden);
        }
        if !self.gate.may_knock(self.now, caller.address) {
            return self.detach(id, Detached::Busy);
        }
        let mut attempt = [0; 16];
        rng.fill_bytes(&mut attempt);
        let now = self.now;
        let mut delay = |question| self.delays.draw(selector, question, now, rng);
        let delays = (delay(Question::Knock), delay(Question::Proof));
        conn.state = State::Knocking(attempt);
        self.attempts.insert(
            attempt,
            Attempt {
                conn: id,
                role,
                address: network(caller.address),
                selector,
                knock,
                spare,
                delays,
                stage: Stage::Waiting,
                deadline: u64::MAX,
                live: None,
                counted: false,
            },
        );
        self.schedule(id);
        let lane = self.lanes.entry(selector).or_default();
        if lane.judged.is_none() {
            lane.judged = Some(attempt);
            let live = self.who_opens(selector);
            self.begin(attempt, live);
        } else if lane.waiting.len() < LANE {
            lane.waiting.push_back(attempt);
        } else {
            self.begin(attempt, None);
        }
    }

    /// The console that waits at this selector and may still be asked.
    fn who_opens(&self, selector: Selector) -> Option<Live> {
        let session = match selector {
            Selector::Routing(_) => {
                let code = self.codes.get(&selector)?;
                let open = code.evaluated < EVALUATIONS && code.expires_at > self.now;
                open.then_some(code.session)?
            }
            Selector::Token(token) => self.tokens.get(&token)?.session,
        };
        let conn = self.sessions.get(&session)?.places.get(&0)?.conn?;
        Some(Live { session, conn })
    }

    /// It is this attempt's turn.
    fn begin(&mut self, id: Id, live: Option<Live>) {
        let now = self.now;
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        attempt.deadline = now.saturating_add(ATTEMPT_MS);
        attempt.live = live;
        let held = live.is_none().then(|| Held {
            at: on_grid(now, attempt.delays.0),
            letter: attempt.spare.answer.clone(),
        });
        attempt.stage = Stage::Asked { at: now, held };
        if let Some(live) = live {
            let told = FromServer::Attempt {
                attempt: id,
                role: attempt.role,
                selector: attempt.selector,
                lobby: attempt.knock.clone().hand_on(),
            };
            self.say(live.conn, &told);
        }
        self.set_attempt_due(id);
    }

    fn set_attempt_due(&mut self, id: Id) {
        let Some(attempt) = self.attempts.get(&id) else {
            return;
        };
        let next = match &attempt.stage {
            Stage::Asked { held: Some(held), .. } | Stage::Proved { held: Some(held), .. } => held.at,
            Stage::Asked { at, held: None } => at.saturating_add(PATIENCE_MS),
            // The place is being kept: the disk decides, not the time.
            Stage::Admitting => return self.agenda.cancel(Due::Attempt(id)),
            Stage::Waiting | Stage::Answered | Stage::Counting { .. } | Stage::Proved { held: None, .. } => {
                attempt.deadline
            }
        };
        self.agenda.set(Due::Attempt(id), next.min(attempt.deadline));
    }

    pub(super) fn attempt_due(&mut self, id: Id) {
        let now = self.now;
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        if now >= attempt.deadline {
            self.silence(id);
            self.console_is_told_it_is_over(id);
            return self.refused(id, None);
        }
        match &mut attempt.stage {
            Stage::Asked { held, .. } => match held.take_if(|h| h.at <= now) {
                Some(held) => {
                    let (conn, attempt_id) = (attempt.conn, id);
                    attempt.stage = Stage::Answered;
                    let answer = FromServer::Answer {
                        attempt: attempt_id,
                        lobby: held.letter.hand_on(),
                    };
                    self.say(conn, &answer);
                }
                None if held.is_none() => {
                    self.silence(id);
                    self.console_is_told_it_is_over(id);
                    self.stand_in(id);
                }
                None => {}
            },
            Stage::Proved { held, .. } => {
                if let Some(held) = held.take_if(|h| h.at <= now) {
                    return self.refused(id, Some(held.letter));
                }
            }
            Stage::Waiting | Stage::Answered | Stage::Counting { .. } | Stage::Admitting => {}
        }
        self.set_attempt_due(id);
    }

    /// A console said nothing in time; dead numbers will do so too.
    fn silence(&mut self, id: Id) {
        let Some(attempt) = self.attempts.get(&id) else {
            return;
        };
        let Some(live) = attempt.live else { return };
        let tag = *live.session.as_bytes();
        match attempt.stage {
            Stage::Asked { held: None, .. } => self.delays.measured(tag, Question::Knock, PATIENCE_MS),
            Stage::Proved { held: None, .. } => self.delays.measured(tag, Question::Proof, ATTEMPT_MS),
            Stage::Waiting
            | Stage::Asked { .. }
            | Stage::Answered
            | Stage::Counting { .. }
            | Stage::Proved { .. }
            | Stage::Admitting => {}
        }
    }

    fn console_is_told_it_is_over(&mut self, id: Id) {
        let live = self.attempts.get_mut(&id).and_then(|attempt| attempt.live.take());
        if let Some(live) = live {
            self.say(live.conn, &FromServer::AttemptGone { attempt: id });
        }
    }

    /// From here on the dummy speaks for the console, and nobody can tell.
    fn stand_in(&mut self, id: Id) {
        let now = self.now;
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        attempt.live = None;
        let hold = |at: u64, delay: u64, letter: Letter| Held {
            at: on_grid(at, delay.max(now.saturating_sub(at))),
            letter,
        };
        match &mut attempt.stage {
            Stage::Asked { at, held } if held.is_none() => {
                *held = Some(hold(*at, attempt.delays.0, attempt.spare.answer.clone()));
            }
            Stage::Proved { at, held } if held.is_none() => {
                *held = Some(hold(*at, attempt.delays.1, attempt.spare.refusal.clone()));
            }
            Stage::Counting { at, .. } => {
                let (at, letter) = (*at, attempt.spare.refusal.clone());
                let held = Some(hold(at, attempt.delays.1, letter));
                attempt.stage = Stage::Proved { at, held };
            }
            Stage::Waiting
            | Stage::Asked { .. }
            | Stage::Answered
            | Stage::Proved { .. }
            | Stage::Admitting => {}
        }
        self.set_attempt_due(id);
    }

    /// The attempt of this console at this stage, if there is one; others come too late or were never its own.
    fn asked(&mut self, conn: ConnId, id: Id) -> Option<(&mut Attempt, Live)> {
        let attempt = self.attempts.get_mut(&id)?;
        let live = attempt.live.filter(|live| live.conn == conn)?;
        Some((attempt, live))
    }

    pub(super) fn answer(&mut self, conn: ConnId, id: Id, letter: Letter) {
        let now = self.now;
        let Some((attempt, live)) = self.asked(conn, id) else {
            return;
        };
        let Stage::Asked { at, held } = &mut attempt.stage else {
            return;
        };
        if held.is_some() {
            return;
        }
        let took = now.saturating_sub(*at);
        *held = Some(Held {
            at: on_grid(*at, took),
            letter,
        });
        self.delays
            .measured(*live.session.as_bytes(), Question::Knock, took);
        self.set_attempt_due(id);
    }

    pub(super) fn proof(&mut self, conn: ConnId, id: Id, letter: Letter) {
        let now = self.now;
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        if !matches!(attempt.stage, Stage::Answered) {
            return self.detach(conn, Detached::Protocol);
        }
        attempt.stage = Stage::Counting {
            at: now,
            proof: letter,
        };
        let Some(live) = attempt.live else {
            return self.stand_in(id);
        };
        if matches!(attempt.selector, Selector::Token(_)) {
            // 128 bits are not guessed: nothing to count.
            return self.judge(id);
        }
        let selector = attempt.selector;
        let code = self.codes.get_mut(&selector);
        let code = code.filter(|c| c.session == live.session && c.evaluated < EVALUATIONS);
        let Some(code) = code else {
            self.console_is_told_it_is_over(id);
            return self.stand_in(id);
        };
        // Counted on the disk before the console sees it: a server killed in between does not give it back.
        code.evaluated += 1;
        attempt.counted = true;
        let change = RelayChange::Evaluated {
            code: code.id,
            evaluated: code.evaluated,
        };
        self.set_attempt_due(id);
        self.keep_then(change, Pending::Judge(id));
    }

    pub(super) fn judge_kept(&mut self, id: Id, ok: bool) {
        if ok {
            return self.judge(id);
        }
        self.console_is_told_it_is_over(id);
        self.stand_in(id);
    }

    /// Gives the proof to the console.
    fn judge(&mut self, id: Id) {
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let Some(live) = attempt.live else { return };
        let Stage::Counting { at, proof } = &attempt.stage else {
            return;
        };
        let (at, lobby) = (*at, proof.clone().hand_on());
        attempt.stage = Stage::Proved { at, held: None };
        self.say(live.conn, &FromServer::Proof { attempt: id, lobby });
        self.set_attempt_due(id);
    }

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
        if !counted {
            self.uncount(id);
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
                Pending::Admit(_) | Pending::Attach(_) | Pending::Judge(_) => None,
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
        if let Selector::Routing(_) = attempt.selector {
            let handle = self.handle_of(&attempt);
            self.budget.success(handle, self.stamp());
            self.budget_changed();
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

    /// Ends an attempt that was not admitted: `REFUSED` with the console's words or the dummy's, and goodbye.
    fn refused(&mut self, id: Id, letter: Option<Letter>) {
        let Some(attempt) = self.done(id) else { return };
        self.missed(&attempt);
        let lobby = letter.unwrap_or(attempt.spare.refusal).hand_on();
        self.close(attempt.conn, Some(FromServer::Refused { lobby }.encode()), true);
    }

    /// The agent went in the middle of its attempt.
    pub(super) fn agent_lost(&mut self, id: Id) {
        self.console_is_told_it_is_over(id);
        if let Some(attempt) = self.done(id) {
            self.missed(&attempt);
        }
    }

    /// The console went: the dummy takes its attempts over.
    pub(super) fn console_lost(&mut self, conn: ConnId) {
        for id in keys(&self.attempts, |a| a.live.is_some_and(|live| live.conn == conn)) {
            if !matches!(self.attempts.get(&id).map(|a| &a.stage), Some(Stage::Admitting)) {
                self.stand_in(id);
            }
        }
    }

    /// Takes an attempt out and lets the next one in its lane have its turn.
    fn done(&mut self, id: Id) -> Option<Attempt> {
        let attempt = self.attempts.remove(&id)?;
        self.agenda.cancel(Due::Attempt(id));
        let selector = attempt.selector;
        if let Some(lane) = self.lanes.get_mut(&selector) {
            lane.waiting.retain(|waiting| *waiting != id);
            if lane.judged == Some(id) {
                lane.judged = lane.waiting.pop_front();
                match lane.judged {
                    None => {
                        self.lanes.remove(&selector);
                    }
                    Some(next) => {
                        let live = self.who_opens(selector);
                        self.begin(next, live);
                    }
                }
            }
        }
        Some(attempt)
    }

    fn missed(&mut self, attempt: &Attempt) {
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
