//! Longer stories of transfers in both directions: a program that is started anew, questions that are answered one by one and for
//! all, and waiting in between.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_scenario::{Who, World};
use temoto_session::channel::files::Choice;
use temoto_session::permission::Capability;
use temoto_session::view::TransferView;
use temoto_session::{AgentCommand, ConsoleCommand};

const MIB: usize = 1 << 20;

/// Where files come from and where they go, of each direction.
#[derive(Clone, Copy, Debug)]
struct Direction {
    sends: bool,
    from: Who,
    to: Who,
    /// Before the names at each end.
    source: &'static str,
    target: &'static str,
}

const BOTH: [Direction; 2] = [
    Direction {
        sends: true,
        from: Who::Console,
        to: Who::Program,
        source: "",
        target: "desktop/",
    },
    Direction {
        sends: false,
        from: Who::Program,
        to: Who::Console,
        source: "desktop/",
        target: "downloads/",
    },
];

impl Direction {
    fn put(self, world: &mut World, name: &str, content: &[u8]) {
        let path = format!("{}{name}", self.source);
        world.node_mut(self.from).disk.put(&path, content);
    }

    fn put_there(self, world: &mut World, name: &str, content: &[u8]) {
        let path = format!("{}{name}", self.target);
        world.node_mut(self.to).disk.put(&path, content);
    }

    fn there(self, world: &World, name: &str) -> Option<Vec<u8>> {
        let files = &world.node(self.to).disk.files;
        let file = files.get(&format!("{}{name}", self.target));
        file.map(|(content, _)| content.clone())
    }

    fn begin(self, world: &mut World, names: &[&str]) {
        let (transfer, root, path) = (1, "desktop".to_owned(), Vec::new());
        if self.sends {
            let items = world.node_mut(Who::Console).disk.choose(1, names);
            world.console(ConsoleCommand::SendFiles {
                transfer,
                root,
                path,
                items,
            });
        } else {
            world.node_mut(Who::Console).disk.target(1, "downloads");
            let names = names.iter().map(|&name| name.to_owned()).collect();
            world.console(ConsoleCommand::FetchFiles {
                transfer,
                root,
                path,
                names,
            });
        }
    }
}

fn transfer(world: &World) -> TransferView {
    let mut transfers = world.console_view().files.transfers;
    transfers.pop().expect("it is shown")
}

fn answer(world: &mut World, answer: Choice, all: bool) {
    world.console(ConsoleCommand::AnswerFile {
        transfer: 1,
        answer,
        all,
    });
    world.run_for(500);
}

fn hold(world: &mut World, held: bool) {
    world.console(ConsoleCommand::HoldTransfer { transfer: 1, held });
}

