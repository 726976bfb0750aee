//! For Windows: icon, version and manifest in the program itself.

use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=resources");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        resources()?;
    }
    Ok(())
}

fn resources() -> io::Result<()> {
    let part = |name: &str| std::env::var(format!("CARGO_PKG_VERSION_{name}")).unwrap_or_default();
    let version = format!("{}.{}.{}.0", part("MAJOR"), part("MINOR"), part("PATCH"));
    let folder = Path::new("resources");
    let manifest = std::fs::read_to_string(folder.join("temoto.manifest"))?.replace("@VERSION@", &version);
    let icon = folder.join("temoto.ico");
    let icon = icon.to_str().ok_or(io::ErrorKind::InvalidInput)?;

    let mut resources = winresource::WindowsResource::new();
    resources
        .set("ProductName", "Temoto")
        // What the task manager and the question of a firewall call the program.
        .set("FileDescription", "Temoto")
        .set("CompanyName", "Temoto")
        .set("InternalName", "temoto")
        .set("OriginalFilename", "temoto.exe")
        .set("LegalCopyright", "MIT OR Apache-2.0")
        .set_icon(icon)
        .set_manifest(&manifest);
    // American English, in Unicode: the texts are names.
    resources.set_language(0x0409);
    resources.compile()
}
