//! Sealed bytes, full queues and slow receivers.

use super::*;
use crate::outbox::{QUEUE_BYTES, WINDOW_BYTES, WINDOW_MS};
use crate::table::GOODBYE_MS;
use temoto_wire::limits::PARTICIPANTS;
use temoto_wire::relay::CloseCode;

#[test]
fn bytes_pass_between_agent_and_console_and_nowhere_else() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (a, number_a, token_a) = world.join(console, "4821", 5);
    let (b, number_b, _) = world.join(console, "4821", 6);
    world.forget();
    world.data(console, number_a, b"to a");
    world.data(b, 0, b"from b");
    let (from, bytes) = (number_b, b"from b".to_vec());
    assert_eq!(world.messages(console), [FromServer::Data { from, bytes }]);
    let (from, bytes) = (0, b"to a".to_vec());
    assert_eq!(world.messages(a), [FromServer::Data { from, bytes }]);
    assert_eq!(world.messages(b), []);
    // An agent that speaks to another agent is broken or hostile.
    world.data(a, number_b, b"psst");
    assert_eq!(world.detached(a), Some(Detached::Protocol));
    assert_eq!(world.messages(b), []);
    // Whoever is not there gets nothing, and nothing is kept for it.
    world.data(console, number_a, b"late");
    let a = world.resume(Origin::Allowed, &token_a);
    assert!(
        !world
            .messages(a)
            .iter()
            .any(|m| matches!(m, FromServer::Data { .. }))
    );
    world.data(console, 7, b"nobody");
    assert!(!world.closed.contains(&console));
    world.data(console, 0, b"self");
    assert_eq!(world.detached(console), Some(Detached::Protocol));
}

#[test]
fn verbs_of_the_other_side_end_the_connection() {
    let agent_verbs: [fn() -> Verb; 8] = [
        || Verb::End,
        || Verb::Arm { token: [1; 16] },
        || Verb::Disarm { token: [1; 16] },
        || Verb::CloseCode {
            why: CloseCode::Burnt,
            selector: Selector::routing("4821").unwrap(),
        },
        || Verb::Proof(letter(1)),
        || Verb::Admit {
            attempt: [1; 16],
            letter: letter(1),
        },
        || Verb::Answer {
            attempt: [1; 16],
            letter: letter(1),
        },
        || Verb::Refuse {
            attempt: [1; 16],
            counted: true,
            letter: letter(1),
        },
    ];
    for verb in agent_verbs {
        let mut world = World::new();
        let (console, _) = world.console(1, Some("4821"));
        let (agent, ..) = world.join(console, "4821", 5);
        world.verb(agent, verb());
        assert_eq!(world.detached(agent), Some(Detached::Protocol));
        assert!(!world.closed.contains(&console));
    }
    for verb in [Verb::Leave, Verb::Proof(letter(1))] {
        let mut world = World::new();
        let (console, _) = world.console(1, None);
        world.verb(console, verb);
        assert_eq!(world.detached(console), Some(Detached::Protocol));
    }
    let mut world = World::new();
    let (console, token) = world.console(1, None);
    world.event(console, Event::Attach(Claim::Resume(resume_hash(&token))));
    assert_eq!(world.detached(console), Some(Detached::Protocol));
}

#[test]
fn an_overflow_drops_one_queue_and_both_ends_are_told_to_begin_anew() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (a, number_a, _) = world.join(console, "4821", 5);
    let (b, number_b, _) = world.join(console, "4821", 6);
    world.forget();
    world.frozen.insert(console);
    world.data(b, 0, b"small");
    for _ in 0..=QUEUE_BYTES / 60_000 {
        world.data(a, 0, &[7; 60_000]);
    }
    assert_eq!(world.messages(a), [FromServer::Reset { participant: 0 }]);
    assert_eq!(world.messages(b), []);
    world.frozen.clear();
    let actions = world.write(console);
    world.act(actions);
    let from_a = |m: &FromServer| matches!(m, FromServer::Data { from, .. } if *from == number_a);
    let messages = world.messages(console);
    // What was being written when the network stopped is with the network; the queue behind it is gone.
    assert!(
        messages.iter().filter(|m| from_a(m)).count() <= 1,
        "{}",
        messages.len()
    );
    assert!(messages.contains(&FromServer::Reset {
        participant: number_a
    }));
    assert!(
        messages
            .iter()
            .any(|m| matches!(m, FromServer::Data { from, .. } if *from == number_b))
    );
    // Afterwards it flows again.
    world.data(a, 0, b"new run");
    assert!(from_a(&world.last(console)));
}

