//! Starting other programs: each with the same caches, each shown before it runs.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::paths::Paths;

impl Paths {
    /// A command that runs at the root of the clone with our caches in its environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command.env("CARGO_TARGET_DIR", &self.target);
        command.env("npm_config_cache", &self.npm_cache);
        // `cargo run` describes xtask to us in these. A build script that watches one of them would run again
        // for each way in which cargo was called.
        for (name, _) in std::env::vars_os() {
            let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            if name
                .to_str()
                .is_some_and(|name| own.iter().any(|prefix| name.starts_with(prefix)))
            {
                command.env_remove(&name);
            }
        }
        command
    }

    /// `cargo` with these words.
    pub fn cargo(&self, args: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(args);
        command
    }

    /// `npm` with these words, in a folder that has a `package.json`.
    pub fn npm(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = self.command("npm");
        command.current_dir(folder).args(args);
        command
    }
}

/// Runs a command with our own output and fails with it.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    accept(command, status)
}

/// Runs a command quietly and gives what it wrote to standard output.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start {}", shown(command)))?;
    accept(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("{} did not write UTF-8", shown(command)))
}

/// Whether a quiet command says yes by its exit code; a program that is not there says no.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a command, shows each line of its standard output and hands it on.
pub fn each_line(command: &mut Command, mut line: impl FnMut(&str)) -> Result<ExitStatus> {
    announce(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let stdout = child.stdout.take().context("standard output was piped")?;
    for text in BufReader::new(stdout).split(b'\n') {
        let text = text?;
        let text = String::from_utf8_lossy(&text);
        println!("{text}");
        line(&text);
    }
    Ok(child.wait()?)
}

fn announce(command: &Command) {
    println!("$ {}", shown(command));
}

fn accept(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("{} failed: {status}", shown(command))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
