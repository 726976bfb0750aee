//! The secure pair of one agent and one console: root, runs, sealed records, failures.
//!
//! A state machine driven by [`crate::pairing`] (which makes it) and `core/session` (which feeds it messages,
//! time and the events of the relay). It decides when a run starts, is refused, is lost, and when the pair is
//! over. It does not know what the application bytes mean, and it never believes the relay: presence and hints
//! only change when it tries again.
//!
//! Every call may leave outputs; take them all with [`SecurePair::poll`], in order, before the next call.

mod agent;
mod console;
mod opening;
mod output;
mod records;
mod timing;

pub use output::{EndReason, HandshakeFault, LossReason, NotReady, PairOutput};

use crate::AgentRole;
use crate::bytes::{BadBytes, Reader};
use crate::noise::{Handshake, Split};
use crate::record::{MAX_MESSAGE, Opener, Outgoing, Padding, RECORD, Sealer};
use crate::secret::Secret32;
use agent::Start;
use console::{Candidate, Pending};
use rand_core::CryptoRngCore;
use std::collections::VecDeque;
use timing::{Backoff, Failures, START_MS};

/// First bytes of the pair's messages besides records.
const MESSAGE_3: u8 = 1;
const RUN_INIT: u8 = 2;
const RUN_REPLY: u8 = 3;
const RUN_REFUSED: u8 = 4;
const RUN_WANTED: u8 = 5;

/// Longest claims in message 3.
const MAX_CLAIMS: usize = 4096;

/// Which end of the pair this machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The customer's end; it starts every run.
    Agent,
    /// The operator's end.
    Console,
}

/// Who the pair is; stands in the prologue of every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairContext {
    /// Session id.
    pub session: [u8; 16],
    /// The console's participant number.
    pub console: u8,
    /// The agent's participant number.
    pub agent: u8,
    /// Page or program.
    pub role: AgentRole,
    /// The `host[:port]` that the agent dialled, used by both ends.
    pub host: String,
}

impl PairContext {
    /// The fields of a run's prologue.
    fn prologue(&self, n: u32) -> [Vec<u8>; 6] {
        [
            b"temoto attach".to_vec(),
            self.session.to_vec(),
            vec![self.console, self.agent, self.role.byte()],
            self.host.as_bytes().to_vec(),
            crate::VERSION.to_be_bytes().to_vec(),
            n.to_be_bytes().to_vec(),
        ]
    }
}

/// Who holds the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKeeping {
    /// This machine, in memory: a program. It derives each run's key at once.
    Machine,
    /// The caller: a page, which puts it into a non-extractable key. The machine gives it out once
    /// ([`PairOutput::KeepRoot`]), forgets it, and asks for each run's key ([`PairOutput::DerivePsk`]).
    Caller,
}

/// The root of a pair that outlived its machine.
pub enum RestoredRoot {
    /// The bytes themselves.
    Machine(Secret32),
    /// The caller derives.
    Caller,
}

/// What the agent claims about itself in message 3: opaque bytes of layer 4, at most 4096.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims(Vec<u8>);

impl Claims {
    /// `None` when longer than 4096 bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() <= MAX_CLAIMS).then_some(Self(bytes))
    }
}

/// How far the pair is.
enum Phase {
    /// Console: the agent was admitted, its static key is not here yet.
    AwaitMessage3 { noise: Handshake, deadline: u64 },
    /// Run 0 has its keys; the other end's share of the root is missing.
    AwaitShare {
        own: Secret32,
        hash: [u8; 32],
        deadline: u64,
    },
    /// The root exists; runs come and go.
    Established,
    /// Over. Nothing is sent or opened any more.
    Ended,
}

/// One set of transport keys.
struct Run {
    n: u32,
    sealer: Sealer,
    opener: Opener,
    /// The record that the caller opens: its ticket, and the length that it will have.
    opening: Option<(u32, usize)>,
    started_ms: u64,
}

impl Run {
    fn new(n: u32, split: &Split, now_ms: u64) -> Box<Self> {
        Box::new(Self {
            n,
            sealer: Sealer::new(n, &split.sending, now_ms),
            opener: Opener::new(n, &split.receiving),
            opening: None,
            started_ms: now_ms,
        })
    }
}

