//! The codec on recorded frames: every update is decoded and compared with its frame, pixel by pixel.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use temoto_codec::{Decoder, Encoder, Hints, Parts};
use temoto_geometry::Region;
use temoto_wire::frame::FRAME_HEADER_BYTES;
use temoto_wire::limits::FRAME_BYTES;
use temoto_wire::screen::Begin;

use crate::cpu::{median, thread_ms};
use crate::pixels;
use crate::record::Recording;

/// What sealing adds to a record: header, tag, type.
const SEAL_BYTES: u64 = 8 + 16 + 1;

/// What the encoder is told about each step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// Nothing: it compares all of the frame.
    Nothing,
    /// The box around what changed, which is what TigerVNC's server gets in a replay.
    Box,
    /// Where the window system said that something was drawn.
    Damage,
}

impl Told {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Box => "box",
            Self::Damage => "damage",
        }
    }
}

/// Bytes of one update or of many.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bytes {
    /// As the codec made them.
    pub codec: u64,
    /// With the headers of frames and of the update.
    pub framed: u64,
    /// The same as sealed records.
    pub sealed: u64,
}

impl Bytes {
    /// One update in frames as large as the session makes them on a fast line, a record for each.
    pub fn of_update(codec: usize) -> Self {
        let room = FRAME_BYTES - Begin::MOST_BYTES;
        let frames = codec.div_ceil(room).max(1);
        let mut begin = Begin {
            number: 1,
            display: 0,
            reset: false,
            complete: true,
            taken_ms: 0,
            length: None,
        };
        if frames > 1 {
            begin.length = u32::try_from(codec).ok();
        }
        let framed = (codec + begin.encode().len() + frames * FRAME_HEADER_BYTES) as u64;
        Self {
            codec: codec as u64,
            framed,
            sealed: framed + frames as u64 * SEAL_BYTES,
        }
    }

    fn add(&mut self, other: Self) {
        self.codec += other.codec;
        self.framed += other.framed;
        self.sealed += other.sealed;
    }
}

/// The figures of one scene.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Steps after the first frame.
    pub steps: u32,
    /// The first frame.
    pub join: Bytes,
    /// All later steps together.
    pub bytes: Bytes,
    /// The most of one step, as framed.
    pub most_bytes: u64,
    /// Processor milliseconds of the first frame.
    pub join_encode_ms: f64,
    /// Processor milliseconds of all later steps.
    pub encode_ms: f64,
    /// The longest of them.
    pub most_encode_ms: f64,
    /// The same for the decoder.
    pub decode_ms: f64,
    /// Milliseconds from the first picture to the last, as recorded.
    pub length_ms: u32,
}

impl Figures {
    /// The mean of later steps.
    pub fn per_step(&self, total: f64) -> f64 {
        total / f64::from(self.steps.max(1))
    }
}

/// Runs it `repeats` times; times are medians. Fails when a pixel differs, or bytes differ between the runs.
pub fn run(recording: &Recording, told: Told, repeats: usize, updates: Option<&Path>) -> Result<Figures> {
    run_with(Parts::ALL, recording, told, repeats, updates)
}

/// The same without some parts of the codec.
pub fn run_with(
    parts: Parts,
    recording: &Recording,
    told: Told,
    repeats: usize,
    updates: Option<&Path>,
) -> Result<Figures> {
    let mut runs = Vec::new();
    for number in 0..repeats.max(1) {
        let updates = updates.filter(|_| number == 0);
        runs.push(
            once(parts, recording, told, updates)
                .with_context(|| format!("the codec on {}", recording.scene.name()))?,
        );
    }
    let mut figures = runs.first().cloned().context("at least one run")?;
    if runs
        .iter()
        .any(|run| (run.bytes.codec, run.join.codec) != (figures.bytes.codec, figures.join.codec))
    {
        bail!("the codec gives other bytes in another run");
    }
    let middle = |time: fn(&Figures) -> f64| median(runs.iter().map(time).collect());
    figures.join_encode_ms = middle(|run| run.join_encode_ms);
    figures.encode_ms = middle(|run| run.encode_ms);
    figures.most_encode_ms = middle(|run| run.most_encode_ms);
    figures.decode_ms = middle(|run| run.decode_ms);
    Ok(figures)
}

fn once(parts: Parts, recording: &Recording, told: Told, updates: Option<&Path>) -> Result<Figures> {
    let mut reader = recording.open()?;
    let began_ms = reader.step().at_ms;
    let (mut encoder, mut decoder) = (Encoder::with_parts(parts), Decoder::with_parts(parts));
    let mut out = updates
        .map(|path| File::create(path).map(BufWriter::new))
        .transpose()?;
    let mut figures = Figures::default();
    let mut first = true;
    loop {
        let damage = match told {
            Told::Nothing => None,
            Told::Box => Some(
                pixels::changed_box(decoder.framebuffer(), reader.frame())
                    .map_or_else(Region::new, Region::from),
            ),
            Told::Damage => Some(reader.step().damage.clone()),
        };
        let hints = Hints {
            damage: damage.filter(|_| !first),
            ..Hints::default()
        };
        let view = reader.frame().view()?;
        let began = thread_ms();
        let update = encoder.encode(view, &hints);
        let encode_ms = thread_ms() - began;
        let mut bytes = Bytes::default();
        if let Some(update) = update {
            bytes = Bytes::of_update(update.bytes.len());
            let began = thread_ms();
            decoder.decode(&update.bytes)?;
            if !first {
                figures.decode_ms += thread_ms() - began;
            }
            if let Some(out) = &mut out {
                out.write_all(&u32::try_from(update.bytes.len())?.to_le_bytes())?;
                out.write_all(&update.bytes)?;
            }
        }
        if decoder.framebuffer() != reader.frame() {
            bail!("step {} is not exact", figures.steps);
        }
        if first {
            (figures.join, figures.join_encode_ms) = (bytes, encode_ms);
        } else {
            figures.bytes.add(bytes);
            figures.most_bytes = figures.most_bytes.max(bytes.framed);
            figures.encode_ms += encode_ms;
            figures.most_encode_ms = figures.most_encode_ms.max(encode_ms);
        }
        first = false;
        if !reader.advance()? {
            break;
        }
        figures.length_ms = reader.step().at_ms.saturating_sub(began_ms);
        figures.steps += 1;
    }
    if let Some(mut out) = out {
        out.flush()?;
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_update_has_one_header_and_a_long_one_many() {
        let short = Bytes::of_update(12);
        assert_eq!(
            (short.codec, short.framed, short.sealed),
            (12, 12 + 4 + 5, 12 + 4 + 5 + 25)
        );
        let long = Bytes::of_update(150_000);
        assert_eq!(long.framed, 150_000 + 3 * 4 + 9);
        assert_eq!(long.sealed, long.framed + 3 * 25);
    }
}
