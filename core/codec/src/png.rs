//! Single pictures as PNG: those of clipboards and of the chat. What another end made is read within bounds that are looked at before
//! anything is allocated, and is handed on only after it was written anew: pixels cross, nothing else of the file does.

use std::io::{self, Cursor, Write};

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Limits, Reader, Transformations};
use temoto_geometry::Size;

/// Longest side that is read or written, in pixels.
pub const SIDE: u32 = 16_384;
/// Most pixels that are read or written: a display of 8K has fewer.
pub const PIXELS: u64 = 36_000_000;
/// Bytes that the reader may allocate beside the pixels.
const WORK_BYTES: usize = 4 << 20;
const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PngError {
    /// It is none, or it is broken.
    #[error("no whole PNG")]
    Malformed,
    /// It has too many pixels, or needs more bytes than allowed.
    #[error("the picture is too large")]
    TooLarge,
}

/// A picture in memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Picture {
    /// In pixels.
    pub size: Size,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// What the head of a PNG says of its size; nothing else is looked at.
///
/// # Errors
/// [`PngError`].
pub fn size_of(png: &[u8]) -> Result<Size, PngError> {
    let number = |at: usize| {
        let bytes = png.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).ok_or(PngError::Malformed)
    };
    if png.get(..8) != Some(&SIGNATURE[..]) || png.get(12..16) != Some(&b"IHDR"[..]) {
        return Err(PngError::Malformed);
    }
    check_size(Size::new(number(16)?, number(20)?))
}

/// Whether a picture may have this size.
///
/// # Errors
/// [`PngError`].
pub fn check_size(size: Size) -> Result<Size, PngError> {
    if size.width == 0 || size.height == 0 {
        return Err(PngError::Malformed);
    }
    let pixels = u64::from(size.width) * u64::from(size.height);
    if size.width > SIDE || size.height > SIDE || pixels > PIXELS {
        return Err(PngError::TooLarge);
    }
    Ok(size)
}

/// The same picture, written anew: what was hidden in the file is gone, and whatever is broken shows here and not at its next reader.
/// It takes memory for some rows only, unless the picture is interlaced.
///
/// # Errors
/// [`PngError`]; more than `longest` bytes are [`PngError::TooLarge`].
pub fn anew(png: &[u8], longest: usize) -> Result<Vec<u8>, PngError> {
    let (size, mut reader) = open(png, Transformations::normalize_to_color8())?;
    let (color, _) = reader.output_color_type();
    if reader.info().interlaced {
        let whole = frame(&mut reader)?;
        return write(size, color, longest, |out| out.write_all(&whole));
    }
    let mut broken = false;
    let written = write(size, color, longest, |out| {
        let ok = rows(&mut reader, size, out)?;
        broken = !ok;
        Ok(())
    });
    if broken { Err(PngError::Malformed) } else { written }
}

/// Row by row from the reader to `out`; `false` if the picture breaks off.
fn rows(reader: &mut Pixels<'_>, size: Size, out: &mut dyn Write) -> io::Result<bool> {
    for _ in 0..size.height {
        match reader.next_row() {
            Ok(Some(row)) => out.write_all(row.data())?,
            Ok(None) | Err(_) => return Ok(false),
        }
    }
    Ok(true)
}

/// The pixels of a PNG.
///
/// # Errors
/// [`PngError`].
pub fn decode(png: &[u8]) -> Result<Picture, PngError> {
    let (size, mut reader) = open(
        png,
        Transformations::normalize_to_color8() | Transformations::ALPHA,
    )?;
    let (color, _) = reader.output_color_type();
    let pixels = frame(&mut reader)?;
    let rgba = match color {
        ColorType::Rgba => pixels,
        ColorType::GrayscaleAlpha => pixels
            .chunks_exact(2)
            .flat_map(|pixel| match *pixel {
                [gray, alpha] => [gray, gray, gray, alpha],
                _ => [0; 4],
            })
            .collect(),
        ColorType::Grayscale | ColorType::Rgb | ColorType::Indexed => return Err(PngError::Malformed),
    };
    Ok(Picture { size, rgba })
}

/// A PNG of these pixels, four bytes each.
///
/// # Errors
/// [`PngError::Malformed`] if their number is another one, [`PngError::TooLarge`] as for reading or above `longest` bytes.
pub fn encode(size: Size, rgba: &[u8], longest: usize) -> Result<Vec<u8>, PngError> {
    check_size(size)?;
    if rgba.len() as u64 != u64::from(size.width) * u64::from(size.height) * 4 {
        return Err(PngError::Malformed);
    }
    if rgba.chunks_exact(4).all(|pixel| pixel.last() == Some(&0xff)) {
        return write(size, ColorType::Rgb, longest, |out| {
            let mut row = Vec::with_capacity(size.width as usize * 3);
            for pixels in rgba.chunks_exact(size.width as usize * 4) {
                row.clear();
                row.extend(pixels.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3)));
                out.write_all(&row)?;
            }
            Ok(())
        });
    }
    write(size, ColorType::Rgba, longest, |out| out.write_all(rgba))
}

