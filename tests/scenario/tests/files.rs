//! Files and folders: looked at, sent, fetched, cut in the middle, taken back, refused, and begun anew.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_geometry::Rect;
use temoto_scenario::{Who, World};
use temoto_session::channel::files::{Choice, Fault, Item};
use temoto_session::permission::Capability;
use temoto_session::view::TransferView;
use temoto_session::{AgentCommand, ConsoleCommand};

const MIB: usize = 1 << 20;

/// A session in which files may be used, and the customer has a desktop with a folder.
fn world(seed: u64) -> World {
    let mut world = World::shared(seed);
    world.node_mut(Who::Program).disk.folders = vec!["desktop".to_owned(), "desktop/写真".to_owned()];
    for capability in [Capability::FilesIn, Capability::FilesOut] {
        world.console(ConsoleCommand::Ask {
            capabilities: vec![capability],
        });
        world.run_for(300);
        world.agent(
            Who::Program,
            AgentCommand::Answer {
                capability,
                yes: true,
            },
        );
        world.run_for(300);
    }
    world
}

fn content(bytes: usize, seed: u32) -> Vec<u8> {
    (0..bytes as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8)
        .collect()
}

fn send(world: &mut World, transfer: u32, paths: &[&str]) {
    let items = world.node_mut(Who::Console).disk.choose(transfer, paths);
    send_items(world, transfer, items);
}

fn send_items(world: &mut World, transfer: u32, items: Vec<Item>) {
    world.console(ConsoleCommand::SendFiles {
        transfer,
        root: "desktop".to_owned(),
        path: Vec::new(),
        items,
    });
}

