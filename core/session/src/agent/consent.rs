//! The customer's table of grants: allowing, withdrawing, pausing, and the own hand that wins.

use temoto_wire::proto::{self, control::Body};

use super::{Agent, AgentEvent};
use crate::channel::input::Injection;
use crate::output::Output;
use crate::permission::{Capability, Verdict};

/// Control comes back after this long without a move of the customer's own.
const REST_MS: u64 = 3_000;

impl Agent {
    pub(super) fn allow(&mut self, now_ms: u64, capabilities: Vec<Capability>) {
        self.grants.set(now_ms, capabilities);
        self.answered = true;
        self.asked.clear();
        self.say_grants(now_ms);
    }

    pub(super) fn decline(&mut self, now_ms: u64) {
        let asked = self.asked.iter().map(|c| c.to_proto()).collect();
        self.answered = true;
        self.asked.clear();
        self.tell_console(now_ms, Body::Declined(proto::Declined { capabilities: asked }));
        self.view_due = true;
    }

    pub(super) fn withdraw(&mut self, now_ms: u64, capability: Capability) {
        if !self.grants.has(capability) {
            return;
        }
        let rest: Vec<_> = self.grants.iter().filter(|&c| c != capability).collect();
        self.grants.set(now_ms, rest);
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

    /// What the operator wanted would have hit a window of our own, or could not be done at all.
    pub fn input_refused(&mut self, now_ms: u64, reason: proto::refused::Reason, detail: String) {
        self.refuse(now_ms, reason, Capability::Control, detail);
        self.settle(now_ms);
    }

    /// The screen cannot be taken; `detail` says why, in words for the operator.
    pub fn screen_refused(&mut self, now_ms: u64, detail: String) {
        self.capturing = false;
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
            self.cursor.forget();
        }
        if !self.grants.allows(Capability::Control) {
            self.release_input();
        }
        let granted = self.grants.iter().map(Capability::to_proto).collect();
        let grants = proto::Grants {
            number: self.grants.number(),
            granted,
        };
        self.tell_console(now_ms, Body::Grants(grants));
        if self.grants.allows(Capability::View) {
            // After the grant: before it the console does not accept them.
            self.say_displays(now_ms);
            self.say_obstacle(now_ms);
        }
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
                for injection in self.input.take(now_ms, event) {
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
