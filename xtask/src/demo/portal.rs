//! The online page played by itself: a new organisation, from its registration to the audit trail, in both languages.

use std::fs;

use anyhow::{Context, Result};
use serde_json::json;

use super::{Options, PACKAGES};
use crate::paths::Paths;
use crate::process::run as spawn;
use crate::wasm::Profile;
use crate::{setup, web};

/// Builds server and pages, plays, and prints what became of each step.
pub fn run(paths: &Paths, options: &Options) -> Result<()> {
    setup::run_all(paths)?;
    setup::packages(paths, PACKAGES)?;
    web::run(paths, Profile::Release)?;
    spawn(&mut paths.cargo(&["build", "-p", "temoto-server", "--locked", "--quiet"]))?;
    let json_file = options.json.clone().context("--portal needs --json FILE")?;
    let shots = json_file.with_extension("shots");
    fs::create_dir_all(&shots).with_context(|| format!("cannot make {}", shots.display()))?;
    let file = shots.join("config.json");
    let config = json!({ "browser": options.browser()?, "shots": shots, "json": json_file });
    fs::write(&file, config.to_string())?;
    let mut node = paths.command("node");
    node.arg(paths.root.join("tests/browser/demo-portal.mjs"))
        .arg(&file);
    node.env("TEMOTO_SERVER_PROGRAM", paths.target.join("debug/temoto-server"));
    let done = spawn(&mut node);
    if let Ok(text) = fs::read_to_string(&json_file) {
        println!("{text}");
    }
    done.context("the online page did not work as it must")
}
