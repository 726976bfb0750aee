//! Names of every kind, those that lead elsewhere, and links.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::*;
use crate::paths;

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
fn names_are_changed_and_never_to_one_that_is_taken() {
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

/// 255 units are 765 bytes here; what stands behind a name that long is for the system to refuse.
#[test]
fn a_name_as_long_as_this_system_has_them_is_one() {
    let system = NativeSystem::default();
    for name in [
        "長".repeat(255),
        format!("{}.xlsx", "長".repeat(250)),
        "x".repeat(255),
    ] {
        assert!(paths::check(&system, &name).is_ok(), "{name}");
    }
    for name in [
        format!("{}:x", "長".repeat(250)),
        "x".repeat(1_025),
        "con".to_owned(),
    ] {
        assert!(paths::check(&system, &name).is_err(), "{name}");
    }
}
