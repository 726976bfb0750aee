//! Pairing and runs between two honest ends.

use crate::ends::*;
use temoto_crypto::pairing::PairingSecret;
use temoto_crypto::token::Token;
use temoto_crypto::{AgentRole, PairOutput, RootKeeping};

#[test]
fn two_ends_with_one_code_pair_and_talk() {
    for keeping in [RootKeeping::Machine, RootKeeping::Caller] {
        let (mut agent, mut console) = paired(keeping, 1);
        agent.seal(1, b"hello");
        console.seal(1, b"good day");
        settle(1, &mut agent, &mut console);
        assert_eq!(console.opened, [b"hello".to_vec()]);
        assert_eq!(agent.opened, [b"good day".to_vec()]);
        assert!(console.has(&PairOutput::RootConfirmed) && agent.has(&PairOutput::RootConfirmed));
        assert!(console.has(&PairOutput::RootReady) && agent.has(&PairOutput::RootReady));
        assert_eq!(agent.kept_root.is_some(), keeping == RootKeeping::Caller);
    }
}

#[test]
fn a_token_pairs_a_program() {
    let token = Token::draw(&mut rng(5));
    let secret = PairingSecret::Token(token);
    let (mut agent, mut console, _) = admit(&secret, AgentRole::Program, RootKeeping::Machine, 2);
    settle(0, &mut agent, &mut console);
    assert!(agent.pair.is_ready() && console.pair.is_ready());
}

#[test]
fn a_new_attachment_starts_a_new_run_and_both_ends_go_on() {
    for keeping in [RootKeeping::Machine, RootKeeping::Caller] {
        let (mut agent, mut console) = paired(keeping, 3);
        agent.attached(1_000);
        console.attached(1_000);
        settle(1_000, &mut agent, &mut console);
        assert!(agent.has(&PairOutput::RunStarted { n: 1 }));
        assert!(console.has(&PairOutput::RunStarted { n: 1 }));
        agent.seal(1_001, b"again");
        settle(1_001, &mut agent, &mut console);
        assert_eq!(console.opened, [b"again".to_vec()]);
    }
}
