//! Starts the program and stops it, whatever becomes of the test.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use crate::client::PATIENCE;

pub const EMAIL: &str = "operator@example.com";
pub const PASSWORD: &str = "tulip-orbit-94";

/// A data folder that was set up, with one operator.
pub struct Installation {
    pub folder: tempfile::TempDir,
}

/// What one run of the program said.
pub struct Said {
    pub ok: bool,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            ok: output.status.success(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The program with this data folder and nothing from the environment.
pub fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_temoto-server"));
    for (name, _) in std::env::vars() {
        if name.starts_with("TEMOTO_") {
            command.env_remove(name);
        }
    }
    command.arg("--data").arg(data).stdin(Stdio::null());
    command
}

impl Installation {
    /// `init` and one operator.
    pub fn new() -> Self {
        let this = Self::empty();
        this.set_up();
        this
    }

    /// What makes a folder an installation.
    pub fn set_up(&self) {
        let said = self.run(&["init", "--organisation", "Example Support"], "");
        assert!(said.ok, "{}", said.err);
        self.add_operator();
    }

    /// One operator with a password.
    pub fn add_operator(&self) {
        let args = [
            "user",
            "add",
            "--email",
            EMAIL,
            "--name",
            "Sato Hanako",
            "--password-stdin",
        ];
        let said = self.run(&args, &format!("{PASSWORD}\n"));
        assert!(said.ok, "{}", said.err);
    }

    /// A folder to set up.
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str], input: &str) -> Said {
        let mut child = program(&self.data())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        // What should have ended by itself and serves instead is a failure, not a wait.
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if began.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("{args:?} did not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        child.wait_with_output().unwrap().into()
    }

    pub fn serve(&self, args: &[&str]) -> Server {
        Server::start(self, args)
    }
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    log: PathBuf,
    pub port: u16,
}

impl Server {
    fn start(installation: &Installation, args: &[&str]) -> Self {
        let port_file = installation.folder.path().join("port");
        let _ = std::fs::remove_file(&port_file);
        let log = installation.folder.path().join("log");
        let to = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let mut child = program(&installation.data())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("TEMOTO_LOG", "debug")
            .arg("--port-file")
            .arg(&port_file)
            .args(args)
            .stdout(Stdio::null())
            .stderr(to)
            .spawn()
            .unwrap();
        let port = loop {
            if let Ok(text) = std::fs::read_to_string(&port_file) {
                break text.trim().parse().unwrap();
            }
            if let Some(status) = child.try_wait().unwrap() {
                panic!("{status}: {}", std::fs::read_to_string(&log).unwrap());
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Self { child, log, port }
    }

    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Asks it to stop and waits.
    pub fn terminate(mut self) -> ExitStatus {
        let done = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(done.success());
        self.child.wait().unwrap()
    }

    /// As the power does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
