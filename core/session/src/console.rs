//! The operator's end of a session: one console, its code, and the customer's agents (a page, a program).
//!
//! Sans-IO: bytes, the time and what the operator does go in; outputs come out of [`Console::poll`]. After every call that
//! changes something the shell drains `poll` and then waits until [`Console::next_timeout`].

mod browser;
mod clipboard;
mod command;
mod displays;
mod end;
mod event;
mod exact;
mod files;
mod lobby;
#[cfg(feature = "misbehaving")]
mod misbehave;
mod operate;
mod pictures;
mod receive;
mod records;
mod say;
mod show;
mod store;
mod view;
mod windows;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_codec::Framebuffer;
use temoto_crypto::{RootKeeping, Secret32, StaticKey};
use temoto_wire::proto;
use temoto_wire::proto::control::Body;
use temoto_wire::relay::{self, Ended, FromServer, Gone, Id, ToServer};

pub use command::ConsoleCommand;
pub use event::{ConsoleEvent, FileDone};

use crate::SessionError;
use crate::channel::chat::Log;
use crate::channel::colors::Colors;
use crate::channel::input::InputSender;
use crate::channel::pictures::Shelf;
use crate::channel::screen::{ScreenViewer, whole};
use crate::link::{Link, LinkAction};
use crate::output::Output;
use crate::peer::{Incarnation, PeerEvent};
use crate::quality::Meter;
use crate::view::{EndView, Notice};
use end::End;
use lobby::{Admitted, ArmedToken, Attempt, ClosingCode, WaitingCode};

/// What the server gave together with the session.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
struct Setup {
    session: Id,
    /// Names under which customers may have dialed this server.
    hosts: Vec<String>,
    operator: String,
    organisation: String,
    /// Signed by the server over our key.
    statement: Vec<u8>,
}

/// The operator's end of one session.
pub struct Console {
    rng: ChaCha20Rng,
    /// Unix ms minus the shell's clock.
    unix_offset_ms: i64,
    incarnation: Incarnation,
    keeping: RootKeeping,
    /// The shell computes large records.
    outside: bool,
    /// This console is a signed program, not a page.
    signed: bool,
    key: StaticKey,
    setup: Option<Setup>,
    resume: Option<[u8; 32]>,
    link: Link,
    code: Option<WaitingCode>,
    /// A code that was given back and that the relay did not answer for.
    closing: Option<ClosingCode>,
    codes_burnt: u32,
    token: Option<ArmedToken>,
    attempts: BTreeMap<Id, Attempt>,
    admitted: VecDeque<Admitted>,
    ends: BTreeMap<u8, End>,
    chat: Log,
    pictures: Shelf,
    notice: Option<Notice>,
    /// How many there were.
    notices: u32,
    step: Option<&'static str>,
    displays: Vec<proto::Display>,
    shown: Option<u32>,
    /// All of them fit into one picture, says the program.
    side_by_side: bool,
    /// What the operator chose and does not see yet.
    wanted: Option<u32>,
    /// Displays whose small picture was asked for.
    glances: BTreeSet<u8>,
    /// The places of windows were asked for.
    windows_asked: bool,
    screen: ScreenViewer,
    /// What the page shares from its browser.
    browser: ScreenViewer,
    show: show::Show,
    input: InputSender,
    controlling: bool,
    /// The colors that the operator chose.
    colors: Colors,
    exact: exact::Exact,
    clipboards: clipboard::Clipboards,
    files: files::Files,
    meter: Meter,
    ended: Option<EndView>,
    outputs: VecDeque<Output<ConsoleEvent>>,
    view_due: bool,
    store_due: bool,
}

impl Console {
    /// A console of a page: its roots are kept outside, where they cannot be read back.
    #[must_use]
    pub fn new(seed: [u8; 32], now_ms: u64, unix_ms: u64) -> Self {
        Self::with(seed, now_ms, unix_ms, RootKeeping::Caller, false)
    }

