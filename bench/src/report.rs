//! What is handed out: a table for people, and the same figures as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::goals::{self, Goal};
use crate::idle;
use crate::options::{Corpus, versions};
use crate::scenes::Scene;
use crate::screen::Row;
use crate::{own, peers};

/// All of one run.
pub struct Report<'a> {
    /// What was played.
    pub corpus: &'a Corpus,
    /// What the code is that was built.
    pub commit: &'a str,
    /// Times are medians of so many.
    pub repeats: usize,
    /// The scenes.
    pub rows: &'a BTreeMap<Scene, Row>,
    /// The display at rest.
    pub at_rest: Option<idle::Figures>,
    /// The goals.
    pub goals: &'a [Goal],
    /// A sentence for each thing that is missing.
    pub left_out: &'a [String],
    /// Load of the machine before and after.
    pub load: [f64; 2],
}

impl Report<'_> {
    /// Prints the table, and writes it beside the JSON.
    pub fn write(&self, json: &Path) -> Result<()> {
        let table = self.table()?;
        crate::say(&table);
        fs::write(json, serde_json::to_string_pretty(&self.json())? + "\n")
            .with_context(|| json.display().to_string())?;
        fs::write(json.with_extension("md"), table)?;
        Ok(())
    }

    fn json(&self) -> Value {
        let scenes = self
            .rows
            .iter()
            .map(|(scene, row)| (scene.name().to_owned(), row_json(row)));
        json!({
            "date": date(),
            "machine": {"cores": cores(), "cpu": processor(), "load_before": self.load[0], "load_after": self.load[1]},
            "commit": self.commit,
            "options": self.corpus.describe(),
            "repeats": self.repeats,
            "programs": versions().lines().collect::<Vec<_>>(),
            "scenes": scenes.collect::<Map<_, _>>(),
            "at_rest": self.at_rest.map(|rest| json!({
                "caret_percent_of_core": rest.caret_percent,
                "caret_bytes_per_min": rest.caret_bytes_per_min,
                "still_percent_of_core": rest.still_percent,
                "still_bytes_per_min": rest.still_bytes_per_min,
                "measured_with": "capture of the product and encoder in one loop, without session and socket",
            })),
            "left_out": self.left_out,
            "goals": goals::to_json(self.goals),
        })
    }

    fn table(&self) -> Result<String> {
        let mut out = String::new();
        let corpus = self.corpus;
        writeln!(
            out,
            "# The screen, seed {}, {}x{}, scale {}{}{}\n\n{}, {} cores, {}, load {:.1} to {:.1}, commit {}\n",
            corpus.seed,
            corpus.size.width,
            corpus.size.height,
            corpus.scale,
            if corpus.dark { ", dark" } else { "" },
            if corpus.quick { ", quick" } else { "" },
            date(),
            cores(),
            processor(),
            self.load[0],
            self.load[1],
            self.commit,
        )?;
        out += "Bytes per step, frames with their headers; TigerVNC without TLS. Times are processor milliseconds per step.\n\n";
        self.bytes(&mut out)?;
        self.times(&mut out)?;
        self.first(&mut out)?;
        if let Some(rest) = self.at_rest {
            writeln!(
                out,
                "At rest (capture and encoder): {:.2} % of a core and {:.0} bytes per minute with a caret, {:.2} % and {:.0} with nothing.\n",
                rest.caret_percent, rest.caret_bytes_per_min, rest.still_percent, rest.still_bytes_per_min
            )?;
        }
        out += "| goal | value | target | met |\n|---|---|---|---|\n";
        for goal in self.goals {
            let value = goal
                .value
                .map_or("not measured".to_owned(), |value| format!("{value:.4}"));
            let met = if goal.met() { "yes" } else { "no" };
            writeln!(out, "| {} | {value} | {} | {met} |", goal.key, goal.target)?;
        }
        for note in self.left_out {
            writeln!(out, "\nLeft out: {note}")?;
        }
        Ok(out)
    }

    fn bytes(&self, out: &mut String) -> Result<()> {
        *out += "| bytes per step | steps | ours | sealed | most | Tight 2 | Tight 9 | ZRLE | Tight 2 live | x264 (lossy) | ours / best TigerVNC |\n";
        *out += "|---|---|---|---|---|---|---|---|---|---|---|\n";
        for (scene, row) in self.rows {
            let ours = row.own.per_step(row.own.bytes.framed as f64);
            writeln!(
                out,
                "| {} | {} | {ours:.0} | {:.0} | {} | {} | {} | {} | {} | {} | {} |",
                scene.name(),
                row.own.steps,
                row.own.per_step(row.own.bytes.sealed as f64),
                row.own.most_bytes,
                tiger(row.tight2),
                tiger(row.tight9),
                tiger(row.zrle),
                tiger(row.live),
                number(row.x264.map(|(_, later)| later), 0),
                number(row.tiger().map(|tiger| ours / tiger), 3),
            )?;
        }
        *out += "\n";
        Ok(())
    }

    fn times(&self, out: &mut String) -> Result<()> {
        *out += "| ms per step | encode | longest | told the box | told the damage | decode | Tight 2 server | box / Tight 2 | WebAssembly / native decode |\n";
        *out += "|---|---|---|---|---|---|---|---|---|\n";
        for (scene, row) in self.rows {
            let encode = row.own.per_step(row.own.encode_ms);
            let boxed = row.boxed.per_step(row.boxed.encode_ms);
            writeln!(
                out,
                "| {} | {encode:.2} | {:.1} | {boxed:.2} | {:.2} | {:.2} | {} | {} | {} |",
                scene.name(),
                row.own.most_encode_ms,
                row.told.per_step(row.told.encode_ms),
                row.own.per_step(row.own.decode_ms),
                number(row.tight2_ms, 2),
                number(row.tight2_ms.filter(|ms| *ms > 0.0).map(|ms| boxed / ms), 2),
                number(row.wasm.map(|wasm| wasm.wasm_ms / wasm.native_ms), 2),
            )?;
        }
        *out += "\n";
        Ok(())
    }

    fn first(&self, out: &mut String) -> Result<()> {
        *out += "| first picture, bytes | ours | Tight 2 | Tight 9 | ZRLE | WebP lossless | x264 (lossy) | ours / Tight 2 | encode ms |\n";
        *out += "|---|---|---|---|---|---|---|---|---|\n";
        for (scene, row) in self.rows {
            let join = |figures: Option<peers::tigervnc::Figures>| figures.map(|figures| figures.join as f64);
            let ours = row.own.join.framed as f64;
            writeln!(
                out,
                "| {} | {ours} | {} | {} | {} | {} | {} | {} | {:.0} |",
                scene.name(),
                number(join(row.tight2), 0),
                number(join(row.tight9), 0),
                number(join(row.zrle), 0),
                number(row.webp.map(|bytes| bytes as f64), 0),
                number(row.x264.map(|(first, _)| first as f64), 0),
                number(join(row.tight2).map(|tight| ours / tight), 3),
                row.own.join_encode_ms,
            )?;
        }
        *out += "\n";
        Ok(())
    }
}

