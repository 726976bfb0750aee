//! Guessers, crowds and nonsense.

use rand_core::RngCore as _;

use super::twins::{Mind, live};
use super::*;
use crate::table::PLACE_MS;
use crate::table::session::EVALUATIONS;

#[test]
fn a_hundred_thousand_guesses_have_at_most_three_proofs_judged_per_code() {
    const SESSIONS: u8 = 20;
    const ROUND: u32 = 50;
    const GUESSES: u32 = 100_000;
    let mut world = World::new();
    let numbers: Vec<String> = (0..SESSIONS)
        .map(|n| format!("{:04}", u32::from(n) * 499))
        .collect();
    let mut minds = Vec::new();
    for (n, number) in numbers.iter().enumerate() {
        let (conn, _) = world.console(u8::try_from(n).unwrap(), Some(number));
        // These consoles never burn a code: the server counts for itself.
        minds.push(Mind::new(conn, 20 + u64::try_from(n).unwrap() * 7, 5, 0xAA));
    }
    let mut codes_given = numbers.len();
    let mut guesser = 0_u32;
    let mut long_codes = false;
    let mut judged_before: Vec<usize> = vec![0; numbers.len()];
    while guesser < GUESSES {
        let mut agents = Vec::new();
        for _ in 0..ROUND {
            guesser += 1;
            // Half of the guesses at numbers that are known to be live, half anywhere.
            let number = if guesser.is_multiple_of(2) {
                numbers[usize::try_from(world.rng.next_u32()).unwrap() % numbers.len()].clone()
            } else {
                format!("{:04}", world.rng.next_u32() % 10_000)
            };
            agents.push(world.knock(&number, guesser));
        }
        let mut left = agents.clone();
        while !left.is_empty() {
            live(&mut world, &mut minds, 50);
            for agent in std::mem::take(&mut left) {
                match world.messages(agent).last() {
                    Some(FromServer::Answer { .. }) => {
                        world.verb(agent, Verb::Proof(letter(0x0F)));
                        world.inbox.insert(agent, Vec::new());
                        left.push(agent);
                    }
                    Some(FromServer::Refused { .. }) => {}
                    _ => left.push(agent),
                }
            }
        }
        for agent in agents {
            world.inbox.remove(&agent);
            world.closed.remove(&agent);
        }
        world.kept.clear();
        // What guesses cost is another story; here they are free, or nobody would make so many.
        long_codes |= world.table.demand(world.now).long_codes;
        if guesser.is_multiple_of(2 * ROUND) {
            world.calm();
        }
        // Every code is replaced once in a while; the count begins anew with it and never exceeds three.
        if guesser.is_multiple_of(GUESSES / 10) {
            for (n, number) in numbers.iter().enumerate() {
                let judged = minds[n].judged - judged_before[n];
                assert!(judged <= usize::from(EVALUATIONS), "{judged}");
                judged_before[n] = minds[n].judged;
                world.codes.clear();
                world.open_code(session(u8::try_from(n).unwrap()), number);
                codes_given += 1;
            }
        }
    }
    let judged: usize = minds.iter().map(|m| m.judged).sum();
    let most = usize::from(EVALUATIONS) * codes_given;
    // They were really asked: the bound was reached, not merely kept.
    assert!(judged <= most && judged >= most / 2, "{judged} of {most}");
    assert!(long_codes);
}

#[test]
fn of_a_hundred_who_join_at_once_with_the_right_code_exactly_one_is_admitted() {
    let mut world = World::new();
    let mut minds = Vec::new();
    for n in 0..3_u8 {
        let (conn, _) = world.console(n, Some(&format!("{:04}", 4_000 + u32::from(n))));
        minds.push(Mind::new(conn, 30, 10, 3));
    }
    let agents: Vec<(u8, ConnId)> = (0..300)
        .map(|n| {
            let which = u8::try_from(n % 3).unwrap();
            (which, world.knock(&format!("{:04}", 4_000 + n % 3), n))
        })
        .collect();
    for _ in 0..2_000 {
        live(&mut world, &mut minds, 50);
        for (_, agent) in &agents {
            if matches!(world.messages(*agent).last(), Some(FromServer::Answer { .. })) {
                world.verb(*agent, Verb::Proof(letter(3)));
            }
        }
    }
    for which in 0..3 {
        let admitted = |conn: &ConnId| {
            let messages = world.messages(*conn);
            messages.iter().any(|m| matches!(m, FromServer::Admitted { .. }))
        };
        let mine = agents.iter().filter(|(n, _)| *n == which);
        assert_eq!(mine.filter(|(_, conn)| admitted(conn)).count(), 1);
    }
    assert!(world.table.attempts.is_empty() && world.table.lanes.is_empty());
}

