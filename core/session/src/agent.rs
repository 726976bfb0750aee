//! The customer's end of a session: the join page, or the program on the customer's computer.
//!
//! Sans-IO like [`crate::Console`]. It holds the customer's table of grants and enforces it: nothing that a console sends acts
//! on the machine but through [`permission`](crate::permission).

mod aim;
mod browser;
mod clipboard;
mod command;
mod consent;
mod files;
mod glance;
mod join;
mod line;
#[cfg(feature = "misbehaving")]
mod misbehave;
mod obstacle;
mod patience;
mod pictures;
mod proofs;
mod quality;
mod receive;
mod records;
mod share;
mod store;
mod view;
mod watch;
mod windows;
mod work;
mod write;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_codec::Workers;
use temoto_crypto::pairing::PairingSecret;
use temoto_crypto::{RootKeeping, Secret32, StaticKey};
use temoto_geometry::Region;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::relay::{self, Ended, FromServer, Gone, Role, ToServer};

pub use command::AgentCommand;
pub use obstacle::Obstacle;
pub(crate) use obstacle::word as obstacle_word;
pub use share::DisplayInfo;

use crate::channel::chat::{Delivery, Log};
use crate::channel::clipboard::{ClipCame, ClipSet};
use crate::channel::files::DiskAsk;
use crate::channel::input::{Injection, InputReceiver};
use crate::channel::pictures::{Fetcher, Settled};
use crate::channel::screen::ScreenHost;
use crate::link::Link;
use crate::output::Output;
use crate::peer::{Incarnation, Peer, PeerEvent};
use crate::permission::{Capability, Grants};
use crate::surface::Surface;
use crate::view::{AgentView, Level, OperatorView};
use join::Joining;
use patience::Patience;
use proofs::Proofs;
use work::Work;

/// What an agent tells its shell.
#[derive(Debug)]
pub enum AgentEvent {
    /// What to show, all of it.
    View(Box<AgentView>),
    /// Do this with keyboard or pointer, now.
    Inject(Injection),
    /// What was given to be done and is not done yet must not be pressed or typed any more: the operator lost the right to it.
    /// Releases are done all the same.
    Abandon,
    /// Put this on the customer's clipboard: it can be pasted, nothing pastes it. What is not here yet is asked for by
    /// [`Agent::clipboard_wanted`].
    SetClipboard(ClipSet),
    /// Put these files and folders on the customer's clipboard, like [`AgentEvent::SetClipboard`]. They are on this computer, where
    /// [`crate::channel::files::DiskWork::HandOver`] said.
    SetClipboardFiles(Vec<PathBuf>),
    /// What was asked for by [`Agent::clipboard_wanted`].
    ClipboardCame(ClipCame),
    /// The picture of a line of the chat.
    Picture(Settled),
    /// What the operator shows changed there.
    Painted(Region),
    /// The operator shows nothing any more: nothing of the picture stays.
    Blank,
    /// From now on tell what the customer copies by [`Agent::copied`] and its siblings, or do not any more. What was copied before is
    /// not told.
    WatchClipboard(bool),
    /// Do this on the customer's disk; the answer goes to [`Agent::disk`].
    Disk(DiskAsk),
    /// Take the newest pixels of what is shown and give them to [`Agent::frame`].
    Capture {
        /// Number of the display in the list that the shell gave, or of all: [`Agent::place`] and [`Agent::parts`] know them.
        display: u32,
    },
    /// Tell where the windows are by [`Agent::windows`].
    Windows,
    /// Take the newest pixels of this display, made small by [`crate::channel::glance::shrink`], and give them to
    /// [`Agent::glanced`].
    Glance {
        /// Number of the display in the list that the shell gave.
        display: u32,
        /// The longest side, in pixels.
        side: u8,
    },
}

/// What an agent is, for its whole life.
#[derive(Clone, Debug)]
pub struct AgentSettings {
    /// Page or program.
    pub role: Role,
    /// Who keeps the root.
    pub keeping: RootKeeping,
    /// This build is signed.
    pub signed: bool,
    /// Software version and build, printable ASCII, at most 64 bytes; goes into the knock.
    pub build: String,
    /// Operating system, browser or program, name of the computer, language: claims for the operator.
    pub about: proto::About,
}

