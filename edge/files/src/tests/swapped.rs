//! Somebody swaps a folder for a link to another one, over and over, while something is done in it: nothing is done in the other one.

use std::sync::atomic::AtomicBool;

use super::*;

/// So often in turn each thing is done and refused, and tried at least: the swap comes in between at every step of it.
const TURNS: u32 = 50;
const TRIES: u32 = 3_000;
/// Where two threads hardly ever run at once it takes longer, but not for ever.
const TRIES_AT_MOST: u32 = 1_000_000;

/// What is tried: `true` if it was done.
type Tried<'a> = &'a mut dyn FnMut(&mut Disk<NativeSystem>, u32) -> bool;

/// A desktop with the folder `in`, and a folder beside the desktop that holds the same names, which `in` leads to every other moment.
fn swapped(names: &[&str]) -> Scratch {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("desktop/in")).expect("a folder");
    symlink(scratch.path("outside"), scratch.path("desktop/link")).expect("a link");
    for name in names {
        std::fs::write(scratch.path("outside").join(name), "secret").expect("written");
    }
    scratch
}

/// Tries it over and over while the folder is swapped. It is done and refused in turn, and the folder outside stays as it is.
fn while_it_is_swapped(scratch: &Scratch, attempt: Tried<'_>) {
    let outside = scratch.path("outside");
    let before = files_in(&outside);
    let (inner, link) = (scratch.path("desktop/in"), scratch.path("desktop/link"));
    let stop = AtomicBool::new(false);
    let (mut turns, mut tries, mut last) = (0u32, 0u32, true);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (cwd, exchange) = (rustix::fs::CWD, rustix::fs::RenameFlags::EXCHANGE);
            while !stop.load(Ordering::Relaxed) {
                rustix::fs::renameat_with(cwd, &inner, cwd, &link, exchange).expect("swapped");
            }
        });
        // However it ends, the other thread does.
        let _stopped = Stop(&stop);
        let mut disk = scratch.disk();
        while tries < TRIES || (turns < TURNS && tries < TRIES_AT_MOST) {
            let done = attempt(&mut disk, tries);
            turns += u32::from(done != last);
            last = done;
            tries += 1;
        }
    });
    assert_eq!(files_in(&outside), before, "{tries}");
    for name in before {
        assert_eq!(
            std::fs::read_to_string(outside.join(name)).expect("there"),
            "secret"
        );
    }
    assert!(turns >= TURNS, "{turns} {tries}");
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The folder itself, whatever lies at its name now.
fn inner(scratch: &Scratch) -> std::fs::File {
    std::fs::File::open(scratch.path("desktop/in")).expect("a folder")
}

/// Puts a file into that folder, by no path.
fn put(folder: &std::fs::File, name: &str) {
    use rustix::fs::{Mode, OFlags};
    let (flags, mode) = (OFlags::CREATE | OFlags::RDWR, Mode::RUSR | Mode::WUSR);
    rustix::fs::openat(folder, name, flags, mode).expect("a file");
}

fn has(folder: &std::fs::File, name: &str) -> bool {
    rustix::fs::statat(folder, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

#[test]
fn receiving_lets_nothing_out() {
    let scratch = swapped(&[]);
    while_it_is_swapped(&scratch, &mut |disk, n| {
        if n == 0 {
            target(disk, &[]);
        }
        let name = n.to_string();
        let done = receive(disk, &["in", &name], b"x", Choice::Ask);
        silently(disk, 1, DiskWork::Discard { index: 0 });
        matches!(done, DiskAnswer::Finished { .. })
    });
}

#[test]
fn a_list_tells_nothing_of_what_is_outside() {
    let scratch = swapped(&["secret"]);
    put(&inner(&scratch), "mine");
    while_it_is_swapped(
        &scratch,
        &mut |disk, _| match ask(disk, 0, DiskWork::List(place(&["in"]))) {
            DiskAnswer::Listed { entries, .. } => {
                let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
                assert_eq!(names, ["mine"]);
                true
            }
            other => {
                assert_eq!(other, DiskAnswer::Fault(Fault::NoFolder));
                false
            }
        },
    );
}

#[test]
fn a_folder_that_is_taken_brings_nothing_of_what_is_outside() {
    let scratch = swapped(&["secret"]);
    put(&inner(&scratch), "mine");
    while_it_is_swapped(&scratch, &mut |disk, _| {
        let done = gather(disk, &["in"]);
        silently(disk, 2, DiskWork::Close);
        let DiskAnswer::Gathered(items) = done else {
            return false;
        };
        let told: Vec<_> = items
            .iter()
            .map(|item| (item.path.join("/"), item.fault.is_some()))
            .collect();
        let told: Vec<_> = told.iter().map(|(path, lost)| (path.as_str(), *lost)).collect();
        // Swapped between the look and the way in, it is a folder that could not be looked into.
        let all = told == [("in", false), ("in/mine", false)];
        assert!(all || told == [("in", false), ("in", true)], "{told:?}");
        all
    });
}

#[test]
fn a_folder_is_made_inside_only() {
    let scratch = swapped(&[]);
    let folder = inner(&scratch);
    while_it_is_swapped(&scratch, &mut |disk, n| {
        let (place, name) = (place(&["in"]), n.to_string());
        let done = ask(disk, 0, DiskWork::Make { place, name }) == DiskAnswer::Done;
        assert_eq!(has(&folder, &n.to_string()), done);
        done
    });
}

#[test]
fn names_are_changed_inside_only() {
    let scratch = swapped(&["a"]);
    let folder = inner(&scratch);
    while_it_is_swapped(&scratch, &mut |disk, n| {
        put(&folder, "a");
        let (from, to) = ("a".to_owned(), n.to_string());
        let place = place(&["in"]);
        let done = ask(disk, 0, DiskWork::Rename { place, from, to }) == DiskAnswer::Done;
        assert_eq!((has(&folder, "a"), has(&folder, &n.to_string())), (!done, done));
        done
    });
}

#[test]
fn only_what_is_inside_is_thrown_away_and_it_comes_back_inside() {
    let scratch = swapped(&["a"]);
    let folder = inner(&scratch);
    put(&folder, "a");
    while_it_is_swapped(&scratch, &mut |disk, _| {
        let (place, names) = (place(&["in"]), vec!["a".to_owned()]);
        let DiskAnswer::Trashed { token } = ask(disk, 0, DiskWork::Trash { place, names }) else {
            assert!(has(&folder, "a"));
            return false;
        };
        assert!(!has(&folder, "a"));
        // Not while something else is there; then it is asked for again.
        while ask(disk, 0, DiskWork::Restore(token)) != DiskAnswer::Done {
            assert!(!has(&folder, "a"));
        }
        assert!(has(&folder, "a"));
        true
    });
    assert!(files_in(&scratch.path("trash/files")).is_empty());
}
