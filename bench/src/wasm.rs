//! The decoder as WebAssembly: the same updates decoded natively and under Node, both by processor time.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use temoto_codec::Decoder;

use crate::cpu::{median, thread_ms};

/// The first time warms the engine up; it is not counted.
const TIMES: usize = 4;

/// What decodes under Node.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The decoder built for WASI.
    pub wasm: PathBuf,
    /// What runs it under Node.
    pub script: PathBuf,
}

/// Milliseconds of a scene's updates after the first.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Natively.
    pub native_ms: f64,
    /// As WebAssembly.
    pub wasm_ms: f64,
}

/// Decodes a file of updates both ways, `repeats` times in turn.
pub fn run(programs: &Programs, updates: &Path, repeats: usize) -> Result<Figures> {
    let bytes = std::fs::read(updates)?;
    let (mut native, mut wasm) = (Vec::new(), Vec::new());
    for _ in 0..repeats.max(1) {
        let times = (0..TIMES)
            .map(|_| decode_ms(&bytes))
            .collect::<Result<Vec<_>>>()?;
        native.push(later(&times)?);
        let mut node = Command::new("node");
        node.arg("--no-warnings")
            .arg(&programs.script)
            .arg(&programs.wasm)
            .arg(updates);
        wasm.push(later(&printed(node.arg(TIMES.to_string()))?)?);
    }
    Ok(Figures {
        native_ms: median(native),
        wasm_ms: median(wasm),
    })
}

/// What the program for WASI does, here: milliseconds of all updates but the first.
fn decode_ms(mut bytes: &[u8]) -> Result<f64> {
    let mut decoder = Decoder::new();
    let (mut first, mut spent) = (true, 0.0);
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (update, rest) = rest.split_at_checked(length).context("not a file of updates")?;
        let began = thread_ms();
        decoder.decode(update)?;
        if !first {
            spent += thread_ms() - began;
        }
        (first, bytes) = (false, rest);
    }
    Ok(spent)
}

/// The times that a program prints, one on a line.
fn printed(command: &mut Command) -> Result<Vec<f64>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!(
            "{name} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(str::parse).collect::<Result<_, _>>()?)
}

/// The median without the first.
fn later(times: &[f64]) -> Result<f64> {
    match times.split_first() {
        Some((_, later)) if !later.is_empty() => Ok(median(later.to_vec())),
        _ => bail!("a decoder gave no times"),
    }
}
