//! The real program as a support person or a script starts it: without a desktop, with nonsense for a name, with words
//! that it does not know.

#![expect(
    clippy::unwrap_used,
    reason = "the lint's exception for tests does not reach their helpers"
)]

use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[path = "../../../edge/screen/tests/support/xserver.rs"]
#[expect(
    dead_code,
    clippy::allow_attributes,
    clippy::expect_used,
    reason = "it is shared with crates that need more of it, and that see it as part of their own tests"
)]
mod xserver;

use xserver::XServer;

/// Nothing here takes so long; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program without a token finds another one of the same user and leaves: one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_temoto"));
    for name in [
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "WAYLAND_SOCKET",
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// What it said on the standard error, in one line; it ended with a failure.
fn complaint(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("temoto: "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    for dump in ["Error(", "Error {", "panicked", ".cargo", "winit", "src/"] {
        assert!(!said.contains(dump), "{said}");
    }
    said
}

#[test]
fn without_a_display_it_says_what_helps() {
    let _alone = alone();
    let said = complaint(&mut program());
    assert!(
        said.contains("DISPLAY is not set") && said.contains("--display :0"),
        "{said}"
    );
    let said = complaint(program().env("LANG", "ja_JP.UTF-8"));
    assert!(said.contains("ディスプレイがありません"), "{said}");
    let said = complaint(program().env("WAYLAND_DISPLAY", "wayland-0"));
    assert!(said.contains("Wayland") && said.contains("X11"), "{said}");
}

#[test]
fn a_display_that_does_not_answer_is_named() {
    let _alone = alone();
    let said = complaint(program().env("DISPLAY", ":31999"));
    assert!(said.contains(":31999"), "{said}");
    let said = complaint(program().args(["--display", ":31998"]).env("DISPLAY", ":31999"));
    assert!(said.contains(":31998"), "{said}");
    let said = complaint(program().args(["--display", "nonsense", "--lang", "ja"]));
    assert!(
        said.contains("nonsense") && said.contains("ディスプレイ"),
        "{said}"
    );
}

#[test]
fn words_that_it_does_not_know_are_named() {
    for (words, named) in [
        (&["--frob"][..], "--frob"),
        (&["letter.txt"], "letter.txt"),
        (&["--lang", "fr"], "--lang must be ja or en"),
        (&["--name"], "--name needs a value"),
    ] {
        let said = complaint(program().args(words));
        assert!(said.contains(named), "{said}");
    }
    for (word, shown) in [
        ("--help", "--display"),
        ("-h", "usage: temoto"),
        ("--version", concat!("temoto ", env!("CARGO_PKG_VERSION"))),
    ] {
        let output = program().arg(word).output().unwrap();
        assert!(output.status.success());
        assert!(
            String::from_utf8(output.stdout).unwrap().contains(shown),
            "{word}"
        );
        assert!(output.stderr.is_empty());
    }
}

/// A program that runs; ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn whatever_its_name_is_it_opens_its_window_and_asks() {
    let _alone = alone();
    let server = XServer::xvfb("1024x768x24");
    let long = "temoto_".repeat(500);
    for name in [
        "temoto",
        "",
        "setup (1).exe",
        "temoto_a_b_c_d_e",
        "temoto_localhost_99999_vx02k57wkt6rrs35ngq4bwygqwzw",
        "temoto_例え_x",
        "../../etc/passwd",
        "%s%n\u{1b}[31m",
        &long,
    ] {
        let words = ["--lang", "en", "--name", name, "--display", server.display()];
        let mut running = Running(program().args(words).stderr(Stdio::null()).spawn().unwrap());
        let began = Instant::now();
        loop {
            let windows = server.run("xwininfo", &["-root", "-tree"]);
            if windows.contains("\"Temoto\"") {
                break;
            }
            let ended = running.0.try_wait().unwrap();
            assert!(ended.is_none(), "{name:?}: {ended:?}");
            assert!(began.elapsed() < PATIENCE, "{name:?}: no window: {windows}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
