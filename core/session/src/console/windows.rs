//! The customer's windows, for a picture of one of them.

use temoto_geometry::Rect;
use temoto_wire::limits::WINDOWS;
use temoto_wire::proto::{self, control::Body};

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::output::Output;
use crate::permission::Capability;

impl Console {
    /// Where are they? The answer is [`ConsoleEvent::Windows`].
    pub(super) fn ask_windows(&mut self, now_ms: u64) -> Result<(), SessionError> {
        let (participant, end) = self.program().ok_or(SessionError::State("no program"))?;
        if !end.grants.allows(Capability::View) {
            return Err(SessionError::State("the screen may not be seen"));
        }
        self.send_to(now_ms, participant, Body::AskWindows(proto::AskWindows {}))?;
        self.windows_asked = true;
        Ok(())
    }

    /// They came. A list that nobody asked for is not looked at; what is not in the picture that is seen is left out.
    pub(super) fn windows_arrived(&mut self, windows: &proto::Windows) {
        if !std::mem::take(&mut self.windows_asked) {
            return;
        }
        let look = self.screen.look();
        let seen = look.filter(|look| u32::from(look.display) == windows.shown && !self.is_changing());
        let picture = seen.map(|look| look.size.to_rect()).unwrap_or_default();
        let windows = windows.windows.iter().take(WINDOWS).filter_map(|window| {
            let (x, y) = (i32::try_from(window.x).ok()?, i32::try_from(window.y).ok()?);
            Rect::new(x, y, window.width, window.height).intersect(picture)
        });
        let event = ConsoleEvent::Windows(windows.collect());
        self.outputs.push_back(Output::Event(event));
    }
}
