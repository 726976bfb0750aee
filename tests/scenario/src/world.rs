//! The world of a test: nodes, the relay, the time, and what is on its way.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_codec::Framebuffer;
use temoto_crypto::statement::{Statement, server_key};
use temoto_crypto::{RootKeeping, Secret32};
use temoto_geometry::{Rect, Size};
use temoto_session::agent::DisplayInfo;
use temoto_session::view::{AgentView, ConsoleView};
use temoto_session::{
    Agent, AgentCommand, AgentSettings, Console, ConsoleCommand, SessionError, base64_of,
    permission::Capability,
};
use temoto_wire::proto::About;
use temoto_wire::relay::{FromServer, Role, ToServer};

use crate::node::{Machine, Node, Who, Wish};
use crate::relay::Relay;

/// Host of the tests' server.
pub const HOST: &str = "help.example.jp";
/// Unix time at the start of a test.
const UNIX_MS: u64 = 1_790_000_000_000;
/// Routing digits of the tests' code.
pub const DIGITS_OF_TESTS: &str = "4821";

/// Reads what an end says, before the relay or anybody else does.
pub type Watcher = Box<dyn FnMut(Who, &ToServer)>;

enum Parcel {
    Closed,
    Connected,
    ToRelay(Vec<u8>),
    ToNode(FromServer),
}

/// Everything there is.
pub struct World {
    /// Now, in ms.
    pub now_ms: u64,
    /// One way, in ms.
    pub latency_ms: u64,
    /// What each end's line carries to the relay, in bytes per second; `None` is as much as comes.
    pub rate: Option<u64>,
    /// No connection can be opened while the line is down.
    pub line_up: bool,
    /// How far the clocks of agents that are added from now on are ahead of the server's, in ms.
    pub clock_ahead_ms: i64,
    /// The relay.
    pub relay: Relay,
    /// Sees each message of every end as it is sent.
    pub watcher: Option<Watcher>,
    nodes: BTreeMap<Who, Node>,
    /// (when, order) → where and what.
    parcels: BTreeMap<(u64, u64), (Who, Parcel)>,
    /// Until when the line of each end is busy, in microseconds.
    busy_until: BTreeMap<Who, u64>,
    order: u64,
    rng: ChaCha20Rng,
    server: Secret32,
}

