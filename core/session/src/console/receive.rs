//! What arrives from the agents, through the table of what the operator accepts.

use temoto_codec::cursor::CursorShape;
use temoto_wire::frame::Channel;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::relay::Role;
use temoto_wire::screen::{CursorPlace, cursor_kind, kind};

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::agent::obstacle_word;
use crate::channel::chat::{Delivery, From, Line};
use crate::channel::screen::Drawn;
use crate::happened::Happened;
use crate::output::Output;
use crate::peer::PeerEvent;
use crate::permission::{Capability, MessageKind, Verdict, console_accepts};
use crate::surface::Surface;
use crate::view::Level;

impl Console {
    /// A run is up and both ends greeted.
    pub(super) fn ready(&mut self, now_ms: u64, participant: u8, fresh: bool) {
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        end.present = true;
        let lost_ms = end.lost_ms.take();
        let first = !std::mem::replace(&mut end.greeted, true);
        let role = end.role;
        self.view_due = true;
        if let Some(host) = &mut end.show {
            host.new_run(now_ms, fresh);
        }
        match role {
            Role::Program => {
                self.screen.new_run(fresh);
                self.files_run(now_ms, fresh);
            }
            Role::Page | Role::Console => self.browser.new_run(fresh),
        }
        if first {
            self.confirmed(now_ms, participant);
            let event = if role == Role::Page {
                Happened::CustomerJoined
            } else {
                Happened::ProgramJoined
            };
            self.tell(now_ms, event, Vec::new());
        } else if let Some(at) = lost_ms {
            let seconds = now_ms.saturating_sub(at).div_ceil(1_000).to_string();
            self.tell(now_ms, Happened::LineBack, vec![seconds]);
        }
        if fresh {
            self.greet(now_ms, participant);
        }
    }

    /// Everything that a new incarnation of an agent has to know.
    fn greet(&mut self, now_ms: u64, participant: u8) {
        let Some(setup) = &self.setup else { return };
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        let welcome = proto::Welcome {
            statement: setup.statement.clone(),
            operator: setup.operator.clone(),
            organisation: setup.organisation.clone(),
            level: match end.level {
                Level::Standard => proto::Level::Standard,
                Level::High => proto::Level::High,
            }
            .into(),
        };
        let role = end.role;
        let failures = end.by_code;
        let mut bodies = vec![Body::Welcome(welcome)];
        let mut no_displays = false;
        if let Some(failures) = failures {
            bodies.push(Body::FailuresSeen(proto::FailuresSeen { failures }));
        }
        if role == Role::Page {
            // A page that was loaded anew shares nothing until its customer picks something again.
            let shared = std::mem::take(&mut end.grants).has(Capability::View);
            end.unshared = None;
            if shared && self.browser.forget() {
                self.outputs.push_back(Output::Event(ConsoleEvent::Blank));
            }
            if shared {
                self.tell(now_ms, Happened::BrowserUnshared, Vec::new());
            }
        }
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        if role == Role::Program {
            // Nothing is granted by a program that was started anew until it says so.
            end.grants = crate::permission::Grants::default();
            end.obstacle = None;
            end.answered = false;
            end.asked = Capability::FIRST.into_iter().collect();
            end.resting.clear();
            self.clipboards.forget();
            let capabilities = end.asked.iter().map(|c| c.to_proto()).collect();
            bodies.push(Body::AskGrant(proto::AskGrant { capabilities }));
            (self.controlling, no_displays) = (false, true);
            if self.screen.forget() {
                self.outputs.push_back(Output::Event(ConsoleEvent::Blank));
            }
        }
        for body in bodies {
            let _congested = end.peer.send_control(now_ms, body, &mut self.rng);
        }
        // The snapshot brings what was on its way, too: it is delivered when that is.
        let mut last = None;
        for chat in self.chat.snapshot() {
            let lines = proto::chat::Body::Lines(chat);
            last = end.peer.send_chat(now_ms, lines, &mut self.rng).ok();
        }
        end.pending.clear();
        let open = self
            .chat
            .lines()
            .iter()
            .filter(|line| line.state != Delivery::Sent);
        end.pending.extend(
            last.into_iter()
                .flat_map(|last| open.clone().map(move |line| (last, line.id.clone()))),
        );
        if role == Role::Page {
            self.arm(now_ms, participant);
        }
        if no_displays {
            self.no_displays();
        }
        self.tell_companion(now_ms, false);
        self.follow_onlooker(now_ms, Some(participant));
    }

