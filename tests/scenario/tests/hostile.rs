//! A hostile relay: whatever it does, nothing of the session comes out, nothing is let in, and chat is exact or absent.

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
use temoto_crypto::pairing::{ConsolePairing, ConsoleSetup, PairingSecret};
use temoto_crypto::{Capabilities, StaticKey, code::Code};
use temoto_geometry::Rect;
use temoto_keymap::Code as Key;
use temoto_scenario::{HOST, Way, Who, World};
use temoto_session::channel::chat::{From, Line};
use temoto_session::channel::input::Injection;
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};
use temoto_wire::relay::{Ended, FromServer, Gone, Role};

/// Words that must not come out.
const SAID: &str = "CANARY-customer-印刷できません";
const ANSWERED: &str = "CANARY-operator-見てみましょう";
const TYPED: &str = "CANARY-typed-パスワード";
const COMPUTER: &str = "keiri-03";
/// A color that the codec has to carry; in no order of its bytes does it pass.
const COLOR: u32 = 0x00C0_FFEE;

/// What a relay may do with one record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Trick {
    Flip,
    Drop,
    Delay,
    Duplicate,
    Reorder,
    Truncate,
    Lengthen,
    Splice,
    Reflect,
    ReplayInit,
    WrongHint,
    Junk,
}

const TRICKS: [Trick; 12] = [
    Trick::Flip,
    Trick::Drop,
    Trick::Delay,
    Trick::Duplicate,
    Trick::Reorder,
    Trick::Truncate,
    Trick::Lengthen,
    Trick::Splice,
    Trick::Reflect,
    Trick::ReplayInit,
    Trick::WrongHint,
    Trick::Junk,
];

/// A message as its sender gave it to the relay.
type Passed = (Way, u8, Vec<u8>);

/// State of a meddler.
struct Mischief {
    rng: ChaCha20Rng,
    tricks: Vec<Trick>,
    /// One message in so many is meddled with.
    every: u32,
    /// At most so often.
    left: u32,
    kept: BTreeMap<(bool, u8), Vec<Vec<u8>>>,
    waiting: BTreeMap<(bool, u8), Vec<Vec<u8>>>,
}

