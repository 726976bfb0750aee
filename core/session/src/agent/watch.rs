//! Looking at what the operator shows: the second screen of a session, in the other direction. The customer does not ask for it and
//! sees at once who shows it; closing it is the customer's word alone.

use temoto_codec::Framebuffer;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::screen::kind;

use super::{Agent, AgentEvent};
use crate::SessionError;
use crate::channel::screen::{Drawn, ScreenViewer, whole};
use crate::output::Output;
use crate::surface::Surface;
use crate::view::{PictureView, WatchView};

/// What this end knows of it.
#[derive(Default)]
pub struct Watch {
    pub(super) viewer: ScreenViewer,
    number: u32,
    surface: Surface,
}

impl Agent {
    /// Before the first picture: the most memory for what the operator's screen showed earlier, in MiB.
    pub fn remember_at_most(&mut self, mebibytes: u8) {
        self.watch.viewer = ScreenViewer::with_memory(mebibytes);
    }

    /// What the operator shows, if there is a picture of it.
    #[must_use]
    pub fn picture(&self) -> Option<&Framebuffer> {
        self.watch.viewer.picture().filter(|_| self.grants.shown())
    }

    /// The operator begins to show something, or no longer does.
    pub(super) fn operator_shows(&mut self, now_ms: u64, showing: proto::Showing) {
        if !showing.on {
            self.stop_watching(now_ms);
            return;
        }
        self.forget_shown();
        self.watch.number = showing.number;
        self.watch.surface = Surface::from_proto(showing.surface);
        self.grants.show(now_ms, true);
        self.view_due = true;
    }

    /// The customer does not want to see it.
    pub(super) fn close_shown(&mut self, now_ms: u64) {
        if self.grants.shown() {
            let number = self.watch.number;
            self.stop_watching(now_ms);
            self.tell_console(now_ms, Body::ShowClosed(proto::ShowClosed { number }));
        }
    }

    /// Nothing is shown any more, and nothing of it stays.
    pub(super) fn stop_watching(&mut self, now_ms: u64) {
        self.grants.show(now_ms, false);
        self.forget_shown();
        self.view_due = true;
    }

    fn forget_shown(&mut self) {
        if self.watch.viewer.forget() {
            self.outputs.push_back(Output::Event(AgentEvent::Blank));
        }
    }

    /// The canvas is new: all of it is painted.
    pub(super) fn repaint(&mut self) {
        if let Some(picture) = self.picture() {
            let region = whole(picture);
            self.outputs.push_back(Output::Event(AgentEvent::Painted(region)));
        }
    }

    /// A frame of what the operator shows.
    pub(super) fn shown_frame(&mut self, now_ms: u64, which: u8, payload: &[u8]) -> Result<(), SessionError> {
        let before = self.watch.viewer.look();
        let drawn = self.watch.viewer.take(now_ms, which, payload)?;
        self.answer_shown(now_ms, &drawn);
        self.view_due |= self.watch.viewer.look() != before;
        if let Some(region) = drawn.changed.filter(|region| !region.is_empty()) {
            self.outputs.push_back(Output::Event(AgentEvent::Painted(region)));
        }
        Ok(())
    }

    /// One that came after it was closed: its bytes count, for the pacing of the other end.
    pub(super) fn shown_dropped(&mut self, now_ms: u64, which: u8, payload: &[u8]) {
        if matches!(which, kind::BEGIN | kind::CHUNK) {
            let drawn = self.watch.viewer.dropped(which, payload);
            self.answer_shown(now_ms, &drawn);
        }
    }

    fn answer_shown(&mut self, now_ms: u64, drawn: &Drawn) {
        let Some(peer) = &mut self.peer else { return };
        for (which, payload) in self.watch.viewer.answer(drawn) {
            peer.send_frame(
                now_ms,
                temoto_wire::frame::Channel::Screen,
                which,
                &payload,
                &mut self.rng,
            );
        }
    }

    /// What the page or program shows of it.
    pub(super) fn watch_view(&self) -> Option<WatchView> {
        self.grants.shown().then(|| WatchView {
            surface: self.watch.surface,
            picture: self.watch.viewer.look().map(|look| PictureView {
                width: look.size.width,
                height: look.size.height,
                look: look.number,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use temoto_crypto::RootKeeping;
    use temoto_wire::relay::Role;
    use temoto_wire::screen::Begin;

    use super::*;
    use crate::AgentSettings;

    fn looking() -> Agent {
        let settings = AgentSettings {
            role: Role::Page,
            keeping: RootKeeping::Caller,
            signed: false,
            build: "page 0.1.0".to_owned(),
            about: proto::About::default(),
        };
        let mut agent = Agent::new(settings, [7; 32], 0, 0);
        let showing = proto::Showing {
            number: 1,
            on: true,
            surface: 0,
        };
        agent.operator_shows(0, showing);
        agent
    }

    fn begin(number: u16, length: Option<u32>, bytes: &[u8]) -> Vec<u8> {
        let begin = Begin {
            number,
            display: 0,
            reset: true,
            complete: true,
            taken_ms: 0,
            length,
        };
        [begin.encode(), bytes.to_vec()].concat()
    }

    #[test]
    fn a_hostile_operator_paints_nothing_and_is_asked_for_the_picture_again() {
        let mut agent = looking();
        // The header of an update says how large the picture is; none of these is decoded.
        let hostile = [
            vec![0xff; 64],
            vec![2],
            vec![2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0],
        ];
        for (n, bytes) in (1..).zip(hostile) {
            agent
                .shown_frame(0, kind::BEGIN, &begin(n, None, &bytes))
                .expect("a frame");
            assert_eq!(agent.picture(), None);
        }
        assert!(agent.shown_frame(0, kind::BEGIN, &[]).is_err(), "too short");
        assert!(
            agent.shown_frame(0, kind::BEGIN, &begin(1, None, &[1])).is_err(),
            "an old number"
        );
        assert!(
            agent
                .shown_frame(0, kind::BEGIN, &begin(9, Some(u32::MAX), &[1]))
                .is_err(),
            "too long"
        );
        agent
            .shown_frame(0, kind::BEGIN, &begin(9, Some(4), &[1]))
            .expect("a frame");
        assert!(
            agent.shown_frame(0, kind::CHUNK, &[1; 4]).is_err(),
            "longer than announced"
        );
        let painted = std::iter::from_fn(|| agent.poll())
            .any(|output| matches!(output, Output::Event(AgentEvent::Painted(_))));
        assert!(!painted);
    }

    #[test]
    fn what_comes_after_it_was_closed_is_not_drawn() {
        let mut agent = looking();
        agent.close_shown(10);
        assert_eq!(agent.watch_view(), None);
        agent.frame_arrived(
            20,
            temoto_wire::frame::Channel::Screen,
            kind::BEGIN,
            &begin(1, None, &[2; 9]),
        );
        assert_eq!(agent.picture(), None);
    }
}
