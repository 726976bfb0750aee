//! Attempts to join: knock, answer, proof, verdict. Judged one at a time per code, by the console or by a dummy.
//!
//! A number where nobody waits must look like one where somebody does. So both have the same lane, the same time to
//! live, the same messages; what a console says is held until the next tick of the grid; a console that falls silent
//! is stood in for by the dummy; and how long the dummy takes was measured at consoles ([`crate::delays`]).

use rand_core::CryptoRngCore;
use temoto_store::RelayChange;
use temoto_wire::relay::{Detached, FromServer, Id, Role, Selector};

use super::attach::origin_allows;
use super::attempt::{ATTEMPT_MS, Attempt, Held, LANE, Live, PATIENCE_MS, Stage};
use super::session::EVALUATIONS;
use super::{Due, Pending, State, Table, keys};
use crate::delays::{Question, on_grid};
use crate::event::{ConnId, Spare};
use crate::gate::network;
use crate::opaque::Letter;

/// What somebody said who knocked.
#[derive(Debug)]
pub(super) struct Knock {
    pub(super) role: Role,
    pub(super) selector: Selector,
    pub(super) knock: Letter,
    pub(super) spare: Spare,
}

impl Table {
    pub(super) fn knock(&mut self, id: ConnId, knock: Knock, digest: &[u8; 32], rng: &mut dyn CryptoRngCore) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let caller = conn.caller;
        if !matches!(conn.state, State::Fresh { .. }) {
            return self.detach(id, Detached::Protocol);
        }
        if knock.role == Role::Console || !origin_allows(caller.origin, knock.role) {
            return self.detach(id, Detached::Forbidden);
        }
        let bits = self.demand(self.now).work_bits;
        if bits > 0 {
            return self.ask_for_work(id, knock, digest, bits, rng);
        }
        if !self.gate.may_knock(self.now, caller.address) {
            return self.detach(id, Detached::Busy);
        }
        self.hear(id, knock, rng);
    }

    /// The knock is heard: an attempt begins, or waits for its turn.
    pub(super) fn hear(&mut self, id: ConnId, knock: Knock, rng: &mut dyn CryptoRngCore) {
        let Knock {
            role,
            selector,
            knock,
            spare,
        } = knock;
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let address = network(conn.caller.address);
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
                address,
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

    pub(super) fn set_attempt_due(&mut self, id: Id) {
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

    pub(super) fn console_is_told_it_is_over(&mut self, id: Id) {
        let live = self.attempts.get_mut(&id).and_then(|attempt| attempt.live.take());
        if let Some(live) = live {
            self.say(live.conn, &FromServer::AttemptGone { attempt: id });
        }
    }

    /// From here on the dummy speaks for the console, and nobody can tell.
    pub(super) fn stand_in(&mut self, id: Id) {
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
    pub(super) fn asked(&mut self, conn: ConnId, id: Id) -> Option<(&mut Attempt, Live)> {
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

    /// Ends an attempt that was not admitted: `REFUSED` with the console's words or the dummy's, and goodbye.
    pub(super) fn refused(&mut self, id: Id, letter: Option<Letter>) {
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
    pub(super) fn done(&mut self, id: Id) -> Option<Attempt> {
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
}
