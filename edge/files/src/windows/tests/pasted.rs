//! Files for the clipboard on Windows, where nothing that is open can be removed: in the person's own profile, and gone with the session.

use super::*;

fn ask(disk: &mut Disk<NativeSystem>, work: DiskWork) -> Option<DiskAnswer> {
    let (id, transfer) = (1, 1);
    disk.work(DiskAsk { id, transfer, work })
}

/// Receives a file in a folder for the clipboard; its paths.
fn put(disk: &mut Disk<NativeSystem>, finished: bool) -> Vec<PathBuf> {
    let place = Place {
        root: "paste-1".to_owned(),
        path: Vec::new(),
    };
    let create = DiskWork::Create {
        index: 0,
        path: vec!["写真".to_owned(), "海.jpg".to_owned()],
        folder: false,
        size: 3,
        modified_ms: 1_700_000_000_000,
        choice: Choice::Ask,
    };
    let (at, bytes, choice) = (0, b"sea".to_vec(), Choice::Ask);
    let write = DiskWork::Write { index: 0, at, bytes };
    assert_eq!(ask(disk, DiskWork::Target(place)), Some(DiskAnswer::Done));
    assert_eq!(ask(disk, create), Some(DiskAnswer::Created { have: 0 }));
    assert_eq!(ask(disk, write), Some(DiskAnswer::Done));
    if !finished {
        return Vec::new();
    }
    let name = "海.jpg".to_owned();
    let finish = DiskWork::Finish { index: 0, choice };
    assert_eq!(ask(disk, finish), Some(DiskAnswer::Finished { name }));
    assert_eq!(ask(disk, DiskWork::Close), None);
    match ask(disk, DiskWork::HandOver) {
        Some(DiskAnswer::Paths(paths)) => paths,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_handed_over_goes_with_the_next_with_the_session_and_with_the_next_start_after_a_crash() {
    let home = NativeSystem::default().clipboard().expect("a profile");
    // A program that died.
    fs::create_dir_all(home.join("9-0\\1")).expect("a folder");
    fs::write(home.join("9-0\\1\\left.txt"), "left").expect("written");
    fs::write(home.join("9-0.lock"), "").expect("written");
    let mut one = crate::open();
    let first = put(&mut one, true);
    assert_eq!(names_in(&home).len(), 2, "{:?}", names_in(&home));
    assert!(first[0].starts_with(&home) && first[0].ends_with("写真"));
    assert_eq!(fs::read(first[0].join("海.jpg")).expect("there"), b"sea");
    // Another session, and a start of the program, leave alone what is in use.
    let mut two = crate::open();
    let others = put(&mut two, true);
    crate::sweep();
    assert!(first[0].exists() && others[0].exists());
    let second = put(&mut one, true);
    assert!(!first[0].exists() && second[0].exists());
    // What is still open goes as well.
    put(&mut one, false);
    one.finish();
    assert!(!second[0].exists());
    two.finish();
    assert!(!home.exists(), "nothing is left behind");
}