/// Any verb, from anybody, at any time.
fn nonsense(world: &mut World, ids: &[Id]) -> Verb {
    let pick = |world: &mut World, len: usize| usize::try_from(world.rng.next_u32()).unwrap() % len.max(1);
    let attempt = if ids.is_empty() || pick(world, 4) == 0 {
        [7; 16]
    } else {
        ids[pick(world, ids.len())]
    };
    let letter = letter(3);
    match pick(world, 14) {
        0..=2 => Verb::Data {
            to: u8::try_from(pick(world, 8)).unwrap(),
            sealed: Sealed::new(vec![0; 1 + pick(world, 60_000)]),
        },
        3 => Verb::Ping([1; 8]),
        4 => Verb::Proof(letter),
        5 | 6 => Verb::Answer { attempt, letter },
        7 | 8 => Verb::Admit { attempt, letter },
        9 => Verb::Refuse {
            attempt,
            counted: pick(world, 2) == 0,
            letter,
        },
        10 => Verb::Arm { token: [1; 16] },
        11 => Verb::Leave,
        12 => Verb::Worked { nonce: 1 },
        _ => {
            if pick(world, 20) == 0 {
                Verb::End
            } else {
                Verb::Pong
            }
        }
    }
}

#[test]
fn no_order_of_events_leaves_anything_behind() {
    for seed in 0..30 {
        let mut world = World::with(RelayMemory::default(), START, seed);
        let mut conns = Vec::new();
        let mut tokens: Vec<ResumeToken> = Vec::new();
        for n in 0..4 {
            let (conn, token) = world.console(n, Some(&format!("{:04}", 4_000 + u32::from(n))));
            conns.push(conn);
            tokens.push(token);
        }
        for step in 0..1_500_u32 {
            let draw = world.rng.next_u32();
            let which = conns[usize::try_from(draw >> 8).unwrap() % conns.len()];
            let routing = format!("{:04}", 4_000 + (draw >> 16) % 6);
            if draw.is_multiple_of(1_000) {
                world.calm();
            }
            match draw % 16 {
                0 | 1 => conns.push(world.knock(&routing, step)),
                2 => world.cut(which),
                3 => {
                    let token = tokens[usize::try_from(draw >> 20).unwrap() % tokens.len()];
                    conns.push(world.resume(Origin::Allowed, &token));
                }
                4 => world.pass(u64::from(draw % 3_000)),
                5 => world.pass(60),
                6 => {
                    if !world.frozen.remove(&which) {
                        world.frozen.insert(which);
                    }
                }
                7 => world.disk_full = draw.is_multiple_of(3),
                8 => world.event(which, Event::Pulse { read: 1, wrote: 1 }),
                _ => {
                    let ids: Vec<Id> = world.table.attempts.keys().copied().collect();
                    let verb = nonsense(&mut world, &ids);
                    world.verb(which, verb);
                }
            }
            let resumes = world.inbox.values().flatten().filter_map(|(_, m)| match m {
                FromServer::Admitted { resume, .. } => Some(*resume),
                _ => None,
            });
            let more: Vec<ResumeToken> = resumes.collect();
            tokens.extend(more);
            world.inbox.clear();
            if step % 500 == 499 {
                world.disk_full = false;
                for n in 0..4 {
                    world.open_session(session(n));
                }
            }
        }
        for conn in conns {
            world.cut(conn);
        }
        world.pass(2 * PLACE_MS);
        assert!(world.table.is_empty(), "seed {seed}");
        assert!(
            world.table.codes.is_empty() && world.table.tokens.is_empty() && world.table.resumes.is_empty()
        );
        assert!(
            world.table.next_due().is_some(),
            "only the sweep and the budget remain"
        );
    }
}
