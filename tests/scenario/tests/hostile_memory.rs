//! Floods: an end that says one thing for as long as it likes. What the other end and everything else in this world need for it
//! stays below a bound that has nothing to do with how much is said.
//!
//! Each flood has a process of its own, and what is measured is the most memory that it ever had, by the system's own count: an
//! allocator that counts would need `unsafe`. A system that does not tell it has nothing measured here.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use prost::Message;
use temoto_scenario::hostile::said;
use temoto_scenario::{Who, World};
use temoto_session::channel::clipboard::{Clip, ClipKind};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand, Misbehavior};
use temoto_wire::file::{Block, kind};
use temoto_wire::frame::Channel;
use temoto_wire::limits::FILE_PIECE_BYTES;
use temoto_wire::proto::clipboard::Body as Clips;
use temoto_wire::proto::files::Body;
use temoto_wire::proto::*;
use temoto_wire::relay::Role;

const MIB: u64 = 1 << 20;
/// More than everything that the ends keep: windows of 4 MiB of files and of a stream, what is on its way in this world, and what an
/// allocator keeps for later.
const BOUND: u64 = 32 * MIB;
/// A picture of the clipboard has up to 32 MiB and grows into them.
const PICTURE_BOUND: u64 = BOUND + 48 * MIB;
/// So much is said in all, or so often.
const FLOOD: u64 = 64 * MIB;
const PICTURES_FLOOD: u64 = 150 * MIB;
const TIMES: u32 = 10_000;
/// Pieces of a picture that is never whole.
const PIECES: u32 = 2_040;

/// Tells a child which flood it is.
const VARIABLE: &str = "TEMOTO_TEST_FLOOD";

type Flood = fn(u32) -> Misbehavior;

/// Everything that one end may say to the other about files and clipboards, or not even may.
const FLOODS: [(&str, Who, Flood); 35] = [
    ("pictures", Who::Console, pictures),
    ("offers", Who::Console, |n| offer(n + 1)),
    ("offers with files", Who::Console, |n| {
        if n.is_multiple_of(9) {
            offer(n / 9 + 1)
        } else {
            item(n / 9 + 1, n % 9 - 1)
        }
    }),
    ("items", Who::Console, |n| {
        if n == 0 { offer(1) } else { item(1, n - 1) }
    }),
    ("files over and over", Who::Console, |n| skipped(n, 1)),
    ("pieces in order", Who::Console, |n| pieces(n, 1)),
    ("pieces of nothing", Who::Console, |n| block(77, n % 50_000, 0)),
    ("ends", Who::Console, |n| end(1, n)),
    ("losses", Who::Console, |n| lost(1, n)),
    ("choices", Who::Console, |n| {
        said(Body::Choice(FileChoice {
            transfer: 1,
            index: n,
            kind: 2,
            all: true,
        }))
    }),
    ("holds", Who::Console, |n| {
        said(Body::Hold(FileHold {
            transfer: n,
            held: true,
        }))
    }),
    ("stops", Who::Console, |n| {
        said(Body::Stop(FileStop {
            transfer: n,
            fault: 0,
        }))
    }),
    ("lists", Who::Console, |n| {
        said(Body::List(FileList {
            request: n,
            place: place(),
        }))
    }),
    ("changes", Who::Console, |n| {
        said(Body::Change(FileChange {
            request: n,
            kind: 3,
            place: place(),
            names: names(),
            name: String::new(),
            token: 0,
        }))
    }),
    ("fetches", Who::Console, |n| {
        said(Body::Fetch(FileFetch {
            transfer: n + 1,
            place: place(),
            names: vec!["many".to_owned()],
        }))
    }),
    ("takes", Who::Console, |n| {
        said(Body::Take(FileTake {
            transfer: n,
            index: 0,
            from: 0,
        }))
    }),
    ("haves", Who::Console, |n| {
        said(Body::Have(FileHave {
            transfer: n,
            index: 0,
            at: 0,
        }))
    }),
    ("overs", Who::Console, |n| over(n)),
    ("clipboards", Who::Console, clipboards),
    ("clipboards begun", Who::Console, |n| {
        clip(Clips::Offer(ClipOffer {
            number: n,
            parts: vec![ClipPart {
                kind: 3,
                bytes: 32 << 20,
            }],
        }))
    }),
    ("clipboards fetched", Who::Console, |_| {
        clip(Clips::Fetch(ClipFetch {
            number: 1,
            kinds: vec![1],
        }))
    }),
    ("places", Who::Program, |_| places()),
    ("parts", Who::Program, |_| part()),
    ("changed", Who::Program, |n| {
        said(Body::Changed(FileChanged {
            request: n,
            fault: 0,
            token: n,
        }))
    }),
    ("offers to a console", Who::Program, |n| offer(n)),
    ("items to a console", Who::Program, |n| {
        if n == 0 { offer(2) } else { item(2, n - 1) }
    }),
    ("files over and over to a console", Who::Program, |n| {
        skipped(n, 2)
    }),
    ("pieces in order to a console", Who::Program, |n| pieces(n, 2)),
    ("ends to a console", Who::Program, |n| end(2, n)),
    ("losses to a console", Who::Program, |n| lost(2, n)),
    ("questions", Who::Program, |n| {
        said(Body::Exists(FileExists {
            transfer: 1,
            index: n % 2,
            size: 1,
            modified_ms: 1,
        }))
    }),
    ("takes of a console", Who::Program, |n| {
        said(Body::Take(FileTake {
            transfer: 1,
            index: n % 2,
            from: 0,
        }))
    }),
    ("overs of a console", Who::Program, |n| over(n)),
    ("clipboards to a console", Who::Program, clipboards),
    ("clipboards fetched from a console", Who::Program, |_| {
        clip(Clips::Fetch(ClipFetch {
            number: 1,
            kinds: vec![1, 2],
        }))
    }),
];

