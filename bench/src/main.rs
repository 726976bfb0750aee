//! Measures the screen and files beside other products: real programs are recorded once, then the codec and other products get the
//! same pixels; one file is carried over by everybody.
//!
//! `cargo xtask bench screen|files` builds and calls this; see `bench/README.md`. Nothing here is part of the product.
#![expect(clippy::print_stdout, reason = "a command line tool talks on standard output")]

mod ablation;
mod cpu;
mod desktop;
mod files;
mod goals;
mod hands;
mod idle;
mod options;
mod own;
mod peers;
mod pixels;
mod plot;
mod random;
mod record;
mod replay;
mod report;
mod rfb;
mod scenes;
mod screen;
mod stage;
mod store;
mod viewer;
mod wasm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser as _;
use options::{Corpus, Options, What};
use own::Told;

fn main() -> ExitCode {
    match command(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(options: Options) -> Result<()> {
    match options.what {
        What::Record(corpus) => recorded(corpus).map(|_| ()),
        What::Codec {
            corpus,
            repeats,
            json,
            updates,
        } => codec(corpus, repeats, json.as_deref(), updates.as_deref()),
        What::Ablation { corpus, markdown } => ablation::run(&recorded(corpus)?, &markdown),
        What::Plot { json, to } => plot::run(&json, &to),
        What::Look { corpus, to } => look(corpus, &to),
        What::Files(options) => files::run(&options),
        What::FilesProgram(customer) => files::program::run(&customer),
        What::Screen {
            corpus,
            json,
            repeats,
            programs,
            commit,
        } => {
            let programs = programs.and_then(|files| match <[PathBuf; 2]>::try_from(files) {
                Ok([wasm, script]) => Some(wasm::Programs { wasm, script }),
                Err(_) => None,
            });
            screen::run(corpus, &json, repeats, programs, &commit)
        }
    }
}

/// The recordings, if all could be made.
fn recorded(mut corpus: Corpus) -> Result<Vec<record::Recording>> {
    corpus.cache = options::prepare(&corpus.cache)?;
    let (recordings, faults) = record::all(&corpus)?;
    if !faults.is_empty() {
        bail!("could not record {}", faults.join("; "));
    }
    Ok(recordings)
}

fn codec(corpus: Corpus, repeats: usize, json: Option<&Path>, updates: Option<&Path>) -> Result<()> {
    let recordings = recorded(corpus)?;
    if let Some(folder) = updates {
        std::fs::create_dir_all(folder)?;
    }
    println!(
        "scene   told    steps    join B   B/step (codec)  (sealed)      most  enc ms/step    max  dec ms/step"
    );
    let mut all = serde_json::Map::new();
    for recording in &recordings {
        let name = recording.scene.name();
        for told in [Told::Nothing, Told::Box, Told::Damage] {
            let updates = updates
                .filter(|_| told == Told::Nothing)
                .map(|folder| folder.join(format!("{name}.updates")));
            let figures = own::run(recording, told, repeats, updates.as_deref())?;
            let mean = |bytes: u64| figures.per_step(bytes as f64);
            println!(
                "{name:<7} {:<7} {:>5} {:>9} {:>8.0} {:>7.0} {:>9.0} {:>9} {:>12.2} {:>6.1} {:>12.2}",
                told.name(),
                figures.steps,
                figures.join.framed,
                mean(figures.bytes.framed),
                mean(figures.bytes.codec),
                mean(figures.bytes.sealed),
                figures.most_bytes,
                figures.per_step(figures.encode_ms),
                figures.most_encode_ms,
                figures.per_step(figures.decode_ms),
            );
            if told == Told::Nothing {
                all.insert(
                    name.to_owned(),
                    serde_json::json!({
                        "join": figures.join.framed,
                        "bytes_per_step": mean(figures.bytes.framed),
                        "encode_ms": figures.per_step(figures.encode_ms),
                        "decode_ms": figures.per_step(figures.decode_ms),
                    }),
                );
            }
        }
    }
    if let Some(json) = json {
        std::fs::write(json, serde_json::to_string_pretty(&all)?)?;
    }
    Ok(())
}

fn look(corpus: Corpus, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for recording in recorded(corpus)? {
        let mut reader = recording.open()?;
        for number in 0.. {
            let file = to.join(format!("{}-{number:03}.ppm", recording.scene.name()));
            peers::images::write_ppm(&file, reader.frame())?;
            if !reader.advance()? {
                break;
            }
        }
    }
    Ok(())
}

/// Puts a text on standard output.
fn say(text: &str) {
    println!("{text}");
}