    /// Tells the page what became of the program.
    pub(super) fn tell_companion(&mut self, now_ms: u64, already_used: bool) {
        let Some((&page, _)) = self.ends.iter().find(|(_, end)| end.role == Role::Page) else {
            return;
        };
        let companion = self.program().filter(|(_, end)| end.greeted).map_or_else(
            || proto::Companion {
                already_used,
                ..Default::default()
            },
            |(_, end)| proto::Companion {
                present: true,
                computer: end.about.computer.clone(),
                system: end.about.system.clone(),
                already_used,
            },
        );
        let _unheard = self.send_to(now_ms, page, Body::Companion(companion));
    }

    /// A run is lost; the pair is not.
    pub(super) fn lost(&mut self, now_ms: u64, participant: u8) {
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        end.lost_ms.get_or_insert(now_ms);
        if end.role == Role::Program {
            self.let_go(now_ms);
        }
        self.view_due = true;
    }

    /// An agent is gone for good.
    pub(super) fn part(&mut self, now_ms: u64, participant: u8) {
        let Some(mut end) = self.ends.remove(&participant) else {
            return;
        };
        end.peer.end(now_ms, &mut self.rng);
        while let Some(event) = end.peer.poll() {
            if let PeerEvent::Transmit(bytes) = event {
                self.carry(participant, bytes, None);
            } else if let PeerEvent::Seal(unsealed) = event {
                self.carry(participant, unsealed.head, Some(unsealed.work));
            }
        }
        if end.role == Role::Program {
            self.controlling = false;
            self.no_displays();
            self.interrupt_files();
            self.blank();
            if end.greeted {
                self.tell(now_ms, Happened::ProgramLeft, Vec::new());
            }
            self.tell_companion(now_ms, false);
        } else {
            self.step = None;
            if end.grants.has(Capability::View) && self.program().is_none() {
                self.blank();
            }
            if end.greeted {
                self.tell(now_ms, Happened::PageLeft, Vec::new());
            }
        }
        self.follow_onlooker(now_ms, None);
        (self.view_due, self.store_due) = (true, true);
    }

    /// Judges a message by the table of what the operator accepts.
    pub(super) fn accepts(&mut self, now_ms: u64, participant: u8, message: MessageKind) -> bool {
        let Some(end) = self.ends.get_mut(&participant) else {
            return false;
        };
        match end.grants.judge(now_ms, console_accepts(message, end.role), None) {
            Verdict::Take => true,
            Verdict::Drop | Verdict::Report => false,
            Verdict::Violation => {
                end.peer.violation(now_ms, &mut self.rng);
                false
            }
        }
    }

