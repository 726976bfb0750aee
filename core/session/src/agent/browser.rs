//! Sharing from the browser: the join page shows the operator what its customer picked there, to be looked at and nothing else.
//!
//! Nobody asks for it: the customer begins it on the page, and that is the grant. It ends with the word of either side, with what was
//! picked (the browser's own "stop sharing"), and when the program joins, which can do all of it and more.

use temoto_geometry::Rect;
use temoto_wire::proto;

use super::{Agent, DisplayInfo, Phase};
use crate::SessionError;
use crate::permission::Capability;
use crate::surface::Surface;

impl Agent {
    /// The customer picked something to share.
    pub(super) fn begin_share(&mut self, now_ms: u64, surface: Surface) -> Result<(), SessionError> {
        if self.is_program() || !matches!(self.phase, Phase::Paired) {
            return Err(SessionError::State("nothing can be shared from here"));
        }
        if self.companion.as_ref().is_some_and(|companion| companion.present) {
            return Err(SessionError::State("the program shares the screen"));
        }
        self.surface = surface;
        // How large it is, its first pixels tell.
        self.displays = vec![picked(0, 0)];
        self.screen.refresh();
        self.grants.set(now_ms, [Capability::View]);
        self.say_grants(now_ms);
        Ok(())
    }

    /// Nothing is shared any more.
    pub(super) fn end_share(&mut self, now_ms: u64) {
        if self.is_program() || !self.grants.has(Capability::View) {
            return;
        }
        self.grants.set(now_ms, []);
        self.say_grants(now_ms);
        self.displays.clear();
    }

    /// The operator has seen enough. What was picked since is another thing.
    pub(super) fn unshare(&mut self, now_ms: u64, unshare: &proto::Unshare) {
        if unshare.number == self.grants.number() {
            self.end_share(now_ms);
        }
    }

    /// What is shared has this size now: a window was made larger, or its first pixels are here.
    pub fn resized(&mut self, now_ms: u64, width: u32, height: u32) {
        if !self.is_program() && !self.displays.is_empty() {
            self.set_displays(now_ms, vec![picked(width, height)]);
        }
    }
}

fn picked(width: u32, height: u32) -> DisplayInfo {
    DisplayInfo {
        id: 0,
        name: String::new(),
        rect: Rect::new(0, 0, width, height),
        scale_percent: 100,
        primary: true,
    }
}
