//! Every bit of every lobby and handshake message, flipped on the way: never a pair, never a run.

use crate::ends::*;
use rand_chacha::ChaCha20Rng;
use temoto_crypto::pairing::{AgentPairing, AgentProved, ConsolePairing, PairingSecret, Seat};
use temoto_crypto::token::Token;
use temoto_crypto::{AgentRole, Claims, LOBBY_BYTES, PairOutput, RootKeeping, SecurePair};

const SEAT: Seat = Seat {
    session: SESSION,
    console: 0,
    agent: 1,
};

fn flips<const N: usize>(message: &[u8; N]) -> impl Iterator<Item = (usize, [u8; N])> {
    (0..N * 8).map(|bit| {
        let mut flipped = *message;
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

fn secrets() -> [PairingSecret; 2] {
    [code("48219037"), PairingSecret::Token(Token::from_bytes([3; 16]))]
}

fn agent(secret: &PairingSecret) -> (AgentPairing, [u8; LOBBY_BYTES], ChaCha20Rng) {
    let mut rng = rng(1);
    let setup = agent_setup(secret.clone(), AgentRole::Page, &mut rng);
    let (agent, knock) = AgentPairing::new(setup).unwrap();
    (agent, knock, rng)
}

fn console(
    secret: &PairingSecret,
    knock: &[u8; LOBBY_BYTES],
) -> Option<(ConsolePairing, [u8; LOBBY_BYTES], ChaCha20Rng)> {
    let mut rng = rng(2);
    let setup = console_setup(secret.clone(), &mut rng);
    let (console, answer) = ConsolePairing::answer(setup, ATTEMPT, knock, &mut rng).ok()?;
    Some((console, answer, rng))
}

fn verdict_of(
    proved: AgentProved,
    verdict: &[u8; LOBBY_BYTES],
    seat: Seat,
    rng: &mut ChaCha20Rng,
) -> Option<SecurePair> {
    proved
        .on_verdict(0, verdict, seat, &Claims::default(), RootKeeping::Machine, rng)
        .ok()
}

#[test]
fn a_flipped_bit_of_the_knock_is_never_admitted() {
    for secret in secrets() {
        let knock = agent(&secret).1;
        for (bit, flipped) in flips(&knock) {
            let Some((console, answer, mut console_rng)) = console(&secret, &flipped) else {
                continue;
            };
            let (agent, _, mut agent_rng) = agent(&secret);
            let Ok((_, proof)) = agent.on_answer(ATTEMPT, &answer, &mut agent_rng) else {
                continue;
            };
            assert!(console.on_proof(&proof, &mut console_rng).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn a_flipped_bit_of_the_answer_is_never_admitted() {
    for secret in secrets() {
        let knock = agent(&secret).1;
        let answer = console(&secret, &knock).unwrap().1;
        for (bit, flipped) in flips(&answer) {
            let (agent, _, mut agent_rng) = agent(&secret);
            let Ok((_, proof)) = agent.on_answer(ATTEMPT, &flipped, &mut agent_rng) else {
                continue;
            };
            let (console, _, mut console_rng) = console(&secret, &knock).unwrap();
            assert!(console.on_proof(&proof, &mut console_rng).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn a_flipped_bit_of_the_attempt_id_is_never_admitted() {
    for secret in secrets() {
        for (bit, flipped) in flips(&ATTEMPT) {
            let (agent, knock, mut agent_rng) = agent(&secret);
            let (console, answer, mut console_rng) = console(&secret, &knock).unwrap();
            let (_, proof) = agent.on_answer(flipped, &answer, &mut agent_rng).unwrap();
            assert!(console.on_proof(&proof, &mut console_rng).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn a_flipped_bit_of_the_proof_is_never_admitted() {
    for secret in secrets() {
        let (agent, knock, mut agent_rng) = agent(&secret);
        let answer = console(&secret, &knock).unwrap().1;
        let (_, proof) = agent.on_answer(ATTEMPT, &answer, &mut agent_rng).unwrap();
        for (bit, flipped) in flips(&proof) {
            let (console, _, mut console_rng) = console(&secret, &knock).unwrap();
            assert!(console.on_proof(&flipped, &mut console_rng).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn a_flipped_bit_of_the_verdict_or_seat_is_never_believed() {
    for secret in secrets() {
        let (first, knock, mut agent_rng) = agent(&secret);
        let (console, answer, mut console_rng) = console(&secret, &knock).unwrap();
        let (proved, proof) = first.on_answer(ATTEMPT, &answer, &mut agent_rng).unwrap();
        let (_, verdict) = console
            .on_proof(&proof, &mut console_rng)
            .unwrap()
            .admit()
            .unwrap();
        assert!(verdict_of(proved, &verdict, SEAT, &mut agent_rng).is_some());
        let again = || {
            let (agent, _, mut agent_rng) = agent(&secret);
            let (proved, _) = agent.on_answer(ATTEMPT, &answer, &mut agent_rng).unwrap();
            (proved, agent_rng)
        };
        for (bit, flipped) in flips(&verdict) {
            let (proved, mut agent_rng) = again();
            assert!(
                verdict_of(proved, &flipped, SEAT, &mut agent_rng).is_none(),
                "bit {bit}"
            );
        }
        for (bit, session) in flips(&SESSION) {
            let (proved, mut agent_rng) = again();
            let seat = Seat { session, ..SEAT };
            assert!(
                verdict_of(proved, &verdict, seat, &mut agent_rng).is_none(),
                "session bit {bit}"
            );
        }
    }
}

#[test]
fn a_flipped_bit_of_message_3_or_a_root_share_never_makes_a_root() {
    let secret = code("48219037");
    let (agent, console, _) = admit(&secret, AgentRole::Page, RootKeeping::Machine, 4);
    drop(console);
    let [message_3, share]: [Vec<u8>; 2] = agent.sent.clone().try_into().unwrap();
    for (which, message) in [&message_3, &share].into_iter().enumerate() {
        for bit in 0..message.len() * 8 {
            let mut flipped = message.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let (_, mut console, _) = admit(&secret, AgentRole::Page, RootKeeping::Machine, 4);
            if which == 1 {
                console.receive(0, &message_3);
                console.receive(0, &flipped);
            } else {
                console.receive(0, &flipped);
                console.receive(0, &share);
            }
            assert!(
                !console.pair.is_ready() && !console.has(&PairOutput::RootReady),
                "{which} bit {bit}"
            );
        }
    }
}

#[test]
fn a_wrong_participant_number_is_noticed() {
    let secret = code("48219037");
    for seat in [Seat { agent: 2, ..SEAT }, Seat { console: 3, ..SEAT }] {
        let (first, knock, mut agent_rng) = agent(&secret);
        let (console, answer, mut console_rng) = console(&secret, &knock).unwrap();
        let (proved, proof) = first.on_answer(ATTEMPT, &answer, &mut agent_rng).unwrap();
        let (admitted, verdict) = console
            .on_proof(&proof, &mut console_rng)
            .unwrap()
            .admit()
            .unwrap();
        let mut agent = End::new(
            verdict_of(proved, &verdict, seat, &mut agent_rng).unwrap(),
            agent_rng,
        );
        let mut console = End::new(admitted.into_pair(0, 0, 1, RootKeeping::Machine), console_rng);
        settle(0, &mut agent, &mut console);
        assert!(console.pair.is_ended());
        assert!(!agent.pair.is_ready());
    }
}

#[test]
fn a_flipped_bit_of_a_run_init_or_reply_starts_no_run() {
    // `which` 0 is the init, 1 the reply; each flip meets fresh ends.
    for which in 0..2 {
        let length = run_message(which).2.len();
        for bit in 0..length * 8 {
            let (mut agent, mut console, mut message) = run_message(which);
            message[bit / 8] ^= 1 << (bit % 8);
            let receiver = if which == 0 { &mut console } else { &mut agent };
            receiver.receive(1_000, &message);
            // What either end says to that reaches the other; only the flipped message itself is missing.
            settle(1_000, &mut agent, &mut console);
            let started = |end: &End| end.has(&PairOutput::RunStarted { n: 1 });
            assert!(!started(&agent) && !started(&console), "{which} bit {bit}");
            // The living run is untouched by all of it, unless the type itself became an unknown one.
            if bit >= 8 {
                agent.seal(1_001, b"still here");
                settle(1_001, &mut agent, &mut console);
                assert_eq!(console.opened.last().unwrap(), b"still here", "{which} bit {bit}");
            }
        }
    }
}

/// Ends in a living run 0 while run 1 starts, and the init or reply that is under way.
fn run_message(which: usize) -> (End, End, Vec<u8>) {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 11);
    agent.pair.renew(1_000, &mut agent.rng);
    agent.drain(1_000);
    let [init]: [Vec<u8>; 1] = agent.take_sent().try_into().unwrap();
    if which == 0 {
        return (agent, console, init);
    }
    console.receive(1_000, &init);
    let [reply]: [Vec<u8>; 1] = console.take_sent().try_into().unwrap();
    (agent, console, reply)
}
