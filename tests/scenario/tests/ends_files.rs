//! A hostile end, while files and clipboards may be used: some of it is allowed, in some runs, for some of the time. Whatever it
//! says, each thing that is done on a disk or a clipboard is one that is allowed at that moment, under plain names (both are asked
//! of every world, `src/node.rs`), beneath the folders that there are, and both ends go on or part.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_scenario::hostile::Mischief;
use temoto_scenario::{Who, World};
use temoto_session::channel::clipboard::{Clip, ClipKind};
use temoto_session::channel::files::Choice;
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand, Misbehavior};
use temoto_wire::limits::CHAT_HISTORY;
use temoto_wire::relay::Role;

const SECRET: &[u8] = b"nobody's business";
const ALL: [Capability; 4] = [
    Capability::FilesIn,
    Capability::FilesOut,
    Capability::ClipboardIn,
    Capability::ClipboardOut,
];

/// Of the four, those that are granted in this run.
fn of_run(seed: u64) -> Vec<Capability> {
    let granted = (0..4).filter(|n| seed & 1 << n != 0);
    granted.map(|n| ALL[n]).collect()
}

fn begin(seed: u64) -> World {
    let mut world = World::shared(seed);
    let disk = &mut world.node_mut(Who::Program).disk;
    disk.folders = vec!["desktop".to_owned(), "desktop/写真".to_owned()];
    disk.put("desktop/a.txt", &[1; 300]);
    disk.put("desktop/b", &vec![2; 3 << 20]);
    disk.put("desktop/写真/1.jpg", &[3; 100]);
    disk.put("secret/passwd", SECRET);
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.put("home/up.bin", &vec![4; 3 << 20]);
    disk.put("home/small", b"5");
    disk.put("secret/passwd", SECRET);
    for capability in of_run(seed) {
        let yes = true;
        world.agent(Who::Program, AgentCommand::Answer { capability, yes });
        world.run_for(100);
    }
    let text = "写し".to_owned();
    world.with_agent(Who::Program, |agent, now| {
        agent.copied(now, Clip::Text { text, html: None });
    });
    world.run_for(300);
    world
}

/// What the operator and the customer do themselves meanwhile. What is refused now is refused.
fn honest(world: &mut World, rng: &mut ChaCha20Rng, seed: u64) {
    let place = || ("desktop".to_owned(), Vec::new());
    let granted = of_run(seed);
    let one = granted.get(rng.next_u32() as usize % 4).copied();
    match rng.next_u32() % 14 {
        0 => world.agent(Who::Program, AgentCommand::Pause { paused: true }),
        1 | 2 => world.agent(Who::Program, AgentCommand::Pause { paused: false }),
        3 => {
            if let Some(capability) = one {
                world.agent(Who::Program, AgentCommand::Withdraw { capability });
            }
        }
        4 | 5 => {
            if let Some(capability) = one {
                let yes = true;
                world.agent(Who::Program, AgentCommand::Answer { capability, yes });
            }
        }
        6 => world.node_mut(Who::Program).disk_stands = true,
        7 => {
            let now = world.now_ms;
            world.node_mut(Who::Program).disk_goes_on(now);
        }
        8 => {
            let (root, path) = place();
            let request = 1 + rng.next_u32() % 4;
            let _refused = world.try_console(ConsoleCommand::ListFolder { request, root, path });
        }
        9 => {
            let (root, path) = place();
            let (request, name) = (1 + rng.next_u32() % 4, "新しい".to_owned());
            let _refused = world.try_console(ConsoleCommand::MakeFolder {
                request,
                root,
                path,
                name,
            });
        }
        10 => {
            let (answer, all) = (Choice::Both, rng.next_u32().is_multiple_of(2));
            let transfer = 1 + rng.next_u32() % 2;
            let _refused = world.try_console(ConsoleCommand::AnswerFile {
                transfer,
                answer,
                all,
            });
        }
        11 => {
            let (transfer, held) = (1 + rng.next_u32() % 2, rng.next_u32().is_multiple_of(2));
            let _refused = world.try_console(ConsoleCommand::HoldTransfer { transfer, held });
        }
        12 => {
            let (text, html) = ("貼る".to_owned(), Some("<b>貼る</b>".to_owned()));
            let _refused = world.try_console(ConsoleCommand::PutClipboard { text, html });
        }
        _ => {
            let kind = [ClipKind::Text, ClipKind::Html, ClipKind::Image][rng.next_u32() as usize % 3];
            world.with_agent(Who::Program, |agent, now| agent.clipboard_wanted(now, 1, kind));
        }
    }
}

/// The operator sends and fetches, if that is allowed.
fn transfers(world: &mut World) {
    let place = || ("desktop".to_owned(), Vec::new());
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.target(2, "downloads");
    let items = disk.choose(1, &["home/up.bin", "home/small"]);
    let (root, path) = place();
    let _refused = world.try_console(ConsoleCommand::SendFiles {
        transfer: 1,
        root,
        path,
        items,
    });
    let (root, path) = place();
    let _refused = world.try_console(ConsoleCommand::FetchFiles {
        transfer: 2,
        root,
        path,
        names: vec!["b".to_owned(), "写真".to_owned()],
    });
}

fn sent(world: &mut World, from: Who, what: Misbehavior) {
    if from == Who::Console {
        world.with_console(|console, now| console.misbehave(now, Role::Program, &what));
    } else {
        world.with_agent(from, |agent, now| agent.misbehave(now, what));
    }
}

