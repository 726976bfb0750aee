//! The session loop: everything that happens comes here, and everything that has to be done goes out from here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use temoto_codec::{Framebuffer, HISTORY_MIB, Move};
use temoto_geometry::{Point, Rect};
use temoto_overlay::{FrameOverlay, NativeOverlay};
use temoto_session::channel::files::{DiskAnswer, DiskAsk, Fault};
use temoto_session::channel::input::Injection;
use temoto_session::permission::Capability;
use temoto_session::view::AgentView;
use temoto_session::{Agent, AgentCommand, AgentEvent, Obstacle, Output};
use temoto_transport::Endpoint;
use temoto_wire::proto::refused::Reason;
use tokio::sync::mpsc;

use crate::clipboard::Clipboard;
use crate::edges::EdgeEvent;
use crate::files::Files;
use crate::hands::Hands;
use crate::line::{Line, LineEvent};
use crate::numbers::Numbers;
use crate::records::Records;
use crate::screen::Screen;
use crate::{Order, Report, Settings, workers};

/// News of lines and edges that may wait.
const NEWS: usize = 64;
/// The operator is told at most this often that a press went nowhere, and why.
const REFUSAL_EVERY_MS: u64 = 2_000;

/// Runs until the session is over or the shell is gone.
pub async fn run(
    settings: Settings,
    seed: [u8; 32],
    mut orders: mpsc::Receiver<Order>,
    report: Box<dyn FnMut(Report<'_>) + Send>,
) {
    let (news, mut lines) = mpsc::channel(NEWS);
    let (edge, mut edges) = mpsc::channel(NEWS);
    let mut session = Session::new(settings, seed, news, edge, report);
    loop {
        session.carry_out().await;
        if session.over {
            break;
        }
        let deadline = session.agent.next_timeout();
        let wait = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(session.instant(at)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => session.order(order),
                None => session.order(Order::Customer(AgentCommand::End { emergency: false })),
            },
            Some((number, event)) = lines.recv() => session.line_event(number, event),
            Some(event) = edges.recv() => session.edge_event(event),
            () = wait => session.agent.timeout(session.now()),
        }
    }
    // Nobody reads what the edges still say, so none of their threads waits for it.
    drop(edges);
    session.close().await;
}

struct Session {
    agent: Agent,
    began: Instant,
    settings: Settings,
    endpoint: Option<Endpoint>,
    line: Option<Line>,
    /// Number of the newest line; news of older ones is ignored.
    number: u64,
    news: mpsc::Sender<(u64, LineEvent)>,
    edge: mpsc::Sender<EdgeEvent>,
    screen: Option<Screen>,
    hands: Option<Hands>,
    clipboard: Option<Clipboard>,
    files: Option<Files>,
    overlay: Option<NativeOverlay>,
    framed: Option<Rect>,
    frame: Option<Framebuffer>,
    cursor: Point,
    /// What the place of the cursor was told for.
    pointed: Option<Rect>,
    numbers: Numbers,
    records: Records,
    refusal_told: Option<(Reason, u64)>,
    /// Something hides the desktop.
    obstacle: bool,
    /// Lets go of hands that were lost.
    parting: Option<std::thread::JoinHandle<()>>,
    report: Box<dyn FnMut(Report<'_>) + Send>,
    over: bool,
}

impl Session {
    fn new(
        settings: Settings,
        seed: [u8; 32],
        news: mpsc::Sender<(u64, LineEvent)>,
        edge: mpsc::Sender<EdgeEvent>,
        report: Box<dyn FnMut(Report<'_>) + Send>,
    ) -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unix = u64::try_from(unix.as_millis()).unwrap_or(0);
        let mut known = settings.agent.clone();
        known.about.keyboard = temoto_input::keyboard_layout(settings.display.as_deref()).unwrap_or_default();
        let mut agent = Agent::new(known, seed, 0, unix);
        agent.compute_outside();
        agent.set_workers(Arc::new(workers::Threads), workers::processors());
        // What the operator shows is remembered as far as the format allows: with less the first picture would come twice.
        agent.remember_at_most(HISTORY_MIB);
        Self {
            agent,
            began: Instant::now(),
            settings,
            endpoint: None,
            line: None,
            number: 0,
            news,
            edge,
            screen: None,
            hands: None,
            clipboard: None,
            files: None,
            overlay: None,
            framed: None,
            frame: None,
            cursor: Point::new(0, 0),
            pointed: None,
            numbers: Numbers::default(),
            records: Records::new(),
            refusal_told: None,
            obstacle: false,
            parting: None,
            report,
            over: false,
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn instant(&self, at_ms: u64) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.began + std::time::Duration::from_millis(at_ms))
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Endpoint(endpoint) => self.endpoint = Some(endpoint),
            Order::Customer(command) => {
                if let AgentCommand::Allow { .. } | AgentCommand::Answer { yes: true, .. } = command {
                    self.open_edges();
                }
                if let Err(error) = self.agent.command(self.now(), command) {
                    tracing::warn!(%error, "an order was refused");
                }
            }
        }
    }

