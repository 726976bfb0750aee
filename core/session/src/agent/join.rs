//! Joining: attempts by code or token until one is admitted, refused or given up.

use temoto_crypto::pairing::{AgentPairing, AgentProved, AgentSetup, PairingError, PairingSecret, Seat};
use temoto_crypto::{AgentRole, Capabilities, Claims};
use temoto_wire::PROTOCOL_VERSION;
use temoto_wire::limits::LOBBY_BYTES;
use temoto_wire::relay::{Detached, Id, Role, Selector, ToServer};

use super::{Agent, Phase, Place};
use crate::SessionError;
use crate::level::SIGNED;

/// An attempt that is not judged within this is tried again.
pub(super) const ATTEMPT_MS: u64 = 20_000;
/// A pairing that the console never greets in is given up after this: its half of it was lost.
const CONFIRM_MS: u64 = 25_000;
/// A program whose token is used asks again this often, until the operator lets it in.
const ASK_AGAIN_MS: u64 = 3_000;
/// And gives up after this.
const GIVE_UP_MS: u64 = 10 * 60_000;
/// Digits that route; the rest is secret.
const ROUTING_DIGITS: usize = 4;

#[expect(clippy::large_enum_variant, reason = "one exists at a time, in a box")]
enum Stage {
    /// Knocked, or about to.
    Knocked(AgentPairing),
    /// Proved, waiting for the verdict.
    Proved(AgentProved),
    /// Refused for now; knocks again at the instant.
    Resting { until_ms: u64 },
    /// Between two of them, while one is taken out.
    Moving,
}

/// An attempt and those after it.
pub struct Joining {
    secret: PairingSecret,
    stage: Stage,
    since_ms: u64,
    until_ms: u64,
}

impl Agent {
    pub(super) fn join(
        &mut self,
        now_ms: u64,
        host: String,
        secret: PairingSecret,
    ) -> Result<(), SessionError> {
        if matches!(self.phase, Phase::Paired) {
            return Err(SessionError::State("already paired"));
        }
        self.by_code = matches!(secret, PairingSecret::Code(_));
        if let PairingSecret::Code(code) = &secret {
            self.proofs.typed(code.routing(ROUTING_DIGITS));
            if self.proofs.are_spent() {
                self.exhausted();
                return Ok(());
            }
        }
        self.host = host;
        self.refused = None;
        let joining = Joining {
            secret,
            stage: Stage::Moving,
            since_ms: now_ms,
            until_ms: now_ms + ATTEMPT_MS,
        };
        self.phase = Phase::Joining(Box::new(joining));
        let knock = self.knock(now_ms)?;
        self.link.open(now_ms, knock);
        self.view_due = true;
        Ok(())
    }

    /// The pairing broke before it was confirmed: gives the place up and tries once more, unless that was the last proof.
    pub(super) fn join_again(&mut self, now_ms: u64, secret: PairingSecret) {
        if self.link.is_up() {
            self.send(&ToServer::Leave);
        }
        (self.peer, self.place) = (None, None);
        (self.confirm_until_ms, self.root_kept) = (None, false);
        self.pending.clear();
        self.phase = Phase::Idle;
        let host = self.host.clone();
        // The same host and secret made a knock before.
        let _again = self.join(now_ms, host, secret);
    }

    /// Starts an attempt; its first message.
    fn knock(&mut self, now_ms: u64) -> Result<ToServer, SessionError> {
        let Phase::Joining(joining) = &mut self.phase else {
            return Err(SessionError::State("not joining"));
        };
        let selector = match &joining.secret {
            PairingSecret::Code(code) => {
                Selector::routing(code.routing(ROUTING_DIGITS)).ok_or(SessionError::Malformed("code"))?
            }
            PairingSecret::Token(token) => Selector::Token(token.id()),
        };
        let capabilities: &[u16] = if self.settings.signed { &[SIGNED] } else { &[] };
        let role = if self.settings.role == Role::Program {
            AgentRole::Program
        } else {
            AgentRole::Page
        };
        let setup = AgentSetup {
            secret: joining.secret.clone(),
            host: self.host.clone(),
            role,
            capabilities: Capabilities::new(capabilities).unwrap_or_default(),
            build: self.settings.build.clone(),
            static_key: self.key.clone(),
        };
        let (pairing, lobby) =
            AgentPairing::new(setup).map_err(|_| SessionError::Malformed("host or build"))?;
        joining.stage = Stage::Knocked(pairing);
        joining.until_ms = now_ms + ATTEMPT_MS;
        Ok(ToServer::Knock {
            version: PROTOCOL_VERSION,
            role: self.settings.role,
            selector,
            lobby: Box::new(lobby),
        })
    }

