//! Where the windows of the customer are, for whoever takes a picture of one. Places only: no names.

use temoto_geometry::Rect;
use temoto_wire::limits::WINDOWS;
use temoto_wire::proto::{self, control::Body};

use super::{Agent, AgentEvent};
use crate::output::Output;
use crate::permission::Capability;

impl Agent {
    /// The console wants to know; a question that waits for its answer is not asked twice.
    pub(super) fn list_windows(&mut self) {
        if !std::mem::replace(&mut self.sharing.listing, true) {
            self.outputs.push_back(Output::Event(AgentEvent::Windows));
        }
    }

    /// The windows as [`AgentEvent::Windows`] asked for: the uppermost first, in physical pixels of the desktop. What is not in
    /// the picture is left out.
    pub fn windows(&mut self, now_ms: u64, windows: &[Rect]) {
        if std::mem::take(&mut self.sharing.listing) && self.grants.allows(Capability::View) {
            let shown = self.shown().unwrap_or_default();
            let windows = windows.iter().filter_map(|window| {
                let part = window.intersect(shown)?;
                Some(proto::Window {
                    x: part.x.abs_diff(shown.x),
                    y: part.y.abs_diff(shown.y),
                    width: part.width,
                    height: part.height,
                })
            });
            let windows = windows.take(WINDOWS).collect();
            let shown = self.shown;
            self.tell_console(now_ms, Body::Windows(proto::Windows { shown, windows }));
        }
        self.settle(now_ms);
    }
}
