//! With real folders: what arrives is whole, nothing is replaced, nothing leaves the folder.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use temoto_session::channel::files::{Choice, DiskAnswer, DiskAsk, DiskWork, Fault, Item, ListedKind, Place};

mod copied;
mod left;
mod left_out;
mod pasted;
mod swapped;

use crate::fake::FakeSystem;
use crate::{Disk, NativeSystem, System};

/// A folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "temoto-files-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        for part in ["desktop", "outside", "trash"] {
            std::fs::create_dir_all(path.join(part)).expect("a folder");
        }
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn system(&self) -> NativeSystem {
        NativeSystem {
            only: Some((self.path("desktop"), self.path("trash"))),
        }
    }

    fn disk(&self) -> Disk<NativeSystem> {
        Disk::new(self.system())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _stays = std::fs::remove_dir_all(&self.0);
    }
}

fn place(path: &[&str]) -> Place {
    Place {
        root: "desktop".to_owned(),
        path: path.iter().map(|&name| name.to_owned()).collect(),
    }
}

fn ask<S: System>(disk: &mut Disk<S>, transfer: u32, work: DiskWork) -> DiskAnswer {
    let ask = DiskAsk {
        id: 1,
        transfer,
        work,
    };
    disk.work(ask).expect("an answer")
}

fn silently<S: System>(disk: &mut Disk<S>, transfer: u32, work: DiskWork) {
    let ask = DiskAsk {
        id: 1,
        transfer,
        work,
    };
    assert_eq!(disk.work(ask), None);
}

fn target<S: System>(disk: &mut Disk<S>, path: &[&str]) -> DiskAnswer {
    ask(disk, 1, DiskWork::Target(place(path)))
}

fn create<S: System>(disk: &mut Disk<S>, path: &[&str], size: u64, choice: Choice) -> DiskAnswer {
    let work = DiskWork::Create {
        index: 0,
        path: path.iter().map(|&name| name.to_owned()).collect(),
        folder: false,
        size,
        modified_ms: 1_700_000_000_123,
        choice,
    };
    ask(disk, 1, work)
}

fn write<S: System>(disk: &mut Disk<S>, at: u64, bytes: &[u8]) -> DiskAnswer {
    let bytes = bytes.to_vec();
    ask(disk, 1, DiskWork::Write { index: 0, at, bytes })
}

fn finish<S: System>(disk: &mut Disk<S>, choice: Choice) -> DiskAnswer {
    ask(disk, 1, DiskWork::Finish { index: 0, choice })
}

fn receive(disk: &mut Disk<NativeSystem>, path: &[&str], content: &[u8], choice: Choice) -> DiskAnswer {
    match create(disk, path, content.len() as u64, choice) {
        DiskAnswer::Created { have: 0 } => {}
        other => return other,
    }
    if !content.is_empty() {
        assert_eq!(write(disk, 0, content), DiskAnswer::Done);
    }
    finish(disk, choice)
}

fn gather(disk: &mut Disk<NativeSystem>, names: &[&str]) -> DiskAnswer {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    let place = place(&[]);
    ask(disk, 2, DiskWork::Gather { place, names })
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn files_of_every_name_arrive_whole_with_their_time_and_nothing_beside_them() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    assert_eq!(target(&mut disk, &[]), DiskAnswer::Done);
    let long = format!("{}.txt", "あ".repeat(83));
    let longest = "x".repeat(255);
    for name in ["請求書.pdf", "👩‍👩‍👧.jpg", "a b.txt", "empty", &long, &longest] {
        let content = if name == "empty" { "" } else { name };
        let done = receive(&mut disk, &["深い", "所", name], content.as_bytes(), Choice::Ask);
        assert_eq!(
            done,
            DiskAnswer::Finished {
                name: name.to_owned()
            }
        );
        let path = scratch.path("desktop/深い/所").join(name);
        assert_eq!(std::fs::read_to_string(&path).expect("there"), content);
        let modified = path.metadata().and_then(|m| m.modified()).expect("a time");
        let since = modified
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        assert_eq!(since.as_millis(), 1_700_000_000_123);
    }
    assert_eq!(files_in(&scratch.path("desktop/深い/所")).len(), 6);
}

