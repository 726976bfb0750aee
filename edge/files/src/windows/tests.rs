//! With real folders on Windows: what arrives is whole whatever its name, nothing is replaced or lost, nothing leaves the folder.

use std::fs::{self, OpenOptions};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use temoto_session::channel::files::{
    Choice, DiskAnswer, DiskAsk, DiskWork, Fault, Item, Listed, ListedKind, Place,
};
use windows::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM, FILE_SHARE_READ, SetFileAttributesW,
};
use windows::core::HSTRING;

use super::*;
use crate::Disk;

/// Sharing by which a program keeps a file to itself, and by which others may read it.
const ALONE: u32 = 0;
const READ: u32 = FILE_SHARE_READ.0;

/// A folder of the drive with the temporary files, reached from the root of that drive as an operator reaches it.
struct Stage {
    folder: PathBuf,
    disk: Disk<NativeSystem>,
}

impl Stage {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("temoto-files-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        for part in ["desktop", "outside"] {
            fs::create_dir_all(folder.join(part)).expect("a folder");
        }
        let mut stage = Self {
            folder,
            disk: crate::open(),
        };
        assert_eq!(stage.target(&[]), DiskAnswer::Done);
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join("desktop").join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).expect("written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("there")
    }

    fn names(&self) -> Vec<String> {
        names_in(&self.folder.join("desktop"))
    }

    fn place(&self, below: &[&str]) -> Place {
        let (mut root, mut path) = (String::new(), Vec::new());
        for part in self.folder.components() {
            match part {
                Component::Prefix(drive) => root = drive.as_os_str().to_string_lossy().into_owned(),
                Component::Normal(name) => path.push(name.to_string_lossy().into_owned()),
                Component::RootDir | Component::CurDir | Component::ParentDir => {}
            }
        }
        path.push("desktop".to_owned());
        path.extend(below.iter().map(|&name| name.to_owned()));
        Place { root, path }
    }

    fn ask(&mut self, transfer: u32, work: DiskWork) -> DiskAnswer {
        let id = 1;
        self.disk.work(DiskAsk { id, transfer, work }).expect("an answer")
    }

    fn silently(&mut self, transfer: u32, work: DiskWork) {
        let id = 1;
        assert_eq!(self.disk.work(DiskAsk { id, transfer, work }), None);
    }

    fn target(&mut self, below: &[&str]) -> DiskAnswer {
        let place = self.place(below);
        self.ask(1, DiskWork::Target(place))
    }

    fn create(&mut self, path: &[&str], size: usize, choice: Choice) -> DiskAnswer {
        let work = DiskWork::Create {
            index: 0,
            path: path.iter().map(|&name| name.to_owned()).collect(),
            folder: false,
            size: size as u64,
            modified_ms: 1_700_000_000_123,
            choice,
        };
        self.ask(1, work)
    }

    fn part(&mut self, content: &[u8]) -> DiskAnswer {
        let bytes = content.to_vec();
        self.ask(
            1,
            DiskWork::Write {
                index: 0,
                at: 0,
                bytes,
            },
        )
    }

    fn finish(&mut self, choice: Choice) -> DiskAnswer {
        self.ask(1, DiskWork::Finish { index: 0, choice })
    }

    fn receive(&mut self, path: &[&str], content: &str, choice: Choice) -> DiskAnswer {
        match self.create(path, content.len(), choice) {
            DiskAnswer::Created { have: 0 } => {}
            other => return other,
        }
        if !content.is_empty() {
            assert_eq!(self.part(content.as_bytes()), DiskAnswer::Done);
        }
        self.finish(choice)
    }

    fn gather(&mut self, name: &str) -> DiskAnswer {
        let (place, names) = (self.place(&[]), vec![name.to_owned()]);
        self.ask(2, DiskWork::Gather { place, names })
    }

    fn rename(&mut self, from: &str, to: &str) -> DiskAnswer {
        let (place, from, to) = (self.place(&[]), from.to_owned(), to.to_owned());
        self.ask(0, DiskWork::Rename { place, from, to })
    }

    fn make(&mut self, name: &str) -> DiskAnswer {
        let (place, name) = (self.place(&[]), name.to_owned());
        self.ask(0, DiskWork::Make { place, name })
    }

    fn trash(&mut self, name: &str) -> DiskAnswer {
        let (place, names) = (self.place(&[]), vec![name.to_owned()]);
        self.ask(0, DiskWork::Trash { place, names })
    }

    fn list(&mut self, below: &[&str]) -> Result<Vec<Listed>, DiskAnswer> {
        let place = self.place(below);
        match self.ask(0, DiskWork::List(place)) {
            DiskAnswer::Listed { mut entries, .. } => {
                entries.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(entries)
            }
            other => Err(other),
        }
    }

    /// Opens a file as another program does, which lets others do only this with it.
    fn held(&self, name: &str, share: u32) -> fs::File {
        let mut options = OpenOptions::new();
        options.read(true).write(share == ALONE).share_mode(share);
        options.open(self.path(name)).expect("opened")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Nothing stays open in what is removed.
        self.disk = crate::open();
        let _stays = fs::remove_dir_all(&self.folder);
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn finished(name: &str) -> DiskAnswer {
    let name = name.to_owned();
    DiskAnswer::Finished { name }
}

const fn fault(fault: Fault) -> DiskAnswer {
    DiskAnswer::Fault(fault)
}

#[test]
fn files_of_every_name_arrive_whole_with_their_time_and_nothing_beside_them() {
    let mut stage = Stage::new();
    // With its folder it is longer than what programs of old take, which is 260.
    let longest = "長".repeat(84);
    let names = [
        "請求書 2026年.pdf",
        "👩‍👩‍👧.jpg",
        "a b.txt",
        "ＣＯＮ",
        ".gitignore",
        &longest,
    ];
    for name in names {
        assert_eq!(
            stage.receive(&["深い", "所🌊", name], name, Choice::Ask),
            finished(name),
            "{name}"
        );
        let path = stage.path("深い").join("所🌊").join(name);
        assert_eq!(fs::read_to_string(&path).expect("there"), name);
        let modified = path
            .metadata()
            .and_then(|metadata| metadata.modified())
            .expect("a time");
        let since = modified
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        assert_eq!(since.as_millis(), 1_700_000_000_123);
    }
    assert_eq!(stage.receive(&["empty"], "", Choice::Ask), finished("empty"));
    assert_eq!(names_in(&stage.path("深い").join("所🌊")).len(), names.len());
    assert_eq!(stage.names(), ["empty", "深い"]);
}

/// Folders as deep as a path may be, and files in the deepest one: made, seen, renamed, sent.
#[test]
fn paths_that_are_longer_than_programs_of_old_take_are_paths() {
    let mut stage = Stage::new();
    let folder = "フォルダー".repeat(10);
    // Wine tells the path of no folder that is longer than that.
    let deep = 255 - stage.path("").as_os_str().len() - folder.len() / 3 - 1;
    let below = "y".repeat(deep);
    let name = "z".repeat(200);
    let path = [folder.as_str(), &below, &name];
    let whole = stage.path(&folder).join(&below);
    assert!(whole.join(&name).as_os_str().len() > 400);
    assert_eq!(stage.receive(&path, "deep", Choice::Ask), finished(&name));
    assert_eq!(fs::read_to_string(whole.join(&name)).expect("there"), "deep");
    let listed = stage.list(&path[..2]).expect("listed");
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].name.as_str(), listed[0].size), (name.as_str(), 4));
    let (place, from, to) = (stage.place(&path[..2]), name, "短い".repeat(40));
    let rename = DiskWork::Rename {
        place,
        from,
        to: to.clone(),
    };
    assert_eq!(stage.ask(0, rename), DiskAnswer::Done);
    let DiskAnswer::Gathered(items) = stage.gather(&folder) else {
        panic!("gathered");
    };
    assert_eq!(items.len(), 3);
    let (index, at, length) = (2, 0, 4);
    assert_eq!(items[2].path[2], to);
    let read = DiskWork::Read { index, at, length };
    assert_eq!(stage.ask(2, read), DiskAnswer::Bytes(b"deep".to_vec()));
}