    /// A console with another way to keep roots; `signed` if it is a signed program (level High needs that).
    #[must_use]
    pub fn with(seed: [u8; 32], now_ms: u64, unix_ms: u64, keeping: RootKeeping, signed: bool) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut incarnation = [0; 16];
        rng.fill_bytes(&mut incarnation);
        let key = StaticKey::generate(&mut rng);
        Self {
            unix_offset_ms: unix_ms.cast_signed().saturating_sub(now_ms.cast_signed()),
            incarnation,
            keeping,
            outside: false,
            signed,
            key,
            rng,
            setup: None,
            resume: None,
            link: Link::new(),
            code: None,
            closing: None,
            codes_burnt: 0,
            token: None,
            attempts: BTreeMap::new(),
            admitted: VecDeque::new(),
            ends: BTreeMap::new(),
            chat: Log::default(),
            pictures: Shelf::default(),
            notice: None,
            notices: 0,
            step: None,
            displays: Vec::new(),
            shown: None,
            side_by_side: false,
            wanted: None,
            glances: BTreeSet::new(),
            windows_asked: false,
            screen: ScreenViewer::new(),
            browser: ScreenViewer::new(),
            show: show::Show::default(),
            input: InputSender::default(),
            controlling: false,
            colors: Colors::All,
            exact: exact::Exact::default(),
            clipboards: clipboard::Clipboards::default(),
            files: files::Files::new(now_ms),
            meter: Meter::default(),
            ended: None,
            outputs: VecDeque::new(),
            view_due: true,
            store_due: false,
        }
    }

    /// Before the first picture: the most memory for what screens showed earlier, in MiB; without it as much as the format
    /// allows. The program keeps to it.
    pub fn remember_at_most(&mut self, mebibytes: u8) {
        self.screen = ScreenViewer::with_memory(mebibytes);
        self.browser = ScreenViewer::with_memory(mebibytes);
    }

    /// The public part of the session's key, for the server's statement.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.public()
    }

    /// The shell's WebSocket is open.
    pub fn connected(&mut self, now_ms: u64) {
        self.link.connected(now_ms);
        self.settle(now_ms);
    }

    /// The shell's WebSocket is closed or could not be opened.
    pub fn disconnected(&mut self, now_ms: u64) {
        self.link.disconnected(now_ms, &mut self.rng);
        self.let_go(now_ms);
        self.settle(now_ms);
    }

    /// One binary message of the relay. One that cannot be read is as good as a broken line.
    pub fn message(&mut self, now_ms: u64, bytes: &[u8]) {
        if self.ended.is_some() {
            return;
        }
        if let Some((from, bytes)) = FromServer::data_from(bytes) {
            self.link.lives(now_ms);
            self.agent_says(now_ms, from, bytes);
            return self.settle(now_ms);
        }
        match FromServer::decode(bytes) {
            Ok(message) => {
                if !self.link.heard(now_ms, &message, &mut self.rng) {
                    self.server_says(now_ms, message);
                }
            }
            Err(_) => {
                self.outputs.push_back(Output::Hangup);
                self.link.disconnected(now_ms, &mut self.rng);
            }
        }
        self.settle(now_ms);
    }

    /// The shell derived `psk_n` of a pair.
    pub fn psk(&mut self, now_ms: u64, pair: u8, n: u32, psk: &Secret32) {
        if let Some(end) = self.ends.get_mut(&pair) {
            end.peer.psk(now_ms, n, psk, &mut self.rng);
        }
        self.settle(now_ms);
    }

    /// Time passed.
    pub fn timeout(&mut self, now_ms: u64) {
        self.link.timeout(now_ms, &mut self.rng);
        for end in self.ends.values_mut() {
            end.peer.timeout(now_ms, &mut self.rng);
        }
        self.expire(now_ms);
        self.flush_pointer(now_ms);
        if self.meter.tick(now_ms) {
            self.view_due = true;
        }
        self.settle(now_ms);
    }

    /// When [`Console::timeout`] has to be called next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        if self.ended.is_some() {
            return None;
        }
        self.link
            .next_timeout()
            .into_iter()
            .chain(self.ends.values().filter_map(|end| end.peer.next_timeout()))
            .chain(self.code.as_ref().map(|code| code.expires_ms))
            .chain(self.token.as_ref().map(|token| token.expires_ms))
            .chain(self.attempts.values().map(|attempt| attempt.until_ms))
            .chain(self.input.next_timeout())
            .chain(self.files_at())
            .chain(self.meter.next_tick().filter(|_| self.source().is_some()))
            .chain(self.show_at())
            .min()
    }

    /// The next thing to do, in order.
    pub fn poll(&mut self) -> Option<Output<ConsoleEvent>> {
        self.outputs.pop_front()
    }

    /// The picture, if there is one.
    #[must_use]
    pub fn picture(&self) -> Option<&Framebuffer> {
        self.seen().picture()
    }

    /// Unix time of an instant of the shell's clock.
    fn unix(&self, ms: u64) -> u64 {
        ms.cast_signed()
            .saturating_add(self.unix_offset_ms)
            .max(0)
            .cast_unsigned()
    }

    fn send(&mut self, message: &ToServer) {
        self.outputs.push_back(Output::Transmit(message.encode()));
    }

    fn notify(&mut self, code: &'static str, arguments: Vec<String>) {
        self.notices = self.notices.wrapping_add(1);
        let number = self.notices;
        self.notice = Some(Notice {
            code,
            arguments,
            number,
        });
        self.view_due = true;
    }

    fn server_says(&mut self, now_ms: u64, message: FromServer) {
        match message {
            FromServer::Attached {
                participant: _,
                session: _,
                resume,
                peers,
            } => {
                self.attached(now_ms, resume, &peers);
            }
            FromServer::Data { from, bytes } => self.agent_says(now_ms, from, &bytes),
            FromServer::Joined { participant, role } => self.joined(now_ms, participant, role),
            FromServer::Gone { participant, why } => self.gone(now_ms, participant, why),
            FromServer::Attempt {
                attempt,
                role,
                selector,
                lobby,
            } => {
                self.knocked(now_ms, attempt, role, selector, &lobby);
            }
            FromServer::Proof { attempt, lobby } => self.proved(now_ms, attempt, &lobby),
            FromServer::AttemptGone { attempt } => {
                self.attempts.remove(&attempt);
                self.admitted.retain(|admitted| admitted.attempt != attempt);
            }
            FromServer::Reset { participant } => {
                if let Some(end) = self.ends.get_mut(&participant) {
                    end.peer.attached(now_ms, &mut self.rng);
                }
            }
            FromServer::Ended(why) => {
                let code = match why {
                    Ended::Console => "ended",
                    Ended::Expired => "expired",
                    Ended::Administrator => "administrator",
                    Ended::SignedOut => "signed_out",
                };
                self.finish(now_ms, "server", code);
            }
            FromServer::CodeClosed { selector } => self.code_closed(&selector),
            // The rest is for agents or for the link; a server that sends it here is ignored.
            FromServer::Work { .. }
            | FromServer::Answer { .. }
            | FromServer::Admitted { .. }
            | FromServer::Refused { .. }
            | FromServer::Ping(_)
            | FromServer::Pong(_)
            | FromServer::Drain { .. }
            | FromServer::Detached(_) => {}
        }
    }

    fn attached(&mut self, now_ms: u64, resume: Option<[u8; 32]>, peers: &[relay::Peer]) {
        if let Some(token) = resume {
            self.resume = Some(token);
        }
        if let Some(token) = self.resume {
            self.link.resume_with(token);
        }
        self.link.attached(now_ms);
        // Attempts belong to the attachment that is gone; so do those whose participant was never heard of.
        self.attempts.clear();
        self.admitted.clear();
        (self.view_due, self.store_due) = (true, true);
        if let Some(token) = &self.token {
            let id = token.token.id();
            self.send(&ToServer::Arm { token: id });
        }
        if let Some(closing) = &self.closing {
            // What was said on the last line may not have been heard.
            let again = closing.message();
            self.send(&again);
        }
        for (&participant, end) in &mut self.ends {
            let there = peers
                .iter()
                .any(|peer| peer.participant == participant && peer.present);
            end.present = there;
            if there {
                end.peer.attached(now_ms, &mut self.rng);
            }
        }
    }

    fn gone(&mut self, now_ms: u64, participant: u8, why: Gone) {
        let Some(end) = self.ends.get_mut(&participant) else {
            return;
        };
        end.present = false;
        if why == Gone::Detached {
            end.lost_ms.get_or_insert(now_ms);
            self.let_go(now_ms);
        } else {
            self.part(now_ms, participant);
        }
        self.view_due = true;
    }

    /// Ends the session here: says so to everybody who can hear it, and forgets.
    fn finish(&mut self, now_ms: u64, by: &'static str, code: &'static str) {
        if self.ended.is_some() {
            return;
        }
        self.let_go(now_ms);
        self.blank();
        self.end_files(now_ms);
        if by == "operator" {
            let leave = proto::Leave {
                reason: proto::leave::Reason::Ended.into(),
            };
            for end in self.ends.values_mut() {
                let _unheard = end.peer.send_control(now_ms, Body::Leave(leave), &mut self.rng);
            }
        }
        for end in self.ends.values_mut() {
            end.peer.end(now_ms, &mut self.rng);
        }
        self.drain_peers(now_ms);
        if by != "server" && self.link.is_up() {
            self.send(&ToServer::End);
        }
        self.link.close();
        (self.code, self.closing) = (None, None);
        self.token = None;
        self.attempts.clear();
        self.admitted.clear();
        self.ended = Some(EndView { by, code });
        self.outputs.push_back(Output::Forget);
        (self.view_due, self.store_due) = (true, false);
    }

    /// Handles what came out of link and peers until nothing more does, then shows and stores what changed.
    fn settle(&mut self, now_ms: u64) {
        self.drain_peers(now_ms);
        self.share_files(now_ms);
        self.show_screen(now_ms);
        self.drain_peers(now_ms);
        if let Some(at) = self.link.lost_since() {
            self.line_lost(at);
        }
        while let Some(action) = self.link.poll() {
            self.view_due = true;
            self.outputs.push_back(match action {
                LinkAction::Dial => Output::Dial,
                LinkAction::Hangup => Output::Hangup,
                LinkAction::Send(message) => Output::Transmit(message.encode()),
            });
        }
        if let Some(why) = self.link.closed()
            && why == relay::Detached::Over
        {
            self.finish(now_ms, "server", "expired");
        }
        if std::mem::take(&mut self.store_due)
            && let Some(text) = self.to_store(now_ms)
        {
            self.outputs.push_back(Output::Persist(text));
        }
        if std::mem::take(&mut self.view_due) {
            let view = Box::new(self.view(now_ms));
            self.outputs.push_back(Output::Event(ConsoleEvent::View(view)));
        }
    }

    /// The own line is lost, and with it everybody else.
    fn line_lost(&mut self, at_ms: u64) {
        let mut news = false;
        for end in self.ends.values_mut() {
            news |= end.lost_ms.is_none();
            end.lost_ms.get_or_insert(at_ms);
        }
        if news {
            self.input.release(at_ms, 0);
            self.view_due = true;
        }
    }

    fn drain_peers(&mut self, now_ms: u64) {
        while let Some((participant, event)) = self
            .ends
            .iter_mut()
            .find_map(|(&n, end)| end.peer.poll().map(|event| (n, event)))
        {
            self.peer_says(now_ms, participant, event);
        }
    }

    fn peer_says(&mut self, now_ms: u64, participant: u8, event: PeerEvent) {
        match event {
            PeerEvent::Transmit(bytes) => self.carry(participant, bytes, None),
            PeerEvent::Seal(unsealed) => self.carry(participant, unsealed.head, Some(unsealed.work)),
            PeerEvent::Open { ticket, work } => self.outputs.push_back(Output::Open {
                pair: participant,
                ticket,
                work,
            }),
            PeerEvent::DerivePsk(n) => self.outputs.push_back(Output::DerivePsk { pair: participant, n }),
            PeerEvent::Persist(n) => {
                if let Some(end) = self.ends.get_mut(&participant) {
                    end.run = n;
                }
                // Stored before anything that was sealed after it is sent: outputs are done in order.
                if let Some(text) = self.to_store(now_ms) {
                    self.outputs.push_back(Output::Persist(text));
                }
            }
            PeerEvent::KeepRoot(root) => {
                self.outputs.push_back(Output::KeepRoot {
                    pair: participant,
                    root,
                });
                if let Some(end) = self.ends.get_mut(&participant) {
                    end.root_kept = true;
                }
                self.store_due = true;
            }
            PeerEvent::Paired(key) => self.paired(now_ms, participant, key),
            PeerEvent::Ready { fresh, .. } => self.ready(now_ms, participant, fresh),
            PeerEvent::Lost => self.lost(now_ms, participant),
            PeerEvent::Ended => self.part(now_ms, participant),
            PeerEvent::Control(body) => self.control(now_ms, participant, body),
            PeerEvent::Chat(body) => self.chat(now_ms, participant, &body),
            PeerEvent::ChatDelivered(next) => self.delivered(participant, next),
            PeerEvent::Clipboard(body) => self.clipboard_arrived(now_ms, participant, &body),
            PeerEvent::Files(body) => self.files_arrived(now_ms, participant, body),
            PeerEvent::FilesDelivered(_) => {}
            PeerEvent::ClipboardDelivered(next) => self.clipboard_delivered(now_ms, next),
            PeerEvent::Frame {
                channel,
                kind,
                payload,
            } => {
                self.frame(now_ms, participant, channel, kind, &payload);
            }
        }
    }

    fn store_now(&mut self, now_ms: u64) {
        self.store_due = false;
        if let Some(text) = self.to_store(now_ms) {
            self.outputs.push_back(Output::Persist(text));
        }
    }

    /// Nothing of the picture stays: the customer paused, withdrew it, or is gone.
    fn blank(&mut self) {
        self.follow_clipboard();
        let shared = self.browser.forget();
        if self.screen.forget() || shared {
            self.outputs.push_back(Output::Event(ConsoleEvent::Blank));
        }
    }

    fn paint_all(&mut self) {
        if let Some(picture) = self.picture() {
            let region = whole(picture);
            self.outputs
                .push_back(Output::Event(ConsoleEvent::Painted(region)));
        }
    }

    /// The agent of this role, if there is one.
    fn program(&self) -> Option<(u8, &End)> {
        self.ends
            .iter()
            .find(|(_, end)| end.role == relay::Role::Program)
            .map(|(&n, end)| (n, end))
    }

    fn program_mut(&mut self) -> Option<(u8, &mut End)> {
        self.ends
            .iter_mut()
            .find(|(_, end)| end.role == relay::Role::Program)
            .map(|(&n, end)| (n, end))
    }

    fn send_to(&mut self, now_ms: u64, participant: u8, body: Body) -> Result<(), SessionError> {
        let end = self
            .ends
            .get_mut(&participant)
            .ok_or(SessionError::State("no such agent"))?;
        end.peer.send_control(now_ms, body, &mut self.rng)
    }
}
