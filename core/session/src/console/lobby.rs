//! Who knocks: attempts by code or token, counted, judged and admitted.

use temoto_crypto::code::Code;
use temoto_crypto::file_name::parse_authority;
use temoto_crypto::pairing::{AdmittedAgent, ConsolePairing, ConsoleSetup, PairingSecret, refuse};
use temoto_crypto::token::Token;
use temoto_crypto::{Capabilities, PairingKind, dummy};
use temoto_wire::limits::LOBBY_BYTES;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::relay::{CloseCode, Id, Role, Selector, ToServer};

use super::{Console, ConsoleEvent, End};
use crate::SessionError;
use crate::happened::Happened;
use crate::level::{SIGNED, level};
use crate::output::Output;

/// Digits of a code that route; the rest is secret.
const ROUTING_DIGITS: usize = 4;
/// Wrong secrets that burn a code.
const FAILURES: u32 = 3;
/// An attempt is judged within this.
const ATTEMPT_MS: u64 = 15_000;
/// Attempts that are judged at the same time, tokens included.
const ATTEMPTS: usize = 4;
/// A token that nobody used dies after this.
const TOKEN_MS: u64 = 15 * 60_000;

/// The code that waits for a customer.
pub struct WaitingCode {
    pub(super) code: Code,
    pub(super) failures: u32,
    pub(super) expires_ms: u64,
}

impl WaitingCode {
    fn selector(&self) -> Option<Selector> {
        Selector::routing(self.code.routing(ROUTING_DIGITS))
    }
}

/// A code that was given back, until the relay says that it is closed.
pub struct ClosingCode {
    selector: Selector,
    why: CloseCode,
    /// Another one is asked for then: by a request that would else be faster than the message, and the server would count
    /// the old one as withdrawn.
    then_another: bool,
}

impl ClosingCode {
    pub(super) const fn message(&self) -> ToServer {
        ToServer::CloseCode {
            why: self.why,
            selector: self.selector,
        }
    }
}

/// A one-time token for the customer's program.
pub struct ArmedToken {
    pub(super) token: Token,
    pub(super) expires_ms: u64,
    /// Static key of the program that owns it.
    pub(super) owner: Option<[u8; 32]>,
    /// Its root is confirmed: the token is used.
    pub(super) used: bool,
}

/// One attempt that was answered.
pub struct Attempt {
    /// `None`: it cannot succeed, and is answered like any other so that nobody learns that.
    pairing: Option<ConsolePairing>,
    role: Role,
    pub(super) until_ms: u64,
    /// Judged to be refused whatever it proves, without counting: a foreign host, for example.
    refuse: bool,
}

/// One attempt that was admitted; the server makes its participant now.
pub struct Admitted {
    pub(super) attempt: Id,
    agent: AdmittedAgent,
    role: Role,
    until_ms: u64,
}

impl Console {
    pub(super) fn knocked(
        &mut self,
        now_ms: u64,
        attempt: Id,
        role: Role,
        selector: Selector,
        knock: &[u8; LOBBY_BYTES],
    ) {
        if self.attempts.len() >= ATTEMPTS {
            let oldest = self.attempts.iter().min_by_key(|(_, attempt)| attempt.until_ms);
            if let Some((&oldest, _)) = oldest {
                self.attempts.remove(&oldest);
            }
        }
        let pairing = self.secret(now_ms, &selector, role).and_then(|secret| {
            let setup = ConsoleSetup {
                secret,
                session: self.setup.as_ref().map(|s| s.session).unwrap_or_default(),
                capabilities: Capabilities::default(),
                static_key: self.key.clone(),
            };
            ConsolePairing::answer(setup, attempt, knock, &mut self.rng).ok()
        });
        let mut refuse = false;
        let (pairing, answer) = match pairing {
            Some((pairing, answer)) => {
                let host = pairing.knock().host.clone();
                let known = self.setup.as_ref().is_some_and(|s| s.hosts.contains(&host));
                let role_fits = Role::from_number(pairing.knock().role.byte()) == Ok(role);
                // Whoever knows the routing digits can write this; at least it is the name of a host.
                if !known && parse_authority(&host).is_ok() {
                    self.notify("foreign_host", vec![host]);
                }
                refuse = !known || !role_fits;
                (Some(pairing), answer)
            }
            None => (
                None,
                dummy::answer(kind_of(&selector), &Capabilities::default(), &mut self.rng),
            ),
        };
        let until_ms = now_ms.saturating_add(ATTEMPT_MS);
        self.attempts.insert(
            attempt,
            Attempt {
                pairing,
                role,
                until_ms,
                refuse,
            },
        );
        self.send(&ToServer::Answer {
            attempt,
            lobby: Box::new(answer),
        });
    }