#[test]
fn an_existing_file_is_replaced_kept_beside_or_left_as_it_is_said() {
    let mut stage = Stage::new();
    stage.write("a.txt", "old");
    let exists = stage.create(&["a.txt"], 3, Choice::Ask);
    assert!(matches!(exists, DiskAnswer::Exists { size: 3, .. }), "{exists:?}");
    assert_eq!(stage.names(), ["a.txt"]);
    assert_eq!(
        stage.receive(&["a.txt"], "new", Choice::Both),
        finished("a (2).txt")
    );
    assert_eq!(
        (stage.read("a.txt"), stage.read("a (2).txt")),
        ("old".to_owned(), "new".to_owned())
    );
    assert_eq!(
        stage.receive(&["a.txt"], "newer", Choice::Replace),
        finished("a.txt")
    );
    assert_eq!(stage.read("a.txt"), "newer");
    // A folder is never replaced.
    fs::create_dir(stage.path("c")).expect("a folder");
    assert_eq!(stage.create(&["c"], 1, Choice::Replace), fault(Fault::Exists));
    assert_eq!(stage.names(), ["a (2).txt", "a.txt", "c"]);
}

#[test]
fn a_name_that_is_taken_between_the_look_and_the_end_is_asked_about() {
    let mut stage = Stage::new();
    assert_eq!(
        stage.create(&["b.txt"], 3, Choice::Ask),
        DiskAnswer::Created { have: 0 }
    );
    stage.part(b"new");
    stage.write("b.txt", "came between");
    let exists = stage.finish(Choice::Ask);
    assert!(
        matches!(exists, DiskAnswer::Exists { size: 12, .. }),
        "{exists:?}"
    );
    assert_eq!(stage.read("b.txt"), "came between");
    assert_eq!(stage.finish(Choice::Replace), finished("b.txt"));
    assert_eq!(
        (stage.read("b.txt"), stage.names()),
        ("new".to_owned(), vec!["b.txt".to_owned()])
    );
}