#[test]
fn who_takes_too_little_while_more_waits_is_detached_and_nobody_else_notices() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    let (agent, number, _) = world.join(console, "4821", 5);
    world.frozen.insert(console);
    world.data(agent, 0, &[1; 1_000]);
    let tick = |world: &mut World, took: u64| {
        world.pass(1_000);
        world.event(console, Event::Pulse { read: 1, wrote: took });
        world.verb(agent, Verb::Pong);
        world.data(agent, 0, &[1; 1_000]);
    };
    // A slow line that takes enough stays.
    for _ in 0..60 {
        tick(&mut world, WINDOW_BYTES / 28);
    }
    assert!(!world.closed.contains(&console));
    world.forget();
    let began = world.now;
    while !world.closed.contains(&console) {
        tick(&mut world, WINDOW_BYTES / 32);
        // At worst it took enough in the first half of a window.
        assert!(world.now - began < 2 * WINDOW_MS + GOODBYE_MS + 1_000);
    }
    // Its network took nothing of the goodbye either; the server does not wait for it.
    assert!(world.closed.contains(&console));
    assert!(!world.closed.contains(&agent));
    let gone = world
        .messages(agent)
        .iter()
        .any(|m| matches!(m, FromServer::Gone { participant: 0, .. }));
    assert!(gone);
    world.frozen.clear();
    let back = world.resume(Origin::Allowed, &token);
    world.data(agent, 0, b"hello again");
    assert!(matches!(world.last(back), FromServer::Data { from, .. } if from == number));
}

#[test]
fn who_reads_nothing_but_talks_on_cannot_fill_the_memory() {
    let mut world = World::new();
    let (console, _) = world.console(1, None);
    world.frozen.insert(console);
    for n in 0..10_000_u64 {
        world.verb(console, Verb::Ping(n.to_be_bytes()));
    }
    world.pass(GOODBYE_MS);
    assert!(world.closed.contains(&console));
}

#[test]
fn a_ping_is_answered_with_its_own_bytes() {
    let mut world = World::new();
    let (console, _) = world.console(1, None);
    world.verb(console, Verb::Ping(*b"12345678"));
    assert_eq!(world.last(console), FromServer::Pong(*b"12345678"));
}

#[test]
fn a_session_has_seven_agents_and_the_eighth_is_refused() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let mut numbers: Vec<u8> = Vec::new();
    let mut agents = Vec::new();
    for n in 1..PARTICIPANTS {
        let (agent, number, _) = world.join(console, "4821", u32::try_from(n).unwrap());
        numbers.push(number);
        agents.push(agent);
        world.verb(console, Verb::Pong);
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    let agent = world.knock("4821", 99);
    let attempt = world.attempt(console);
    world.verb(
        console,
        Verb::Answer {
            attempt,
            letter: letter(2),
        },
    );
    world.pass(100);
    world.verb(agent, Verb::Proof(letter(3)));
    world.verb(
        console,
        Verb::Admit {
            attempt,
            letter: letter(4),
        },
    );
    assert_eq!(world.last(console), FromServer::AttemptGone { attempt });
    world.pass(1_000);
    assert!(matches!(world.last(agent), FromServer::Refused { .. }));
    // A number that was given back is given again last.
    world.verb(agents[0], Verb::Leave);
    world.verb(agents[1], Verb::Leave);
    assert_eq!(world.join(console, "4821", 98).1, 1);
    assert_eq!(world.join(console, "4821", 97).1, 2);
}
