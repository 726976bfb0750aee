//! A relay that meddles with records: whatever it does, nothing of the session comes out, nothing is let in, and chat is exact or absent.

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
use temoto_geometry::Rect;
use temoto_keymap::Code as Key;
use temoto_scenario::play::{chat_is_exact, written};
use temoto_scenario::secrets::{ANSWERED, COLOR, SAID, TYPED, nothing_came_out};
use temoto_scenario::{HOST, Way, Who, World};
use temoto_session::channel::chat::From;
use temoto_session::channel::input::Injection;
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

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
            capabilities: Capability::FIRST.to_vec(),
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
