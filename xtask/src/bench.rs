//! `cargo xtask bench screen|files`: installs what the comparison needs, builds it, and runs it.
//!
//! What is measured and how is the matter of `bench/`; this only opens the door to it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::paths::Paths;
use crate::process::{capture, run as spawn};
use crate::wasm::Profile;
use crate::{setup, web};

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
/// The same for files.
const FILE_PACKAGES: &[(&str, &str)] = &[
    ("chromium", "the operator's browser"),
    ("curl", "the peer over TLS"),
    ("nginx-light", "the HTTPS server for it"),
    ("openssh-client", "scp"),
    ("openssh-server", "the SSH server for it"),
    ("openssl", "a certificate"),
    (
        "tigervnc-standalone-server",
        "a display for the browser to look at",
    ),
];
const BENCH: &str = "temoto-bench";
const SERVER: &str = "temoto-server";
const DECODER: &str = "temoto-bench-wasm";
const WASI: &str = "wasm32-wasip1";

/// Runs what is named with the options that the bench itself reads (`--json FILE` at least).
pub fn run(paths: &Paths, words: &[String]) -> Result<()> {
    let Some((what, options)) = words.split_first() else {
        bail!("bench what? there are: screen, files");
    };
    match what.as_str() {
        "screen" => screen(paths, options),
        "files" => files(paths, options),
        _ => bail!("no bench {what:?}; there are: screen, files"),
    }
}

fn install(paths: &Paths, packages: &[(&'static str, &'static str)]) -> Result<()> {
    setup::run_all(paths)?;
    // What is missing is left out and named there; a goal that needs it makes the run fail.
    if let Err(error) = setup::packages(paths, packages) {
        println!("not everything can be installed: {error:#}");
    }
    Ok(())
}

fn files(paths: &Paths, options: &[String]) -> Result<()> {
    install(paths, FILE_PACKAGES)?;
    let commit = commit(paths)?;
    let build = [
        "build",
        "--release",
        "-p",
        BENCH,
        "-p",
        SERVER,
        "--locked",
        "--quiet",
    ];
    spawn(&mut paths.cargo(&build))?;
    // Pages as they are handed out: the core in them is what a browser's share of the work is done by.
    web::run(paths, Profile::Release)?;
    let release = paths.target.join("release");
    let mut bench = paths.command(release.join(BENCH));
    bench.arg("files").args(options).arg("--commit").arg(commit);
    bench.arg("--server").arg(release.join(SERVER));
    bench
        .arg("--browser")
        .arg(web::folder(paths))
        .arg(paths.root.join("bench/files/browser.mjs"));
    spawn(&mut bench)
}

fn screen(paths: &Paths, options: &[String]) -> Result<()> {
    install(paths, PACKAGES)?;
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
        "server",
        "apps",
        "web",
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
