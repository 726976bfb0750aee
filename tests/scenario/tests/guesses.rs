//! Guesses of whoever runs the relay: three at the customer's end and three at the console per code, whatever it does.

#![expect(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "what cannot happen fails the test"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_scenario::play::new_code;
use temoto_scenario::{Guesser, HOST, Machine, Way, Who, World};
use temoto_session::Output;
use temoto_wire::relay::{FromServer, LobbyBytes, ToServer};

/// What each end gave away.
#[derive(Default)]
struct Counted {
    /// The code that waits, counted from 1.
    code: u32,
    /// Proofs that the console says it judged to be wrong, for each code that waited.
    judged: BTreeMap<u32, u32>,
    /// Attempts that the console admitted.
    admitted: u32,
    /// The number that the page knocks at.
    number: String,
    /// Proofs of the page, for each number.
    proofs: BTreeMap<String, u32>,
    knock: Option<LobbyBytes>,
}

impl Counted {
    fn judged(&self) -> u32 {
        self.judged.values().sum()
    }

    fn proofs(&self) -> u32 {
        self.proofs.values().sum()
    }

    fn most(&self) -> u32 {
        let all = self.judged.values().chain(self.proofs.values());
        all.copied().max().unwrap_or_default()
    }
}

fn count(world: &mut World) -> Rc<RefCell<Counted>> {
    let counted: Rc<RefCell<Counted>> = Rc::default();
    let counts = Rc::clone(&counted);
    world.watcher = Some(Box::new(move |who, message| {
        let mut counts = counts.borrow_mut();
        match (who, message) {
            (Who::Console, ToServer::Refuse { counted: true, .. }) => {
                let code = counts.code;
                *counts.judged.entry(code).or_default() += 1;
            }
            (Who::Console, ToServer::Admit { .. }) => counts.admitted += 1,
            (Who::Page, ToServer::Knock { selector, lobby, .. }) => {
                counts.number = selector.routing_digits().expect("a page has a code").to_owned();
                counts.knock = Some(lobby.clone());
            }
            (Who::Page, ToServer::Proof { .. }) => {
                let number = counts.number.clone();
                *counts.proofs.entry(number).or_default() += 1;
            }
            _ => {}
        }
    }));
    counted
}

fn press_connect(world: &mut World, digits: &str) {
    if world.agent_view(Who::Page).phase == "paired" {
        return;
    }
    world.press_connect(digits);
}

/// Digits that are not the console's, another for each `n` below 9,999.
fn wrong(digits: &str, n: u32) -> String {
    let length = digits.len() - 4;
    let all = 10_u32.pow(u32::try_from(length).expect("few digits"));
    let secret: u32 = digits[4..].parse().expect("digits");
    let other = (secret + 1 + n % (all - 1)) % all;
    format!("{}{other:0length$}", &digits[..4])
}

/// Breaks each pairing between its verdict and its confirmation.
fn break_pairings(world: &mut World) {
    world.relay.meddler = Some(Box::new(|way, _, bytes| match way {
        Way::ToConsole => Vec::new(),
        Way::ToAgent => vec![bytes],
    }));
}

/// A verdict, and at once something that ends a pair without a root.
fn junk_after(who: Who, verdict: FromServer) -> Vec<(Who, FromServer)> {
    // A record of run 0 with a wrong tag.
    let junk = [&[16, 1, 0, 0, 0, 0, 0, 0][..], &[7; 32]].concat();
    vec![(who, verdict), (who, FromServer::Data { from: 0, bytes: junk })]
}

#[test]
fn a_relay_that_breaks_every_pairing_after_the_verdict_gets_three_proofs() {
    for swallowed in [0, 1, 2] {
        let mut world = World::new(100_000 + swallowed);
        let digits = world.digits();
        let counted = count(&mut world);
        break_pairings(&mut world);
        // So many proofs for itself, then one for the real console, which admits it.
        let mut proofs = 0;
        world.relay.forger = Some(Box::new(move |who, message| match message {
            FromServer::Proof { .. } => {
                proofs += 1;
                if proofs % (swallowed + 1) == 0 {
                    vec![(who, message)]
                } else {
                    Vec::new()
                }
            }
            FromServer::Admitted { .. } => junk_after(who, message),
            other => vec![(who, other)],
        }));
        world.start_page(Who::Page, HOST, digits.clone());
        for round in 0..40 {
            world.run_for(15_000);
            if round % 4 == 0 {
                press_connect(&mut world, &digits);
            }
        }
        assert_eq!(counted.borrow().proofs(), 3, "swallowed {swallowed}");
        let view = world.agent_view(Who::Page);
        assert_eq!(
            (view.phase, view.reason, view.new_code_needed),
            ("refused", Some("mismatch"), true),
            "swallowed {swallowed}"
        );
        // The next code is not touched by it.
        (world.relay.forger, world.relay.meddler) = (None, None);
        new_code(&mut world, "6001", 4);
        let digits = world.digits();
        press_connect(&mut world, &digits);
        world.run_for(1_000);
        let view = world.agent_view(Who::Page);
        assert_eq!(
            (view.phase, view.new_code_needed),
            ("paired", false),
            "swallowed {swallowed}"
        );
    }
}

