//! Grows the corpora: builds the fuzzer with nightly and a sanitizer, and runs targets for a while each.
//!
//! `cargo xtask test` replays what is committed; this is for a machine with time to spare.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::paths::Paths;
use crate::process::run as spawn;

/// What an edge is worth looking at: counters for libFuzzer, and errors of memory in what we link.
const FLAGS: &str = "-Zsanitizer=address -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Fuzzes one target, or all that have a corpus, for so many seconds each.
pub fn run(paths: &Paths, only: Option<&str>, seconds: u32) -> Result<()> {
    let corpora = paths.root.join("fuzz/corpus");
    spawn(
        paths
            .cargo(&["run", "-p", "temoto-fuzz", "--bin", "seeds", "--quiet"])
            .arg(&corpora),
    )?;
    let folders: Result<Vec<_>, _> = fs::read_dir(&corpora).context("fuzz/corpus")?.collect();
    let names = folders?
        .into_iter()
        .map(|folder| folder.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names
        .filter(|name| only.is_none_or(|only| only == name))
        .collect();
    names.sort();
    if names.is_empty() {
        bail!("no target is called {:?}", only.unwrap_or_default());
    }

    let target = paths.target.join("fuzz");
    let mut build = paths.command("cargo");
    build.args([
        "+nightly",
        "build",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        TARGET,
    ]);
    spawn(build.env("CARGO_TARGET_DIR", &target).env("RUSTFLAGS", FLAGS))?;
    let fuzzer = target.join(TARGET).join("release/temoto-fuzz-any");
    for name in &names {
        grow(paths, &fuzzer, &corpora.join(name), name, seconds)?;
    }
    Ok(())
}

fn grow(paths: &Paths, fuzzer: &Path, corpus: &Path, name: &str, seconds: u32) -> Result<()> {
    let fuzz = |words: &[&str]| {
        let mut command = paths.command(fuzzer);
        command.env("TEMOTO_FUZZ_TARGET", name).args(words);
        command
    };
    let found = paths.target.join("fuzz/corpus").join(name);
    let failures = paths.target.join("fuzz/failures").join(name);
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&failures)?;
    let (keep, limit) = (
        format!("-artifact_prefix={}/", failures.display()),
        format!("-max_total_time={seconds}"),
    );
    println!("\n== {name}");
    let words = [
        "-max_len=4096",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-verbosity=0",
        "-print_final_stats=1",
        &limit,
        &keep,
    ];
    spawn(fuzz(&words).arg(&found).arg(corpus))
        .with_context(|| format!("{name}: the input is in {}", failures.display()))?;
    // Of what was found, only what reaches a new place in the code is worth keeping for everybody.
    spawn(
        fuzz(&["-merge=1", "-use_counters=0", "-max_len=4096", "-verbosity=0"])
            .arg(corpus)
            .arg(&found),
    )
}
