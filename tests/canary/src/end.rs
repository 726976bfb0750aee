//! One end of the session in a process of its own: the shell around `core/session` that the test gives it. It decides
//! nothing; the test orders, and reads what happens.

mod line;
mod machine;
pub mod orders;

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use temoto_codec::Framebuffer;
use temoto_crypto::{Secret32, derive_run_psk};
use temoto_session::channel::input::Injection;
use temoto_session::{AgentCommand, AgentEvent, ConsoleEvent, Output, base64_of};
use temoto_wire::relay::{FromServer, ToServer};
use tokio::sync::mpsc;

use crate::replay::Pairing;
use line::{Line, LineEvent};
use machine::Machine;
use orders::{Order, Part, Setup};

/// Orders and news that may wait.
const WAITING: usize = 256;

/// Runs one end until the standard input is closed.
///
/// # Errors
/// The standard input or output is gone.
///
/// # Panics
/// An order makes no sense.
pub fn main() -> io::Result<()> {
    let mut lines = io::stdin().lock().lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    drop(lines);
    let setup: Setup = serde_json::from_str(&first)?;
    let (tell, orders) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let order: Order = serde_json::from_str(&line).expect("an order of the test");
            if tell.blocking_send(order).is_err() {
                break;
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(setup, orders));
    Ok(())
}

async fn run(setup: Setup, mut orders: mpsc::Receiver<Order>) {
    let (news, mut lines) = mpsc::channel(WAITING);
    let mut end = End::new(setup, news);
    if let Machine::Console(console) = &end.machine {
        report(&json!({ "report": "key", "key": base64_of(console.public_key()) }));
    }
    loop {
        end.drain();
        let deadline = end.machine.next_timeout();
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
            () = wait => {
                let now = end.now();
                end.machine.timeout(now);
            }
        }
    }
}

struct End {
    setup: Setup,
    seed: [u8; 32],
    machine: Machine,
    began: Instant,
    line: Option<Line>,
    number: u64,
    news: mpsc::Sender<(u64, LineEvent)>,
    roots: BTreeMap<u8, Secret32>,
    desktop: Option<Framebuffer>,
    /// What the operator typed at this computer.
    typed: Vec<String>,
    /// The lobby messages of the newest pairing.
    pairing: Pairing,
    /// CPace's output, once it was computed. Kept, so that a scanner can find it here.
    output: Vec<u8>,
    hold: bool,
    held: Vec<Vec<u8>>,
}

