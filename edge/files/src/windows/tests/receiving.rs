//! What is there already, and what was not finished.

use std::fs;

use super::*;

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