fn place() -> Option<FilePlace> {
    let (root, path) = ("desktop".to_owned(), Vec::new());
    Some(FilePlace { root, path })
}

fn names() -> Vec<String> {
    (0..256).map(|n| format!("{n}{}", "x".repeat(200))).collect()
}

/// A path that is as long as it may be before it is looked at.
fn path(n: u32) -> Vec<String> {
    (0..60)
        .map(|part| format!("{n}-{part}-{}", "長".repeat(300)))
        .collect()
}

fn offer(transfer: u32) -> Misbehavior {
    said(Body::Offer(FileOffer {
        transfer,
        items: 50_000,
        bytes: u64::MAX,
        place: place(),
        choice: 0,
    }))
}

fn item(transfer: u32, index: u32) -> Misbehavior {
    said(Body::Item(FileItem {
        transfer,
        index,
        path: path(index),
        folder: false,
        size: 1 << 40,
        modified_ms: 1,
    }))
}

/// Files that are given up as soon as they are announced, each under a name that has to be told apart.
fn skipped(n: u32, transfer: u32) -> Misbehavior {
    if n == 0 {
        return offer(transfer);
    }
    let index = (n - 1) / 2;
    if n.is_multiple_of(2) {
        return lost(transfer, index);
    }
    said(Body::Item(FileItem {
        transfer,
        index,
        path: vec!["the same.txt".to_owned()],
        folder: false,
        size: 0,
        modified_ms: 1,
    }))
}

/// A file without an end.
fn pieces(n: u32, transfer: u32) -> Misbehavior {
    match n {
        0 => offer(transfer),
        1 => item(transfer, 0),
        _ => block(transfer, 0, u64::from(n - 2) * FILE_PIECE_BYTES as u64),
    }
}

fn block(transfer: u32, index: u32, at: u64) -> Misbehavior {
    let bytes = [7; FILE_PIECE_BYTES];
    let block = Block {
        transfer,
        index,
        at,
        bytes: &bytes,
    };
    Misbehavior::Frame(Channel::Files, kind::BLOCK, block.encode())
}

fn end(transfer: u32, index: u32) -> Misbehavior {
    let hash = vec![7; 32];
    said(Body::End(FileEnd {
        transfer,
        index,
        hash,
    }))
}