type Pixels<'a> = Reader<Cursor<&'a [u8]>>;

fn open(png: &[u8], transformations: Transformations) -> Result<(Size, Pixels<'_>), PngError> {
    let size = size_of(png)?;
    let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: WORK_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(transformations);
    let reader = decoder.read_info().map_err(|_| PngError::Malformed)?;
    let info = reader.info();
    if (info.width, info.height) != (size.width, size.height) {
        return Err(PngError::Malformed);
    }
    Ok((size, reader))
}

fn frame(reader: &mut Pixels<'_>) -> Result<Vec<u8>, PngError> {
    let bytes = reader.output_buffer_size().ok_or(PngError::TooLarge)?;
    let mut pixels = vec![0; bytes];
    let told = reader.next_frame(&mut pixels).map_err(|_| PngError::Malformed)?;
    pixels.truncate(told.buffer_size());
    Ok(pixels)
}

fn write(
    size: Size,
    color: ColorType,
    longest: usize,
    pixels: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Vec<u8>, PngError> {
    let mut out = Bounded {
        bytes: Vec::new(),
        longest,
    };
    let mut encoder = Encoder::new(&mut out, size.width, size.height);
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    // Writing to memory fails only where there is no room for it.
    let full = |_| PngError::TooLarge;
    let mut writer = encoder.write_header().map_err(full)?;
    let mut stream = writer.stream_writer().map_err(full)?;
    pixels(&mut stream).map_err(|_| PngError::TooLarge)?;
    stream.finish().map_err(full)?;
    writer.finish().map_err(full)?;
    Ok(out.bytes)
}

/// Memory that takes so much and no more.
struct Bounded {
    bytes: Vec<u8>,
    longest: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.longest {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(width: u32, height: u32) -> Picture {
        let rgba = (0..width * height)
            .flat_map(|n| {
                [
                    n as u8,
                    (n >> 8) as u8,
                    (n * 7) as u8,
                    if n.is_multiple_of(5) { 128 } else { 255 },
                ]
            })
            .collect();
        Picture {
            size: Size::new(width, height),
            rgba,
        }
    }

    fn written(picture: &Picture) -> Vec<u8> {
        encode(picture.size, &picture.rgba, 1 << 20).expect("small enough")
    }

    /// A PNG whose head says this size, with the right checksum.
    fn claims(width: u32, height: u32) -> Vec<u8> {
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, width, height);
        encoder.set_color(ColorType::Rgba);
        encoder
            .write_header()
            .expect("in memory")
            .finish()
            .expect("in memory");
        png
    }

    #[test]
    fn pixels_come_back_as_they_were_and_a_copy_is_the_same_picture() {
        for (width, height) in [(1, 1), (7, 3), (257, 129)] {
            let picture = painted(width, height);
            let png = written(&picture);
            assert_eq!(decode(&png), Ok(picture.clone()));
            let copy = anew(&png, 1 << 20).expect("small enough");
            assert_eq!(decode(&copy), Ok(picture));
        }
        let mut opaque = painted(30, 20);
        opaque.rgba.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
        assert_eq!(decode(&written(&opaque)), Ok(opaque));
    }

    #[test]
    fn nothing_but_pixels_is_in_what_was_written_anew() {
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, 2, 1);
        encoder.set_color(ColorType::Grayscale);
        encoder
            .add_text_chunk("Comment".to_owned(), "the customer's name".to_owned())
            .expect("a text");
        let mut writer = encoder.write_header().expect("in memory");
        writer.write_image_data(&[3, 200]).expect("two pixels");
        writer.finish().expect("in memory");
        png.extend_from_slice(b"behind the end");
        let copy = anew(&png, 1 << 20).expect("small enough");
        let within = |bytes: &[u8]| copy.windows(bytes.len()).any(|part| part == bytes);
        assert!(!within(b"customer") && !within(b"behind"));
        let picture = decode(&copy).expect("a picture");
        assert_eq!(picture.rgba, [3, 3, 3, 255, 200, 200, 200, 255]);
    }

    #[test]
    fn bombs_and_what_breaks_off_are_refused() {
        assert_eq!(size_of(&claims(60_000, 60_000)), Err(PngError::TooLarge));
        assert_eq!(size_of(&claims(16_000, 16_000)), Err(PngError::TooLarge));
        assert_eq!(decode(&claims(60_000, 60_000)), Err(PngError::TooLarge));
        assert_eq!(anew(&claims(SIDE, 2_000), 1 << 20), Err(PngError::Malformed));
        assert_eq!(size_of(b"GIF89a"), Err(PngError::Malformed));
        let png = written(&painted(200, 100));
        for end in [0, 7, 20, 33, 60, png.len() / 2] {
            assert_eq!(anew(&png[..end], 1 << 20), Err(PngError::Malformed), "{end}");
            assert_eq!(decode(&png[..end]), Err(PngError::Malformed), "{end}");
        }
        assert_eq!(anew(&png, 1_000), Err(PngError::TooLarge));
    }
}