    /// The secret that this attempt has to prove, if it may try at all.
    fn secret(&mut self, now_ms: u64, selector: &Selector, role: Role) -> Option<PairingSecret> {
        match selector {
            Selector::Routing(_) => {
                let waiting = self.code.as_ref()?;
                let digits = selector.routing_digits()?;
                let fits = waiting.code.routing(digits.len()) == digits && now_ms < waiting.expires_ms;
                fits.then(|| PairingSecret::Code(waiting.code.clone()))
            }
            Selector::Token(id) => {
                let armed = self.token.as_ref()?;
                let over = now_ms >= armed.expires_ms && !armed.used;
                if armed.token.id() != *id || over || role != Role::Program {
                    return None;
                }
                if armed.used {
                    self.asks_again(now_ms);
                    return None;
                }
                Some(PairingSecret::Token(armed.token.clone()))
            }
        }
    }

    /// A program with a used token: a second computer, or the same one started again.
    fn asks_again(&mut self, now_ms: u64) {
        let alive = self
            .program()
            .is_some_and(|(_, end)| end.present && end.peer.is_ready());
        let code = if alive {
            "token_used_twice"
        } else {
            "program_asks_again"
        };
        if self.notice.as_ref().is_some_and(|notice| notice.code == code) {
            return;
        }
        self.notify(code, Vec::new());
        if alive {
            self.tell_companion(now_ms, true);
        }
    }

    pub(super) fn proved(&mut self, now_ms: u64, attempt: Id, proof: &[u8; LOBBY_BYTES]) {
        let Some(Attempt {
            pairing,
            role,
            refuse: refused,
            ..
        }) = self.attempts.remove(&attempt)
        else {
            return;
        };
        let Some(pairing) = pairing else {
            self.send(&ToServer::Refuse {
                attempt,
                counted: false,
                lobby: Box::new(refuse()),
            });
            return;
        };
        let by_code = pairing.knock().kind == PairingKind::Code;
        let admission = if refused {
            None
        } else {
            Some(pairing.on_proof(proof, &mut self.rng))
        };
        let admitted = match admission {
            Some(Ok(admission)) => admission.admit().ok(),
            Some(Err(_)) => {
                if by_code {
                    self.wrong_secret(now_ms);
                }
                self.send(&ToServer::Refuse {
                    attempt,
                    counted: true,
                    lobby: Box::new(refuse()),
                });
                return;
            }
            None => None,
        };
        match admitted {
            Some((agent, verdict)) => {
                if self.admitted.len() >= ATTEMPTS {
                    self.admitted.pop_front();
                }
                let until_ms = now_ms.saturating_add(ATTEMPT_MS);
                self.admitted.push_back(Admitted {
                    attempt,
                    agent,
                    role,
                    until_ms,
                });
                self.send(&ToServer::Admit {
                    attempt,
                    lobby: Box::new(verdict),
                });
            }
            None => {
                self.send(&ToServer::Refuse {
                    attempt,
                    counted: false,
                    lobby: Box::new(refuse()),
                });
            }
        }
    }

    fn wrong_secret(&mut self, now_ms: u64) {
        let Some(waiting) = &mut self.code else { return };
        waiting.failures += 1;
        self.view_due = true;
        if waiting.failures < FAILURES {
            // Before the refusal leaves: a reload gives nothing back.
            self.store_now(now_ms);
        } else {
            self.codes_burnt += 1;
            // After two burnt codes it goes on only by a click.
            self.close_code(now_ms, CloseCode::Burnt, self.codes_burnt < 2);
            self.notify("code_burnt", Vec::new());
            self.tell(now_ms, Happened::CodeBurnt, Vec::new());
        }
    }

    /// Gives the code back; another one is asked for when the relay has closed it, if that is wanted.
    pub(super) fn close_code(&mut self, now_ms: u64, why: CloseCode, then_another: bool) {
        let Some(selector) = self.code.take().and_then(|waiting| waiting.selector()) else {
            return;
        };
        let closing = ClosingCode {
            selector,
            why,
            then_another,
        };
        self.close_attempts();
        self.store_now(now_ms);
        if self.link.is_up() {
            self.send(&closing.message());
        }
        self.closing = Some(closing);
        self.view_due = true;
    }

    /// The relay closed a code.
    pub(super) fn code_closed(&mut self, selector: &Selector) {
        let closed = self.closing.take_if(|closing| closing.selector == *selector);
        if closed.is_some_and(|closing| closing.then_another) {
            self.outputs.push_back(Output::Event(ConsoleEvent::CodeWanted));
        }
    }

    /// The code is gone, and what was answered under it can prove nothing any more: it is refused like at a number where
    /// nobody waits.
    // INVARIANT: an attempt that can be judged belongs to the code that waits, so each wrong one is counted there.
    pub(super) fn close_attempts(&mut self) {
        for attempt in self.attempts.values_mut() {
            let by_code = |pairing: &mut ConsolePairing| pairing.knock().kind == PairingKind::Code;
            let _gone = attempt.pairing.take_if(by_code);
        }
    }

