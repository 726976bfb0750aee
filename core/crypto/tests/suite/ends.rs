//! Two ends and what lies between them, for the tests of this folder.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use temoto_crypto::code::Code;
use temoto_crypto::pairing::{AgentPairing, AgentSetup, ConsolePairing, ConsoleSetup, PairingSecret, Seat};
use temoto_crypto::{
    AgentRole, Capabilities, Claims, CryptoRngCore, LOBBY_BYTES, PairOutput, RootKeeping, Secret32,
    SecurePair, StaticKey, Unsealed, derive_run_psk,
};

pub const SESSION: [u8; 16] = [7; 16];
pub const ATTEMPT: [u8; 16] = [9; 16];
pub const HOST: &str = "support.example:8443";

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub fn code(digits: &str) -> PairingSecret {
    PairingSecret::Code(Code::parse(digits).unwrap())
}

pub fn agent_setup(secret: PairingSecret, role: AgentRole, rng: &mut ChaCha20Rng) -> AgentSetup {
    AgentSetup {
        secret,
        host: HOST.into(),
        role,
        capabilities: Capabilities::new(&[1, 5, 9]).unwrap(),
        build: "temoto 0.1.0".into(),
        static_key: StaticKey::generate(rng),
    }
}

pub fn console_setup(secret: PairingSecret, rng: &mut ChaCha20Rng) -> ConsoleSetup {
    ConsoleSetup {
        secret,
        session: SESSION,
        capabilities: Capabilities::new(&[1, 2]).unwrap(),
        static_key: StaticKey::generate(rng),
    }
}

/// One end with its own generator, what it sent and what it said.
pub struct End {
    pub pair: SecurePair,
    pub rng: ChaCha20Rng,
    pub sent: Vec<Vec<u8>>,
    pub events: Vec<PairOutput>,
    pub kept_root: Option<Secret32>,
    pub opened: Vec<Vec<u8>>,
    /// Keys of records that this end computes itself: to seal, to open.
    pub keys: [Option<Secret32>; 2],
    /// How many it computed.
    pub computed: [u32; 2],
    /// Answers that are not given at once.
    pub late: Option<Vec<(u32, Option<Vec<u8>>)>>,
}

impl End {
    pub fn new(pair: SecurePair, rng: ChaCha20Rng) -> Self {
        let mut end = Self {
            pair,
            rng,
            sent: Vec::new(),
            events: Vec::new(),
            kept_root: None,
            opened: Vec::new(),
            keys: [None, None],
            computed: [0, 0],
            late: None,
        };
        end.drain(0);
        end
    }

    /// Carries out the outputs, as a driver would; derives keys at once.
    pub fn drain(&mut self, now: u64) {
        while let Some(output) = self.pair.poll() {
            if let PairOutput::Transmit(message) = output {
                self.sent.push(message);
                continue;
            }
            if let PairOutput::Seal(Unsealed { head, work }) = &output {
                self.computed[0] += 1;
                self.keys[0] = work.key.clone().or(self.keys[0].take());
                let sealed = work.seal(self.keys[0].as_ref().unwrap()).unwrap();
                self.sent.push([head.as_slice(), &sealed].concat());
                continue;
            }
            if let PairOutput::Open { ticket, work } = &output {
                self.computed[1] += 1;
                self.keys[1] = work.key.clone().or(self.keys[1].take());
                let plaintext = work.open(self.keys[1].as_ref().unwrap());
                match &mut self.late {
                    Some(late) => late.push((*ticket, plaintext)),
                    None => self.pair.opened(now, *ticket, plaintext, &mut self.rng),
                }
                continue;
            }
            if let PairOutput::Opened(bytes) = &output {
                self.opened.push(bytes.clone());
            } else if let PairOutput::KeepRoot(root) = &output {
                self.kept_root = Some(root.clone());
            } else if let PairOutput::DerivePsk { n } = &output {
                let psk = derive_run_psk(self.kept_root.as_ref().unwrap(), *n);
                self.pair.psk(now, *n, &psk, &mut self.rng);
            }
            self.events.push(output);
        }
    }

    pub fn receive(&mut self, now: u64, message: &[u8]) {
        self.pair.handle_message(now, message, &mut self.rng);
        self.drain(now);
    }

