//! The operator's end without a browser: the console of `core/session`, the disk of `edge/files`, and a line through TLS as a browser
//! dials it. What a browser adds (WebAssembly, its own storage) is measured with one, see `browser.rs`.

mod socket;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use temoto_crypto::{Secret32, derive_run_psk};
use temoto_driver::Records;
use temoto_files::Disk;
use temoto_files::fake::FakeSystem;
use temoto_session::channel::files::{DiskAnswer, DiskAsk, DiskWork, Place};
use temoto_session::view::ConsoleView;
use temoto_session::{Console, ConsoleCommand, ConsoleEvent, FileDone, Output, base64_of};
use tokio::sync::mpsc;

pub use socket::Target;
use socket::{Line, LineEvent};

/// Orders, news, asks and reports that may wait.
const WAITING: usize = 4_096;
/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(600);

/// What happened.
pub enum Report {
    /// The public key for the server's statement (base64).
    Key(String),
    /// What there is to show.
    View(Box<ConsoleView>),
    /// A file arrived at its end.
    Done(Box<FileDone>),
    /// A command was refused.
    Refused(String),
}

enum Order {
    Command(Box<ConsoleCommand>),
    /// The files of a transfer go into this folder, or are in it.
    Disk(u32, DiskWork),
}

/// A console on a thread of its own. Dropping it ends everything.
pub struct Operator {
    orders: Option<mpsc::Sender<Order>>,
    reports: Receiver<Report>,
    thread: Option<JoinHandle<()>>,
}

impl Operator {
    /// Starts it; its disk is this folder.
    pub fn start(target: Target, folder: &Path) -> Result<Self> {
        let (orders, inbox) = mpsc::channel(WAITING);
        let (tell, reports) = sync_channel(WAITING);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let disk = Disk::new(FakeSystem::new(folder));
        let thread = std::thread::Builder::new()
            .name("console".to_owned())
            .spawn(move || {
                runtime.block_on(run(Arc::new(target), disk, inbox, tell));
            })?;
        Ok(Self {
            orders: Some(orders),
            reports,
            thread: Some(thread),
        })
    }

    /// The next thing that happened of which `pick` makes something.
    pub fn wait<T>(&self, what: &str, mut pick: impl FnMut(Report) -> Option<T>) -> Result<T> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self
                .reports
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(Report::Refused(why)) => bail!("{what}: {why}"),
                Ok(report) => {
                    if let Some(found) = pick(report) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => bail!("no {what}"),
            }
        }
    }

    /// The next view of which `pick` makes something.
    pub fn view<T>(&self, what: &str, mut pick: impl FnMut(&ConsoleView) -> Option<T>) -> Result<T> {
        self.wait(what, |report| match report {
            Report::View(view) => pick(&view),
            Report::Key(_) | Report::Done(_) | Report::Refused(_) => None,
        })
    }

    /// What the operator does.
    pub fn command(&self, command: ConsoleCommand) -> Result<()> {
        self.order(Order::Command(Box::new(command)))
    }

    /// Where the files of a transfer are to go, or are.
    pub fn disk(&self, transfer: u32, work: DiskWork) -> Result<()> {
        self.order(Order::Disk(transfer, work))
    }

    fn order(&self, order: Order) -> Result<()> {
        let orders = self.orders.as_ref().context("a running console")?;
        orders.try_send(order).ok().context("the console takes no orders")
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.orders = None;
        // What it still says is heard, so that it does not wait for it.
        while self.reports.recv_timeout(PATIENCE).is_ok() {}
        if let Some(thread) = self.thread.take() {
            // A panic there was reported there.
            let _ended = thread.join();
        }
    }
}

/// The folder of the operator's disk.
pub fn folder() -> Place {
    Place {
        root: "desktop".to_owned(),
        path: Vec::new(),
    }
}

