//! The secure pair: what was not sealed by the other end is never opened, whatever lies between the two.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use temoto_crypto::code::Code;
use temoto_crypto::file_name::{FileName, parse_authority};
use temoto_crypto::pairing::{AgentPairing, AgentSetup, ConsolePairing, ConsoleSetup, PairingSecret, Seat};
use temoto_crypto::statement::{Statement, server_key};
use temoto_crypto::token::Token;
use temoto_crypto::{
    AgentRole, Capabilities, Claims, Knock, LOBBY_BYTES, Padding, PairContext, PairOutput, RestoredRoot,
    RootKeeping, Secret32, SecurePair, Side, StaticKey,
};

const ATTEMPT: [u8; 16] = [9; 16];
const SESSION: [u8; 16] = [7; 16];

/// The first lobby message, as the console reads it.
pub fn knock(bytes: &[u8]) {
    let _result = Knock::parse(&lobby(bytes));
}

/// A whole attempt. The first byte says which of the four messages is replaced by the rest; an altered one never
/// ends in a pair that both ends believe in.
pub fn attempt(bytes: &[u8]) {
    let Some((which, replacement)) = bytes.split_first() else {
        return;
    };
    let mut altered = false;
    let mut pass = |number: u8, message: [u8; LOBBY_BYTES]| {
        if number != which % 4 {
            return message;
        }
        let replaced = lobby(replacement);
        altered = replaced != message;
        replaced
    };
    if pair_up(&mut pass).is_some() {
        assert!(!altered, "an altered message was accepted by both ends");
    }
}

fn pair_up(pass: &mut dyn FnMut(u8, [u8; LOBBY_BYTES]) -> [u8; LOBBY_BYTES]) -> Option<SecurePair> {
    let (mut agent_rng, mut console_rng) = (ChaCha20Rng::seed_from_u64(1), ChaCha20Rng::seed_from_u64(2));
    let secret = PairingSecret::Token(Token::from_bytes([5; 16]));
    let setup = AgentSetup {
        secret: secret.clone(),
        host: "localhost:8080".to_owned(),
        role: AgentRole::Program,
        capabilities: Capabilities::new(&[1])?,
        build: "0.1.0".to_owned(),
        static_key: StaticKey::generate(&mut agent_rng),
    };
    let (agent, message) = AgentPairing::new(setup).ok()?;
    let setup = ConsoleSetup {
        secret,
        session: SESSION,
        capabilities: Capabilities::new(&[1])?,
        static_key: StaticKey::generate(&mut console_rng),
    };
    let (console, message) =
        ConsolePairing::answer(setup, ATTEMPT, &pass(0, message), &mut console_rng).ok()?;
    let (agent, message) = agent.on_answer(ATTEMPT, &pass(1, message), &mut agent_rng).ok()?;
    let admission = console.on_proof(&pass(2, message), &mut console_rng).ok()?;
    let (_admitted, message) = admission.admit().ok()?;
    let seat = Seat {
        session: SESSION,
        console: 0,
        agent: 1,
    };
    agent
        .on_verdict(
            0,
            &pass(3, message),
            seat,
            &Claims::default(),
            RootKeeping::Machine,
            &mut agent_rng,
        )
        .ok()
}

/// What people type and what a file is called.
pub fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(code) = Code::parse(&text) {
        assert!(code.digits().bytes().all(|digit| digit.is_ascii_digit()));
    }
    if let Ok(token) = Token::parse(&text) {
        assert_eq!(
            Token::parse(&token.letters()).map(|token| *token.expose()),
            Ok(*token.expose())
        );
    }
    if let Ok(name) = FileName::parse(&text)
        && let Ok(stem) = name.stem()
    {
        assert_eq!(FileName::parse(&stem).and_then(|name| name.stem()), Ok(stem));
    }
    let _result = parse_authority(&text);
}

/// What the server says about an operator: bytes that it did not sign are not believed.
pub fn statement(bytes: &[u8]) {
    let seed = Secret32::new([1; 32]);
    let verified = Statement::verify(bytes, &server_key(&seed), &[2; 32], &SESSION, 0);
    if let Ok(statement) = verified {
        assert_eq!(statement.sign(&seed).as_deref(), Ok(bytes));
    }
}

/// Two ends that share a root, and a relay that does with their messages what the bytes say: deliver, drop, double,
/// reorder, alter, invent, let time pass, cut. Each end opens only what the other sealed, in order and once.
pub fn relay(bytes: &[u8]) {
    let ends = play(bytes);
    for (from, to) in [(0, 1), (1, 0)] {
        let (sealed, opened) = (ends[from].sealed, &ends[to].opened);
        assert!(
            opened.is_sorted_by(|earlier, later| earlier < later),
            "in order and once: {opened:?}"
        );
        assert!(
            opened.iter().all(|number| *number < sealed),
            "only what was sealed: {opened:?}"
        );
    }
}

