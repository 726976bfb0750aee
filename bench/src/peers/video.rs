//! x264, the usual video codec: lossy, so its bytes are for scale.

use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::record::Recording;

/// The quality that is called visually lossless.
const CRF: &str = "18";

/// Bytes of the first picture, and the mean of the later ones.
pub fn x264(recording: &Recording) -> Result<(u64, f64)> {
    let mut reader = recording.open()?;
    let size = format!("{}x{}", reader.frame().width(), reader.frame().height());
    let mut command = Command::new("ffmpeg");
    command.args([
        "-v", "error", "-f", "rawvideo", "-pix_fmt", "bgr0", "-s", &size, "-r", "30", "-i", "pipe:0",
    ]);
    // x264 wants even sides, and a display has them.
    command.args([
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-crf",
        CRF,
    ]);
    command.args(["-pix_fmt", "yuv420p", "-threads", "1", "-f", "framecrc", "pipe:1"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start ffmpeg")?;
    let mut input =
        BufWriter::with_capacity(1 << 20, child.stdin.take().context("standard input was piped")?);
    let output = BufReader::new(child.stdout.take().context("standard output was piped")?);
    let sizes = std::thread::spawn(move || packets(output));
    loop {
        for y in 0..reader.frame().height() as usize {
            let row: Vec<u8> = reader
                .frame()
                .row(y)
                .iter()
                .flat_map(|pixel| pixel.to_le_bytes())
                .collect();
            input.write_all(&row)?;
        }
        if !reader.advance()? {
            break;
        }
    }
    input.flush()?;
    drop(input);
    let status = child.wait()?;
    if !status.success() {
        bail!("ffmpeg failed: {status}");
    }
    let sizes = sizes
        .join()
        .map_err(|_| anyhow::anyhow!("reading what ffmpeg says failed"))??;
    let (first, later) = sizes.split_first().context("ffmpeg gave no picture")?;
    Ok((
        *first,
        later.iter().sum::<u64>() as f64 / later.len().max(1) as f64,
    ))
}

/// The sizes in what ffmpeg writes for its `framecrc` format: stream, two times, duration, size, sum.
fn packets(text: impl BufRead) -> Result<Vec<u64>> {
    let mut sizes = Vec::new();
    for line in text.lines() {
        let line = line?;
        if line.starts_with('#') {
            continue;
        }
        let size = line.split(',').nth(4).context("a packet without a size")?;
        sizes.push(size.trim().parse()?);
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_packets_are_found() {
        let text = "#tb 0: 1/30\n0,          0,          0,        1,    82346, 0xdcba3f2e\n0, 1, 1, 1, 17, 0x0, F=0x0\n";
        assert_eq!(packets(text.as_bytes()).unwrap(), [82_346, 17]);
        assert!(packets("0, 1\n".as_bytes()).is_err());
    }
}
