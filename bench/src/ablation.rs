//! What each part of the codec brings: the same recordings with one part after the other left out.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use temoto_codec::Parts;

use crate::own::{self, Told};
use crate::record::Recording;

/// A part by its name in the table, and what leaves it out.
type Part = (&'static str, fn(&mut Parts));

const PARTS: &[Part] = &[
    ("moves", |parts| parts.moves = false),
    ("history", |parts| parts.history = false),
    ("guesses of time", |parts| parts.time = false),
    ("runs", |parts| parts.runs = false),
    ("wide neighborhoods", |parts| parts.wide = false),
    ("near neighborhoods", |parts| parts.near = false),
    ("text by columns", |parts| parts.text = false),
    ("cache of colors", |parts| parts.colors = false),
    ("blocks of photographs", |parts| parts.photo = false),
    ("moves and history", |parts| {
        (parts.moves, parts.history) = (false, false);
    }),
];

/// Writes two tables, of bytes and of the encoder's processor time, each as a multiple of what the whole codec needs.
pub fn run(recordings: &[Recording], markdown: &Path) -> Result<()> {
    let mut heads = ["| without |".to_owned(), "|---|".to_owned()];
    let mut bytes: Vec<String> = PARTS.iter().map(|(name, _)| format!("| {name} |")).collect();
    let mut times = bytes.clone();
    let mut whole = [
        "| nothing (bytes per step) |".to_owned(),
        "| nothing (ms per step) |".to_owned(),
    ];
    for recording in recordings {
        let name = recording.scene.name();
        eprintln!("{name}…");
        write!(heads[0], " {name} |")?;
        heads[1] += "---|";
        let all = own::run(recording, Told::Nothing, 1, None)?;
        let size = all.per_step(all.bytes.codec as f64);
        let time = all.per_step(all.encode_ms);
        write!(whole[0], " {size:.0} |")?;
        write!(whole[1], " {time:.2} |")?;
        for (row, (_, leave)) in PARTS.iter().enumerate() {
            let mut parts = Parts::ALL;
            leave(&mut parts);
            let less = own::run_with(parts, recording, Told::Nothing, 1, None)?;
            write!(
                bytes[row],
                " {:.2} |",
                less.per_step(less.bytes.codec as f64) / size
            )?;
            write!(times[row], " {:.2} |", less.per_step(less.encode_ms) / time)?;
        }
    }
    let head = heads.join("\n");
    let table = |whole: &String, rows: &[String]| format!("{head}\n{whole}\n{}\n", rows.join("\n"));
    let text = format!("{}\n{}", table(&whole[0], &bytes), table(&whole[1], &times));
    crate::say(&text);
    std::fs::write(markdown, text).with_context(|| markdown.display().to_string())
}
