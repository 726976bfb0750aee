//! The program for Windows: built on Linux, needing nothing that Windows does not bring, and saying what Windows asks of it.

mod resources;
mod size;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::process::{capture, run as spawn};

/// The target of the program.
pub const TARGET: &str = "x86_64-pc-windows-gnu";

/// What cargo builds, and the same without symbols.
const PROGRAM: &str = "temoto.exe";
const STRIPPED: &str = "temoto-stripped.exe";

/// DLLs that every Windows since 10 has, in lower case; API sets (`api-ms-win-*`) come with it.
const SYSTEM: &str = "\
    advapi32 avrt bcrypt bcryptprimitives cfgmgr32 combase comctl32 comdlg32 crypt32 d2d1 d3d11 dcomp \
    dwmapi dwrite dxgi gdi32 imm32 kernel32 msvcrt ncrypt ntdll ole32 oleaut32 propsys rpcrt4 sas \
    secur32 setupapi shcore shell32 shlwapi uiautomationcore user32 userenv uxtheme version winhttp \
    winmm winspool.drv ws2_32 wtsapi32";

/// The packages of the borders that have a folder for Windows.
pub fn borders(paths: &Paths) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(paths.root.join("edge"))? {
        let entry = entry?;
        if entry.path().join("src/windows").is_dir() {
            found.push(format!("temoto-{}", entry.file_name().to_string_lossy()));
        }
    }
    found.sort();
    Ok(found)
}

/// Builds in the profile of everyday work and checks what comes out.
pub fn run(paths: &Paths) -> Result<()> {
    let program = build(paths, "dev", &[])?;
    let imports = needs_system_only(paths, &program)?;
    speaks_for_itself(paths, &program)?;
    println!(
        "{} needs {} DLLs, all of them of the system",
        program.display(),
        imports.len()
    );
    Ok(())
}

/// Builds what is handed out; gives the file.
pub fn dist(paths: &Paths) -> Result<PathBuf> {
    // The symbols tell whose the bytes are. They are taken out here, not by the compiler.
    let whole = build(paths, "dist", &[("CARGO_PROFILE_DIST_STRIP", "none")])?;
    let program = whole.with_file_name(STRIPPED);
    let mut strip = paths.command("x86_64-w64-mingw32-strip");
    spawn(strip.arg("--strip-all").arg("-o").arg(&program).arg(&whole))?;
    Ok(program)
}

/// Checks what [`dist`] built, its size too.
pub fn may_be_handed_out(paths: &Paths, program: &Path) -> Result<()> {
    needs_system_only(paths, program)?;
    speaks_for_itself(paths, program)?;
    size::within_budget(paths, program, &program.with_file_name(PROGRAM))
}

fn build(paths: &Paths, profile: &str, environment: &[(&str, &str)]) -> Result<PathBuf> {
    let mut cargo = paths.cargo(&["build", "-p", "temoto-agent", "--target", TARGET]);
    cargo.args(["--profile", profile, "--locked", "--quiet"]);
    spawn(cargo.envs(environment.iter().copied()))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(paths.target.join(TARGET).join(folder).join(PROGRAM))
}

/// Icon, version and manifest are there, and no console window opens beside the program.
fn speaks_for_itself(paths: &Paths, program: &Path) -> Result<()> {
    let header = capture(paths.command("x86_64-w64-mingw32-objdump").arg("-p").arg(program))?;
    if !header.contains("(Windows GUI)") {
        bail!("{} opens a console window", program.display());
    }
    resources::are_there(program)
}

/// Reads the import table; an error if it names a DLL that somebody would have to install.
fn needs_system_only(paths: &Paths, program: &Path) -> Result<Vec<String>> {
    let table = capture(paths.command("x86_64-w64-mingw32-objdump").arg("-p").arg(program))?;
    let imports = imports(&table);
    if imports.is_empty() {
        bail!("{} has no import table", program.display());
    }
    let foreign: Vec<&String> = imports.iter().filter(|name| !of_the_system(name)).collect();
    if !foreign.is_empty() {
        bail!(
            "{} needs DLLs that Windows does not have: {foreign:?}",
            program.display()
        );
    }
    Ok(imports)
}

fn imports(table: &str) -> Vec<String> {
    table
        .lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(str::to_ascii_lowercase)
        .collect()
}

fn of_the_system(name: &str) -> bool {
    let library = name.strip_suffix(".dll").unwrap_or(name);
    name.starts_with("api-ms-win-") || SYSTEM.split_whitespace().any(|known| known == library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_with_a_folder_for_windows_are_found_and_no_others() {
        let borders = borders(&Paths::find().expect("the clone")).expect("borders");
        let has = |name: &str| borders.iter().any(|border| border == name);
        assert!(has("temoto-files") && has("temoto-screen") && !has("temoto-driver"));
    }

    #[test]
    fn the_import_table_is_read_and_a_compilers_dll_is_foreign() {
        let table =
            "The Import Tables\n\tDLL Name: KERNEL32.dll\n\tvma:  Hint\n\n\tDLL Name: libstdc++-6.dll\n";
        let imports = imports(table);
        assert_eq!(imports, ["kernel32.dll", "libstdc++-6.dll"]);
        assert!(of_the_system(&imports[0]));
        assert!(!of_the_system(&imports[1]));
        assert!(of_the_system("api-ms-win-core-synch-l1-2-0.dll"));
    }
}