async fn run(
    target: Arc<Target>,
    mut disk: Disk<FakeSystem>,
    mut orders: mpsc::Receiver<Order>,
    tell: SyncSender<Report>,
) {
    let (news, mut lines) = mpsc::channel(WAITING);
    let (asks, inbox) = sync_channel::<DiskAsk>(WAITING);
    let (answer, mut answers) = mpsc::channel::<(u32, DiskAnswer)>(WAITING);
    let worker = std::thread::spawn(move || {
        while let Ok(ask) = inbox.recv() {
            let id = ask.id;
            if let Some(done) = disk.work(ask) {
                let _unheard = answer.blocking_send((id, done));
            }
        }
    });
    let mut seed = [0; 32];
    if getrandom::fill(&mut seed).is_err() {
        return;
    }
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let unix = u64::try_from(unix.as_millis()).unwrap_or(0);
    let mut end = End {
        console: Console::new(seed, 0, unix),
        began: Instant::now(),
        target,
        line: None,
        number: 0,
        news,
        asks,
        roots: Vec::new(),
        records: Records::new(),
        tell,
    };
    end.console.compute_outside();
    end.say(Report::Key(base64_of(end.console.public_key())));
    loop {
        end.drain();
        let deadline = end.console.next_timeout();
        let wait = async {
            match deadline {
                Some(at) => tokio::time::sleep_until((end.began + Duration::from_millis(at)).into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => end.order(order),
                None => break,
            },
            Some((number, event)) = lines.recv() => end.line_event(number, event),
            Some((id, answer)) = answers.recv() => {
                let now = end.now();
                end.console.disk(now, id, answer);
            }
            () = wait => {
                let now = end.now();
                end.console.timeout(now);
            }
        }
    }
    drop(answers);
    drop(end);
    // A panic there was reported there.
    let _ended = worker.join();
}

struct End {
    console: Console,
    began: Instant,
    target: Arc<Target>,
    line: Option<Line>,
    number: u64,
    news: mpsc::Sender<(u64, LineEvent)>,
    asks: SyncSender<DiskAsk>,
    roots: Vec<(u8, Secret32)>,
    records: Records,
    tell: SyncSender<Report>,
}

impl End {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn say(&self, report: Report) {
        // Nobody listens any more when the measuring is over.
        let _unheard = self.tell.send(report);
    }

    fn order(&mut self, order: Order) {
        let now = self.now();
        match order {
            Order::Command(command) => {
                if let Err(error) = self.console.command(now, *command) {
                    self.say(Report::Refused(error.to_string()));
                }
            }
            // The console knows no ask 0, so what comes of it is not heard.
            Order::Disk(transfer, work) => self.ask(DiskAsk {
                id: 0,
                transfer,
                work,
            }),
        }
    }

    fn ask(&self, ask: DiskAsk) {
        if self.asks.try_send(ask).is_err() {
            self.say(Report::Refused("the disk takes no asks".to_owned()));
        }
    }

    fn line_event(&mut self, number: u64, event: LineEvent) {
        if number != self.number {
            return;
        }
        let now = self.now();
        match event {
            LineEvent::Open => self.console.connected(now),
            LineEvent::Message(message) => self.console.message(now, &message),
            LineEvent::Gone(why) => {
                self.line = None;
                if !why.is_empty() {
                    self.say(Report::Refused(why));
                }
                self.console.disconnected(now);
            }
        }
    }

    fn transmit(&mut self, message: Option<Vec<u8>>) {
        let taken = message.is_some_and(|message| self.line.as_ref().is_some_and(|line| line.send(message)));
        if !taken && self.line.take().is_some() {
            self.number += 1;
            let now = self.now();
            self.console.disconnected(now);
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.console.poll() {
            match output {
                Output::Dial => {
                    self.number += 1;
                    self.line = Some(Line::open(
                        Arc::clone(&self.target),
                        self.number,
                        self.news.clone(),
                    ));
                }
                Output::Hangup => {
                    self.number += 1;
                    self.line = None;
                }
                Output::Transmit(message) => self.transmit(Some(message)),
                Output::Seal { pair, message } => {
                    let sealed = self.records.seal(pair, message);
                    self.transmit(sealed);
                }
                Output::Open { pair, ticket, work } => {
                    let opened = self.records.open(pair, work);
                    let now = self.now();
                    self.console.opened(now, pair, ticket, opened);
                }
                Output::KeepRoot { pair, root } => self.roots.push((pair, root)),
                Output::DerivePsk { pair, n } => {
                    let root = self.roots.iter().rev().find(|(of, _)| *of == pair);
                    if let Some(psk) = root.map(|(_, root)| derive_run_psk(root, n)) {
                        let now = self.now();
                        self.console.psk(now, pair, n, &psk);
                    }
                }
                // This end is never loaded anew.
                Output::Persist(_) | Output::Forget => {}
                Output::Event(ConsoleEvent::View(view)) => self.say(Report::View(view)),
                Output::Event(ConsoleEvent::FileDone(done)) => self.say(Report::Done(done)),
                Output::Event(ConsoleEvent::Disk(ask)) => self.ask(ask),
                Output::Event(_) => {}
            }
        }
    }
}
