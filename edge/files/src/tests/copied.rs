//! What the customer copied: read like any other folder, and never written.

use temoto_session::channel::files::{RootKind, copied};

use super::*;

const NUMBER: u32 = 7;

fn at(path: &[&str]) -> Place {
    Place {
        root: copied::root(NUMBER),
        ..place(path)
    }
}

fn listed(disk: &mut Disk<NativeSystem>, path: &[&str]) -> (Vec<(String, ListedKind, u64)>, bool) {
    let answer = ask(disk, 0, DiskWork::List(at(path)));
    let DiskAnswer::Listed { entries, truncated } = answer else {
        panic!("{answer:?}");
    };
    let entries = entries.into_iter().map(|one| (one.name, one.kind, one.size));
    (entries.collect(), truncated)
}

fn gathered(disk: &mut Disk<NativeSystem>, path: &[&str], names: &[&str]) -> DiskAnswer {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    ask(
        disk,
        3,
        DiskWork::Gather {
            place: at(path),
            names,
        },
    )
}

fn read(disk: &mut Disk<NativeSystem>, index: u32, length: u32) -> DiskAnswer {
    ask(disk, 3, DiskWork::Read { index, at: 0, length })
}

/// Two files of one name from two folders, a folder with something in it, a link, and what is none of them.
fn copy(scratch: &Scratch) -> Disk<NativeSystem> {
    let path = |name: &str| scratch.path(name);
    std::fs::create_dir_all(path("desktop/写真/海")).expect("a folder");
    std::fs::write(path("desktop/a.txt"), "one").expect("written");
    std::fs::write(path("outside/A.txt"), "other").expect("written");
    std::fs::write(path("desktop/写真/海/b.bin"), "sea").expect("written");
    symlink(path("outside"), path("desktop/写真/link")).expect("a link");
    symlink(path("outside/A.txt"), path("outside/link")).expect("a link");
    let mut disk = scratch.disk();
    let odd = [
        PathBuf::from("/"),
        path("desktop").join(".."),
        path("desktop/is not there"),
        path("desktop/a\\b"),
        path("desktop/a.txt"),
    ];
    let names = ["desktop/a.txt", "outside/A.txt", "desktop/写真", "outside/link"];
    let paths = names.iter().map(|name| path(name)).chain(odd);
    disk.copied(NUMBER, paths.collect(), false);
    disk
}

#[test]
fn files_from_several_folders_are_listed_and_sent_under_names_of_their_own() {
    let scratch = Scratch::new();
    let mut disk = copy(&scratch);
    let DiskAnswer::Roots(roots) = ask(&mut disk, 0, DiskWork::Roots) else {
        panic!("roots");
    };
    assert_eq!(
        (roots[0].kind, &roots[0].id),
        (RootKind::Copied, &copied::root(NUMBER))
    );
    assert_eq!(roots[1].kind, RootKind::Desktop);
    let entry = |name: &str, kind, size| (name.to_owned(), kind, size);
    let expected = vec![
        entry("a.txt", ListedKind::File, 3),
        entry("A (2).txt", ListedKind::File, 5),
        entry("写真", ListedKind::Folder, 0),
        entry("link", ListedKind::Link, 0),
    ];
    assert_eq!(listed(&mut disk, &[]), (expected, false));
    assert_eq!(
        listed(&mut disk, &["写真", "海"]).0,
        [entry("b.bin", ListedKind::File, 3)]
    );

    let DiskAnswer::Gathered(items) = gathered(&mut disk, &[], &["A (2).txt", "写真"]) else {
        panic!("gathered");
    };
    let paths: Vec<String> = items.iter().map(|item| item.path.join("/")).collect();
    let mut sorted = paths.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        ["A (2).txt", "写真", "写真/link", "写真/海", "写真/海/b.bin"]
    );
    let faults = items
        .iter()
        .filter_map(|item| Some((item.path.last()?.as_str(), item.fault?)));
    assert_eq!(faults.collect::<Vec<_>>(), [("link", Fault::NoFile)]);
    assert_eq!(read(&mut disk, 0, 5), DiskAnswer::Bytes(b"other".to_vec()));
    let sea = paths
        .iter()
        .position(|path| path == "写真/海/b.bin")
        .expect("it is sent");
    assert_eq!(read(&mut disk, sea as u32, 3), DiskAnswer::Bytes(b"sea".to_vec()));
    // What is on its way goes on when something else is copied.
    silently(&mut disk, 0, DiskWork::ForgetCopied);
    assert_eq!(read(&mut disk, 0, 5), DiskAnswer::Bytes(b"other".to_vec()));
    let fault = DiskAnswer::Fault(Fault::Gone);
    assert_eq!(ask(&mut disk, 0, DiskWork::List(at(&[]))), fault);
    assert_eq!(gathered(&mut disk, &[], &["a.txt"]), fault);
    disk.copied(NUMBER + 1, vec![scratch.path("desktop/a.txt")], false);
    assert_eq!(gathered(&mut disk, &[], &["a.txt"]), fault);
}

