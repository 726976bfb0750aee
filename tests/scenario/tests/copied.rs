//! Files that the customer copied: a place of their own, as long as they are on the clipboard and copies and files are allowed.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_scenario::play::{customer_allows, customer_withdraws, shared_with};
use temoto_scenario::{Who, World};
use temoto_session::channel::clipboard::{Clip, ClipKind};
use temoto_session::channel::files::{Fault, RootKind, copied};
use temoto_session::permission::Capability;
use temoto_session::view::TransferView;
use temoto_session::{AgentCommand, ConsoleCommand};

const MIB: usize = 1 << 20;
const BOTH: [Capability; 2] = [Capability::ClipboardOut, Capability::FilesOut];

/// The customer copies files: a letter and a folder with a picture in it. The disk has them whatever the session says of it.
fn copies(world: &mut World, number: u32, picture: &[u8], told: bool) {
    let disk = &mut world.node_mut(Who::Program).disk;
    let root = copied::root(number);
    disk.folders.push(format!("{root}/写真"));
    disk.put(&format!("{root}/手紙.txt"), b"dear");
    disk.put(&format!("{root}/写真/海.jpg"), picture);
    disk.copied = Some(number);
    world.with_agent(Who::Program, move |agent, now| {
        assert_eq!(agent.copied_files(now), told.then_some(number));
    });
    world.run_for(300);
}

fn root_of(world: &World) -> Option<String> {
    let roots = world.console_view().files.roots;
    let found = roots.into_iter().find(|root| root.kind == RootKind::Copied);
    found.map(|root| root.id)
}

fn list(world: &mut World, root: &str, path: &[&str]) -> Result<Vec<String>, Fault> {
    world.console(ConsoleCommand::ListFolder {
        request: 1,
        root: root.to_owned(),
        path: path.iter().map(|&name| name.to_owned()).collect(),
    });
    world.run_for(300);
    let console = world.node_mut(Who::Console);
    let names = std::mem::take(&mut console.listed)
        .into_iter()
        .map(|one| one.name);
    console.list_faults.pop().map_or_else(|| Ok(names.collect()), Err)
}

fn fetch(world: &mut World, transfer: u32, root: &str, name: &str) {
    world.node_mut(Who::Console).disk.target(transfer, "downloads");
    world.console(ConsoleCommand::FetchFiles {
        transfer,
        root: root.to_owned(),
        path: Vec::new(),
        names: vec![name.to_owned()],
    });
}

fn transfer(world: &World, number: u32) -> TransferView {
    let transfers = world.console_view().files.transfers;
    let found = transfers.into_iter().find(|one| one.transfer == number);
    found.expect("it is shown")
}

#[test]
fn copied_files_are_a_place_that_can_be_looked_into_and_taken_from() {
    let mut world = shared_with(51, &BOTH);
    assert_eq!(root_of(&world), None);
    copies(&mut world, 1, b"sea", true);
    let root = root_of(&world).expect("a place");
    assert_eq!(
        list(&mut world, &root, &[]).expect("listed"),
        ["写真", "手紙.txt"]
    );
    assert_eq!(list(&mut world, &root, &["写真"]).expect("listed"), ["海.jpg"]);
    fetch(&mut world, 1, &root, "写真");
    world.run_for(2_000);
    assert_eq!(transfer(&world, 1).state, "done");
    let taken = &world.node(Who::Console).disk.files;
    assert_eq!(taken.get("downloads/写真/海.jpg").expect("taken").0, b"sea");
    let chat = world.agent_view(Who::Program).chat;
    let line = chat.iter().find(|line| line.text == "file_taken").expect("told");
    assert_eq!(line.arguments[0], "海.jpg");
    // A console that was reloaded finds the place again.
    world.reload(Who::Console);
    world.run_for(5_000);
    assert_eq!(root_of(&world), Some(root));
}

#[test]
fn nothing_is_told_of_them_without_both_grants() {
    let neither = [Capability::ClipboardIn, Capability::FilesIn];
    for (seed, granted, told) in [
        (52, vec![], false),
        (53, neither.to_vec(), false),
        (54, vec![Capability::FilesOut], false),
        (55, vec![Capability::ClipboardOut, Capability::FilesIn], true),
    ] {
        let mut world = shared_with(seed, &granted);
        copies(&mut world, 1, b"sea", told);
        assert_eq!(root_of(&world), None, "{granted:?}");
        if granted.contains(&Capability::FilesOut) {
            // Whoever guesses its name gets nothing.
            let root = copied::root(1);
            assert_eq!(list(&mut world, &root, &[]), Err(Fault::Gone));
            fetch(&mut world, 1, &root, "手紙.txt");
            world.run_for(1_000);
            assert_eq!(transfer(&world, 1).fault, Some(Fault::Gone));
            // What was copied before stays there.
            customer_allows(&mut world, Capability::ClipboardOut);
            assert_eq!(root_of(&world), None);
            assert_eq!(list(&mut world, &root, &[]), Err(Fault::Gone));
        } else if told {
            customer_allows(&mut world, Capability::FilesOut);
            assert!(
                root_of(&world).is_some(),
                "it was copied while copies were allowed"
            );
        }
    }
}

