//! Files that the operator puts on the customer's clipboard: whole or not at all, only while the clipboard and files are allowed, and
//! in a place that is nobody's to look into.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use std::path::PathBuf;

use temoto_scenario::hostile::said;
use temoto_scenario::play::{customer_withdraws, shared_with};
use temoto_scenario::{Who, World};
use temoto_session::channel::chat::{From, Line};
use temoto_session::channel::clipboard::Clip;
use temoto_session::channel::files::pasted::NEXT;
use temoto_session::channel::files::{Fault, RootKind};
use temoto_session::permission::Capability;
use temoto_session::view::TransferView;
use temoto_session::{AgentCommand, ConsoleCommand};
use temoto_wire::proto::file_change::Kind as Change;
use temoto_wire::proto::files::Body;
use temoto_wire::proto::{FileChange, FileFetch, FileList, FileOffer, FilePlace};
use temoto_wire::relay::Role;

const MIB: usize = 1 << 20;
const BOTH: [Capability; 2] = [Capability::ClipboardIn, Capability::FilesIn];

/// The operator has a letter, and a folder with a picture and an empty folder in it.
fn world(seed: u64, capabilities: &[Capability]) -> World {
    let mut world = shared_with(seed, capabilities);
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.folders = vec!["写真".to_owned(), "写真/空".to_owned()];
    disk.put("手紙.txt", b"dear");
    disk.put("写真/海.jpg", &vec![7; 3 * MIB]);
    world
}

fn try_put(world: &mut World, transfer: u32, root: &str, paths: &[&str]) -> bool {
    let items = world.node_mut(Who::Console).disk.choose(transfer, paths);
    let sent = world.try_console(ConsoleCommand::SendFiles {
        transfer,
        root: root.to_owned(),
        path: Vec::new(),
        items,
    });
    sent.is_ok()
}

fn put(world: &mut World, transfer: u32, paths: &[&str]) {
    assert!(try_put(world, transfer, NEXT, paths));
}

fn transfer(world: &World, number: u32) -> TransferView {
    let transfers = world.console_view().files.transfers;
    let found = transfers.into_iter().find(|one| one.transfer == number);
    found.expect("it is shown")
}

fn clipboard(world: &World) -> &[Vec<PathBuf>] {
    &world.node(Who::Program).clip_files
}

/// Everything that is on the customer's disk.
fn on_disk(world: &World) -> Vec<String> {
    let disk = &world.node(Who::Program).disk;
    let (files, parts) = (disk.files.keys(), disk.parts.keys());
    let ours = files.chain(parts).chain(&disk.folders).cloned();
    ours.filter(|path| path.starts_with("clipboard ")).collect()
}

fn told(world: &World) -> Vec<(String, Vec<String>)> {
    let events = |chat: Vec<Line>| {
        let lines = chat.into_iter().filter(|line| line.from == From::Event);
        let files = lines.filter(|line| line.text.starts_with("file_") || line.text.starts_with("files_"));
        let files =
            files.filter(|line| !line.text.ends_with("_granted") && !line.text.ends_with("_withdrawn"));
        files.map(|line| (line.text, line.arguments)).collect::<Vec<_>>()
    };
    let there = events(world.agent_view(Who::Program).chat);
    assert_eq!(there, events(world.console_view().chat));
    there
}

