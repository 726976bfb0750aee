//! Attempts: knock, answer, proof, verdict, and everything that can go wrong between them.

use super::*;
use crate::table::session::EVALUATIONS;
use crate::table::{ATTEMPT_MS, LANE, PATIENCE_MS};

fn answered(world: &mut World, console: ConnId) -> Id {
    let attempt = world.attempt(console);
    let letter = letter(2);
    world.verb(console, Verb::Answer { attempt, letter });
    world.pass(100);
    attempt
}

/// An attempt up to the proof.
fn proved(world: &mut World, console: ConnId, routing: &str, from: u32) -> (ConnId, Id) {
    let agent = world.knock(routing, from);
    let attempt = answered(world, console);
    world.verb(agent, Verb::Proof(letter(3)));
    (agent, attempt)
}

fn refuse(world: &mut World, console: ConnId, attempt: Id, counted: bool) {
    world.verb(
        console,
        Verb::Refuse {
            attempt,
            counted,
            letter: letter(5),
        },
    );
    world.pass(100);
}

fn proofs(world: &World, console: ConnId) -> usize {
    let messages = world.messages(console);
    messages
        .iter()
        .filter(|m| matches!(m, FromServer::Proof { .. }))
        .count()
}

fn refused_with(world: &World, agent: ConnId) -> Option<u8> {
    match world.messages(agent).pop() {
        Some(FromServer::Refused { lobby }) if world.closed.contains(&agent) => Some(lobby[0]),
        _ => None,
    }
}

#[test]
fn a_customer_joins_by_four_letters_and_is_attached_at_once() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (agent, participant, resume) = world.join(console, "4821", 5);
    let attempt = world.attempt(console);
    let selector = Selector::routing("4821").unwrap();
    let role = Role::Page;
    assert_eq!(
        world.messages(console)[1..],
        [
            FromServer::Attempt {
                attempt,
                role,
                selector,
                lobby: lobby(1)
            },
            FromServer::Proof {
                attempt,
                lobby: lobby(3)
            },
            FromServer::Joined { participant, role },
        ]
    );
    assert_eq!(
        world.messages(agent),
        [
            FromServer::Answer {
                attempt,
                lobby: lobby(2)
            },
            FromServer::Admitted {
                participant,
                session: [1; 16],
                resume,
                console: 0,
                server_key: SERVER_KEY,
                lobby: lobby(4)
            },
        ]
    );
    world.data(agent, 0, b"hello");
    assert!(matches!(world.last(console), FromServer::Data { .. }));
    let view = world.table.session_state(session(1)).unwrap();
    assert!(view.joined && view.participants.len() == 2);
    assert_eq!(view.code.unwrap().evaluated, 0, "a right proof is no miss");
    assert!(world.kept.iter().any(|c| matches!(c, RelayChange::Joined { .. })));
}

#[test]
fn a_wrong_secret_is_refused_in_the_consoles_words_and_the_line_is_closed() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (agent, attempt) = proved(&mut world, console, "4821", 5);
    refuse(&mut world, console, attempt, true);
    assert_eq!(refused_with(&world, agent), Some(5));
    assert_eq!(
        world
            .table
            .session_state(session(1))
            .unwrap()
            .code
            .unwrap()
            .evaluated,
        1
    );
}

#[test]
fn one_is_judged_four_wait_and_the_rest_meet_the_dummy() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let agents: Vec<ConnId> = (0..8).map(|n| world.knock("4821", n)).collect();
    assert_eq!(attempts_of(&world, console), 1);
    world.pass(1_000);
    for (n, agent) in agents.iter().enumerate() {
        let dummy = n > LANE;
        let answers = world.messages(*agent);
        assert_eq!(!answers.is_empty(), dummy, "{n}");
    }
    for turn in 1..=LANE {
        let attempt = answered(&mut world, console);
        world.verb(agents[turn - 1], Verb::Proof(letter(3)));
        // Uncounted, so that the code goes on.
        refuse(&mut world, console, attempt, false);
        assert_eq!(attempts_of(&world, console), turn + 1);
    }
    world.cut(agents[LANE]);
    assert_eq!(attempts_of(&world, console), LANE + 1);
    for agent in &agents[LANE + 1..] {
        world.verb(*agent, Verb::Proof(letter(3)));
        world.pass(1_000);
        assert_eq!(refused_with(&world, *agent), Some(DUMMY_VERDICT));
    }
    assert!(world.table.attempts.is_empty() && world.table.lanes.is_empty());
}

