//! Large records that one end computes outside of its machine, as a browser does.

use super::ends::{End, paired, settle};
use temoto_crypto::{LossReason, PairOutput, RootKeeping};

const LARGE: usize = 40_000;

/// The console is a browser, the agent a program.
fn pair(seed: u64) -> (End, End) {
    let (agent, mut console) = paired(RootKeeping::Machine, seed);
    console.pair.compute_outside();
    (agent, console)
}

#[test]
fn large_and_small_records_keep_their_order_both_ways() {
    let (mut agent, mut console) = pair(31);
    for turn in 0..6u8 {
        let size = if turn % 2 == 0 { LARGE } else { 10 };
        agent.seal(0, &vec![turn; size]);
        console.seal(0, &vec![turn; size]);
    }
    settle(0, &mut agent, &mut console);
    for end in [&agent, &console] {
        let first: Vec<u8> = end.opened.iter().map(|bytes| bytes[0]).collect();
        assert_eq!(first, [0, 1, 2, 3, 4, 5]);
    }
    assert_eq!((console.computed, agent.computed), ([3, 3], [0, 0]));
    assert!(agent.pair.is_ready() && console.pair.is_ready());
}

#[test]
fn a_new_run_brings_new_keys() {
    let (mut agent, mut console) = pair(32);
    for _ in 0..2 {
        agent.seal(0, &[1; LARGE]);
        console.seal(0, &[2; LARGE]);
        settle(0, &mut agent, &mut console);
        let before = console.keys.clone();
        console.attached(0);
        agent.attached(0);
        settle(0, &mut agent, &mut console);
        agent.seal(0, &[3; LARGE]);
        console.seal(0, &[4; LARGE]);
        settle(0, &mut agent, &mut console);
        assert!(before[0] != console.keys[0] && before[1] != console.keys[1]);
    }
    assert_eq!((agent.opened.len(), console.opened.len()), (4, 4));
}

#[test]
fn a_record_that_does_not_verify_ends_the_run() {
    let (mut agent, mut console) = pair(33);
    agent.seal(0, &[1; LARGE]);
    let mut message = agent.take_sent().remove(0);
    message[LARGE / 2] ^= 1;
    console.receive(0, &message);
    let n = 0;
    assert!(console.has(&PairOutput::RunLost {
        n,
        reason: LossReason::Tag
    }));
    assert!(console.opened.is_empty());
    console.attached(0);
    agent.attached(0);
    settle(0, &mut agent, &mut console);
    agent.seal(0, &[2; LARGE]);
    settle(0, &mut agent, &mut console);
    assert!(console.opened == [vec![2; LARGE]]);
}

#[test]
fn an_answer_of_another_length_opens_nothing() {
    let (mut agent, mut console) = pair(34);
    console.late = Some(Vec::new());
    agent.seal(0, &[1; LARGE]);
    console.receive(0, &agent.take_sent().remove(0));
    let (ticket, plaintext) = console.late.take().unwrap().remove(0);
    let mut short = plaintext.unwrap();
    short.pop();
    console.pair.opened(0, ticket, Some(short), &mut console.rng);
    console.drain(0);
    assert!(console.opened.is_empty() && !console.pair.is_ready());
}

#[test]
fn an_answer_that_comes_after_its_run_is_let_go() {
    let (mut agent, mut console) = pair(35);
    console.late = Some(Vec::new());
    agent.seal(0, &[1; LARGE]);
    console.receive(0, &agent.take_sent().remove(0));
    console.attached(0);
    agent.attached(0);
    let late = console.late.take().unwrap();
    settle(0, &mut agent, &mut console);
    for (ticket, plaintext) in late {
        console.pair.opened(0, ticket, plaintext, &mut console.rng);
    }
    console.drain(0);
    assert!(console.opened.is_empty() && console.pair.is_ready());
    agent.seal(0, &[2; LARGE]);
    settle(0, &mut agent, &mut console);
    assert!(console.opened == [vec![2; LARGE]]);
}

#[test]
fn nothing_is_opened_out_of_order_by_a_caller_that_does_not_wait() {
    let (mut agent, mut console) = pair(36);
    console.late = Some(Vec::new());
    agent.seal(0, &[1; LARGE]);
    agent.seal(0, b"small");
    for message in agent.take_sent() {
        console.receive(0, &message);
    }
    assert!(console.opened.is_empty() && !console.pair.is_ready());
    let (ticket, plaintext) = console.late.take().unwrap().remove(0);
    console.pair.opened(0, ticket, plaintext, &mut console.rng);
    console.drain(0);
    assert!(console.opened.is_empty());
}
