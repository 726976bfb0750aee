//! What arrives from the console, through the customer's table of grants.

use temoto_crypto::file_name::{FileName, parse_authority};
use temoto_crypto::statement::Statement;
use temoto_crypto::token::Token;
use temoto_wire::frame::Channel;
use temoto_wire::input::Event;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::screen::{Ack, Glance, Refresh, kind};

use super::Agent;
use crate::SessionError;
use crate::channel::chat::{From, Line};
use crate::channel::colors::Colors;
use crate::level::level;
use crate::permission::{Capability, MessageKind, Verdict, agent_accepts};
use crate::view::{Level, OperatorView};

/// How far the customer's clock may be ahead of the server's: a wrong date and a wrong half of the day together.
const CLOCK_AHEAD_MS: u64 = 36 * 3_600_000;

impl Agent {
    /// A run is up and both ends greeted.
    pub(super) fn ready(&mut self, now_ms: u64, fresh: bool, clock_ms: u32) {
        (self.secret, self.confirm_until_ms) = (None, None);
        self.console_present = true;
        self.input.learn_clock(now_ms, clock_ms);
        self.screen.new_run(now_ms, fresh);
        self.sharing.glances.forget();
        self.cursor.forget();
        self.watch.viewer.new_run(fresh);
        self.files_run(fresh);
        self.view_due = true;
        if !fresh {
            if self.grants.has(Capability::Control) {
                // What changed while nobody listened was not queued.
                self.say_yielded(now_ms, self.yields_until_ms.is_some());
            }
            self.say_obstacle(now_ms);
            return;
        }
        self.hidden.forget();
        // A console that was started anew shows nothing.
        self.stop_watching(now_ms);
        self.forget_clipboards();
        self.pictures.restart();
        self.choose_colors(Colors::All);
        // A console that was started anew knows nothing of what was before.
        self.tell_console(now_ms, Body::About(self.settings.about.clone()));
        if let Some(failures) = self.failures_seen {
            self.tell_console(now_ms, Body::FailuresSeen(proto::FailuresSeen { failures }));
        }
        if self.is_program() {
            self.told_before = self.answered;
            if self.answered {
                if self.grants.paused() {
                    self.tell_console(now_ms, Body::Paused(proto::Paused { paused: true }));
                }
                self.say_grants(now_ms);
                self.say_yielded(now_ms, self.yields_until_ms.is_some());
            }
        } else {
            self.tell_console(now_ms, Body::Step(proto::Step { kind: self.step }));
            if self.grants.has(Capability::View) {
                self.say_grants(now_ms);
            }
        }
    }

    pub(super) fn judge(&self, now_ms: u64, message: MessageKind, under: Option<u32>) -> Verdict {
        self.grants
            .judge(now_ms, agent_accepts(message, self.settings.role), under)
    }

    pub(super) fn violated(&mut self, now_ms: u64) {
        if let Some(peer) = &mut self.peer {
            peer.violation(now_ms, &mut self.rng);
        }
    }

    pub(super) fn control(&mut self, now_ms: u64, body: Body) {
        match self.judge(now_ms, MessageKind::of_control(&body), None) {
            Verdict::Take => {}
            Verdict::Drop => return,
            Verdict::Report => {
                self.refuse(
                    now_ms,
                    proto::refused::Reason::NotGranted,
                    Capability::View,
                    String::new(),
                );
                return;
            }
            Verdict::Violation => return self.violated(now_ms),
        }
        self.view_due = true;
        match body {
            Body::Welcome(welcome) => self.welcome(now_ms, &welcome),
            Body::AskGrant(ask) => self.asked(now_ms, &ask),
            Body::StepUp(step_up) => {
                let Ok(token) = <[u8; 16]>::try_from(step_up.token.as_slice()) else {
                    return self.violated(now_ms);
                };
                self.download_name = download_name(&self.host, self.server_key, Token::from_bytes(token));
            }
            Body::Companion(mut companion) => {
                for text in [&mut companion.computer, &mut companion.system] {
                    text.retain(|c| !c.is_control());
                    *text = temoto_wire::input::cut(text, 128).to_owned();
                }
                if companion.present {
                    // It shares all that a page can, and more.
                    self.end_share(now_ms);
                }
                self.companion = Some(companion);
            }
            Body::ShowDisplay(show) => self.show_display(now_ms, show.id),
            Body::AskWindows(_) => self.list_windows(),
            Body::Colors(colors) => {
                if let Some(chosen) = Colors::from_proto(colors.kind) {
                    self.choose_colors(chosen);
                    self.sharing.exact = (chosen == Colors::All).then_some(colors.number);
                }
            }
            Body::Showing(showing) => self.operator_shows(now_ms, showing),
            Body::Unshare(unshare) => self.unshare(now_ms, &unshare),
            Body::Leave(leave) => self.console_leaves(now_ms, &leave),
            Body::FailuresSeen(seen) => {
                if self.failures_seen.is_some_and(|ours| ours != seen.failures) {
                    self.failures_differ = true;
                }
            }
            // The table refuses these from a console.
            Body::About(_)
            | Body::Grants(_)
            | Body::Declined(_)
            | Body::Step(_)
            | Body::Paused(_)
            | Body::Yielded(_)
            | Body::Displays(_)
            | Body::Refused(_)
            | Body::Obstacle(_)
            | Body::Windows(_)
            | Body::ShowClosed(_)
            | Body::Exact(_)
            | Body::NotMine(_) => {}
        }
    }

