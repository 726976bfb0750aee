//! Small pictures of displays, for the operator who chooses one: on demand, one at a time, and only while the screen may be seen.

use std::collections::BTreeSet;

use temoto_codec::Framebuffer;
use temoto_wire::frame::Channel;
use temoto_wire::screen::{Glance, kind};

use super::{Agent, AgentEvent};
use crate::channel::glance;
use crate::output::Output;

/// A small picture is taken at most this often.
const EVERY_MS: u64 = 100;
/// A shell that says nothing for so long took none.
const PATIENCE_MS: u64 = 3_000;

/// What the operator asked to see.
#[derive(Debug, Default)]
pub(super) struct Glances {
    wanted: BTreeSet<u8>,
    side: u8,
    /// The shell was asked for this one, then.
    taking: Option<(u8, u64)>,
    next_ms: u64,
}

impl Glances {
    /// A question; the same one twice is one.
    pub(super) fn want(&mut self, glance: Glance) {
        self.wanted.insert(glance.display);
        self.side = glance.side;
    }

    /// Those that are not there any more are not wanted.
    pub(super) fn keep(&mut self, there: impl Fn(u32) -> bool) {
        self.wanted.retain(|&display| there(display.into()));
    }

    /// Nothing is wanted.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// When the next one is due.
    fn at(&self) -> Option<u64> {
        self.wanted.first()?;
        Some(self.taking.map_or(self.next_ms, |(_, at)| at + PATIENCE_MS))
    }

    fn take(&mut self, now_ms: u64) -> Option<u8> {
        self.at().filter(|&at| now_ms >= at)?;
        let display = self.wanted.pop_first()?;
        self.taking = Some((display, now_ms));
        self.next_ms = now_ms + EVERY_MS;
        Some(display)
    }
}

impl Agent {
    /// The small picture of this display, as [`AgentEvent::Glance`] asked for; `None` if it could not be taken.
    pub fn glanced(&mut self, now_ms: u64, display: u32, small: Option<&Framebuffer>) {
        let taken = self.sharing.glances.taking.take();
        if let Some((number, _)) = taken.filter(|&(number, _)| u32::from(number) == display)
            && self.may_show()
            && let Some(payload) = small.and_then(|small| glance::encode(number, small))
            && let Some(peer) = &mut self.peer
        {
            peer.send_frame(now_ms, Channel::Screen, kind::THUMBNAIL, &payload, &mut self.rng);
        }
        self.settle(now_ms);
    }

    /// When the next one is to be taken.
    pub(super) fn glance_at(&self) -> Option<u64> {
        let may = self.may_show() && !self.hidden.is_hidden() && self.screen.has_room();
        self.sharing.glances.at().filter(|_| may)
    }

    pub(super) fn share_glances(&mut self, now_ms: u64) {
        if self.glance_at().is_none() {
            return;
        }
        if let Some(display) = self.sharing.glances.take(now_ms) {
            let side = self.sharing.glances.side;
            let display = display.into();
            self.outputs
                .push_back(Output::Event(AgentEvent::Glance { display, side }));
        }
    }
}
