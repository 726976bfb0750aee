//! Who may depend on whom. The path of a package tells its tier; these are the only arrows there are.

use std::collections::BTreeSet;

use crate::metadata::{Metadata, Need, Package};

/// The rooms of core from the ground up: each may stand only on those before it.
const CORE: [&str; 7] = [
    "geometry", "wire", "crypto", "codec", "keymap", "session", "model",
];

/// What of core the server may link, at any distance: the words, the rules of the portal, and of the secure
/// pair the dummy responder and signed statements. It has no use for a session, a codec or a key.
const CORE_FOR_SERVER: [&str; 4] = ["geometry", "wire", "crypto", "model"];

/// Packages that would bring the world outside into core.
const IMPURE: [&str; 7] = [
    "async-std",
    "getrandom",
    "mio",
    "rustix",
    "socket2",
    "tokio",
    "windows-sys",
];

/// Gives one sentence for each arrow that should not be there.
pub fn check(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    for from in metadata.members() {
        for dependency in &from.dependencies {
            let Some(to) = metadata.packages.get(&dependency.id) else {
                continue;
            };
            // A test may look down from anywhere into core, and a package may test itself.
            let for_tests = dependency.need == Need::Test && tier(to) == "core";
            if to.source.is_none() && to.folder != from.folder && !for_tests && !allowed(from, to) {
                problems.push(format!("{}: may not depend on {}", from.folder, to.folder));
            }
        }
        if tier(from) == "server" || from.folder == "apps/server" {
            for linked in metadata
                .linked(from)
                .values()
                .filter(|package| !for_server(package))
            {
                problems.push(format!(
                    "{}: the server may not link {}",
                    from.folder, linked.folder
                ));
            }
        }
    }
    problems
}

/// The same for what core links from elsewhere; `linked` is what `cargo tree` says, one name on a line, as it
/// knows which optional dependencies core itself asks for.
pub fn check_purity(linked: &str) -> Vec<String> {
    let names: BTreeSet<&str> = linked
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let impure = IMPURE.iter().filter(|name| names.contains(*name));
    impure
        .map(|name| format!("core is pure, yet links {name}"))
        .collect()
}

fn allowed(from: &Package, to: &Package) -> bool {
    match (tier(from), tier(to)) {
        ("core", "core") => match (place(room(from)), place(room(to))) {
            (Some(upper), Some(lower)) => lower < upper,
            _ => false,
        },
        // The driver is the loop that joins the borders; a border knows no other, but what they share of a system.
        ("edge", "edge") => room(from) == "driver" || room(to) == "win32",
        ("server", "server") => true,
        ("edge" | "server", "core") => true,
        ("apps", "server") => room(from) == "server",
        ("apps", "edge") => room(from) != "server" && room(from) != "wasm",
        ("apps", "core") => true,
        // A generated interface is a package of its own only because of what its code needs.
        ("apps", "apps") => room(to) == format!("{}-ui", room(from)),
        ("tests" | "bench", "core" | "edge" | "server") => true,
        // Whole ends are put together in one place.
        ("tests", "tests") => room(from) == "fuzz" && room(to) == "scenario",
        _ => false,
    }
}

fn for_server(package: &Package) -> bool {
    match tier(package) {
        "core" => CORE_FOR_SERVER.contains(&room(package)),
        "edge" => false,
        _ => true,
    }
}

fn place(room: &str) -> Option<usize> {
    CORE.iter().position(|name| *name == room)
}

fn tier(package: &Package) -> &str {
    package.folder.split('/').next().unwrap_or("")
}

fn room(package: &Package) -> &str {
    package.folder.split('/').nth(1).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn workspace(arrows: &[(&str, &[&str])]) -> Metadata {
        let packages = arrows.iter().map(|(folder, needs)| {
            let dependencies = needs.iter().map(|id| Dependency {
                id: (*id).to_owned(),
                need: Need::Link,
            });
            let package = Package {
                name: folder.rsplit('/').next().unwrap_or("").to_owned(),
                version: "1.0.0".to_owned(),
                license: None,
                source: (!folder.contains('/')).then(|| "registry".to_owned()),
                folder: if folder.contains('/') {
                    (*folder).to_owned()
                } else {
                    String::new()
                },
                dependencies: dependencies.collect(),
            };
            ((*folder).to_owned(), package)
        });
        Metadata {
            packages: packages.collect(),
        }
    }

    #[test]
    fn core_stands_only_on_rooms_before_it() {
        let fine = workspace(&[("core/geometry", &[]), ("core/codec", &["core/geometry"])]);
        assert!(check(&fine).is_empty());
        let upside_down = workspace(&[("core/codec", &[]), ("core/geometry", &["core/codec"])]);
        assert_eq!(
            check(&upside_down),
            ["core/geometry: may not depend on core/codec"]
        );
    }

    #[test]
    fn core_links_nothing_that_brings_the_outside_in() {
        assert!(check_purity("temoto-codec v0.1.0\nthiserror v2.0.0 (*)\n").is_empty());
        assert_eq!(
            check_purity("temoto-codec v0.1.0\ntokio v1.54.1\n"),
            ["core is pure, yet links tokio"]
        );
    }

    #[test]
    fn the_server_links_no_edge_and_no_session_even_through_others() {
        let indirect = workspace(&[
            ("apps/server", &["server/relay"]),
            ("server/relay", &["core/model"]),
            ("core/model", &["core/session"]),
            ("core/session", &[]),
        ]);
        let problems = check(&indirect);
        assert!(
            problems.contains(&"apps/server: the server may not link core/session".to_owned()),
            "{problems:?}"
        );
        let direct = workspace(&[("server/relay", &["edge/screen"]), ("edge/screen", &[])]);
        assert!(check(&direct).contains(&"server/relay: may not depend on edge/screen".to_owned()));
    }

    #[test]
    fn borders_do_not_know_each_other_but_the_driver_knows_them() {
        let driver = workspace(&[("edge/driver", &["edge/screen"]), ("edge/screen", &[])]);
        assert!(check(&driver).is_empty());
        let neighbors = workspace(&[("edge/input", &["edge/screen"]), ("edge/screen", &[])]);
        assert_eq!(check(&neighbors), ["edge/input: may not depend on edge/screen"]);
        let shared = workspace(&[("edge/input", &["edge/win32"]), ("edge/win32", &[])]);
        assert!(check(&shared).is_empty());
    }

    #[test]
    fn the_fuzzed_ends_are_those_of_the_scenarios_and_nothing_else_is_shared() {
        let ends = workspace(&[("tests/fuzz", &["tests/scenario"]), ("tests/scenario", &[])]);
        assert!(check(&ends).is_empty());
        let around = workspace(&[("tests/scenario", &["tests/fuzz"]), ("tests/fuzz", &[])]);
        assert_eq!(check(&around), ["tests/scenario: may not depend on tests/fuzz"]);
    }

    #[test]
    fn a_test_in_core_may_use_any_room_of_core_but_no_edge() {
        let mut metadata = workspace(&[("core/wire", &["core/codec"]), ("core/codec", &[])]);
        for package in metadata.packages.values_mut() {
            for dependency in &mut package.dependencies {
                dependency.need = Need::Test;
            }
        }
        assert!(check(&metadata).is_empty());
    }
}
