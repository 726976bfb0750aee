//! What has to be on the machine: Rust targets, Debian packages, npm packages, the spelling checker.
//!
//! Quick and silent when all is there. Installs by apt when it may, else prints the one command and stops.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::paths::Paths;
use crate::process::{capture, run, succeeds};

/// Debian packages, each with what it is for.
const PACKAGES: &[(&str, &str)] = &[
    ("build-essential", "C compiler and linker for ring and SQLite"),
    ("pkg-config", "build scripts that look for system libraries"),
    (
        "libfontconfig-dev",
        "which fonts there are, for the customer's program",
    ),
    (
        "gcc-mingw-w64-x86-64",
        "linker and C compiler for the Windows program",
    ),
    (
        "llvm",
        "llvm-lib, for checking what the Windows program would be with the other compiler",
    ),
    (
        "postgresql",
        "the tests of the store start one of their own, for as long as they run",
    ),
    (
        "python3-venv",
        "the spelling checker and what calls the REST interface come as Python packages",
    ),
];

/// Rust targets, each with what it is for.
const TARGETS: &[(&str, &str)] = &[
    ("wasm32-unknown-unknown", "the core in the browser"),
    ("wasm32-wasip1", "the core's own tests as WebAssembly, under Node"),
    ("x86_64-pc-windows-gnu", "the Windows program"),
    (
        "x86_64-pc-windows-msvc",
        "the same as Microsoft's compiler would take it, for the check",
    ),
];

const NODE_AT_LEAST: u32 = 20;

/// Installs everything that is missing, for all commands.
pub fn run_all(paths: &Paths) -> Result<()> {
    rust(paths)?;
    packages(paths, PACKAGES)?;
    node(paths)?;
    npm(paths, &paths.web())?;
    typos(paths).map(|_| ())
}

fn rust(paths: &Paths) -> Result<()> {
    let sysroot =
        capture(paths.command("rustc").args(["--print", "sysroot"])).context("install Rust: rustup.rs")?;
    let libraries = Path::new(sysroot.trim()).join("lib/rustlib");
    for (target, what) in TARGETS {
        if !libraries.join(target).is_dir() {
            println!("Rust target {target}: {what}");
            run(paths.command("rustup").args(["target", "add", target]))?;
        }
    }
    for (component, tool) in [("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")] {
        if !succeeds(paths.command(tool).arg("--version")) {
            run(paths.command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// Installs those of these Debian packages (each with what it is for) that are missing.
pub fn packages(paths: &Paths, wanted: &[(&'static str, &'static str)]) -> Result<()> {
    if !succeeds(paths.command("dpkg-query").arg("--version")) {
        println!("this is no Debian: packages with the following uses are taken to be there");
        for (package, what) in wanted {
            println!("  {package}: {what}");
        }
        return Ok(());
    }
    let missing = missing_packages(paths, wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    for (package, what) in &missing {
        println!("missing {package}: {what}");
    }
    let names: Vec<&str> = missing.iter().map(|(package, _)| *package).collect();
    let mut words = vec!["apt-get", "install", "--yes", "--no-install-recommends"];
    words.extend(&names);
    let Some(prefix) = privilege(paths)? else {
        bail!(
            "run this, then the same command again:\n\n  sudo {}\n",
            words.join(" ")
        );
    };
    let apt = |words: &[&str]| -> Result<()> {
        let words: Vec<&str> = prefix.iter().copied().chain(words.iter().copied()).collect();
        let (program, args) = words.split_first().context("apt-get is at least one word")?;
        run(paths
            .command(program)
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // Package lists of a fresh machine are empty or old; only then is the slower way needed.
    if apt(&words).is_err() {
        apt(&["apt-get", "update"])?;
        apt(&words)?;
    }
    Ok(())
}

fn missing_packages(
    paths: &Paths,
    wanted: &[(&'static str, &'static str)],
) -> Result<Vec<(&'static str, &'static str)>> {
    // dpkg-query fails when it does not know one of the names, and still lists the others.
    let mut query = paths.command("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status} ${Package}\n"]);
    query.args(wanted.iter().map(|(package, _)| package));
    let listed = query.output().context("dpkg-query")?.stdout;
    let listed = String::from_utf8_lossy(&listed);
    let installed: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("installed "))
        .collect();
    Ok(wanted
        .iter()
        .filter(|(package, _)| !installed.contains(package))
        .copied()
        .collect())
}

/// The words to put before a command so that it runs as root; `None` when we may not.
fn privilege(paths: &Paths) -> Result<Option<&'static [&'static str]>> {
    if capture(paths.command("id").arg("-u"))?.trim() == "0" {
        return Ok(Some(&[]));
    }
    if succeeds(paths.command("sudo").args(["--non-interactive", "true"])) {
        return Ok(Some(&[
            "sudo",
            "--non-interactive",
            "--preserve-env=DEBIAN_FRONTEND",
        ]));
    }
    Ok(None)
}

fn node(paths: &Paths) -> Result<()> {
    let version = capture(paths.command("node").arg("--version"));
    let version = version.with_context(|| format!("install Node {NODE_AT_LEAST} or newer: nodejs.org"))?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < NODE_AT_LEAST) {
        bail!(
            "Node {} is too old: {NODE_AT_LEAST} or newer is needed",
            version.trim()
        );
    }
    Ok(())
}

/// `npm ci` in a folder, unless exactly its lock file is installed already.
pub fn npm(paths: &Paths, folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let Ok(lock) = fs::read(&lock) else {
        return Ok(());
    };
    let wanted = hex(&Sha256::digest(&lock));
    let stamp = folder.join("node_modules/.installed-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(&mut paths.npm(folder, &["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// The spelling checker; gives the program.
pub fn typos(paths: &Paths) -> Result<PathBuf> {
    python(paths, "typos", "typos")
}

/// What calls the REST interface with everything that its description allows; gives the program.
pub fn schemathesis(paths: &Paths) -> Result<PathBuf> {
    python(paths, "schemathesis", "st")
}

/// A Python package of `xtask/<package>-requirements.txt`, in an environment of its own; gives one of its programs.
fn python(paths: &Paths, package: &str, program: &str) -> Result<PathBuf> {
    let name = format!("xtask/{package}-requirements.txt");
    let requirements = paths.root.join(&name);
    let wanted = fs::read_to_string(&requirements).with_context(|| name.clone())?;
    let version = wanted
        .split_whitespace()
        .find_map(|word| word.strip_prefix(package)?.strip_prefix("=="));
    let version = version.with_context(|| format!("{name} names no version of {package}"))?;
    let folder = paths.tools.join(format!("{package}-{version}"));
    let program = folder.join("bin").join(program);
    if !program.is_file() {
        run(paths.command("python3").args(["-m", "venv"]).arg(&folder))?;
        let mut pip = paths.command(folder.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--only-binary", ":all:", "--require-hashes", "--requirement"]);
        run(pip.arg(&requirements)).with_context(|| {
            let pip = folder.join("bin/pip");
            format!(
                "{package} could not be installed; where packages can be reached, run this and try again:\n\n  \
                 {} install --only-binary :all: --require-hashes --requirement {}\n",
                pip.display(),
                requirements.display()
            )
        })?;
    }
    Ok(program)
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