fn row_json(row: &Row) -> Value {
    let own = |figures: &own::Figures| {
        json!({
            "bytes_per_step": figures.per_step(figures.bytes.framed as f64),
            "codec_bytes_per_step": figures.per_step(figures.bytes.codec as f64),
            "sealed_bytes_per_step": figures.per_step(figures.bytes.sealed as f64),
            "most_bytes": figures.most_bytes,
            "join_bytes": figures.join.framed,
            "encode_ms_per_step": figures.per_step(figures.encode_ms),
            "most_encode_ms": figures.most_encode_ms,
            "join_encode_ms": figures.join_encode_ms,
            "decode_ms_per_step": figures.per_step(figures.decode_ms),
            "exact": true,
        })
    };
    let tiger = |figures: Option<peers::tigervnc::Figures>| {
        figures.map(|figures| json!({"bytes_per_step": figures.bytes_per_step(), "join_bytes": figures.join, "steps": figures.steps}))
    };
    json!({
        "steps": row.own.steps,
        "length_ms": row.own.length_ms,
        "ours": own(&row.own),
        "ours_told_box": own(&row.boxed),
        "ours_told_damage": own(&row.told),
        "tight2": tiger(row.tight2),
        "tight2_server_ms_per_step": row.tight2_ms,
        "tight9": tiger(row.tight9),
        "zrle": tiger(row.zrle),
        "tight2_live": tiger(row.live),
        "x264": row.x264.map(|(first, later)| json!({"join_bytes": first, "bytes_per_step": later})),
        "webp_join_bytes": row.webp,
        "wasm": row.wasm.map(|wasm| json!({"native_ms": wasm.native_ms, "wasm_ms": wasm.wasm_ms})),
    })
}

fn tiger(figures: Option<peers::tigervnc::Figures>) -> String {
    number(figures.map(|figures| figures.bytes_per_step()), 0)
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

pub fn date() -> String {
    chrono::Utc::now().format("%Y-%m-%d %H:%M UTC").to_string()
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(0, std::num::NonZero::get)
}

pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    let name = line
        .and_then(|line| line.split_once(':'))
        .map(|(_, name)| name.trim());
    name.unwrap_or("unknown processor").to_owned()
}

/// How many processes want to run, averaged over a minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text
        .split_whitespace()
        .next()
        .and_then(|number| number.parse().ok());
    first.unwrap_or_default()
}
