//! The one door to everything that is done with this repository: set up, build, check, test, measure.
//!
//! One command, one file. Continuous integration calls the same commands, so "it passes here" and
//! "it passes there" mean the same thing. Nothing here is part of the product.
#![expect(clippy::print_stdout, reason = "a command line tool talks on standard output")]

mod bench;
mod check;
mod demo;
mod dist;
mod fuzz;
mod measure;
mod metadata;
mod paths;
mod policy;
mod process;
mod report;
mod setup;
mod tally;
mod test;
mod tidy;
mod wasm;
mod web;
mod windows;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use paths::Paths;
use wasm::Profile;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo  [--port N] [--data DIR] [--display :N] [--browser PATH] [--program FILE] [--lang ja|en]
                      a real session on this machine: server, operator, a customer's computer
  demo --windows      the same with Windows on the customer's computer
  demo [--windows] [--tour] --headless --json FILE [--lang ja|en]
                      the same with nobody there; writes what it measured
  demo --portal --headless --json FILE
                      the online page: registration, licences, history, in both languages
  setup               find what is missing on this machine and install it
  check [--only STEP] format, lints, tidy, dependency policy, web lints and types, spelling
  test  [--only STEP] every test; ends with a line `N passed, N failed`
  fuzz [TARGET] [--seconds N]
                      grow the corpora of all parsers or one, with nightly
  tidy                the rules of the house: arrows, lengths, where OS code and unsafe may stand
  policy              licences, sources and banned packages of everything we link
  wasm  [--dist]      the core for the browser, into web/session/src/wasm
  web   [--dist]      the pages with the core in them, into web/portal/build
  dist                what is handed out: the customers' programs, and the server with them and the pages in it
  windows             cross-build the program, see that it needs system DLLs only and says what Windows asks
  measure             lengths, docs and sizes, in figures
  bench screen --json FILE [--seed N] [--quick] [--size 1920x1080] [--scale 1] [--dark] [--scenes a,b]
                      what the screen costs: our codec beside TigerVNC, x264 and WebP on the same recorded scenes
  bench files --json FILE [--quick] [--repeats N] [--lines loopback,slow]
                      what a file takes: ours natively and in a browser beside curl over TLS and scp";

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next();
    let rest: Vec<String> = args.collect();
    let paths = Paths::find()?;
    match command.as_deref() {
        Some("demo") => demo::run(&paths, &demo::Options::parse(&rest)?),
        Some("setup") => none(&rest).and_then(|()| setup::run_all(&paths)),
        Some("check") => check::run(&paths, only(&rest)?),
        Some("test") => test::run(&paths, only(&rest)?),
        Some("fuzz") => {
            let (target, seconds) = fuzz_words(&rest)?;
            fuzz::run(&paths, target, seconds)
        }
        Some("tidy") => none(&rest).and_then(|()| tidy::run(&paths)),
        Some("policy") => none(&rest).and_then(|()| policy::run(&paths)),
        Some("wasm") => wasm::run(&paths, profile(&rest)?),
        Some("web") => web::run(&paths, profile(&rest)?),
        Some("dist") => none(&rest).and_then(|()| dist::run(&paths)),
        Some("windows") => none(&rest).and_then(|()| windows::run(&paths)),
        Some("measure") => none(&rest).and_then(|()| measure::run(&paths)),
        Some("bench") => bench::run(&paths, &rest),
        Some("help" | "--help" | "-h") | None => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => bail!("no command {other:?}\n{USAGE}"),
    }
}

fn none(rest: &[String]) -> Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => bail!("unexpected {extra:?}\n{USAGE}"),
    }
}

fn profile(rest: &[String]) -> Result<Profile> {
    match rest {
        [] => Ok(Profile::Release),
        [flag] if flag == "--dist" => Ok(Profile::Dist),
        [extra, ..] => bail!("unexpected {extra:?}\n{USAGE}"),
    }
}

/// A target and how long, in either order: `[target] [--seconds N]`.
fn fuzz_words(rest: &[String]) -> Result<(Option<&str>, u32)> {
    let (mut target, mut seconds) = (None, 60);
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seconds" => {
                let number = words.next().map(|number| number.parse());
                seconds = number
                    .context("--seconds needs a number")?
                    .context("--seconds needs a number")?;
            }
            flag if flag.starts_with('-') || target.is_some() => bail!("unexpected {flag:?}\n{USAGE}"),
            name => target = Some(name),
        }
    }
    Ok((target, seconds))
}

fn only(rest: &[String]) -> Result<Option<&str>> {
    match rest {
        [] => Ok(None),
        [flag, step] if flag == "--only" => Ok(Some(step)),
        [extra, ..] => bail!("unexpected {extra:?}\n{USAGE}"),
    }
}
