//! Recorded frames on disk: what changed from step to step, compressed, read one after the other.
//!
//! A file is the size, then one zlib stream of steps: milliseconds since the first, the damage that the window system
//! told, and the changed parts with their pixels (three bytes each). It belongs to the cache and may be thrown away.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Rect, Region, Size};

use crate::pixels;

const MAGIC: &[u8; 8] = b"temoto\x01f";
/// More parts and damaged rectangles than a step has: there is a part per 16 rows of the tallest picture at most.
const MOST_PARTS: u32 = 16_384;

/// Writes a recording; the file appears under its name when it is whole.
pub struct Writer {
    to: PathBuf,
    part: PathBuf,
    out: ZlibEncoder<BufWriter<File>>,
    last: Framebuffer,
}

impl Writer {
    /// Begins a file for frames of this size.
    pub fn create(to: &Path, size: Size) -> Result<Self> {
        let part = to.with_extension("part");
        let mut file = BufWriter::new(File::create(&part).with_context(|| part.display().to_string())?);
        file.write_all(MAGIC)?;
        file.write_all(&size.width.to_le_bytes())?;
        file.write_all(&size.height.to_le_bytes())?;
        Ok(Self {
            to: to.to_owned(),
            part,
            out: ZlibEncoder::new(file, Compression::fast()),
            last: Framebuffer::new(size)?,
        })
    }

    /// Appends one step.
    pub fn push(&mut self, frame: &Framebuffer, damage: &Region, at_ms: u32) -> Result<()> {
        let parts = pixels::changed_bands(&self.last, frame);
        self.number(at_ms)?;
        self.number(u32::try_from(damage.iter().len())?)?;
        for rect in damage.iter() {
            self.rect(rect)?;
        }
        self.number(u32::try_from(parts.len())?)?;
        for rect in parts {
            self.rect(rect)?;
            let mut bytes = Vec::with_capacity(rect.width as usize * rect.height as usize * 3);
            for row in pixels::rows(frame, rect) {
                for pixel in row {
                    let [blue, green, red, _] = pixel.to_le_bytes();
                    bytes.extend_from_slice(&[blue, green, red]);
                }
            }
            self.out.write_all(&bytes)?;
        }
        self.last.clone_from(frame);
        Ok(())
    }

    /// Gives the file its name.
    pub fn finish(self) -> Result<()> {
        let mut file = self.out.finish()?;
        file.flush()?;
        std::fs::rename(&self.part, &self.to).with_context(|| self.to.display().to_string())
    }

    fn number(&mut self, number: u32) -> Result<()> {
        Ok(self.out.write_all(&number.to_le_bytes())?)
    }

    fn rect(&mut self, rect: Rect) -> Result<()> {
        for number in [
            rect.x.cast_unsigned(),
            rect.y.cast_unsigned(),
            rect.width,
            rect.height,
        ] {
            self.number(number)?;
        }
        Ok(())
    }
}

/// One step as recorded.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Milliseconds since the stage was made.
    pub at_ms: u32,
    /// What the window system said may have changed since the step before.
    pub damage: Region,
}

/// Reads a recording.
pub struct Reader {
    input: ZlibDecoder<BufReader<File>>,
    frame: Framebuffer,
    step: Step,
}

impl Reader {
    /// Opens a file of [`Writer`].
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = BufReader::new(File::open(path).with_context(|| path.display().to_string())?);
        let mut magic = [0; 8];
        file.read_exact(&mut magic)?;
        if &magic != MAGIC {
            bail!("{} is no recording of this version", path.display());
        }
        let mut side = || -> Result<u32> {
            let mut bytes = [0; 4];
            file.read_exact(&mut bytes)?;
            Ok(u32::from_le_bytes(bytes))
        };
        let size = Size::new(side()?, side()?);
        Ok(Self {
            input: ZlibDecoder::new(file),
            frame: Framebuffer::new(size)?,
            step: Step::default(),
        })
    }

    /// Goes to the next step; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        let mut bytes = [0; 4];
        match self.input.read_exact(&mut bytes) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            other => other?,
        }
        let at_ms = u32::from_le_bytes(bytes);
        let damage = (0..self.count()?)
            .map(|_| self.rect())
            .collect::<Result<Region>>()?;
        self.step = Step { at_ms, damage };
        for _ in 0..self.count()? {
            let rect = self.rect()?;
            if rect.intersect(self.frame.bounds()) != Some(rect) {
                bail!("a recorded part lies outside of the frame");
            }
            let mut bytes = vec![0; rect.width as usize * rect.height as usize * 3];
            self.input.read_exact(&mut bytes)?;
            let part = bytes
                .chunks_exact(3)
                .map(|pixel| u32::from_le_bytes([pixel[0], pixel[1], pixel[2], 0]))
                .collect();
            let part = Framebuffer::from_pixels(rect.size(), part)?;
            self.frame.blit(Point::new(rect.x, rect.y), part.view()?);
        }
        Ok(true)
    }

    /// The pixels of the step.
    pub fn frame(&self) -> &Framebuffer {
        &self.frame
    }

    /// What else is known about it.
    pub fn step(&self) -> &Step {
        &self.step
    }

    fn count(&mut self) -> Result<u32> {
        let count = self.number()?;
        if count > MOST_PARTS {
            bail!("a recording is damaged");
        }
        Ok(count)
    }

    fn number(&mut self) -> Result<u32> {
        let mut bytes = [0; 4];
        self.input.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn rect(&mut self) -> Result<Rect> {
        let (x, y) = (self.number()?.cast_signed(), self.number()?.cast_signed());
        Ok(Rect::new(x, y, self.number()?, self.number()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_step_by_step() {
        let path = std::env::temp_dir().join(format!("temoto-bench-store.{}", std::process::id()));
        let size = Size::new(70, 41);
        let mut frame = Framebuffer::new(size).unwrap();
        let mut frames = vec![frame.clone()];
        for step in 1..5 {
            frame.fill(
                Rect::new(step * 9, step * 7, 30, 5),
                0x12_34_56 * step.cast_unsigned(),
            );
            frames.push(frame.clone());
        }
        frames.push(frame.clone());
        let damage = Region::from(Rect::new(1, 2, 3, 4));
        let mut writer = Writer::create(&path, size).unwrap();
        for (at, frame) in (0..).zip(&frames) {
            writer.push(frame, &damage, at * 40).unwrap();
        }
        writer.finish().unwrap();
        let mut reader = Reader::open(&path).unwrap();
        for (at, frame) in (0..).zip(&frames) {
            assert!(reader.advance().unwrap());
            assert_eq!(reader.frame(), frame);
            assert_eq!(reader.step().at_ms, at * 40);
            assert_eq!(reader.step().damage, damage);
        }
        assert!(!reader.advance().unwrap());
        std::fs::remove_file(&path).unwrap();
    }
}
