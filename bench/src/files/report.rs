//! What is measured on which line, what came of it, and the goals. Larger is better here: values are rates by the better peer's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::Options;
use super::line::Shape;
use crate::cpu::median;
use crate::report::{cores, date, processor};

/// Ways of ours, with the word that their goals have.
const OURS: [(&str, &str); 4] = [
    ("fetch", "fetch"),
    ("send", "send"),
    ("browser fetch", "browser_fetch"),
    ("browser send", "browser_send"),
];
/// Name of the line for a large file.
const LARGE: &str = "large";
/// Straight from one to the other. Goals are shares of the better one.
const PEERS: [&str; 2] = ["curl", "scp"];
/// The same by way of a third, as ours go: `curl` by one that has to look in, `scp` by one that cannot.
pub const RELAYED: [&str; 2] = ["curl, relayed", "scp, jumped"];

/// One line, and what is carried over it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// `None`: the machine itself.
    pub shape: Option<Shape>,
    /// Bytes of the file.
    pub bytes: u64,
    /// What share of the better peer's rate is wanted.
    pub target: f64,
}

impl Case {
    /// Carried over once, on the disk and only if it is named: it takes minutes, and shows that nothing holds it whole in memory.
    pub fn is_large(&self) -> bool {
        self.name == LARGE
    }

    /// Whether it is measured with these names.
    pub fn is_meant(&self, lines: &[String]) -> bool {
        if lines.is_empty() {
            return !self.is_large();
        }
        lines.iter().any(|name| name == self.name)
    }

    /// All of them; files are so large that a run takes some seconds on a slow line, and shows a rate on a fast one.
    pub fn all(quick: bool) -> [Self; 3] {
        let size = |full: u64| if quick { full / 4 } else { full } << 20;
        let slow = Shape {
            bits_per_second: 20_000_000,
            round_trip: Duration::from_millis(50),
        };
        [
            Self {
                name: "loopback",
                shape: None,
                bytes: size(256),
                target: 0.9,
            },
            Self {
                name: "slow",
                shape: Some(slow),
                bytes: size(20),
                target: 0.95,
            },
            Self {
                name: LARGE,
                shape: None,
                bytes: size(5 * 1024),
                target: 0.9,
            },
        ]
    }
}

/// What came of a line.
pub struct Outcome {
    /// The line.
    pub case: Case,
    hash: String,
    seconds: BTreeMap<String, Vec<f64>>,
    /// The most memory that one process of the browser had, in bytes.
    pub browser_peak: Option<u64>,
}

impl Outcome {
    /// Nothing yet; the content has this hash (BLAKE3).
    pub const fn new(case: Case, hash: String) -> Self {
        Self {
            case,
            hash,
            seconds: BTreeMap::new(),
            browser_peak: None,
        }
    }

    /// One more run.
    pub fn add(&mut self, who: &str, seconds: f64) {
        self.seconds.entry(who.to_owned()).or_default().push(seconds);
    }

    /// Whether this file, and what was told of it, is what was sent.
    pub fn check(&self, path: &Path, told: &str) -> Result<()> {
        if told != self.hash {
            bail!("{told} was told of {}", path.display());
        }
        self.check_content(path)
    }

    /// Whether this file is what was sent.
    pub fn check_content(&self, path: &Path) -> Result<()> {
        let file = fs::File::open(path).with_context(|| path.display().to_string())?;
        if hash_of(file, io::sink())? != self.hash {
            bail!("{} is not what was sent", path.display());
        }
        Ok(())
    }

    /// Megabytes per second.
    fn rate(&self, who: &str) -> Option<f64> {
        let seconds = self.seconds.get(who)?;
        Some(self.case.bytes as f64 / 1e6 / median(seconds.clone()))
    }

    fn best(&self, peers: &[&str]) -> Option<f64> {
        peers.iter().filter_map(|peer| self.rate(peer)).reduce(f64::max)
    }

    fn goals(&self) -> impl Iterator<Item = (String, Option<f64>, f64)> {
        OURS.into_iter().map(|(who, word)| {
            let value = self
                .rate(who)
                .zip(self.best(&PEERS))
                .map(|(ours, best)| ours / best);
            (
                format!("files_{}_{word}", self.case.name),
                value,
                self.case.target,
            )
        })
    }
}