#[test]
fn two_pairings_that_broke_cost_no_click() {
    let mut world = World::new(101_000);
    let digits = world.digits();
    let counted = count(&mut world);
    let mut left = 2;
    world.relay.forger = Some(Box::new(move |who, message| match message {
        FromServer::Admitted { .. } if left > 0 => {
            left -= 1;
            junk_after(who, message)
        }
        other => vec![(who, other)],
    }));
    world.start_page(Who::Page, HOST, digits);
    world.run_for(60_000);
    let view = world.agent_view(Who::Page);
    assert_eq!((view.phase, view.new_code_needed), ("paired", false));
    assert!(world.console_view().page.is_some() && world.console_view().code.is_none());
    assert_eq!(counted.borrow().proofs(), 3);
}

#[test]
fn codes_typed_in_between_do_not_bring_proofs_back() {
    let mut world = World::new(102_000);
    let digits = world.digits();
    let counted = count(&mut world);
    world.relay.forger = Some(Box::new(|who, message| match message {
        FromServer::Proof { .. } => Vec::new(),
        // The relay answers at every number, with what the console said.
        other => vec![(who, other)],
    }));
    world.start_page(Who::Page, HOST, digits.clone());
    for n in 0..30_u32 {
        let other = format!("{:04}0000", 5_000 + n % 7);
        world.run_for(1_000);
        let typed = [&digits, &other][(n % 2) as usize];
        // The customer changes the mind at once; no answer is needed for that.
        world.relay.route(&typed[..4]);
        press_connect(&mut world, typed);
    }
    let counted = counted.borrow();
    assert_eq!(counted.proofs[&digits[..4]], 3);
    assert!(counted.most() <= 3);
    world.relay.route(&digits[..4]);
    press_connect(&mut world, &digits);
    assert!(world.agent_view(Who::Page).new_code_needed);
}

#[test]
fn many_attempts_at_once_give_three_judgements() {
    for seed in 0..20 {
        let mut world = World::new(103_000 + seed);
        let counted = count(&mut world);
        let mut guesser = Guesser::new(seed);
        let digits = world.digits();
        let knock = |world: &mut World, guesser: &mut Guesser, digits: &str| {
            let attempt = guesser.knock(world, digits);
            world.run_for(50);
            attempt
        };
        // Two failures, with four attempts answered and open.
        for n in 0..2 {
            let attempt = knock(&mut world, &mut guesser, &wrong(&digits, n));
            assert!(guesser.prove(&mut world, attempt));
        }
        let mut open: Vec<_> = (2..5)
            .map(|n| knock(&mut world, &mut guesser, &wrong(&digits, n)))
            .collect();
        // Even who is right comes too late.
        open.push(knock(&mut world, &mut guesser, &digits));
        assert_eq!(counted.borrow().judged(), 2, "seed {seed}");
        for attempt in open {
            assert!(guesser.prove(&mut world, attempt), "seed {seed}");
        }
        world.run_for(100);
        assert_eq!(counted.borrow().judged(), 3, "seed {seed}");
        assert_eq!(counted.borrow().admitted, 0, "seed {seed}");
        assert!(world.console_view().code.is_none(), "seed {seed}");
        // All six were refused in the same bytes.
        let refusals: Vec<_> = world
            .relay
            .seen
            .iter()
            .filter_map(|bytes| match ToServer::decode(bytes) {
                Ok(ToServer::Refuse { lobby, .. }) => Some(lobby),
                _ => None,
            })
            .collect();
        assert_eq!(refusals.len(), 6, "seed {seed}");
        assert!(refusals.iter().all(|lobby| *lobby == refusals[0]), "seed {seed}");
    }
}

