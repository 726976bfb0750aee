//! What the customer's end shows, made from its state.

use super::{Agent, Phase};
use crate::view::{AgentView, LinkView, ProgramView, closed_code};

impl Agent {
    /// What to show now.
    #[must_use]
    pub fn view(&self) -> AgentView {
        let (phase, reason) = match &self.phase {
            Phase::Idle if self.refused.is_some() => ("refused", self.refused),
            Phase::Joining(_) if self.refused.is_some() => ("refused", self.refused),
            Phase::Idle | Phase::Joining(_) => ("connecting", None),
            Phase::Paired => ("paired", None),
            Phase::Ended(who) => ("ended", Some(*who)),
        };
        AgentView {
            link: LinkView {
                up: self.link.is_up(),
                trying_since_ms: self.link.lost_since().map(|at| self.unix(at)),
                closed: self.link.closed().map(closed_code),
            },
            phase,
            reason,
            new_code_needed: self.needs_new_code(),
            failures_differ: self.failures_differ,
            operator: self.operator.clone(),
            level: self.level,
            download_name: self.download_name.clone(),
            program: self
                .companion
                .as_ref()
                .filter(|companion| companion.present || companion.already_used)
                .map(|companion| ProgramView {
                    present: companion.present,
                    computer: companion.computer.clone(),
                    system: companion.system.clone(),
                    already_used: companion.already_used,
                }),
            operator_present: self.console_present
                && self.peer.as_ref().is_some_and(crate::peer::Peer::is_ready),
            showing: self.watch_view(),
            granted: self.grants.iter().collect(),
            asked: self.asked.iter().copied().collect(),
            met: self.met.iter().copied().collect(),
            paused: self.grants.paused(),
            under_way: self.under_way(),
            yielded: self.yields_until_ms.is_some(),
            chat: self.chat.lines().to_vec(),
        }
    }
}
