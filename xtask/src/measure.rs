//! The measures to watch, in figures: lengths, docs, and where operating systems are named.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::paths::Paths;
use crate::tidy::{self, lengths, source};

/// Prints one row for each tier.
pub fn run(paths: &Paths) -> Result<()> {
    let files = tidy::files(paths)?;
    let mut tiers: BTreeMap<&str, Tier> = BTreeMap::new();
    for file in files.iter().filter(|file| lengths::counts(&file.path)) {
        let tier = file.path.split('/').next().unwrap_or("");
        for name in [tier, "all"] {
            tiers.entry(name).or_default().add(file);
        }
    }
    println!(
        "{:<8} {:>5} {:>7} {:>6} {:>5} {:>5} {:>7} {:>5} {:>5}",
        "tier", "files", "lines", "median", "p90", "max", "no test", "doc%", "cfgs"
    );
    for (name, tier) in &mut tiers {
        tier.print(name);
    }
    println!("aims: median 200, p90 450, none over 600 without tests, docs 10 %, cfgs of core and server 0");
    Ok(())
}

#[derive(Default)]
struct Tier {
    lengths: Vec<usize>,
    longest_without_tests: usize,
    docs: usize,
    cfgs: usize,
}

impl Tier {
    fn add(&mut self, file: &tidy::File) {
        self.lengths.push(file.text.lines().count());
        self.longest_without_tests = self.longest_without_tests.max(lengths::without_tests(&file.text));
        let doc = |line: &&str| {
            ["//!", "///", "/**", "*"]
                .iter()
                .any(|mark| line.trim_start().starts_with(mark))
        };
        self.docs += file.text.lines().filter(doc).count();
        self.cfgs += if file.path.ends_with(".rs") {
            source::system_cfgs(&file.text)
        } else {
            0
        };
    }

    fn print(&mut self, name: &str) {
        self.lengths.sort_unstable();
        let lines: usize = self.lengths.iter().sum();
        let at = |share: usize| self.lengths[(self.lengths.len() - 1) * share / 100];
        let docs = 100.0 * self.docs as f64 / lines.max(1) as f64;
        println!(
            "{name:<8} {:>5} {lines:>7} {:>6} {:>5} {:>5} {:>7} {docs:>5.1} {:>5}",
            self.lengths.len(),
            at(50),
            at(90),
            at(100),
            self.longest_without_tests,
            self.cfgs
        );
    }
}
