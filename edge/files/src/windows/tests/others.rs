//! Files of other programs, marks of files, and the recycle bin.

use std::fs;
use std::os::windows::fs::MetadataExt;
use std::path::Path;

use super::*;

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
fn what_is_thrown_away_lies_in_the_bin_and_comes_back() {
    let mut stage = Stage::new();
    stage.write("捨てる.txt", "old");
    fs::create_dir(stage.path("フォルダー")).expect("a folder");
    stage.write("フォルダー\\中.txt", "in");
    stage.write("残す.txt", "kept");
    let mut tokens = Vec::new();
    for name in ["捨てる.txt", "フォルダー"] {
        let thrown = stage.trash(name);
        let DiskAnswer::Trashed { token } = thrown else {
            panic!("{name}: {thrown:?}");
        };
        assert_ne!(token, 0, "{name} is found in the bin");
        tokens.push(token);
    }
    assert_eq!(stage.names(), ["残す.txt"]);
    assert_eq!(stage.trash("捨てる.txt"), fault(Fault::Gone));
    assert_eq!(stage.ask(0, DiskWork::Restore(0)), fault(Fault::Gone));
    // Of several of one name it is the very one.
    stage.write("捨てる.txt", "newer");
    assert!(matches!(stage.trash("捨てる.txt"), DiskAnswer::Trashed { token } if token != 0));
    for token in &tokens {
        assert_eq!(stage.ask(0, DiskWork::Restore(*token)), DiskAnswer::Done);
    }
    assert_eq!(stage.read("捨てる.txt"), "old");
    assert_eq!(stage.read("フォルダー\\中.txt"), "in");
    // Once only, and what is there meanwhile stays.
    assert_eq!(stage.ask(0, DiskWork::Restore(tokens[0])), fault(Fault::Gone));
    assert_eq!(
        stage.ask(0, DiskWork::Restore(tokens[1] + 1)),
        fault(Fault::Exists)
    );
    assert_eq!(stage.read("捨てる.txt"), "old");
    assert_eq!(bin::throw(Path::new("\\\\server\\share\\a")), Err(Fault::NoTrash));
}

#[test]
fn one_that_cannot_be_thrown_away_brings_the_others_back() {
    let mut stage = Stage::new();
    stage.write("a.txt", "a");
    stage.write("open.txt", "open");
    let held = stage.held("open.txt", ALONE);
    let (place, names) = (stage.place(&[]), vec!["a.txt".to_owned(), "open.txt".to_owned()]);
    assert_eq!(
        stage.ask(0, DiskWork::Trash { place, names }),
        fault(Fault::InUse)
    );
    drop(held);
    assert_eq!(stage.names(), ["a.txt", "open.txt"]);
}

#[test]
fn a_bin_with_notes_gives_back_the_thing_and_loses_the_note_and_nothing_else() {
    let stage = Stage::new();
    let bin = stage.folder.join("outside");
    for (name, content) in [
        ("$RABC.txt", "mine"),
        ("$IABC.txt", "note"),
        ("$RDEF.txt", "other"),
        ("$IDEF.txt", "note"),
    ] {
        fs::write(bin.join(name), content).expect("written");
    }
    let dir = |path: &Path| Dir::open_ambient_dir(path, ambient_authority()).expect("a folder");
    let identity = by_path::identity(&dir(&bin), "$RABC.txt").expect("there");
    let (trash, thrown_name) = bin::find_in(&bin, identity).expect("found");
    assert_eq!((&trash, &*thrown_name), (&bin, "$RABC.txt"));
    // A note is nobody's thing, though it has a number, too.
    let note = by_path::identity(&dir(&bin), "$IABC.txt").expect("there");
    assert_eq!(bin::find_in(&bin, note), None);
    let thrown = Thrown {
        name: "あ.txt".to_owned(),
        trash,
        thrown_name,
    };
    let desktop = dir(&stage.folder.join("desktop"));
    stage.write("あ.txt", "there");
    assert_eq!(bin::restore(&desktop, &thrown), Err(Fault::Exists));
    assert_eq!(names_in(&bin).len(), 4);
    fs::remove_file(stage.path("あ.txt")).expect("removed");
    assert_eq!(bin::restore(&desktop, &thrown), Ok(()));
    assert_eq!(stage.read("あ.txt"), "mine");
    assert_eq!(names_in(&bin), ["$IDEF.txt", "$RDEF.txt"]);
    assert_eq!(bin::restore(&desktop, &thrown), Err(Fault::Gone));
}