    /// The machine's edges are opened when the customer allows something, not before.
    fn open_edges(&mut self) {
        let display = self.settings.display.clone();
        let now = self.now();
        if self.screen.is_none() {
            match Screen::start(display.as_deref(), self.edge.clone()) {
                Ok(screen) => self.screen = Some(screen),
                Err(error) => self.agent.screen_refused(now, error.to_string()),
            }
        }
        if self.hands.is_none() {
            match Hands::start(display.as_deref(), self.settings.own.clone(), self.edge.clone()) {
                Ok(hands) => {
                    (self.report)(Report::Hands(hands.rescue()));
                    self.hands = Some(hands);
                }
                Err(error) => self.agent.input_refused(now, Reason::NoInput, error.to_string()),
            }
        }
        if self.overlay.is_none() {
            // Without a frame the bar still says what is shared.
            self.overlay = temoto_overlay::open(display.as_deref())
                .inspect_err(|error| tracing::warn!(%error, "no frame around the shared display"))
                .ok();
        }
    }

    fn line_event(&mut self, number: u64, event: LineEvent) {
        if number != self.number {
            return;
        }
        let now = self.now();
        match event {
            LineEvent::Open => self.agent.connected(now),
            LineEvent::Message(message) => self.agent.message(now, &message),
            LineEvent::Gone(why) => {
                self.line = None;
                if !why.is_empty() {
                    tracing::info!(%why, "the line is gone");
                    (self.report)(Report::Unreachable(why));
                }
                self.agent.disconnected(now);
            }
        }
    }