/// Several want the same name at the same moment: one has it, and what the others have stays as it was.
#[test]
fn of_those_who_want_a_name_at_once_one_gets_it_and_nothing_is_lost() {
    let stage = Stage::new();
    let dir = Dir::open_ambient_dir(stage.path(""), ambient_authority()).expect("opened");
    for round in 0..40 {
        let folders = round % 2 == 1;
        for n in 0..4 {
            let path = stage.path(&format!("{n}"));
            if folders {
                fs::create_dir(&path).expect("a folder");
            } else {
                fs::write(&path, format!("{n}")).expect("written");
            }
        }
        let start = std::sync::Barrier::new(4);
        let wants = |n: u32| {
            start.wait();
            NativeSystem::default().rename_new(&dir, &format!("{n}"), &dir, "name")
        };
        let done: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || wants(n))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        let won: Vec<_> = (0..4).filter(|&n| done[n].is_ok()).collect();
        assert_eq!(won.len(), 1, "{done:?}");
        let others = (0..4).filter(|n| !won.contains(n));
        assert!(others.clone().all(|n| done[n] == Err(Fault::Exists)), "{done:?}");
        let left: Vec<_> = others.map(|n| n.to_string()).chain(["name".to_owned()]).collect();
        assert_eq!(stage.names(), left);
        for name in left {
            let path = stage.path(&name);
            if folders {
                fs::remove_dir(path).expect("removed");
            } else {
                let content = fs::read_to_string(&path).expect("there");
                assert_eq!(content, if name == "name" { won[0].to_string() } else { name });
                fs::remove_file(path).expect("removed");
            }
        }
    }
}

