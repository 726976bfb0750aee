//! What is handed out: the customer's program for each system, small, in one folder with a manifest of hashes, and
//! the server with pages and programs in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::paths::Paths;
use crate::process::run as spawn;
use crate::setup::hex;
use crate::wasm::Profile;
use crate::{web, windows};

/// System and file name, as the server knows them.
const LINUX: Place = ("linux-x86_64", "temoto");
const WINDOWS: Place = ("windows-x86_64", "temoto.exe");

type Place = (&'static str, &'static str);

/// Where the programs lie when they are built; the server serves them from there.
pub fn folder(paths: &Paths) -> PathBuf {
    paths.target.join("programs")
}

/// Builds the programs for Linux and Windows, and the server that has them and the pages in itself.
pub fn run(paths: &Paths) -> Result<()> {
    linux(paths)?;
    windows(paths)?;
    server(paths)
}

fn server(paths: &Paths) -> Result<()> {
    web::run(paths, Profile::Dist)?;
    let mut build = paths.cargo(&[
        "build",
        "-p",
        "temoto-server",
        "--profile",
        "dist",
        "--locked",
        "--quiet",
    ]);
    build.args(["--features", "embed,embed-programs"]);
    spawn(build.env("TEMOTO_EMBED_PROGRAMS", folder(paths)))?;
    let server = paths.target.join("dist/temoto-server");
    println!("{}: {} bytes", server.display(), fs::metadata(&server)?.len());
    Ok(())
}

/// Builds for Linux alone.
pub fn linux(paths: &Paths) -> Result<()> {
    spawn(&mut paths.cargo(&[
        "build",
        "-p",
        "temoto-agent",
        "--profile",
        "dist",
        "--locked",
        "--quiet",
    ]))?;
    keep(paths, &paths.target.join("dist/temoto"), LINUX)
}

/// Builds for Windows alone.
pub fn windows(paths: &Paths) -> Result<()> {
    let program = windows::dist(paths)?;
    // Kept first: one that may not be handed out is still there to be tried.
    keep(paths, &program, WINDOWS)?;
    windows::may_be_handed_out(paths, &program)
}

/// Hands out a program that was built already; what Windows starts ends in `.exe`.
pub fn hand_out(paths: &Paths, program: &Path) -> Result<()> {
    let of_windows = program.extension().is_some_and(|kind| kind == "exe");
    keep(paths, program, if of_windows { WINDOWS } else { LINUX })
}

/// Copies a program to its place and writes the manifest anew.
fn keep(paths: &Paths, program: &Path, place: Place) -> Result<()> {
    let folder = folder(paths);
    fs::create_dir_all(&folder)?;
    fs::copy(program, folder.join(place.1)).with_context(|| format!("cannot copy {}", program.display()))?;
    let mut programs = Vec::new();
    for place in [LINUX, WINDOWS] {
        if let Ok(bytes) = fs::read(folder.join(place.1)) {
            println!("{}: {} bytes", place.0, bytes.len());
            programs.push(entry(place, &bytes));
        }
    }
    let manifest = json!({ "programs": programs });
    let file = folder.join("manifest.json");
    fs::write(&file, format!("{manifest:#}\n")).with_context(|| format!("cannot write {}", file.display()))
}

fn entry((system, name): Place, bytes: &[u8]) -> Value {
    json!({ "system": system, "name": name, "bytes": bytes.len(), "sha256": hex(&Sha256::digest(bytes)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_named_with_its_system_size_and_hash() {
        let entry = entry(LINUX, b"abc");
        assert_eq!(entry["system"], "linux-x86_64");
        assert_eq!(entry["name"], "temoto");
        assert_eq!(entry["bytes"], 3);
        assert_eq!(
            entry["sha256"],
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