    fn console_leaves(&mut self, now_ms: u64, leave: &proto::Leave) {
        use proto::leave::Reason;
        match Reason::try_from(leave.reason) {
            Ok(Reason::Ended | Reason::Emergency) => self.finish(now_ms, "operator"),
            Ok(Reason::Closed | Reason::Declined | Reason::Unspecified) | Err(_) => {
                self.finish(now_ms, "replaced");
            }
        }
    }

    /// Who the customer talks to: confirmed only where the server signed it over this very console's key.
    fn welcome(&mut self, now_ms: u64, welcome: &proto::Welcome) {
        // A statement binds itself to this session and key; its time is the server's, and this computer's may be ahead.
        let unix = self.unix(now_ms).saturating_sub(CLOCK_AHEAD_MS);
        let signed = self.place.and_then(|place| {
            let key = self.console_key?;
            Statement::verify(&welcome.statement, &place.server_key, &key, &place.session, unix).ok()
        });
        let tidy = |text: &str| {
            let mut text = temoto_wire::input::cut(text, 256).to_owned();
            text.retain(|c| !c.is_control());
            text
        };
        let confirmed = signed.is_some();
        // A console that was reloaded has a key that this end never saw: what was confirmed once stays so for the same name.
        let (name, organisation) = signed.map_or_else(
            || (tidy(&welcome.operator), tidy(&welcome.organisation)),
            |statement| (tidy(&statement.operator), tidy(&statement.organization)),
        );
        let known = self
            .operator
            .as_ref()
            .is_some_and(|o| o.confirmed && o.name == name && o.organisation == organisation);
        self.operator = Some(OperatorView {
            name,
            organisation,
            confirmed: confirmed || known,
        });
        let theirs = proto::Level::try_from(welcome.level) == Ok(proto::Level::High);
        self.level = Some(if theirs {
            level(true, self.settings.signed, self.settings.role, self.by_code)
        } else {
            Level::Standard
        });
    }

    pub(super) fn chat(&mut self, now_ms: u64, body: proto::chat::Body) {
        if self.judge(now_ms, MessageKind::of_chat(&body), None) != Verdict::Take {
            return self.violated(now_ms);
        }
        match body {
            proto::chat::Body::Lines(lines) => {
                self.chat_arrived(&lines);
                self.fetch_pictures(now_ms);
            }
            proto::chat::Body::PicturePiece(piece) => self.picture_piece(now_ms, &piece),
            // The table refuses it from a console.
            proto::chat::Body::PictureFetch(_) => {}
        }
    }

    fn chat_arrived(&mut self, chat: &proto::ChatLines) {
        let mut lines = Vec::new();
        for message in chat.messages.iter().take(temoto_wire::limits::CHAT_HISTORY) {
            match Line::from_wire(message) {
                // Only a snapshot may bring the customer's own words back.
                Ok(line) if chat.snapshot || line.from != From::Customer || !self.is_own(&line) => {
                    lines.push(line);
                }
                Ok(_) | Err(_) => {}
            }
        }
        if chat.snapshot {
            self.chat.replace(lines);
        } else {
            for line in lines {
                self.chat.add(line);
            }
        }
        // Stored before the acknowledgement leaves: what was acknowledged is never sent again.
        self.store_now();
        self.view_due = true;
    }

    fn is_own(&self, line: &Line) -> bool {
        self.chat.lines().iter().any(|known| known.id == line.id)
    }

    pub(super) fn frame_arrived(&mut self, now_ms: u64, channel: Channel, which: u8, payload: &[u8]) {
        let done = self.take_frame(now_ms, channel, which, payload);
        if done.is_err() {
            self.violated(now_ms);
        }
    }

    fn take_frame(
        &mut self,
        now_ms: u64,
        channel: Channel,
        which: u8,
        payload: &[u8],
    ) -> Result<(), SessionError> {
        let message = MessageKind::of_frame(channel, which)?;
        if message == MessageKind::Input {
            let event = Event::decode(payload)?;
            let verdict = self.judge(now_ms, message, Some(event.grant));
            self.input_arrived(now_ms, &event, verdict);
            return Ok(());
        }
        if message == MessageKind::FileBlock {
            let verdict = self.judge(now_ms, message, None);
            if verdict == Verdict::Violation {
                return Err(SessionError::Peer("message that this end never takes"));
            }
            return self.file_frame(payload, verdict == Verdict::Take);
        }
        match self.judge(now_ms, message, None) {
            Verdict::Take => {}
            // The pacing goes on counting what arrived, whatever is granted now.
            Verdict::Drop | Verdict::Report if message == MessageKind::ScreenAck => {}
            Verdict::Drop | Verdict::Report => {
                self.shown_dropped(now_ms, which, payload);
                return Ok(());
            }
            Verdict::Violation => return Err(SessionError::Peer("message that this end never takes")),
        }
        match which {
            kind::BEGIN | kind::CHUNK => self.shown_frame(now_ms, which, payload)?,
            kind::ACK => self.screen.acknowledged(now_ms, Ack::decode(payload)?),
            kind::GLANCE => self.sharing.glances.want(Glance::decode(payload)?),
            _ => self.screen.refresh_within(Refresh::decode(payload)?.memory),
        }
        Ok(())
    }
}

/// The name under which the page saves the program: server, its own key and token, for everyone's same file.
fn download_name(host: &str, key: Option<[u8; 10]>, token: Token) -> Option<String> {
    let (host, port) = parse_authority(host).ok()?;
    FileName {
        host,
        port,
        key,
        token,
    }
    .stem()
    .ok()
}
