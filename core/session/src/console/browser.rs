//! What the customer shares from the browser: to be looked at, and nothing else.

use temoto_wire::proto::{self, control::Body};
use temoto_wire::relay::Role;

use super::{Console, ConsoleEvent, End};
use crate::SessionError;
use crate::channel::screen::ScreenViewer;
use crate::happened::Happened;
use crate::output::Output;
use crate::permission::{Capability, may_grant};

impl Console {
    /// The end whose screen is seen: the program, else the page while it shares from its browser.
    pub(super) fn source(&self) -> Option<(u8, &End)> {
        self.program().or_else(|| self.sharer())
    }

    /// The page, while its customer shares something from the browser.
    pub(super) fn sharer(&self) -> Option<(u8, &End)> {
        let mut ends = self.ends.iter();
        let page = ends.find(|(_, end)| end.role == Role::Page)?;
        Some((*page.0, page.1)).filter(|(_, end)| end.grants.allows(Capability::View))
    }

    /// The picture that is seen.
    pub(super) fn seen(&self) -> &ScreenViewer {
        if self.program().is_some() {
            &self.screen
        } else {
            &self.browser
        }
    }

    /// The viewer of what this agent shares: its own stream, with its own counters. A second page has none.
    pub(super) fn viewer_of(&mut self, participant: u8) -> Option<&mut ScreenViewer> {
        let role = self.ends.get(&participant)?.role;
        let mut ends = self.ends.iter();
        let (&first, _) = ends.find(|(_, end)| end.role == role)?;
        match role {
            Role::Program => Some(&mut self.screen),
            Role::Page if first == participant => Some(&mut self.browser),
            Role::Page | Role::Console => None,
        }
    }

    /// The operator has seen enough of it. The page stops, and says so as it always does.
    pub(super) fn unshare(&mut self, now_ms: u64) -> Result<(), SessionError> {
        let nothing = SessionError::State("nothing is shared");
        let (participant, end) = self.sharer().ok_or(nothing.clone())?;
        let number = end.grants.number();
        self.send_to(now_ms, participant, Body::Unshare(proto::Unshare { number }))?;
        self.ends.get_mut(&participant).ok_or(nothing)?.unshared = Some(number);
        Ok(())
    }

    /// The page says what its customer shares now: that it is seen is all that a page can grant.
    pub(super) fn page_granted(&mut self, now_ms: u64, participant: u8, number: u32, granted: &[Capability]) {
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        let before = end.grants.has(Capability::View);
        let asked = end.unshared.take_if(|&mut under| under < number).is_some();
        let granted = granted.iter().copied().filter(|&c| may_grant(c, Role::Page));
        end.grants.follow(now_ms, number, granted);
        let after = end.grants.has(Capability::View);
        self.view_due = true;
        if before == after {
            return;
        }
        if after {
            self.notice = None;
            self.say_colors(now_ms, participant);
        } else if self.browser.forget() {
            self.outputs.push_back(Output::Event(ConsoleEvent::Blank));
            // The program's, if that is here already.
            self.paint_all();
        }
        let event = match (after, asked) {
            (true, _) => Happened::BrowserShared,
            (false, true) => Happened::BrowserEnded,
            (false, false) => Happened::BrowserUnshared,
        };
        self.tell(now_ms, event, Vec::new());
    }
}