/// The pair's state machine. See the head of this file.
pub struct SecurePair {
    side: Side,
    context: PairContext,
    keeping: RootKeeping,
    /// The caller computes the AES-256-GCM of large records.
    outside: bool,
    /// Tickets of records that the caller opens.
    tickets: u32,
    phase: Phase,
    /// The root, where this machine keeps it.
    root: Option<Secret32>,
    /// The other end has shown that it holds the root.
    root_confirmed: bool,
    /// Agent: the last number used. Console: the highest number whose first message verified.
    highest: u32,
    /// The living run.
    run: Option<Box<Run>>,
    /// Agent: the run being started.
    start: Start,
    /// Console: an init whose key is being derived.
    pending: Option<Pending>,
    /// Console: a run that was replied to and has not been used yet.
    candidate: Option<Candidate>,
    /// Agent: when to start again. Console: when to ask again.
    retry_at: Option<u64>,
    backoff: Backoff,
    failures: Failures,
    peer_static: Option<[u8; 32]>,
    outputs: VecDeque<PairOutput>,
}

impl SecurePair {
    fn new(side: Side, context: PairContext, keeping: RootKeeping, phase: Phase) -> Self {
        Self {
            side,
            context,
            keeping,
            outside: false,
            tickets: 0,
            phase,
            root: None,
            root_confirmed: false,
            highest: 0,
            run: None,
            start: Start::Idle,
            pending: None,
            candidate: None,
            retry_at: None,
            backoff: Backoff::new(),
            failures: Failures::new(),
            peer_static: None,
            outputs: VecDeque::new(),
        }
    }

    /// A pair whose machine was lost (a page was reloaded, a program started again) and whose root was kept.
    /// `last_n` is the number of the last [`PairOutput::Persist`]. It has no run until
    /// [`attached`](Self::attached).
    #[must_use]
    pub fn restore(side: Side, context: PairContext, root: RestoredRoot, last_n: u32) -> Self {
        let (keeping, root) = match root {
            RestoredRoot::Machine(root) => (RootKeeping::Machine, Some(root)),
            RestoredRoot::Caller => (RootKeeping::Caller, None),
        };
        let mut pair = Self::new(side, context, keeping, Phase::Established);
        pair.root = root;
        pair.root_confirmed = true;
        pair.highest = last_n;
        pair
    }

    /// From now on the caller computes the AES-256-GCM of large records: [`PairOutput::Seal`] and [`PairOutput::Open`].
    /// For callers that have it in hardware where this code has not: WebAssembly in a browser.
    pub const fn compute_outside(&mut self) {
        self.outside = true;
    }

    /// Which end this is.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// Who the pair is.
    #[must_use]
    pub fn context(&self) -> &PairContext {
        &self.context
    }

    /// The other end's static key, known since [`PairOutput::Paired`]; not after [`restore`](Self::restore).
    #[must_use]
    pub fn peer_static(&self) -> Option<&[u8; 32]> {
        self.peer_static.as_ref()
    }

