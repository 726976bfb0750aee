//! What the product may be made of: licences, banned packages and sources, for Rust and for npm.
//!
//! Reads the part of `deny.toml` that needs no network (why not cargo-deny itself: decision record 0003).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::metadata::{Metadata, Package};
use crate::paths::Paths;

/// Licences of tools that lint, build and test the web part and never reach a user.
const NPM_TOOLS: [&str; 3] = ["BlueOak-1.0.0", "CC-BY-4.0", "MPL-2.0"];

/// Checks every package of the lock files and prints what is not in order.
pub fn run(paths: &Paths) -> Result<()> {
    let text = fs::read_to_string(paths.root.join("deny.toml")).context("deny.toml")?;
    let policy = Policy::parse(&text)?;
    let metadata = Metadata::load(paths)?;
    let mut problems = Vec::new();
    for package in metadata.packages.values() {
        problems.extend(policy.check(package));
    }
    let mut counted = metadata.packages.len();
    for lock in ["web/package-lock.json", "xtask/wasm-opt/package-lock.json"] {
        let text =
            fs::read_to_string(paths.root.join(lock)).with_context(|| format!("cannot read {lock}"))?;
        let lock = serde_json::from_str(&text).with_context(|| format!("{lock} is no JSON"))?;
        let (packages, found) = policy.check_npm(&lock);
        counted += packages;
        problems.extend(found);
    }
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} of {counted} packages are against deny.toml", problems.len());
    }
    println!("{counted} packages are in order");
    Ok(())
}

struct Policy {
    licences: BTreeSet<String>,
    banned: BTreeMap<String, String>,
    registries: BTreeSet<String>,
}