#[test]
fn an_attempt_lives_fifteen_seconds_from_its_turn() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let first = world.knock("4821", 1);
    let second = world.knock("4821", 2);
    let attempt = answered(&mut world, console);
    // All are there and say so.
    world.pass(ATTEMPT_MS - 101);
    world.verb(first, Verb::Pong);
    world.verb(second, Verb::Pong);
    world.verb(console, Verb::Pong);
    assert!(!world.closed.contains(&first));
    world.pass(1);
    // Never proved: refused as if it had been wrong.
    assert_eq!(refused_with(&world, first), Some(DUMMY_VERDICT));
    let messages = world.messages(console);
    assert!(messages.contains(&FromServer::AttemptGone { attempt }));
    assert_eq!(attempts_of(&world, console), 2);
    // Proved, and the console never says what it thinks.
    answered(&mut world, console);
    world.verb(second, Verb::Proof(letter(3)));
    world.verb(console, Verb::Pong);
    world.pass(ATTEMPT_MS - 101);
    world.verb(second, Verb::Pong);
    world.verb(console, Verb::Pong);
    assert!(!world.closed.contains(&second));
    world.pass(1);
    assert_eq!(refused_with(&world, second), Some(DUMMY_VERDICT));
    assert!(!world.closed.contains(&console));
}

#[test]
fn a_console_that_falls_silent_or_goes_is_stood_in_for() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    let agent = world.knock("4821", 1);
    world.pass(PATIENCE_MS);
    let attempt = world.attempt(console);
    assert_eq!(world.last(console), FromServer::AttemptGone { attempt });
    world.pass(100);
    let lobby = lobby(DUMMY_ANSWER);
    assert_eq!(world.messages(agent), [FromServer::Answer { attempt, lobby }]);
    // It wakes up too late: the dummy has spoken.
    let letter_2 = letter(2);
    world.verb(
        console,
        Verb::Answer {
            attempt,
            letter: letter_2,
        },
    );
    world.verb(agent, Verb::Proof(letter(3)));
    world.pass(5_000);
    assert_eq!(refused_with(&world, agent), Some(DUMMY_VERDICT));
    assert_eq!(proofs(&world, console), 0);

    for stage in 0..3 {
        let console = world.resume(Origin::Allowed, &token);
        let agent = world.knock("4821", 10 + stage);
        if stage > 0 {
            answered(&mut world, console);
        }
        if stage > 1 {
            world.verb(agent, Verb::Proof(letter(3)));
        }
        world.cut(console);
        world.pass(5_000);
        if stage < 2 {
            world.verb(agent, Verb::Proof(letter(3)));
        }
        world.pass(5_000);
        let kinds: Vec<bool> = world
            .messages(agent)
            .iter()
            .map(|m| matches!(m, FromServer::Answer { .. }))
            .collect();
        // A ping may be in between; answer comes, then the refusal.
        assert_eq!(kinds.first(), Some(&true), "{stage}");
        assert_eq!(refused_with(&world, agent), Some(DUMMY_VERDICT), "{stage}");
    }
}

#[test]
fn a_console_that_refuses_a_knock_does_not_give_itself_away() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let agent = world.knock("4821", 1);
    let attempt = world.attempt(console);
    refuse(&mut world, console, attempt, false);
    world.pass(1_000);
    assert!(matches!(world.last(agent), FromServer::Answer { .. }));
    world.verb(agent, Verb::Proof(letter(3)));
    world.pass(1_000);
    assert_eq!(refused_with(&world, agent), Some(DUMMY_VERDICT));
    assert_eq!(proofs(&world, console), 0);
}

#[test]
fn the_fourth_wrong_proof_never_reaches_the_console_whatever_it_says() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    for n in 0..u32::from(EVALUATIONS) {
        let (_, attempt) = proved(&mut world, console, "4821", n);
        refuse(&mut world, console, attempt, true);
    }
    let before = attempts_of(&world, console);
    world.knock("4821", 50);
    world.pass(ATTEMPT_MS);
    assert_eq!(attempts_of(&world, console), before);
    // Nor after a restart.
    let mut world = world.restart();
    let console = world.resume(Origin::Allowed, &token);
    world.knock("4821", 51);
    assert_eq!(attempts_of(&world, console), 0);
    // A new code of the same session is a new code.
    world.open_code(session(1), "1234");
    world.join(console, "1234", 52);
}