fn play(bytes: &[u8]) -> [End; 2] {
    let mut ends = [End::new(Side::Agent, 3), End::new(Side::Console, 4)];
    let mut now = 0;
    let mut bytes = bytes.iter().copied();
    ends[0].pair.attached(now, &mut ends[0].rng);
    while let Some(step) = bytes.next() {
        let argument = bytes.next().unwrap_or(0);
        let (from, to) = if step & 0x80 == 0 { (0, 1) } else { (1, 0) };
        for end in &mut ends {
            end.drain();
        }
        let waiting = ends[from].sent.len();
        let place = usize::from(argument).checked_rem(waiting).unwrap_or(0);
        match step & 0x0f {
            // Mostly things go well, or nothing deep is ever reached.
            0..=5 if waiting > 0 => {
                let message = ends[from].sent.remove(0);
                ends[to].receive(now, &message);
            }
            6 if waiting > 0 => drop(ends[from].sent.remove(place)),
            7 if waiting > 0 => {
                let message = ends[from].sent[place].clone();
                ends[to].receive(now, &message);
            }
            8 if waiting > 0 => {
                let mut message = ends[from].sent.remove(place);
                let at = bytes.next().map_or(0, usize::from) % message.len().max(1);
                if let Some(byte) = message.get_mut(at) {
                    *byte ^= argument | 1;
                }
                ends[to].receive(now, &message);
            }
            9 => {
                let invented: Vec<u8> = bytes.by_ref().take(usize::from(argument)).collect();
                ends[to].receive(now, &invented);
            }
            10 if waiting > 0 => {
                let message = ends[from].sent[place].clone();
                ends[from].receive(now, &message);
            }
            11 => {
                now += u64::from(argument) * 1000;
                for end in &mut ends {
                    end.pair.handle_timeout(now, &mut end.rng);
                }
            }
            12 => ends[from].pair.attached(now, &mut ends[from].rng),
            _ => ends[from].seal(now),
        }
    }
    for end in &mut ends {
        end.drain();
    }
    ends
}

struct End {
    pair: SecurePair,
    rng: ChaCha20Rng,
    sent: Vec<Vec<u8>>,
    /// How many messages this end sealed; each carries its number.
    sealed: u64,
    opened: Vec<u64>,
}

impl End {
    fn new(side: Side, seed: u64) -> Self {
        let context = PairContext {
            session: SESSION,
            console: 0,
            agent: 1,
            role: AgentRole::Program,
            host: "localhost:8080".to_owned(),
        };
        let root = RestoredRoot::Machine(Secret32::new([6; 32]));
        let pair = SecurePair::restore(side, context, root, 0);
        Self {
            pair,
            rng: ChaCha20Rng::seed_from_u64(seed),
            sent: Vec::new(),
            sealed: 0,
            opened: Vec::new(),
        }
    }

    fn receive(&mut self, now: u64, message: &[u8]) {
        self.pair.handle_message(now, message, &mut self.rng);
        self.drain();
    }

    fn seal(&mut self, now: u64) {
        if self
            .pair
            .seal(now, &self.sealed.to_be_bytes(), Padding::None)
            .is_ok()
        {
            self.sealed += 1;
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.pair.poll() {
            if let PairOutput::Transmit(message) = output {
                self.sent.push(message);
            } else if let PairOutput::Opened(bytes) = output {
                let number = bytes.try_into().map(u64::from_be_bytes);
                self.opened.push(number.unwrap_or(u64::MAX));
            }
        }
    }
}

/// Bytes as a lobby message: cut or filled with zeros.
fn lobby(bytes: &[u8]) -> [u8; LOBBY_BYTES] {
    let mut message = [0; LOBBY_BYTES];
    message.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    message
}

pub fn knock_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    pair_up(&mut |number, message| {
        if number == 0 {
            seeds.push(message.to_vec());
        }
        message
    });
    seeds
}

pub fn attempt_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    pair_up(&mut |number, message| {
        seeds.push([&[number][..], &message].concat());
        message
    });
    seeds
}

pub fn text_seeds() -> Vec<Vec<u8>> {
    let token = Token::from_bytes([5; 16]);
    let name = format!("temoto_support.example_8443_{}.exe", *token.letters());
    let texts = [
        "4821 9037",
        "４８２１－９０３７",
        "48219037-55",
        "support.example:8443",
        "[::1]:8080",
        &name,
        &token.letters(),
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

pub fn statement_seeds() -> Vec<Vec<u8>> {
    let statement = Statement {
        console_static: [2; 32],
        session: SESSION,
        organization: "Example Corp.".to_owned(),
        operator: "Sato Hanako".to_owned(),
        expires_at_ms: 1,
    };
    statement.sign(&Secret32::new([1; 32])).into_iter().collect()
}

pub fn relay_seeds() -> Vec<Vec<u8>> {
    // Deliver in turn until a run lives, then seal and deliver both ways, then cut and begin again.
    let well = [
        0x00, 0, 0x80, 0, 0x00, 0, 0x80, 0, 0x0f, 0, 0x00, 0, 0x8f, 0, 0x80, 0,
    ];
    let cut = [&well[..], &[0x0c, 0], &well, &[0x8c, 0], &well].concat();
    let attacked = [
        &well[..],
        &[
            0x0f, 0, 0x07, 0, 0x00, 0, 0x08, 3, 1, 0x0a, 0, 0x09, 2, 1, 1, 0x0b, 200,
        ],
        &well,
    ]
    .concat();
    vec![well.to_vec(), cut, attacked]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_that_delivers_everything_lets_records_through_both_ways() {
        let seeds = relay_seeds();
        let [agent, console] = play(&seeds[0]);
        assert_eq!((agent.opened, console.opened), (vec![0], vec![0]));
    }

    #[test]
    fn an_attempt_that_nobody_touches_ends_in_a_pair() {
        assert!(pair_up(&mut |_, message| message).is_some());
    }
}