#[test]
fn attempts_of_an_old_code_do_not_count_against_the_next() {
    for burnt in [false, true] {
        let mut world = World::new(104_000);
        let counted = count(&mut world);
        let mut guesser = Guesser::new(104);
        let digits = world.digits();
        let attempts: Vec<_> = (0..4)
            .map(|n| guesser.knock(&mut world, &wrong(&digits, n)))
            .collect();
        world.run_for(50);
        let (first, rest) = if burnt {
            attempts.split_at(3)
        } else {
            attempts.split_at(0)
        };
        for attempt in first {
            guesser.prove(&mut world, *attempt);
        }
        world.run_for(50);
        new_code(&mut world, "6001", 4);
        counted.borrow_mut().code += 1;
        for attempt in rest {
            guesser.prove(&mut world, *attempt);
        }
        world.run_for(50);
        assert_eq!(
            world.console_view().code.expect("it waits").failures,
            0,
            "burnt {burnt}"
        );
        assert!(!counted.borrow().judged.contains_key(&1), "burnt {burnt}");
        world.join_page();
    }
}

#[test]
fn a_console_stores_what_it_counted_before_anybody_hears_of_it() {
    let mut world = World::new(104_500);
    let mut guesser = Guesser::new(105);
    let digits = world.digits();
    for n in 1..=3 {
        let attempt = guesser.knock(&mut world, &wrong(&digits, n));
        world.run_for(50);
        let proof = guesser.proof(&world, attempt).expect("the console answered");
        let now_ms = world.now_ms;
        let Machine::Console(console) = &mut world.node_mut(Who::Console).machine else {
            panic!("that is the console");
        };
        console.message(now_ms, &proof.encode());
        let first = std::iter::from_fn(|| console.poll()).find_map(|output| match output {
            Output::Persist(text) => Some(text),
            Output::Transmit(bytes) => panic!("{:?} comes first", ToServer::decode(&bytes)),
            _ => None,
        });
        let stored = first.expect("it stores something");
        assert_eq!(stored.contains(&digits), n < 3, "{n}");
        assert_eq!(stored.contains(&format!("\"failures\":{n}")), n < 3, "{n}");
    }
}

#[test]
fn a_hundred_thousand_guesses_at_a_console_are_answered_and_three_of_them_judged() {
    let mut world = World::new(105_000);
    let counted = count(&mut world);
    let digits = world.digits();
    // A customer's knock, for all of them.
    world.start_page(Who::Page, HOST, wrong(&digits, 0));
    world.run_for(300);
    let knock = counted.borrow().knock.clone().expect("it knocked");
    assert_eq!(counted.borrow().judged(), 1);
    world.relay.seen.clear();
    let mut guesser = Guesser::new(105);
    let (mut answers, mut refusals) = (0, 0);
    for n in 0..100_000_u32 {
        guesser.fling(&mut world, &digits, *knock);
        if n % 100 == 99 {
            world.run_for(50);
            for bytes in world.relay.seen.drain(..) {
                match ToServer::decode(&bytes) {
                    Ok(ToServer::Answer { .. }) => answers += 1,
                    Ok(ToServer::Refuse { .. }) => refusals += 1,
                    _ => {}
                }
            }
        }
    }
    assert_eq!((answers, refusals), (100_000, 100_000));
    assert_eq!((counted.borrow().judged(), counted.borrow().admitted), (3, 0));
    assert_eq!(world.console_view().notice.expect("told").code, "code_burnt");
}

#[test]
fn a_hundred_thousand_answers_draw_three_proofs_out_of_a_customer() {
    let mut world = World::new(106_000);
    let counted = count(&mut world);
    let digits = world.digits();
    // The relay answers each knock itself and keeps the proofs.
    let mut guesser = Guesser::new(106);
    let attempt = guesser.knock(&mut world, &digits);
    world.run_for(50);
    let answer = guesser.answer(&world, attempt).expect("the console answered");
    let own = answer.clone();
    world.relay.forger = Some(Box::new(move |who, message| match message {
        FromServer::Attempt { attempt, .. } => {
            let lobby = own.clone();
            vec![(Who::Page, FromServer::Answer { attempt, lobby })]
        }
        FromServer::Proof { .. } => Vec::new(),
        other => vec![(who, other)],
    }));
    world.start_page(Who::Page, HOST, digits.clone());
    for n in 0..100_000_u32 {
        let (mut attempt, lobby) = ([0; 16], answer.clone());
        attempt[..4].copy_from_slice(&n.to_be_bytes());
        world.invent(Who::Page, FromServer::Answer { attempt, lobby });
        if n % 100 == 99 {
            world.run_for(1_000);
        }
        if n % 1_000 == 999 {
            press_connect(&mut world, &digits);
        }
    }
    assert_eq!(counted.borrow().proofs(), 3);
    assert!(world.agent_view(Who::Page).new_code_needed);
}

