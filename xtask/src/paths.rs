//! Where things lie: the clone, and the caches outside of it that survive a fresh clone.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders every command works with.
pub struct Paths {
    /// The clone.
    pub root: PathBuf,
    /// What cargo builds: `CARGO_TARGET_DIR`, else a folder in the user's cache.
    pub target: PathBuf,
    /// Tools that we install for ourselves, each in a folder that names its version.
    pub tools: PathBuf,
    /// npm's download cache.
    pub npm_cache: PathBuf,
}

impl Paths {
    /// Reads the environment; creates nothing.
    pub fn find() -> Result<Self> {
        // Set by `cargo run`, at run time: a shared target folder may hold an xtask built in another clone.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask lies in the clone")?.to_owned();
        let cache = cache_home()?.join("temoto");
        let target = absolute(&root, std::env::var_os("CARGO_TARGET_DIR")).unwrap_or(cache.join("target"));
        let npm_cache = absolute(&root, std::env::var_os("npm_config_cache")).unwrap_or(cache.join("npm"));
        Ok(Self {
            root,
            target,
            tools: cache.join("tools"),
            npm_cache,
        })
    }

    /// The npm workspace, once there is one.
    pub fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    /// Reports that test runners write for us to read back.
    pub fn reports(&self) -> PathBuf {
        self.target.join("reports")
    }
}

fn cache_home() -> Result<PathBuf> {
    if let Some(set) = std::env::var_os("XDG_CACHE_HOME").filter(|value| Path::new(value).is_absolute()) {
        return Ok(set.into());
    }
    let home = std::env::home_dir().context("HOME is not set and CARGO_TARGET_DIR needs a default")?;
    Ok(home.join(".cache"))
}

fn absolute(root: &Path, value: Option<std::ffi::OsString>) -> Option<PathBuf> {
    value
        .filter(|value| !value.is_empty())
        .map(|value| root.join(value))
}
