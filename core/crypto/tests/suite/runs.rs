//! Runs: how they start, change and recover between honest ends, in virtual time.

use crate::ends::*;
use temoto_crypto::{
    AgentRole, EndReason, LossReason, MAX_APPLICATION, NotReady, Padding, PairOutput, RestoredRoot,
    RootKeeping, SecurePair, Side,
};

const MINUTE: u64 = 60_000;
const KEEPING: [RootKeeping; 2] = [RootKeeping::Machine, RootKeeping::Caller];

#[test]
fn an_hour_old_run_is_replaced_without_a_gap() {
    for keeping in KEEPING {
        let (mut agent, mut console) = paired(keeping, 1);
        assert_eq!(agent.pair.next_timeout(), Some(60 * MINUTE));
        agent.timeout(60 * MINUTE - 1);
        assert!(agent.sent.is_empty());
        agent.timeout(60 * MINUTE);
        // While run 1 starts, both still talk under run 0.
        let init = agent.take_sent();
        agent.seal(60 * MINUTE, b"old run");
        console.seal(60 * MINUTE, b"old run too");
        init.iter()
            .for_each(|message| console.receive(60 * MINUTE, message));
        settle(60 * MINUTE, &mut agent, &mut console);
        assert!(agent.has(&PairOutput::RunStarted { n: 1 }) && console.has(&PairOutput::RunStarted { n: 1 }));
        agent.seal(60 * MINUTE, b"new run");
        settle(60 * MINUTE, &mut agent, &mut console);
        assert_eq!(console.opened, [b"old run".to_vec(), b"new run".to_vec()]);
        assert_eq!(agent.opened, [b"old run too".to_vec()]);
        let lost = |end: &End| {
            end.events
                .iter()
                .any(|event| matches!(event, PairOutput::RunLost { .. }))
        };
        assert!(!lost(&agent) && !lost(&console));
    }
}

#[test]
fn nothing_is_sealed_between_the_agents_switch_and_the_consoles() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 2);
    agent.pair.renew(1_000, &mut agent.rng);
    agent.drain(1_000);
    agent
        .take_sent()
        .iter()
        .for_each(|message| console.receive(1_000, message));
    console
        .take_sent()
        .iter()
        .for_each(|message| agent.receive(1_000, message));
    assert_eq!(agent.pair.seal(1_000, b"x", Padding::None), Err(NotReady::NoRun));
    assert!(console.pair.is_ready());
    settle(1_000, &mut agent, &mut console);
    assert!(agent.pair.is_ready());
}

#[test]
fn a_console_whose_agent_forgets_the_hour_asks() {
    let (agent, mut console) = paired(RootKeeping::Machine, 3);
    drop(agent);
    console.timeout(61 * MINUTE);
    assert_eq!(console.take_sent(), [vec![5, 0, 0, 0, 0]]);
    assert!(console.pair.is_ready(), "the old run lives on");
}

#[test]
fn a_lost_record_ends_the_run_and_a_new_one_recovers() {
    for keeping in KEEPING {
        let (mut agent, mut console) = paired(keeping, 4);
        agent.seal(1_000, b"one");
        agent.seal(1_000, b"two");
        let sent = agent.take_sent();
        console.receive(1_000, &sent[1]);
        assert!(console.has(&PairOutput::RunLost {
            n: 0,
            reason: LossReason::Tag
        }));
        assert!(console.opened.is_empty());
        settle(1_000, &mut agent, &mut console);
        let due = agent.pair.next_timeout().unwrap_or(1_000);
        agent.timeout(due.min(40_000));
        settle(due, &mut agent, &mut console);
        assert!(agent.has(&PairOutput::RunStarted { n: 1 }) && console.has(&PairOutput::RunStarted { n: 1 }));
        agent.seal(due, b"three");
        settle(due, &mut agent, &mut console);
        assert_eq!(console.opened, [b"three".to_vec()]);
    }
}