/// Where the agent is.
enum Phase {
    /// Nothing was asked for yet.
    Idle,
    /// An attempt is under way, or the next one waits.
    Joining(Box<Joining>),
    /// Paired.
    Paired,
    /// It is over; a code is `who`.
    Ended(&'static str),
}

/// Where an agent sits in a session.
#[derive(Clone, Copy, Debug)]
struct Place {
    session: relay::Id,
    participant: u8,
    console: u8,
    server_key: [u8; 32],
    resume: [u8; 32],
}

/// The customer's end of one session.
pub struct Agent {
    rng: ChaCha20Rng,
    unix_offset_ms: i64,
    settings: AgentSettings,
    /// The shell computes large records.
    outside: bool,
    incarnation: Incarnation,
    key: StaticKey,
    link: Link,
    phase: Phase,
    /// The host that was dialed, as the pairing has it.
    host: String,
    by_code: bool,
    /// Failed tries per routing digits.
    failures: BTreeMap<String, u32>,
    /// Of them, those for the code that was joined with.
    failures_seen: Option<u32>,
    /// The console counted others: somebody else tried.
    failures_differ: bool,
    /// What was given away of the codes that were typed.
    proofs: Proofs,
    refused: Option<&'static str>,
    /// What the relay wants done before it hears the knock.
    work: Option<Work>,
    place: Option<Place>,
    peer: Option<Peer>,
    /// What it joined with, until the pairing is confirmed.
    secret: Option<PairingSecret>,
    /// Until when it has to be confirmed, else the agent knocks again.
    confirm_until_ms: Option<u64>,
    /// The root is where it outlives this load of the page.
    root_kept: bool,
    /// The console was told what is granted; its first question of this incarnation is not a new one.
    told_before: bool,
    /// The console's static key, which the statement has to name.
    console_key: Option<[u8; 32]>,
    run: u32,
    console_present: bool,
    operator: Option<OperatorView>,
    level: Option<Level>,
    /// Hash of the server's own key, where no authority vouches for it.
    server_key: Option<[u8; 10]>,
    download_name: Option<String>,
    companion: Option<proto::Companion>,
    chat: Log,
    pictures: Fetcher,
    pending: VecDeque<(u64, String)>,
    step: i32,
    grants: Grants,
    asked: BTreeSet<Capability>,
    /// Whatever was asked for or granted since the program was started.
    met: BTreeSet<Capability>,
    patience: Patience,
    clipboards: clipboard::Clipboards,
    files: files::Files,
    answered: bool,
    /// The customer's own hand was there; control comes back at the instant.
    yields_until_ms: Option<u64>,
    input: InputReceiver,
    screen: ScreenHost,
    displays: Vec<DisplayInfo>,
    shown: u32,
    /// What a page shares.
    surface: Surface,
    /// What the operator shows.
    watch: watch::Watch,
    sharing: share::Sharing,
    cursor: share::Cursor,
    hidden: obstacle::Hidden,
    outputs: VecDeque<Output<AgentEvent>>,
    view_due: bool,
    store_due: bool,
}

impl Agent {
    /// An agent that waits for a code or a token.
    #[must_use]
    pub fn new(settings: AgentSettings, seed: [u8; 32], now_ms: u64, unix_ms: u64) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut incarnation = [0; 16];
        rng.fill_bytes(&mut incarnation);
        let key = StaticKey::generate(&mut rng);
        Self {
            unix_offset_ms: unix_ms.cast_signed().saturating_sub(now_ms.cast_signed()),
            settings,
            outside: false,
            incarnation,
            key,
            rng,
            link: Link::new(),
            phase: Phase::Idle,
            host: String::new(),
            by_code: false,
            failures: BTreeMap::new(),
            failures_seen: None,
            failures_differ: false,
            proofs: Proofs::default(),
            refused: None,
            work: None,
            place: None,
            peer: None,
            secret: None,
            confirm_until_ms: None,
            root_kept: false,
            told_before: false,
            console_key: None,
            run: 0,
            console_present: false,
            operator: None,
            level: None,
            server_key: None,
            download_name: None,
            companion: None,
            chat: Log::default(),
            pictures: Fetcher::default(),
            pending: VecDeque::new(),
            step: proto::step::Kind::Choosing as i32,
            grants: Grants::default(),
            asked: BTreeSet::new(),
            met: BTreeSet::new(),
            patience: Patience::default(),
            clipboards: clipboard::Clipboards::default(),
            files: files::Files::default(),
            answered: false,
            yields_until_ms: None,
            input: InputReceiver::default(),
            screen: ScreenHost::new(now_ms),
            displays: Vec::new(),
            shown: 0,
            surface: Surface::Unknown,
            watch: watch::Watch::default(),
            sharing: share::Sharing::default(),
            cursor: share::Cursor::default(),
            hidden: obstacle::Hidden::default(),
            outputs: VecDeque::new(),
            view_due: true,
            store_due: false,
        }
    }

    /// Leaves large pictures to so many workers at once; without this they are coded one stripe after the other.
    pub fn set_workers(&mut self, workers: Arc<dyn Workers>, number: usize) {
        self.screen.set_workers(workers, number);
    }

    /// The shell derived `psk_n`.
    pub fn psk(&mut self, now_ms: u64, n: u32, psk: &Secret32) {
        if let Some(peer) = &mut self.peer {
            peer.psk(now_ms, n, psk, &mut self.rng);
        }
        self.settle(now_ms);
    }