/// Whatever the other end says, and whatever its own rules are.
#[test]
fn no_name_leaves_the_folder_or_is_a_device() {
    let mut stage = Stage::new();
    stage.write("a", "mine");
    let hostile = [
        "",
        ".",
        "..",
        "...",
        "..\\outside\\x",
        "../outside/x",
        "a\\..\\..\\outside\\x",
        "\\x",
        "/x",
        "\\\\server\\share\\x",
        "\\\\?\\C:\\x",
        "\\\\.\\PhysicalDrive0",
        "\\??\\C:\\x",
        "C:",
        "C:x",
        "C:\\x",
        "C:/x",
        "a:stream",
        "a::$DATA",
        "a:$INDEX_ALLOCATION",
        ":x",
        "a.",
        "a..",
        "a ",
        "a. .",
        " ",
        ". ",
        "CON",
        "con",
        "NUL",
        "nul.txt",
        "NUL .txt",
        "AUX.tar.gz",
        "PRN",
        "CLOCK$",
        "CONIN$",
        "CONOUT$",
        "COM1",
        "com9.txt",
        "COM¹",
        "LPT1",
        "LPT³.txt",
        "COM0",
        "CON.temoto-part",
        "a*",
        "a?",
        "a<",
        "a>",
        "a|",
        "a\"",
        "a\0",
        "a\n",
        "\u{1}",
        "a\u{7f}",
    ];
    for name in hostile {
        let bad = fault(Fault::BadName);
        assert_eq!(stage.target(&[name]), bad, "{name:?}");
        assert_eq!(stage.target(&[]), DiskAnswer::Done);
        for path in [&[name][..], &[name, "x"], &["in", name]] {
            assert_eq!(stage.create(path, 1, Choice::Ask), bad, "{path:?}");
            assert_eq!(stage.create(path, 1, Choice::Replace), bad, "{path:?}");
        }
        assert_eq!(stage.gather(name), bad, "{name:?}");
        assert_eq!(stage.make(name), bad, "{name:?}");
        assert_eq!(stage.rename("a", name), bad, "{name:?}");
        assert_eq!(stage.rename(name, "b"), bad, "{name:?}");
        assert_eq!(stage.trash(name), bad, "{name:?}");
        assert_eq!(stage.list(&[name]), Err(bad), "{name:?}");
        stage.silently(1, DiskWork::Close);
    }
    assert_eq!(
        (stage.names(), stage.read("a")),
        (vec!["a".to_owned()], "mine".to_owned())
    );
    assert!(names_in(&stage.folder.join("outside")).is_empty());
    assert_eq!(names_in(&stage.folder), ["desktop", "outside"]);
}

/// Names that nobody gives, and that a person's folders hold all the same.
#[test]
fn what_is_there_under_an_odd_name_can_be_fetched() {
    let mut stage = Stage::new();
    for name in [
        "left\u{200e}to right.txt",
        "\u{feff}mark.txt",
        "x.temoto-part",
        "old.TEMOTO-JOURNAL",
    ] {
        stage.write(name, name);
        let gathered = stage.gather(name);
        assert!(
            matches!(&gathered, DiskAnswer::Gathered(items) if items.len() == 1),
            "{name:?}: {gathered:?}"
        );
        let (index, at, length) = (0, 0, name.len() as u32);
        let read = stage.ask(2, DiskWork::Read { index, at, length });
        assert_eq!(read, DiskAnswer::Bytes(name.as_bytes().to_vec()));
        stage.silently(2, DiskWork::Close);
    }
}

