//! Sharing the screen: displays, captures, updates, cursor.

use std::collections::BTreeSet;

use temoto_codec::cursor::CursorShape;
use temoto_codec::{FrameView, MAX_SIDE, Move};
use temoto_geometry::{Rect, Region};
use temoto_wire::frame::Channel;
use temoto_wire::limits::{ALL_DISPLAYS, DISPLAYS};
use temoto_wire::proto::{self, control::Body};
use temoto_wire::screen::{CursorPlace, cursor_kind};

use super::glance::Glances;
use super::quality::Automatic;
use super::{Agent, AgentEvent};
use crate::SessionError;
use crate::output::Output;
use crate::permission::Capability;

/// Most pixels of all displays in one picture: four displays of 3840 x 2160, and half of what a picture may have.
const ALL_PIXELS: u64 = 32 << 20;

/// One display as the shell knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DisplayInfo {
    /// Its number, below [`DISPLAYS`]; the same for as long as the display exists.
    pub id: u32,
    /// Its name at the system.
    pub name: String,
    /// Its place on the virtual desktop, in physical pixels; origins can be negative.
    pub rect: Rect,
    /// Scale of the system, in percent.
    pub scale_percent: u32,
    /// Whether it is the primary one.
    pub primary: bool,
}

/// What the viewer knows of the cursor.
#[derive(Debug, Default)]
pub struct Cursor {
    known: BTreeSet<u64>,
    shape: Option<CursorShape>,
    place: Option<CursorPlace>,
    /// The place to send, once the run carries it.
    due: bool,
}

/// What goes on around the picture.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    pub(super) glances: Glances,
    /// The places of windows were asked for and are not told yet.
    pub(super) listing: bool,
    /// The colors follow the line.
    pub(super) automatic: Option<Automatic>,
    /// All colors were asked for under this number; a whole picture with them was not drawn yet.
    pub(super) exact: Option<u32>,
    /// The pointer was meant for something else than what is shown: nothing is pressed where it stands.
    pub(super) astray: bool,
}

impl Cursor {
    /// A new run, or nothing may be shown: everything is sent anew.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.due = self.place.is_some();
    }
}

impl Agent {
    /// The displays of this machine, now and after every change. The first time the primary one is shown, and again when what was
    /// shown is gone.
    pub fn set_displays(&mut self, now_ms: u64, mut displays: Vec<DisplayInfo>) {
        displays.retain(|d| (d.id as usize) < DISPLAYS);
        displays.truncate(DISPLAYS);
        if displays == self.displays {
            return;
        }
        let before = self.shown();
        self.displays = displays;
        if self.shown().is_none() {
            let primary = self.displays.iter().find(|d| d.primary);
            self.shown = primary.or(self.displays.first()).map_or(0, |d| d.id);
        }
        self.sharing
            .glances
            .keep(|display| self.displays.iter().any(|d| d.id == display));
        if self.shown() != before {
            self.screen.stop();
            self.view_due = true;
        }
        if self.grants.allows(Capability::View) {
            self.say_displays(now_ms);
        }
        self.settle(now_ms);
    }

    /// Where what is shown is on the virtual desktop.
    #[must_use]
    pub fn shown(&self) -> Option<Rect> {
        self.place(self.shown)
    }

    /// Where the display with this number is on the virtual desktop; around all of them for [`ALL_DISPLAYS`], if they can be
    /// shown together.
    #[must_use]
    pub fn place(&self, id: u32) -> Option<Rect> {
        if id == u32::from(ALL_DISPLAYS) {
            return self.around();
        }
        self.displays.iter().find(|d| d.id == id).map(|d| d.rect)
    }

    /// What of the virtual desktop is in the picture of this display, or of all: between displays there is nothing.
    pub fn parts(&self, id: u32) -> impl Iterator<Item = Rect> {
        let all = id == u32::from(ALL_DISPLAYS);
        self.displays
            .iter()
            .filter(move |d| all || d.id == id)
            .map(|d| d.rect)
    }