#[test]
fn nothing_is_written_there_and_no_link_is_followed() {
    let scratch = Scratch::new();
    let mut disk = copy(&scratch);
    let names = || vec!["a.txt".to_owned()];
    for path in [&[][..], &["写真"]] {
        for work in [
            DiskWork::Target(at(path)),
            DiskWork::Make {
                place: at(path),
                name: "x".to_owned(),
            },
            DiskWork::Rename {
                place: at(path),
                from: "a.txt".to_owned(),
                to: "x".to_owned(),
            },
            DiskWork::Trash {
                place: at(path),
                names: names(),
            },
        ] {
            assert_eq!(ask(&mut disk, 1, work), DiskAnswer::Fault(Fault::Denied));
        }
    }
    let fault = DiskAnswer::Fault(Fault::NoFolder);
    for path in [&["link"][..], &["写真", "link"]] {
        assert_eq!(ask(&mut disk, 0, DiskWork::List(at(path))), fault);
    }
    assert_eq!(gathered(&mut disk, &[], &["link"]), fault);
    for name in ["..", "", "写真/海", "a\\b", "is not there"] {
        let gone = gathered(&mut disk, &[], &[name]);
        assert!(matches!(gone, DiskAnswer::Fault(_)), "{name}: {gone:?}");
        let gone = ask(&mut disk, 0, DiskWork::List(at(&["写真", name])));
        assert!(matches!(gone, DiskAnswer::Fault(_)), "{name}: {gone:?}");
    }
    assert_eq!(files_in(&scratch.path("desktop")), ["a.txt", "写真"]);
}

#[test]
fn a_folder_that_is_swapped_for_a_link_while_it_is_sent_lets_nothing_out() {
    let scratch = Scratch::new();
    let mut disk = copy(&scratch);
    std::fs::write(scratch.path("outside/b.bin"), "not").expect("written");
    let DiskAnswer::Gathered(_) = gathered(&mut disk, &[], &["写真"]) else {
        panic!("gathered");
    };
    std::fs::rename(scratch.path("desktop/写真/海"), scratch.path("desktop/写真/山")).expect("renamed");
    symlink(scratch.path("outside"), scratch.path("desktop/写真/海")).expect("a link");
    assert_eq!(read(&mut disk, 2, 3), DiskAnswer::Fault(Fault::NoFolder));
}

#[test]
fn more_than_can_be_chosen_at_once_is_told_of() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    let paths: Vec<PathBuf> = (0..257)
        .map(|n| scratch.path("desktop").join(n.to_string()))
        .collect();
    for path in &paths {
        std::fs::write(path, "x").expect("written");
    }
    for (count, more, truncated) in [(256, false, false), (256, true, true), (257, false, true)] {
        disk.copied(NUMBER, paths[..count].to_vec(), more);
        let (entries, cut) = listed(&mut disk, &[]);
        assert_eq!((entries.len(), cut), (256, truncated));
    }
    // Nothing that could be had is no root at all.
    disk.copied(NUMBER, vec![PathBuf::from("/")], true);
    let DiskAnswer::Roots(roots) = ask(&mut disk, 0, DiskWork::Roots) else {
        panic!("roots");
    };
    assert!(roots.iter().all(|root| root.kind != RootKind::Copied));
}