fn fetch(world: &mut World, transfer: u32, names: &[&str]) {
    world.node_mut(Who::Console).disk.target(transfer, "downloads");
    world.console(ConsoleCommand::FetchFiles {
        transfer,
        root: "desktop".to_owned(),
        path: Vec::new(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    });
}

fn transfer(world: &World, number: u32) -> TransferView {
    let files = world.console_view().files;
    let found = files.transfers.into_iter().find(|t| t.transfer == number);
    found.expect("it is shown")
}

fn there(world: &World, who: Who, path: &str) -> Option<Vec<u8>> {
    let files = &world.node(who).disk.files;
    files.get(path).map(|(content, _)| content.clone())
}

fn events(world: &World) -> Vec<String> {
    let lines = world.console_view().chat;
    lines.iter().map(|line| line.text.clone()).collect()
}

#[test]
fn a_folder_is_listed_and_changed_only_while_that_is_granted() {
    let mut world = world(1);
    assert_eq!(world.console_view().files.roots.len(), 1);
    world.node_mut(Who::Program).disk.put("desktop/請求書.pdf", b"1");
    let list = |world: &mut World| {
        world.console(ConsoleCommand::ListFolder {
            request: 1,
            root: "desktop".to_owned(),
            path: Vec::new(),
        });
        world.run_for(300);
        let names = world
            .node(Who::Console)
            .listed
            .iter()
            .map(|e| e.name.clone())
            .collect::<Vec<_>>();
        world.node_mut(Who::Console).listed.clear();
        names
    };
    assert_eq!(list(&mut world), ["写真", "請求書.pdf"]);
    let place = || ("desktop".to_owned(), Vec::new());
    let (root, path) = place();
    world.console(ConsoleCommand::RenameFile {
        request: 2,
        root,
        path,
        name: "請求書.pdf".to_owned(),
        to: "済.pdf".to_owned(),
    });
    let (root, path) = place();
    world.console(ConsoleCommand::MakeFolder {
        request: 3,
        root,
        path,
        name: "新しい".to_owned(),
    });
    world.run_for(300);
    assert_eq!(list(&mut world), ["写真", "新しい", "済.pdf"]);
    let (root, path) = place();
    world.console(ConsoleCommand::TrashFiles {
        request: 4,
        root,
        path,
        names: vec!["済.pdf".to_owned()],
    });
    world.run_for(300);
    assert_eq!(list(&mut world), ["写真", "新しい"]);
    world.console(ConsoleCommand::RestoreFiles { request: 5, token: 1 });
    world.run_for(300);
    assert_eq!(list(&mut world).len(), 3);
    let expected = [(2, None, 0), (3, None, 0), (4, None, 1), (5, None, 0)];
    assert_eq!(world.node(Who::Console).changes, expected);
    let (root, path) = place();
    world.console(ConsoleCommand::MakeFolder {
        request: 6,
        root,
        path,
        name: "../x".to_owned(),
    });
    assert_eq!(
        world.node(Who::Console).changes.last(),
        Some(&(6, Some(Fault::BadName), 0))
    );
    for capability in [Capability::FilesOut, Capability::FilesIn] {
        world.agent(Who::Program, AgentCommand::Withdraw { capability });
    }
    world.run_for(300);
    assert!(world.console_view().files.roots.is_empty());
    let (root, path) = place();
    let list = ConsoleCommand::ListFolder {
        request: 7,
        root,
        path,
    };
    assert!(world.try_console(list).is_err());
}

#[test]
fn files_and_folders_are_sent_and_arrive_byte_for_byte() {
    let mut world = world(2);
    let (large, small) = (content(3 * MIB + 17, 1), content(9, 2));
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.folders.push("home/資料".to_owned());
    disk.put("home/資料/大.bin", &large);
    disk.put("home/資料/empty", b"");
    disk.put("home/note.txt", &small);
    send(&mut world, 1, &["home/資料", "home/note.txt"]);
    world.run_for(4_000);
    let view = transfer(&world, 1);
    assert_eq!(
        (view.state, view.items, view.items_over),
        ("done", 4, 4),
        "{view:?}"
    );
    assert_eq!(view.bytes_done, view.bytes);
    assert_eq!(there(&world, Who::Program, "desktop/資料/大.bin"), Some(large));
    assert_eq!(
        there(&world, Who::Program, "desktop/資料/empty"),
        Some(Vec::new())
    );
    assert_eq!(
        there(&world, Who::Program, "desktop/note.txt"),
        Some(small.clone())
    );
    assert!(world.node(Who::Program).disk.parts.is_empty());
    let arrived = &world.node(Who::Console).arrived;
    assert_eq!(arrived.len(), 3);
    let note = arrived.iter().find(|done| done.name == "note.txt").expect("told");
    assert_eq!(note.hash, blake3::hash(&small).to_hex().to_string());
    assert!(events(&world).contains(&"files_sent".to_owned()));
}

#[test]
fn many_small_files_do_not_wait_for_each_other() {
    let mut world = world(3);
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.folders.push("home/many".to_owned());
    for n in 0..400 {
        disk.put(&format!("home/many/{n}.txt"), &content(200, n));
    }
    send(&mut world, 1, &["home/many"]);
    world.run_for(8_000);
    assert_eq!(transfer(&world, 1).state, "done", "{:?}", transfer(&world, 1));
    assert_eq!(world.node(Who::Program).disk.files.len(), 400);
}

#[test]
fn files_are_fetched_and_the_customer_reads_of_it() {
    let mut world = world(4);
    let large = content(2 * MIB, 3);
    world
        .node_mut(Who::Program)
        .disk
        .put("desktop/写真/海.jpg", &large);
    fetch(&mut world, 1, &["写真"]);
    world.run_for(4_000);
    let view = transfer(&world, 1);
    assert_eq!(
        (view.state, view.way, view.items),
        ("done", "fetch", 2),
        "{view:?}"
    );
    assert_eq!(
        there(&world, Who::Console, "downloads/写真/海.jpg"),
        Some(large.clone())
    );
    let lines = world.agent_view(Who::Program).chat;
    let line = lines.iter().find(|line| line.text == "file_taken").expect("told");
    assert_eq!(line.arguments[0], "海.jpg");
    assert_eq!(line.arguments[2], blake3::hash(&large).to_hex().to_string());
}

#[test]
fn a_cut_line_goes_on_where_it_was_in_both_directions() {
    for seed in 0..8 {
        let mut world = world(10 + seed);
        world.rate = Some(1_000_000);
        let (up, down) = (content(3 * MIB, 5), content(3 * MIB + 5, 6));
        world.node_mut(Who::Console).disk.put("up.bin", &up);
        world.node_mut(Who::Program).disk.put("desktop/down.bin", &down);
        send(&mut world, 1, &["up.bin"]);
        fetch(&mut world, 2, &["down.bin"]);
        for round in 0..3 {
            world.run_for(700 + 130 * seed + 90 * round);
            world.cut();
            world.run_for(400);
            world.line_up = true;
            world.run_for(5_500);
        }
        world.run_for(30_000);
        assert_eq!(transfer(&world, 1).state, "done", "seed {seed}");
        assert_eq!(transfer(&world, 2).state, "done", "seed {seed}");
        assert_eq!(there(&world, Who::Program, "desktop/up.bin").as_ref(), Some(&up));
        assert_eq!(
            there(&world, Who::Console, "downloads/down.bin").as_ref(),
            Some(&down)
        );
        // Nothing was begun anew.
        assert_eq!(world.node(Who::Program).disk.written, up.len() as u64);
        assert_eq!(world.node(Who::Console).disk.written, down.len() as u64);
    }
}

#[test]
fn a_program_that_is_started_anew_goes_on_with_the_part_that_is_there() {
    let mut world = world(30);
    world.rate = Some(1_000_000);
    let up = content(4 * MIB, 7);
    world.node_mut(Who::Console).disk.put("up.bin", &up);
    send(&mut world, 1, &["up.bin"]);
    world.run_for(2_500);
    let disk = world.node(Who::Program).disk.of_next_program();
    let had = disk.written;
    assert!(had >= MIB as u64 && had < up.len() as u64, "{had}");
    world.kill(Who::Program);
    world.run_for(2_000);
    assert_eq!(transfer(&world, 1).state, "interrupted");
    world.console(ConsoleCommand::Rearm);
    world.run_for(1_000);
    world.join_program();
    world.node_mut(Who::Program).disk = disk;
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::ALL.to_vec(),
        },
    );
    world.run_for(30_000);
    assert_eq!(transfer(&world, 1).state, "done", "{:?}", transfer(&world, 1));
    assert_eq!(there(&world, Who::Program, "desktop/up.bin"), Some(up.clone()));
    assert_eq!(
        world.node(Who::Program).disk.written,
        up.len() as u64,
        "{had} were there"
    );
}

