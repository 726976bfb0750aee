//! Decodes recorded updates again and again as WebAssembly and says how long it took.
//!
//! Reads a file of updates (length u32, bytes), decodes all of them as often as asked, and prints for each time the
//! milliseconds of all updates but the first. `run.mjs` runs it and is its clock.
#![expect(clippy::print_stdout, reason = "a command line tool talks on standard output")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use temoto_codec::Decoder;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(file), Some(times)) = (args.next(), args.next().and_then(|times| times.parse().ok())) else {
        eprintln!("usage: temoto-bench-wasm FILE TIMES");
        return ExitCode::FAILURE;
    };
    match std::fs::read(&file)
        .map_err(|error| error.to_string())
        .and_then(|bytes| decode(&bytes, times))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn decode(bytes: &[u8], times: u32) -> Result<(), String> {
    let updates = split(bytes).ok_or("not a file of updates")?;
    for _ in 0..times {
        let mut decoder = Decoder::new();
        let mut spent = Duration::ZERO;
        for (number, update) in updates.iter().enumerate() {
            let began = Instant::now();
            decoder.decode(update).map_err(|error| error.to_string())?;
            if number > 0 {
                spent += began.elapsed();
            }
        }
        println!("{}", spent.as_secs_f64() * 1e3);
    }
    Ok(())
}

fn split(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut updates = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        updates.push(rest.get(..length)?);
        bytes = rest.get(length..)?;
    }
    bytes.is_empty().then_some(updates)
}