#[test]
fn a_file_that_another_program_holds_is_in_use_and_nothing_is_lost() {
    let mut stage = Stage::new();
    stage.write("open.xlsx", "theirs");
    for share in [ALONE, READ] {
        let held = stage.held("open.xlsx", share);
        // That it is there can be told.
        let exists = stage.create(&["open.xlsx"], 4, Choice::Ask);
        assert!(matches!(exists, DiskAnswer::Exists { size: 6, .. }), "{exists:?}");
        assert_eq!(
            stage.receive(&["open.xlsx"], "mine", Choice::Replace),
            fault(Fault::InUse)
        );
        // Nothing of either is lost: the answer may be another one, or it is closed.
        assert_eq!(stage.finish(Choice::Replace), fault(Fault::InUse));
        assert_eq!(stage.finish(Choice::Both), finished("open (2).xlsx"));
        assert_eq!(stage.read("open (2).xlsx"), "mine");
        assert_eq!(stage.rename("open.xlsx", "other.xlsx"), fault(Fault::InUse));
        assert_eq!(stage.trash("open.xlsx"), fault(Fault::InUse));
        drop(held);
        assert_eq!(stage.read("open.xlsx"), "theirs");
        fs::remove_file(stage.path("open (2).xlsx")).expect("removed");
        assert_eq!(stage.names(), ["open.xlsx"]);
    }
    // It cannot be read while nobody else may, and can be once it is closed.
    let held = stage.held("open.xlsx", ALONE);
    assert!(matches!(stage.gather("open.xlsx"), DiskAnswer::Gathered(_)));
    let (index, at, length) = (0, 0, 6);
    let read = || DiskWork::Read { index, at, length };
    assert_eq!(stage.ask(2, read()), fault(Fault::InUse));
    drop(held);
    assert_eq!(stage.ask(2, read()), DiskAnswer::Bytes(b"theirs".to_vec()));
    stage.silently(2, DiskWork::Close);
    // One that is held until the answer is given again.
    let held = stage.held("open.xlsx", ALONE);
    assert_eq!(
        stage.receive(&["open.xlsx"], "mine", Choice::Replace),
        fault(Fault::InUse)
    );
    drop(held);
    assert_eq!(stage.finish(Choice::Replace), finished("open.xlsx"));
    assert_eq!(stage.read("open.xlsx"), "mine");
}

#[test]
fn a_file_that_is_not_to_be_written_stays_as_it_is() {
    let mut stage = Stage::new();
    stage.write("fixed.txt", "theirs");
    let writable = fs::metadata(stage.path("fixed.txt"))
        .expect("there")
        .permissions();
    let mut fixed = writable.clone();
    fixed.set_readonly(true);
    fs::set_permissions(stage.path("fixed.txt"), fixed).expect("set");
    assert_eq!(
        stage.receive(&["fixed.txt"], "mine", Choice::Replace),
        fault(Fault::Denied)
    );
    assert_eq!(stage.read("fixed.txt"), "theirs");
    assert_eq!(stage.finish(Choice::Both), finished("fixed (2).txt"));
    assert_eq!(stage.names(), ["fixed (2).txt", "fixed.txt"]);
    fs::set_permissions(stage.path("fixed.txt"), writable).expect("set");
}

#[test]
fn a_part_is_gone_on_with_only_for_the_very_same_file_and_goes_without_a_trace() {
    let mut stage = Stage::new();
    stage.create(&["資料.bin"], 10, Choice::Ask);
    stage.part(b"01234");
    // The program is started anew.
    stage.disk = crate::open();
    assert_eq!(stage.names(), ["資料.bin.temoto-journal", "資料.bin.temoto-part"]);
    stage.target(&[]);
    assert_eq!(
        stage.create(&["資料.bin"], 10, Choice::Ask),
        DiskAnswer::Created { have: 5 }
    );
    let (index, at, length) = (0, 1, 3);
    let read = DiskWork::ReadPart { index, at, length };
    assert_eq!(stage.ask(1, read), DiskAnswer::Bytes(b"123".to_vec()));
    stage.silently(1, DiskWork::Close);
    stage.target(&[]);
    assert_eq!(
        stage.create(&["資料.bin"], 11, Choice::Ask),
        DiskAnswer::Created { have: 0 }
    );
    stage.silently(1, DiskWork::Discard { index: 0 });
    assert!(stage.names().is_empty());
}