fn beneath(paths: impl IntoIterator<Item = impl AsRef<str>>, folders: &[&str], seed: u64) {
    for path in paths {
        let path = path.as_ref();
        let within = folders.iter().any(|folder| path.starts_with(folder));
        assert!(within, "seed {seed}: {path:?}");
    }
}

fn plays(from: Who, seeds: std::ops::Range<u64>, after: impl Fn(&World, u64)) {
    let (mut stayed, mut parted, mut used) = (0, 0, [0u64; 5]);
    for seed in seeds {
        let mut rng = ChaCha20Rng::seed_from_u64(seed ^ 0x5eed);
        let mut mischief = Mischief::new(seed, from);
        let mut world = begin(seed);
        let long = [1, 5, 30, 120][rng.next_u32() as usize % 4];
        transfers(&mut world);
        for _ in 0..long {
            if rng.next_u32().is_multiple_of(6) {
                honest(&mut world, &mut rng, seed);
            }
            // Some of it at once, as a flood.
            for _ in 0..[1, 1, 1, 40][rng.next_u32() as usize % 4] {
                let what = mischief.message();
                sent(&mut world, from, what);
            }
            world.run_for(u64::from(rng.next_u32() % 60));
        }
        let now = world.now_ms;
        world.node_mut(Who::Program).disk_goes_on(now);
        world.run_for(3_000);
        for who in [Who::Program, Who::Console] {
            let disk = &world.node(who).disk;
            let (secret, _) = disk.files.get("secret/passwd").expect("it is still there");
            assert_eq!(secret, SECRET, "seed {seed}");
        }
        let console = world.console_view();
        assert!(console.chat.len() <= CHAT_HISTORY, "seed {seed}");
        assert!(world.agent_view(Who::Program).chat.len() <= CHAT_HISTORY);
        after(&world, seed);
        let program = world.node(Who::Program);
        used[0] += program.disk.written;
        used[1] += u64::from(program.disk.reads);
        used[2] += program.clip_sets.len() as u64;
        used[3] += world.node(Who::Console).disk.written;
        used[4] += world.node(Who::Console).listed.len() as u64;
        match console.program {
            Some(program) if program.present => stayed += 1,
            _ => parted += 1,
        }
    }
    // It comes far enough to do something, and some of it is so wrong that the pair ends.
    assert!(stayed > 20 && parted > 20, "{stayed} went on, {parted} parted");
    assert!(used.iter().all(|&times| times > 0), "{used:?}");
}

#[test]
fn an_operator_does_with_files_and_clipboards_only_what_is_granted() {
    plays(Who::Console, 0..320, |world, seed| {
        let granted = of_run(seed);
        let program = world.node(Who::Program);
        let disk = &program.disk;
        let has = |capability| granted.contains(&capability);
        let there = ["desktop/", "secret/passwd", "clipboard "];
        beneath(disk.files.keys().chain(disk.parts.keys()), &there, seed);
        beneath(disk.trash.iter().map(|(path, _)| path), &["desktop/"], seed);
        beneath(&disk.folders, &["desktop", "clipboard "], seed);
        if !has(Capability::FilesIn) {
            assert!(disk.written == 0 && disk.parts.is_empty(), "seed {seed}");
            let unchanged = disk.files.len() == 4 && disk.folders.len() == 2 && disk.trash.is_empty();
            assert!(unchanged, "seed {seed}: {:?}", disk.files.keys());
        }
        if !has(Capability::FilesOut) {
            assert_eq!(disk.reads, 0, "seed {seed}");
        }
        assert!(
            has(Capability::ClipboardIn) || program.clip_sets.is_empty(),
            "seed {seed}"
        );
        let puts = has(Capability::ClipboardIn) && has(Capability::FilesIn);
        assert!(puts || program.clip_files.is_empty(), "seed {seed}");
        assert!(has(Capability::ClipboardOut) || !program.watched, "seed {seed}");
        let view = world.agent_view(Who::Program);
        let known = |one: &Capability| granted.contains(one) || Capability::FIRST.contains(one);
        assert!(view.granted.iter().all(known), "seed {seed}: {:?}", view.granted);
    });
}

#[test]
fn a_customer_s_program_does_at_the_operator_s_only_what_the_operator_began() {
    plays(Who::Program, 1_000..1_320, |world, seed| {
        let granted = of_run(seed);
        let console = world.node(Who::Console);
        let disk = &console.disk;
        let there = ["home/", "downloads/", "secret/passwd"];
        beneath(disk.files.keys().chain(disk.parts.keys()), &there, seed);
        beneath(&disk.folders, &["downloads/"], seed);
        assert!(
            disk.transfers.iter().all(|transfer| [1, 2].contains(transfer)),
            "seed {seed}"
        );
        if !granted.contains(&Capability::FilesIn) {
            assert_eq!(disk.reads, 0, "seed {seed}");
        }
        if !granted.contains(&Capability::FilesOut) {
            assert!(disk.written == 0 && console.listed.is_empty(), "seed {seed}");
        }
        // Nobody pressed for what the customer copied.
        assert!(console.clipboards.is_empty(), "seed {seed}");
        let files = world.console_view().files;
        assert!(
            files.roots.len() <= 64 && files.transfers.len() <= 2,
            "seed {seed}"
        );
        let names = files
            .roots
            .iter()
            .all(|root| root.name.len() <= 128 && root.id.len() <= 255);
        assert!(names, "seed {seed}");
        for transfer in files.transfers {
            assert!(
                transfer.problems.len() <= 20 && transfer.bytes_done <= transfer.bytes,
                "seed {seed}"
            );
        }
    });
}