#[test]
fn a_proof_is_counted_on_the_disk_before_it_is_judged() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    let (_, attempt) = proved(&mut world, console, "4821", 1);
    assert_eq!(proofs(&world, console), 1);
    // Killed before the verdict: the try is not given back.
    let mut world = world.restart();
    let console = world.resume(Origin::Allowed, &token);
    let evaluated = |world: &World| {
        world
            .table
            .session_state(session(1))
            .unwrap()
            .code
            .unwrap()
            .evaluated
    };
    assert_eq!(evaluated(&world), 1);
    // A verdict about an attempt of the old server means nothing.
    refuse(&mut world, console, attempt, false);
    assert_eq!(evaluated(&world), 1);
    // What cannot be counted is not judged.
    world.disk_full = true;
    let (agent, _) = proved(&mut world, console, "4821", 2);
    assert_eq!(proofs(&world, console), 0);
    world.pass(1_000);
    assert_eq!(refused_with(&world, agent), Some(DUMMY_VERDICT));
}

#[test]
fn a_refusal_for_another_reason_costs_no_try() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    for n in 0..10 {
        let (agent, attempt) = proved(&mut world, console, "4821", n);
        refuse(&mut world, console, attempt, false);
        assert_eq!(refused_with(&world, agent), Some(5));
    }
    world.join(console, "4821", 99);
}

#[test]
fn an_agent_that_goes_is_reported_and_the_next_has_its_turn() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let first = world.knock("4821", 1);
    let gone = world.knock("4821", 2);
    let third = world.knock("4821", 3);
    let attempt = world.attempt(console);
    world.cut(gone);
    world.cut(first);
    assert!(
        world
            .messages(console)
            .contains(&FromServer::AttemptGone { attempt })
    );
    assert_eq!(attempts_of(&world, console), 2);
    answered(&mut world, console);
    assert!(matches!(world.last(third), FromServer::Answer { .. }));
}

#[test]
fn a_console_judges_its_own_attempts_only() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (other, _) = world.console(2, Some("1111"));
    let (agent, attempt) = proved(&mut world, console, "4821", 1);
    let letter_9 = || letter(9);
    let letter = letter_9();
    world.verb(other, Verb::Admit { attempt, letter });
    refuse(&mut world, other, attempt, true);
    world.pass(1_000);
    assert!(!world.closed.contains(&agent));
    refuse(&mut world, console, attempt, true);
    assert_eq!(refused_with(&world, agent), Some(5));
}

#[test]
fn a_proof_before_the_answer_ends_the_attempt_at_live_and_dead_numbers_alike() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    for routing in ["4821", "9999"] {
        let agent = world.knock(routing, 1);
        world.verb(agent, Verb::Proof(letter(3)));
        assert_eq!(world.detached(agent), Some(Detached::Protocol));
    }
    assert_eq!(proofs(&world, console), 0);
}

#[test]
fn who_was_let_in_and_finds_no_licence_is_told_so_and_the_code_stays() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    world.no_lease = true;
    let agent = world.knock("4821", 1);
    let attempt = answered(&mut world, console);
    world.verb(agent, Verb::Proof(letter(3)));
    world.verb(
        console,
        Verb::Admit {
            attempt,
            letter: letter(4),
        },
    );
    assert_eq!(world.detached(agent), Some(Detached::NoLicence));
    let told = world.messages(console).pop();
    assert!(matches!(told, Some(FromServer::AttemptGone { .. })), "{told:?}");
    // It cost nothing: with a licence the same code lets in.
    world.no_lease = false;
    world.join(console, "4821", 1);
}

