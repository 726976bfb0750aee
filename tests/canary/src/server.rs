//! The server: the program itself, with a data folder of its own, killed when dropped.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The operator's login.
pub const EMAIL: &str = "operator@example.jp";
/// The operator's password.
pub const PASSWORD: &str = "tulip-orbit-94";
/// What the server has to know and to tell: found in it, or the scanner is blind.
pub const OPERATOR: &str = "Kanaria Hanako 金糸雀花子";
/// The same.
pub const ORGANISATION: &str = "Kanaria Support 株式会社";

/// Nothing takes so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where the server's program is: named by the environment, else next to this test.
///
/// # Panics
/// It is not built.
#[must_use]
pub fn program() -> PathBuf {
    let named = std::env::var_os("TEMOTO_SERVER_PROGRAM").map(PathBuf::from);
    let path = named.unwrap_or_else(|| {
        let test = std::env::current_exe().expect("this test is a program");
        let built = test.parent().and_then(Path::parent).expect("a target folder");
        built.join("temoto-server")
    });
    assert!(
        path.exists(),
        "there is no {}: cargo build -p temoto-server",
        path.display()
    );
    path
}

/// A running server.
pub struct Server {
    child: Child,
    /// Its folder: data and log.
    folder: tempfile::TempDir,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// Sets a data folder up and serves it, logging as much as there is to log.
    ///
    /// # Panics
    /// The program does not do as it should.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        run(&data, &["init", "--organisation", ORGANISATION], "");
        let add = [
            "user",
            "add",
            "--email",
            EMAIL,
            "--name",
            OPERATOR,
            "--password-stdin",
        ];
        run(&data, &add, &format!("{PASSWORD}\n"));
        let port_file = data.join("port");
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.path().join("log"))
            .expect("a log");
        let child = command(&data)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "trace"])
            .arg("--port-file")
            .arg(&port_file)
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let mut server = Self {
            child,
            folder,
            port: 0,
        };
        let end = Instant::now() + PATIENCE;
        while server.port == 0 {
            let written = fs::read_to_string(&port_file).unwrap_or_default();
            server.port = written.trim().parse().unwrap_or(0);
            let ended = server.child.try_wait().expect("a child");
            assert!(
                ended.is_none() && Instant::now() < end,
                "{ended:?}: {}",
                server.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `host:port` as customers would type it.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The folder with everything that it wrote: database, keys, configuration, port, log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Panics
    /// It cannot be asked.
    pub fn stop(&mut self) -> ExitStatus {
        let asked = Command::new("kill").arg(self.pid().to_string()).status();
        assert!(asked.expect("kill is a program").success());
        self.child.wait().expect("a child")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have stopped already.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// The program with this data folder and nothing else from the environment.
fn command(data: &Path) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TEMOTO_") {
            command.env_remove(name);
        }
    }
    command.arg("--data").arg(data).stdin(Stdio::null());
    command
}

fn run(data: &Path, words: &[&str], input: &str) {
    let mut child = command(data)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server's program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("an open pipe");
    drop(stdin);
    let output = child.wait_with_output().expect("a child");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "temoto-server {}: {said}", words[0]);
}
