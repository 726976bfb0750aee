//! The customer's displays: which there are, which one is looked at, and glances at the others.

use temoto_codec::MAX_SIDE;
use temoto_wire::frame::Channel;
use temoto_wire::limits::{ALL_DISPLAYS, DISPLAYS};
use temoto_wire::proto::{self, control::Body};
use temoto_wire::screen::{Glance, kind};

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::channel::glance;
use crate::happened::Happened;
use crate::output::Output;
use crate::permission::Capability;

/// Farther from the origin is no display of any system, in pixels.
const FARTHEST: i32 = 1 << 20;

impl Console {
    /// The operator wants to see another display, or all.
    pub(super) fn show_display(&mut self, now_ms: u64, id: u32) -> Result<(), SessionError> {
        let (participant, _) = self.program().ok_or(SessionError::State("no program"))?;
        let all = id == u32::from(ALL_DISPLAYS) && self.side_by_side;
        if !all && !self.displays.iter().any(|d| d.id == id) {
            return Err(SessionError::State("no such display"));
        }
        if self.wanted.or(self.shown) == Some(id) {
            return Ok(());
        }
        // What is held was pressed on what is seen now.
        self.let_go(now_ms);
        self.send_to(now_ms, participant, Body::ShowDisplay(proto::ShowDisplay { id }))?;
        self.wanted = Some(id);
        // That one is gone was read: another one was chosen.
        self.notice.take_if(|notice| notice.code == "display_gone");
        self.view_due = true;
        Ok(())
    }

    /// Whether something else is on its way than what is seen: nothing is clicked meanwhile.
    pub(super) fn is_changing(&self) -> bool {
        let look = self.screen.look();
        let chosen = |wanted| look.is_some_and(|look| u32::from(look.display) != wanted);
        self.screen.is_changing() || self.wanted.is_some_and(chosen)
    }

    /// The operator's choice is seen, or never will be.
    pub(super) fn follow_choice(&mut self) {
        let seen = self.screen.look().map(|look| u32::from(look.display));
        if self.wanted.is_some() && self.wanted == seen && self.wanted == self.shown {
            self.wanted = None;
        }
    }

    /// There are none: the program is gone, or another one came.
    pub(super) fn no_displays(&mut self) {
        self.displays.clear();
        self.glances.clear();
        (self.shown, self.wanted, self.side_by_side) = (None, None, false);
    }

    /// The list came. One that no machine has is not taken.
    pub(super) fn displays_arrived(&mut self, now_ms: u64, displays: proto::Displays) {
        let possible = |d: &proto::Display| {
            (d.id as usize) < DISPLAYS
                && [d.width, d.height]
                    .iter()
                    .all(|side| (1..=MAX_SIDE).contains(side))
                && [d.x, d.y].iter().all(|at| (-FARTHEST..=FARTHEST).contains(at))
        };
        let list = &displays.displays;
        let twice = (1..list.len()).any(|n| list[..n].iter().any(|d| d.id == list[n].id));
        if list.len() > DISPLAYS || twice || !list.iter().all(possible) {
            return;
        }
        let gone = self
            .displays
            .iter()
            .find(|d| self.shown == Some(d.id) && !list.iter().any(|other| other.id == d.id))
            .map(|d| d.name.clone());
        self.shown = Some(displays.shown);
        self.side_by_side = displays.side_by_side;
        self.displays = displays.displays;
        for display in &mut self.displays {
            display.name.retain(|c| !c.is_control());
            display.name = temoto_wire::input::cut(&display.name, 128).to_owned();
            display.scale_percent = display.scale_percent.min(1_000);
        }
        if self.wanted != self.shown {
            // The program shows something else: it could not do what was chosen.
            self.wanted = None;
        }
        self.follow_choice();
        if let Some(name) = gone {
            self.notify("display_gone", vec![name.clone()]);
            self.tell(now_ms, Happened::DisplayGone, vec![name]);
        }
        self.view_due = true;
    }

    /// The operator looks at the list: what is on this display?
    pub(super) fn glance(&mut self, now_ms: u64, display: u8, side: u8) -> Result<(), SessionError> {
        // As far as this end can know that it makes sense.
        let glance = Glance::decode(&Glance { display, side }.encode())
            .map_err(|_| SessionError::Malformed("glance"))?;
        if !self.displays.iter().any(|d| d.id == u32::from(display)) {
            return Err(SessionError::State("no such display"));
        }
        let (participant, end) = self.program().ok_or(SessionError::State("no program"))?;
        if !end.grants.allows(Capability::View) {
            return Err(SessionError::State("the screen may not be seen"));
        }
        self.glances.insert(display);
        if let Some(end) = self.ends.get_mut(&participant) {
            end.peer.send_frame(
                now_ms,
                Channel::Screen,
                kind::GLANCE,
                &glance.encode(),
                &mut self.rng,
            );
        }
        Ok(())
    }

    /// A small picture came. One that nobody asked for is not even looked at.
    pub(super) fn thumbnail_arrived(&mut self, payload: &[u8]) -> Result<(), SessionError> {
        let asked = payload
            .first()
            .is_some_and(|display| self.glances.remove(display));
        if !asked {
            return Ok(());
        }
        let (display, picture) = glance::decode(payload)?;
        self.outputs
            .push_back(Output::Event(ConsoleEvent::Thumbnail { display, picture }));
        Ok(())
    }
}
