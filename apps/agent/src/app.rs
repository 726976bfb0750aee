//! Threads and wires: the windows on the main thread, the session on its own, and one that carries the flow between them.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, Local};
use temoto_agent_ui::{AgentUi, Lang, Theme, UiError, UiHandle, UiOptions};
use temoto_crypto::RootKeeping;
use temoto_driver::{Driver, DriverError, Order, Report, Settings};
use temoto_input::OwnWindows;
use temoto_instance::{Acquired, Listener};
use temoto_session::{AgentCommand, AgentSettings};
use temoto_wire::relay::Role;

use crate::about;
use crate::args::Args;
use crate::flow::{Effect, Flow, Input};
use crate::start::{Plan, plan};

/// Inputs that may wait. A press that finds no room is lost, as one on a frozen window would be.
const INPUTS: usize = 256;
/// The flow's thread looks up at least this often.
const REST: Duration = Duration::from_secs(3_600);
/// What was said last may take this long to leave.
const GOODBYE: Duration = Duration::from_secs(4);
/// A program that nobody told a place shares one with its like.
const NO_PLACE: &str = "asking for server and code";

/// Why the program does not run, each in one sentence for the terminal.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No display.
    #[error("no window can be opened on {display}: start temoto in a desktop session ({reason})")]
    NoWindow {
        /// Where it was tried.
        display: String,
        /// In the toolkit's words.
        reason: String,
    },
    /// The session cannot start.
    #[error("the session cannot be started: {0}")]
    Driver(#[from] DriverError),
    /// A thread cannot start.
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// Runs the program until it is closed.
///
/// # Errors
/// See [`AppError`]. A second start of the same program is none: the first comes forward.
pub fn run(args: Args) -> Result<(), AppError> {
    let plan = plan(args.names.iter().cloned().chain(own_file()));
    let place = match &plan {
        Plan::Token { token, .. } => token.as_str(),
        Plan::Ask => NO_PLACE,
    };
    let listener = match temoto_instance::acquire(place) {
        Ok(Acquired::Running { .. }) => return Ok(()),
        Ok(Acquired::First(listener)) => Some(listener),
        // It runs all the same; a second start will not find it.
        Err(_) => None,
    };

    let (inputs, inbox) = sync_channel(INPUTS);
    let ui = windows(&args, inputs.clone())?;
    let own = OwnWindows::of_this_process();
    let driver = session(&args, own.clone(), inputs.clone())?;
    if let Some(listener) = listener {
        come_forward_when_asked(listener, inputs)?;
    }
    let app = App {
        flow: Flow::new(plan, args.lang, time_of_day),
        ui: ui.handle(),
        driver,
        own,
        windows: Vec::new(),
        late_at: None,
    };
    let (done, ended) = sync_channel(1);
    std::thread::Builder::new()
        .name("flow".to_owned())
        .spawn(move || {
            app.run(&inbox);
            // The main thread may be gone already.
            let _unheard = done.try_send(());
        })?;
    let ran = ui.run();
    // Whether it is done or late: the program ends now.
    let _ended = ended.recv_timeout(GOODBYE);
    ran.map_err(|error| no_window(&args, error))
}

/// The file's own name where the way it was called says nothing.
fn own_file() -> Option<String> {
    let file = std::env::current_exe().ok()?;
    Some(file.file_name()?.to_string_lossy().into_owned())
}

fn windows(args: &Args, inputs: SyncSender<Input>) -> Result<AgentUi, AppError> {
    let options = UiOptions {
        lang: args.lang,
        theme: Theme::System,
        calm: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        display: args.display.clone(),
    };
    AgentUi::new(options, move |event| {
        // The windows never wait.
        let _full = inputs.try_send(Input::Ui(event));
    })
    .map_err(|error| no_window(args, error))
}

fn no_window(args: &Args, error: UiError) -> AppError {
    let UiError::NoWindow(reason) = error;
    let display = args.display.clone().or_else(|| std::env::var("DISPLAY").ok());
    AppError::NoWindow {
        display: display.unwrap_or_else(|| "any display".to_owned()),
        reason,
    }
}

fn session(args: &Args, own: OwnWindows, inputs: SyncSender<Input>) -> Result<Driver, DriverError> {
    let settings = Settings {
        display: args.display.clone(),
        agent: AgentSettings {
            role: Role::Program,
            keeping: RootKeeping::Machine,
            signed: false,
            build: about::build(),
            about: about::about(args.lang),
        },
        own,
    };
    Driver::start(settings, move |report| {
        let input = match report {
            Report::View(view) => Input::View(view),
            Report::Unreachable(why) => Input::Unreachable(why),
            Report::Done => Input::Done,
        };
        // The flow being gone is the one error, and then the program ends.
        let _gone = inputs.send(input);
    })
}

fn come_forward_when_asked(mut listener: Listener, inputs: SyncSender<Input>) -> Result<(), AppError> {
    std::thread::Builder::new()
        .name("instance".to_owned())
        .spawn(move || {
            while let Ok(asked) = listener.wait(REST) {
                if asked.is_some() && inputs.send(Input::Forward).is_err() {
                    break;
                }
            }
        })?;
    Ok(())
}

/// Hours and minutes of the customer's own clock.
fn time_of_day(unix_ms: u64) -> String {
    let at = i64::try_from(unix_ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    at.map(|at| at.with_timezone(&Local).format("%H:%M").to_string())
        .unwrap_or_default()
}

struct App {
    flow: Flow,
    ui: UiHandle,
    driver: Driver,
    own: OwnWindows,
    windows: Vec<u64>,
    late_at: Option<Instant>,
}

impl App {
    /// Until the flow quits; then the windows go first and the session says goodbye.
    fn run(mut self, inbox: &Receiver<Input>) {
        let mut effects = self.flow.begin();
        loop {
            for effect in std::mem::take(&mut effects) {
                if let Effect::Quit = effect {
                    self.ui.quit();
                    self.driver.join();
                    return;
                }
                self.carry_out(effect);
            }
            let rest = self
                .late_at
                .map_or(REST, |at| at.saturating_duration_since(Instant::now()));
            effects = match inbox.recv_timeout(rest) {
                Ok(input) => self.flow.take(input),
                Err(RecvTimeoutError::Timeout) if self.late_at.is_some() => self.flow.take(Input::Late),
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => vec![Effect::Quit],
            };
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Endpoint(endpoint) => self.order(Order::Endpoint(endpoint)),
            Effect::Order(command) => self.order(Order::Customer(command)),
            Effect::Show(view) => self.ui.show(view),
            Effect::Bar(bar) => self.ui.bar(bar),
            Effect::Chat(lines) => lines.into_iter().for_each(|line| self.ui.chat(line)),
            Effect::ReplaceChat(lines) => self.ui.replace_chat(lines),
            Effect::OpenChat => self.ui.open_chat(),
            Effect::Forward => self.ui.bring_forward(),
            Effect::OwnWindows(windows) => self.set_windows(windows),
            Effect::CloseAfter(after) => self.late_at = Instant::now().checked_add(after),
            Effect::Quit => {}
        }
    }

    fn order(&self, order: Order) {
        let leaves = matches!(
            order,
            Order::Customer(AgentCommand::Leave | AgentCommand::End { .. })
        );
        // A driver that is done or hopelessly behind cannot say goodbye any more; it is dropped with the program.
        if !self.driver.order(order) && leaves {
            self.ui.quit();
        }
    }

    fn set_windows(&mut self, windows: Vec<u64>) {
        for &gone in self.windows.iter().filter(|window| !windows.contains(window)) {
            self.own.remove_window(gone);
        }
        for &window in &windows {
            self.own.add_window(window);
        }
        self.windows = windows;
    }
}