    /// A connection that is open while joining always starts with a fresh knock: what was under way on the last one is gone.
    pub(super) fn restart_attempt(&mut self, now_ms: u64) {
        let Phase::Joining(joining) = &self.phase else {
            return;
        };
        if matches!(joining.stage, Stage::Knocked(_)) {
            return;
        }
        if self.may_not_prove() {
            return self.exhausted();
        }
        if let Ok(knock) = self.knock(now_ms) {
            self.link.greet_with(knock);
        }
    }

    /// No further proof is given of the code that is joined with.
    fn may_not_prove(&self) -> bool {
        self.by_code && self.proofs.are_spent()
    }

    /// Three proofs of this code came to nothing: whoever asked for them may guess no more.
    fn exhausted(&mut self) {
        self.give_up("mismatch");
    }

    pub(super) fn answered(&mut self, now_ms: u64, attempt: Id, answer: &[u8; LOBBY_BYTES]) {
        if self.may_not_prove() && matches!(self.phase, Phase::Joining(_)) {
            return self.exhausted();
        }
        let Phase::Joining(joining) = &mut self.phase else {
            return;
        };
        match std::mem::replace(&mut joining.stage, Stage::Moving) {
            Stage::Knocked(pairing) => match pairing.on_answer(attempt, answer, &mut self.rng) {
                Ok((proved, proof)) => {
                    joining.stage = Stage::Proved(proved);
                    if self.by_code {
                        // INVARIANT: each proof lets its reader check one guess, so it is counted before it leaves,
                        // and nothing that anybody says later takes it back.
                        self.proofs.given();
                    }
                    self.send(&ToServer::Proof {
                        lobby: Box::new(proof),
                    });
                }
                Err(error) => self.failed(now_ms, error),
            },
            other @ (Stage::Proved(_) | Stage::Resting { .. } | Stage::Moving) => joining.stage = other,
        }
    }

    pub(super) fn admitted(&mut self, now_ms: u64, place: Place, verdict: &[u8; LOBBY_BYTES]) {
        let Some(proved) = self.take_proved() else { return };
        self.secret = match &self.phase {
            Phase::Joining(joining) => Some(joining.secret.clone()),
            Phase::Idle | Phase::Paired | Phase::Ended(_) => None,
        };
        self.failures_seen = match &self.phase {
            Phase::Joining(joining) => match &joining.secret {
                PairingSecret::Code(code) => Some(
                    self.failures
                        .get(code.routing(ROUTING_DIGITS))
                        .copied()
                        .unwrap_or(0),
                ),
                PairingSecret::Token(_) => None,
            },
            Phase::Idle | Phase::Paired | Phase::Ended(_) => None,
        };
        let seat = Seat {
            session: place.session,
            console: place.console,
            agent: place.participant,
        };
        let keeping = self.settings.keeping;
        match proved.on_verdict(now_ms, verdict, seat, &Claims::default(), keeping, &mut self.rng) {
            Ok(secure) => {
                let mut peer = self.peer(secure);
                peer.start(now_ms, &mut self.rng);
                self.peer = Some(peer);
                self.place = Some(place);
                self.phase = Phase::Paired;
                self.confirm_until_ms = Some(now_ms.saturating_add(CONFIRM_MS));
                self.console_present = true;
                self.link.resume_with(place.resume);
                self.link.attached(now_ms);
                (self.view_due, self.store_due) = (true, true);
            }
            Err(PairingError::Refused) => self.failed(now_ms, PairingError::Refused),
            Err(_) => self.failed(now_ms, PairingError::Mismatch),
        }
    }

    pub(super) fn refused(&mut self, now_ms: u64, _verdict: &[u8; LOBBY_BYTES]) {
        if self.take_proved().is_some() || matches!(self.phase, Phase::Joining(_)) {
            self.failed(now_ms, PairingError::Refused);
        }
    }