/// Whoever is told that a file is there finds it under its name after a power cut.
#[test]
fn a_folder_that_files_came_into_is_brought_to_the_disk() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("desktop/in")).expect("a folder");
    for path in [&[][..], &["in"]] {
        let opened = crate::paths::open(&scratch.system(), &place(path)).expect("open");
        crate::native::sync(&opened.dir).expect("on the disk");
    }
}

#[test]
fn an_existing_file_is_never_replaced_without_an_answer() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    target(&mut disk, &[]);
    std::fs::write(scratch.path("desktop/a.txt"), "old").expect("written");
    let exists = create(&mut disk, &["a.txt"], 3, Choice::Ask);
    assert!(matches!(exists, DiskAnswer::Exists { size: 3, .. }), "{exists:?}");
    assert_eq!(files_in(&scratch.path("desktop")), ["a.txt"]);
    let both = receive(&mut disk, &["a.txt"], b"new", Choice::Both);
    let name = "a (2).txt".to_owned();
    assert_eq!(both, DiskAnswer::Finished { name });
    assert_eq!(
        std::fs::read_to_string(scratch.path("desktop/a.txt")).expect("there"),
        "old"
    );
    // One that comes between the look and the name.
    assert_eq!(
        create(&mut disk, &["b.txt"], 3, Choice::Ask),
        DiskAnswer::Created { have: 0 }
    );
    write(&mut disk, 0, b"new");
    std::fs::write(scratch.path("desktop/b.txt"), "came between").expect("written");
    let exists = finish(&mut disk, Choice::Ask);
    assert!(
        matches!(exists, DiskAnswer::Exists { size: 12, .. }),
        "{exists:?}"
    );
    let name = "b.txt".to_owned();
    assert_eq!(finish(&mut disk, Choice::Replace), DiskAnswer::Finished { name });
    assert_eq!(
        std::fs::read_to_string(scratch.path("desktop/b.txt")).expect("there"),
        "new"
    );
    // A folder is never replaced.
    std::fs::create_dir(scratch.path("desktop/c")).expect("a folder");
    assert_eq!(
        create(&mut disk, &["c"], 1, Choice::Replace),
        DiskAnswer::Fault(Fault::Exists)
    );
}

#[test]
fn a_part_is_gone_on_with_only_for_the_very_same_file() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    target(&mut disk, &[]);
    create(&mut disk, &["a.bin"], 10, Choice::Ask);
    write(&mut disk, 0, b"01234");
    drop(disk);
    let parts = ["a.bin.temoto-journal", "a.bin.temoto-part"];
    assert_eq!(files_in(&scratch.path("desktop")), parts);
    // The program is started anew.
    let mut disk = scratch.disk();
    target(&mut disk, &[]);
    assert_eq!(
        create(&mut disk, &["a.bin"], 10, Choice::Ask),
        DiskAnswer::Created { have: 5 }
    );
    let read = DiskWork::ReadPart {
        index: 0,
        at: 1,
        length: 3,
    };
    assert_eq!(ask(&mut disk, 1, read), DiskAnswer::Bytes(b"123".to_vec()));
    silently(&mut disk, 1, DiskWork::Close);
    target(&mut disk, &[]);
    assert_eq!(
        create(&mut disk, &["a.bin"], 11, Choice::Ask),
        DiskAnswer::Created { have: 0 }
    );
    silently(&mut disk, 1, DiskWork::Discard { index: 0 });
    assert!(files_in(&scratch.path("desktop")).is_empty());
}