    /// Around all displays, if there are several and one picture can hold them.
    fn around(&self) -> Option<Rect> {
        let rects = || self.displays.iter().map(|d| d.rect);
        let left = rects().map(Rect::left).min()?;
        let top = rects().map(Rect::top).min()?;
        let around = Rect::from_edges(
            left,
            top,
            rects().map(Rect::right).max()?,
            rects().map(Rect::bottom).max()?,
        )?;
        let fits = around.width <= MAX_SIDE && around.height <= MAX_SIDE && around.area() <= ALL_PIXELS;
        (fits && self.displays.len() > 1).then_some(around)
    }

    /// The shown display changed there, in its own pixels; an empty region means "somewhere". `moves` are what the
    /// system says to have moved: hints, that may be wrong.
    pub fn damaged(&mut self, now_ms: u64, region: &Region, moves: impl IntoIterator<Item = Move>) {
        self.screen.damaged(region);
        self.screen.moved(moves);
        self.settle(now_ms);
    }

    /// The newest pixels of the shown display, as [`AgentEvent::Capture`] asked for.
    ///
    /// # Errors
    /// The frame has an impossible size.
    pub fn frame(&mut self, now_ms: u64, frame: FrameView<'_>) -> Result<(), SessionError> {
        self.screen.not_taken();
        let mut done = Ok(());
        if self.grants.allows(Capability::View) {
            let display = u8::try_from(self.shown).unwrap_or(0);
            done = self.screen.frame(now_ms, display, frame);
        }
        self.settle(now_ms);
        done
    }

    /// The capture that was asked for is of what is not shown any more; another one is asked for at once.
    pub fn frame_of_before(&mut self, now_ms: u64) {
        self.screen.not_taken();
        self.settle(now_ms);
    }

    /// The capture that was asked for could not be taken just now; it is asked for again with the next change.
    pub fn no_frame(&mut self, now_ms: u64) {
        self.screen.missed(now_ms);
        self.settle(now_ms);
    }

    /// The cursor has this shape now; `None` while it is hidden.
    pub fn cursor_shape(&mut self, now_ms: u64, shape: Option<CursorShape>) {
        self.cursor.shape = shape;
        self.cursor.due = true;
        self.settle(now_ms);
    }

    /// The cursor is there, in pixels of the shown display.
    pub fn cursor_at(&mut self, now_ms: u64, x: i32, y: i32, visible: bool) {
        let place = CursorPlace {
            x,
            y,
            visible,
            shape: 0,
        };
        if self.cursor.place != Some(place) {
            self.cursor.place = Some(place);
            self.cursor.due = true;
        }
        self.settle(now_ms);
    }

    pub(super) fn show_display(&mut self, now_ms: u64, id: u32) {
        if self.place(id).is_some() && id != self.shown {
            self.shown = id;
            self.screen.stop();
            self.view_due = true;
        }
        // Said whatever came of it: the console waits for the answer.
        self.say_displays(now_ms);
    }

    pub(super) fn say_displays(&mut self, now_ms: u64) {
        let displays = self
            .displays
            .iter()
            .map(|d| proto::Display {
                id: d.id,
                name: d.name.clone(),
                x: d.rect.x,
                y: d.rect.y,
                width: d.rect.width,
                height: d.rect.height,
                scale_percent: d.scale_percent,
                primary: d.primary,
                surface: self.surface.to_proto(),
            })
            .collect();
        self.tell_console(
            now_ms,
            Body::Displays(proto::Displays {
                displays,
                shown: self.shown,
                side_by_side: self.around().is_some(),
            }),
        );
    }

    pub(super) fn may_show(&self) -> bool {
        self.grants.allows(Capability::View)
            && !self.displays.is_empty()
            && self.peer.as_ref().is_some_and(crate::peer::Peer::is_ready)
    }

    /// The screen has something to send, or something changed that it will send.
    pub(super) fn screen_wants_line(&self) -> bool {
        self.may_show() && !self.hidden.is_hidden() && self.screen.wants_line()
    }

    /// When the next capture is due.
    pub(super) fn capture_at(&self) -> Option<u64> {
        if !self.may_show() || self.hidden.is_hidden() {
            None
        } else {
            self.screen.frame_wanted_at()
        }
    }

    /// When something beside the picture is due.
    pub(super) fn beside_at(&self) -> Option<u64> {
        self.glance_at().into_iter().chain(self.line_at()).min()
    }

