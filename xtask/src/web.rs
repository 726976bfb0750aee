//! The pages: the core as WebAssembly, npm's packages, and the portal as static files.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::paths::Paths;
use crate::process::run as spawn;
use crate::setup::{self, hex};
use crate::tidy;
use crate::wasm::{self, Profile};

/// Where the pages lie when they are built.
pub fn folder(paths: &Paths) -> PathBuf {
    paths.web().join("portal/build")
}

/// Builds what has changed and leaves the result in [`folder`].
pub fn run(paths: &Paths, profile: Profile) -> Result<()> {
    setup::npm(paths, &paths.web())?;
    wasm::run(paths, profile)?;
    let mut hash = Sha256::new();
    for file in tidy::files(paths)?
        .iter()
        .filter(|file| file.path.starts_with("web/"))
    {
        hash.update(&file.path);
        hash.update(&file.text);
    }
    hash.update(fs::read(wasm::folder(paths).join("temoto_wasm_bg.wasm"))?);
    let wanted = hex(&hash.finalize());
    // Beside the folder, not in it: everything in it is served.
    let stamp = paths.web().join("node_modules/.built-portal");
    if folder(paths).is_dir() && fs::read_to_string(&stamp).is_ok_and(|built| built == wanted) {
        return Ok(());
    }
    spawn(&mut paths.npm(&paths.web(), &["run", "build"]))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
