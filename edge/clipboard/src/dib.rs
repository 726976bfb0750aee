//! Pictures as Windows has them on the clipboard: a head with the size and the order of the colors, then the pixels, last row first.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder as _};
use temoto_codec::png::{self, Picture, PngError};
use temoto_geometry::Size;

/// Bytes of a `BITMAPV5HEADER`.
const HEAD_BYTES: u32 = 124;
/// `BI_BITFIELDS`: the head says where each color stands.
const FIELDS: u32 = 3;
/// `LCS_sRGB`.
const SRGB: u32 = 0x7352_4742;
/// `LCS_GM_IMAGES`.
const IMAGES: u32 = 4;

/// The longest picture that is looked at, in bytes: so many pixels as are read at all, and room for head and palette.
#[must_use]
pub fn longest() -> usize {
    usize::try_from(png::PIXELS * 4).map_or(usize::MAX, |bytes| bytes + 2_048)
}

/// A picture as `CF_DIBV5`.
#[must_use]
pub fn for_windows(picture: &Picture) -> Vec<u8> {
    let Size { width, height } = picture.size;
    let (row, pixels) = (width as usize * 4, picture.rgba.len());
    let mut out = Vec::with_capacity(HEAD_BYTES as usize + pixels);
    let mut word = |value: u32| out.extend(value.to_le_bytes());
    word(HEAD_BYTES);
    word(width);
    word(height);
    // One plane, 32 bits a pixel.
    word(1 | 32 << 16);
    word(FIELDS);
    word(u32::try_from(pixels).unwrap_or(0));
    // No resolution, no palette.
    (0..4).for_each(|_| word(0));
    for mask in [0x00ff_0000, 0x0000_ff00, 0x0000_00ff, 0xff00_0000] {
        word(mask);
    }
    word(SRGB);
    // The end points and gammas of another color space.
    (0..12).for_each(|_| word(0));
    word(IMAGES);
    // No profile.
    (0..3).for_each(|_| word(0));
    for row in picture.rgba.chunks_exact(row.max(4)).rev() {
        for pixel in row.chunks_exact(4) {
            if let &[red, green, blue, alpha] = pixel {
                out.extend([blue, green, red, alpha]);
            }
        }
    }
    out
}

/// Puts the masks of the colors behind a new head that has them, where many programs, and the reader, have them once more.
fn with_masks(mut dib: Vec<u8>) -> Vec<u8> {
    let word = |at: usize| {
        let bytes = dib.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_le_bytes)
    };
    let head = match word(0) {
        Some(head @ (108 | HEAD_BYTES)) if word(16) == Some(FIELDS) => head as usize,
        _ => return dib,
    };
    let masks = dib.get(40..52).map(<[u8]>::to_vec).unwrap_or_default();
    if dib.len() >= head && dib.get(head..head + 12) != Some(&masks[..]) {
        dib.splice(head..head, masks);
    }
    dib
}

/// A PNG of a `CF_DIBV5` or `CF_DIB`, of at most `longest` bytes.
///
/// # Errors
/// [`PngError`], for a picture that is broken, too large, or of a kind that nobody copies.
pub fn to_png(dib: Vec<u8>, longest: usize) -> Result<Vec<u8>, PngError> {
    let dib = Cursor::new(with_masks(dib));
    let decoder = BmpDecoder::new_without_file_header(dib).map_err(|_| PngError::Malformed)?;
    let (width, height) = decoder.dimensions();
    let size = png::check_size(Size::new(width, height))?;
    let color = decoder.color_type();
    let bytes = usize::try_from(decoder.total_bytes()).map_err(|_| PngError::TooLarge)?;
    // Four bytes a pixel at most, and no more than the head spoke of.
    let pixels = width as usize * height as usize;
    if bytes > pixels.saturating_mul(4) {
        return Err(PngError::TooLarge);
    }
    let mut data = vec![0; bytes];
    decoder.read_image(&mut data).map_err(|_| PngError::Malformed)?;
    let mut rgba = match color {
        ColorType::Rgba8 => data,
        ColorType::Rgb8 => widened(&data, pixels),
        _ => return Err(PngError::Malformed),
    };
    // Programs that know nothing of opacity leave it at zero: such a picture is not meant to be invisible.
    if rgba.chunks_exact(4).all(|pixel| pixel.last() == Some(&0)) {
        rgba.chunks_exact_mut(4).for_each(|pixel| {
            if let Some(alpha) = pixel.last_mut() {
                *alpha = 0xff;
            }
        });
    }
    png::encode(size, &rgba, longest)
}