#[test]
fn a_reloaded_console_that_sends_the_same_file_again_does_not_begin_anew() {
    let mut world = world(31);
    world.rate = Some(1_000_000);
    let up = content(4 * MIB, 8);
    world.node_mut(Who::Console).disk.put("up.bin", &up);
    send(&mut world, 1, &["up.bin"]);
    world.run_for(2_500);
    let had = world.node(Who::Program).disk.written;
    world.reload(Who::Console);
    world.run_for(3_000);
    assert!(world.console_view().files.transfers.is_empty());
    assert!(!world.console_view().files.roots.is_empty());
    assert_eq!(world.node(Who::Program).disk.parts.len(), 1);
    send(&mut world, 1, &["up.bin"]);
    world.run_for(30_000);
    assert_eq!(transfer(&world, 1).state, "done");
    assert_eq!(there(&world, Who::Program, "desktop/up.bin"), Some(up.clone()));
    assert_eq!(
        world.node(Who::Program).disk.written,
        up.len() as u64,
        "{had} were there"
    );
}

#[test]
fn a_part_that_was_damaged_meanwhile_is_taken_once_more_and_never_named() {
    let mut world = world(32);
    world.rate = Some(1_000_000);
    let up = content(3 * MIB, 9);
    world.node_mut(Who::Console).disk.put("up.bin", &up);
    send(&mut world, 1, &["up.bin"]);
    world.run_for(2_500);
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(500);
    assert_eq!(transfer(&world, 1).state, "interrupted");
    let parts = &mut world.node_mut(Who::Program).disk.parts;
    let part = parts.get_mut("desktop/up.bin").expect("it stays in a pause");
    part.bytes[5] ^= 1;
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    world.run_for(20_000);
    assert_eq!(transfer(&world, 1).state, "done", "{:?}", transfer(&world, 1));
    assert_eq!(there(&world, Who::Program, "desktop/up.bin"), Some(up));
}

