//! The core for the browser: WebAssembly by cargo, JavaScript and types around it by `xtask-bindgen`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::paths::Paths;
use crate::process::run as spawn;
use crate::setup::{self, hex};

const TARGET: &str = "wasm32-unknown-unknown";

/// How much work goes into the result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// Optimized, and built in seconds.
    Release,
    /// What people download: smaller, and slower to build.
    Dist,
}

impl Profile {
    /// The name that cargo knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dist => "dist",
        }
    }
}

/// Where the web part finds the core.
pub fn folder(paths: &Paths) -> PathBuf {
    paths.web().join("session/src/wasm")
}

/// Builds what has changed and leaves the result in [`folder`].
pub fn run(paths: &Paths, profile: Profile) -> Result<()> {
    // The target's features (simd128) stand in .cargo/config.toml, so that every build agrees on them.
    let build = [
        "build",
        "-p",
        "temoto-wasm",
        "--target",
        TARGET,
        "--profile",
        profile.name(),
        "--locked",
        "--quiet",
    ];
    spawn(&mut paths.cargo(&build))?;
    let built = paths
        .target
        .join(TARGET)
        .join(profile.name())
        .join("temoto_wasm.wasm");
    let bytes = fs::read(&built).with_context(|| format!("cargo left no {}", built.display()))?;
    let lock = fs::read(paths.root.join("Cargo.lock"))?;
    let made_of = Sha256::new()
        .chain_update(&bytes)
        .chain_update(&lock)
        .chain_update(profile.name());
    let wanted = hex(&made_of.finalize());
    let folder = folder(paths);
    let stamp = folder.join(".made-of");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    bindgen(paths, &built, &folder)?;
    if profile == Profile::Dist {
        shrink(paths, &folder.join("temoto_wasm_bg.wasm"))?;
    }
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    let size = fs::metadata(folder.join("temoto_wasm_bg.wasm"))?.len();
    println!("the core for the browser has {size} bytes");
    Ok(())
}

fn bindgen(paths: &Paths, built: &Path, folder: &Path) -> Result<()> {
    spawn(&mut paths.cargo(&[
        "build",
        "-p",
        "xtask-bindgen",
        "--profile",
        "tool",
        "--locked",
        "--quiet",
    ]))?;
    // Whatever an earlier version of the core left behind would be bundled as well.
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    spawn(
        paths
            .command(paths.target.join("tool/xtask-bindgen"))
            .args([built.as_os_str(), folder.as_os_str()]),
    )
}

fn shrink(paths: &Paths, file: &Path) -> Result<()> {
    let tools = paths.root.join("xtask/wasm-opt");
    setup::npm(paths, &tools)?;
    let mut optimizer = paths.command(tools.join("node_modules/.bin/wasm-opt"));
    // What it may assume of browsers is what the compiler assumed; the file says so itself.
    optimizer.args(["-O3", "--all-features"]);
    spawn(optimizer.args([file.as_os_str(), OsStr::new("-o"), file.as_os_str()]))
}
