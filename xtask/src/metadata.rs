//! What `cargo metadata` knows: our packages, everything they link, and who depends on whom.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::paths::Paths;
use crate::process::capture;

/// The packages of the lock file that the workspace uses on some target.
pub struct Metadata {
    pub packages: BTreeMap<String, Package>,
}

/// One package at one version.
pub struct Package {
    pub name: String,
    pub version: String,
    pub license: Option<String>,
    /// `None` for a package of this workspace.
    pub source: Option<String>,
    /// The folder in the clone, with `/`; empty for packages from elsewhere.
    pub folder: String,
    /// Ids of the packages it needs, with the kinds of need.
    pub dependencies: Vec<Dependency>,
}

/// One arrow between packages.
pub struct Dependency {
    pub id: String,
    pub need: Need,
}

/// What a dependency is needed for; where several hold, the first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// It is linked.
    Link,
    /// It runs while the package is built.
    Build,
    /// Only tests, examples and benches use it.
    Test,
}

impl Metadata {
    /// Asks cargo, with the lock file as it is.
    pub fn load(paths: &Paths) -> Result<Self> {
        let text = capture(&mut paths.cargo(&["metadata", "--format-version=1", "--locked", "--quiet"]))?;
        let root = paths.root.to_str().context("the clone's path is not UTF-8")?;
        Self::parse(&text, root)
    }

    /// Reads cargo's answer; `root` is the clone.
    pub fn parse(text: &str, root: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).context("cargo metadata wrote no JSON")?;
        let mut packages = BTreeMap::new();
        for package in list(&value["packages"]) {
            let manifest = string(&package["manifest_path"])?;
            let folder = manifest
                .strip_prefix(root)
                .and_then(|path| path.strip_suffix("/Cargo.toml"))
                .unwrap_or("");
            let read = Package {
                name: string(&package["name"])?,
                version: string(&package["version"])?,
                license: package["license"].as_str().map(str::to_owned),
                source: package["source"].as_str().map(str::to_owned),
                folder: folder.trim_start_matches('/').to_owned(),
                dependencies: Vec::new(),
            };
            packages.insert(string(&package["id"])?, read);
        }
        for node in list(&value["resolve"]["nodes"]) {
            let package = packages
                .get_mut(&string(&node["id"])?)
                .context("a node without a package")?;
            for dependency in list(&node["deps"]) {
                let kinds: Vec<_> = list(&dependency["dep_kinds"])
                    .iter()
                    .map(|kind| kind["kind"].as_str())
                    .collect();
                let need = match () {
                    () if kinds.contains(&None) => Need::Link,
                    () if kinds.contains(&Some("build")) => Need::Build,
                    () => Need::Test,
                };
                package.dependencies.push(Dependency {
                    id: string(&dependency["pkg"])?,
                    need,
                });
            }
        }
        Ok(Self { packages })
    }

    /// The packages of this workspace; what others wrote and we patched is not ours.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        let ours =
            |package: &&Package| package.source.is_none() && !package.folder.starts_with("third-party/");
        self.packages.values().filter(ours)
    }

    /// Everything that a package links, itself not counted.
    pub fn linked<'a>(&'a self, package: &'a Package) -> BTreeMap<&'a str, &'a Package> {
        let mut found = BTreeMap::new();
        let mut open = vec![package];
        while let Some(package) = open.pop() {
            for dependency in package
                .dependencies
                .iter()
                .filter(|dependency| dependency.need == Need::Link)
            {
                if let Some(next) = self.packages.get(&dependency.id)
                    && found.insert(dependency.id.as_str(), next).is_none()
                {
                    open.push(next);
                }
            }
        }
        found
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn string(value: &Value) -> Result<String> {
    value
        .as_str()
        .map(str::to_owned)
        .context("cargo metadata lacks a word that we need")
}