    /// Sends what may be sent and asks for the next capture.
    pub(super) fn share_screen(&mut self, now_ms: u64) {
        if !self.may_show() {
            return;
        }
        self.share_cursor(now_ms);
        self.follow_line(now_ms);
        self.say_exact(now_ms);
        while let Some((kind, payload)) = self.screen.poll(now_ms) {
            let Some(peer) = &mut self.peer else { return };
            if !peer.send_frame(now_ms, Channel::Screen, kind, &payload, &mut self.rng) {
                self.screen.parted();
                return;
            }
        }
        self.share_glances(now_ms);
        if self.capture_at().is_some() && self.screen.ask(now_ms) {
            self.outputs
                .push_back(Output::Event(AgentEvent::Capture { display: self.shown }));
        }
    }

    fn share_cursor(&mut self, now_ms: u64) {
        if !std::mem::take(&mut self.cursor.due) {
            return;
        }
        let Some(peer) = &mut self.peer else { return };
        let mut number = 0;
        if let Some(shape) = &self.cursor.shape {
            number = shape.id().0;
            if self.cursor.known.len() >= 256 {
                self.cursor.known.clear();
            }
            if self.cursor.known.insert(number) {
                let bytes = shape.encode();
                peer.send_frame(now_ms, Channel::Cursor, cursor_kind::SHAPE, &bytes, &mut self.rng);
            }
        }
        if let Some(place) = self.cursor.place {
            let visible = place.visible && self.cursor.shape.is_some();
            let place = CursorPlace {
                shape: number,
                visible,
                ..place
            };
            peer.send_frame(
                now_ms,
                Channel::Cursor,
                cursor_kind::PLACE,
                &place.encode(),
                &mut self.rng,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use temoto_crypto::RootKeeping;
    use temoto_wire::relay::Role;

    use super::super::AgentSettings;
    use super::*;

    fn program(displays: &[(u32, Rect)]) -> Agent {
        let settings = AgentSettings {
            role: Role::Program,
            keeping: RootKeeping::Machine,
            signed: false,
            build: "temoto 0.1.0".to_owned(),
            about: proto::About::default(),
        };
        let mut agent = Agent::new(settings, [7; 32], 0, 0);
        set(&mut agent, displays);
        agent
    }

    fn set(agent: &mut Agent, displays: &[(u32, Rect)]) {
        let displays = displays.iter().enumerate();
        let displays = displays.map(|(n, &(id, rect))| DisplayInfo {
            id,
            name: "D".to_owned(),
            rect,
            scale_percent: 100,
            primary: n == 0,
        });
        agent.set_displays(0, displays.collect());
    }

    #[test]
    fn numbers_that_no_display_has_are_shown_to_nobody() {
        let (one, other) = (Rect::new(0, 0, 10, 10), Rect::new(-20, 5, 10, 10));
        let mut agent = program(&[(3, one), (7, other)]);
        for id in [0, 4, 30, 32, 255, 256, u32::MAX] {
            agent.show_display(0, id);
            assert_eq!(agent.shown(), Some(one), "{id}");
            assert_eq!(agent.place(id), None);
        }
        agent.show_display(0, 7);
        assert_eq!(agent.shown(), Some(other));
        agent.show_display(0, ALL_DISPLAYS.into());
        assert_eq!(agent.shown(), Some(Rect::new(-20, 0, 30, 15)));
        set(&mut agent, &[(7, other), (40, one)]);
        assert_eq!(agent.shown(), Some(other), "one is not several");
    }

    #[test]
    fn more_than_one_picture_can_hold_is_not_shown_side_by_side() {
        let wide = |x| Rect::new(x, 0, 8_192, 2_160);
        let mut agent = program(&[(0, wide(0)), (1, wide(8_192))]);
        assert!(agent.around().is_none(), "more pixels than we want to hold");
        set(
            &mut agent,
            &[
                (0, Rect::new(-9_000, 0, 100, 100)),
                (1, Rect::new(9_000, 0, 100, 100)),
            ],
        );
        assert!(agent.around().is_none(), "too wide");
        set(
            &mut agent,
            &[
                (0, Rect::new(0, 0, 3_840, 2_160)),
                (1, Rect::new(3_840, 0, 3_840, 2_160)),
            ],
        );
        agent.show_display(0, ALL_DISPLAYS.into());
        assert_eq!(agent.shown().map(|all| all.width), Some(7_680));
    }
}
