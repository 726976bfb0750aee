//! The failure budget is spent: a knock costs work.

use temoto_crypto::work::Puzzle;
use temoto_model::budget::{FIRST_WORK_BITS, FREE};

use super::*;
use crate::table::work::WORK_MS;

/// Spends the budget, and `more` beyond it.
fn spend(world: &mut World, more: u32) {
    for n in 0..FREE + 1 + more {
        let mut handle = [0; 16];
        handle[..4].copy_from_slice(&n.to_be_bytes());
        world.table.budget.miss(handle, timestamp(world.now));
    }
    world.table.budget_changed();
}

/// What a connection was asked for.
fn asked(world: &World, agent: ConnId) -> Option<(Id, u8)> {
    world.messages(agent).iter().find_map(|message| match message {
        FromServer::Work { challenge, bits } => Some((*challenge, *bits)),
        _ => None,
    })
}

fn solve(world: &World, agent: ConnId) -> u64 {
    let (challenge, bits) = asked(world, agent).expect("work was asked for");
    let puzzle = Puzzle::new(&challenge, &DIGEST, bits);
    (0..1_000)
        .find_map(|step| puzzle.search(step << 20, 1 << 20))
        .expect("there is a solution")
}

/// Something that does not solve it.
fn fail(world: &World, agent: ConnId) -> u64 {
    let (challenge, bits) = asked(world, agent).expect("work was asked for");
    let puzzle = Puzzle::new(&challenge, &DIGEST, bits);
    (0..)
        .find(|nonce| !puzzle.is_solved_by(*nonce))
        .expect("most do not")
}

fn knocks_heard(world: &World, console: ConnId) -> usize {
    let heard = |m: &&FromServer| matches!(m, FromServer::Attempt { .. });
    world.messages(console).iter().filter(heard).count()
}

#[test]
fn a_spent_budget_asks_every_knock_for_work_and_hears_who_has_done_it() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let before = world.knock("4821", 1);
    assert_eq!((asked(&world, before), knocks_heard(&world, console)), (None, 1));
    world.cut(before);
    spend(&mut world, 0);
    let agent = world.knock("4821", 2);
    world.pass(1_000);
    let (_, bits) = asked(&world, agent).expect("work was asked for");
    assert_eq!(bits, FIRST_WORK_BITS);
    // Nobody is disturbed by somebody who has not worked, and nothing is counted.
    assert_eq!(knocks_heard(&world, console), 1);
    let nonce = solve(&world, agent);
    world.verb(agent, Verb::Worked { nonce });
    assert_eq!(knocks_heard(&world, console), 2);
    let attempt = world.attempt(console);
    let answer = letter(2);
    world.verb(
        console,
        Verb::Answer {
            attempt,
            letter: answer,
        },
    );
    world.pass(100);
    world.verb(agent, Verb::Proof(letter(3)));
    let admit = letter(4);
    world.verb(
        console,
        Verb::Admit {
            attempt,
            letter: admit,
        },
    );
    assert!(matches!(world.last(agent), FromServer::Admitted { .. }));
}

#[test]
fn live_and_dead_numbers_and_tokens_are_asked_alike() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    world.verb(console, Verb::Arm { token: [0x70; 16] });
    spend(&mut world, 0);
    let doors = [
        (Selector::routing("4821").unwrap(), Role::Page),
        (Selector::routing("5555").unwrap(), Role::Page),
        (Selector::Token([0x70; 16]), Role::Program),
        (Selector::Token([0x71; 16]), Role::Program),
    ];
    let mut challenges = BTreeSet::new();
    let mut dead = Vec::new();
    for (n, (selector, role)) in (1..).zip(doors) {
        let agent = world.knock_at(selector, role, n);
        let at = world.now;
        let said = world.inbox.get(&agent).unwrap();
        assert!(
            matches!(said[..], [(when, FromServer::Work { bits: FIRST_WORK_BITS, .. })] if when == at),
            "{said:?}"
        );
        let (challenge, _) = asked(&world, agent).unwrap();
        challenges.insert(challenge);
        dead.push(agent);
    }
    assert_eq!(challenges.len(), 4, "each has its own");
    // Behind the work the dummy answers as ever.
    let nonce = solve(&world, dead[1]);
    world.verb(dead[1], Verb::Worked { nonce });
    world.pass(1_000);
    assert!(matches!(world.last(dead[1]), FromServer::Answer { lobby, .. } if lobby[0] == DUMMY_ANSWER));
}