    fn edge_event(&mut self, event: EdgeEvent) {
        let now = self.now();
        match event {
            EdgeEvent::Displays(displays) => {
                let listed = self.numbers.list(&displays);
                self.agent.set_displays(now, listed);
            }
            EdgeEvent::Damage(region, moves) => {
                let Some(rect) = self.agent.shown() else {
                    return;
                };
                let here = region.clip(rect).translate(-rect.x, -rect.y);
                if !here.is_empty() {
                    let moves = moves.iter().map(|moved| Move {
                        from: moved.from.translate(-rect.x, -rect.y),
                        to: moved.to.offset(-rect.x, -rect.y),
                    });
                    self.agent.damaged(now, &here, moves);
                }
            }
            EdgeEvent::CursorShape(shape) => {
                let hidden = shape.size().is_empty();
                self.agent.cursor_shape(now, (!hidden).then_some(*shape));
                self.tell_cursor(now);
            }
            EdgeEvent::CursorAt(at) => {
                self.cursor = at;
                self.tell_cursor(now);
            }
            EdgeEvent::Frame { place, frame } => {
                if self.agent.shown() != Some(place) {
                    self.agent.frame_of_before(now);
                } else if let Ok(view) = frame.view() {
                    if let Err(error) = self.agent.frame(now, view) {
                        tracing::warn!(%error, "a frame was refused");
                    }
                } else {
                    self.agent.no_frame(now);
                }
                self.frame = Some(frame);
            }
            EdgeEvent::Glanced { display, small } => self.agent.glanced(now, display, small.as_ref()),
            EdgeEvent::Windows(windows) => self.agent.windows(now, &windows),
            EdgeEvent::NoFrame(why) if why.is_empty() => self.agent.no_frame(now),
            EdgeEvent::NoFrame(why) => self.agent.screen_refused(now, why),
            EdgeEvent::ScreenLost(why) => {
                self.screen = None;
                self.agent.screen_refused(now, why);
            }
            EdgeEvent::Copied(clip) => self.agent.copied(now, clip),
            EdgeEvent::CopiedTooLong(kind) => self.agent.copied_too_long(now, kind),
            EdgeEvent::CopiedFiles { paths, more } => self.copied_files(paths, more),
            EdgeEvent::CopiedNothing => self.agent.copied_nothing(now),
            EdgeEvent::Pasted { number, kind } => self.agent.clipboard_wanted(now, number, kind),
            EdgeEvent::ClipboardBusy => self.agent.clipboard_busy(now),
            EdgeEvent::ClipboardLost(why) => {
                self.clipboard = None;
                self.agent.copied_nothing(now);
                self.agent.clipboard_refused(now, why);
            }
            EdgeEvent::Disk { id, answer } => self.agent.disk(now, id, answer),
            EdgeEvent::Layout(name) => self.agent.layout(now, name),
            EdgeEvent::Activity => self.agent.local_activity(now),
            EdgeEvent::EndShortcut => {
                let command = AgentCommand::End { emergency: true };
                if let Err(error) = self.agent.command(now, command) {
                    tracing::error!(%error, "the end was refused");
                }
            }
            EdgeEvent::OwnWindow => self.refuse_press(now, Reason::OwnWindow, String::new()),
            EdgeEvent::Elevated => self.refuse_press(now, Reason::Elevated, String::new()),
            EdgeEvent::Obstacle(obstacle) => {
                self.obstacle = obstacle.is_some();
                self.agent.set_obstacle(now, obstacle.map(hiding));
            }
            // Else the screen told why.
            EdgeEvent::InputHidden(why) if !self.obstacle => self.refuse_press(now, Reason::NoInput, why),
            EdgeEvent::InputHidden(_) => {}
            EdgeEvent::HandsLost(why) => {
                // Without the watch the customer's hand would not win: rather no hand for the operator either.
                if let Some(hands) = self.hands.take() {
                    hands.abandon();
                    // Waits for its threads, and those may wait for this loop to read what they tell.
                    self.parting = Some(std::thread::spawn(move || drop(hands)));
                }
                self.agent.input_refused(now, Reason::NoInput, why);
            }
            EdgeEvent::NoInput(why) => self.agent.input_refused(now, Reason::NoInput, why),
        }
    }

    /// A press went nowhere: told now and then, not for each key.
    fn refuse_press(&mut self, now: u64, why: Reason, detail: String) {
        let told = self.refusal_told.filter(|&(before, _)| before == why);
        if told.is_none_or(|(_, at)| now >= at + REFUSAL_EVERY_MS) {
            self.refusal_told = Some((why, now));
            self.agent.input_refused(now, why, detail);
        }
    }

    fn tell_cursor(&mut self, now: u64) {
        let Some(rect) = self.agent.shown() else {
            return;
        };
        let here = Point::new(self.cursor.x - rect.x, self.cursor.y - rect.y);
        self.agent
            .cursor_at(now, here.x, here.y, rect.contains(self.cursor));
    }