#[test]
fn an_agent_that_cannot_open_starts_again_by_itself() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 5);
    console.seal(1_000, b"one");
    console.seal(1_000, b"two");
    let sent = console.take_sent();
    agent.receive(1_000, &sent[1]);
    assert!(agent.has(&PairOutput::RunLost {
        n: 0,
        reason: LossReason::Tag
    }));
    let due = agent.pair.next_timeout().unwrap();
    assert!((1_125..=1_250).contains(&due), "{due}");
    agent.timeout(due);
    settle(due, &mut agent, &mut console);
    assert!(agent.pair.is_ready() && console.pair.is_ready());
}

#[test]
fn ten_failures_in_ten_minutes_end_the_pair_and_nine_do_not() {
    for (spacing, ends) in [(1_000, true), (2 * MINUTE, false)] {
        let (mut agent, mut console) = paired(RootKeeping::Machine, 6);
        let mut now = 0;
        for failure in 1..=10 {
            now += spacing;
            console.receive(now, &[99]);
            settle(now, &mut agent, &mut console);
            while let Some(due) = agent.pair.next_timeout().filter(|due| *due < now + spacing) {
                agent.timeout(due);
                settle(due, &mut agent, &mut console);
            }
            assert_eq!(console.pair.is_ended(), ends && failure == 10, "{failure}");
        }
        assert_eq!(
            console.has(&PairOutput::Ended {
                reason: EndReason::TooManyFailures
            }),
            ends
        );
    }
}

#[test]
fn new_attachments_are_no_failures() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 7);
    for round in 1..=50 {
        let now = round * 100;
        agent.attached(now);
        console.attached(now);
        settle(now, &mut agent, &mut console);
        assert!(agent.pair.is_ready() && console.pair.is_ready(), "{round}");
    }
}

#[test]
fn whichever_end_attaches_and_whoever_is_told_first_a_run_comes_up() {
    for order in 0..4 {
        let (mut agent, mut console) = paired(RootKeeping::Caller, 8);
        match order {
            0 => agent.attached(1_000),
            1 => console.attached(1_000),
            2 => {
                agent.attached(1_000);
                settle(1_000, &mut agent, &mut console);
                console.attached(1_000);
            }
            _ => {
                console.attached(1_000);
                settle(1_000, &mut agent, &mut console);
                agent.attached(1_000);
            }
        }
        settle(1_000, &mut agent, &mut console);
        // A console that lost a run which just came up may have to ask once more.
        for now in [2_000, 3_500, 6_000, 9_000] {
            agent.timeout(now);
            console.timeout(now);
            settle(now, &mut agent, &mut console);
        }
        assert!(agent.pair.is_ready() && console.pair.is_ready(), "{order}");
        agent.seal(10_000, b"up");
        console.seal(10_000, b"up");
        settle(10_000, &mut agent, &mut console);
        assert_eq!((agent.opened.len(), console.opened.len()), (1, 1), "{order}");
    }
}

#[test]
fn an_agent_whose_init_is_lost_takes_the_next_number() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 9);
    agent.attached(1_000);
    agent.take_sent();
    agent.timeout(6_000);
    assert!(agent.sent.is_empty(), "back-off first");
    let due = agent.pair.next_timeout().unwrap();
    agent.timeout(due);
    settle(due, &mut agent, &mut console);
    assert!(agent.has(&PairOutput::RunStarted { n: 2 }) && console.has(&PairOutput::RunStarted { n: 2 }));
}

#[test]
fn a_number_is_stored_before_it_is_sent() {
    let (mut agent, _console) = paired(RootKeeping::Caller, 10);
    agent.pair.attached(1_000, &mut agent.rng);
    let outputs: Vec<PairOutput> = std::iter::from_fn(|| agent.pair.poll()).collect();
    assert_eq!(
        outputs,
        [
            PairOutput::RunLost {
                n: 0,
                reason: LossReason::Attached
            },
            PairOutput::Persist { n: 1 },
            PairOutput::DerivePsk { n: 1 }
        ]
    );
}

