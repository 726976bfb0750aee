//! Files of other programs, marks of files, and the recycle bin.

use std::fs;
use std::os::windows::fs::MetadataExt;
use std::path::{Path, PathBuf};

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