/// Passes it on and gives its BLAKE3 in hexadecimal digits.
pub fn hash_of(mut from: impl Read, mut to: impl Write) -> Result<String> {
    let (mut hasher, mut block) = (blake3::Hasher::new(), vec![0; 1 << 20]);
    loop {
        let read = from.read(&mut block)?;
        let bytes = block.get(..read).context("no more than there is room for")?;
        if bytes.is_empty() {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(bytes);
        to.write_all(bytes)?;
    }
}

/// Prints the table, writes it beside the JSON, and fails if a goal could not be computed.
pub fn write(options: &Options, outcomes: &[Outcome], left_out: &[String], load: [f64; 2]) -> Result<()> {
    let mut goals = Map::new();
    for (key, value, target) in outcomes.iter().flat_map(Outcome::goals) {
        let met = value.is_some_and(|value| value >= target);
        goals.insert(key, json!({ "value": value, "target": target, "met": met }));
    }
    let all = json!({
        "date": date(),
        "machine": {"cores": cores(), "cpu": processor(), "load_before": load[0], "load_after": load[1]},
        "commit": options.commit,
        "command": "cargo xtask bench files",
        "quick": options.quick,
        "lines": outcomes.iter().map(figures).collect::<Vec<_>>(),
        "goals": goals,
        "left_out": left_out,
    });
    let text = table(options, outcomes, &goals, left_out, load)?;
    crate::say(&text);
    fs::write(&options.json, serde_json::to_string_pretty(&all)? + "\n")
        .with_context(|| options.json.display().to_string())?;
    fs::write(options.json.with_extension("md"), text)?;
    let missing: Vec<&String> = goals
        .iter()
        .filter(|(_, goal)| goal["value"].is_null())
        .map(|(key, _)| key)
        .collect();
    if !missing.is_empty() && !options.quick {
        bail!("goals that could not be computed: {missing:?}");
    }
    Ok(())
}

fn figures(outcome: &Outcome) -> Value {
    let rates: Map<String, Value> = outcome
        .seconds
        .keys()
        .map(|who| (who.clone(), json!(outcome.rate(who))))
        .collect();
    json!({
        "name": outcome.case.name,
        "bytes": outcome.case.bytes,
        "bits_per_second": outcome.case.shape.map(|shape| shape.bits_per_second),
        "round_trip_ms": outcome.case.shape.map(|shape| shape.round_trip.as_millis() as u64),
        "seconds": outcome.seconds,
        "megabytes_per_second": rates,
        "browser_peak_bytes": outcome.browser_peak,
    })
}

fn table(
    options: &Options,
    outcomes: &[Outcome],
    goals: &Map<String, Value>,
    left_out: &[String],
    load: [f64; 2],
) -> Result<String> {
    let mut out = format!(
        "# Files\n\n{}, {} cores, {}, load {:.1} to {:.1}, commit {}\n\n`cargo xtask bench files --json FILE{}`\n\n",
        date(),
        cores(),
        processor(),
        load[0],
        load[1],
        options.commit,
        if options.quick { " --quick" } else { "" },
    );
    out += "MB/s, median (slowest to fastest). Random content, in memory (a large file on the disk); dialing is not counted; every file of ours was compared.\n\n";
    for outcome in outcomes {
        let line = outcome.case.shape.map_or_else(
            || "this machine".to_owned(),
            |shape| {
                let (rate, trip) = (shape.bits_per_second / 1_000_000, shape.round_trip.as_millis());
                format!("{rate} Mbit/s each way, {trip} ms round trip")
            },
        );
        writeln!(
            out,
            "## {}: {line}, {} MiB\n",
            outcome.case.name,
            outcome.case.bytes >> 20
        )?;
        out += "| | MB/s | by the better of curl and scp | by the better of those by way of a third |\n|---|---|---|---|\n";
        for who in OURS.map(|(who, _)| who).into_iter().chain(PEERS).chain(RELAYED) {
            let (Some(rate), Some(seconds)) = (outcome.rate(who), outcome.seconds.get(who)) else {
                writeln!(out, "| {who} | - | - | - |")?;
                continue;
            };
            let of = |seconds: f64| outcome.case.bytes as f64 / 1e6 / seconds;
            let slowest = of(seconds.iter().copied().fold(0.0, f64::max));
            let fastest = of(seconds.iter().copied().fold(f64::INFINITY, f64::min));
            let by = |peers: &[&str]| outcome.best(peers).map_or(0.0, |best| rate / best);
            let (straight, relayed) = (by(&PEERS), by(&RELAYED));
            writeln!(
                out,
                "| {who} | {rate:.2} ({slowest:.2} to {fastest:.2}) | {straight:.2} | {relayed:.2} |"
            )?;
        }
        if let Some(bytes) = outcome.browser_peak {
            writeln!(
                out,
                "\nMost memory of one process of the browser: {} MiB.",
                bytes >> 20
            )?;
        }
        out += "\n";
    }
    out += "| goal | value | target | met |\n|---|---|---|---|\n";
    for (key, goal) in goals {
        let value = goal["value"]
            .as_f64()
            .map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        let met = if goal["met"] == true { "yes" } else { "no" };
        writeln!(out, "| {key} | {value} | {} | {met} |", goal["target"])?;
    }
    if !left_out.is_empty() {
        writeln!(out, "\nLeft out: {}.", left_out.join("; "))?;
    }
    Ok(out)
}
