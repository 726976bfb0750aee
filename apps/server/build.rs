//! Finds out whether tests may mount a small disk: those that need one are ignored, with the reason, where they may not.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(can_mount)");
    let Some(folder) = std::env::var_os("OUT_DIR") else {
        return;
    };
    let folder = Path::new(&folder);
    if run(Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(folder))
    {
        run(Command::new("umount").arg(folder));
        println!("cargo::rustc-cfg=can_mount");
    }
}

fn run(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
