//! The rules of the house, as a check: who may depend on whom, how long a file may be, where code for one
//! operating system and `unsafe` may stand, what may not be in a file at all.
//!
//! The rules are told in `ARCHITECTURE.md` and `STYLE.md`; each has a test that shows it can fail.

mod arrows;
pub mod lengths;
mod manifests;
pub mod source;
mod words;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::metadata::Metadata;
use crate::paths::Paths;
use crate::process::capture;

/// A file that git keeps or would keep, as text.
pub struct File {
    /// From the root of the clone, with `/`.
    pub path: String,
    pub text: String,
}

/// Checks the whole clone and prints everything that is wrong.
pub fn run(paths: &Paths) -> Result<()> {
    let files = files(paths)?;
    let metadata = Metadata::load(paths)?;
    let ratchet = fs::read_to_string(paths.root.join("xtask/ratchet.txt")).context("xtask/ratchet.txt")?;
    let root = paths.root.to_str().context("the clone's path is not UTF-8")?;

    let (long, mut problems) = lengths::check(&files, &ratchet);
    problems.extend(arrows::check(&metadata));
    problems.extend(arrows::check_purity(&linked_by_core(paths, &metadata)?));
    problems.extend(manifests::check(&files, &metadata));
    for file in &files {
        problems.extend(source::check(file));
        problems.extend(words::check(file, root));
    }
    for warning in long {
        println!("warning: {warning}");
    }
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => Ok(()),
        1 => bail!("1 rule of the house is broken"),
        many => bail!("{many} rules of the house are broken"),
    }
}

fn linked_by_core(paths: &Paths, metadata: &Metadata) -> Result<String> {
    let mut tree = paths.cargo(&[
        "tree",
        "--locked",
        "--quiet",
        "--edges=normal",
        "--target=all",
        "--prefix=none",
    ]);
    for member in metadata
        .members()
        .filter(|member| member.folder.starts_with("core/"))
    {
        tree.args(["--package", &member.name]);
    }
    capture(&mut tree)
}

/// What others wrote is as they wrote it.
const OTHERS: &str = "third-party/";

/// Every text file of ours that is tracked, or new and not ignored.
pub fn files(paths: &Paths) -> Result<Vec<File>> {
    let mut git = paths.command("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = capture(&mut git)?;
    let mut files = BTreeMap::new();
    for path in listed
        .split_terminator('\0')
        .filter(|path| !path.starts_with(OTHERS))
    {
        // Gone from the folder but not yet from the index, a symbolic link, or not text: nothing to read.
        if let Ok(text) = fs::read_to_string(paths.root.join(path)) {
            files.insert(path.to_owned(), text);
        }
    }
    Ok(files
        .into_iter()
        .map(|(path, text)| File { path, text })
        .collect())
}
