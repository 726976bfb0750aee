//! Sharing the screen: displays, captures, updates, cursor.

use std::collections::BTreeSet;

use temoto_codec::cursor::CursorShape;
use temoto_codec::{FrameView, Move};
use temoto_geometry::{Rect, Region};
use temoto_wire::frame::Channel;
use temoto_wire::limits::DISPLAYS;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::screen::{CursorPlace, cursor_kind};

use super::{Agent, AgentEvent};
use crate::SessionError;
use crate::output::Output;
use crate::permission::Capability;

/// One display as the shell knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DisplayInfo {
    /// Its number; the place in the list.
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

impl Cursor {
    /// A new run, or nothing may be shown: everything is sent anew.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.due = self.place.is_some();
    }
}

impl Agent {
    /// The displays of this machine, now and after every change. The first time the primary one is shown.
    pub fn set_displays(&mut self, now_ms: u64, mut displays: Vec<DisplayInfo>) {
        displays.truncate(DISPLAYS);
        if displays == self.displays {
            return;
        }
        let first = self.displays.is_empty();
        let gone = !displays.iter().any(|d| d.id == self.shown);
        if first || gone {
            let primary = displays.iter().find(|d| d.primary).or(displays.first());
            self.shown = primary.map_or(0, |d| d.id);
        }
        self.displays = displays;
        self.screen.refresh();
        if self.grants.allows(Capability::View) {
            self.say_displays(now_ms);
        }
        self.settle(now_ms);
    }

    /// Where the shown display is on the virtual desktop.
    #[must_use]
    pub fn shown(&self) -> Option<&DisplayInfo> {
        self.displays.iter().find(|d| d.id == self.shown)
    }

    /// The display with this number.
    #[must_use]
    pub fn display(&self, id: u32) -> Option<&DisplayInfo> {
        self.displays.iter().find(|d| d.id == id)
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
        self.capturing = false;
        let mut done = Ok(());
        if self.grants.allows(Capability::View) {
            let display = u8::try_from(self.shown).unwrap_or(0);
            done = self.screen.frame(now_ms, display, frame);
        }
        self.settle(now_ms);
        done
    }

    /// The capture that was asked for could not be taken just now; it is asked for again with the next change.
    pub fn no_frame(&mut self, now_ms: u64) {
        self.capturing = false;
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
        if self.displays.iter().any(|d| d.id == id) && id != self.shown {
            self.shown = id;
            self.screen.refresh();
            self.say_displays(now_ms);
        }
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
            })
            .collect();
        self.tell_console(
            now_ms,
            Body::Displays(proto::Displays {
                displays,
                shown: self.shown,
            }),
        );
    }

    fn may_show(&self) -> bool {
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
        if self.capturing || !self.may_show() || self.hidden.is_hidden() {
            None
        } else {
            self.screen.frame_wanted_at()
        }
    }

    /// Sends what may be sent and asks for the next capture.
    pub(super) fn share_screen(&mut self, now_ms: u64) {
        if !self.may_show() {
            return;
        }
        self.share_cursor(now_ms);
        while let Some((kind, payload)) = self.screen.poll(now_ms) {
            let Some(peer) = &mut self.peer else { return };
            if !peer.send_frame(now_ms, Channel::Screen, kind, &payload, &mut self.rng) {
                // The run went away in between: what was encoded is void.
                self.screen.stop();
                return;
            }
        }
        if self.capture_at().is_some_and(|at| now_ms >= at) {
            self.capturing = true;
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
