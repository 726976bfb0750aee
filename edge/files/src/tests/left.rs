//! What closed transfers left unfinished: gone on with, or taken away, and nothing else with it.

use super::*;

/// Two files of transfer 1 come halfway, and it is closed.
fn interrupted(disk: &mut Disk<NativeSystem>) {
    assert_eq!(target(disk, &[]), DiskAnswer::Done);
    for (index, path) in [(0, vec!["a.bin"]), (1, vec!["inner", "b.bin"])] {
        assert_eq!(begun(disk, 1, index, &path, 9), DiskAnswer::Created { have: 0 });
        let bytes = b"half".to_vec();
        assert_eq!(
            ask(disk, 1, DiskWork::Write { index, at: 0, bytes }),
            DiskAnswer::Done
        );
    }
    silently(disk, 1, DiskWork::Close);
}

fn begun(disk: &mut Disk<NativeSystem>, transfer: u32, index: u32, path: &[&str], size: u64) -> DiskAnswer {
    let work = DiskWork::Create {
        index,
        path: path.iter().map(|&name| name.to_owned()).collect(),
        folder: false,
        size,
        modified_ms: 1_700_000_000_123,
        choice: Choice::Ask,
    };
    ask(disk, transfer, work)
}

fn of(part: &str) -> [String; 2] {
    ["journal", "part"].map(|end| format!("{part}.temoto-{end}"))
}

#[test]
fn what_a_closed_transfer_left_stays_until_it_is_to_go() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    interrupted(&mut disk);
    std::fs::write(scratch.path("desktop/own.temoto-part"), "the customer's").expect("written");
    let all = || files_in(&scratch.path("desktop"));
    let inner = || files_in(&scratch.path("desktop/inner"));
    assert_eq!((all().len(), inner().len()), (4, 2));
    // Of another transfer nothing is known.
    silently(&mut disk, 2, DiskWork::DiscardLeft);
    assert_eq!((all().len(), inner().len()), (4, 2));
    silently(&mut disk, 1, DiskWork::DiscardLeft);
    assert_eq!(all(), ["inner", "own.temoto-part"]);
    assert!(inner().is_empty());
}

#[test]
fn what_another_transfer_took_up_is_its_own() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    interrupted(&mut disk);
    assert_eq!(ask(&mut disk, 2, DiskWork::Target(place(&[]))), DiskAnswer::Done);
    let taken_up = begun(&mut disk, 2, 0, &["a.bin"], 9);
    assert_eq!(taken_up, DiskAnswer::Created { have: 4 });
    silently(&mut disk, 1, DiskWork::DiscardLeft);
    let [journal, part] = of("a.bin");
    let all = || files_in(&scratch.path("desktop"));
    assert_eq!(all(), [&*journal, &*part, "inner"], "it goes on");
    silently(&mut disk, 2, DiskWork::Close);
    silently(&mut disk, 0, DiskWork::DiscardLeft);
    assert_eq!(all(), ["inner"]);
}

#[test]
fn nothing_is_removed_that_is_not_what_this_session_left() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    interrupted(&mut disk);
    // One has become somebody else's, the folder of the other a link to another place that looks just like it.
    let [journal, part] = of("a.bin");
    std::fs::write(scratch.path("desktop").join(&journal), "temoto 1\n1\n1\nb\n").expect("written");
    std::fs::rename(scratch.path("desktop/inner"), scratch.path("outside/inner")).expect("moved");
    symlink(scratch.path("outside/inner"), scratch.path("desktop/inner")).expect("a link");
    silently(&mut disk, 0, DiskWork::DiscardLeft);
    assert!(scratch.path("desktop").join(part).exists());
    assert_eq!(files_in(&scratch.path("outside/inner")), of("b.bin"));
}

#[test]
fn of_very_many_the_oldest_go_at_once() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    for transfer in 1..=300 {
        assert_eq!(
            ask(&mut disk, transfer, DiskWork::Target(place(&[]))),
            DiskAnswer::Done
        );
        let begun = begun(&mut disk, transfer, 0, &[&transfer.to_string()], 9);
        assert_eq!(begun, DiskAnswer::Created { have: 0 });
        silently(&mut disk, transfer, DiskWork::Close);
    }
    assert_eq!(files_in(&scratch.path("desktop")).len(), 2 * 256);
    silently(&mut disk, 0, DiskWork::DiscardLeft);
    assert!(files_in(&scratch.path("desktop")).is_empty());
}