    pub(super) fn control(&mut self, now_ms: u64, participant: u8, body: Body) {
        if !self.accepts(now_ms, participant, MessageKind::of_control(&body)) {
            return;
        }
        self.view_due = true;
        match body {
            Body::About(about) => self.about(now_ms, participant, about),
            Body::Grants(grants) => self.granted(now_ms, participant, &grants),
            Body::Declined(declined) => self.declined(now_ms, participant, &declined),
            Body::Step(step) => {
                self.step = match proto::step::Kind::try_from(step.kind) {
                    Ok(proto::step::Kind::Choosing) => Some("choosing"),
                    Ok(proto::step::Kind::Downloading) => Some("downloading"),
                    Ok(proto::step::Kind::Downloaded) => Some("downloaded"),
                    Ok(proto::step::Kind::Picking) => Some("picking"),
                    Ok(proto::step::Kind::NotShared) => Some("not_shared"),
                    Ok(proto::step::Kind::Unspecified) | Err(_) => None,
                };
            }
            Body::Paused(paused) => self.paused(now_ms, participant, paused.paused),
            Body::Yielded(yielded) => {
                if let Some(end) = self.ends.get_mut(&participant) {
                    end.yielded = yielded.yielded;
                }
            }
            Body::Obstacle(obstacle) => {
                if let Some(end) = self.ends.get_mut(&participant) {
                    end.obstacle = obstacle_word(obstacle.kind);
                }
            }
            Body::Displays(displays) => {
                if let Some(end) = self.ends.get_mut(&participant) {
                    let first = displays.displays.first();
                    end.surface = Surface::from_proto(first.map_or(0, |display| display.surface));
                }
                // What a page shares is no display that could be chosen.
                if self.program().is_some_and(|(program, _)| program == participant) {
                    self.displays_arrived(now_ms, displays);
                }
            }
            Body::Windows(windows) => self.windows_arrived(&windows),
            Body::Refused(refused) => self.refused(&refused),
            Body::Leave(leave) => self.leaves(now_ms, participant, &leave),
            Body::NotMine(_) => {
                self.notify("not_mine", Vec::new());
                if let Some((program, _)) = self.program() {
                    self.part(now_ms, program);
                }
            }
            Body::FailuresSeen(seen) => {
                let ours = self.ends.get(&participant).and_then(|end| end.by_code);
                if ours.is_some_and(|ours| ours != seen.failures) {
                    self.notify("failures_differ", Vec::new());
                    self.tell(now_ms, Happened::FailuresDiffer, Vec::new());
                }
            }
            // The table refuses these from an agent.
            Body::Welcome(_)
            | Body::AskGrant(_)
            | Body::StepUp(_)
            | Body::Companion(_)
            | Body::ShowDisplay(_)
            | Body::AskWindows(_)
            | Body::Colors(_)
            | Body::Showing(_)
            | Body::Unshare(_) => {}
            Body::Exact(exact) => self.exact_said(participant, &exact),
            Body::ShowClosed(closed) => self.show_closed(now_ms, participant, closed),
        }
    }

    fn about(&mut self, now_ms: u64, participant: u8, mut about: proto::About) {
        for text in [
            &mut about.system,
            &mut about.software,
            &mut about.computer,
            &mut about.language,
            &mut about.keyboard,
        ] {
            text.retain(|c| !c.is_control());
            *text = temoto_wire::input::cut(text, 128).to_owned();
        }
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        end.about = about;
        if end.role == Role::Program {
            self.tell_companion(now_ms, false);
        }
        self.store_due = true;
    }

    fn declined(&mut self, now_ms: u64, participant: u8, declined: &proto::Declined) {
        if let Some(end) = self.ends.get_mut(&participant) {
            end.answered = true;
            let declined_ones = declined.capabilities.iter().take(16);
            for capability in declined_ones.filter_map(|&n| Capability::from_proto(n)) {
                end.asked.remove(&capability);
            }
            end.rest(now_ms, &declined.resting);
        }
        self.follow_onlooker(now_ms, None);
        self.notify("declined", Vec::new());
        self.tell(now_ms, Happened::Declined, Vec::new());
    }