    /// Whether [`seal`](Self::seal) would send now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.phase, Phase::Established) && self.run.is_some() && !self.start.is_confirming()
    }

    /// Whether the pair is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }

    /// The next output, in order. `KeepRoot` and `Persist` must be durable before a later `Transmit` is sent.
    pub fn poll(&mut self) -> Option<PairOutput> {
        self.outputs.pop_front()
    }

    /// Takes one pair message, as the relay delivered it. Not between a [`PairOutput::Open`] and its [`opened`](Self::opened).
    pub fn handle_message(&mut self, now_ms: u64, message: &[u8], rng: &mut dyn CryptoRngCore) {
        if self.is_ended() {
            return;
        }
        let Some((kind, body)) = message.split_first().filter(|_| message.len() <= MAX_MESSAGE) else {
            return self.fail_run(now_ms, LossReason::Size, rng);
        };
        match (*kind, self.side) {
            (RECORD, _) => self.on_record(now_ms, body, rng),
            (MESSAGE_3, Side::Console) => self.on_message_3(now_ms, body, rng),
            (RUN_INIT, Side::Console) => self.on_run_init(now_ms, body, rng),
            (RUN_REPLY, Side::Agent) => self.on_run_reply(now_ms, body, rng),
            (RUN_REFUSED, Side::Agent) => self.on_run_refused(now_ms, body, rng),
            (RUN_WANTED, Side::Agent) => self.on_run_wanted(now_ms, body, rng),
            (MESSAGE_3 | RUN_INIT | RUN_REPLY | RUN_REFUSED | RUN_WANTED, _) => {
                self.reject(now_ms, HandshakeFault::Unexpected);
            }
            _ => self.fail_run(now_ms, LossReason::Type, rng),
        }
    }

    /// Seals application bytes of at most [`MAX_APPLICATION`](crate::MAX_APPLICATION) and emits them.
    ///
    /// # Errors
    /// [`NotReady`] while no run is alive or one is being switched; [`NotReady::TooLarge`] for the size.
    pub fn seal(&mut self, now_ms: u64, bytes: &[u8], padding: Padding) -> Result<(), NotReady> {
        self.seal_parts(now_ms, [bytes, b""], padding)
    }

    /// [`seal`](Self::seal) for bytes that are in two places.
    ///
    /// # Errors
    /// The same.
    pub fn seal_parts(&mut self, now_ms: u64, parts: [&[u8]; 2], padding: Padding) -> Result<(), NotReady> {
        let [first, second] = parts;
        if first.len() + second.len() > crate::MAX_APPLICATION {
            return Err(NotReady::TooLarge);
        }
        if !self.is_ready() {
            return Err(NotReady::NoRun);
        }
        self.send(now_ms, Outgoing::Application(parts, padding))
            .map_err(|_| NotReady::NoRun)
    }

    /// The key of run `n`, which [`PairOutput::DerivePsk`] asked for. Others are ignored.
    /// To be called only after the [`PairOutput::Persist`] before it is durable.
    pub fn psk(&mut self, now_ms: u64, n: u32, psk: &Secret32, rng: &mut dyn CryptoRngCore) {
        match self.side {
            Side::Agent => self.start_with_psk(now_ms, n, psk, rng),
            Side::Console => self.reply_with_psk(now_ms, n, psk, rng),
        }
    }

    /// Either end has a new attachment to the relay, or the relay dropped what was queued (RESET): what was
    /// under way may be lost, so the run is given up and another one started or asked for. Not a failure.
    pub fn attached(&mut self, now_ms: u64, rng: &mut dyn CryptoRngCore) {
        match &mut self.phase {
            Phase::Ended => return,
            Phase::AwaitMessage3 { deadline, .. } | Phase::AwaitShare { deadline, .. } => {
                // What is missing was probably lost: wait a little less before pairing again.
                *deadline = (*deadline).min(now_ms.saturating_add(START_MS));
                return;
            }
            Phase::Established => {}
        }
        self.lose_run(LossReason::Attached);
        self.backoff.reset();
        match self.side {
            Side::Agent if self.start.is_deriving() => {}
            Side::Agent => self.begin_start(now_ms, rng),
            Side::Console => self.ask(now_ms),
        }
    }

    /// Starts or asks for a new run while the present one lives (after elevation, for example).
    pub fn renew(&mut self, now_ms: u64, rng: &mut dyn CryptoRngCore) {
        if !matches!(self.phase, Phase::Established) {
            return;
        }
        match self.side {
            Side::Agent if self.start.is_idle() => self.begin_start(now_ms, rng),
            Side::Agent => {}
            Side::Console => self.ask(now_ms),
        }
    }

    /// Ends the pair: says so in a sealed record where a run is alive, then erases everything.
    pub fn end(&mut self, now_ms: u64) {
        if self.is_ended() {
            return;
        }
        if self.run.is_some() {
            // Without keys left the record is missing; the other end learns it from the server as a hint.
            let _unsent = self.send(now_ms, Outgoing::End);
        }
        self.finish(EndReason::Local);
    }

    fn emit(&mut self, output: PairOutput) {
        self.outputs.push_back(output);
    }

    /// Seals under the living run.
    fn send(&mut self, now_ms: u64, outgoing: Outgoing<'_>) -> Result<(), BadBytes> {
        let run = self.run.as_mut().ok_or(BadBytes)?;
        let outputs = &mut self.outputs;
        let sealed = run.sealer.seal(now_ms, outgoing, self.outside, |sealed| {
            outputs.push_back(sealed.into());
        });
        if sealed.is_err() {
            // The run has no numbers left; a new one is due at once.
            self.lose_run(LossReason::Exhausted);
            self.retry_at = Some(now_ms);
        }
        sealed
    }

    /// Erases everything.
    fn finish(&mut self, reason: EndReason) {
        self.phase = Phase::Ended;
        self.root = None;
        self.run = None;
        self.start = Start::Idle;
        self.pending = None;
        self.candidate = None;
        self.retry_at = None;
        self.emit(PairOutput::Ended { reason });
    }
}

/// Reads `n` and the rest.
fn numbered(body: &[u8]) -> Result<(u32, &[u8]), BadBytes> {
    let mut reader = Reader::new(body);
    let n = reader.u32()?;
    Ok((n, reader.rest()))
}

/// A message of type, `n` and the rest.
fn numbered_message(kind: u8, n: u32, rest: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(5 + rest.len());
    message.push(kind);
    message.extend_from_slice(&n.to_be_bytes());
    message.extend_from_slice(rest);
    message
}
