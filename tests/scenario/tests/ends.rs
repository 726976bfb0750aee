//! An end that is hostile itself: a customer whose program, or an operator whose console, sends what it likes inside of its
//! pair. Whatever it is, the other end does nothing that was not granted or asked for, keeps what it shows and remembers
//! within bounds, and goes on or parts from it.

use prost::Message;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_scenario::{Who, World};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, Misbehavior};
use temoto_wire::frame::Channel;
use temoto_wire::limits::{CHAT_HISTORY, DISPLAYS};
use temoto_wire::proto;
use temoto_wire::relay::Role;

/// Numbers at which something tips over.
const NUMBERS: [u64; 12] = [
    0,
    1,
    2,
    3,
    31,
    32,
    255,
    65_536,
    0x7fff_ffff,
    0xffff_ffff,
    1 << 53,
    u64::MAX,
];
/// Texts that mean something to somebody.
const TEXTS: [&str; 10] = [
    "",
    "..",
    "../../etc/passwd",
    "C:\\Windows\\win.ini",
    "CON",
    "a/b",
    "\u{202e}gpj.exe",
    "file\0.txt",
    "<img src=x onerror=alert(1)>",
    "\u{feff}\r\n\t\u{1b}[2J",
];

fn one<T: Copy>(rng: &mut ChaCha20Rng, of: &[T]) -> T {
    of[rng.next_u32() as usize % of.len()]
}

/// Protocol buffers in which anything can stand, three messages deep.
fn words(rng: &mut ChaCha20Rng, depth: u32) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..=rng.next_u32() % 5 {
        let field = u64::from(1 + rng.next_u32() % 6);
        if rng.next_u32().is_multiple_of(2) {
            prost::encoding::encode_varint(field << 3, &mut out);
            prost::encoding::encode_varint(one(rng, &NUMBERS), &mut out);
        } else {
            let inside = match rng.next_u32() % 4 {
                0 if depth > 0 => words(rng, depth - 1),
                1 => vec![0xff; one(rng, &[0, 16, 32, 4_097])],
                2 => "手".repeat(one(rng, &[1, 86, 1_500])).into_bytes(),
                _ => one(rng, &TEXTS).as_bytes().to_vec(),
            };
            prost::encoding::encode_varint(field << 3 | 2, &mut out);
            prost::encoding::encode_varint(inside.len() as u64, &mut out);
            out.extend(inside);
        }
    }
    out
}

/// A message of a channel with anything in its body; one that can be read, most of the time.
fn message(rng: &mut ChaCha20Rng, channel: Channel) -> Vec<u8> {
    for _ in 0..60 {
        let body = words(rng, 2);
        let mut bytes = Vec::new();
        // The bodies of all channels are messages of their own in one of these fields.
        let kind = u64::from(1 + rng.next_u32() % 32);
        prost::encoding::encode_varint(kind << 3 | 2, &mut bytes);
        prost::encoding::encode_varint(body.len() as u64, &mut bytes);
        bytes.extend(body);
        let read = match channel {
            Channel::Control => proto::Control::decode(&*bytes).is_ok_and(|it| it.body.is_some()),
            Channel::Clipboard => proto::Clipboard::decode(&*bytes).is_ok_and(|it| it.body.is_some()),
            Channel::Files => proto::Files::decode(&*bytes).is_ok_and(|it| it.body.is_some()),
            Channel::Chat => proto::Chat::decode(&*bytes).is_ok_and(|it| it.body.is_some()),
            Channel::Link | Channel::Screen | Channel::Cursor | Channel::Input => false,
        };
        if read {
            return bytes;
        }
    }
    words(rng, 1)
}

fn misbehavior(rng: &mut ChaCha20Rng) -> Misbehavior {
    let reliable = [
        Channel::Control,
        Channel::Chat,
        Channel::Clipboard,
        Channel::Files,
    ];
    if !rng.next_u32().is_multiple_of(3) {
        let channel = one(rng, &reliable);
        return Misbehavior::Message(channel, message(rng, channel));
    }
    let mut payload = vec![0; one(rng, &[0, 1, 2, 4, 8, 12, 17, 40, 9_000])];
    rng.fill_bytes(&mut payload);
    if rng.next_u32().is_multiple_of(2) {
        payload.iter_mut().for_each(|byte| *byte &= 3);
    }
    let channel = one(rng, &Channel::ALL);
    Misbehavior::Frame(channel, (rng.next_u32() % 8) as u8, payload)
}