#[test]
fn no_link_is_followed_by_anything() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    let outside = scratch.path("outside");
    std::fs::write(outside.join("secret"), "secret").expect("written");
    symlink(&outside, scratch.path("desktop/link")).expect("a link");
    symlink(outside.join("secret"), scratch.path("desktop/file")).expect("a link");
    // Part and journal of what will come are links of somebody's making.
    symlink(outside.join("secret"), scratch.path("desktop/x.temoto-part")).expect("a link");
    symlink(outside.join("secret"), scratch.path("desktop/x.temoto-journal")).expect("a link");
    assert_eq!(target(&mut disk, &["link"]), DiskAnswer::Fault(Fault::NoFolder));
    assert_eq!(
        ask(&mut disk, 0, DiskWork::List(place(&["link"]))),
        DiskAnswer::Fault(Fault::NoFolder)
    );
    assert_eq!(gather(&mut disk, &["link"]), DiskAnswer::Fault(Fault::NoFolder));
    assert_eq!(gather(&mut disk, &["file"]), DiskAnswer::Fault(Fault::NoFolder));
    target(&mut disk, &[]);
    assert_eq!(
        create(&mut disk, &["link", "a"], 1, Choice::Ask),
        DiskAnswer::Fault(Fault::NoFolder)
    );
    assert_eq!(
        receive(&mut disk, &["x"], b"mine", Choice::Ask),
        DiskAnswer::Finished { name: "x".to_owned() }
    );
    assert_eq!(
        receive(&mut disk, &["file"], b"mine", Choice::Replace),
        DiskAnswer::Fault(Fault::Exists)
    );
    assert_eq!(
        std::fs::read_to_string(outside.join("secret")).expect("there"),
        "secret"
    );
    assert_eq!(files_in(&outside), ["secret"]);
    let DiskAnswer::Listed { entries, .. } = ask(&mut disk, 0, DiskWork::List(place(&[]))) else {
        panic!("listed");
    };
    let links = entries
        .iter()
        .filter(|entry| entry.kind == ListedKind::Link)
        .count();
    assert_eq!(links, 2);
}

#[test]
fn names_that_are_more_than_a_name_are_refused_by_the_disk_as_well() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    for name in ["..", ".", "", "../outside", "a/../../outside", "/etc", "\0"] {
        let fault = DiskAnswer::Fault(Fault::BadName);
        assert_eq!(target(&mut disk, &[name]), fault, "{name:?}");
        target(&mut disk, &[]);
        assert_eq!(create(&mut disk, &[name], 1, Choice::Ask), fault, "{name:?}");
        assert_eq!(create(&mut disk, &[name, "x"], 1, Choice::Ask), fault, "{name:?}");
        assert_eq!(gather(&mut disk, &[name]), fault, "{name:?}");
        let (from, to) = (name.to_owned(), "x".to_owned());
        let place = place(&[]);
        assert_eq!(ask(&mut disk, 0, DiskWork::Rename { place, from, to }), fault);
        silently(&mut disk, 1, DiskWork::Close);
    }
    assert!(files_in(&scratch.path("outside")).is_empty());
    assert!(files_in(&scratch.path("desktop")).is_empty());
}

#[test]
fn ten_thousand_files_are_listed_and_gathered_and_one_more_is_told_of() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    for n in 0..10_001 {
        std::fs::File::create(scratch.path("desktop").join(format!("{n}"))).expect("a file");
    }
    let DiskAnswer::Listed { entries, truncated } = ask(&mut disk, 0, DiskWork::List(place(&[]))) else {
        panic!("listed");
    };
    assert_eq!((entries.len(), truncated), (10_000, true));
    std::fs::create_dir(scratch.path("desktop/deep")).expect("a folder");
    std::fs::write(scratch.path("desktop/deep/a"), "a").expect("written");
    let DiskAnswer::Gathered(items) = gather(&mut disk, &["deep", "7"]) else {
        panic!("gathered");
    };
    let paths: Vec<String> = items.iter().map(|item| item.path.join("/")).collect();
    assert_eq!(paths, ["deep", "deep/a", "7"]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_told_of() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    let path = scratch.path("desktop/a");
    std::fs::write(&path, vec![7; 100]).expect("written");
    let DiskAnswer::Gathered(items) = gather(&mut disk, &["a"]) else {
        panic!("gathered");
    };
    assert!(matches!(&items[..], [Item { size: 100, .. }]));
    let read = || DiskWork::Read {
        index: 0,
        at: 10,
        length: 20,
    };
    assert_eq!(ask(&mut disk, 2, read()), DiskAnswer::Bytes(vec![7; 20]));
    std::fs::write(&path, vec![8; 101]).expect("written");
    assert_eq!(ask(&mut disk, 2, read()), DiskAnswer::Fault(Fault::Changed));
    std::fs::remove_file(&path).expect("removed");
    silently(&mut disk, 2, DiskWork::Close);
    assert_eq!(ask(&mut disk, 2, read()), DiskAnswer::Fault(Fault::Gone));
    // A pipe is no file, and nobody waits for it.
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).expect("a pipe");
    assert_eq!(gather(&mut disk, &["a"]), DiskAnswer::Fault(Fault::NoFolder));
}

