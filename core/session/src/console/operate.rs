//! Keys and pointer of the operator, on their way to the program.

use temoto_keymap::Code;
use temoto_wire::frame::Channel;
use temoto_wire::input::{EVENT, Event, cut};
use temoto_wire::limits::INPUT_TEXT_BYTES;

use super::Console;
use crate::SessionError;
use crate::permission::Capability;

impl Console {
    /// The Control button: asks for the grant when it is missing.
    pub(super) fn press_control(&mut self, now_ms: u64, active: bool) -> Result<(), SessionError> {
        if !active {
            self.let_go(now_ms);
            self.controlling = false;
            self.view_due = true;
            return Ok(());
        }
        let (_, end) = self.program().ok_or(SessionError::State("no program"))?;
        if end.grants.allows(Capability::Control) {
            self.controlling = true;
            self.notice = None;
        } else {
            let rests = end.rests_until(now_ms, Capability::Control).is_some();
            self.ask(now_ms, vec![Capability::Control])?;
            if !rests {
                self.notify("control_needs_grant", Vec::new());
            }
        }
        self.view_due = true;
        Ok(())
    }

    /// The number of the grant that input relies on; `None` if no input may be sent.
    fn grant(&self) -> Option<u32> {
        let (_, end) = self.program()?;
        let may = self.controlling && end.grants.allows(Capability::Control) && end.peer.is_ready();
        may.then(|| end.grants.number())
    }

    /// The display that the person sees and means; `None` while that is not sure.
    fn display(&self, meant: Option<u32>) -> Option<u8> {
        let look = self.screen.look().filter(|_| !self.is_changing())?;
        let same = meant.is_none_or(|number| number == look.number);
        same.then_some(look.display)
    }

    pub(super) fn pointer(&mut self, now_ms: u64, x: i32, y: i32, look: Option<u32>) {
        let (Some(grant), Some(display)) = (self.grant(), self.display(look)) else {
            return;
        };
        let event = self.input.pointer(now_ms, grant, display, x, y);
        self.send_input(now_ms, event);
    }

    pub(super) fn flush_pointer(&mut self, now_ms: u64) {
        if let Some(grant) = self.grant() {
            let event = self.input.flush(now_ms, grant, false);
            self.send_input(now_ms, event);
        }
    }

    pub(super) fn key(&mut self, now_ms: u64, code: &str, down: bool) -> Result<(), SessionError> {
        let Some(grant) = self.grant() else { return Ok(()) };
        let code = Code::from_name(code).ok_or(SessionError::Malformed("unknown key"))?;
        let place = self.input.flush(now_ms, grant, true);
        self.send_input(now_ms, place);
        let event = self.input.key(now_ms, grant, code, down);
        self.send_input(now_ms, event);
        Ok(())
    }

    pub(super) fn button(&mut self, now_ms: u64, button: u8, down: bool, at: (i32, i32), look: Option<u32>) {
        let Some(grant) = self.grant() else { return };
        if let Some(display) = self.display(look) {
            // The place first, at once: a click belongs where it was made.
            let thinned = self.input.pointer(now_ms, grant, display, at.0, at.1);
            let place = thinned.or_else(|| self.input.flush(now_ms, grant, true));
            self.send_input(now_ms, place);
        } else if down {
            return;
        }
        let event = self.input.button(now_ms, grant, button, down);
        self.send_input(now_ms, event);
    }

    pub(super) fn wheel(&mut self, now_ms: u64, dx: i16, dy: i16) {
        let Some(grant) = self.grant().filter(|_| self.display(None).is_some()) else {
            return;
        };
        let place = self.input.flush(now_ms, grant, true);
        self.send_input(now_ms, place);
        let event = self.input.wheel(now_ms, grant, dx, dy);
        self.send_input(now_ms, Some(event));
    }

    pub(super) fn text(&mut self, now_ms: u64, text: &str) {
        let Some(grant) = self.grant() else { return };
        let mut rest = text;
        while !rest.is_empty() {
            let part = cut(rest, INPUT_TEXT_BYTES);
            let event = self.input.text(now_ms, grant, part.to_owned());
            self.send_input(now_ms, Some(event));
            rest = rest.get(part.len()..).unwrap_or_default();
        }
    }

    /// Nothing stays pressed.
    pub(super) fn let_go(&mut self, now_ms: u64) {
        let grant = self.grant().unwrap_or_default();
        let event = self.input.release(now_ms, grant);
        self.send_input(now_ms, event);
    }

    fn send_input(&mut self, now_ms: u64, event: Option<Event>) {
        let Some(event) = event else { return };
        let participant = self.program().map(|(n, _)| n);
        if let Some(end) = participant.and_then(|n| self.ends.get_mut(&n)) {
            end.peer
                .send_frame(now_ms, Channel::Input, EVENT, &event.encode(), &mut self.rng);
        }
    }
}