#[test]
fn what_is_whole_is_on_the_clipboard_until_the_next_is_and_until_the_end() {
    let mut world = world(
        1,
        &[&BOTH[..], &[Capability::ClipboardOut, Capability::FilesOut]].concat(),
    );
    put(&mut world, 1, &["手紙.txt", "写真"]);
    world.run_for(20_000);
    assert_eq!(transfer(&world, 1).state, "done");
    let folder = world.node(Who::Program).disk.handed.clone().expect("handed over");
    let path = |name: &str| PathBuf::from(format!("/{folder}/{name}"));
    assert_eq!(clipboard(&world), [vec![path("写真"), path("手紙.txt")]]);
    let files = &world.node(Who::Program).disk.files;
    assert_eq!(files[&format!("{folder}/手紙.txt")].0, b"dear");
    assert_eq!(files[&format!("{folder}/写真/海.jpg")].0.len(), 3 * MIB);
    let bytes = (3 * MIB + 4).to_string();
    let line = |code: &str, arguments: &[&str]| {
        let arguments = arguments.iter().map(|&one| one.to_owned()).collect();
        (code.to_owned(), arguments)
    };
    assert_eq!(told(&world), [line("files_put", &["2", &bytes, "手紙.txt"])]);
    // It is nothing that the customer copied, and no place.
    let roots = world.console_view().files.roots;
    assert!(
        roots.iter().all(|root| root.kind == RootKind::Desktop),
        "{roots:?}"
    );

    // A text of the operator's takes its place on the clipboard; the files stay, whoever pastes them may not be done yet.
    let (text, html) = ("of the operator".to_owned(), None);
    world.console(ConsoleCommand::PutClipboard { text, html });
    world.run_for(500);
    assert!(!on_disk(&world).is_empty());

    // The next ones take the place of the ones before, once they are there.
    put(&mut world, 2, &["写真/空"]);
    world.run_for(2_000);
    let next = world.node(Who::Program).disk.handed.clone().expect("handed over");
    assert_eq!(clipboard(&world)[1..], [[PathBuf::from(format!("/{next}/空"))]]);
    assert_eq!(on_disk(&world), [next.clone(), format!("{next}/空")]);
    assert_eq!(told(&world)[1..], [line("file_put", &["空", "0"])]);

    world.agent(Who::Program, AgentCommand::End { emergency: false });
    world.run_for(500);
    assert_eq!(on_disk(&world), Vec::<String>::new());
}

#[test]
fn files_of_the_operator_take_the_place_of_what_the_customer_copied() {
    let mut world = world(
        2,
        &[&BOTH[..], &[Capability::ClipboardOut, Capability::FilesOut]].concat(),
    );
    world.node_mut(Who::Program).disk.copied = Some(1);
    world.with_agent(Who::Program, |agent, now| {
        assert_eq!(agent.copied_files(now), Some(1));
    });
    world.run_for(300);
    let copied = |world: &World| {
        let roots = world.console_view().files.roots;
        roots.iter().any(|root| root.kind == RootKind::Copied)
    };
    assert!(copied(&world));
    put(&mut world, 1, &["手紙.txt"]);
    world.run_for(2_000);
    assert_eq!(clipboard(&world).len(), 1);
    assert!(!copied(&world));
}

#[test]
fn both_have_to_be_allowed() {
    for (seed, missing) in [(10, Capability::ClipboardIn), (11, Capability::FilesIn)] {
        let granted: Vec<Capability> = BOTH.into_iter().filter(|&one| one != missing).collect();
        let mut world = world(seed, &granted);
        assert!(!try_put(&mut world, 1, NEXT, &["手紙.txt"]), "{missing:?}");
        world.run_for(1_000);
        // The customer's end does not take it either.
        world.with_console(|console, now| {
            console.misbehave(now, Role::Program, &said(offer(7, "paste-7", &[])));
        });
        world.run_for(1_000);
        assert_eq!(on_disk(&world), Vec::<String>::new(), "{missing:?}");
        assert!(clipboard(&world).is_empty());
    }
    // The console does not know of the withdrawal yet.
    for (seed, missing) in [(12, Capability::ClipboardIn), (13, Capability::FilesIn)] {
        let mut world = world(seed, &BOTH);
        customer_withdraws(&mut world, missing);
        put(&mut world, 1, &["手紙.txt"]);
        world.run_for(1_000);
        let view = transfer(&world, 1);
        assert_eq!((view.state, view.by_customer), ("canceled", true), "{missing:?}");
        assert_eq!(on_disk(&world), Vec::<String>::new());
        assert!(clipboard(&world).is_empty() && told(&world).is_empty());
    }
}

