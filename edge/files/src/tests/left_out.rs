//! What is in a folder and cannot be sent: told of with its name as far as it can be said, never left out without a word.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::*;

#[test]
fn what_cannot_be_sent_of_a_folder_is_gathered_with_the_reason() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    let folder = scratch.path("desktop/写真");
    std::fs::create_dir_all(folder.join("empty")).expect("a folder");
    std::fs::write(folder.join("a"), "a").expect("written");
    std::fs::write(folder.join("b\\c"), "b").expect("written");
    std::fs::write(folder.join(OsStr::from_bytes(b"d\xff")), "d").expect("written");
    symlink("a", folder.join("link")).expect("a link");
    let DiskAnswer::Gathered(mut items) = gather(&mut disk, &["写真"]) else {
        panic!("gathered");
    };
    items.sort_by(|a, b| a.path.cmp(&b.path));
    let told: Vec<_> = items
        .iter()
        .map(|item| (item.path.join("/"), item.folder, item.size, item.fault))
        .collect();
    let expected = [
        ("写真", true, 0, None),
        ("写真/a", false, 1, None),
        ("写真/b_c", false, 0, Some(Fault::BadName)),
        ("写真/d\u{fffd}", false, 0, Some(Fault::BadName)),
        ("写真/empty", true, 0, None),
        ("写真/link", false, 0, Some(Fault::NoFile)),
    ];
    assert_eq!(
        told,
        expected.map(|(path, folder, size, fault)| (path.to_owned(), folder, size, fault))
    );
}

#[test]
fn what_is_deeper_than_a_path_may_be_is_told_of_by_the_folder_in_which_it_is() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    let mut folder = scratch.path("desktop");
    for _ in 0..64 {
        folder.push("f");
    }
    std::fs::create_dir_all(&folder).expect("folders");
    for name in ["a", "b"] {
        std::fs::write(folder.join(name), name).expect("written");
    }
    let DiskAnswer::Gathered(items) = gather(&mut disk, &["f"]) else {
        panic!("gathered");
    };
    assert_eq!(items.len(), 66);
    for item in &items[64..] {
        assert_eq!((item.path.len(), item.fault), (64, Some(Fault::TooLong)));
    }
    assert!(items[..64].iter().all(|item| item.folder && item.fault.is_none()));
}

/// As a folder of Windows has it: what is longer than this disk takes arrives under a name that it takes, and so do its parts.
#[test]
fn names_as_long_as_windows_has_them_arrive_under_shorter_ones() {
    let scratch = Scratch::new();
    let mut disk = scratch.disk();
    target(&mut disk, &[]);
    let long = "長".repeat(250);
    // The names are the session's to reduce; the disk still says what is too long for it.
    assert_eq!(
        create(&mut disk, &[&long], 1, Choice::Ask),
        DiskAnswer::Fault(Fault::TooLong)
    );
    for end in [".txt", ""] {
        let name = temoto_session::channel::files::names::safe_name(&format!("{long}{end}"));
        assert!(name.ends_with(end) && name.len() <= 255, "{name}");
        let done = receive(&mut disk, &[&name], b"x", Choice::Ask);
        assert_eq!(done, DiskAnswer::Finished { name: name.clone() });
        let again = receive(&mut disk, &[&name], b"y", Choice::Both);
        let DiskAnswer::Finished { name: second } = again else {
            panic!("it arrives beside the other one");
        };
        assert!(
            second.ends_with(&format!(" (2){end}")) && second.len() <= 255,
            "{second}"
        );
    }
    assert_eq!(files_in(&scratch.path("desktop")).len(), 4);
}
