//! Bytes and times of the codec over a folder of frames: `measure FOLDER...`, each with binary PPM files in the order
//! of their names. Every frame is decoded and compared; times are the best of three runs. Without a folder it draws a small text, a scroll and a photo.

#![expect(clippy::print_stdout, reason = "a tool that prints")]
#![expect(clippy::disallowed_methods, reason = "a tool that takes the time")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use temoto_codec::{Decoder, Encoder, Framebuffer, Hints};
use temoto_geometry::{Point, Size};

fn main() -> Result<(), Box<dyn Error>> {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    println!(
        "{:<12} {:>5} {:>10} {:>8} {:>8} | {:>10} {:>8} {:>8} {:>8}",
        "", "steps", "first", "enc ms", "dec ms", "bytes", "enc ms", "max", "dec ms"
    );
    for folder in &folders {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<Result<_, _>>()?;
        files.sort();
        let frames = files
            .iter()
            .map(|file| read(file))
            .collect::<Result<Vec<_>, _>>()?;
        let name = Path::new(folder)
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        measure(&name, &frames)?;
    }
    if folders.is_empty() {
        let page = drawn_page();
        let scroll: Vec<Framebuffer> = (0..20)
            .map(|step| scrolled(&page, step * 53))
            .collect::<Result<_, _>>()?;
        measure("scroll", &scroll)?;
        measure("photo", &[drawn_photo()?])?;
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Bytes, encoding and decoding milliseconds of one frame.
type Step = (usize, f64, f64);

fn run(frames: &[Framebuffer]) -> Result<Vec<Step>, Box<dyn Error>> {
    let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new());
    let mut steps = Vec::new();
    for frame in frames {
        let start = Instant::now();
        let update = encoder.encode(frame.view()?, &Hints::default());
        let encoded = milliseconds(start.elapsed());
        let start = Instant::now();
        if let Some(update) = &update {
            decoder.decode(&update.bytes)?;
        }
        let decoded = milliseconds(start.elapsed());
        if decoder.framebuffer() != frame {
            return Err("the viewer does not show the frame".into());
        }
        steps.push((update.map_or(0, |update| update.bytes.len()), encoded, decoded));
    }
    Ok(steps)
}

fn measure(name: &str, frames: &[Framebuffer]) -> Result<(), Box<dyn Error>> {
    let mut best = run(frames)?;
    for _ in 0..2 {
        for (best, step) in best.iter_mut().zip(run(frames)?) {
            *best = (step.0, best.1.min(step.1), best.2.min(step.2));
        }
    }
    let Some((first, rest)) = best.split_first() else {
        return Ok(());
    };
    let mean = |value: fn(&Step) -> f64| rest.iter().map(value).sum::<f64>() / rest.len().max(1) as f64;
    println!(
        "{name:<12} {:>5} {:>10} {:>8.1} {:>8.1} | {:>10.0} {:>8.2} {:>8.2} {:>8.2}",
        rest.len(),
        first.0,
        first.1,
        first.2,
        mean(|step| step.0 as f64),
        mean(|step| step.1),
        rest.iter().map(|step| step.1).fold(0.0, f64::max),
        mean(|step| step.2),
    );
    Ok(())
}

/// A binary PPM picture of 8 bits per color without comments.
fn read(file: &Path) -> Result<Framebuffer, Box<dyn Error>> {
    let bytes = std::fs::read(file)?;
    let mut at = 0;
    let mut word = || {
        let start = at;
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace()) {
            at += 1;
        }
        at += 1;
        std::str::from_utf8(&bytes[start..at - 1]).map(str::to_owned)
    };
    let (kind, width, height, depth) = (word()?, word()?.parse()?, word()?.parse()?, word()?);
    if kind != "P6" || depth != "255" {
        return Err("not a binary PPM of 8 bits".into());
    }
    let pixels = bytes[at..]
        .chunks_exact(3)
        .map(|rgb| u32::from_be_bytes([0, rgb[0], rgb[1], rgb[2]]))
        .collect();
    Ok(Framebuffer::from_pixels(Size::new(width, height), pixels)?)
}

/// Hashes a few numbers.
fn mix(a: u32, b: u32, c: u32) -> u32 {
    let sum = a.wrapping_mul(0x9e37_79b1) ^ b.wrapping_mul(0x85eb_ca77) ^ c.wrapping_mul(0xc2b2_ae3d);
    (sum ^ sum >> 15).wrapping_mul(0x2c1b_3c6d) >> 12
}

/// Lines of glyph-like marks, 1920 x 2160.
fn drawn_page() -> Vec<u32> {
    let mut pixels = vec![0x00ff_ffff; 1920 * 2160];
    for y in 0..2160u32 {
        for x in 100..1500 {
            let (line, column) = (y / 20, x / 8);
            let letter = mix(line, column, 0) % 50;
            if letter < 40 && (3..15).contains(&(y % 20)) && x % 8 < 7 {
                let ink = mix(letter, y % 20, x % 8) % 4 * 85;
                pixels[(y * 1920 + x) as usize] = ink << 16 | ink << 8 | ink;
            }
        }
    }
    pixels
}

fn scrolled(page: &[u32], by: usize) -> Result<Framebuffer, Box<dyn Error>> {
    let size = Size::new(1920, 1080);
    let mut picture = Framebuffer::new(size)?;
    picture.blit(
        Point::ORIGIN,
        temoto_codec::FrameView::new(size, 1920, &page[by * 1920..])?,
    );
    Ok(picture)
}

/// Waves with grain.
fn drawn_photo() -> Result<Framebuffer, Box<dyn Error>> {
    let pixel = |at: u32| {
        let (x, y) = ((at % 1920) as f32, (at / 1920) as f32);
        let light = 128.0 + 60.0 * (x / 171.0).sin() + 50.0 * ((y + x / 3.0) / 97.0).cos();
        let channel = |shift: u32| (light + (mix(at, shift, 1) % 9) as f32) as u32;
        channel(0) << 16 | channel(1) << 8 | channel(2)
    };
    Ok(Framebuffer::from_pixels(
        Size::new(1920, 1080),
        (0..1920 * 1080).map(pixel).collect(),
    )?)
}
