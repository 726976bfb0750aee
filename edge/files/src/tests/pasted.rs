//! Files for the clipboard: in a folder that only the person may enter, whole or not at all, and gone with the session.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::pasted::sweep;

fn put_at(root: &str) -> DiskWork {
    DiskWork::Target(Place {
        root: root.to_owned(),
        path: Vec::new(),
    })
}

/// Receives this for the clipboard with transfer 1, as `receive` does for a folder.
fn filled(disk: &mut Disk<NativeSystem>, path: &[&str], content: &[u8]) {
    assert_eq!(ask(disk, 1, put_at("paste-1")), DiskAnswer::Done);
    let size = content.len() as u64;
    assert_eq!(
        create(disk, path, size, Choice::Ask),
        DiskAnswer::Created { have: 0 }
    );
    assert_eq!(write(disk, 0, content), DiskAnswer::Done);
    assert!(matches!(finish(disk, Choice::Ask), DiskAnswer::Finished { .. }));
    silently(disk, 1, DiskWork::Close);
}

fn handed(disk: &mut Disk<NativeSystem>) -> Vec<PathBuf> {
    match ask(disk, 1, DiskWork::HandOver) {
        DiskAnswer::Paths(paths) => paths,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_handed_over_is_the_person_s_alone_and_goes_with_the_next_and_with_the_session() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    filled(&mut disk, &["写真", "海.jpg"], b"sea");
    let first = handed(&mut disk);
    let [top] = first.as_slice() else {
        panic!("{first:?}")
    };
    assert!(top.is_absolute() && top.ends_with("写真"));
    assert_eq!(std::fs::read(top.join("海.jpg")).expect("there"), b"sea");
    let mut above = top.as_path();
    while let Some(folder) = above.parent().filter(|folder| *folder != scratch.0) {
        let mode = std::fs::metadata(folder).expect("a folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{folder:?}");
        above = folder;
    }
    // Nothing more of it is handed over, and the next ones take its place once they are there.
    assert_eq!(
        ask(&mut disk, 1, DiskWork::HandOver),
        DiskAnswer::Fault(Fault::Gone)
    );
    assert_eq!(ask(&mut disk, 1, put_at("paste-2")), DiskAnswer::Done);
    silently(&mut disk, 1, DiskWork::ForgetPasted { all: false });
    assert!(top.exists());
    filled(&mut disk, &["a.txt"], b"a");
    assert!(top.exists());
    let second = handed(&mut disk);
    assert!(!top.exists() && second[0].exists());
    disk.finish();
    assert!(!scratch.path("temoto").exists());
    assert!(files_in(&scratch.path("desktop")).is_empty());
}

#[test]
fn nothing_of_it_can_be_reached_by_its_name_and_no_link_in_it_is_followed() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    filled(&mut disk, &["a.txt"], b"a");
    let paths = handed(&mut disk);
    for root in ["paste-1", "paste-../x", "paste-"] {
        let at = || Place {
            root: root.to_owned(),
            path: Vec::new(),
        };
        let (name, names) = ("a.txt".to_owned(), vec!["a.txt".to_owned()]);
        for work in [
            DiskWork::List(at()),
            DiskWork::Make {
                place: at(),
                name: "b".to_owned(),
            },
            DiskWork::Rename {
                place: at(),
                from: name.clone(),
                to: "b".to_owned(),
            },
            DiskWork::Trash {
                place: at(),
                names: names.clone(),
            },
            DiskWork::Gather { place: at(), names },
        ] {
            let told = format!("{work:?}");
            assert_eq!(
                ask(&mut disk, 0, work),
                DiskAnswer::Fault(Fault::Denied),
                "{told}"
            );
        }
    }
    assert!(paths[0].exists());
    assert_eq!(ask(&mut disk, 1, put_at("paste-2")), DiskAnswer::Done);
    let folder = paths[0]
        .parent()
        .and_then(Path::parent)
        .expect("the session's")
        .join("2");
    symlink(scratch.path("outside"), folder.join("inner")).expect("linked");
    assert_eq!(
        create(&mut disk, &["inner", "b"], 1, Choice::Ask),
        DiskAnswer::Fault(Fault::NoFolder)
    );
    disk.finish();
    assert!(scratch.path("outside").exists() && files_in(&scratch.path("outside")).is_empty());
}

#[test]
fn what_a_program_left_that_died_goes_and_what_another_one_has_stays() {
    let scratch = Scratch::new();
    let home = scratch.path("temoto/clipboard");
    sweep(&home);
    assert!(!home.exists(), "nothing is made where nothing was");
    let mut living = scratch.disk();
    filled(&mut living, &["a.txt"], b"a");
    let paths = handed(&mut living);
    let died = |name: &str| {
        let folder = home.join(name).join("1");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("left.txt"), "left").expect("written");
        std::fs::write(home.join(name).with_extension("lock"), "").expect("written");
    };
    died("9-0");
    died("9-1");
    sweep(&home);
    assert_eq!(files_in(&home).len(), 2, "{:?}", files_in(&home));
    assert!(paths[0].exists());
    // Also the next one that puts something there looks.
    died("9-2");
    let mut other = scratch.disk();
    filled(&mut other, &["b.txt"], b"b");
    assert_eq!(files_in(&home).len(), 4);
    assert!(paths[0].exists() && handed(&mut other)[0].exists());
    other.finish();
    assert_eq!(files_in(&home).len(), 2);
    living.finish();
    assert!(!scratch.path("temoto").exists(), "nothing is left behind");
}
