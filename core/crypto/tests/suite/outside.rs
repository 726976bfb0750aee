//! Large records that one end computes outside of its machine, as a browser does: the operator's end, or the customer's page.

use super::ends::{End, paired, settle};
use temoto_crypto::{LossReason, PairOutput, RootKeeping};

const LARGE: usize = 40_000;

/// The end that computes outside, and the other one: once the console does it, once the agent.
fn pairs(seed: u64) -> [(End, End); 2] {
    let (agent, console) = paired(RootKeeping::Machine, seed);
    let (page, other) = paired(RootKeeping::Machine, seed + 100);
    [(console, agent), (page, other)].map(|(mut browser, program)| {
        browser.pair.compute_outside();
        (browser, program)
    })
}

#[test]
fn large_and_small_records_keep_their_order_both_ways() {
    for (mut browser, mut program) in pairs(31) {
        for turn in 0..6u8 {
            let size = if turn % 2 == 0 { LARGE } else { 10 };
            program.seal(0, &vec![turn; size]);
            browser.seal(0, &vec![turn; size]);
        }
        settle(0, &mut program, &mut browser);
        for end in [&program, &browser] {
            let first: Vec<u8> = end.opened.iter().map(|bytes| bytes[0]).collect();
            assert_eq!(first, [0, 1, 2, 3, 4, 5]);
        }
        assert_eq!((browser.computed, program.computed), ([3, 3], [0, 0]));
        assert!(program.pair.is_ready() && browser.pair.is_ready());
    }
}

#[test]
fn two_browsers_understand_each_other() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 30);
    agent.pair.compute_outside();
    console.pair.compute_outside();
    for turn in 0..2 {
        agent.seal(0, &[turn; LARGE]);
        console.seal(0, &[turn + 2; LARGE]);
        settle(0, &mut agent, &mut console);
        console.attached(0);
        agent.attached(0);
        settle(0, &mut agent, &mut console);
    }
    assert!(console.opened == [[0; LARGE], [1; LARGE]]);
    assert!(agent.opened == [[2; LARGE], [3; LARGE]]);
    assert_eq!((agent.computed, console.computed), ([2, 2], [2, 2]));
}

#[test]
fn a_new_run_brings_new_keys() {
    for (mut browser, mut program) in pairs(32) {
        for _ in 0..2 {
            program.seal(0, &[1; LARGE]);
            browser.seal(0, &[2; LARGE]);
            settle(0, &mut program, &mut browser);
            let before = browser.keys.clone();
            browser.attached(0);
            program.attached(0);
            settle(0, &mut program, &mut browser);
            program.seal(0, &[3; LARGE]);
            browser.seal(0, &[4; LARGE]);
            settle(0, &mut program, &mut browser);
            assert!(before[0] != browser.keys[0] && before[1] != browser.keys[1]);
        }
        assert_eq!((program.opened.len(), browser.opened.len()), (4, 4));
    }
}

#[test]
fn a_record_that_does_not_verify_ends_the_run() {
    for (mut browser, mut program) in pairs(33) {
        program.seal(0, &[1; LARGE]);
        let mut message = program.take_sent().remove(0);
        message[LARGE / 2] ^= 1;
        browser.receive(0, &message);
        let n = 0;
        assert!(browser.has(&PairOutput::RunLost {
            n,
            reason: LossReason::Tag
        }));
        assert!(browser.opened.is_empty());
        browser.attached(0);
        program.attached(0);
        settle(0, &mut program, &mut browser);
        program.seal(0, &[2; LARGE]);
        settle(0, &mut program, &mut browser);
        assert!(browser.opened == [vec![2; LARGE]]);
    }
}

#[test]
fn an_answer_of_another_length_opens_nothing() {
    for (mut browser, mut program) in pairs(34) {
        browser.late = Some(Vec::new());
        program.seal(0, &[1; LARGE]);
        browser.receive(0, &program.take_sent().remove(0));
        let (ticket, plaintext) = browser.late.take().unwrap().remove(0);
        let mut short = plaintext.unwrap();
        short.pop();
        browser.pair.opened(0, ticket, Some(short), &mut browser.rng);
        browser.drain(0);
        assert!(browser.opened.is_empty() && !browser.pair.is_ready());
    }
}

#[test]
fn an_answer_that_comes_after_its_run_is_let_go() {
    for (mut browser, mut program) in pairs(35) {
        browser.late = Some(Vec::new());
        program.seal(0, &[1; LARGE]);
        browser.receive(0, &program.take_sent().remove(0));
        browser.attached(0);
        program.attached(0);
        let late = browser.late.take().unwrap();
        settle(0, &mut program, &mut browser);
        for (ticket, plaintext) in late {
            browser.pair.opened(0, ticket, plaintext, &mut browser.rng);
        }
        browser.drain(0);
        assert!(browser.opened.is_empty() && browser.pair.is_ready());
        program.seal(0, &[2; LARGE]);
        settle(0, &mut program, &mut browser);
        assert!(browser.opened == [vec![2; LARGE]]);
    }
}

#[test]
fn nothing_is_opened_out_of_order_by_a_caller_that_does_not_wait() {
    for (mut browser, mut program) in pairs(36) {
        browser.late = Some(Vec::new());
        program.seal(0, &[1; LARGE]);
        program.seal(0, b"small");
        for message in program.take_sent() {
            browser.receive(0, &message);
        }
        assert!(browser.opened.is_empty() && !browser.pair.is_ready());
        let (ticket, plaintext) = browser.late.take().unwrap().remove(0);
        browser.pair.opened(0, ticket, plaintext, &mut browser.rng);
        browser.drain(0);
        assert!(browser.opened.is_empty());
    }
}
