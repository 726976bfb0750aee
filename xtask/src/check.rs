//! Everything that can be said about the code without running it.

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::process::run as spawn;
use crate::report::Report;
use crate::{policy, setup, tidy, windows};

/// The target of Microsoft's compiler.
const MSVC: &str = "x86_64-pc-windows-msvc";
/// Packages with code of their own for Windows.
const WINDOWS: &[&str] = &[
    "temoto-agent",
    "temoto-agent-ui",
    "temoto-screen",
    "temoto-input",
    "temoto-clipboard",
    "temoto-files",
    "temoto-overlay",
    "temoto-instance",
    "temoto-host",
    "temoto-privilege",
    "temoto-win32",
];

/// Runs all steps, or one, and fails if one fails.
pub fn run(paths: &Paths, only: Option<&str>) -> Result<()> {
    setup::run_all(paths)?;
    let mut report = Report::new(only);
    report.step("format", || format(paths));
    report.step("tidy", || tidy::run(paths));
    report.step("policy", || policy::run(paths));
    report.step("spelling", || spelling(paths));
    report.step("clippy", || clippy(paths));
    report.step("msvc", || msvc(paths));
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
    spawn(paths.cargo(&wasm).args(["--", "-D", "warnings"]))?;
    // What is only compiled for Windows is read nowhere else.
    let mut cargo = paths.cargo(&["clippy", "--target", windows::TARGET, "--locked", "--quiet"]);
    cargo.args(WINDOWS.iter().flat_map(|package| ["-p", package]));
    spawn(cargo.args(["--", "-D", "warnings"]))
}

/// The Windows program for Microsoft's own compiler: whoever builds on Windows may have no other. The C in it is compiled by mingw, and
/// nothing is linked.
fn msvc(paths: &Paths) -> Result<()> {
    let mut cargo = paths.cargo(&[
        "check",
        "-p",
        "temoto-agent",
        "--target",
        MSVC,
        "--locked",
        "--quiet",
    ]);
    cargo.env("CC_x86_64_pc_windows_msvc", "x86_64-w64-mingw32-gcc");
    spawn(cargo.env("AR_x86_64_pc_windows_msvc", "llvm-lib"))
}

fn web(paths: &Paths) -> Result<()> {
    let web = paths.web();
    spawn(&mut paths.npm(&web, &["run", "lint"]))?;
    spawn(&mut paths.npm(&web, &["run", "check"]))
}