fn lost(transfer: u32, index: u32) -> Misbehavior {
    let fault = 6;
    said(Body::Lost(FileLost {
        transfer,
        index,
        fault,
    }))
}

fn over(n: u32) -> Misbehavior {
    said(Body::Over(FileOver {
        transfer: 1,
        index: n % 2,
        fault: 1,
        name: "長".repeat(4_000),
    }))
}

fn places() -> Misbehavior {
    let root = |n: u32| FileRoot {
        id: format!("{n}"),
        kind: 5,
        name: "長".repeat(100),
        free: 1,
        size: 1,
    };
    let roots = (0..100).map(root).collect();
    said(Body::Places(FilePlaces { roots }))
}

fn part() -> Misbehavior {
    let entry = |n: u32| FileEntry {
        name: format!("{n}{}", "x".repeat(200)),
        kind: 1,
        size: 1,
        modified_ms: 1,
    };
    said(Body::Part(FilePart {
        request: 1,
        entries: (0..100).map(entry).collect(),
        last: false,
        truncated: false,
        fault: 0,
    }))
}

fn clip(body: Clips) -> Misbehavior {
    let message = Clipboard { body: Some(body) };
    Misbehavior::Message(Channel::Clipboard, message.encode_to_vec())
}

/// A text that is offered as a small one comes without being asked for; one after the other.
fn clipboards(n: u32) -> Misbehavior {
    let (number, pieces) = (n / 5 + 1, n % 5);
    if pieces == 0 {
        let bytes = 64 << 10;
        let parts = vec![ClipPart { kind: 1, bytes }];
        return clip(Clips::Offer(ClipOffer { number, parts }));
    }
    clip(Clips::Piece(ClipPiece {
        number,
        at: (pieces - 1) * (16 << 10),
        data: vec![b'a'; 16 << 10],
        kind: 1,
    }))
}

/// A picture that is as large as one may be and never whole, one after the other.
fn pictures(n: u32) -> Misbehavior {
    let (number, piece) = (n / PIECES + 1, n % PIECES);
    if piece == 0 {
        let parts = vec![ClipPart {
            kind: 3,
            bytes: 32 << 20,
        }];
        return clip(Clips::Offer(ClipOffer { number, parts }));
    }
    clip(Clips::Piece(ClipPiece {
        number,
        at: (piece - 1) * (16 << 10),
        data: vec![b'a'; 16 << 10],
        kind: 3,
    }))
}

/// Everything is granted, and transfers of both ways are under way that honest people began. The other end's disk stands still.
fn world(from: Who) -> World {
    let mut world = World::shared(1);
    let disk = &mut world.node_mut(Who::Program).disk;
    disk.folders = vec!["desktop".to_owned(), "desktop/many".to_owned()];
    for n in 0..2_000 {
        disk.put(&format!("desktop/many/{n}"), b"1");
    }
    world.node_mut(Who::Console).disk.put("up.bin", &vec![4; 3 << 20]);
    world.node_mut(Who::Console).disk.put("more", b"5");
    for capability in [
        Capability::FilesIn,
        Capability::FilesOut,
        Capability::ClipboardIn,
        Capability::ClipboardOut,
    ] {
        let yes = true;
        world.agent(Who::Program, AgentCommand::Answer { capability, yes });
        world.run_for(200);
    }
    let text = "a".repeat(1 << 20);
    if from == Who::Console {
        world.with_agent(Who::Program, |agent, now| {
            agent.copied(now, Clip::Text { text, html: None });
        });
        world.run_for(300);
        return world;
    }
    world.node_mut(Who::Program).disk_stands = true;
    let html = Some("b".repeat(1 << 20));
    world.console(ConsoleCommand::PutClipboard { text, html });
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.target(2, "downloads");
    let items = disk.choose(1, &["up.bin", "more"]);
    let (root, path) = ("desktop".to_owned(), Vec::new());
    world.console(ConsoleCommand::SendFiles {
        transfer: 1,
        root: root.clone(),
        path: path.clone(),
        items,
    });
    world.console(ConsoleCommand::FetchFiles {
        transfer: 2,
        root: root.clone(),
        path: path.clone(),
        names: vec!["many".to_owned()],
    });
    let request = 1;
    world.console(ConsoleCommand::ListFolder { request, root, path });
    world.run_for(300);
    world
}

