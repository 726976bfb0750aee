//! Real X servers for tests: each test starts its own, by process id, on a free display number, and it is gone when
//! the value is dropped. Used by the tests of every edge crate that speaks X11.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

/// A running X server.
pub struct XServer {
    process: Child,
    display: String,
}

impl XServer {
    /// Xvfb with one screen, as in "640x480x24". It has one mode for ever.
    pub fn xvfb(screen: &str) -> Self {
        Self::start("Xvfb", &["-screen", "0", screen])
    }

    /// Xtigervnc, which can change modes; nobody is connected to it and it listens nowhere.
    pub fn tigervnc(geometry: &str, depth: u8) -> Self {
        let depth = depth.to_string();
        let silent = ["-rfbport", "-1", "-SecurityTypes", "None", "-AlwaysShared"];
        Self::start(
            "Xtigervnc",
            &[&["-geometry", geometry, "-depth", &depth], silent.as_slice()].concat(),
        )
    }

    fn start(program: &str, arguments: &[&str]) -> Self {
        // With -displayfd the server looks for a free number itself and prints it once it takes clients.
        let mut process = Command::new(program)
            .args(["-displayfd", "1", "-ac", "-nolisten", "tcp", "-noreset"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} does not start ({error}); is its package installed?"));
        let mut number = String::new();
        let mut said = BufReader::new(process.stdout.take().expect("stdout is piped"));
        said.read_line(&mut number)
            .expect("the server's output can be read");
        let mut complaint = process.stderr.take().expect("stderr is piped");
        if number.trim().parse::<u16>().is_err() {
            drop(process.kill());
            let mut text = String::new();
            drop(complaint.read_to_string(&mut text));
            panic!("{program} {arguments:?} gave no display: {text}");
        }
        // A full pipe would stop the server.
        std::thread::spawn(move || drop(std::io::copy(&mut complaint, &mut std::io::sink())));
        Self {
            process,
            display: format!(":{}", number.trim()),
        }
    }

    /// Its name, as in ":7".
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Runs a program on this display to its end and returns what it printed.
    #[allow(dead_code, reason = "not every crate that shares this file runs programs")]
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program)
            .args(arguments)
            .env("DISPLAY", &self.display)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{program} does not start ({error}); is its package installed?"));
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for XServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