    /// Does what the session asks for, until it asks for nothing more.
    async fn carry_out(&mut self) {
        if self.agent.shown() != self.pointed {
            self.pointed = self.agent.shown();
            let now = self.now();
            self.tell_cursor(now);
        }
        while let Some(output) = self.agent.poll() {
            match output {
                Output::Dial => {
                    self.hang_up().await;
                    let Some(endpoint) = self.endpoint.clone() else {
                        continue;
                    };
                    self.number += 1;
                    self.line = Some(Line::open(endpoint, self.number, self.news.clone()));
                }
                Output::Hangup => self.hang_up().await,
                Output::Transmit(message) => self.transmit(Some(message)),
                Output::Seal { pair, message } => {
                    let sealed = self.records.seal(pair, message);
                    self.transmit(sealed);
                }
                Output::Open { pair, ticket, work } => {
                    let opened = self.records.open(pair, work);
                    let now = self.now();
                    self.agent.opened(now, ticket, opened);
                }
                Output::Event(AgentEvent::View(view)) => self.show(view),
                Output::Event(AgentEvent::Inject(injection)) => self.inject(injection),
                Output::Event(AgentEvent::Abandon) => {
                    if let Some(hands) = &self.hands {
                        hands.abandon();
                    }
                }
                Output::Event(AgentEvent::SetClipboard(set)) => self.with_clipboard(|it| it.set(set)),
                Output::Event(AgentEvent::SetClipboardFiles(paths)) => {
                    self.with_clipboard(|it| it.set_files(paths));
                }
                Output::Event(AgentEvent::ClipboardCame(came)) => self.with_clipboard(|it| it.came(came)),
                Output::Event(AgentEvent::WatchClipboard(watch)) => {
                    // Nothing needs to be opened in order not to be looked at.
                    if watch || self.clipboard.is_some() {
                        self.with_clipboard(|it| it.watch(watch));
                    }
                }
                Output::Event(AgentEvent::Painted(region)) => {
                    // What was painted and is gone since is followed by a blank.
                    if let Some(picture) = self.agent.picture() {
                        (self.report)(Report::Painted(picture, &region));
                    }
                }
                Output::Event(AgentEvent::Picture(settled)) => (self.report)(Report::Picture(settled)),
                Output::Event(AgentEvent::Blank) => (self.report)(Report::Blank),
                Output::Event(AgentEvent::Disk(ask)) => self.ask_disk(ask),
                Output::Event(AgentEvent::Capture { display }) => self.capture(display),
                Output::Event(AgentEvent::Glance { display, side }) => self.glance(display, side),
                Output::Event(AgentEvent::Windows) => self.list_windows(),
                // A program keeps its root in memory and stores nothing on the customer's computer.
                Output::DerivePsk { .. } | Output::KeepRoot { .. } | Output::Persist(_) | Output::Forget => {}
            }
        }
    }

    /// Sends it; a line that cannot take it, and one on which a message is missing, is as good as gone.
    fn transmit(&mut self, message: Option<Vec<u8>>) {
        let taken = message.is_some_and(|message| self.line.as_ref().is_some_and(|line| line.send(message)));
        if !taken && self.line.take().is_some() {
            self.number += 1;
            let now = self.now();
            self.agent.disconnected(now);
        }
    }

    async fn hang_up(&mut self) {
        self.number += 1;
        if let Some(line) = self.line.take() {
            line.close().await;
        }
    }

    fn capture(&mut self, display: u32) {
        match (&self.screen, self.agent.place(display)) {
            (Some(screen), Some(place)) => {
                screen.capture(place, self.agent.parts(display).collect(), self.frame.take());
            }
            _ => {
                let now = self.now();
                self.agent.no_frame(now);
            }
        }
    }

    fn glance(&mut self, display: u32, side: u8) {
        match (&self.screen, self.agent.place(display)) {
            (Some(screen), Some(rect)) => screen.glance(display, rect, side),
            _ => {
                let now = self.now();
                self.agent.glanced(now, display, None);
            }
        }
    }

    fn list_windows(&mut self) {
        if let Some(screen) = &self.screen {
            screen.windows();
        } else {
            let now = self.now();
            self.agent.windows(now, &[]);
        }
    }