/// A number of this process from the system's table, in bytes.
fn memory(which: &str) -> Option<u64> {
    let table = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix(which))?;
    let kib: u64 = line
        .trim_start_matches(':')
        .trim()
        .strip_suffix("kB")?
        .trim()
        .parse()
        .ok()?;
    Some(kib << 10)
}

fn flooded(name: &str) {
    let (_, from, flood) = FLOODS
        .into_iter()
        .find(|(one, ..)| *one == name)
        .expect("one of them");
    let mut world = world(from);
    world.relay.seen.clear();
    // From here on the most is counted anew.
    let Some(before) = std::fs::write("/proc/self/clear_refs", "5")
        .ok()
        .and_then(|()| memory("VmRSS"))
    else {
        return;
    };
    let pictures = name == "pictures";
    let victim = if from == Who::Console {
        Who::Program
    } else {
        Who::Console
    };
    // The disk of the other end stands, but for what has to be made before pieces are taken.
    let stands = !name.starts_with("pieces in order") && !name.starts_with("files over");
    let (mut bytes, mut unsent, mut since) = (0u64, 0u64, 0u64);
    for n in 0..TIMES {
        let what = flood(n);
        let length = match &what {
            Misbehavior::Message(_, bytes) | Misbehavior::Frame(_, _, bytes) => bytes.len() as u64,
        };
        if from == Who::Console {
            world.with_console(|console, now| console.misbehave(now, Role::Program, &what));
        } else {
            world.with_agent(from, |agent, now| agent.misbehave(now, what));
        }
        (bytes, unsent, since) = (bytes + length, unsent + length, since + 1);
        if unsent > MIB || since > 200 || n < 3 {
            (unsent, since) = (0, 0);
            world.run_for(50);
            world.relay.seen.clear();
            let node = world.node_mut(victim);
            node.disk_stands = stands;
            // What this world itself remembers for its tests.
            node.clip_sets.clear();
            node.listed.clear();
            node.painted.clear();
            node.arrived.clear();
            if !stands {
                // A part that grows is on a disk, not in memory.
                node.disk.forget_written();
            }
        }
        if pictures && n % PIECES == 0 {
            // Somebody pastes it: only then it is fetched.
            world.run_for(100);
            let number = n / PIECES + 1;
            world.with_agent(Who::Program, |agent, now| {
                agent.clipboard_wanted(now, number, ClipKind::Image);
            });
        }
        if bytes > if pictures { PICTURES_FLOOD } else { FLOOD } {
            break;
        }
    }
    world.run_for(500);
    let most = memory("VmHWM").expect("told before").saturating_sub(before);
    let bound = if pictures { PICTURE_BOUND } else { BOUND };
    let said = bytes / MIB;
    assert!(
        most <= bound,
        "{name}: {said} MiB were said, and {} KiB taken",
        most >> 10
    );
}

/// What a child does; by itself, nothing.
#[test]
fn one_flood() {
    if let Ok(name) = std::env::var(VARIABLE) {
        flooded(&name);
    }
}

fn all_of(from: Who) {
    let this = std::env::current_exe().expect("a program");
    for (name, ..) in FLOODS.into_iter().filter(|(_, who, _)| *who == from) {
        let child = std::process::Command::new(&this)
            .args(["--exact", "one_flood", "--nocapture"])
            .env(VARIABLE, name)
            .output()
            .expect("a child");
        let told = String::from_utf8_lossy(&child.stdout);
        let complained = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success(), "{told}{complained}");
        assert!(told.contains("1 passed"), "{told}");
    }
}

#[test]
fn no_flood_of_an_operator_takes_more_memory_than_there_is_for_it() {
    all_of(Who::Console);
}

#[test]
fn no_flood_of_a_customer_takes_more_memory_than_there_is_for_it() {
    all_of(Who::Program);
}
