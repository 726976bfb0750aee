//! What every `Cargo.toml` of the workspace says alike.

use super::File;
use crate::metadata::{Metadata, Package};

/// Packages whose macros write unsafe code of their own, so that it cannot be forbidden, only denied. Their own
/// code has none all the same.
const MACROS_WRITE_UNSAFE: [&str; 2] = ["apps/agent-ui", "apps/wasm"];

/// Gives one sentence for each manifest that goes its own way.
pub fn check(files: &[File], metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    for member in metadata.members() {
        let path = format!("{}/Cargo.toml", member.folder);
        let Some(manifest) = files.iter().find(|file| file.path == path) else {
            continue;
        };
        problems.extend(check_one(member, &manifest.text).map(|problem| format!("{path}: {problem}")));
    }
    let locked = |name: &str| metadata.packages.values().find(|package| package.name == name);
    if let (Some(library), Some(generator)) = (locked("wasm-bindgen"), locked("wasm-bindgen-cli-support"))
        && library.version != generator.version
    {
        let (library, generator) = (&library.version, &generator.version);
        problems.push(format!(
            "xtask/bindgen/Cargo.toml: {generator} cannot read what wasm-bindgen {library} writes"
        ));
    }
    problems
}

fn check_one<'a>(member: &'a Package, manifest: &'a str) -> impl Iterator<Item = String> + 'a {
    let has = |section: &str, line: &str| {
        let mut lines = manifest.lines().skip_while(|found| *found != section).skip(1);
        lines
            .by_ref()
            .take_while(|found| !found.starts_with('['))
            .any(|found| found == line)
    };
    let inherited = ["version", "edition", "rust-version", "license", "publish"];
    let inherited = inherited.map(|key| format!("{key}.workspace = true"));
    let mut problems: Vec<String> = inherited
        .into_iter()
        .filter(|line| !has("[package]", line))
        .map(|line| format!("lacks `{line}`"))
        .collect();
    let mut rooms = member.folder.split('/');
    let expected = match (rooms.next(), rooms.next()) {
        (Some("xtask"), None) => "xtask".to_owned(),
        (Some("xtask"), Some(tool)) => format!("xtask-{tool}"),
        (Some("bench"), None) => "temoto-bench".to_owned(),
        (Some("bench"), Some(tool)) => format!("temoto-bench-{tool}"),
        (_, room) => format!("temoto-{}", room.unwrap_or("")),
    };
    if member.name != expected {
        problems.push(format!("the package of this folder is called {expected}"));
    }
    // Where unsafe may stand, each block says why; everywhere else the workspace forbids it.
    let may_be_unsafe =
        member.folder.starts_with("edge/") || MACROS_WRITE_UNSAFE.contains(&member.folder.as_str());
    let own_lints = may_be_unsafe && has("[lints.clippy]", r#"undocumented_unsafe_blocks = "deny""#);
    if !has("[lints]", "workspace = true") && !own_lints {
        problems.push("lacks the lints of the workspace".to_owned());
    }
    problems.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"temoto-wire\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\n[lints]\nworkspace = true\n";

    fn package(folder: &str, name: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: None,
            source: None,
            folder: folder.to_owned(),
            dependencies: Vec::new(),
        }
    }

    fn problems(folder: &str, name: &str, manifest: &str) -> Vec<String> {
        check_one(&package(folder, name), manifest).collect()
    }

    #[test]
    fn a_manifest_inherits_what_all_have_in_common() {
        assert!(problems("core/wire", "temoto-wire", GOOD).is_empty());
        assert!(problems("bench/wasm", "temoto-bench-wasm", GOOD).is_empty());
        let own = GOOD.replace("license.workspace = true", "license = \"MIT\"");
        assert_eq!(
            problems("core/wire", "temoto-wire", &own),
            ["lacks `license.workspace = true`"]
        );
    }

    #[test]
    fn the_name_of_a_package_is_its_folder() {
        assert_eq!(
            problems("core/wire", "wire", GOOD),
            ["the package of this folder is called temoto-wire"]
        );
    }

    #[test]
    fn only_where_unsafe_may_stand_a_package_has_lints_of_its_own() {
        let own = GOOD.replace(
            "[lints]\nworkspace = true",
            "[lints.clippy]\nundocumented_unsafe_blocks = \"deny\"",
        );
        assert!(problems("edge/screen", "temoto-screen", &own).is_empty());
        assert_eq!(
            problems("core/wire", "temoto-wire", &own),
            ["lacks the lints of the workspace"]
        );
    }
}