    /// The clipboard is opened when the customer allowed something of it, not before.
    fn with_clipboard(&mut self, order: impl FnOnce(&Clipboard) -> bool) {
        if self.clipboard.is_none() {
            match Clipboard::start(self.settings.display.clone(), self.edge.clone()) {
                Ok(clipboard) => self.clipboard = Some(clipboard),
                Err(error) => {
                    let now = self.now();
                    return self.agent.clipboard_refused(now, error.to_string());
                }
            }
        }
        if self.clipboard.as_ref().is_some_and(|clipboard| !order(clipboard)) {
            tracing::warn!("the clipboard takes no orders");
        }
    }

    fn ask_disk(&mut self, ask: DiskAsk) {
        let id = ask.id;
        if self.disk().is_none_or(|files| !files.ask(ask)) {
            let now = self.now();
            self.agent.disk(now, id, DiskAnswer::Fault(Fault::Failed));
        }
    }

    /// The session learns that there are files, the disk which: before it is asked where paths may begin.
    fn copied_files(&mut self, paths: Vec<PathBuf>, more: bool) {
        let now = self.now();
        if let Some(number) = self.agent.copied_files(now)
            && self.disk().is_none_or(|files| !files.copied(number, paths, more))
        {
            tracing::warn!("the disk takes no orders");
        }
    }

    /// The thread of the disk. It is started when the customer allowed something of it or of copies, and opens nothing before it is
    /// asked to.
    fn disk(&mut self) -> Option<&Files> {
        if self.files.is_none() {
            self.files = Files::start(self.edge.clone())
                .inspect_err(|error| tracing::warn!(%error, "no thread for the disk"))
                .ok();
        }
        self.files.as_ref()
    }

    fn inject(&mut self, injection: Injection) {
        // The operator was told that there are none.
        let Some(hands) = &self.hands else { return };
        let injection = match injection {
            Injection::Pointer { display, x, y } => {
                // The session lets no other one through than what is shown.
                let Some(origin) = self.agent.place(display.into()).map(Rect::origin) else {
                    return;
                };
                let (x, y) = (origin.x.saturating_add(x), origin.y.saturating_add(y));
                Injection::Pointer { display, x, y }
            }
            other => other,
        };
        if !hands.inject(injection) {
            tracing::warn!("input was dropped: too much waits");
        }
    }

    fn show(&mut self, view: Box<AgentView>) {
        let sharing = view.phase == "paired" && view.granted.contains(&Capability::View) && !view.paused;
        let wanted = self.agent.shown().filter(|_| sharing);
        if wanted != self.framed
            && let Some(overlay) = &mut self.overlay
        {
            let done = match wanted {
                Some(rect) => overlay.show(rect),
                None => overlay.hide(),
            };
            if let Err(error) = done {
                tracing::warn!(%error, "the frame is gone");
            }
            self.framed = wanted;
        }
        self.over = view.phase == "ended";
        (self.report)(Report::View(view));
    }

    /// Says goodbye and closes everything.
    async fn close(mut self) {
        self.carry_out().await;
        self.hang_up().await;
        self.screen = None;
        self.hands = None;
        // What the operator put on it goes with the session.
        self.clipboard = None;
        // What is unfinished is taken away before the program goes.
        self.files = None;
        if let Some(parting) = self.parting.take() {
            // A panic there was reported there.
            let _ended = parting.join();
        }
        self.overlay = None;
        (self.report)(Report::Done);
    }
}

/// What hides the desktop, as the session calls it.
fn hiding(obstacle: temoto_screen::Obstacle) -> Obstacle {
    match obstacle {
        temoto_screen::Obstacle::SecureDesktop => Obstacle::SecureDesktop,
        temoto_screen::Obstacle::Locked => Obstacle::Locked,
        temoto_screen::Obstacle::Away => Obstacle::Away,
    }
}
