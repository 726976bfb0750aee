//! One end of a session with the shell that a test gives it: memory instead of a disk, a picture instead of a screen.

use std::collections::BTreeMap;
use std::path::PathBuf;

use temoto_codec::{FrameView, Framebuffer};
use temoto_crypto::{Outside, Secret32, Unsealed, derive_run_psk};
use temoto_geometry::{Point, Rect, Region, Size};
use temoto_session::channel::clipboard::{Clip, ClipCame, ClipSet};
use temoto_session::channel::files::names::is_safe;
use temoto_session::channel::files::{DiskAnswer, DiskAsk, DiskWork, Fault, Listed, copied, is_plain_name};
use temoto_session::channel::glance::shrink;
use temoto_session::channel::input::Injection;
use temoto_session::channel::pictures::Settled;
use temoto_session::permission::Capability;
use temoto_session::view::{AgentView, ConsoleView};
use temoto_session::{Agent, AgentEvent, Console, ConsoleEvent, FileDone, Output};

use crate::disk::{Disk, place_of};

/// What a disk that stands is asked and will do later: as much as a program's may wait.
const ASKS: usize = 256;

/// Who a node is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Who {
    /// The operator's console.
    Console,
    /// The customer's page.
    Page,
    /// The customer's program.
    Program,
    /// A further one: somebody else's, or a second computer.
    Other,
}

/// The machine of a node.
#[expect(clippy::large_enum_variant, reason = "a test has four of them")]
pub enum Machine {
    /// The operator's.
    Console(Console),
    /// The customer's.
    Agent(Agent),
}

/// What a node wants of the world.
pub enum Wish {
    /// A connection.
    Dial,
    /// None any more.
    Hangup,
    /// A message to the relay.
    Send(Vec<u8>),
}

/// Records without their seal, one after the other.
#[derive(Debug, Default)]
pub struct Plain {
    /// What was sent.
    pub said: Vec<u8>,
    /// What came.
    pub heard: Vec<u8>,
}

/// One end.
pub struct Node {
    /// Its machine.
    pub machine: Machine,
    /// What it stored.
    pub stored: Option<String>,
    /// Roots that it keeps.
    pub roots: BTreeMap<u8, Secret32>,
    /// What pages compute outside of their machine: keys of a pair's records, to seal (true) and to open.
    record_keys: BTreeMap<(u8, bool), Secret32>,
    /// What it sealed and opened outside, in plain, where somebody looks at it.
    pub plain: Option<Plain>,
    /// How many records it sealed and opened outside.
    pub outside: (u32, u32),
    /// Its newest view, as a console.
    pub console_view: Option<ConsoleView>,
    /// Its newest view, as an agent.
    pub agent_view: Option<AgentView>,
    /// How often an agent told one.
    pub agent_views: u32,
    /// What was done to its keyboard and pointer.
    pub injected: Vec<Injection>,
    /// What an operator got of the customer's clipboard, one after the other.
    pub clipboards: Vec<Clip>,
    /// What a customer's clipboard was set to, one after the other.
    pub clip_sets: Vec<ClipSet>,
    /// The files that were put on it, by their paths, one time after the other.
    pub clip_files: Vec<Vec<PathBuf>>,
    /// What came of it when somebody pasted.
    pub clip_came: Vec<ClipCame>,
    /// Pictures of the chat that it has, or learned to be gone.
    pub pictures: Vec<Settled>,
    /// Where its windows are.
    pub windows: Vec<Rect>,
    /// What it was told of the other end's, one after the other.
    pub windows_told: Vec<Vec<Rect>>,
    /// Its disk.
    pub disk: Disk,
    /// What its disk is asked while it does nothing.
    pub disk_stands: bool,
    asked: Vec<DiskAsk>,
    /// What was listed of the other end's folder.
    pub listed: Vec<Listed>,
    /// What went wrong with it, one after the other.
    pub list_faults: Vec<temoto_session::channel::files::Fault>,
    /// What became of changes in the other end's folders.
    pub changes: Vec<(u32, Option<temoto_session::channel::files::Fault>, u32)>,
    /// Files that arrived.
    pub arrived: Vec<FileDone>,
    /// Whether it is to tell what is copied.
    pub watched: bool,
    /// How often what was not done yet was taken back.
    pub abandoned: u32,
    /// What its screen shows, or what a page or console picked of it to share.
    pub desktop: Option<Framebuffer>,
    /// How often a capture was taken.
    pub captures: u32,
    /// Captures are asked for and not taken: a screen that is busy.
    pub busy: bool,
    /// Small pictures that came, as a console, with their display.
    pub thumbnails: Vec<(u8, Framebuffer)>,
    /// Areas that were painted on the console's canvas.
    pub painted: Vec<Region>,
    /// How often that canvas was made empty.
    pub blanked: u32,
    /// How often it asked for another code.
    pub codes_wanted: u32,
    /// Whether its connection is open.
    pub online: bool,
}