impl World {
    /// A console that has just got a session and a code.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let server = Secret32::random(&mut rng);
        let mut session = [0; 16];
        rng.fill_bytes(&mut session);
        let relay = Relay::new(seed, session, DIGITS_OF_TESTS, server_key(&server));
        let mut world = Self {
            now_ms: 1_000,
            latency_ms: 20,
            rate: None,
            busy_until: BTreeMap::new(),
            line_up: true,
            clock_ahead_ms: 0,
            relay,
            watcher: None,
            nodes: BTreeMap::new(),
            parcels: BTreeMap::new(),
            order: 0,
            rng,
            server,
        };
        let mut console = Console::new(world.seed(), world.now_ms, UNIX_MS);
        console.compute_outside();
        let statement = world.statement(console.public_key(), session);
        world
            .nodes
            .insert(Who::Console, Node::new(Machine::Console(console)));
        world.console(ConsoleCommand::Open {
            session: session.iter().map(|b| format!("{b:02x}")).collect(),
            ticket: base64_of(b"ticket"),
            routing: DIGITS_OF_TESTS.to_owned(),
            secret_digits: 4,
            expires_at_ms: UNIX_MS + 600_000,
            statement,
            hosts: vec![HOST.to_owned()],
            operator: "佐藤 花子".to_owned(),
            organisation: "サンプル株式会社".to_owned(),
        });
        world.run_for(200);
        world
    }

    fn statement(&self, key: &[u8; 32], session: [u8; 16]) -> String {
        let statement = Statement {
            console_static: *key,
            session,
            organization: "サンプル株式会社".to_owned(),
            operator: "佐藤 花子".to_owned(),
            // Twelve hours, as the portal signs.
            expires_at_ms: UNIX_MS + 43_200_000,
        };
        base64_of(&statement.sign(&self.server).expect("names of a possible length"))
    }

    fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        seed
    }

    /// Puts an agent into the world; it does nothing yet.
    pub fn add_agent(&mut self, who: Who, role: Role) {
        let settings = AgentSettings {
            role,
            keeping: if role == Role::Page {
                RootKeeping::Caller
            } else {
                RootKeeping::Machine
            },
            signed: false,
            build: "temoto 0.1.0".to_owned(),
            about: About {
                system: "Debian 12".to_owned(),
                software: "temoto 0.1.0".to_owned(),
                computer: "keiri-03".to_owned(),
                language: "ja".to_owned(),
                keyboard: "jp".to_owned(),
            },
        };
        let unix_ms = self.unix_ms().saturating_add_signed(self.clock_ahead_ms);
        let mut agent = Agent::new(settings, self.seed(), self.now_ms, unix_ms);
        if role == Role::Page {
            agent.compute_outside();
        }
        let mut node = Node::new(Machine::Agent(agent));
        if role == Role::Program {
            node.desktop = Some(Framebuffer::new(Size::new(320, 200)).expect("small"));
        }
        self.nodes.insert(who, node);
        if role == Role::Program {
            let rect = Rect::new(0, 0, 320, 200);
            let display = DisplayInfo {
                id: 0,
                name: "screen".to_owned(),
                rect,
                scale_percent: 100,
                primary: true,
            };
            self.with_agent(who, |agent, now| agent.set_displays(now, vec![display]));
        }
    }

    /// Unix time now.
    #[must_use]
    pub const fn unix_ms(&self) -> u64 {
        UNIX_MS + self.now_ms - 1_000
    }

    /// The digits that the operator reads out.
    #[must_use]
    pub fn digits(&self) -> String {
        self.console_view()
            .code
            .as_ref()
            .expect("a code waits")
            .digits
            .clone()
    }

    /// The page joins with the right code.
    pub fn join_page(&mut self) {
        self.add_agent(Who::Page, Role::Page);
        let digits = self.digits();
        self.press_connect(&digits);
        self.run_for(1_000);
        assert_eq!(self.agent_view(Who::Page).phase, "paired");
    }

    /// The customer types these digits into the page and presses Connect.
    pub fn press_connect(&mut self, digits: &str) {
        self.agent(Who::Page, join(digits));
    }

    /// The program joins with the page's token.
    pub fn join_program(&mut self) {
        self.add_agent(Who::Program, Role::Program);
        let token = self.token();
        self.agent(
            Who::Program,
            AgentCommand::JoinToken {
                host: HOST.to_owned(),
                token,
            },
        );
        self.run_for(1_000);
        assert_eq!(self.agent_view(Who::Program).phase, "paired");
    }

    /// Page and program joined, the customer allowed everything, the picture is there.
    #[must_use]
    pub fn shared(seed: u64) -> Self {
        let mut world = Self::new(seed);
        world.join_page();
        world.join_program();
        world.agent(
            Who::Program,
            AgentCommand::Allow {
                capabilities: Capability::FIRST.to_vec(),
            },
        );
        world.run_for(1_000);
        world
    }

    /// The same with files allowed both ways, and a desktop for them.
    #[must_use]
    pub fn with_files(seed: u64) -> Self {
        let mut world = Self::shared(seed);
        world.node_mut(Who::Program).disk.folders = vec!["desktop".to_owned()];
        for capability in [Capability::FilesIn, Capability::FilesOut] {
            let yes = true;
            world.agent(Who::Program, AgentCommand::Answer { capability, yes });
            world.run_for(300);
        }
        world
    }

    /// The token in the name of the page's download.
    #[must_use]
    pub fn token(&self) -> String {
        let name = self.agent_view(Who::Page).download_name.expect("a token came");
        name.rsplit('_').next().expect("a token ends the name").to_owned()
    }

    /// The operator tries something that may make no sense now.
    ///
    /// # Errors
    /// The console refused it.
    pub fn try_console(&mut self, command: ConsoleCommand) -> Result<(), SessionError> {
        let now = self.now_ms;
        let done = match &mut self.node_mut(Who::Console).machine {
            Machine::Console(console) => console.command(now, command),
            Machine::Agent(_) => Ok(()),
        };
        self.settle(Who::Console);
        done
    }

    /// The operator does something.
    pub fn console(&mut self, command: ConsoleCommand) {
        let now = self.now_ms;
        if let Some(Node {
            machine: Machine::Console(console),
            ..
        }) = self.nodes.get_mut(&Who::Console)
        {
            console
                .command(now, command)
                .expect("the operator's command makes sense");
        }
        self.settle(Who::Console);
    }

    /// A customer's end does something.
    pub fn agent(&mut self, who: Who, command: AgentCommand) {
        self.with_agent(who, |agent, now| {
            agent.command(now, command).expect("the command makes sense");
        });
    }

    /// Calls the console.
    ///
    /// # Panics
    /// There is none.
    pub fn with_console<T>(&mut self, call: impl FnOnce(&mut Console, u64) -> T) -> T {
        let now = self.now_ms;
        let done = match &mut self.node_mut(Who::Console).machine {
            Machine::Console(console) => call(console, now),
            Machine::Agent(_) => panic!("the console is an agent"),
        };
        self.settle(Who::Console);
        done
    }

    /// Calls an agent.
    pub fn with_agent(&mut self, who: Who, call: impl FnOnce(&mut Agent, u64)) {
        let now = self.now_ms;
        if let Some(Node {
            machine: Machine::Agent(agent),
            ..
        }) = self.nodes.get_mut(&who)
        {
            call(agent, now);
        }
        self.settle(who);
    }

    /// The picture that one end holds of the other's screen.
    #[must_use]
    pub fn picture_at(&self, who: Who) -> Option<&Framebuffer> {
        match &self.node(who).machine {
            Machine::Console(console) => console.picture(),
            Machine::Agent(agent) => agent.picture(),
        }
    }

    /// Whether the console holds any picture.
    #[must_use]
    pub fn has_picture(&self) -> bool {
        matches!(&self.node(Who::Console).machine, Machine::Console(console) if console.picture().is_some())
    }

    /// A node.
    #[must_use]
    pub fn node(&self, who: Who) -> &Node {
        self.nodes.get(&who).expect("it is in this world")
    }

    /// A node, to be changed.
    pub fn node_mut(&mut self, who: Who) -> &mut Node {
        self.nodes.get_mut(&who).expect("it is in this world")
    }

    /// What the operator sees.
    #[must_use]
    pub fn console_view(&self) -> ConsoleView {
        self.node(Who::Console)
            .console_view
            .clone()
            .expect("a console shows something")
    }

    /// What an agent shows.
    #[must_use]
    pub fn agent_view(&self, who: Who) -> AgentView {
        self.node(who)
            .agent_view
            .clone()
            .expect("an agent shows something")
    }

    /// The page of the operator or the customer is loaded anew from what it stored.
    pub fn reload(&mut self, who: Who) {
        let seed = self.seed();
        let (now, unix) = (self.now_ms, self.unix_ms());
        let dropped = self.relay.dropped(who);
        self.deliver(dropped);
        self.parcels.retain(|_, (other, _)| *other != who);
        let node = self.nodes.get_mut(&who).expect("it is in this world");
        let stored = node.stored.clone().expect("it stored something");
        node.online = false;
        match &mut node.machine {
            Machine::Console(console) => {
                *console = Console::new(seed, now, unix);
                console.compute_outside();
                console.restore(now, &stored).expect("its own text");
            }
            Machine::Agent(agent) => {
                let settings = AgentSettings {
                    role: Role::Page,
                    keeping: RootKeeping::Caller,
                    signed: false,
                    build: "page 0.1.0".to_owned(),
                    about: About::default(),
                };
                *agent = Agent::new(settings, seed, now, unix);
                agent.compute_outside();
                agent.restore(now, &stored).expect("its own text");
            }
        }
        self.settle(who);
    }

    /// Every connection breaks, and none can be made until [`World::line_up`] is set again.
    pub fn cut(&mut self) {
        self.line_up = false;
        self.relay.cut();
        self.parcels.clear();
        let online: Vec<Who> = self
            .nodes
            .iter()
            .filter(|(_, n)| n.online)
            .map(|(&w, _)| w)
            .collect();
        for who in online {
            let now = self.now_ms;
            self.node_mut(who).disconnected(now);
            self.settle(who);
        }
    }

    /// The program's process is gone, without a word.
    pub fn kill(&mut self, who: Who) {
        let dropped = self.relay.dropped(who);
        self.deliver(dropped);
        self.parcels.retain(|_, (other, _)| *other != who);
        self.nodes.remove(&who);
    }

    /// A message of the relay's own invention.
    pub fn invent(&mut self, who: Who, message: FromServer) {
        self.post(self.latency_ms, who, Parcel::ToNode(message));
    }

    /// What was under way to a connection that is gone does not reach the next one.
    fn forget_deliveries(&mut self, who: Who) {
        self.parcels
            .retain(|_, (other, parcel)| *other != who || !matches!(parcel, Parcel::ToNode(_)));
    }

    /// Everybody in this world.
    #[must_use]
    pub fn everybody(&self) -> Vec<Who> {
        self.nodes.keys().copied().collect()
    }

    /// A program starts with this token; it has not joined yet.
    pub fn start_program(&mut self, who: Who, token: String) {
        self.add_agent(who, Role::Program);
        let host = HOST.to_owned();
        self.agent(who, AgentCommand::JoinToken { host, token });
    }

    /// The page starts to join with these digits.
    pub fn start_page(&mut self, who: Who, host: &str, digits: String) {
        self.add_agent(who, Role::Page);
        let mut command = join(&digits);
        if let AgentCommand::Join { host: dialed, .. } = &mut command {
            host.clone_into(dialed);
        }
        self.agent(who, command);
    }

    /// Gives the program's screen another size.
    pub fn resize(&mut self, who: Who, width: u32, height: u32) {
        let picture = Framebuffer::new(Size::new(width, height)).expect("small");
        self.node_mut(who).desktop = Some(picture);
        let display = DisplayInfo {
            id: 0,
            name: "screen".to_owned(),
            rect: Rect::new(0, 0, width, height),
            scale_percent: 100,
            primary: true,
        };
        self.with_agent(who, |agent, now| agent.set_displays(now, vec![display]));
    }

    /// Lets `ms` pass.
    pub fn run_for(&mut self, ms: u64) {
        let end = self.now_ms + ms;
        let mut steps = 0u32;
        loop {
            let parcel = self.parcels.keys().next().map(|&(at, _)| at);
            let timeout = self.nodes.values().filter_map(Node::next_timeout).min();
            let Some(next) = parcel.into_iter().chain(timeout).min().filter(|&at| at <= end) else {
                break;
            };
            steps += 1;
            assert!(steps < 200_000, "the world spins at {} ms", self.now_ms);
            self.now_ms = self.now_ms.max(next);
            if parcel == Some(next) {
                self.open_parcel();
            } else {
                let due: Vec<Who> = self
                    .nodes
                    .iter()
                    .filter(|(_, node)| node.next_timeout().is_some_and(|at| at <= next))
                    .map(|(&who, _)| who)
                    .collect();
                for who in due {
                    let now = self.now_ms;
                    self.node_mut(who).timeout(now);
                    self.settle(who);
                }
            }
        }
        self.now_ms = end;
    }

    fn open_parcel(&mut self) {
        let Some((_, (who, parcel))) = self.parcels.pop_first() else {
            return;
        };
        let now = self.now_ms;
        match parcel {
            Parcel::Closed => {
                let dropped = self.relay.dropped(who);
                self.deliver(dropped);
            }
            Parcel::Connected if self.line_up => {
                self.forget_deliveries(who);
                self.node_mut(who).connected(now);
            }
            Parcel::Connected => self.node_mut(who).disconnected(now),
            Parcel::ToRelay(bytes) => {
                let out = self.relay.handle(now, who, &bytes);
                self.deliver(out);
            }
            Parcel::ToNode(message) => {
                if let Some(node) = self.nodes.get_mut(&who).filter(|node| node.online) {
                    node.message(now, &message.encode());
                }
            }
        }
        if self.nodes.contains_key(&who) {
            self.settle(who);
        }
    }

    fn deliver(&mut self, messages: Vec<(Who, FromServer)>) {
        for (who, message) in self.relay.forge(messages) {
            self.post(self.latency_ms, who, Parcel::ToNode(message));
        }
    }

    fn post(&mut self, after_ms: u64, who: Who, parcel: Parcel) {
        self.order += 1;
        self.parcels
            .insert((self.now_ms + after_ms, self.order), (who, parcel));
    }

    /// How long a message waits until the line of its sender has carried it, in ms.
    fn queue(&mut self, who: Who, bytes: usize) -> u64 {
        let Some(rate) = self.rate else { return 0 };
        let now_us = self.now_ms * 1_000;
        let free = self.busy_until.entry(who).or_insert(0);
        *free = (*free).max(now_us) + bytes as u64 * 1_000_000 / rate;
        (*free - now_us) / 1_000
    }

    fn settle(&mut self, who: Who) {
        let now = self.now_ms;
        let wishes = self.node_mut(who).drain(now);
        for wish in wishes {
            match wish {
                Wish::Dial => {
                    self.node_mut(who).online = false;
                    self.post(self.latency_ms, who, Parcel::Closed);
                    self.post(self.latency_ms, who, Parcel::Connected);
                }
                Wish::Hangup => {
                    let online = std::mem::replace(&mut self.node_mut(who).online, false);
                    if online {
                        // After what was sent before it.
                        let after = self.latency_ms + self.queue(who, 0);
                        self.post(after, who, Parcel::Closed);
                    }
                }
                Wish::Send(bytes) => {
                    if let (Some(watcher), Ok(message)) = (&mut self.watcher, ToServer::decode(&bytes)) {
                        watcher(who, &message);
                    }
                    if self.line_up && self.node(who).online {
                        let after = self.latency_ms + self.queue(who, bytes.len());
                        self.post(after, who, Parcel::ToRelay(bytes));
                    }
                }
            }
        }
    }
}

/// The join page's command for these digits.
fn join(digits: &str) -> AgentCommand {
    AgentCommand::Join {
        host: HOST.to_owned(),
        digits: digits.to_owned(),
        key: None,
        system: "Windows 11".to_owned(),
        software: "Edge 140".to_owned(),
        language: "ja".to_owned(),
    }
}
