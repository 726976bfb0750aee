//! Everything that can be said about the code without running it.

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::process::run as spawn;
use crate::report::Report;
use crate::{policy, setup, tidy};

/// Runs all steps, or one, and fails if one fails.
pub fn run(paths: &Paths, only: Option<&str>) -> Result<()> {
    setup::run_all(paths)?;
    let mut report = Report::new(only);
    report.step("format", || format(paths));
    report.step("tidy", || tidy::run(paths));
    report.step("policy", || policy::run(paths));
    report.step("spelling", || spelling(paths));
    report.step("clippy", || clippy(paths));
    report.step("web", || web(paths));
    report.summary()?;
    match report.failed() {
        0 => Ok(()),
        failed => bail!("{failed} steps of the check failed"),
    }
}

fn format(paths: &Paths) -> Result<()> {
    spawn(&mut paths.cargo(&["fmt", "--all", "--check"]))?;
    spawn(&mut paths.cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))
}

fn spelling(paths: &Paths) -> Result<()> {
    spawn(
        paths
            .command(setup::typos(paths)?)
            .args(["--config", "typos.toml"]),
    )
}

fn clippy(paths: &Paths) -> Result<()> {
    // One call for the workspace: one set of features, so what it builds serves every package.
    spawn(&mut paths.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))?;
    let wasm = [
        "clippy",
        "-p",
        "temoto-wasm",
        "--target",
        "wasm32-unknown-unknown",
        "--locked",
        "--quiet",
    ];
    spawn(paths.cargo(&wasm).args(["--", "-D", "warnings"]))
}

fn web(paths: &Paths) -> Result<()> {
    let web = paths.web();
    spawn(&mut paths.npm(&web, &["run", "lint"]))?;
    spawn(&mut paths.npm(&web, &["run", "check"]))
}