    fn take_proved(&mut self) -> Option<AgentProved> {
        let Phase::Joining(joining) = &mut self.phase else {
            return None;
        };
        match std::mem::replace(&mut joining.stage, Stage::Moving) {
            Stage::Proved(proved) => Some(proved),
            other @ (Stage::Knocked(_) | Stage::Resting { .. } | Stage::Moving) => {
                joining.stage = other;
                None
            }
        }
    }

    fn failed(&mut self, now_ms: u64, error: PairingError) {
        let Phase::Joining(joining) = &mut self.phase else {
            return;
        };
        self.view_due = true;
        self.link.close();
        let counts = matches!(error, PairingError::Refused | PairingError::Mismatch);
        if let PairingSecret::Code(code) = &joining.secret
            && counts
        {
            *self
                .failures
                .entry(code.routing(ROUTING_DIGITS).to_owned())
                .or_default() += 1;
            if self.failures.len() > 64 {
                self.failures.pop_first();
            }
        }
        let waits = matches!(joining.secret, PairingSecret::Token(_))
            && matches!(error, PairingError::Refused)
            && now_ms < joining.since_ms + GIVE_UP_MS;
        self.refused = Some(match error {
            PairingError::Version { .. } => "update",
            PairingError::Setup | PairingError::Malformed => "forbidden",
            PairingError::Mismatch => "mismatch",
            PairingError::Refused if waits => "token_asks",
            PairingError::Refused => "wrong",
        });
        if waits {
            joining.stage = Stage::Resting {
                until_ms: now_ms + ASK_AGAIN_MS,
            };
        } else {
            self.phase = Phase::Idle;
        }
    }

    /// A pairing of which the console knows nothing.
    pub(super) fn expire_confirmation(&mut self, now_ms: u64) {
        if self.confirm_until_ms.take_if(|at| now_ms >= *at).is_none() {
            return;
        }
        if !self.link.is_up() {
            // Without a line nothing can be confirmed: the time counts from when it is back.
            self.confirm_until_ms = Some(now_ms.saturating_add(CONFIRM_MS));
        } else if let Some(secret) = self.secret.take() {
            self.join_again(now_ms, secret);
        }
    }

    /// Attempts that nobody judged, and rests that are over.
    pub(super) fn expire_attempt(&mut self, now_ms: u64) {
        if self.attempt_deadline().is_none_or(|at| now_ms < at) {
            return;
        }
        if self.may_not_prove() {
            self.exhausted();
        } else if let Ok(knock) = self.knock(now_ms) {
            self.link.open(now_ms, knock);
        }
    }

    pub(super) fn attempt_deadline(&self) -> Option<u64> {
        let Phase::Joining(joining) = &self.phase else {
            return None;
        };
        Some(match joining.stage {
            Stage::Resting { until_ms } => until_ms,
            Stage::Knocked(_) | Stage::Proved(_) | Stage::Moving => joining.until_ms,
        })
    }

    /// The attempt that has knocked and nothing more has time until the instant; `false` if there is none.
    pub(super) fn extend_knock(&mut self, at_ms: u64) -> bool {
        let Phase::Joining(joining) = &mut self.phase else {
            return false;
        };
        let knocked = matches!(joining.stage, Stage::Knocked(_));
        if knocked {
            joining.until_ms = at_ms;
        }
        knocked
    }

    /// The relay asks for something that an agent does not do: no attempt is made any more.
    pub(super) fn give_up(&mut self, why: &'static str) {
        self.link.close();
        self.phase = Phase::Idle;
        self.refused = Some(why);
        self.view_due = true;
    }

    /// After three proofs that came to nothing only a new code helps.
    pub(super) fn needs_new_code(&self) -> bool {
        self.may_not_prove() && !matches!(self.phase, Phase::Paired)
    }

    /// The line does not come back by itself: an attempt over it is over.
    pub(super) fn attempt_cut(&mut self) {
        if matches!(self.phase, Phase::Joining(_))
            && let Some(why) = self.link.closed()
        {
            self.phase = Phase::Idle;
            self.refused = Some(match why {
                Detached::Version => "update",
                Detached::NoLicence => "no_licence",
                Detached::Replaced
                | Detached::Slow
                | Detached::Credential
                | Detached::Protocol
                | Detached::Busy
                | Detached::Over
                | Detached::SignedOut
                | Detached::Forbidden => "forbidden",
            });
            self.view_due = true;
        }
    }
}