impl Mischief {
    fn new(seed: u64, tricks: &[Trick], every: u32, left: u32) -> Self {
        Self {
            rng: ChaCha20Rng::seed_from_u64(seed),
            tricks: tricks.to_vec(),
            every,
            left,
            kept: BTreeMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.rng.next_u32() as usize % n.max(1)
    }

    fn kept(&mut self, keys: impl Fn(&(bool, u8)) -> bool, first: Option<u8>) -> Option<Vec<u8>> {
        let all: Vec<Vec<u8>> = self
            .kept
            .iter()
            .filter(|(key, _)| keys(key))
            .flat_map(|(_, list)| list.iter().cloned())
            .filter(|bytes| first.is_none_or(|kind| bytes.first() == Some(&kind)))
            .collect();
        let n = self.below(all.len());
        all.get(n).cloned()
    }

    fn meddle(&mut self, way: Way, agent: u8, mut bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let key = (way == Way::ToConsole, agent);
        self.kept.entry(key).or_default().push(bytes.clone());
        let mut out = self.waiting.remove(&key).unwrap_or_default();
        if self.left == 0 || !self.rng.next_u32().is_multiple_of(self.every) {
            out.push(bytes);
            return out;
        }
        self.left -= 1;
        let n = self.below(self.tricks.len());
        match self.tricks[n] {
            Trick::Flip => {
                let at = self.below(bytes.len());
                bytes[at] ^= 1 << self.below(8);
                out.push(bytes);
            }
            Trick::Drop => {}
            Trick::Delay => self.waiting.entry(key).or_default().push(bytes),
            Trick::Duplicate => out.extend([bytes.clone(), bytes]),
            Trick::Reorder => out.insert(0, bytes),
            Trick::Truncate => {
                let at = self.below(bytes.len());
                bytes.truncate(at);
                out.push(bytes);
            }
            Trick::Lengthen => {
                bytes.push(0);
                out.push(bytes);
            }
            Trick::Splice => {
                out.extend(self.kept(|&(to_console, other)| to_console == key.0 && other != agent, None));
                out.push(bytes);
            }
            Trick::Reflect => {
                out.extend(self.kept(|&(to_console, other)| to_console != key.0 && other == agent, None));
                out.push(bytes);
            }
            Trick::ReplayInit => {
                out.push(bytes);
                out.extend(self.kept(|other| *other == key, Some(2)));
            }
            Trick::WrongHint => {
                out.push(bytes);
                let kind = 4 + u8::from(self.rng.next_u32().is_multiple_of(2));
                let hint = self.rng.next_u32() >> (self.rng.next_u32() % 32);
                out.push([&[kind][..], &hint.to_be_bytes()].concat());
            }
            Trick::Junk => {
                let mut junk = vec![0; 1 + self.below(200)];
                self.rng.fill_bytes(&mut junk);
                out.extend([junk, bytes]);
            }
        }
        out
    }
}

fn meddle(world: &mut World, mischief: Mischief) {
    let mut mischief = mischief;
    world.relay.meddler = Some(Box::new(move |way, agent, bytes| {
        mischief.meddle(way, agent, bytes)
    }));
}

fn written(lines: &[Line], by: From) -> Vec<String> {
    lines
        .iter()
        .filter(|line| line.from == by)
        .map(|line| line.text.clone())
        .collect()
}

fn finds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Everything secret of this session, with a name each.
fn canaries(digits: &str, token: Option<&str>) -> Vec<(&'static str, Vec<u8>)> {
    let mut all: Vec<(&'static str, Vec<u8>)> = vec![
        ("customer's chat", SAID.into()),
        ("operator's chat", ANSWERED.into()),
        ("typed text", TYPED.into()),
        ("computer", COMPUTER.into()),
        ("digits", digits.into()),
        (
            "digits with a space",
            format!("{} {}", &digits[..4], &digits[4..]).into_bytes(),
        ),
        ("pixels", COLOR.to_le_bytes()[..3].repeat(4)),
        ("pixels with a fourth byte", COLOR.to_le_bytes().repeat(4)),
    ];
    if let Some(token) = token {
        let parsed = temoto_crypto::token::Token::parse(token).expect("a token");
        all.push(("token", token.into()));
        all.push(("token's bytes", parsed.expose().to_vec()));
    }
    all
}

fn nothing_came_out(world: &World, digits: &str, token: Option<&str>, seed: u64) {
    for (name, canary) in canaries(digits, token) {
        for message in &world.relay.seen {
            assert!(!finds(message, &canary), "seed {seed}: {name} passed the relay");
        }
    }
}

/// Runs of each agent only ever have rising numbers, and no message but the six kinds passes.
fn never_a_weaker_retry(sent: &[Passed], seed: u64) {
    let mut last: BTreeMap<u8, u32> = BTreeMap::new();
    for (way, agent, bytes) in sent {
        assert!(matches!(bytes[0], 1..=5 | 16), "seed {seed}: kind {}", bytes[0]);
        if *way == Way::ToConsole && bytes[0] == 2 {
            let n = u32::from_be_bytes(bytes[1..5].try_into().expect("a number"));
            let before = last.insert(*agent, n);
            assert!(
                before.is_none_or(|before| n > before),
                "seed {seed}: run {n} again"
            );
        }
    }
}

/// Chat on both sides is what was sent, in order, once; all of it, or (`cut_short`) the beginning.
fn chat_is_exact(world: &World, said: &[String], answered: &[String], cut_short: bool, seed: u64) {
    let (console, page) = (world.console_view().chat, world.agent_view(Who::Page).chat);
    for (arrived, sent) in [
        (written(&console, From::Customer), said),
        (written(&page, From::Operator), answered),
    ] {
        if cut_short {
            assert!(sent.starts_with(&arrived), "seed {seed}: {arrived:?} of {sent:?}");
        } else {
            assert_eq!(arrived, sent, "seed {seed}");
        }
    }
}

/// One session with chat, picture, keys and a meddler; then a minute of peace.
fn one_session(seed: u64, tricks: &[Trick], every: u32, left: u32) -> World {
    let mut world = World::new(seed);
    let digits = world.digits();
    world.join_page();
    let token = world.token();
    world.join_program();
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::ALL.to_vec(),
        },
    );
    world.run_for(300);
    world.console(ConsoleCommand::Control { active: true });
    let sent: Rc<RefCell<Vec<Passed>>> = Rc::default();
    let mut mischief = Mischief::new(seed, tricks, every, left);
    let log = Rc::clone(&sent);
    world.relay.meddler = Some(Box::new(move |way, agent, bytes| {
        log.borrow_mut().push((way, agent, bytes.clone()));
        mischief.meddle(way, agent, bytes)
    }));
    let (mut said, mut answered) = (Vec::new(), Vec::new());
    for n in 0..5 {
        for (text, list) in [(SAID, &mut said), (ANSWERED, &mut answered)] {
            list.push(format!("{text} {n}"));
        }
        if world.agent_view(Who::Page).phase == "paired" {
            world.agent(
                Who::Page,
                AgentCommand::Chat {
                    text: said[n].clone(),
                },
            );
        }
        world.console(ConsoleCommand::Chat {
            text: answered[n].clone(),
        });
        world.console(ConsoleCommand::Key {
            code: "KeyA".to_owned(),
            down: true,
        });
        world.console(ConsoleCommand::Key {
            code: "KeyA".to_owned(),
            down: false,
        });
        world.console(ConsoleCommand::Text {
            text: TYPED.to_owned(),
        });
        let at = i32::try_from(n).expect("small") * 10;
        world.paint(
            Who::Program,
            Rect::new(at, at, 60, 30),
            COLOR + u32::try_from(n).expect("small") * 77,
        );
        world.run_for(900);
    }
    world.relay.meddler = None;
    world.run_for(60_000);

    nothing_came_out(&world, &digits, Some(&token), seed);
    never_a_weaker_retry(&sent.borrow(), seed);
    let page_lives = world.agent_view(Who::Page).phase == "paired" && world.console_view().page.is_some();
    chat_is_exact(&world, &said, &answered, !page_lives, seed);
    let mut down = false;
    for injection in &world.node(Who::Program).injected {
        match injection {
            Injection::Key {
                code: Key::KeyA,
                down: now,
            } => down = *now,
            Injection::Text(text) => assert_eq!(text, TYPED, "seed {seed}"),
            other => panic!("seed {seed}: nobody did {other:?}"),
        }
    }
    assert!(!down, "seed {seed}: a key stays pressed");
    let program_lives =
        world.agent_view(Who::Program).phase == "paired" && world.console_view().program.is_some();
    if program_lives {
        assert!(world.picture_is_exact(), "seed {seed}");
    }
    for who in [Who::Page, Who::Program] {
        let phase = world.agent_view(who).phase;
        assert!(
            phase == "paired" || phase == "ended",
            "seed {seed}: {who:?} is {phase}"
        );
    }
    world
}

