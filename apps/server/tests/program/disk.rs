//! The disk is full or read-only: it is said, what runs goes on, nothing is lost, and with room again all is well.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use temoto_wire::relay::{FromServer, ToServer};

use crate::client::{Browser, Reply};
use crate::relay::{Socket, attached, open};
use crate::running::{EMAIL, Installation, PASSWORD};

/// A small disk of its own; gone when dropped.
struct Disk(PathBuf);

impl Disk {
    /// As the data folder of this installation, before anything is in it.
    fn under(installation: &Installation, size: &str) -> Self {
        let disk = Self(installation.data());
        std::fs::create_dir(&disk.0).unwrap();
        let options = format!("mode=700,size={size}");
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&disk.0));
        disk
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        run(Command::new("mount").args(["-o", &options]).arg(&self.0));
    }

    /// Takes the last byte.
    fn fill(&self) {
        let mut file = File::create(self.0.join("filling")).unwrap();
        while file.write_all(&[0; 4_096]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filling")).unwrap();
    }

    fn files(&self) -> Vec<PathBuf> {
        let folders = [self.0.clone(), self.0.join("keys")];
        let entries = folders.iter().flat_map(|folder| folder.read_dir().unwrap());
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {done:?}");
}

fn login(browser: &Browser<'_>) -> Reply {
    browser.post("/api/v1/login", &json!({ "email": EMAIL, "password": PASSWORD }))
}

fn new_session(browser: &Browser<'_>) -> Reply {
    let key = json!({ "console_key": format!("{}=", "A".repeat(43)) });
    browser.post("/api/v1/sessions", &key)
}

#[test]
#[cfg_attr(not(can_mount), ignore = "no disk can be mounted here (root is needed)")]
fn a_set_up_on_a_full_disk_is_said_and_done_by_the_next_try() {
    for size in ["8k", "64k", "128k", "256k"] {
        let installation = Installation::empty();
        let disk = Disk::under(&installation, size);
        let said = installation.run(&["init"], "");
        assert!(!said.ok, "{size}");
        let words = ["is full", "No space left"];
        assert!(
            words.iter().any(|words| said.err.contains(words)),
            "{size}: {}",
            said.err
        );
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
        let halves: Vec<_> = disk
            .files()
            .into_iter()
            .filter(|path| path.extension() == Some("new".as_ref()))
            .collect();
        assert_eq!(halves, Vec::<PathBuf>::new(), "{size}");

        disk.remount("size=4m");
        let said = installation.run(&["init"], "");
        assert!(said.ok && said.out.contains("/setup#"), "{size}: {}", said.err);
        let server = installation.serve(&[]);
        assert_eq!(Browser::new(&server).get("/api/v1/server").status, 200);
    }
}

#[test]
#[cfg_attr(not(can_mount), ignore = "no disk can be mounted here (root is needed)")]
fn on_a_full_disk_sessions_go_on_new_ones_are_refused_and_nothing_is_lost() {
    let installation = Installation::empty();
    let disk = Disk::under(&installation, "2m");
    installation.set_up();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    let resume = attached(&console.receive());

    disk.fill();
    for reply in [login(&Browser::new(&server)), new_session(&browser)] {
        assert_eq!(
            (reply.status, reply.json()["code"].as_str()),
            (507, Some("storage")),
            "{}",
            reply.body
        );
    }
    assert!(server.log().contains("the disk that holds the database is full"));
    // Who is in a session notices nothing, also after the line was lost.
    console.send(&ToServer::Ping([1; 8]));
    assert_eq!(console.receive(), FromServer::Pong([1; 8]));
    let mut console = Socket::open(&server);
    console.send(&ToServer::attach(temoto_wire::relay::Credential::Resume(resume)));
    assert!(matches!(
        console.receive(),
        FromServer::Attached { participant: 0, .. }
    ));
    assert_eq!(
        browser.get("/api/v1/sessions").json()[0]["session"],
        session["session"]
    );

    disk.make_room();
    assert_eq!(login(&Browser::new(&server)).status, 200);
    assert_eq!(new_session(&browser).status, 201);
    console.send(&ToServer::Ping([2; 8]));
    assert_eq!(console.receive(), FromServer::Pong([2; 8]));

    // And with the power gone while the disk is full.
    disk.fill();
    assert_eq!(new_session(&browser).status, 507);
    let cookie = browser.cookie.clone();
    server.kill();
    disk.make_room();
    let server = installation.serve(&[]);
    let mut browser = Browser::new(&server);
    browser.cookie = cookie;
    let Value::Array(sessions) = browser.get("/api/v1/sessions").json() else {
        panic!("a list of sessions");
    };
    assert_eq!(sessions.len(), 2);
}

#[test]
#[cfg_attr(not(can_mount), ignore = "no disk can be mounted here (root is needed)")]
fn on_a_full_disk_the_server_does_not_start_and_says_which_file() {
    let installation = Installation::empty();
    let disk = Disk::under(&installation, "2m");
    installation.set_up();
    disk.fill();
    let said = installation.run(&["serve", "--listen", "127.0.0.1:0"], "");
    let database = installation.data().join("temoto.db");
    assert!(
        !said.ok && said.err.contains("is full; make room") && said.err.contains(database.to_str().unwrap()),
        "{}",
        said.err
    );
    disk.make_room();
    let server = installation.serve(&[]);
    assert_eq!(login(&Browser::new(&server)).status, 200);
}

#[test]
#[cfg_attr(not(can_mount), ignore = "no disk can be mounted here (root is needed)")]
fn a_read_only_disk_is_said_and_left_as_it_is() {
    let installation = Installation::empty();
    let disk = Disk::under(&installation, "4m");
    installation.set_up();
    let before = disk.files();
    disk.remount("ro");
    for args in [&["serve"][..], &["user", "list"], &["init"]] {
        let said = installation.run(args, "");
        assert!(!said.ok);
        assert!(
            said.err.contains("temoto.db") && said.err.contains("is read-only"),
            "{args:?}: {}",
            said.err
        );
    }
    disk.remount("rw");
    assert_eq!(disk.files(), before);
    let server = installation.serve(&[]);
    assert_eq!(login(&Browser::new(&server)).status, 200);
}

#[test]
#[cfg_attr(
    not(can_mount),
    ignore = "no folder can be given to another user here (root is needed)"
)]
fn a_folder_of_another_user_is_not_taken_for_an_empty_one() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;

    const NOBODY: u32 = 65_534;
    let installation = Installation::new();
    let shared = tempfile::tempdir().unwrap();
    // The program has to lie where anybody may run it.
    let program = shared.path().join("temoto-server");
    std::fs::copy(env!("CARGO_BIN_EXE_temoto-server"), &program).unwrap();
    for path in [shared.path(), installation.data().parent().unwrap()] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let run = |words: &[&str]| {
        let mut command = Command::new(&program);
        command
            .arg("--data")
            .arg(installation.data())
            .args(words)
            .uid(NOBODY)
            .gid(NOBODY);
        let output = command.env_clear().output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    for words in [&["serve"][..], &["user", "list"], &["init"]] {
        let said = run(words);
        assert!(
            said.contains("data") && said.contains("ermission denied"),
            "{said}"
        );
        assert!(!said.contains("init` first"), "{said}");
    }
    // It may look, but not write.
    let open_to_all = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open_to_all(&installation.data(), 0o755);
    open_to_all(&installation.data().join("temoto.db"), 0o644);
    open_to_all(&installation.data().join("temoto.toml"), 0o644);
    let said = run(&["serve"]);
    assert!(
        said.contains("is read-only") && said.contains("the user of the server"),
        "{said}"
    );
}