#[test]
fn a_withdrawn_permission_stops_everything_at_once_and_nothing_half_stays() {
    let mut world = world(33);
    world.rate = Some(1_000_000);
    world
        .node_mut(Who::Console)
        .disk
        .put("up.bin", &content(4 * MIB, 1));
    world
        .node_mut(Who::Program)
        .disk
        .put("desktop/down.bin", &content(4 * MIB, 2));
    send(&mut world, 1, &["up.bin"]);
    fetch(&mut world, 2, &["down.bin"]);
    world.run_for(2_000);
    let reads = world.node(Who::Program).disk.reads;
    for capability in [Capability::FilesIn, Capability::FilesOut] {
        world.agent(Who::Program, AgentCommand::Withdraw { capability });
    }
    assert!(world.node(Who::Program).disk.parts.is_empty(), "at once");
    world.run_for(3_000);
    assert_eq!(world.node(Who::Program).disk.reads, reads);
    for number in [1, 2] {
        let view = transfer(&world, number);
        let shown = (view.state, view.fault, view.by_customer);
        assert_eq!(
            shown,
            ("canceled", None, true),
            "no failure, and it says whose will it was"
        );
    }
    assert!(world.node(Who::Console).disk.parts.is_empty());
    assert!(there(&world, Who::Program, "desktop/up.bin").is_none());
    assert!(there(&world, Who::Console, "downloads/down.bin").is_none());
}

#[test]
fn nothing_is_replaced_without_an_answer() {
    for (answer, state, content_there) in [
        (Choice::Replace, "done", (b"new".to_vec(), None)),
        (Choice::Both, "done", (b"old".to_vec(), Some(b"new".to_vec()))),
        (Choice::Skip, "done", (b"old".to_vec(), None)),
    ] {
        let mut world = world(34);
        world.node_mut(Who::Console).disk.put("a.txt", b"new");
        world.node_mut(Who::Program).disk.put("desktop/a.txt", b"old");
        send(&mut world, 1, &["a.txt"]);
        world.run_for(1_000);
        let view = transfer(&world, 1);
        assert_eq!(view.state, "asking");
        assert_eq!(view.question.expect("asked").there_size, 3);
        assert_eq!(
            there(&world, Who::Program, "desktop/a.txt"),
            Some(b"old".to_vec())
        );
        world.console(ConsoleCommand::AnswerFile {
            transfer: 1,
            answer,
            all: false,
        });
        world.run_for(1_000);
        assert_eq!(transfer(&world, 1).state, state, "{:?}", transfer(&world, 1));
        let (first, second) = content_there;
        assert_eq!(there(&world, Who::Program, "desktop/a.txt"), Some(first));
        assert_eq!(there(&world, Who::Program, "desktop/a.txt (2)"), second);
    }
}

#[test]
fn one_answer_can_count_for_all_and_the_operator_s_own_folder_is_asked_about_as_well() {
    let mut world = world(35);
    for n in 0..40 {
        world
            .node_mut(Who::Program)
            .disk
            .put(&format!("desktop/写真/{n}"), b"new");
        world
            .node_mut(Who::Console)
            .disk
            .put(&format!("downloads/写真/{n}"), b"old");
    }
    fetch(&mut world, 1, &["写真"]);
    world.run_for(1_000);
    assert_eq!(transfer(&world, 1).state, "asking");
    world.console(ConsoleCommand::AnswerFile {
        transfer: 1,
        answer: Choice::Replace,
        all: true,
    });
    world.run_for(3_000);
    assert_eq!(transfer(&world, 1).state, "done");
    for n in 0..40 {
        assert_eq!(
            there(&world, Who::Console, &format!("downloads/写真/{n}")),
            Some(b"new".to_vec())
        );
    }
}

#[test]
fn a_file_that_changes_is_told_of_and_the_others_arrive() {
    let mut world = world(36);
    world.rate = Some(1_000_000);
    world
        .node_mut(Who::Console)
        .disk
        .put("a.bin", &content(3 * MIB, 1));
    world.node_mut(Who::Console).disk.put("b.bin", b"b");
    send(&mut world, 1, &["a.bin", "b.bin"]);
    world.run_for(500);
    world.node_mut(Who::Console).disk.put("a.bin", b"shorter now");
    world.run_for(8_000);
    let view = transfer(&world, 1);
    assert_eq!((view.state, view.problem_count), ("done", 1), "{view:?}");
    assert_eq!(view.problems[0].fault, Fault::Changed);
    assert!(there(&world, Who::Program, "desktop/a.bin").is_none());
    assert!(there(&world, Who::Program, "desktop/b.bin").is_some());
    assert!(world.node(Who::Program).disk.parts.is_empty());
}