#[test]
fn a_wrong_solution_or_another_word_closes_the_line_and_costs_nobody_anything() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    spend(&mut world, 0);
    let failures = world.table.demand(world.now);
    let wrong = world.knock("4821", 1);
    let nonce = fail(&world, wrong);
    world.verb(wrong, Verb::Worked { nonce });
    assert_eq!(world.detached(wrong), Some(Detached::Protocol));
    let hasty = world.knock("4821", 1);
    world.verb(hasty, Verb::Proof(letter(3)));
    assert_eq!(world.detached(hasty), Some(Detached::Protocol));
    // The solution of one connection is none for another, nor is one that nobody asked for.
    let (one, other) = (world.knock("4821", 1), world.knock("4821", 1));
    let nonce = solve(&world, one);
    world.verb(other, Verb::Worked { nonce });
    assert_eq!(world.detached(other), Some(Detached::Protocol));
    world.verb(one, Verb::Worked { nonce });
    assert_eq!(knocks_heard(&world, console), 1);
    world.verb(one, Verb::Worked { nonce });
    assert_eq!(world.detached(one), Some(Detached::Protocol));
    // That one counts: it was heard.
    assert_eq!(
        world.table.demand(world.now).work_bits,
        failures.work_bits.max(FIRST_WORK_BITS)
    );
    let fresh = world.connect(Origin::Allowed, 3);
    world.verb(fresh, Verb::Worked { nonce });
    assert_eq!(world.detached(fresh), Some(Detached::Protocol));
}

#[test]
fn the_work_is_waited_for_two_minutes_and_a_dead_line_less() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    spend(&mut world, 0);
    let (slow, late, dead) = (
        world.knock("4821", 1),
        world.knock("4821", 2),
        world.knock("4821", 3),
    );
    for _ in 0..29 {
        world.pass(4_000);
        for conn in [slow, late, console] {
            world.verb(conn, Verb::Pong);
        }
    }
    assert!(world.closed.contains(&dead), "it did not answer a ping");
    assert_eq!(world.detached(dead), None);
    let nonce = solve(&world, slow);
    world.verb(slow, Verb::Worked { nonce });
    assert_eq!(knocks_heard(&world, console), 1);
    world.pass(WORK_MS - 29 * 4_000);
    assert_eq!(world.detached(late), Some(Detached::Busy), "it may come again");
}

#[test]
fn who_has_worked_is_not_refused_for_knocking_often() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    spend(&mut world, 0);
    for _ in 0..Limits::default().knocks + 5 {
        let agent = world.knock("4821", 1);
        assert!(asked(&world, agent).is_some());
        world.cut(agent);
    }
    let agent = world.knock("4821", 1);
    let nonce = solve(&world, agent);
    world.verb(agent, Verb::Worked { nonce });
    assert_eq!(knocks_heard(&world, console), 1);
    assert!(!world.closed.contains(&agent));
}

#[test]
fn the_price_doubles_and_is_not_forgotten_by_a_restart() {
    let bits = |world: &mut World| {
        let agent = world.knock("9999", 1);
        asked(world, agent).map(|(_, bits)| bits)
    };
    let mut world = World::new();
    assert_eq!(bits(&mut world), None);
    spend(&mut world, 1);
    assert_eq!(bits(&mut world), Some(FIRST_WORK_BITS));
    spend(&mut world, 0);
    assert_eq!(bits(&mut world), Some(FIRST_WORK_BITS + 1));
    world.pass(2_000);
    let mut world = world.restart();
    assert_eq!(bits(&mut world), Some(FIRST_WORK_BITS + 1));
    // A day later everything is forgiven.
    world.pass(24 * 3_600_000);
    assert_eq!(bits(&mut world), None);
}
