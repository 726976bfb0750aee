//! Showing the operator's screen: the second screen of a session, in the other direction. It goes to the customer's program,
//! and to the join page where there is none.

use temoto_codec::FrameView;
use temoto_geometry::Region;
use temoto_wire::frame::Channel;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::relay::Role;
use temoto_wire::screen::{Ack, Refresh, kind};

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::channel::screen::ScreenHost;
use crate::happened::Happened;
use crate::output::Output;
use crate::surface::Surface;
use crate::view::ShowView;

/// What the operator shows, and to whom. The stream itself belongs to the pair, with its counters ([`super::End`]).
#[derive(Default)]
pub struct Show {
    /// Counts what was shown.
    number: u32,
    surface: Surface,
    /// The participant that looks; `None` while nothing is shown.
    to: Option<u8>,
}

impl Console {
    /// The operator picked something to show.
    pub(super) fn begin_show(&mut self, now_ms: u64, surface: Surface) -> Result<(), SessionError> {
        let to = self.onlooker().ok_or(SessionError::State("nobody looks"))?;
        if self
            .notice
            .as_ref()
            .is_some_and(|notice| matches!(notice.code, "show_closed" | "show_alone"))
        {
            self.notice = None;
        }
        let running = self.show.to.is_some();
        self.show.surface = surface;
        self.show_to(now_ms, to);
        if !running {
            self.tell(now_ms, Happened::ShowStarted, Vec::new());
        }
        Ok(())
    }

    /// The operator shows nothing any more.
    pub(super) fn end_show(&mut self, now_ms: u64) {
        if self.show_off(now_ms) {
            self.tell(now_ms, Happened::ShowStopped, Vec::new());
        }
    }

    /// The customer closed what is shown. What is told of an earlier one comes late.
    pub(super) fn show_closed(&mut self, now_ms: u64, participant: u8, closed: proto::ShowClosed) {
        if self.show.to == Some(participant) && self.show.number == closed.number {
            self.show_off(now_ms);
            self.notify("show_closed", Vec::new());
            self.tell(now_ms, Happened::ShowClosed, Vec::new());
        }
    }

    /// Who looks: the program, once its customer answered what it asked first, else the page. Before that answer a program shows
    /// nothing but its question.
    fn onlooker(&self) -> Option<u8> {
        let of = |role| {
            let mut ends = self.ends.iter();
            ends.find(|(_, end)| end.role == role && end.greeted && (end.answered || role == Role::Page))
                .map(|(&n, _)| n)
        };
        of(Role::Program).or_else(|| of(Role::Page))
    }

    /// An agent came, was answered, was started anew or went: what is shown goes to the one that looks now.
    pub(super) fn follow_onlooker(&mut self, now_ms: u64, came: Option<u8>) {
        let Some(to) = self.show.to else { return };
        match self.onlooker() {
            None => {
                self.show_off(now_ms);
                self.notify("show_alone", Vec::new());
            }
            // Who was started anew knows nothing of it.
            Some(now) if now != to || came == Some(to) => self.show_to(now_ms, now),
            Some(_) => {}
        }
    }

    fn show_to(&mut self, now_ms: u64, to: u8) {
        self.show_off(now_ms);
        let Some(end) = self.ends.get_mut(&to) else { return };
        end.grants.show(now_ms, true);
        let host = end.show.get_or_insert_with(|| Box::new(ScreenHost::new(now_ms)));
        host.stop();
        self.show.number = self.show.number.saturating_add(1);
        self.show.to = Some(to);
        self.say_showing(now_ms, to, true);
    }

    /// Whether something was shown.
    fn show_off(&mut self, now_ms: u64) -> bool {
        let Some(to) = self.show.to.take() else {
            return false;
        };
        if let Some(end) = self.ends.get_mut(&to) {
            end.grants.show(now_ms, false);
            if let Some(host) = &mut end.show {
                host.stop();
            }
            self.say_showing(now_ms, to, false);
        }
        self.view_due = true;
        true
    }

    fn say_showing(&mut self, now_ms: u64, to: u8, on: bool) {
        let showing = proto::Showing {
            number: self.show.number,
            on,
            surface: self.show.surface.to_proto(),
        };
        let _unheard = self.send_to(now_ms, to, Body::Showing(showing));
        self.view_due = true;
    }

    fn show_host(&mut self) -> Option<&mut ScreenHost> {
        let end = self.show.to.and_then(|to| self.ends.get_mut(&to))?;
        end.show.as_deref_mut()
    }

    /// Something of what is shown changed.
    pub fn show_changed(&mut self, now_ms: u64) {
        if let Some(host) = self.show_host() {
            host.damaged(&Region::default());
        }
        self.settle(now_ms);
    }

    /// The newest pixels of what is shown, as [`ConsoleEvent::Capture`] asked for.
    ///
    /// # Errors
    /// The frame has an impossible size.
    pub fn show_frame(&mut self, now_ms: u64, frame: FrameView<'_>) -> Result<(), SessionError> {
        let done = self
            .show_host()
            .map_or(Ok(()), |host| host.frame(now_ms, 0, frame));
        self.settle(now_ms);
        done
    }

    /// The frame that was asked for is not there yet.
    pub fn no_show_frame(&mut self, now_ms: u64) {
        if let Some(host) = self.show_host() {
            host.missed(now_ms);
        }
        self.settle(now_ms);
    }

    /// When the next frame is asked for.
    pub(super) fn show_at(&self) -> Option<u64> {
        let end = self.show.to.and_then(|to| self.ends.get(&to))?;
        let host = end.show.as_ref().filter(|_| end.peer.is_ready())?;
        host.frame_wanted_at()
    }

    /// Sends what may be sent and asks for the next frame.
    pub(super) fn show_screen(&mut self, now_ms: u64) {
        let Some(end) = self.show.to.and_then(|to| self.ends.get_mut(&to)) else {
            return;
        };
        let Some(host) = end.show.as_mut().filter(|_| end.peer.is_ready()) else {
            return;
        };
        while let Some((kind, payload)) = host.poll(now_ms) {
            let peer = &mut end.peer;
            if !peer.send_frame(now_ms, Channel::Screen, kind, &payload, &mut self.rng) {
                // The run went away in between: what was encoded is void.
                host.stop();
                return;
            }
        }
        if host.ask(now_ms) {
            self.outputs.push_back(Output::Event(ConsoleEvent::Capture));
        }
    }

    /// How far the one who looks is.
    pub(super) fn show_answered(
        &mut self,
        now_ms: u64,
        participant: u8,
        which: u8,
        payload: &[u8],
    ) -> Result<(), SessionError> {
        let end = self.ends.get_mut(&participant);
        let Some(host) = end.and_then(|end| end.show.as_mut()) else {
            return Ok(());
        };
        match which {
            kind::ACK => host.acknowledged(now_ms, Ack::decode(payload)?),
            _ => host.refresh_within(Refresh::decode(payload)?.memory),
        }
        Ok(())
    }

    /// What the console shows of it.
    pub(super) fn show_view(&self) -> Option<ShowView> {
        let to = self.ends.get(&self.show.to?)?;
        Some(ShowView {
            surface: self.show.surface,
            to: if to.role == Role::Program {
                "program"
            } else {
                "page"
            },
        })
    }
}