#[test]
fn a_folder_shows_what_is_in_it_whatever_its_marks_are() {
    let mut stage = Stage::new();
    stage.write("見える.txt", "12345");
    stage.write("desktop.ini", "[.ShellClassInfo]");
    fs::create_dir(stage.path("隠し")).expect("a folder");
    for (name, marks) in [
        ("desktop.ini", FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM),
        ("隠し", FILE_ATTRIBUTE_HIDDEN),
    ] {
        // SAFETY: the text lives over the call.
        #[allow(unsafe_code, reason = "the library sets no such marks")]
        unsafe { SetFileAttributesW(&HSTRING::from(stage.path(name).as_path()), marks) }.expect("marked");
        let marked = fs::metadata(stage.path(name)).expect("there").file_attributes();
        assert_eq!(marked & marks.0, marks.0);
    }
    let listed = stage.list(&[]).expect("listed");
    let told: Vec<_> = listed
        .iter()
        .map(|one| (one.name.as_str(), one.kind, one.size))
        .collect();
    let (file, folder) = (ListedKind::File, ListedKind::Folder);
    assert_eq!(
        told,
        [
            ("desktop.ini", file, 17),
            ("見える.txt", file, 5),
            ("隠し", folder, 0)
        ]
    );
    assert!(listed.iter().all(|one| one.modified_ms > 0));
    // Drives have room, and one of them is where this is.
    let DiskAnswer::Roots(roots) = stage.ask(0, DiskWork::Roots) else {
        panic!("roots");
    };
    let drive = stage.place(&[]).root;
    let drive = roots.iter().find(|root| root.id == drive).expect("the drive");
    assert!(drive.free > 0 && drive.size >= drive.free);
}

#[test]
fn names_are_changed_without_taking_the_place_of_another() {
    let mut stage = Stage::new();
    assert_eq!(stage.make("新しいフォルダー"), DiskAnswer::Done);
    assert_eq!(stage.make("新しいフォルダー"), fault(Fault::Exists));
    stage.write("a.txt", "a");
    assert_eq!(stage.rename("a.txt", "新しいフォルダー"), fault(Fault::Exists));
    assert_eq!(stage.rename("新しいフォルダー", "a.txt"), fault(Fault::Exists));
    assert_eq!(stage.rename("a.txt", "b📁.txt"), DiskAnswer::Done);
    assert_eq!(stage.rename("a.txt", "c"), fault(Fault::Gone));
    // The same letters, large ones: nobody else's place, though Wine leaves them as they are.
    assert_eq!(stage.rename("b📁.txt", "B📁.TXT"), DiskAnswer::Done);
    let lower: Vec<_> = stage.names().iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower, ["b📁.txt", "新しいフォルダー"]);
    // What somebody works in is in use.
    let inner = Dir::open_ambient_dir(stage.path("新しいフォルダー"), ambient_authority()).expect("opened");
    assert_eq!(
        stage.rename("新しいフォルダー", "古いフォルダー"),
        fault(Fault::InUse)
    );
    drop(inner);
    assert_eq!(
        stage.rename("新しいフォルダー", "古いフォルダー"),
        DiskAnswer::Done
    );
}

