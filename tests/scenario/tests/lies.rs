//! A relay that says what is not so: who is there, that it is over, that it is the console, whose attempt this is.

#![expect(clippy::wildcard_enum_match_arm, reason = "what cannot happen fails the test")]

use std::cell::RefCell;
use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_crypto::pairing::{ConsolePairing, ConsoleSetup, PairingSecret};
use temoto_crypto::{Capabilities, StaticKey, code::Code};
use temoto_scenario::play::chat_is_exact;
use temoto_scenario::secrets::nothing_came_out;
use temoto_scenario::{HOST, Who, World};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};
use temoto_wire::relay::{Ended, FromServer, Gone, Role};

#[test]
fn invented_presence_and_resets_change_nothing_that_matters() {
    for seed in 0..100 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut world = World::shared(50_000 + seed);
        let (mut said, mut answered) = (Vec::new(), Vec::new());
        for n in 0..8 {
            let who = [Who::Console, Who::Page, Who::Program][rng.next_u32() as usize % 3];
            let participant = (rng.next_u32() % 3) as u8;
            let role = [Role::Console, Role::Page, Role::Program][rng.next_u32() as usize % 3];
            let message = match rng.next_u32() % 4 {
                0 => FromServer::Joined { participant, role },
                1 => FromServer::Gone {
                    participant,
                    why: Gone::Detached,
                },
                2 => FromServer::Reset { participant },
                _ => FromServer::Joined { participant: 5, role },
            };
            world.invent(who, message);
            said.push(format!("said {n}"));
            answered.push(format!("answered {n}"));
            world.agent(
                Who::Page,
                AgentCommand::Chat {
                    text: said[n].clone(),
                },
            );
            world.console(ConsoleCommand::Chat {
                text: answered[n].clone(),
            });
            world.run_for(u64::from(rng.next_u32() % 800));
        }
        world.run_for(30_000);
        chat_is_exact(&world, &said, &answered, false, seed);
        assert!(world.picture_is_exact(), "seed {seed}");
        assert_eq!(world.console_view().granted, Capability::FIRST, "seed {seed}");
    }
}

#[test]
fn a_faked_end_stops_the_line_but_gives_nothing_away() {
    for (n, why) in [
        Ended::Console,
        Ended::Expired,
        Ended::Administrator,
        Ended::SignedOut,
    ]
    .into_iter()
    .enumerate()
    {
        let mut world = World::shared(60_000 + n as u64);
        let digits = "00000000";
        world.invent(Who::Program, FromServer::Ended(why));
        world.run_for(2_000);
        assert_eq!(world.agent_view(Who::Program).phase, "ended");
        assert!(world.agent_view(Who::Program).granted.is_empty());
        let captures = world.node(Who::Program).captures;
        world.run_for(5_000);
        assert_eq!(world.node(Who::Program).captures, captures);
        assert_eq!(
            world.agent_view(Who::Page).phase,
            "paired",
            "the page's pair is its own"
        );
        nothing_came_out(&world, digits, None, n as u64);
    }
}

#[test]
fn a_relay_that_plays_the_console_has_three_tries_and_learns_nothing() {
    for seed in 0..40 {
        let mut world = World::new(70_000 + seed);
        let digits = world.digits();
        let guessed = format!(
            "{}{:04}",
            &digits[..4],
            (digits[4..].parse::<u32>().expect("digits") + 7) % 10_000
        );
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut waiting: Option<ConsolePairing> = None;
        // The console never hears of the knock: the relay answers itself, with a code that it guessed.
        world.relay.forger = Some(Box::new(move |who, message| match message {
            FromServer::Attempt { attempt, lobby, .. } => {
                let setup = ConsoleSetup {
                    secret: PairingSecret::Code(Code::parse(&guessed).expect("digits")),
                    session: [9; 16],
                    capabilities: Capabilities::default(),
                    static_key: StaticKey::generate(&mut rng),
                };
                let (pairing, answer) =
                    ConsolePairing::answer(setup, attempt, &lobby, &mut rng).expect("a knock");
                waiting = Some(pairing);
                vec![(
                    Who::Page,
                    FromServer::Answer {
                        attempt,
                        lobby: Box::new(answer),
                    },
                )]
            }
            FromServer::Proof { lobby, .. } => {
                let pairing = waiting.take().expect("answered");
                assert!(pairing.on_proof(&lobby, &mut rng).is_err(), "a guess was right");
                // Whatever it says now is no verdict of somebody who knows the code.
                let mut lobby = lobby;
                lobby[0] = 4;
                vec![(
                    Who::Page,
                    FromServer::Admitted {
                        participant: 1,
                        session: [9; 16],
                        resume: [1; 32],
                        console: 0,
                        server_key: [2; 32],
                        lobby,
                    },
                )]
            }
            other => vec![(who, other)],
        }));
        world.start_page(Who::Page, HOST, digits.clone());
        world.run_for(2_000);
        for n in 1..=3 {
            let view = world.agent_view(Who::Page);
            assert_eq!(
                (view.phase, view.reason),
                ("refused", Some("mismatch")),
                "seed {seed}"
            );
            assert_eq!(view.new_code_needed, n == 3, "seed {seed}");
            if n < 3 {
                world.press_connect(&digits);
                world.run_for(2_000);
            }
        }
        nothing_came_out(&world, &digits, None, seed);
    }
}

#[test]
fn a_relay_that_asks_for_proofs_and_never_judges_gets_three() {
    for cut in [false, true] {
        let mut world = World::new(75_000);
        let digits = world.digits();
        let proofs = Rc::new(RefCell::new(0));
        let count = Rc::clone(&proofs);
        world.relay.forger = Some(Box::new(move |who, message| {
            if matches!(message, FromServer::Proof { .. }) {
                *count.borrow_mut() += 1;
                return Vec::new();
            }
            vec![(who, message)]
        }));
        world.start_page(Who::Page, HOST, digits);
        for _ in 0..60 {
            world.run_for(10_000);
            if cut {
                world.cut();
                world.line_up = true;
            }
        }
        assert_eq!(*proofs.borrow(), 3, "cut {cut}");
        assert!(world.agent_view(Who::Page).new_code_needed, "cut {cut}");
    }
}

#[test]
fn a_token_s_attempt_sent_elsewhere_is_refused() {
    for seed in 0..30 {
        let mut world = World::new(80_000 + seed);
        world.join_page();
        let token = world.token();
        // The relay says that the program is a page, or hands its knock to the console as one by code.
        world.relay.forger = Some(Box::new(move |who, message| match message {
            FromServer::Attempt {
                attempt,
                selector,
                lobby,
                role,
            } => {
                let (role, selector) = if seed % 2 == 0 {
                    (Role::Page, selector)
                } else {
                    (
                        role,
                        temoto_wire::relay::Selector::routing("4821").expect("digits"),
                    )
                };
                vec![(
                    who,
                    FromServer::Attempt {
                        attempt,
                        role,
                        selector,
                        lobby,
                    },
                )]
            }
            other => vec![(who, other)],
        }));
        world.start_program(Who::Program, token.clone());
        world.run_for(2_000);
        assert_eq!(world.agent_view(Who::Program).phase, "refused", "seed {seed}");
        assert!(world.console_view().program.is_none(), "seed {seed}");
        world.relay.forger = None;
        world.run_for(6_000);
        assert_eq!(
            world.agent_view(Who::Program).phase,
            "paired",
            "seed {seed}: the token is still good"
        );
        nothing_came_out(&world, "00000000", Some(&token), seed);
    }
}
