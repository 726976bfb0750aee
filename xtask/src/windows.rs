//! The program for Windows: built on Linux, and needing nothing that Windows does not bring.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::process::{capture, run as spawn};

/// The target of the program.
pub const TARGET: &str = "x86_64-pc-windows-gnu";

/// DLLs that every Windows since 10 has. Lower case; API sets (`api-ms-win-*`) come with it.
const SYSTEM: &[&str] = &[
    "advapi32.dll",
    "avrt.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "cfgmgr32.dll",
    "combase.dll",
    "comctl32.dll",
    "comdlg32.dll",
    "crypt32.dll",
    "d2d1.dll",
    "d3d11.dll",
    "dcomp.dll",
    "dwmapi.dll",
    "dwrite.dll",
    "dxgi.dll",
    "gdi32.dll",
    "imm32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "propsys.dll",
    "rpcrt4.dll",
    "sas.dll",
    "secur32.dll",
    "setupapi.dll",
    "shcore.dll",
    "shell32.dll",
    "shlwapi.dll",
    "uiautomationcore.dll",
    "user32.dll",
    "userenv.dll",
    "uxtheme.dll",
    "version.dll",
    "winhttp.dll",
    "winmm.dll",
    "winspool.drv",
    "ws2_32.dll",
    "wtsapi32.dll",
];

/// Builds in the profile of everyday work and checks what comes out.
pub fn run(paths: &Paths) -> Result<()> {
    let program = build(paths, "dev")?;
    let imports = needs_system_only(paths, &program)?;
    println!(
        "{} needs {} DLLs, all of them of the system",
        program.display(),
        imports.len()
    );
    Ok(())
}

/// Cross-builds the program; gives the file.
pub fn build(paths: &Paths, profile: &str) -> Result<PathBuf> {
    spawn(&mut paths.cargo(&[
        "build",
        "-p",
        "temoto-agent",
        "--target",
        TARGET,
        "--profile",
        profile,
        "--locked",
        "--quiet",
    ]))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(paths.target.join(TARGET).join(folder).join("temoto.exe"))
}

/// Reads the import table; an error if it names a DLL that somebody would have to install.
pub fn needs_system_only(paths: &Paths, program: &Path) -> Result<Vec<String>> {
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
    name.starts_with("api-ms-win-") || SYSTEM.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

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
