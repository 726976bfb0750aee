//! Wires: what the session says goes to the windows, what the person does goes to the session. The windows are on the main
//! thread, the session on its own; whoever comes first holds the state for the moment of a decision and waits for nobody.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use temoto_agent_ui::{
    Area, AskReason, Capabilities, Capability as Shown, ChatLine, CodeTrouble, ConnectPhase, Lang, ShownView,
    UiEvent, UiHandle, View,
};
use temoto_crypto::RootKeeping;
use temoto_crypto::code::Code;
use temoto_driver::{Driver, Order, Report, Settings};
use temoto_input::{OwnWindows, Rescue};
use temoto_session::permission::Capability;
use temoto_session::view::AgentView;
use temoto_session::{AgentCommand, AgentSettings};
use temoto_transport::Endpoint;
use temoto_wire::relay::Role;

use crate::options::Options;
use crate::pictures::{Pictures, shown};
use crate::present::{Context, meant, picture};
use crate::start::{Start, typed_server};
use crate::system;

/// The end is shown this long unless the person closes it before.
const END_SHOWN: Duration = Duration::from_secs(60);
/// What was said last may take this long to leave.
const GOODBYE: Duration = Duration::from_secs(4);

/// The program between its windows and its session.
pub struct App {
    display: Option<String>,
    own: OwnWindows,
    /// Lets go of what is pressed if the program dies.
    rescue: Mutex<Option<Rescue>>,
    state: Mutex<State>,
    /// Whether the goodbye is said, and who waits for it.
    closed: (Mutex<bool>, Condvar),
}

struct State {
    ui: Option<UiHandle>,
    driver: Option<Driver>,
    lang: Lang,
    /// The place that the program's name told.
    place: Option<(Endpoint, String)>,
    host: String,
    by_code: bool,
    answered: bool,
    unreachable: Option<String>,
    view: Option<Box<AgentView>>,
    shown: Option<View>,
    screen: Option<ShownView>,
    chat: Vec<ChatLine>,
    pictures: Pictures,
    windows: Vec<u64>,
    leaving: bool,
}