impl Node {
    /// Around a machine.
    #[must_use]
    pub fn new(machine: Machine) -> Self {
        Self {
            machine,
            stored: None,
            roots: BTreeMap::new(),
            record_keys: BTreeMap::new(),
            plain: None,
            outside: (0, 0),
            console_view: None,
            agent_view: None,
            agent_views: 0,
            injected: Vec::new(),
            clipboards: Vec::new(),
            clip_sets: Vec::new(),
            clip_files: Vec::new(),
            clip_came: Vec::new(),
            pictures: Vec::new(),
            windows: Vec::new(),
            windows_told: Vec::new(),
            disk: Disk::default(),
            disk_stands: false,
            asked: Vec::new(),
            listed: Vec::new(),
            list_faults: Vec::new(),
            changes: Vec::new(),
            arrived: Vec::new(),
            watched: false,
            abandoned: 0,
            desktop: None,
            captures: 0,
            busy: false,
            thumbnails: Vec::new(),
            painted: Vec::new(),
            blanked: 0,
            codes_wanted: 0,
            online: false,
        }
    }

    /// Does everything that the machine asks for; what it wants of the world is returned in order.
    pub fn drain(&mut self, now_ms: u64) -> Vec<Wish> {
        let mut wishes = Vec::new();
        loop {
            let wish = match &mut self.machine {
                Machine::Console(console) => {
                    let Some(output) = console.poll() else { break };
                    self.console_output(now_ms, output)
                }
                Machine::Agent(agent) => {
                    let Some(output) = agent.poll() else { break };
                    self.agent_output(now_ms, output)
                }
            };
            wishes.extend(wish);
        }
        wishes
    }

    fn console_output(&mut self, now_ms: u64, output: Output<ConsoleEvent>) -> Option<Wish> {
        match output {
            Output::Event(ConsoleEvent::View(view)) => self.console_view = Some(*view),
            Output::Event(ConsoleEvent::Clipboard(clip)) => self.clipboards.push(clip),
            Output::Event(ConsoleEvent::Picture(settled)) => self.pictures.push(settled),
            Output::Event(ConsoleEvent::CodeWanted) => self.codes_wanted += 1,
            Output::Event(ConsoleEvent::Capture) => {
                self.captures += 1;
                if let (Some(desktop), Machine::Console(console)) = (&self.desktop, &mut self.machine) {
                    let view = desktop.view().expect("a picture of a possible size");
                    console
                        .show_frame(now_ms, view)
                        .expect("a frame of a possible size");
                }
            }
            Output::Event(ConsoleEvent::Thumbnail { display, picture }) => {
                self.thumbnails.push((display, picture));
            }
            Output::Event(ConsoleEvent::Blank) => self.blanked += 1,
            Output::Event(ConsoleEvent::Painted(region)) => self.painted.push(region),
            Output::Event(ConsoleEvent::Windows(windows)) => self.windows_told.push(windows),
            Output::Event(ConsoleEvent::Disk(ask)) => self.disk_asked(now_ms, ask),
            Output::Event(ConsoleEvent::Folder { entries, fault, .. }) => {
                self.listed.extend(entries);
                self.list_faults.extend(fault);
            }
            Output::Event(ConsoleEvent::FolderChanged {
                request,
                fault,
                token,
            }) => self.changes.push((request, fault, token)),
            Output::Event(ConsoleEvent::FileDone(done)) => self.arrived.push(*done),
            Output::Event(ConsoleEvent::Key(_) | ConsoleEvent::Cursor(_) | ConsoleEvent::CursorShape(_)) => {}
            other => return self.common(now_ms, other),
        }
        None
    }