    pub fn seal(&mut self, now: u64, bytes: &[u8]) {
        self.pair.seal(now, bytes, temoto_crypto::Padding::None).unwrap();
        self.drain(now);
    }

    pub fn attached(&mut self, now: u64) {
        self.pair.attached(now, &mut self.rng);
        self.drain(now);
    }

    pub fn timeout(&mut self, now: u64) {
        self.pair.handle_timeout(now, &mut self.rng);
        self.drain(now);
    }

    pub fn take_sent(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.sent)
    }

    pub fn has(&self, wanted: &PairOutput) -> bool {
        self.events.contains(wanted)
    }
}

/// Delivers everything both ways until nobody has anything to say.
pub fn settle(now: u64, agent: &mut End, console: &mut End) {
    for _ in 0..100 {
        let (from_agent, from_console) = (agent.take_sent(), console.take_sent());
        if from_agent.is_empty() && from_console.is_empty() {
            return;
        }
        for message in from_agent {
            console.receive(now, &message);
        }
        for message in from_console {
            agent.receive(now, &message);
        }
    }
    panic!("the ends never stop talking");
}

/// The four lobby messages of an attempt between ends that agree.
pub struct Lobby {
    pub knock: [u8; LOBBY_BYTES],
    pub answer: [u8; LOBBY_BYTES],
    pub proof: [u8; LOBBY_BYTES],
    pub verdict: [u8; LOBBY_BYTES],
}

/// Pairs up to the first pair messages, which lie in `sent`.
pub fn admit(secret: &PairingSecret, role: AgentRole, keeping: RootKeeping, seed: u64) -> (End, End, Lobby) {
    let (mut agent_rng, mut console_rng) = (rng(seed), rng(seed ^ 0xffff));
    let setup = agent_setup(secret.clone(), role, &mut agent_rng);
    let (agent, knock) = AgentPairing::new(setup).unwrap();
    let setup = console_setup(secret.clone(), &mut console_rng);
    let (console, answer) = ConsolePairing::answer(setup, ATTEMPT, &knock, &mut console_rng).unwrap();
    let (agent, proof) = agent.on_answer(ATTEMPT, &answer, &mut agent_rng).unwrap();
    let admission = console.on_proof(&proof, &mut console_rng).unwrap();
    let (admitted, verdict) = admission.admit().unwrap();
    let console = admitted.into_pair(0, 0, 1, keeping);
    let claims = Claims::new(b"PC-01".to_vec()).unwrap();
    let seat = Seat {
        session: SESSION,
        console: 0,
        agent: 1,
    };
    let agent = agent
        .on_verdict(0, &verdict, seat, &claims, keeping, &mut agent_rng)
        .unwrap();
    let lobby = Lobby {
        knock,
        answer,
        proof,
        verdict,
    };
    (End::new(agent, agent_rng), End::new(console, console_rng), lobby)
}

/// Two ends with a living run 0.
pub fn paired(keeping: RootKeeping, seed: u64) -> (End, End) {
    let (mut agent, mut console, _) = admit(&code("4821 9037"), AgentRole::Page, keeping, seed);
    settle(0, &mut agent, &mut console);
    assert!(agent.pair.is_ready() && console.pair.is_ready());
    (agent, console)
}

/// Delivers everything both ways and notes what each end sent, in order.
pub fn settle_recorded(
    now: u64,
    (agent, agent_rng): (&mut SecurePair, &mut dyn CryptoRngCore),
    (console, console_rng): (&mut SecurePair, &mut dyn CryptoRngCore),
    said: &mut (Vec<Vec<u8>>, Vec<Vec<u8>>),
) {
    loop {
        let from_agent = transmissions(agent);
        let from_console = transmissions(console);
        if from_agent.is_empty() && from_console.is_empty() {
            return;
        }
        for message in &from_agent {
            console.handle_message(now, message, console_rng);
        }
        for message in &from_console {
            agent.handle_message(now, message, agent_rng);
        }
        said.0.extend(from_agent);
        said.1.extend(from_console);
    }
}

fn transmissions(pair: &mut SecurePair) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| pair.poll())
        .filter_map(|output| {
            if let PairOutput::Transmit(message) = output {
                Some(message)
            } else {
                None
            }
        })
        .collect()
}