#[test]
fn an_armed_token_leads_to_its_console_until_it_is_disarmed_or_old() {
    let mut world = World::new();
    let (console, token) = world.console(1, None);
    let id = [0x70; 16];
    let knock = |world: &mut World| world.knock_at(Selector::Token(id), Role::Program, 1);
    let dead = knock(&mut world);
    assert_eq!(attempts_of(&world, console), 0);
    world.cut(dead);
    world.verb(console, Verb::Arm { token: id });
    let mut world = world.restart();
    let console = world.resume(Origin::Allowed, &token);
    // Another session cannot take it over or put it down.
    let (other, _) = world.console(2, None);
    world.verb(other, Verb::Arm { token: id });
    world.verb(other, Verb::Disarm { token: id });
    // Wrong proofs are not counted: nobody guesses 128 bits.
    for n in 1..=5 {
        let agent = knock(&mut world);
        assert_eq!(attempts_of(&world, console), n);
        let attempt = answered(&mut world, console);
        world.verb(agent, Verb::Proof(letter(3)));
        refuse(&mut world, console, attempt, true);
        assert_eq!(refused_with(&world, agent), Some(5));
    }
    world.verb(console, Verb::Disarm { token: id });
    knock(&mut world);
    assert_eq!(attempts_of(&world, console), 5);
    world.verb(console, Verb::Arm { token: [1; 16] });
    for _ in 0..226 {
        world.pass(4_000);
        world.verb(console, Verb::Pong);
    }
    assert!(world.table.tokens.is_empty());
    for n in 0..100 {
        world.verb(console, Verb::Arm { token: [n; 16] });
    }
    assert_eq!(world.table.tokens.len(), 8);
}

#[test]
fn a_token_that_let_somebody_in_stays_known_as_long_as_the_session_and_over_a_restart() {
    let mut world = World::new();
    let (console, token) = world.console(1, None);
    let (used, unused) = ([0x70; 16], [0x71; 16]);
    let knock = |world: &mut World, id| world.knock_at(Selector::Token(id), Role::Program, 1);
    for id in [used, unused] {
        world.verb(console, Verb::Arm { token: id });
    }
    let agent = knock(&mut world, used);
    let attempt = answered(&mut world, console);
    world.verb(agent, Verb::Proof(letter(3)));
    let letter = letter(4);
    world.verb(console, Verb::Admit { attempt, letter });
    assert!(matches!(world.last(agent), FromServer::Admitted { .. }));
    let old = |world: &mut World, console: ConnId| {
        for _ in 0..240 {
            world.pass(4_000);
            world.verb(console, Verb::Pong);
        }
    };
    // The program was closed. It is started again with the same file after sixteen minutes.
    world.cut(agent);
    old(&mut world, console);
    let before = attempts_of(&world, console);
    knock(&mut world, unused);
    assert_eq!(attempts_of(&world, console), before, "nobody used it in time");
    let again = knock(&mut world, used);
    assert_eq!(attempts_of(&world, console), before + 1);
    world.cut(again);
    // The console says once more that it waits for it; neither that nor a restart lets it die.
    world.verb(console, Verb::Arm { token: used });
    let mut world = world.restart();
    let console = world.resume(Origin::Allowed, &token);
    world.verb(console, Verb::Arm { token: used });
    old(&mut world, console);
    knock(&mut world, used);
    assert_eq!(attempts_of(&world, console), 1);
    world.verb(console, Verb::Disarm { token: used });
    knock(&mut world, used);
    assert_eq!(attempts_of(&world, console), 1);
    let world = world.restart();
    assert!(world.table.tokens.is_empty());
}

#[test]
fn fifty_one_failures_ask_for_longer_codes_and_a_restart_does_not_forget_them() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    // Two misses of a customer who then gets it right are forgiven.
    for _ in 0..2 {
        let (_, attempt) = proved(&mut world, console, "4821", 7);
        refuse(&mut world, console, attempt, true);
    }
    world.join(console, "4821", 7);
    for n in 0..51 {
        assert!(!world.table.demand(world.now).long_codes, "{n}");
        let agent = world.knock(&format!("{:04}", 5_000 + n), 100 + n);
        world.cut(agent);
    }
    assert!(world.table.demand(world.now).long_codes);
    world.pass(2_000);
    let world = world.restart();
    assert!(world.table.demand(world.now).long_codes);
}

#[test]
fn who_knocks_too_often_is_told_to_come_back_later() {
    let mut world = World::new();
    let limit = Limits::default().knocks;
    for _ in 0..limit {
        let agent = world.knock("1234", 1);
        world.cut(agent);
        world.calm();
    }
    let agent = world.knock("1234", 1);
    assert_eq!(world.detached(agent), Some(Detached::Busy));
    let neighbour = world.knock("1234", 2);
    assert!(!world.closed.contains(&neighbour));
    world.pass(1_000);
    let agent = world.knock("1234", 1);
    assert!(!world.closed.contains(&agent));
}