    fn agent_output(&mut self, now_ms: u64, output: Output<AgentEvent>) -> Option<Wish> {
        match output {
            Output::Event(AgentEvent::View(view)) => {
                self.agent_view = Some(*view);
                self.agent_views += 1;
            }
            Output::Event(AgentEvent::Inject(injection)) => self.injected.push(injection),
            Output::Event(AgentEvent::Picture(settled)) => self.pictures.push(settled),
            Output::Event(AgentEvent::Abandon) => self.abandoned += 1,
            Output::Event(AgentEvent::SetClipboard(set)) => {
                self.may_now(Capability::ClipboardIn, "set the clipboard");
                self.clip_sets.push(set);
            }
            Output::Event(AgentEvent::SetClipboardFiles(paths)) => {
                self.may_now(Capability::ClipboardIn, "set the clipboard");
                self.may_now(Capability::FilesIn, "put files on the clipboard");
                self.clip_files.push(paths);
            }
            Output::Event(AgentEvent::ClipboardCame(came)) => self.clip_came.push(came),
            Output::Event(AgentEvent::Painted(_) | AgentEvent::Blank) => {}
            Output::Event(AgentEvent::WatchClipboard(watch)) => {
                if watch {
                    self.may_now(Capability::ClipboardOut, "watch the clipboard");
                }
                self.watched = watch;
            }
            Output::Event(AgentEvent::Disk(ask)) => {
                if let Some(needed) = needed_for(&ask.work) {
                    let what = format!("{:?}", ask.work);
                    self.may_now(needed, &what);
                    if place_of(&ask.work).is_some_and(|place| copied::is_root(&place.root)) {
                        assert_eq!(needed, Capability::FilesOut, "nothing is put there: {what}");
                        self.may_now(Capability::ClipboardOut, &what);
                    }
                }
                self.disk_asked(now_ms, ask);
            }
            Output::Event(AgentEvent::Capture { display }) if !self.busy => {
                self.captures += 1;
                if let (Some(desktop), Machine::Agent(agent)) = (&self.desktop, &mut self.machine) {
                    // A page learns the size from what it captured.
                    agent.resized(now_ms, desktop.width(), desktop.height());
                    let frame = taken(desktop, agent, display).expect("a display that is there");
                    let view = frame.view().expect("a picture of a possible size");
                    agent.frame(now_ms, view).expect("a frame of a possible size");
                }
            }
            Output::Event(AgentEvent::Capture { .. }) => {}
            Output::Event(AgentEvent::Windows) => {
                if let Machine::Agent(agent) = &mut self.machine {
                    agent.windows(now_ms, &self.windows);
                }
            }
            Output::Event(AgentEvent::Glance { display, side }) => {
                if let (Some(desktop), Machine::Agent(agent)) = (&self.desktop, &mut self.machine) {
                    let frame = taken(desktop, agent, display).expect("a display that is there");
                    let small = shrink(frame.view().expect("a picture of a possible size"), side);
                    agent.glanced(now_ms, display, small.as_ref());
                }
            }
            other => return self.common(now_ms, other),
        }
        None
    }