impl End {
    fn new(setup: Setup, news: mpsc::Sender<(u64, LineEvent)>) -> Self {
        let mut seed = [0; 32];
        hex::decode_to_slice(&setup.seed, &mut seed).expect("a seed");
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let machine = Machine::new(&setup, seed, u64::try_from(unix.as_millis()).unwrap_or(0));
        let desktop = (setup.part == Part::Program).then(|| machine::desktop(&setup, seed));
        Self {
            seed,
            machine,
            began: Instant::now(),
            line: None,
            number: 0,
            news,
            roots: BTreeMap::new(),
            desktop,
            typed: Vec::new(),
            pairing: Pairing::default(),
            output: Vec::new(),
            hold: false,
            held: Vec::new(),
            setup,
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn order(&mut self, order: Order) {
        let now = self.now();
        match order {
            Order::Console { command } => {
                if let Machine::Console(console) = &mut self.machine {
                    console.command(now, command).expect("the operator may do that");
                }
            }
            Order::Agent { command } => {
                if let AgentCommand::Join { host, digits, .. } = &command {
                    (self.pairing.host, self.pairing.digits) = (host.clone(), digits.clone());
                    self.pairing.role = if self.setup.part == Part::Page { 1 } else { 2 };
                }
                if let Machine::Agent(agent) = &mut self.machine {
                    agent.command(now, command).expect("the customer may do that");
                }
            }
            Order::Hold => self.hold = true,
            Order::Release => {
                self.hold = false;
                for message in std::mem::take(&mut self.held) {
                    self.machine.message(now, &message);
                }
            }
            Order::Peek => {
                let pixels = self.machine.peek(self.setup.marked.len());
                report(&json!({ "report": "pixels", "pixels": pixels }));
            }
        }
    }

    fn line_event(&mut self, number: u64, event: LineEvent) {
        if number != self.number {
            return;
        }
        let now = self.now();
        match event {
            LineEvent::Open => self.machine.connected(now),
            LineEvent::Message(message) => self.message(now, Vec::from(message)),
            LineEvent::Gone => {
                self.line = None;
                self.machine.disconnected(now);
            }
        }
    }

    fn message(&mut self, now: u64, message: Vec<u8>) {
        match FromServer::decode(&message) {
            Ok(FromServer::Answer { attempt, lobby }) => {
                (self.pairing.attempt, self.pairing.answer) = (attempt.to_vec(), lobby.to_vec());
            }
            Ok(FromServer::Admitted { .. }) if self.hold => {
                self.held.push(message);
                self.output = self.pairing.output(self.seed);
                report(&json!({
                    "report": "held",
                    "output": hex::encode(&self.output),
                    "attempt": hex::encode(&self.pairing.attempt),
                    "knock": hex::encode(&self.pairing.knock),
                    "answer": hex::encode(&self.pairing.answer),
                    "proof": hex::encode(&self.pairing.proof),
                }));
                return;
            }
            _ if !self.held.is_empty() => return self.held.push(message),
            _ => {}
        }
        self.machine.message(now, &message);
    }

    /// Does everything that the machine asks for.
    fn drain(&mut self) {
        loop {
            match &mut self.machine {
                Machine::Console(console) => {
                    let Some(output) = console.poll() else { break };
                    self.carry_out(output, |_, event| {
                        if let ConsoleEvent::View(view) = event {
                            report(&json!({ "report": "view", "view": view }));
                        }
                    });
                }
                Machine::Agent(agent) => {
                    let Some(output) = agent.poll() else { break };
                    self.carry_out(output, Self::agent_event);
                }
            }
        }
    }

    fn agent_event(&mut self, event: AgentEvent) {
        match event {
            AgentEvent::View(view) => report(&json!({ "report": "view", "view": view })),
            AgentEvent::Inject(Injection::Text(text)) => {
                report(&json!({ "report": "typed", "text": text }));
                self.typed.push(text);
            }
            AgentEvent::Capture { .. } => {
                let now = self.now();
                if let (Machine::Agent(agent), Some(desktop)) = (&mut self.machine, &self.desktop) {
                    let view = desktop.view().expect("a picture of a possible size");
                    agent.frame(now, view).expect("a frame of a possible size");
                }
            }
            // Nothing else is searched for.
            _ => {}
        }
    }

    fn carry_out<E>(&mut self, output: Output<E>, event: impl FnOnce(&mut Self, E)) {
        match output {
            Output::Dial => {
                self.number += 1;
                self.line = Some(Line::open(&self.setup, self.number, self.news.clone()));
            }
            Output::Hangup => {
                self.number += 1;
                self.line = None;
            }
            Output::Transmit(message) => self.transmit(message),
            Output::KeepRoot { pair, root } => {
                report(&json!({ "report": "root", "pair": pair, "root": hex::encode(root.expose()) }));
                self.roots.insert(pair, root);
            }
            Output::DerivePsk { pair, n } => {
                let psk = self.roots.get(&pair).map(|root| derive_run_psk(root, n));
                report(&json!({ "report": "run", "pair": pair, "n": n }));
                if let Some(psk) = psk {
                    let now = self.now();
                    self.machine.psk(now, pair, n, &psk);
                }
            }
            // Never asked for: this machine's processor is at hand here.
            Output::Seal { .. } | Output::Open { .. } => {}
            // This end is never loaded anew.
            Output::Persist(_) | Output::Forget => {}
            Output::Event(happened) => event(self, happened),
        }
    }

    fn transmit(&mut self, message: Vec<u8>) {
        match ToServer::decode(&message) {
            Ok(ToServer::Knock { lobby, .. }) => self.pairing.knock = lobby.to_vec(),
            Ok(ToServer::Proof { lobby }) => self.pairing.proof = lobby.to_vec(),
            _ => {}
        }
        let taken = self.line.as_ref().is_some_and(|line| line.send(message));
        if !taken && self.line.take().is_some() {
            self.number += 1;
            let now = self.now();
            self.machine.disconnected(now);
        }
    }
}

fn report(report: &Value) {
    // A test that is gone needs no reports.
    let _unheard = writeln!(io::stdout().lock(), "{report}");
}