#[test]
fn a_program_that_is_started_anew_goes_on_in_both_directions_where_the_part_ends() {
    for (seed, direction) in BOTH.into_iter().enumerate() {
        let mut world = World::with_files(60 + seed as u64);
        world.rate = Some(1_000_000);
        let content: Vec<u8> = (0..4 * MIB as u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        direction.put(&mut world, "large.bin", &content);
        direction.put(&mut world, "small.txt", b"small");
        direction.begin(&mut world, &["small.txt", "large.bin"]);
        world.run_for(2_500);
        let disk = world.node(Who::Program).disk.of_next_program();
        let had = world.node(direction.to).disk.written;
        assert!(
            had >= MIB as u64 && had < content.len() as u64,
            "{direction:?}: {had}"
        );
        world.kill(Who::Program);
        world.run_for(2_000);
        assert_eq!(transfer(&world).state, "interrupted", "{direction:?}");
        world.console(ConsoleCommand::Rearm);
        world.run_for(1_000);
        world.join_program();
        world.node_mut(Who::Program).disk = disk;
        let capabilities = Capability::ALL.to_vec();
        world.agent(Who::Program, AgentCommand::Allow { capabilities });
        for _ in 0..80 {
            world.run_for(250);
            // What was there already is not taken for a fast line: the line carries a million bytes in a second.
            let rate = transfer(&world).bytes_per_second;
            assert!(rate <= 1_100_000, "{direction:?}: {rate}");
        }
        let view = transfer(&world);
        assert_eq!(view.state, "done", "{direction:?}: {view:?}");
        assert_eq!(view.items_over, 2, "{direction:?}");
        assert!(
            direction.there(&world, "large.bin").as_ref() == Some(&content),
            "{direction:?}"
        );
        assert_eq!(direction.there(&world, "small.txt"), Some(b"small".to_vec()));
        // Nothing was carried over twice.
        let written = world.node(direction.to).disk.written;
        assert_eq!(
            written,
            content.len() as u64 + 5,
            "{direction:?}: {had} were there"
        );
        assert!(world.node(direction.to).disk.parts.is_empty(), "{direction:?}");
        let told = world.node(Who::Console).arrived.len();
        assert_eq!(told, 2, "{direction:?}: each once");
    }
}

#[test]
fn on_a_slow_line_rate_and_time_left_are_those_of_the_line_all_the_time() {
    for (seed, direction) in BOTH.into_iter().enumerate() {
        let mut world = World::with_files(65 + seed as u64);
        world.rate = Some(50_000);
        direction.put(&mut world, "large.bin", &vec![7; 3 * MIB]);
        direction.begin(&mut world, &["large.bin"]);
        world.run_for(6_000);
        let mut before = u64::MAX;
        for _ in 0..50 {
            world.run_for(1_000);
            // What is on the disk grows by whole blocks, one in twenty seconds.
            let view = transfer(&world);
            let rate = view.bytes_per_second;
            assert!((30_000..=55_000).contains(&rate), "{direction:?}: {view:?}");
            let left = view.seconds_left.expect("it can be said");
            assert!(
                left <= before.saturating_add(2),
                "{direction:?}: {left} after {before}"
            );
            let leaps = before != u64::MAX && left + 10 < before;
            assert!(!leaps, "{direction:?}: {left} after {before}");
            before = left;
        }
        world.run_for(60_000);
        assert_eq!(transfer(&world).state, "done", "{direction:?}");
    }
}

#[test]
fn questions_are_answered_one_by_one_and_then_for_all() {
    for (seed, direction) in BOTH.into_iter().enumerate() {
        let mut world = World::with_files(70 + seed as u64);
        let names: Vec<String> = (0..30).map(|n| format!("{n:02}.txt")).collect();
        for name in &names {
            direction.put(&mut world, name, b"new");
            direction.put_there(&mut world, name, b"old");
        }
        direction.put(&mut world, "99.txt", b"new");
        let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
        all.push("99.txt");
        direction.begin(&mut world, &all);
        world.run_for(1_000);
        let asked = |world: &World| transfer(world).question.expect("asked").path;
        assert_eq!(asked(&world), ["00.txt"], "{direction:?}");
        answer(&mut world, Choice::Skip, false);
        assert_eq!(asked(&world), ["01.txt"], "{direction:?}");
        answer(&mut world, Choice::Replace, false);
        assert_eq!(asked(&world), ["02.txt"], "{direction:?}");
        answer(&mut world, Choice::Both, false);
        assert_eq!(asked(&world), ["03.txt"], "{direction:?}");
        answer(&mut world, Choice::Skip, true);
        world.run_for(3_000);
        let view = transfer(&world);
        assert_eq!(view.state, "done", "{direction:?}: {view:?}");
        assert_eq!((view.items_over, view.problem_count), (31, 0), "{direction:?}");
        let there = |name: &str| direction.there(&world, name);
        assert_eq!(there("00.txt"), Some(b"old".to_vec()), "{direction:?}");
        assert_eq!(there("01.txt"), Some(b"new".to_vec()), "{direction:?}");
        assert_eq!(there("02.txt"), Some(b"old".to_vec()), "{direction:?}");
        assert_eq!(there("02.txt (2)"), Some(b"new".to_vec()), "{direction:?}");
        for name in &names[3..] {
            assert_eq!(there(name), Some(b"old".to_vec()), "{direction:?}: {name}");
        }
        // What is not there already is not skipped.
        assert_eq!(there("99.txt"), Some(b"new".to_vec()), "{direction:?}");
        assert!(world.node(direction.to).disk.parts.is_empty(), "{direction:?}");
    }
}

#[test]
fn what_is_held_goes_on_where_it_was_and_a_question_waits_for_its_answer() {
    for (seed, direction) in BOTH.into_iter().enumerate() {
        let mut world = World::with_files(80 + seed as u64);
        world.rate = Some(1_000_000);
        direction.put(&mut world, "a.bin", &vec![7; 3 * MIB]);
        direction.put(&mut world, "b.txt", b"new");
        direction.put_there(&mut world, "b.txt", b"old");
        direction.begin(&mut world, &["a.bin", "b.txt"]);
        world.run_for(1_000);
        hold(&mut world, true);
        world.run_for(3_000);
        let held = transfer(&world).bytes_done;
        world.run_for(5_000);
        assert_eq!(transfer(&world).bytes_done, held, "{direction:?}");
        // A pause and a cut while it is held change nothing of that.
        world.agent(Who::Program, AgentCommand::Pause { paused: true });
        world.run_for(500);
        world.agent(Who::Program, AgentCommand::Pause { paused: false });
        world.run_for(3_000);
        assert_eq!(transfer(&world).state, "held", "{direction:?}");
        hold(&mut world, false);
        world.run_for(8_000);
        assert_eq!(
            transfer(&world).state,
            "asking",
            "{direction:?}: {:?}",
            transfer(&world)
        );
        assert_eq!(direction.there(&world, "b.txt"), Some(b"old".to_vec()));
        answer(&mut world, Choice::Replace, true);
        world.run_for(3_000);
        assert_eq!(
            transfer(&world).state,
            "done",
            "{direction:?}: {:?}",
            transfer(&world)
        );
        assert_eq!(direction.there(&world, "b.txt"), Some(b"new".to_vec()));
        assert!(
            direction.there(&world, "a.bin") == Some(vec![7; 3 * MIB]),
            "{direction:?}"
        );
        let written = world.node(direction.to).disk.written;
        assert_eq!(written, 3 * MIB as u64 + 3, "{direction:?}");
    }
}