#[test]
fn a_withdrawal_while_the_disk_hands_it_over_is_in_time() {
    let mut world = world(14, &BOTH);
    put(&mut world, 1, &["手紙.txt"]);
    for _ in 0..20 {
        world.node_mut(Who::Program).disk_stands = true;
        world.run_for(200);
        if transfer(&world, 1).state == "done" {
            break;
        }
        let now = world.now_ms;
        world.node_mut(Who::Program).disk_goes_on(now);
    }
    assert_eq!(transfer(&world, 1).state, "done");
    assert!(world.node(Who::Program).disk.handed.is_none());
    customer_withdraws(&mut world, Capability::ClipboardIn);
    let now = world.now_ms;
    world.node_mut(Who::Program).disk_goes_on(now);
    world.run_for(1_000);
    assert_eq!(on_disk(&world), Vec::<String>::new());
    assert!(clipboard(&world).is_empty());
}

#[test]
fn what_ends_early_is_on_no_clipboard_and_nothing_of_it_stays() {
    type Change = fn(&mut World);
    let changes: [Change; 5] = [
        |world| customer_withdraws(world, Capability::ClipboardIn),
        |world| customer_withdraws(world, Capability::FilesIn),
        |world| world.console(ConsoleCommand::CancelTransfer { transfer: 2 }),
        |world| world.node_mut(Who::Program).disk.capacity = Some(4),
        // One of the files cannot be read any more.
        |world| {
            world
                .node_mut(Who::Console)
                .disk
                .put("写真/海.jpg", b"another one");
        },
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut world = world(20 + n as u64, &BOTH);
        put(&mut world, 1, &["手紙.txt"]);
        world.run_for(1_000);
        let before = on_disk(&world);
        assert_eq!((clipboard(&world).len(), before.len()), (1, 2));
        world.rate = Some(1_000_000);
        put(&mut world, 2, &["手紙.txt", "写真"]);
        world.run_for(1_000);
        assert_eq!(transfer(&world, 2).state, "running");
        assert!(on_disk(&world).len() > before.len());
        change(&mut world);
        world.run_for(10_000);
        assert!(["failed", "canceled"].contains(&transfer(&world, 2).state), "{n}");
        // What was put there before is still there.
        assert_eq!((clipboard(&world).len(), on_disk(&world)), (1, before), "{n}");
        assert_eq!(told(&world).len(), 1, "{n}");
        assert_eq!(told(&world)[0].0, "file_put");
    }
}

#[test]
fn after_a_pause_or_a_reload_all_of_it_comes_again_and_a_lost_line_loses_nothing() {
    for n in 0..3 {
        let mut world = world(30 + n, &BOTH);
        world.rate = Some(1_000_000);
        put(&mut world, 1, &["手紙.txt", "写真"]);
        world.run_for(1_500);
        assert_eq!(transfer(&world, 1).state, "running");
        world.rate = None;
        match n {
            0 => {
                for paused in [true, false] {
                    world.agent(Who::Program, AgentCommand::Pause { paused });
                    world.run_for(500);
                    let there = on_disk(&world).is_empty();
                    assert!(!paused || there, "nothing waits on the customer's disk");
                }
            }
            1 => {
                world.reload(Who::Console);
                world.run_for(5_000);
                assert_eq!(on_disk(&world), Vec::<String>::new());
                put(&mut world, 1, &["手紙.txt", "写真"]);
            }
            // The line only: it goes on where it was.
            _ => {
                world.cut();
                world.run_for(400);
                world.line_up = true;
            }
        }
        world.run_for(20_000);
        assert_eq!(transfer(&world, 1).state, "done", "{n}");
        let put = clipboard(&world);
        assert_eq!((put.len(), put[0].len()), (1, 2), "{n}");
        assert_eq!(told(&world).len(), 1, "{n}");
        assert_eq!(on_disk(&world).len(), 5, "{n}");
    }
}