#[test]
fn a_file_that_changes_while_it_is_read_is_told_of() {
    let mut stage = Stage::new();
    stage.write("a", "0123456789");
    let DiskAnswer::Gathered(items) = stage.gather("a") else {
        panic!("gathered");
    };
    assert!(matches!(&items[..], [Item { size: 10, .. }]));
    let (index, at, length) = (0, 2, 3);
    let read = || DiskWork::Read { index, at, length };
    assert_eq!(stage.ask(2, read()), DiskAnswer::Bytes(b"234".to_vec()));
    stage.write("a", "0123456789+");
    assert_eq!(stage.ask(2, read()), fault(Fault::Changed));
    stage.silently(2, DiskWork::Close);
}

#[test]
fn what_is_thrown_away_lies_in_the_bin() {
    let mut stage = Stage::new();
    stage.write("捨てる.txt", "old");
    fs::create_dir(stage.path("フォルダー")).expect("a folder");
    stage.write("フォルダー\\中.txt", "in");
    stage.write("残す.txt", "kept");
    for name in ["捨てる.txt", "フォルダー"] {
        // Taken back by a person, in the bin.
        assert_eq!(stage.trash(name), DiskAnswer::Trashed { token: 0 }, "{name}");
    }
    assert_eq!(stage.names(), ["残す.txt"]);
    assert_eq!(stage.trash("捨てる.txt"), fault(Fault::Gone));
    assert_eq!(stage.ask(0, DiskWork::Restore(0)), fault(Fault::Gone));
    // Where the bin of Wine is, it can be seen that all of it is there.
    if let Ok(home) = std::env::var("WINEHOMEDIR") {
        let bin = PathBuf::from(home.trim_start_matches("\\??\\")).join(".local\\share\\Trash\\files");
        assert_eq!(
            fs::read_to_string(bin.join("捨てる.txt")).expect("in the bin"),
            "old"
        );
        assert_eq!(
            fs::read_to_string(bin.join("フォルダー\\中.txt")).expect("in the bin"),
            "in"
        );
    }
    assert_eq!(bin::throw(Path::new("\\\\server\\share\\a")), Err(Fault::NoTrash));
}

/// A link that leads out of the folder, by whichever way this system makes one; `false` if it makes none that it also tells of.
fn link(stage: &Stage, name: &str, to: &Path) -> bool {
    let at = stage.path(name);
    let _unmade = Command::new("cmd")
        .args(["/c", "mklink", "/J"])
        .arg(&at)
        .arg(to)
        .output();
    if let Ok(prefix) = std::env::var("WINEPREFIX")
        && at.symlink_metadata().is_err()
    {
        // Wine makes none, but shows those of the system below as such.
        let below = |path: &Path| {
            let path = path.to_string_lossy().replace('\\', "/");
            format!("{prefix}/drive_c{}", path.trim_start_matches("C:"))
        };
        let _unwaited = Command::new("Z:\\bin\\ln")
            .arg("-s")
            .arg(below(to))
            .arg(below(&at))
            .spawn();
        let until = Instant::now() + Duration::from_secs(5);
        while at.metadata().is_err() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    at.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

#[test]
fn no_link_is_followed_by_anything() {
    let mut stage = Stage::new();
    let outside = stage.folder.join("outside");
    fs::write(outside.join("secret"), "secret").expect("written");
    if !link(&stage, "link", &outside) {
        eprintln!("left out: this system makes no link between folders that programs could know as one");
        return;
    }
    let no = fault(Fault::NoFolder);
    assert_eq!(stage.target(&["link"]), no);
    assert_eq!(stage.list(&["link"]), Err(no.clone()));
    assert_eq!(stage.gather("link"), no);
    stage.target(&[]);
    assert_eq!(stage.create(&["link", "a"], 1, Choice::Ask), no);
    assert_eq!(stage.create(&["link"], 1, Choice::Replace), fault(Fault::Exists));
    let listed = stage.list(&[]).expect("listed");
    assert!(
        matches!(
            &listed[..],
            [Listed {
                kind: ListedKind::Link,
                ..
            }]
        ),
        "{listed:?}"
    );
    assert_eq!(names_in(&outside), ["secret"]);
}