/// What the relay does with what passes in this minute.
#[derive(Clone, Copy, Default)]
struct Mood {
    swallow_proofs: bool,
    swallow_verdicts: bool,
    false_verdicts: bool,
    junk: bool,
    break_pairings: bool,
}

impl Mood {
    fn draw(rng: &mut ChaCha20Rng) -> Self {
        let mut one_in = |n: u32| rng.next_u32().is_multiple_of(n);
        Self {
            swallow_proofs: one_in(3),
            swallow_verdicts: one_in(5),
            false_verdicts: one_in(5),
            junk: one_in(2),
            break_pairings: one_in(2),
        }
    }

    fn forge(self, who: Who, message: FromServer) -> Vec<(Who, FromServer)> {
        match message {
            FromServer::Proof { .. } if self.swallow_proofs => Vec::new(),
            FromServer::Admitted { .. } | FromServer::Refused { .. } if self.swallow_verdicts => Vec::new(),
            FromServer::Refused { mut lobby } if self.false_verdicts => {
                lobby[0] = 4;
                let admitted = FromServer::Admitted {
                    participant: 1,
                    session: [9; 16],
                    resume: [1; 32],
                    console: 0,
                    server_key: [2; 32],
                    lobby,
                };
                vec![(who, admitted)]
            }
            FromServer::Admitted { .. } if self.junk => junk_after(who, message),
            other => vec![(who, other)],
        }
    }
}

/// One relay that guesses at both ends at once, with people who do what people do; what each end gave away.
fn mischief(seed: u64) -> Rc<RefCell<Counted>> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut world = World::new(110_000 + seed);
    let counted = count(&mut world);
    let mood = Rc::new(RefCell::new(Mood::default()));
    let forging = Rc::clone(&mood);
    world.relay.forger = Some(Box::new(move |who, message| forging.borrow().forge(who, message)));
    let breaking = Rc::clone(&mood);
    world.relay.meddler = Some(Box::new(move |way, _, bytes| {
        if way == Way::ToConsole && breaking.borrow().break_pairings {
            return Vec::new();
        }
        vec![bytes]
    }));
    let mut guesser = Guesser::new(seed);
    let mut open = Vec::new();
    let mut read_out = world.digits();
    world.start_page(Who::Page, HOST, read_out.clone());
    let mut codes = 0_u32;
    for _ in 0..80 {
        match rng.next_u32() % 16 {
            0..=2 => *mood.borrow_mut() = Mood::draw(&mut rng),
            3..=5 => open.push(guesser.knock(&mut world, &wrong(&read_out, rng.next_u32()))),
            6..=9 if !open.is_empty() => {
                let one = open.swap_remove(rng.next_u32() as usize % open.len());
                guesser.prove(&mut world, one);
            }
            10 | 11 => press_connect(&mut world, &read_out),
            12 => {
                // A slip of the finger: in the number, or behind it.
                let slip = match rng.next_u32() % 2 {
                    0 => format!("{:04}{}", rng.next_u32() % 12, &read_out[4..]),
                    _ => wrong(&read_out, rng.next_u32()),
                };
                // This relay answers at every number.
                world.relay.route(&slip[..4]);
                press_connect(&mut world, &slip);
            }
            13 => {
                world.cut();
                world.run_for(u64::from(rng.next_u32() % 3_000));
                world.line_up = true;
            }
            14 => world.reload(Who::Console),
            15 if world.console_view().code.is_none() || rng.next_u32().is_multiple_of(4) => {
                codes += 1;
                counted.borrow_mut().code = codes;
                new_code(&mut world, &format!("{:04}", 6_000 + codes), 4);
                read_out = world.digits();
                press_connect(&mut world, &read_out);
            }
            _ => {}
        }
        let number = read_out[..4].to_owned();
        world.relay.route(&number);
        world.run_for([30, 200, 1_000, 7_000, 21_000][rng.next_u32() as usize % 5]);
    }
    counted
}

#[test]
fn whatever_a_relay_does_no_end_gives_away_more_than_three_per_code() {
    let (mut proofs, mut judged) = (0, 0);
    for seed in 0..300 {
        let counted = mischief(seed);
        let counted = counted.borrow();
        assert!(
            counted.most() <= 3,
            "seed {seed}: {:?} {:?}",
            counted.proofs,
            counted.judged
        );
        proofs += u32::from(counted.proofs.values().any(|&n| n == 3));
        judged += u32::from(counted.judged.values().any(|&n| n == 3));
    }
    // The bounds were reached, not merely kept.
    assert!(proofs > 100 && judged > 100, "{proofs} {judged}");
}