    fn granted(&mut self, now_ms: u64, participant: u8, grants: &proto::Grants) {
        let granted: Vec<_> = grants
            .granted
            .iter()
            .filter_map(|&n| Capability::from_proto(n))
            .collect();
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        if end.role == Role::Page {
            return self.page_granted(now_ms, participant, grants.number, &granted);
        }
        let before: Vec<_> = end.grants.iter().collect();
        end.grants.follow(now_ms, grants.number, granted.iter().copied());
        end.rest(now_ms, &grants.resting);
        let granted: Vec<_> = end.grants.iter().collect();
        let first = !std::mem::replace(&mut end.answered, true);
        if first {
            // That was the answer, perhaps in part.
            end.asked.clear();
        }
        end.asked.retain(|c| !granted.contains(c));
        let events: Vec<Happened> = Capability::ALL
            .into_iter()
            .filter_map(|c| match (before.contains(&c), granted.contains(&c)) {
                (false, true) => Some(c.events().0),
                (true, false) => Some(c.events().1),
                (true, true) | (false, false) => None,
            })
            .collect();
        let saw = before.contains(&Capability::View);
        if !granted.contains(&Capability::Control) {
            self.controlling = false;
            self.input.release(now_ms, grants.number);
        }
        if !granted.contains(&Capability::View) {
            self.blank();
        }
        self.follow_clipboard();
        let gone = |capability: &Capability| !granted.contains(capability);
        let withdrawn: Vec<_> = before.into_iter().filter(gone).collect();
        self.withdraw_files(now_ms, &withdrawn);
        self.follow_files(now_ms);
        self.follow_onlooker(now_ms, None);
        self.notice = None;
        if granted.contains(&Capability::View) && !saw {
            self.say_colors(now_ms, participant);
        }
        for event in events {
            self.tell(now_ms, event, Vec::new());
        }
        self.view_due = true;
    }

    fn paused(&mut self, now_ms: u64, participant: u8, paused: bool) {
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        if end.grants.paused() == paused {
            return;
        }
        end.grants.follow_pause(now_ms, paused);
        if paused {
            self.input.release(now_ms, 0);
            self.blank();
        }
        self.follow_files(now_ms);
        self.tell(
            now_ms,
            if paused {
                Happened::Paused
            } else {
                Happened::Resumed
            },
            Vec::new(),
        );
        if !paused {
            self.say_colors(now_ms, participant);
        }
    }

    fn refused(&mut self, refused: &proto::Refused) {
        use proto::refused::Reason;
        let code = match Reason::try_from(refused.reason) {
            Ok(Reason::NoScreen) => "no_screen",
            Ok(Reason::NoInput) => "no_input",
            Ok(Reason::NoClipboard) => "no_clipboard",
            Ok(Reason::ClipboardBusy) => "clipboard_busy",
            Ok(Reason::OwnWindow) => "input_own_window",
            Ok(Reason::Elevated) => "input_elevated",
            Ok(Reason::NotGranted | Reason::OldGrant) => "control_needs_grant",
            Ok(Reason::Late | Reason::Unspecified) | Err(_) => return,
        };
        let mut detail = temoto_wire::input::cut(&refused.detail, 256).to_owned();
        detail.retain(|c| !c.is_control());
        self.notify(code, vec![detail]);
    }

    fn leaves(&mut self, now_ms: u64, participant: u8, leave: &proto::Leave) {
        use proto::leave::Reason;
        match Reason::try_from(leave.reason) {
            Ok(Reason::Ended) => self.finish(now_ms, "customer", "ended"),
            Ok(Reason::Emergency) => self.finish(now_ms, "customer", "emergency"),
            Ok(Reason::Declined | Reason::Closed | Reason::Unspecified) | Err(_) => {
                self.part(now_ms, participant);
            }
        }
    }

    pub(super) fn chat(&mut self, now_ms: u64, participant: u8, body: &proto::chat::Body) {
        if !self.accepts(now_ms, participant, MessageKind::of_chat(body)) {
            return;
        }
        match body {
            proto::chat::Body::Lines(lines) => self.chat_arrived(now_ms, participant, lines),
            proto::chat::Body::PictureFetch(fetch) => self.picture_fetched(now_ms, participant, fetch),
            // The table refuses it from an agent.
            proto::chat::Body::PicturePiece(_) => {}
        }
    }

    fn chat_arrived(&mut self, now_ms: u64, participant: u8, chat: &proto::ChatLines) {
        for message in chat.messages.iter().take(8) {
            match Line::from_wire(message) {
                // A customer's end writes in the customer's name and in no other.
                Ok(line) if line.from == From::Customer && !chat.snapshot => {
                    if self.chat.lines().iter().any(|known| known.id == line.id) {
                        // Sent again to a console that was reloaded.
                        continue;
                    }
                    self.share(now_ms, line, Some(participant));
                }
                Ok(_) | Err(SessionError::Peer(_)) => {
                    if let Some(end) = self.ends.get_mut(&participant) {
                        end.peer.violation(now_ms, &mut self.rng);
                    }
                }
                Err(_) => {}
            }
        }
        // Stored before the acknowledgement leaves: what was acknowledged is never sent again.
        self.store_now(now_ms);
    }