#[test]
fn reloaded_ends_go_on_with_what_they_kept() {
    for keeping in KEEPING {
        let (mut agent, mut console) = paired(keeping, 11);
        agent.attached(1_000);
        settle(1_000, &mut agent, &mut console);
        // Only a caller that keeps the root can lose its machine.
        let Some(root) = agent.kept_root.clone() else {
            continue;
        };
        let mut agent = End::new(restored(&agent, Side::Agent, 1), rng(99));
        agent.kept_root = Some(root.clone());
        agent.attached(2_000);
        settle(2_000, &mut agent, &mut console);
        assert!(agent.has(&PairOutput::RunStarted { n: 2 }));
        let mut console = End::new(restored(&console, Side::Console, 2), rng(98));
        console.kept_root = Some(root);
        console.attached(3_000);
        settle(3_000, &mut agent, &mut console);
        agent.timeout(4_000);
        settle(4_000, &mut agent, &mut console);
        assert!(agent.pair.is_ready() && console.pair.is_ready());
        agent.seal(4_000, b"kept");
        settle(4_000, &mut agent, &mut console);
        assert_eq!(console.opened, [b"kept".to_vec()]);
    }
}

fn restored(end: &End, side: Side, last_n: u32) -> SecurePair {
    SecurePair::restore(side, end.pair.context().clone(), RestoredRoot::Caller, last_n)
}

#[test]
fn an_agent_that_forgot_numbers_follows_the_hint() {
    let (mut agent, mut console) = paired(RootKeeping::Caller, 12);
    for round in 1..=5 {
        agent.attached(round * 1_000);
        settle(round * 1_000, &mut agent, &mut console);
    }
    let root = agent.kept_root.clone();
    let mut agent = End::new(restored(&agent, Side::Agent, 0), rng(1));
    agent.kept_root = root;
    agent.attached(10_000);
    settle(10_000, &mut agent, &mut console);
    assert!(
        console.pair.is_ready(),
        "the refused init did not touch the living run"
    );
    let due = agent.pair.next_timeout().unwrap();
    agent.timeout(due);
    settle(due, &mut agent, &mut console);
    assert!(agent.has(&PairOutput::RunStarted { n: 6 }) && console.has(&PairOutput::RunStarted { n: 6 }));
}

#[test]
fn an_end_is_sealed_and_final() {
    for agent_ends in [true, false] {
        let (mut agent, mut console) = paired(RootKeeping::Machine, 13);
        let (first, second) = if agent_ends {
            (&mut agent, &mut console)
        } else {
            (&mut console, &mut agent)
        };
        first.pair.end(1_000);
        first.drain(1_000);
        assert!(first.has(&PairOutput::Ended {
            reason: EndReason::Local
        }));
        for message in first.take_sent() {
            second.receive(1_000, &message);
        }
        assert!(second.has(&PairOutput::Ended {
            reason: EndReason::Peer
        }));
        assert_eq!(second.pair.next_timeout(), None);
        second.attached(2_000);
        second.timeout(99_999_999);
        assert!(second.sent.is_empty());
        assert_eq!(second.pair.seal(2_000, b"x", Padding::None), Err(NotReady::NoRun));
    }
}

#[test]
fn a_pairing_that_loses_a_message_ends_and_can_be_done_again() {
    for lost in 0..2 {
        let (mut agent, mut console, _) = admit(&code("48219037"), AgentRole::Page, RootKeeping::Machine, 14);
        let sent = agent.take_sent();
        for (index, message) in sent.iter().enumerate() {
            if index != lost {
                console.receive(0, message);
            }
        }
        settle(0, &mut agent, &mut console);
        agent.timeout(15_000);
        console.timeout(15_000);
        assert!(console.pair.is_ended(), "{lost}");
        assert!(!console.has(&PairOutput::RootReady), "the code is not spent");
        assert!(
            !agent.has(&PairOutput::RootConfirmed),
            "the agent knows that it may knock again"
        );
    }
    let (agent, console) = paired(RootKeeping::Machine, 15);
    assert!(agent.pair.is_ready() && console.pair.is_ready());
}