fn sent(world: &mut World, from: Who, what: Misbehavior) {
    if from == Who::Console {
        world.with_console(|console, now| console.misbehave(now, Role::Program, &what));
    } else {
        world.with_agent(from, |agent, now| agent.misbehave(now, what));
    }
}

/// Some of the time one message alone, so that each is judged by itself and not only what comes before the pair is ended.
fn plays(
    from: Who,
    seeds: std::ops::Range<u64>,
    mut begin: impl FnMut(u64) -> World,
    after: impl Fn(&World, u64),
) {
    let (mut stayed, mut parted) = (0, 0);
    for seed in seeds {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut world = begin(90_000 + seed);
        for _ in 0..one(&mut rng, &[1, 1, 3, 40]) {
            let what = misbehavior(&mut rng);
            sent(&mut world, from, what);
            world.run_for(u64::from(rng.next_u32() % 60));
        }
        world.run_for(3_000);
        after(&world, seed);
        match world.console_view().program {
            Some(program) if program.present => stayed += 1,
            _ => parted += 1,
        }
    }
    // Not all of it is so wrong that nothing is looked at, and some of it is.
    assert!(stayed > 50 && parted > 50, "{stayed} went on, {parted} parted");
}

fn looking(seed: u64) -> World {
    let mut world = World::shared(seed);
    let capability = Capability::Control;
    world.agent(Who::Program, AgentCommand::Withdraw { capability });
    world.run_for(3_000);
    world.node_mut(Who::Program).injected.clear();
    world
}

#[test]
fn an_operator_who_may_only_look_does_nothing_else() {
    plays(Who::Console, 0..400, looking, |world, seed| {
        let program = world.node(Who::Program);
        assert!(program.injected.is_empty(), "seed {seed}: {:?}", program.injected);
        assert!(program.clip_sets.is_empty() && !program.watched, "seed {seed}");
        assert_eq!((program.disk.reads, program.disk.written), (0, 0), "seed {seed}");
        assert!(
            program.disk.files.is_empty() && program.disk.trash.is_empty(),
            "seed {seed}"
        );
        let view = world.agent_view(Who::Program);
        let more = view.granted.iter().any(|&one| one != Capability::View);
        assert!(!more, "seed {seed}: {:?}", view.granted);
        assert!(
            view.chat.len() <= CHAT_HISTORY && view.asked.len() <= 6,
            "seed {seed}"
        );
        assert!(program.captures < 400 && program.abandoned < 100, "seed {seed}");
    });
}

#[test]
fn a_customer_cannot_make_the_console_do_or_keep_what_nobody_asked_for() {
    plays(Who::Program, 0..400, World::shared, |world, seed| {
        let console = world.node(Who::Console);
        assert!(
            console.clipboards.is_empty() && console.thumbnails.is_empty(),
            "seed {seed}"
        );
        assert!(
            console.windows_told.is_empty() && console.arrived.is_empty(),
            "seed {seed}"
        );
        assert!(
            console.listed.is_empty() && console.changes.is_empty(),
            "seed {seed}"
        );
        assert_eq!((console.disk.reads, console.disk.written), (0, 0), "seed {seed}");
        let view = world.console_view();
        assert!(
            view.chat.len() <= CHAT_HISTORY && view.displays.len() <= DISPLAYS,
            "seed {seed}"
        );
        let words: usize = view.chat.iter().map(|line| line.text.len()).sum();
        assert!(words <= CHAT_HISTORY * 4_096, "seed {seed}");
        let named = view.displays.iter().all(|display| display.name.len() <= 128);
        assert!(named && view.files.roots.len() <= 64, "seed {seed}");
        if let Some(program) = view.program {
            assert!(
                program.computer.len() <= 128 && program.system.len() <= 128,
                "seed {seed}"
            );
        }
    });
}