fn all_tricks(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let every = 2 + u32::try_from(seed % 19).expect("small");
        one_session(seed, &TRICKS, every, 200);
    }
}

#[test]
fn hostile_seeds_0_to_249() {
    all_tricks(0..250);
}

#[test]
fn hostile_seeds_250_to_499() {
    all_tricks(250..500);
}

#[test]
fn each_trick_alone_comes_to_nothing() {
    for (n, trick) in TRICKS.into_iter().enumerate() {
        for seed in 0..20 {
            one_session(10_000 + n as u64 * 100 + seed, &[trick], 3, 50);
        }
    }
}

#[test]
fn late_and_lost_records_do_not_end_the_session() {
    for seed in 0..150 {
        let tricks = [Trick::Drop, Trick::Delay, Trick::Duplicate, Trick::Reorder];
        let world = one_session(20_000 + seed, &tricks, 9, 4);
        for who in [Who::Page, Who::Program] {
            assert_eq!(world.agent_view(who).phase, "paired", "seed {seed}: {who:?}");
        }
        assert!(world.picture_is_exact(), "seed {seed}");
    }
}

#[test]
fn old_inits_and_wrong_hints_do_not_even_disturb() {
    for seed in 0..60 {
        let world = one_session(30_000 + seed, &[Trick::ReplayInit, Trick::WrongHint], 4, 30);
        for who in [Who::Page, Who::Program] {
            assert_eq!(world.agent_view(who).phase, "paired", "seed {seed}: {who:?}");
        }
    }
}