#[test]
fn the_place_goes_with_a_grant_with_a_pause_and_with_whatever_is_copied_next() {
    type Change = fn(&mut World);
    let changes: [(Change, bool); 8] = [
        (|world| customer_withdraws(world, Capability::ClipboardOut), true),
        (|world| customer_withdraws(world, Capability::FilesOut), false),
        (
            |world| {
                for paused in [true, false] {
                    world.agent(Who::Program, AgentCommand::Pause { paused });
                    world.run_for(300);
                }
            },
            true,
        ),
        (
            |world| {
                world.with_agent(Who::Program, |agent, now| agent.copied(now, Clip::text("a text")));
            },
            true,
        ),
        (
            |world| {
                world.with_agent(Who::Program, |agent, now| {
                    agent.copied_too_long(now, ClipKind::Image);
                });
            },
            true,
        ),
        (
            |world| world.with_agent(Who::Program, temoto_session::Agent::copied_nothing),
            true,
        ),
        (
            |world| {
                customer_allows(world, Capability::ClipboardIn);
                let (text, html) = ("of the operator".to_owned(), None);
                world.console(ConsoleCommand::PutClipboard { text, html });
            },
            true,
        ),
        (|world| copies(world, 2, b"mountain", true), true),
    ];
    for (n, (change, listable)) in changes.into_iter().enumerate() {
        let mut world = shared_with(60 + n as u64, &[&BOTH[..], &[Capability::FilesIn]].concat());
        copies(&mut world, 1, b"sea", true);
        let root = root_of(&world).expect("a place");
        change(&mut world);
        world.run_for(500);
        assert_ne!(root_of(&world).as_ref(), Some(&root), "{n}");
        if listable {
            assert_eq!(list(&mut world, &root, &[]), Err(Fault::Gone), "{n}");
        }
        // The disk keeps it only as long as it may come back: files may be allowed once more.
        let kept = match n {
            1 => Some(1),
            7 => Some(2),
            _ => None,
        };
        assert_eq!(world.node(Who::Program).disk.copied, kept, "{n}");
    }
}

#[test]
fn what_is_on_its_way_ends_with_the_grant_and_not_with_the_next_copy() {
    for withdrawn in [false, true] {
        let mut world = shared_with(70, &BOTH);
        world.rate = Some(1_000_000);
        copies(&mut world, 1, &vec![7; 3 * MIB], true);
        let root = root_of(&world).expect("a place");
        fetch(&mut world, 1, &root, "写真");
        world.run_for(1_000);
        assert_eq!(transfer(&world, 1).state, "running");
        if withdrawn {
            customer_withdraws(&mut world, Capability::ClipboardOut);
        } else {
            world.with_agent(Who::Program, |agent, now| agent.copied(now, Clip::text("a text")));
        }
        let reads = world.node(Who::Program).disk.reads;
        world.run_for(10_000);
        let view = transfer(&world, 1);
        if withdrawn {
            let shown = (view.state, view.fault, view.by_customer);
            assert_eq!(shown, ("canceled", None, true));
            assert_eq!(world.node(Who::Program).disk.reads, reads, "at once");
            assert!(world.node(Who::Console).disk.parts.is_empty());
        } else {
            assert_eq!(view.state, "done", "{view:?}");
        }
    }
}

#[test]
fn nothing_can_be_put_or_changed_there() {
    let mut world = shared_with(80, &[&BOTH[..], &[Capability::FilesIn]].concat());
    copies(&mut world, 1, b"sea", true);
    let root = root_of(&world).expect("a place");
    let before = world.node(Who::Program).disk.files.clone();
    let at = || (root.clone(), Vec::new());
    let (name, names) = ("手紙.txt".to_owned(), vec!["手紙.txt".to_owned()]);
    let ((root_1, path_1), (root_2, path_2), (root_3, path_3)) = (at(), at(), at());
    world.console(ConsoleCommand::MakeFolder {
        request: 2,
        root: root_1,
        path: path_1,
        name: "新しい".to_owned(),
    });
    world.console(ConsoleCommand::RenameFile {
        request: 3,
        root: root_2,
        path: path_2,
        name,
        to: "済.txt".to_owned(),
    });
    world.console(ConsoleCommand::TrashFiles {
        request: 4,
        root: root_3,
        path: path_3,
        names,
    });
    world.node_mut(Who::Console).disk.put("up.bin", b"up");
    let items = world.node_mut(Who::Console).disk.choose(5, &["up.bin"]);
    world.console(ConsoleCommand::SendFiles {
        transfer: 5,
        root,
        path: vec!["写真".to_owned()],
        items,
    });
    world.run_for(1_000);
    let denied = Some(Fault::Denied);
    let expected = [(2, denied, 0), (3, denied, 0), (4, denied, 0)];
    assert_eq!(world.node(Who::Console).changes, expected);
    assert_eq!(transfer(&world, 5).fault, denied);
    assert_eq!(world.node(Who::Program).disk.files, before);
}

#[test]
fn of_a_folder_that_is_being_told_nothing_follows_the_withdrawal() {
    // The disk has not answered yet, or the line is slow.
    for slow_line in [false, true] {
        let mut world = shared_with(90, &BOTH);
        for n in 0..3_000 {
            let path = format!("{}/写真/{n}.jpg", copied::root(1));
            world.node_mut(Who::Program).disk.put(&path, b"x");
        }
        copies(&mut world, 1, b"sea", true);
        let root = root_of(&world).expect("a place");
        world.rate = slow_line.then_some(20_000);
        world.node_mut(Who::Program).disk_stands = !slow_line;
        world.console(ConsoleCommand::ListFolder {
            request: 1,
            root,
            path: vec!["写真".to_owned()],
        });
        world.run_for(1_000);
        customer_withdraws(&mut world, Capability::ClipboardOut);
        let now = world.now_ms;
        world.node_mut(Who::Program).disk_goes_on(now);
        world.run_for(10_000);
        let console = world.node(Who::Console);
        assert!(console.listed.len() < 3_000, "{}", console.listed.len());
        assert_eq!(console.listed.is_empty(), !slow_line);
        assert_eq!(console.list_faults, [Fault::Gone]);
    }
}