#[test]
fn a_full_disk_stops_the_transfer_and_the_next_one_goes_on() {
    let mut world = world(37);
    world.node_mut(Who::Program).disk.capacity = Some(2 * MIB as u64);
    world
        .node_mut(Who::Console)
        .disk
        .put("a.bin", &content(3 * MIB, 1));
    world.node_mut(Who::Console).disk.put("b.bin", b"b");
    send(&mut world, 1, &["a.bin"]);
    send(&mut world, 2, &["b.bin"]);
    world.run_for(8_000);
    let view = transfer(&world, 1);
    assert_eq!((view.state, view.fault), ("failed", Some(Fault::Full)));
    assert_eq!(transfer(&world, 2).state, "done");
    assert!(world.node(Who::Program).disk.parts.is_empty());
}

#[test]
fn a_held_transfer_waits_and_a_canceled_one_leaves_nothing() {
    let mut world = world(38);
    world.rate = Some(1_000_000);
    world
        .node_mut(Who::Console)
        .disk
        .put("up.bin", &content(3 * MIB, 1));
    world
        .node_mut(Who::Program)
        .disk
        .put("desktop/down.bin", &content(3 * MIB, 2));
    send(&mut world, 1, &["up.bin"]);
    fetch(&mut world, 2, &["down.bin"]);
    world.run_for(1_500);
    for transfer in [1, 2] {
        world.console(ConsoleCommand::HoldTransfer { transfer, held: true });
    }
    world.run_for(2_000);
    let (up, down) = (transfer(&world, 1).bytes_done, transfer(&world, 2).bytes_done);
    world.run_for(5_000);
    assert_eq!(
        (transfer(&world, 1).bytes_done, transfer(&world, 2).bytes_done),
        (up, down)
    );
    assert_eq!(transfer(&world, 2).state, "held");
    world.console(ConsoleCommand::HoldTransfer {
        transfer: 1,
        held: false,
    });
    world.console(ConsoleCommand::CancelTransfer { transfer: 2 });
    world.run_for(10_000);
    assert_eq!(transfer(&world, 1).state, "done");
    assert_eq!(transfer(&world, 2).state, "canceled");
    assert!(world.node(Who::Console).disk.parts.is_empty());
    world.console(ConsoleCommand::ForgetTransfer { transfer: 2 });
    assert_eq!(world.console_view().files.transfers.len(), 1);
}

#[test]
fn a_disk_that_stands_still_is_waited_for_and_memory_stays_bounded() {
    let mut world = world(39);
    let up = content(9 * MIB, 3);
    world.node_mut(Who::Console).disk.put("up.bin", &up);
    world.node_mut(Who::Program).disk_stands = true;
    send(&mut world, 1, &["up.bin"]);
    world.run_for(500);
    let now = world.now_ms;
    world.node_mut(Who::Program).disk_goes_on(now);
    world.run_for(100);
    world.node_mut(Who::Program).disk_stands = true;
    let reads = world.node(Who::Console).disk.reads;
    world.run_for(8_000);
    let more = world.node(Who::Console).disk.reads - reads;
    assert!(more <= 7, "{more} MiB were read for a disk that stands");
    assert!(world.console_view().program.expect("there").present);
    let now = world.now_ms;
    world.node_mut(Who::Program).disk_goes_on(now);
    world.run_for(8_000);
    assert_eq!(transfer(&world, 1).state, "done", "{:?}", transfer(&world, 1));
    assert_eq!(there(&world, Who::Program, "desktop/up.bin"), Some(up));
}

#[test]
fn the_screen_keeps_its_share_while_files_are_fetched() {
    let mut world = world(40);
    world.rate = Some(500_000);
    world
        .node_mut(Who::Program)
        .disk
        .put("desktop/down.bin", &content(6 * MIB, 2));
    fetch(&mut world, 1, &["down.bin"]);
    world.run_for(3_000);
    let mut worst = 0;
    for n in 0..20u32 {
        world.paint(Who::Program, Rect::new(10, 10, 100, 40), 0x0010_2030 + n);
        let from = world.now_ms;
        while !world.picture_is_exact() {
            world.run_for(5);
            assert!(world.now_ms < from + 5_000, "the picture never comes");
        }
        worst = worst.max(world.now_ms - from);
        world.run_for(100);
    }
    // 40 ms of line there, one frame interval, and what is in the window: rate × (round trip + 50 ms).
    assert!(worst <= 300, "{worst} ms until a small change was seen");
    world.run_for(15_000);
    assert_eq!(transfer(&world, 1).state, "done", "{:?}", transfer(&world, 1));
}