fn place(root: &str, path: &[&str]) -> Option<FilePlace> {
    let path = path.iter().map(|&name| name.to_owned()).collect();
    let root = root.to_owned();
    Some(FilePlace { root, path })
}

fn offer(transfer: u32, root: &str, path: &[&str]) -> Body {
    Body::Offer(FileOffer {
        transfer,
        items: 1,
        bytes: 4,
        place: place(root, path),
        choice: 0,
    })
}

#[test]
fn nobody_looks_into_it_or_takes_or_changes_anything_there() {
    let all = [&BOTH[..], &[Capability::FilesOut, Capability::ClipboardOut]].concat();
    let mut world = world(40, &all);
    put(&mut world, 1, &["手紙.txt"]);
    world.run_for(2_000);
    let before = on_disk(&world);
    let folder = world.node(Who::Program).disk.handed.clone().expect("handed over");
    // Whatever the disk would do: it is not asked.
    world
        .node_mut(Who::Program)
        .disk
        .folders
        .push("paste-1".to_owned());
    world.node_mut(Who::Program).disk.put("paste-1/手紙.txt", b"dear");
    let names = || vec!["手紙.txt".to_owned()];
    for (n, root) in ["paste-1", "paste-2", "paste-../x", "paste-"]
        .into_iter()
        .enumerate()
    {
        let n = n as u32 * 10 + 100;
        world.console(ConsoleCommand::ListFolder {
            request: n,
            root: root.to_owned(),
            path: Vec::new(),
        });
        world.run_for(300);
        let console = world.node_mut(Who::Console);
        assert!(console.listed.is_empty());
        assert_eq!(console.list_faults.pop(), Some(Fault::Gone), "{root}");
        world.console(ConsoleCommand::FetchFiles {
            transfer: n,
            root: root.to_owned(),
            path: Vec::new(),
            names: names(),
        });
        world.run_for(300);
        assert_eq!(transfer(&world, n).fault, Some(Fault::Gone), "{root}");
        for kind in [Change::Make, Change::Rename, Change::Trash] {
            let body = Body::Change(FileChange {
                request: n,
                kind: kind.into(),
                place: place(root, &[]),
                names: names(),
                name: "新しい".to_owned(),
                token: 0,
            });
            let what = said(body);
            world.with_console(|console, now| console.misbehave(now, Role::Program, &what));
        }
        for body in [
            Body::List(FileList {
                request: n,
                place: place(root, &[".cache"]),
            }),
            Body::Fetch(FileFetch {
                transfer: 900,
                place: place(root, &[]),
                names: names(),
            }),
            // Below the place, and one that is none.
            offer(901, root, &["写真"]),
        ] {
            let what = said(body);
            world.with_console(|console, now| console.misbehave(now, Role::Program, &what));
        }
        world.run_for(300);
        assert_eq!(on_disk(&world), before, "{root}");
    }
    for root in ["paste-../x", "paste-", "paste-01", "paste-1/.."] {
        assert!(try_put(&mut world, 950, root, &["手紙.txt"]));
        world.run_for(500);
        assert_eq!(transfer(&world, 950).fault, Some(Fault::Denied), "{root}");
        world.console(ConsoleCommand::ForgetTransfer { transfer: 950 });
    }
    let disk = &world.node(Who::Program).disk;
    assert_eq!(disk.files["paste-1/手紙.txt"].0, b"dear");
    assert!(disk.trash.is_empty() && !disk.folders.contains(&"paste-1/新しい".to_owned()));
    assert_eq!(disk.files[&format!("{folder}/手紙.txt")].0, b"dear");
    assert_eq!(clipboard(&world).len(), 1);
    assert!(
        world
            .console_view()
            .program
            .is_some_and(|program| program.present)
    );
    // A text of the customer's ends nothing.
    world.with_agent(Who::Program, |agent, now| agent.copied(now, Clip::text("a text")));
    world.run_for(300);
    assert_eq!(on_disk(&world), before);
}