    /// A participant is attached: a known one again, or the one that was just admitted.
    pub(super) fn joined(&mut self, now_ms: u64, participant: u8, role: Role) {
        self.view_due = true;
        if let Some(end) = self.ends.get_mut(&participant) {
            end.present = true;
            end.peer.attached(now_ms, &mut self.rng);
            return;
        }
        let place = self.admitted.iter().position(|admitted| admitted.role == role);
        let Some(admitted) = place.and_then(|place| self.admitted.remove(place)) else {
            return;
        };
        let knock = admitted.agent.knock().clone();
        let by_code = knock.kind == PairingKind::Code;
        let failures = by_code.then(|| self.code.as_ref().map_or(0, |code| code.failures));
        let level = level(self.signed, knock.capabilities.has(SIGNED), role, by_code);
        let secure = admitted.agent.into_pair(now_ms, 0, participant, self.keeping);
        let peer = self.peer(secure);
        self.ends
            .insert(participant, End::new(role, peer, knock.host, level, failures));
    }

    /// The agent's static key is proved.
    pub(super) fn paired(&mut self, now_ms: u64, participant: u8, key: [u8; 32]) {
        let by_token = self
            .ends
            .get(&participant)
            .is_some_and(|end| end.by_code.is_none());
        if by_token && let Some(armed) = &mut self.token {
            match armed.owner {
                None => armed.owner = Some(key),
                Some(owner) if owner == key => {}
                Some(_) => {
                    // The same token from another program: the first one owns it.
                    self.notify("token_used_twice", Vec::new());
                    self.tell_companion(now_ms, true);
                    if let Some(end) = self.ends.get_mut(&participant) {
                        end.peer.end(now_ms, &mut self.rng);
                    }
                }
            }
        }
        self.store_due = true;
    }

    /// The pairing of an agent is confirmed: what it was let in by is used up, and it replaces an older one of its role.
    pub(super) fn confirmed(&mut self, now_ms: u64, participant: u8) {
        let Some(end) = self.ends.get(&participant) else {
            return;
        };
        let role = end.role;
        if end.by_code.is_some() {
            self.close_code(now_ms, CloseCode::Spent, false);
        } else if let Some(armed) = &mut self.token {
            armed.used = true;
        }
        let older: Vec<u8> = self
            .ends
            .iter()
            .filter(|&(&n, other)| n != participant && other.role == role)
            .map(|(&n, _)| n)
            .collect();
        for n in older {
            self.part(now_ms, n);
        }
        self.notice = None;
        (self.view_due, self.store_due) = (true, true);
    }

    /// A token for the page's customer, unless one waits already.
    pub(super) fn arm(&mut self, now_ms: u64, page: u8) {
        if self.token.is_none() {
            let token = Token::draw(&mut self.rng);
            self.send(&ToServer::Arm { token: token.id() });
            self.token = Some(ArmedToken {
                token,
                expires_ms: now_ms + TOKEN_MS,
                owner: None,
                used: false,
            });
            self.store_due = true;
        }
        if let Some(armed) = &self.token {
            let token = armed.token.expose().to_vec();
            let _unheard = self.send_to(now_ms, page, Body::StepUp(proto::StepUp { token }));
        }
    }

    /// One click of the operator: the program that was closed may come again with the same file.
    pub(super) fn rearm(&mut self, now_ms: u64) -> Result<(), SessionError> {
        let armed = self.token.as_mut().ok_or(SessionError::State("no token"))?;
        (armed.used, armed.owner) = (false, None);
        armed.expires_ms = now_ms + TOKEN_MS;
        let id = armed.token.id();
        self.send(&ToServer::Arm { token: id });
        if let Some((participant, _)) = self.program() {
            self.part(now_ms, participant);
        }
        self.notice = None;
        (self.view_due, self.store_due) = (true, true);
        Ok(())
    }

    /// Codes, tokens and attempts whose time is over.
    pub(super) fn expire(&mut self, now_ms: u64) {
        if self.code.as_ref().is_some_and(|code| now_ms >= code.expires_ms) {
            self.close_code(now_ms, CloseCode::Withdrawn, self.ends.is_empty());
            self.notify("code_expired", Vec::new());
        }
        if self
            .token
            .as_ref()
            .is_some_and(|token| now_ms >= token.expires_ms && !token.used)
        {
            if let Some(armed) = self.token.take() {
                self.send(&ToServer::Disarm {
                    token: armed.token.id(),
                });
            }
            // A page that is still there gets a fresh one.
            let page = self
                .ends
                .iter()
                .find(|(_, end)| end.role == Role::Page && end.peer.is_ready());
            if let Some((&page, _)) = page {
                self.arm(now_ms, page);
            }
        }
        if let Some(armed) = &mut self.token
            && armed.used
            && now_ms >= armed.expires_ms
        {
            // A used token stays known, so that a program that was closed can ask; it needs no deadline.
            armed.expires_ms = u64::MAX;
        }
        self.attempts.retain(|_, attempt| now_ms < attempt.until_ms);
        self.admitted.retain(|admitted| now_ms < admitted.until_ms);
    }
}

const fn kind_of(selector: &Selector) -> PairingKind {
    match selector {
        Selector::Routing(_) => PairingKind::Code,
        Selector::Token(_) => PairingKind::Token,
    }
}
