//! WebP without loss: what a good picture format makes of a first frame.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use temoto_codec::Framebuffer;

use crate::record::Recording;

/// Bytes of the first frame.
pub fn webp(recording: &Recording, folder: &Path) -> Result<u64> {
    let reader = recording.open()?;
    let picture = folder.join(format!("first-{}.ppm", std::process::id()));
    let coded = picture.with_extension("webp");
    write_ppm(&picture, reader.frame())?;
    let mut command = Command::new("cwebp");
    command
        .args(["-quiet", "-lossless", "-exact", "-m", "4"])
        .arg(&picture)
        .arg("-o")
        .arg(&coded);
    let status = command.status().context("cannot start cwebp");
    let bytes = std::fs::metadata(&coded).map(|made| made.len());
    for file in [&picture, &coded] {
        // There may be none.
        let _gone = std::fs::remove_file(file);
    }
    if !status?.success() {
        bail!("cwebp failed");
    }
    Ok(bytes?)
}

/// Writes a frame as a portable pixmap.
pub fn write_ppm(file: &Path, frame: &Framebuffer) -> Result<()> {
    let mut out = BufWriter::new(File::create(file).with_context(|| file.display().to_string())?);
    write!(out, "P6\n{} {}\n255\n", frame.width(), frame.height())?;
    for y in 0..frame.height() as usize {
        let row: Vec<u8> = frame
            .row(y)
            .iter()
            .flat_map(|pixel| {
                let [_, red, green, blue] = pixel.to_be_bytes();
                [red, green, blue]
            })
            .collect();
        out.write_all(&row)?;
    }
    Ok(out.flush()?)
}