    /// Time passed.
    pub fn timeout(&mut self, now_ms: u64) {
        self.link.timeout(now_ms, &mut self.rng);
        if let Some(peer) = &mut self.peer {
            peer.timeout(now_ms, &mut self.rng);
        }
        self.do_work(now_ms);
        self.expire_attempt(now_ms);
        self.expire_confirmation(now_ms);
        if self.yields_until_ms.is_some_and(|at| now_ms >= at) {
            self.yields_until_ms = None;
            self.say_yielded(now_ms, false);
        }
        self.settle(now_ms);
    }

    /// When [`Agent::timeout`] has to be called next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        self.link
            .next_timeout()
            .into_iter()
            .chain(self.peer.as_ref().and_then(Peer::next_timeout))
            .chain(self.work.as_ref().and_then(Work::next_timeout))
            .chain(self.attempt_deadline())
            .chain(self.confirm_until_ms)
            .chain(self.yields_until_ms)
            .chain(self.capture_at())
            .chain(self.files_at())
            .chain(self.beside_at())
            .min()
    }

    /// The next thing to do, in order.
    pub fn poll(&mut self) -> Option<Output<AgentEvent>> {
        self.outputs.pop_front()
    }

    fn unix(&self, ms: u64) -> u64 {
        ms.cast_signed()
            .saturating_add(self.unix_offset_ms)
            .max(0)
            .cast_unsigned()
    }

    fn send(&mut self, message: &ToServer) {
        self.outputs.push_back(Output::Transmit(message.encode()));
    }

    fn is_program(&self) -> bool {
        self.settings.role == Role::Program
    }

    fn tell_console(&mut self, now_ms: u64, body: Body) {
        if let Some(peer) = &mut self.peer {
            // A console that acknowledges nothing for so long is as good as gone; the next run says where it is.
            let _congested = peer.send_control(now_ms, body, &mut self.rng);
        }
    }

    fn server_says(&mut self, now_ms: u64, message: FromServer) {
        match message {
            FromServer::Attached { peers, .. } => {
                self.link.attached(now_ms);
                self.console_present = peers
                    .iter()
                    .any(|peer| peer.role == Role::Console && peer.present);
                if let Some(peer) = &mut self.peer {
                    peer.attached(now_ms, &mut self.rng);
                }
                self.view_due = true;
            }
            FromServer::Data { from, bytes } => self.console_says(now_ms, from, &bytes),
            FromServer::Joined { participant, .. } => {
                if self.place.is_some_and(|place| place.console == participant) {
                    self.console_present = true;
                    self.view_due = true;
                    if let Some(peer) = &mut self.peer {
                        peer.attached(now_ms, &mut self.rng);
                    }
                }
            }
            FromServer::Gone { participant, why } => {
                if self.place.is_some_and(|place| place.console == participant) {
                    self.console_present = false;
                    self.release_input();
                    self.view_due = true;
                    if why != Gone::Detached {
                        self.finish(now_ms, "expired");
                    }
                }
            }
            FromServer::Reset { .. } => {
                if let Some(peer) = &mut self.peer {
                    peer.attached(now_ms, &mut self.rng);
                }
            }
            FromServer::Work { challenge, bits } => self.work_asked(now_ms, &challenge, bits),
            FromServer::Answer { attempt, lobby } => self.answered(now_ms, attempt, &lobby),
            FromServer::Admitted {
                participant,
                session,
                resume,
                console,
                server_key,
                lobby,
            } => {
                let place = Place {
                    session,
                    participant,
                    console,
                    server_key,
                    resume,
                };
                self.admitted(now_ms, place, &lobby);
            }
            FromServer::Refused { lobby } => self.refused(now_ms, &lobby),
            FromServer::Ended(why) => self.finish(
                now_ms,
                match why {
                    Ended::Console => "operator",
                    Ended::Expired => "expired",
                    Ended::Administrator => "administrator",
                    Ended::SignedOut => "signed_out",
                },
            ),
            // The rest is for consoles or for the link.
            FromServer::Attempt { .. }
            | FromServer::Proof { .. }
            | FromServer::AttemptGone { .. }
            | FromServer::CodeClosed { .. }
            | FromServer::Ping(_)
            | FromServer::Pong(_)
            | FromServer::Drain { .. }
            | FromServer::Detached(_) => {}
        }
    }

    /// It is over, for the reason that the view shows.
    fn finish(&mut self, now_ms: u64, who: &'static str) {
        if matches!(self.phase, Phase::Ended(_)) {
            return;
        }
        self.release_input();
        self.end_files();
        if let Some(mut peer) = self.peer.take() {
            peer.end(now_ms, &mut self.rng);
            while let Some(event) = peer.poll() {
                if let PeerEvent::Transmit(bytes) = event {
                    self.carry(bytes, None);
                } else if let PeerEvent::Seal(unsealed) = event {
                    self.carry(unsealed.head, Some(unsealed.work));
                }
            }
        }
        if self.link.is_up() && self.place.is_some() {
            self.send(&ToServer::Leave);
        }
        self.link.close();
        self.stop_watching(now_ms);
        self.grants = Grants::default();
        self.asked.clear();
        self.phase = Phase::Ended(who);
        self.outputs.push_back(Output::Forget);
        (self.view_due, self.store_due) = (true, false);
    }

    fn settle(&mut self, now_ms: u64) {
        while let Some(event) = self.peer.as_mut().and_then(Peer::poll) {
            self.peer_says(now_ms, event);
        }
        self.share_screen(now_ms);
        self.share_files(now_ms);
        while let Some(event) = self.peer.as_mut().and_then(Peer::poll) {
            self.peer_says(now_ms, event);
        }
        self.drain_link();
        self.attempt_cut();
        if self.link.closed() == Some(relay::Detached::Over) {
            self.finish(now_ms, "expired");
        }
        if std::mem::take(&mut self.store_due)
            && let Some(text) = self.to_store()
        {
            self.outputs.push_back(Output::Persist(text));
        }
        if std::mem::take(&mut self.view_due) {
            let view = Box::new(self.view());
            self.outputs.push_back(Output::Event(AgentEvent::View(view)));
        }
    }

    fn peer_says(&mut self, now_ms: u64, event: PeerEvent) {
        match event {
            PeerEvent::Transmit(bytes) => self.carry(bytes, None),
            PeerEvent::Seal(unsealed) => self.carry(unsealed.head, Some(unsealed.work)),
            PeerEvent::Open { ticket, work } => {
                if let Some(place) = self.place {
                    self.outputs.push_back(Output::Open {
                        pair: place.participant,
                        ticket,
                        work,
                    });
                }
            }
            PeerEvent::DerivePsk(n) => {
                if let Some(place) = self.place {
                    self.outputs.push_back(Output::DerivePsk {
                        pair: place.participant,
                        n,
                    });
                }
            }
            PeerEvent::Persist(n) => {
                self.run = n;
                if let Some(text) = self.to_store() {
                    self.outputs.push_back(Output::Persist(text));
                }
            }
            PeerEvent::KeepRoot(root) => {
                if let Some(place) = self.place {
                    self.outputs.push_back(Output::KeepRoot {
                        pair: place.participant,
                        root,
                    });
                    self.root_kept = true;
                    self.store_due = true;
                }
            }
            PeerEvent::Paired(key) => self.console_key = Some(key),
            PeerEvent::Ready {
                fresh,
                restarted,
                clock_ms,
            } => {
                self.ready(now_ms, fresh, clock_ms);
                if restarted {
                    self.pending.clear();
                }
                if fresh {
                    self.write_again(now_ms);
                }
            }
            PeerEvent::Lost => {
                self.release_input();
                self.view_due = true;
            }
            PeerEvent::Ended => match self.secret.take() {
                // It broke before the root was confirmed: the secret is still good, but its proof is spent.
                Some(secret) => self.join_again(now_ms, secret),
                None => self.finish(now_ms, "operator"),
            },
            PeerEvent::Control(body) => self.control(now_ms, body),
            PeerEvent::Chat(body) => self.chat(now_ms, body),
            PeerEvent::Clipboard(body) => self.clipboard_arrived(now_ms, &body),
            PeerEvent::Files(body) => self.files_arrived(now_ms, body),
            PeerEvent::FilesDelivered(next) => self.files_delivered(now_ms, next),
            PeerEvent::ClipboardDelivered(next) => self.clipboard_delivered(now_ms, next),
            PeerEvent::ChatDelivered(next) => {
                while self.pending.front().is_some_and(|&(number, _)| number < next) {
                    if let Some((_, id)) = self.pending.pop_front() {
                        self.chat.mark(&id, Delivery::Sent);
                        (self.view_due, self.store_due) = (true, true);
                    }
                }
            }
            PeerEvent::Frame {
                channel,
                kind,
                payload,
            } => self.frame_arrived(now_ms, channel, kind, &payload),
        }
    }

    fn store_now(&mut self) {
        self.store_due = false;
        if let Some(text) = self.to_store() {
            self.outputs.push_back(Output::Persist(text));
        }
    }

    /// Nothing stays pressed.
    fn release_input(&mut self) {
        self.outputs.push_back(Output::Event(AgentEvent::Abandon));
        for injection in self.input.release_all() {
            self.outputs
                .push_back(Output::Event(AgentEvent::Inject(injection)));
        }
    }
}