#[test]
fn a_disk_without_room_says_so_before_and_leaves_nothing() {
    let scratch = Scratch::new();
    let system = FakeSystem::new(&scratch.path("desktop"));
    system.leave(10);
    let mut disk = Disk::new(system);
    target(&mut disk, &[]);
    assert_eq!(
        create(&mut disk, &["a"], 11, Choice::Ask),
        DiskAnswer::Fault(Fault::Full)
    );
    assert!(files_in(&scratch.path("desktop")).is_empty());
    assert_eq!(
        create(&mut disk, &["a"], 10, Choice::Ask),
        DiskAnswer::Created { have: 0 }
    );
}

/// `/dev/full` is as full as a disk can be.
#[test]
fn the_system_s_word_for_a_full_disk_is_understood() {
    let error = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .and_then(|mut full| std::io::Write::write_all(&mut full, b"x"))
        .expect_err("it is full");
    assert_eq!(crate::faults::fault(&error), Fault::Full);
}

#[test]
fn what_is_thrown_away_lies_in_the_trash_and_comes_back() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    std::fs::create_dir(scratch.path("desktop/folder")).expect("a folder");
    for name in ["a.txt", "folder/b.txt"] {
        std::fs::write(scratch.path("desktop").join(name), name).expect("written");
    }
    let throw = |names: &[&str]| DiskWork::Trash {
        place: place(&[]),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    let thrown = ask(&mut disk, 0, throw(&["a.txt", "folder"]));
    assert_eq!(thrown, DiskAnswer::Trashed { token: 1 });
    assert!(files_in(&scratch.path("desktop")).is_empty());
    assert_eq!(files_in(&scratch.path("trash/files")), ["a.txt", "folder"]);
    let note = std::fs::read_to_string(scratch.path("trash/info/a.txt.trashinfo")).expect("a note");
    assert!(note.contains("/desktop/a.txt\nDeletionDate="), "{note}");
    // Another one of the same name has a place there, too.
    std::fs::write(scratch.path("desktop/a.txt"), "second").expect("written");
    assert_eq!(
        ask(&mut disk, 0, throw(&["a.txt"])),
        DiskAnswer::Trashed { token: 2 }
    );
    assert_eq!(ask(&mut disk, 0, DiskWork::Restore(1)), DiskAnswer::Done);
    assert_eq!(
        std::fs::read_to_string(scratch.path("desktop/a.txt")).expect("back"),
        "a.txt"
    );
    assert!(scratch.path("desktop/folder/b.txt").exists());
    // What is there meanwhile is not replaced, and nothing is lost.
    assert_eq!(
        ask(&mut disk, 0, DiskWork::Restore(2)),
        DiskAnswer::Fault(Fault::Exists)
    );
    assert_eq!(files_in(&scratch.path("trash/files")), ["a (2).txt"]);
    // One that cannot be thrown away stops all of it.
    assert_eq!(
        ask(&mut disk, 0, throw(&["a.txt", "is not there"])),
        DiskAnswer::Fault(Fault::Gone)
    );
    assert!(scratch.path("desktop/a.txt").exists());
}

#[test]
fn folders_are_made_and_names_changed_without_taking_another_s_place() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    let make = |name: &str| DiskWork::Make {
        place: place(&[]),
        name: name.to_owned(),
    };
    assert_eq!(ask(&mut disk, 0, make("新しいフォルダー")), DiskAnswer::Done);
    assert_eq!(
        ask(&mut disk, 0, make("新しいフォルダー")),
        DiskAnswer::Fault(Fault::Exists)
    );
    assert_eq!(ask(&mut disk, 0, make("CON")), DiskAnswer::Fault(Fault::BadName));
    std::fs::write(scratch.path("desktop/a"), "a").expect("written");
    let rename = |to: &str| DiskWork::Rename {
        place: place(&[]),
        from: "a".to_owned(),
        to: to.to_owned(),
    };
    assert_eq!(
        ask(&mut disk, 0, rename("新しいフォルダー")),
        DiskAnswer::Fault(Fault::Exists)
    );
    assert_eq!(ask(&mut disk, 0, rename("b")), DiskAnswer::Done);
    assert_eq!(files_in(&scratch.path("desktop")), ["b", "新しいフォルダー"]);
    let DiskAnswer::Roots(roots) = ask(&mut disk, 0, DiskWork::Roots) else {
        panic!("roots");
    };
    assert!(roots[0].free > 0 && roots[0].size >= roots[0].free);
}
