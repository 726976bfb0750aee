//! The program for Windows: built on Linux, and needing nothing that Windows does not bring.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::process::{capture, run as spawn};

/// The target of the program.
pub const TARGET: &str = "x86_64-pc-windows-gnu";

/// DLLs that every Windows since 10 has, in lower case; API sets (`api-ms-win-*`) come with it.
const SYSTEM: &str = "\
    advapi32 avrt bcrypt bcryptprimitives cfgmgr32 combase comctl32 comdlg32 crypt32 d2d1 d3d11 dcomp \
    dwmapi dwrite dxgi gdi32 imm32 kernel32 msvcrt ncrypt ntdll ole32 oleaut32 propsys rpcrt4 sas \
    secur32 setupapi shcore shell32 shlwapi uiautomationcore user32 userenv uxtheme version winhttp \
    winmm winspool.drv ws2_32 wtsapi32";

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
    let library = name.strip_suffix(".dll").unwrap_or(name);
    name.starts_with("api-ms-win-") || SYSTEM.split_whitespace().any(|known| known == library)
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
