//! A pairing by token and a run against the committed transcript, which a second implementation reproduced.

use crate::ends::settle_recorded;
use rand_chacha::rand_core::{CryptoRng, Error, RngCore};
use std::collections::VecDeque;
use temoto_crypto::pairing::{AgentPairing, AgentSetup, ConsolePairing, ConsoleSetup, PairingSecret, Seat};
use temoto_crypto::token::Token;
use temoto_crypto::{AgentRole, Capabilities, Claims, LOBBY_BYTES, Padding, RootKeeping, StaticKey};

const TRANSCRIPT: &str = include_str!("../data/token-pairing.txt");

fn lines(key: &str) -> VecDeque<Vec<u8>> {
    TRANSCRIPT
        .lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .map(|hex| {
            (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect()
        })
        .collect()
}

fn lobby(key: &str) -> [u8; LOBBY_BYTES] {
    let mut message = [0; LOBBY_BYTES];
    let bytes = lines(key).pop_front().unwrap();
    message[..bytes.len()].copy_from_slice(&bytes);
    message
}

/// Gives the recorded random bytes, in the recorded portions.
pub struct Recorded(VecDeque<Vec<u8>>);

impl RngCore for Recorded {
    fn next_u32(&mut self) -> u32 {
        panic!("nothing else is drawn")
    }

    fn next_u64(&mut self) -> u64 {
        panic!("nothing else is drawn")
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        dest.copy_from_slice(&self.0.pop_front().unwrap());
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Recorded {}

#[test]
fn the_committed_transcript_of_a_pairing_by_token_holds() {
    let (mut agent_rng, mut console_rng) = (Recorded(lines("drawn_a")), Recorded(lines("drawn_c")));
    let secret = PairingSecret::Token(Token::from_bytes([0x31; 16]));
    let setup = AgentSetup {
        secret: secret.clone(),
        host: "h.example".into(),
        role: AgentRole::Program,
        capabilities: Capabilities::new(&[1]).unwrap(),
        build: "b".into(),
        static_key: StaticKey::generate(&mut agent_rng),
    };
    let (agent, knock) = AgentPairing::new(setup).unwrap();
    assert_eq!(knock, lobby("knock"));
    let setup = ConsoleSetup {
        secret,
        session: [5; 16],
        capabilities: Capabilities::new(&[2]).unwrap(),
        static_key: StaticKey::generate(&mut console_rng),
    };
    let (console, answer) = ConsolePairing::answer(setup, [9; 16], &knock, &mut console_rng).unwrap();
    assert_eq!(answer, lobby("answer"));
    let (agent, proof) = agent.on_answer([9; 16], &answer, &mut agent_rng).unwrap();
    assert_eq!(proof, lobby("proof"));
    let (console, verdict) = console
        .on_proof(&proof, &mut console_rng)
        .unwrap()
        .admit()
        .unwrap();
    assert_eq!(verdict, lobby("verdict"));

    let seat = Seat {
        session: [5; 16],
        console: 0,
        agent: 3,
    };
    let claims = Claims::new(b"PC".to_vec()).unwrap();
    let mut agent = agent
        .on_verdict(0, &verdict, seat, &claims, RootKeeping::Machine, &mut agent_rng)
        .unwrap();
    let mut console = console.into_pair(0, 0, 3, RootKeeping::Machine);
    let mut said = (Vec::new(), Vec::new());
    let mut settle = |now, agent: &mut _, console: &mut _| {
        settle_recorded(
            now,
            (agent, &mut agent_rng),
            (console, &mut console_rng),
            &mut said,
        );
    };
    settle(0, &mut agent, &mut console);
    agent.seal(1, b"hi", Padding::SizeClass).unwrap();
    settle(1, &mut agent, &mut console);
    agent.attached(2, &mut Recorded(lines("drawn_a").split_off(4)));
    settle(2, &mut agent, &mut console);
    console.seal(3, b"yo", Padding::None).unwrap();
    settle(3, &mut agent, &mut console);
    assert_eq!(said.0, Vec::from(lines("agent")));
    assert_eq!(said.1, Vec::from(lines("console")));
}