    /// Whatever the other end says, nothing is done on the customer's computer that is not allowed at that moment.
    fn may_now(&self, capability: Capability, what: &str) {
        let Machine::Agent(agent) = &self.machine else {
            return;
        };
        assert!(agent.allows(capability), "without {capability:?}: {what}");
    }

    fn disk_asked(&mut self, now_ms: u64, ask: DiskAsk) {
        names_are_names(&ask.work);
        let id = ask.id;
        let done = if !self.disk_stands {
            self.disk.work(ask)
        } else if self.asked.len() < ASKS {
            self.asked.push(ask);
            None
        } else {
            Some(DiskAnswer::Fault(Fault::Failed))
        };
        let Some(answer) = done else { return };
        match &mut self.machine {
            Machine::Console(console) => console.disk(now_ms, id, answer),
            Machine::Agent(agent) => agent.disk(now_ms, id, answer),
        }
    }

    /// The disk goes on with what it was asked meanwhile.
    pub fn disk_goes_on(&mut self, now_ms: u64) {
        self.disk_stands = false;
        for ask in std::mem::take(&mut self.asked) {
            self.disk_asked(now_ms, ask);
        }
    }

    fn common<E>(&mut self, now_ms: u64, output: Output<E>) -> Option<Wish> {
        match output {
            Output::Dial => return Some(Wish::Dial),
            Output::Hangup => return Some(Wish::Hangup),
            Output::Transmit(bytes) => return Some(Wish::Send(bytes)),
            Output::Seal { pair, message } => {
                let Unsealed { head, work } = message;
                if let Some(plain) = &mut self.plain {
                    plain.said.extend(&work.bytes);
                }
                let sealed = work.seal(self.record_key(pair, true, &work));
                self.outside.0 += 1;
                return Some(Wish::Send(
                    [head, sealed.expect("a record of a possible size")].concat(),
                ));
            }
            Output::Open { pair, ticket, work } => {
                let plaintext = work.open(self.record_key(pair, false, &work));
                self.outside.1 += 1;
                if let (Some(plain), Some(bytes)) = (&mut self.plain, &plaintext) {
                    plain.heard.extend(bytes);
                }
                match &mut self.machine {
                    Machine::Console(console) => console.opened(now_ms, pair, ticket, plaintext),
                    Machine::Agent(agent) => agent.opened(now_ms, ticket, plaintext),
                }
            }
            Output::KeepRoot { pair, root } => {
                self.roots.insert(pair, root);
            }
            Output::DerivePsk { pair, n } => {
                if let Some(root) = self.roots.get(&pair) {
                    let psk = derive_run_psk(root, n);
                    match &mut self.machine {
                        Machine::Console(console) => console.psk(now_ms, pair, n, &psk),
                        Machine::Agent(agent) => agent.psk(now_ms, n, &psk),
                    }
                }
            }
            Output::Persist(text) => self.stored = Some(text),
            Output::Forget => {
                self.stored = None;
                self.roots.clear();
            }
            Output::Event(_) => {}
        }
        None
    }

    /// The key of a record, kept for those that follow.
    fn record_key(&mut self, pair: u8, seals: bool, work: &Outside) -> &Secret32 {
        if let Some(key) = &work.key {
            self.record_keys.insert((pair, seals), key.clone());
        }
        self.record_keys
            .get(&(pair, seals))
            .expect("the first record under a key brings it")
    }

    /// When the machine wants to be called.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        match &self.machine {
            Machine::Console(console) => console.next_timeout(),
            Machine::Agent(agent) => agent.next_timeout(),
        }
    }

    /// Time passed.
    pub fn timeout(&mut self, now_ms: u64) {
        match &mut self.machine {
            Machine::Console(console) => console.timeout(now_ms),
            Machine::Agent(agent) => agent.timeout(now_ms),
        }
    }

    /// The connection is open.
    pub fn connected(&mut self, now_ms: u64) {
        self.online = true;
        match &mut self.machine {
            Machine::Console(console) => console.connected(now_ms),
            Machine::Agent(agent) => agent.connected(now_ms),
        }
    }

    /// The connection is gone.
    pub fn disconnected(&mut self, now_ms: u64) {
        self.online = false;
        match &mut self.machine {
            Machine::Console(console) => console.disconnected(now_ms),
            Machine::Agent(agent) => agent.disconnected(now_ms),
        }
    }

    /// A message of the relay.
    pub fn message(&mut self, now_ms: u64, bytes: &[u8]) {
        match &mut self.machine {
            Machine::Console(console) => console.message(now_ms, bytes),
            Machine::Agent(agent) => agent.message(now_ms, bytes),
        }
    }
}