#[test]
fn a_meddler_from_the_first_message_on_gets_no_pair_it_can_read() {
    for seed in 0..150 {
        let mut world = World::new(40_000 + seed);
        let digits = world.digits();
        meddle(
            &mut world,
            Mischief::new(seed, &TRICKS, 2 + u32::try_from(seed % 4).expect("small"), 40),
        );
        world.start_page(Who::Page, HOST, digits.clone());
        world.run_for(2_000);
        world.console(ConsoleCommand::Chat {
            text: ANSWERED.to_owned(),
        });
        world.run_for(60_000);
        world.relay.meddler = None;
        world.run_for(60_000);
        nothing_came_out(&world, &digits, None, seed);
        let page = world.agent_view(Who::Page);
        assert!(
            matches!(page.phase, "paired" | "refused" | "ended" | "connecting"),
            "seed {seed}"
        );
        let words = written(&page.chat, From::Operator);
        assert!(words.is_empty() || words == [ANSWERED], "seed {seed}: {words:?}");
    }
}

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
        assert_eq!(world.console_view().granted, Capability::ALL, "seed {seed}");
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
                let (host, digits) = (HOST.to_owned(), digits.clone());
                let (system, software, language) = Default::default();
                world.agent(
                    Who::Page,
                    AgentCommand::Join {
                        host,
                        digits,
                        key: None,
                        system,
                        software,
                        language,
                    },
                );
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

#[test]
fn the_scanner_finds_what_the_ends_hold() {
    let mut world = World::new(90_000);
    let digits = world.digits();
    let waiting = world.node(Who::Console).stored.clone().expect("stored");
    assert!(finds(waiting.as_bytes(), digits.as_bytes()));
    world.join_page();
    let token = world.token();
    world.join_program();
    world.agent(
        Who::Page,
        AgentCommand::Chat {
            text: SAID.to_owned(),
        },
    );
    world.console(ConsoleCommand::Chat {
        text: ANSWERED.to_owned(),
    });
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::ALL.to_vec(),
        },
    );
    world.paint(Who::Program, Rect::new(0, 0, 100, 100), COLOR);
    world.run_for(1_000);
    world.console(ConsoleCommand::Control { active: true });
    world.console(ConsoleCommand::Text {
        text: TYPED.to_owned(),
    });
    world.run_for(1_000);
    assert!(world.picture_is_exact());
    let desktop = world.node(Who::Program).desktop.as_ref().expect("a screen");
    let held = [
        world
            .node(Who::Console)
            .stored
            .clone()
            .expect("stored")
            .into_bytes(),
        digits.clone().into_bytes(),
        format!("{:?}", world.node(Who::Program).injected).into_bytes(),
        desktop
            .pixels()
            .iter()
            .flat_map(|pixel| pixel.to_le_bytes())
            .collect(),
    ]
    .concat();
    for name in [
        "customer's chat",
        "operator's chat",
        "typed text",
        "computer",
        "digits",
        "token",
        "pixels with a fourth byte",
    ] {
        let (_, canary) = canaries(&digits, Some(&token))
            .into_iter()
            .find(|(n, _)| *n == name)
            .expect("listed");
        assert!(finds(&held, &canary), "{name}");
    }
    nothing_came_out(&world, &digits, Some(&token), 90_000);
}