impl App {
    /// A program that shows and does nothing yet.
    pub fn new(options: &Options) -> Self {
        Self {
            display: options.display.clone(),
            own: OwnWindows::of_this_process(),
            rescue: Mutex::new(None),
            state: Mutex::new(State {
                ui: None,
                driver: None,
                lang: options.lang,
                place: None,
                host: String::new(),
                by_code: false,
                answered: false,
                unreachable: None,
                view: None,
                shown: None,
                screen: None,
                chat: Vec::new(),
                pictures: Pictures::default(),
                windows: Vec::new(),
                leaving: false,
            }),
            closed: (Mutex::new(false), Condvar::new()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is a plain store: a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The windows are there.
    pub fn attach(&self, ui: UiHandle) {
        self.lock().ui = Some(ui);
    }

    /// Starts the session and goes where the name told, or asks.
    ///
    /// # Errors
    /// The session cannot be started.
    pub fn begin(self: &Arc<Self>, start: Start) -> anyhow::Result<()> {
        let mut state = self.lock();
        let settings = Settings {
            display: self.display.clone(),
            agent: AgentSettings {
                role: Role::Program,
                keeping: RootKeeping::Machine,
                signed: false,
                build: concat!("temoto ", env!("CARGO_PKG_VERSION")).to_owned(),
                about: system::about(state.lang),
            },
            own: self.own.clone(),
        };
        let app = Arc::clone(self);
        state.driver = Some(Driver::start(settings, move |report| app.report(report))?);
        match start {
            Start::Token(server) => {
                state.host.clone_from(&server.endpoint.authority);
                state.place = Some((server.endpoint, server.token));
                let host = state.host.clone();
                state.show(View::Connecting {
                    host,
                    phase: ConnectPhase::Reaching,
                });
                state.join_by_token();
            }
            Start::Ask => state.ask(None, false),
        }
        Ok(())
    }

    /// The session says something; on its own thread.
    fn report(&self, report: Report<'_>) {
        match report {
            Report::Hands(rescue) => {
                *self.rescue.lock().unwrap_or_else(PoisonError::into_inner) = Some(rescue);
            }
            Report::View(view) => self.lock().viewed(view),
            Report::Painted(picture, region) => {
                // Painting takes its time; nobody is kept waiting for the state meanwhile.
                let ui = self.lock().ui.clone();
                if let Some(ui) = ui {
                    let changed = region.iter().map(|rect| Area {
                        x: rect.x,
                        y: rect.y,
                        width: rect.width,
                        height: rect.height,
                    });
                    ui.paint(picture.width(), picture.pixels(), changed);
                }
            }
            Report::Picture(settled) => {
                // Reading it takes its time, too.
                if let Some(picture) = shown(&settled) {
                    let mut state = self.lock();
                    state.pictures.keep(settled.id, picture);
                    state.refresh();
                }
            }
            Report::Blank => {
                let ui = self.lock().ui.clone();
                if let Some(ui) = ui {
                    ui.blank();
                }
            }
            Report::Unreachable(why) => {
                let mut state = self.lock();
                state.unreachable = Some(why);
                state.refresh();
            }
            Report::Done => {
                let mut state = self.lock();
                if !matches!(state.shown, Some(View::Ended { .. })) {
                    state.quit();
                }
            }
        }
    }

    /// The person did something; on the windows' thread.
    pub fn ui_event(&self, event: UiEvent) {
        let mut state = self.lock();
        if let UiEvent::OwnWindows(windows) = event {
            for &gone in state.windows.iter().filter(|window| !windows.contains(window)) {
                self.own.remove_window(gone);
            }
            for &window in &windows {
                self.own.add_window(window);
            }
            state.windows = windows;
        } else {
            state.pressed(event);
            state.refresh();
        }
    }

    /// The system wants the program gone: the session is left, then the windows close. Returns when the goodbye is said, as
    /// the process may end right afterwards; not to be called from the windows' thread.
    pub fn quit(&self) {
        self.lock().leave();
        let (closed, told) = &self.closed;
        let closed = closed.lock().unwrap_or_else(PoisonError::into_inner);
        // Whatever comes of it, nobody waits any longer.
        let _late = told.wait_timeout_while(closed, GOODBYE, |closed| !*closed);
    }

    /// Says goodbye, for a bounded time.
    pub fn close(&self) {
        self.say_goodbye();
        let (closed, told) = &self.closed;
        *closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        told.notify_all();
    }

    fn say_goodbye(&self) {
        let driver = self.lock().driver.take();
        let Some(driver) = driver else { return };
        let (done, gone) = sync_channel(1);
        let waiter = std::thread::Builder::new().spawn(move || {
            driver.join();
            // Nobody waits any more if it took too long.
            let _late = done.try_send(());
        });
        if waiter.is_err() || gone.recv_timeout(GOODBYE).is_err() {
            self.let_go();
        }
    }

    /// The session is left at once, without a word, because the program breaks off. `false` if that cannot be: the part of the
    /// program that breaks off may hold what is needed.
    pub fn cut(&self) -> bool {
        self.let_go();
        let Ok(state) = self.state.try_lock() else {
            return false;
        };
        state.order(AgentCommand::Leave);
        true
    }

    /// Nothing stays pressed, whatever happened to the session's threads. Waits for nobody: a panic may hold a lock.
    pub fn let_go(&self) {
        if let Ok(rescue) = self.rescue.try_lock()
            && let Some(rescue) = &*rescue
        {
            rescue.release();
        }
    }
}

impl State {
    fn order(&self, command: AgentCommand) {
        if let Some(driver) = &self.driver {
            // A session that takes no more orders is over, and says so by itself.
            driver.order(Order::Customer(command));
        }
    }

    fn endpoint(&self, endpoint: Endpoint) {
        if let Some(driver) = &self.driver {
            driver.order(Order::Endpoint(endpoint));
        }
    }

    fn join_by_token(&self) {
        if let Some((endpoint, token)) = &self.place {
            self.endpoint(endpoint.clone());
            self.order(AgentCommand::JoinToken {
                host: endpoint.authority.clone(),
                token: token.clone(),
            });
        }
    }

    fn viewed(&mut self, view: Box<AgentView>) {
        if view.phase != "connecting" {
            self.unreachable = None;
        }
        let closed = view.phase == "ended" && view.reason == Some("closed");
        self.view = Some(view);
        if closed || self.leaving {
            self.quit();
        } else {
            self.refresh();
        }
    }

    /// Shows what changed, and only that.
    fn refresh(&mut self) {
        let Some(view) = self.view.as_deref().filter(|_| !self.leaving) else {
            return;
        };
        let picture = picture(
            view,
            &Context {
                host: &self.host,
                lang: self.lang,
                by_code: self.by_code,
                answered: self.answered,
                unreachable: self.unreachable.as_deref(),
                time_of_day: system::time_of_day,
                pictures: &self.pictures,
            },
        );
        if let Some(ui) = &self.ui {
            ui.bar(picture.bar);
            if picture.shown != self.screen {
                ui.shown(picture.shown.clone());
            }
            let known = self.chat.len();
            if picture.chat.get(..known) == Some(&self.chat[..]) && known > 0 {
                picture.chat[known..]
                    .iter()
                    .for_each(|line| ui.chat(line.clone()));
            } else if picture.chat != self.chat {
                ui.replace_chat(picture.chat.clone());
            }
        }
        self.screen = picture.shown;
        self.chat = picture.chat;
        self.show(picture.view);
    }

    fn show(&mut self, view: View) {
        if self.shown.as_ref() == Some(&view) {
            return;
        }
        let over = matches!(view, View::Ended { .. });
        if let Some(ui) = &self.ui {
            ui.show(view.clone());
            if over && !matches!(self.shown, Some(View::Ended { .. })) {
                let ui = ui.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(END_SHOWN);
                    ui.quit();
                });
            }
        }
        self.shown = Some(view);
    }

    fn ask(&mut self, trouble: Option<CodeTrouble>, busy: bool) {
        self.show(View::AskCode {
            reason: AskReason::NoPlace,
            server: None,
            trouble,
            busy,
        });
    }

    fn quit(&mut self) {
        self.leaving = true;
        if let Some(ui) = &self.ui {
            ui.quit();
        }
    }

    fn leave(&mut self) {
        self.order(AgentCommand::Leave);
        self.quit();
    }

    fn pressed(&mut self, event: UiEvent) {
        match event {
            UiEvent::Connect { server, code } => self.connect(&server, code),
            UiEvent::Allow(chosen) => {
                self.answered = true;
                self.allow(chosen);
            }
            UiEvent::Decline => {
                self.answered = true;
                self.order(AgentCommand::Decline);
                // The talk goes on, and the bar is where to allow it after all.
                if let Some(ui) = &self.ui {
                    ui.open_chat();
                }
            }
            UiEvent::Answer(asked, yes) => self.answer(asked, yes),
            UiEvent::Give(capability) => self.answer(capability, true),
            UiEvent::Withdraw(shown) => self.order(AgentCommand::Withdraw {
                capability: meant(shown),
            }),
            UiEvent::StopCopying(transfer) => self.order(AgentCommand::StopTransfer { transfer }),
            UiEvent::Pause => self.order(AgentCommand::Pause { paused: true }),
            UiEvent::Resume => self.order(AgentCommand::Pause { paused: false }),
            UiEvent::CloseShown => self.order(AgentCommand::CloseShown),
            UiEvent::Repaint => self.order(AgentCommand::Repaint),
            UiEvent::End => self.order(AgentCommand::End { emergency: false }),
            UiEvent::Say(text) => self.order(AgentCommand::Chat { text }),
            UiEvent::Retry => {
                self.unreachable = None;
                if self.view.as_ref().is_some_and(|view| view.phase == "refused") {
                    self.join_by_token();
                } else {
                    self.order(AgentCommand::Online);
                }
            }
            UiEvent::Leave => self.leave(),
            UiEvent::Language(lang) => self.lang = lang,
            UiEvent::ChatShown(_) | UiEvent::OwnWindows(_) => {}
        }
    }

    fn answer(&self, shown: Shown, yes: bool) {
        self.order(AgentCommand::Answer {
            capability: meant(shown),
            yes,
        });
    }

    /// The answer to the first question: these, and nothing else.
    fn allow(&self, chosen: Capabilities) {
        let capabilities = [
            chosen.view.then_some(Capability::View),
            chosen.control.then_some(Capability::Control),
        ];
        self.order(AgentCommand::Allow {
            capabilities: capabilities.into_iter().flatten().collect(),
        });
    }

    fn connect(&mut self, server: &str, code: String) {
        let Some(endpoint) = typed_server(server) else {
            return self.ask(Some(CodeTrouble::NoServer), false);
        };
        if Code::parse(&code).is_err() {
            return self.ask(Some(CodeTrouble::NotFound), false);
        }
        self.by_code = true;
        self.unreachable = None;
        self.host.clone_from(&endpoint.authority);
        let host = endpoint.authority.clone();
        self.endpoint(endpoint);
        self.order(AgentCommand::Join {
            host,
            digits: code,
            key: None,
            system: String::new(),
            software: String::new(),
            language: String::new(),
        });
        // What was refused before is not shown again while this try runs.
        if let Some(view) = &mut self.view {
            view.phase = "connecting";
        }
        self.ask(None, true);
    }
}