/// What has to be allowed for that on the customer's computer.
const fn needed_for(work: &DiskWork) -> Option<Capability> {
    match work {
        DiskWork::Create { .. }
        | DiskWork::ReadPart { .. }
        | DiskWork::Write { .. }
        | DiskWork::Finish { .. }
        | DiskWork::Target(_)
        | DiskWork::HandOver
        | DiskWork::Make { .. }
        | DiskWork::Rename { .. }
        | DiskWork::Trash { .. }
        | DiskWork::Restore(_) => Some(Capability::FilesIn),
        DiskWork::Read { .. } | DiskWork::Gather { .. } | DiskWork::List(_) => Some(Capability::FilesOut),
        // Either of the two, and what is only closed or taken away.
        DiskWork::Roots
        | DiskWork::Discard { .. }
        | DiskWork::DiscardLeft
        | DiskWork::Close
        | DiskWork::ForgetPasted { .. }
        | DiskWork::ForgetCopied => None,
    }
}

/// Each name is one plain name, whoever gave it; one that the other end made up is safe on every system.
fn names_are_names(work: &DiskWork) {
    let plain = |names: &[String]| assert!(names.iter().all(|name| is_plain_name(name)), "{work:?}");
    match work {
        DiskWork::Create { path, .. } => {
            assert!(
                !path.is_empty() && path.iter().all(|name| is_safe(name)),
                "{path:?}"
            );
        }
        DiskWork::Target(place) | DiskWork::List(place) => plain(&place.path),
        DiskWork::Gather { place, names } | DiskWork::Trash { place, names } => {
            plain(&place.path);
            plain(names);
        }
        DiskWork::Make { place, name } => {
            plain(&place.path);
            plain(std::slice::from_ref(name));
        }
        DiskWork::Rename { place, from, to } => {
            plain(&place.path);
            plain(&[from.clone(), to.clone()]);
        }
        DiskWork::Read { .. }
        | DiskWork::ReadPart { .. }
        | DiskWork::Write { .. }
        | DiskWork::Finish { .. }
        | DiskWork::Discard { .. }
        | DiskWork::DiscardLeft
        | DiskWork::Close
        | DiskWork::Roots
        | DiskWork::Restore(_)
        | DiskWork::HandOver
        | DiskWork::ForgetPasted { .. }
        | DiskWork::ForgetCopied => {}
    }
}

/// What a display shows, or all of them: cut out of the desktop, black between them.
pub fn taken(desktop: &Framebuffer, agent: &Agent, display: u32) -> Option<Framebuffer> {
    let place = agent.place(display)?;
    if place.size().is_empty() {
        // What a page shares: how large it is, its first pixels tell.
        return Some(desktop.clone());
    }
    let mut frame = Framebuffer::new(place.size()).ok()?;
    for part in agent.parts(display) {
        for y in 0..part.height {
            let (x, row) = (usize::try_from(part.x).ok()?, u32::try_from(part.y).ok()? + y);
            let pixels = desktop.row(row as usize).get(x..x + part.width as usize)?;
            let line = FrameView::new(Size::new(part.width, 1), pixels.len(), pixels).ok()?;
            let down = i32::try_from(row).ok()? - place.y;
            frame.blit(Point::new(part.x - place.x, down), line);
        }
    }
    Some(frame)
}