#[test]
fn a_pairing_whose_line_broke_is_given_up_sooner() {
    let (mut agent, _, _) = admit(&code("48219037"), AgentRole::Page, RootKeeping::Machine, 14);
    assert_eq!(agent.pair.next_timeout(), Some(15_000));
    agent.attached(1_000);
    assert_eq!(agent.pair.next_timeout(), Some(6_000));
    agent.timeout(6_000);
    assert!(agent.has(&PairOutput::Ended {
        reason: EndReason::PairingTimeout
    }));
}

#[test]
fn a_console_with_the_root_waits_for_an_agent_that_may_not_have_it() {
    let (mut agent, mut console, _) = admit(&code("48219037"), AgentRole::Page, RootKeeping::Machine, 16);
    agent
        .take_sent()
        .iter()
        .for_each(|message| console.receive(0, message));
    assert!(console.has(&PairOutput::RootReady) && !console.has(&PairOutput::RootConfirmed));
    // The console's share is lost: the agent gives up and knocks again, the code is held meanwhile.
    console.take_sent();
    agent.timeout(15_000);
    assert!(agent.has(&PairOutput::Ended {
        reason: EndReason::PairingTimeout
    }));
}

#[test]
fn the_largest_payload_fits_a_relay_message_and_one_byte_more_does_not() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 17);
    for padding in [Padding::None, Padding::SizeClass] {
        let largest = vec![0xa5; MAX_APPLICATION];
        agent.pair.seal(1, &largest, padding).unwrap();
        agent.drain(1);
        assert!(agent.sent.iter().all(|message| message.len() <= 65_535));
        settle(1, &mut agent, &mut console);
        assert_eq!(console.opened.pop().unwrap(), largest);
        assert_eq!(
            agent.pair.seal(1, &vec![0; MAX_APPLICATION + 1], padding),
            Err(NotReady::TooLarge)
        );
    }
}

#[test]
fn padded_records_of_one_class_have_one_size() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 18);
    let mut sizes = std::collections::BTreeSet::new();
    for length in 0..=61 {
        agent.pair.seal(1, &vec![7; length], Padding::SizeClass).unwrap();
        agent.drain(1);
        sizes.extend(agent.sent.iter().map(Vec::len));
        settle(1, &mut agent, &mut console);
        assert_eq!(console.opened.pop().unwrap(), vec![7; length]);
    }
    assert_eq!(sizes.len(), 1);
}

#[test]
fn a_record_after_ten_minutes_rekeys_first() {
    let (mut agent, mut console) = paired(RootKeeping::Machine, 19);
    for (minute, records) in [(9, 1), (10, 2), (19, 1), (20, 2), (30, 2)] {
        agent.seal(minute * MINUTE, b"tick");
        assert_eq!(agent.sent.len(), records, "{minute}");
        settle(minute * MINUTE, &mut agent, &mut console);
    }
    assert_eq!(console.opened.len(), 5);
    console.seal(30 * MINUTE, b"the other direction has its own epoch");
    assert_eq!(console.sent.len(), 2);
    settle(30 * MINUTE, &mut agent, &mut console);
    assert_eq!(agent.opened.len(), 1);
}

#[test]
fn the_same_seeds_give_the_same_bytes() {
    let script = |seed| {
        let mut bytes = Vec::new();
        for keeping in KEEPING {
            let (mut agent, mut console, lobby) = admit(&code("48219037"), AgentRole::Program, keeping, seed);
            bytes.push([lobby.knock, lobby.answer, lobby.proof, lobby.verdict].concat());
            for now in 0..5 {
                let now = now * 400_000;
                agent.attached(now);
                bytes.extend(agent.sent.iter().chain(&console.sent).cloned());
                settle(now, &mut agent, &mut console);
                if agent.pair.is_ready() {
                    agent.seal(now, b"same");
                    bytes.extend(agent.sent.iter().cloned());
                }
                settle(now, &mut agent, &mut console);
            }
        }
        bytes
    };
    assert_eq!(script(20), script(20));
    assert_ne!(script(20), script(21));
}