impl Policy {
    fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse().context("deny.toml")?;
        let words = |section: &str, key: &str| -> Result<BTreeSet<String>> {
            let list = table
                .get(section)
                .and_then(|section| section.get(key))
                .and_then(toml::Value::as_array);
            let list = list.with_context(|| format!("deny.toml has no list {section}.{key}"))?;
            Ok(list
                .iter()
                .filter_map(toml::Value::as_str)
                .map(str::to_owned)
                .collect())
        };
        let bans = table
            .get("bans")
            .and_then(|bans| bans.get("deny"))
            .and_then(toml::Value::as_array);
        let mut banned = BTreeMap::new();
        for ban in bans.context("deny.toml has no list bans.deny")? {
            let word = |key: &str| ban.get(key).and_then(toml::Value::as_str).map(str::to_owned);
            let name = word("crate").context("deny.toml: a ban without `crate`")?;
            banned.insert(name, word("reason").context("deny.toml: a ban without `reason`")?);
        }
        Ok(Self {
            licences: words("licenses", "allow")?,
            banned,
            registries: words("sources", "allow-registry")?,
        })
    }

    fn check(&self, package: &Package) -> Vec<String> {
        let mut problems = Vec::new();
        let name = format!("{} {}", package.name, package.version);
        if let Some(reason) = self.banned.get(&package.name) {
            problems.push(format!("{name} is banned: {reason}"));
        }
        if let Some(source) = &package.source {
            let registry = source
                .strip_prefix("registry+")
                .or_else(|| source.strip_prefix("sparse+"));
            if registry.is_none_or(|registry| !self.registries.contains(registry)) {
                problems.push(format!("{name} comes from {source}"));
            }
        }
        match &package.license {
            None => problems.push(format!("{name} names no licence")),
            Some(licence) if !self.allows(licence) => {
                problems.push(format!("{name} has the licence {licence}"));
            }
            Some(_) => {}
        }
        problems
    }

    fn check_npm(&self, lock: &Value) -> (usize, Vec<String>) {
        let mut problems = Vec::new();
        let packages = lock["packages"].as_object().into_iter().flatten();
        let foreign =
            packages.filter(|(path, package)| path.contains("node_modules/") && package["link"] != true);
        let mut counted = 0;
        for (path, package) in foreign {
            counted += 1;
            match package["license"].as_str() {
                None => problems.push(format!("npm {path} names no licence")),
                Some(licence) if package["dev"] == true && NPM_TOOLS.contains(&licence) => {}
                Some(licence) if !self.allows(licence) => {
                    problems.push(format!("npm {path} has the licence {licence}"));
                }
                Some(_) => {}
            }
            if package["integrity"].as_str().is_none() && package["inBundle"] != true {
                problems.push(format!("npm {path} has no hash in the lock file"));
            }
        }
        (counted, problems)
    }

    /// Whether an SPDX expression leaves us a choice that is allowed.
    fn allows(&self, licence: &str) -> bool {
        // Older manifests write `/` for a choice.
        let spaced = licence
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut rest = words.as_slice();
        self.choice(&mut rest) == Some(true) && rest.is_empty()
    }

    fn choice(&self, words: &mut &[&str]) -> Option<bool> {
        let mut allowed = self.all(words)?;
        while let ["OR", rest @ ..] = words {
            *words = rest;
            allowed |= self.all(words)?;
        }
        Some(allowed)
    }

    fn all(&self, words: &mut &[&str]) -> Option<bool> {
        let mut allowed = self.one(words)?;
        while let ["AND", rest @ ..] = words {
            *words = rest;
            allowed &= self.one(words)?;
        }
        Some(allowed)
    }

    fn one(&self, words: &mut &[&str]) -> Option<bool> {
        match words {
            ["(", rest @ ..] => {
                *words = rest;
                let allowed = self.choice(words)?;
                let [")", rest @ ..] = words else { return None };
                *words = rest;
                Some(allowed)
            }
            [licence, "WITH", exception, rest @ ..] => {
                *words = rest;
                Some(
                    self.licences.contains(&format!("{licence} WITH {exception}"))
                        || self.licences.contains(*licence),
                )
            }
            [licence, rest @ ..] => {
                *words = rest;
                Some(self.licences.contains(*licence))
            }
            [] => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        let text = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\", \"Unicode-3.0\"]\n\
            [bans]\ndeny = [{ crate = \"openssl\", reason = \"rustls\" }]\n\
            [sources]\nallow-registry = [\"https://index\"]\n";
        Policy::parse(text).expect("the text above is a policy")
    }

    fn package(name: &str, licence: Option<&str>, source: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: licence.map(str::to_owned),
            source: Some(source.to_owned()),
            folder: String::new(),
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn of_a_choice_one_licence_has_to_be_allowed_and_of_a_sum_all() {
        let policy = policy();
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-2.0/MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(policy.allows(good), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR GPL-3.0) AND GPL-3.0",
            "",
            "MIT OR",
            "(MIT",
            "MIT)",
        ] {
            assert!(!policy.allows(bad), "{bad}");
        }
    }

    #[test]
    fn banned_unlicensed_and_foreign_packages_are_found() {
        let policy = policy();
        assert!(
            policy
                .check(&package("x", Some("MIT"), "registry+https://index"))
                .is_empty()
        );
        assert_eq!(
            policy.check(&package("openssl", Some("MIT"), "registry+https://index")),
            ["openssl 1.0.0 is banned: rustls"]
        );
        assert_eq!(
            policy.check(&package("x", None, "registry+https://index")),
            ["x 1.0.0 names no licence"]
        );
        assert_eq!(
            policy.check(&package("x", Some("MIT"), "git+https://index")),
            ["x 1.0.0 comes from git+https://index"]
        );
    }

    #[test]
    fn npm_packages_need_an_allowed_licence_and_a_hash() {
        let lock = serde_json::json!({ "packages": {
            "": { "name": "root" },
            "portal": { "license": "own" },
            "node_modules/good": { "license": "MIT", "integrity": "sha512-x" },
            "node_modules/bare": { "license": "MIT" },
            "node_modules/tool": { "license": "MPL-2.0", "integrity": "sha512-x", "dev": true },
            "node_modules/shipped": { "license": "MPL-2.0", "integrity": "sha512-x" },
            "node_modules/viral": { "license": "GPL-3.0", "integrity": "sha512-x" },
            "node_modules/portal": { "link": true },
        }});
        let (counted, problems) = policy().check_npm(&lock);
        assert_eq!(counted, 5);
        let expected = [
            "npm node_modules/bare has no hash in the lock file",
            "npm node_modules/shipped has the licence MPL-2.0",
            "npm node_modules/viral has the licence GPL-3.0",
        ];
        assert_eq!(problems, expected);
    }
}
