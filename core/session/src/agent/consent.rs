//! The customer's table of grants: allowing, withdrawing, pausing, and the own hand that wins.

use std::collections::BTreeSet;

use temoto_wire::proto::{self, control::Body};

use super::{Agent, AgentEvent};
use crate::channel::input::Injection;
use crate::output::Output;
use crate::permission::{Capability, Verdict, may_ask};

/// Control comes back after this long without a move of the customer's own.
const REST_MS: u64 = 3_000;

impl Agent {
    pub(super) fn allow(&mut self, now_ms: u64, capabilities: Vec<Capability>) {
        self.grants.set(now_ms, capabilities);
        for capability in std::mem::take(&mut self.asked) {
            // What was asked for and is not among what was allowed was declined.
            if !self.grants.has(capability) {
                self.patience.declined(now_ms, capability);
            }
        }
        self.granted(now_ms);
    }

    fn granted(&mut self, now_ms: u64) {
        self.answered = true;
        for capability in self.grants.iter() {
            self.patience.allowed(capability);
            self.asked.remove(&capability);
            self.met.insert(capability);
        }
        self.say_grants(now_ms);
    }

    /// An answer to one question, or a capability that is given without one.
    pub(super) fn answer(&mut self, now_ms: u64, capability: Capability, yes: bool) {
        if yes {
            let all: Vec<_> = self
                .grants
                .iter()
                .chain(capability.needs())
                .chain([capability])
                .collect();
            self.grants.set(now_ms, all);
            self.granted(now_ms);
            return;
        }
        // A no to seeing the screen is a no to whatever rests on it; and of what a question brings along, nothing is asked on its own.
        let base = capability.needs().filter(|&base| !self.grants.has(base));
        let no = |c: Capability| c == capability || c.needs() == Some(capability) || Some(c) == base;
        let declined: Vec<_> = self.asked.iter().copied().filter(|&c| no(c)).collect();
        for &c in &declined {
            self.asked.remove(&c);
            self.patience.declined(now_ms, c);
        }
        self.answered = true;
        self.say_declined(now_ms, declined);
    }

    pub(super) fn decline(&mut self, now_ms: u64) {
        self.answered = true;
        let asked = std::mem::take(&mut self.asked);
        for &capability in &asked {
            self.patience.declined(now_ms, capability);
        }
        self.say_declined(now_ms, asked);
    }

    /// The operator asks. What the customer said no to a moment ago is answered with no, and nobody is disturbed.
    pub(super) fn asked(&mut self, now_ms: u64, ask: &proto::AskGrant) {
        let capabilities = ask.capabilities.iter().take(16);
        let asked: BTreeSet<_> = capabilities
            .filter_map(|&n| Capability::from_proto(n))
            .filter(|&c| may_ask(c, self.settings.role) && !self.grants.has(c))
            .collect();
        if std::mem::take(&mut self.told_before) || asked.is_empty() {
            // A console that was reloaded asks as at the start; the customer has answered that.
            if self.answered {
                self.say_grants(now_ms);
            }
            return;
        }
        let (resting, open): (BTreeSet<_>, BTreeSet<_>) = asked
            .into_iter()
            .partition(|&capability| self.rests(now_ms, capability));
        if !resting.is_empty() {
            self.say_declined(now_ms, resting);
        }
        self.met.extend(open.iter().copied());
        self.asked.extend(open);
        self.view_due = true;
    }

    /// Whether asking for this rests, or for what it needs and is not granted.
    fn rests(&self, now_ms: u64, capability: Capability) -> bool {
        let base = capability.needs().filter(|&base| !self.grants.has(base));
        self.patience.rests(now_ms, capability) || base.is_some_and(|base| self.patience.rests(now_ms, base))
    }

    fn say_declined(&mut self, now_ms: u64, capabilities: impl IntoIterator<Item = Capability>) {
        let declined = proto::Declined {
            capabilities: capabilities.into_iter().map(Capability::to_proto).collect(),
            resting: self.patience.to_wire(now_ms),
        };
        self.tell_console(now_ms, Body::Declined(declined));
        self.view_due = true;
    }

    pub(super) fn withdraw(&mut self, now_ms: u64, capability: Capability) {
        if !self.grants.has(capability) {
            return;
        }
        let before: Vec<_> = self.grants.iter().collect();
        self.grants
            .set(now_ms, before.iter().copied().filter(|&c| c != capability));
        for &gone in before.iter().filter(|&&c| !self.grants.has(c)) {
            self.patience.withdrawn(now_ms, gone);
        }
        self.say_grants(now_ms);
    }

