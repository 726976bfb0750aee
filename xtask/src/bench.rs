//! `cargo xtask bench screen`: installs what the comparison needs, builds it, and runs it.
//!
//! What is measured and how is the matter of `bench/`; this only opens the door to it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::paths::Paths;
use crate::process::{capture, run as spawn};
use crate::setup;

/// Debian packages that only the comparison needs, each with what it is for.
const PACKAGES: &[(&str, &str)] = &[
    ("chromium", "a browser to scroll in"),
    ("feh", "photographs and the wallpaper"),
    ("ffmpeg", "x264, for scale"),
    ("fonts-dejavu-core", "letters"),
    ("fonts-noto-cjk", "Japanese letters"),
    ("imagemagick", "parts of photographs"),
    ("libreoffice-writer", "a word processor to type in"),
    ("mate-backgrounds", "photographs"),
    ("openbox", "the window manager"),
    ("tigervnc-standalone-server", "the X server, and the peer"),
    ("webp", "WebP, for scale"),
    ("xterm", "a terminal"),
];
const BENCH: &str = "temoto-bench";
const DECODER: &str = "temoto-bench-wasm";
const WASI: &str = "wasm32-wasip1";

/// Runs `screen` with the options that the bench itself reads (`--json FILE` at least).
pub fn run(paths: &Paths, words: &[String]) -> Result<()> {
    let Some((what, options)) = words.split_first() else {
        bail!("bench what? there is: screen");
    };
    if what != "screen" {
        bail!("no bench {what:?}; there is: screen");
    }
    setup::run_all(paths)?;
    // What is missing is left out and named there; a goal that needs it makes the run fail.
    if let Err(error) = setup::packages(paths, PACKAGES) {
        println!("not everything can be installed: {error:#}");
    }
    let commit = commit(paths)?;
    spawn(&mut paths.cargo(&["build", "--release", "-p", BENCH, "--locked", "--quiet"]))?;
    let decoder = [
        "build",
        "--release",
        "-p",
        DECODER,
        "--target",
        WASI,
        "--locked",
        "--quiet",
    ];
    spawn(&mut paths.cargo(&decoder))?;
    let program: PathBuf = paths.target.join("release").join(BENCH);
    let mut bench = paths.command(program);
    bench.env("TEMOTO_BENCH_CACHE", paths.target.join("bench"));
    bench.arg("screen").args(options).arg("--commit").arg(commit);
    let wasm = paths
        .target
        .join(WASI)
        .join("release")
        .join(DECODER)
        .with_extension("wasm");
    bench
        .arg("--programs")
        .arg(wasm)
        .arg(paths.root.join("bench/wasm/run.mjs"));
    spawn(&mut bench)
}

/// The commit that is checked out, with a mark if the code differs from it.
fn commit(paths: &Paths) -> Result<String> {
    let git =
        |words: &[&str]| capture(paths.command("git").args(words)).context("the bench names its commit");
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&[
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
        "core",
        "edge",
        "bench",
        "Cargo.lock",
    ])?;
    let mark = if changed.trim().is_empty() {
        ""
    } else {
        " and changes"
    };
    Ok(format!("{}{mark}", commit.trim()))
}