    pub(super) fn delivered(&mut self, participant: u8, next: u64) {
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        while end.pending.front().is_some_and(|&(number, _)| number < next) {
            if let Some((_, id)) = end.pending.pop_front() {
                self.chat.mark(&id, Delivery::Sent);
                (self.view_due, self.store_due) = (true, true);
            }
        }
    }

    pub(super) fn frame(&mut self, now_ms: u64, participant: u8, channel: Channel, kind: u8, payload: &[u8]) {
        let Ok(message) = MessageKind::of_frame(channel, kind) else {
            if let Some(end) = self.ends.get_mut(&participant) {
                end.peer.violation(now_ms, &mut self.rng);
            }
            return;
        };
        if channel == Channel::Files {
            return self.files_frame(now_ms, participant, kind, message, payload);
        }
        if !self.accepts(now_ms, participant, message) {
            let drawn = match (message, self.viewer_of(participant)) {
                (MessageKind::ScreenBegin | MessageKind::ScreenChunk, Some(viewer)) => {
                    viewer.dropped(kind, payload)
                }
                _ => Drawn::default(),
            };
            self.answer_screen(now_ms, participant, &drawn);
            // The pacing goes on counting what arrived, whatever is shown now.
            if message != MessageKind::ScreenAck {
                return;
            }
        }
        let done = match channel {
            Channel::Screen if matches!(message, MessageKind::ScreenAck | MessageKind::ScreenRefresh) => {
                self.show_answered(now_ms, participant, kind, payload)
            }
            Channel::Screen => self.screen_frame(now_ms, participant, kind, payload),
            Channel::Cursor => self.cursor_frame(kind, payload),
            Channel::Link
            | Channel::Control
            | Channel::Chat
            | Channel::Clipboard
            | Channel::Input
            | Channel::Files => Ok(()),
        };
        if done.is_err()
            && let Some(end) = self.ends.get_mut(&participant)
        {
            end.peer.violation(now_ms, &mut self.rng);
        }
    }

    fn screen_frame(
        &mut self,
        now_ms: u64,
        participant: u8,
        which: u8,
        payload: &[u8],
    ) -> Result<(), SessionError> {
        if which == kind::THUMBNAIL {
            return self.thumbnail_arrived(payload);
        }
        let before = (self.seen().look(), self.is_changing());
        let Some(viewer) = self.viewer_of(participant) else {
            return Ok(());
        };
        let drawn = viewer.take(now_ms, which, payload)?;
        self.answer_screen(now_ms, participant, &drawn);
        self.follow_choice();
        if (self.seen().look(), self.is_changing()) != before {
            self.view_due = true;
        }
        let seen = self.source().is_some_and(|(source, _)| source == participant);
        if let Some(region) = drawn.changed.filter(|region| seen && !region.is_empty()) {
            self.outputs
                .push_back(Output::Event(ConsoleEvent::Painted(region)));
        }
        Ok(())
    }

    fn answer_screen(&mut self, now_ms: u64, participant: u8, drawn: &Drawn) {
        let answer = self.viewer_of(participant).map(|viewer| viewer.answer(drawn));
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        for (which, payload) in answer.into_iter().flatten() {
            let peer = &mut end.peer;
            peer.send_frame(now_ms, Channel::Screen, which, &payload, &mut self.rng);
        }
    }

    fn cursor_frame(&mut self, which: u8, payload: &[u8]) -> Result<(), SessionError> {
        let event = if which == cursor_kind::PLACE {
            ConsoleEvent::Cursor(CursorPlace::decode(payload)?)
        } else {
            let shape = CursorShape::decode(payload).map_err(|_| SessionError::Peer("malformed cursor"))?;
            ConsoleEvent::CursorShape(Box::new(shape))
        };
        self.outputs.push_back(Output::Event(event));
        Ok(())
    }
}