    pub(super) fn pause(&mut self, now_ms: u64, paused: bool) {
        if self.grants.paused() == paused {
            return;
        }
        self.grants.pause(now_ms, paused);
        self.tell_console(now_ms, Body::Paused(proto::Paused { paused }));
        self.say_grants(now_ms);
    }

    /// Whether the customer allowed `capability` and it may be used now.
    #[must_use]
    pub fn allows(&self, capability: Capability) -> bool {
        self.grants.allows(capability)
    }

    /// The customer's own keyboard or mouse was used: the operator's input is held until it rests.
    pub fn local_activity(&mut self, now_ms: u64) {
        if self.grants.has(Capability::Control) {
            let first = self
                .yields_until_ms
                .replace(now_ms.saturating_add(REST_MS))
                .is_none();
            if first {
                self.release_input();
                self.say_yielded(now_ms, true);
            }
        }
        self.settle(now_ms);
    }

    /// The keyboard of this machine has this layout now: an operator who knows the one of before would press the wrong keys.
    pub fn layout(&mut self, now_ms: u64, name: String) {
        if self.settings.about.keyboard != name {
            self.settings.about.keyboard = name;
            self.tell_console(now_ms, Body::About(self.settings.about.clone()));
        }
        self.settle(now_ms);
    }

    /// What the operator wanted would have hit a window of our own, or could not be done at all.
    pub fn input_refused(&mut self, now_ms: u64, reason: proto::refused::Reason, detail: String) {
        self.refuse(now_ms, reason, Capability::Control, detail);
        self.settle(now_ms);
    }

    /// The screen cannot be taken; `detail` says why, in words for the operator.
    pub fn screen_refused(&mut self, now_ms: u64, detail: String) {
        self.screen.not_taken();
        self.refuse(now_ms, proto::refused::Reason::NoScreen, Capability::View, detail);
        self.settle(now_ms);
    }

    pub(super) fn refuse(
        &mut self,
        now_ms: u64,
        reason: proto::refused::Reason,
        capability: Capability,
        detail: String,
    ) {
        let refused = proto::Refused {
            reason: reason.into(),
            capability: capability.to_proto(),
            detail,
        };
        self.tell_console(now_ms, Body::Refused(refused));
    }

    pub(super) fn say_grants(&mut self, now_ms: u64) {
        if !self.grants.allows(Capability::View) {
            self.screen.stop();
            self.sharing.glances.forget();
            self.cursor.forget();
        }
        if !self.grants.allows(Capability::Control) {
            self.release_input();
        }
        self.follow_clipboard();
        let granted = self.grants.iter().map(Capability::to_proto).collect();
        let grants = proto::Grants {
            number: self.grants.number(),
            granted,
            resting: self.patience.to_wire(now_ms),
        };
        self.tell_console(now_ms, Body::Grants(grants));
        if self.grants.allows(Capability::View) {
            // After the grant: before it the console does not accept them.
            self.say_displays(now_ms);
            self.say_obstacle(now_ms);
        }
        // After the grant: before it the console does not accept what they say.
        self.follow_files(now_ms);
        self.view_due = true;
    }

    pub(super) fn say_yielded(&mut self, now_ms: u64, yielded: bool) {
        if self.peer.as_ref().is_some_and(crate::peer::Peer::is_ready) {
            self.tell_console(now_ms, Body::Yielded(proto::Yielded { yielded }));
        }
        self.view_due = true;
    }

    /// An input event, through the gate.
    pub(super) fn input_arrived(&mut self, now_ms: u64, event: &temoto_wire::input::Event, verdict: Verdict) {
        match verdict {
            Verdict::Take if self.yields_until_ms.is_none() && !self.hidden.is_hidden() => {
                let event = self.aimed(event);
                for injection in self.input.take(now_ms, &event) {
                    self.inject(injection);
                }
            }
            Verdict::Take | Verdict::Drop => {}
            Verdict::Report => {
                use proto::refused::Reason;
                let granted = self.grants.allows(Capability::Control);
                let reason = if granted {
                    Reason::OldGrant
                } else {
                    Reason::NotGranted
                };
                self.refuse(now_ms, reason, Capability::Control, String::new());
            }
            Verdict::Violation => self.violated(now_ms),
        }
    }

    fn inject(&mut self, injection: Injection) {
        self.outputs
            .push_back(Output::Event(AgentEvent::Inject(injection)));
    }
}