fn widened(rgb: &[u8], pixels: usize) -> Vec<u8> {
    let mut rgba = Vec::with_capacity(pixels * 4);
    for pixel in rgb.chunks_exact(3) {
        rgba.extend_from_slice(pixel);
        rgba.push(0xff);
    }
    rgba
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 1 << 20;

    fn painted(width: u32, height: u32) -> Picture {
        let pixel = |n: u32| {
            [
                n as u8,
                (n * 3) as u8,
                (n >> 3) as u8,
                if n.is_multiple_of(3) { 90 } else { 255 },
            ]
        };
        Picture {
            size: Size::new(width, height),
            rgba: (0..width * height).flat_map(pixel).collect(),
        }
    }

    fn word(dib: &mut [u8], at: usize, value: u32) {
        dib[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    #[test]
    fn a_picture_comes_back_as_it_was() {
        for (width, height) in [(1, 1), (5, 3), (64, 33)] {
            let picture = painted(width, height);
            let dib = for_windows(&picture);
            assert_eq!(dib.len(), 124 + (width * height * 4) as usize);
            assert_eq!(
                png::decode(&to_png(dib.clone(), ROOM).expect("a picture")),
                Ok(picture.clone())
            );
            // With the masks once more, as others write it.
            let masks = dib[40..52].to_vec();
            let mut dib = dib;
            dib.splice(124..124, masks);
            assert_eq!(png::decode(&to_png(dib, ROOM).expect("a picture")), Ok(picture));
        }
    }

    #[test]
    fn old_heads_without_opacity_are_read() {
        // BITMAPINFOHEADER, 24 bits, two pixels, top row first.
        let mut dib = vec![0; 40];
        for (at, value) in [(0, 40), (4, 2), (8, (-1_i32).cast_unsigned()), (12, 1 | 24 << 16)] {
            word(&mut dib, at, value);
        }
        dib.extend([1, 2, 3, 4, 5, 6, 0, 0]);
        let picture = png::decode(&to_png(dib.clone(), ROOM).expect("a picture")).expect("a PNG");
        assert_eq!(picture.rgba, [3, 2, 1, 255, 6, 5, 4, 255]);
        // 32 bits, of which the last eight are nothing.
        word(&mut dib, 12, 1 | 32 << 16);
        dib.truncate(40);
        dib.extend([1, 2, 3, 0, 4, 5, 6, 0]);
        let picture = png::decode(&to_png(dib.clone(), ROOM).expect("a picture")).expect("a PNG");
        assert_eq!(picture.rgba, [3, 2, 1, 255, 6, 5, 4, 255]);
    }

    #[test]
    fn a_picture_that_nobody_made_opaque_is_shown_all_the_same() {
        let mut picture = painted(4, 4);
        picture.rgba.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 0);
        let png = to_png(for_windows(&picture), ROOM).expect("a picture");
        let seen = png::decode(&png).expect("a PNG");
        assert!(seen.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255));
    }

    #[test]
    fn bombs_and_what_is_cut_off_are_refused() {
        let good = for_windows(&painted(8, 8));
        let mut bomb = good.clone();
        word(&mut bomb, 4, 60_000);
        word(&mut bomb, 8, 60_000);
        assert_eq!(to_png(bomb, ROOM), Err(PngError::TooLarge));
        for end in [0, 3, 39, 100, 124, 200] {
            assert!(to_png(good[..end].to_vec(), ROOM).is_err(), "{end}");
        }
        assert_eq!(to_png(good, 20), Err(PngError::TooLarge));
    }
}
