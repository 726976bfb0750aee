//! Glances: a small picture of a display that is not looked at, for choosing it. Pure: pixels in, bytes out, and back.

use temoto_codec::{Decoder, Encoder, FrameView, Framebuffer, Hints};
use temoto_geometry::Size;
use temoto_wire::limits::{FRAME_BYTES, GLANCE_SIDE};
use temoto_wire::screen::Thumbnail;

use crate::SessionError;

/// What is kept of a channel: the finest shades are not seen in so small a picture, and cost the most.
const SHADES: u32 = 0x00f8_f8f8;

/// A display of this size, with its longest side at most `side` pixels; never larger than it is.
#[must_use]
pub fn fit(size: Size, side: u8) -> Size {
    let longest = size.width.max(size.height).max(1);
    let side = u32::from(side).min(longest).max(1);
    // A side is at most 16,384, so nothing overflows; a very narrow display still has a pixel.
    let scaled = |length: u32| {
        (u64::from(length) * u64::from(side))
            .div_ceil(u64::from(longest))
            .max(1)
    };
    let cut = |length: u32| u32::try_from(scaled(length)).unwrap_or(side);
    Size::new(cut(size.width), cut(size.height))
}

/// The frame made small: each pixel is the mean of those that it stands for.
#[must_use]
pub fn shrink(frame: FrameView<'_>, side: u8) -> Option<Framebuffer> {
    let (from, to) = (frame.size(), fit(frame.size(), side));
    let mut pixels = Vec::with_capacity((to.width * to.height) as usize);
    let span = |at: u32, to: u32, from: u32| {
        let edge = |at: u32| (u64::from(at) * u64::from(from) / u64::from(to)) as usize;
        edge(at)..edge(at + 1).max(edge(at) + 1)
    };
    for y in 0..to.height {
        let rows = span(y, to.height, from.height);
        let mut sums = vec![[0u64; 3]; to.width as usize];
        for row in rows.clone().map(|row| frame.row(row)) {
            for (x, sum) in (0..to.width).zip(&mut sums) {
                for pixel in row.get(span(x, to.width, from.width)).unwrap_or_default() {
                    let [_, red, green, blue] = pixel.to_be_bytes();
                    for (sum, part) in sum.iter_mut().zip([red, green, blue]) {
                        *sum += u64::from(part);
                    }
                }
            }
        }
        for (x, sum) in (0..to.width).zip(sums) {
            let count = (rows.len() * span(x, to.width, from.width).len()).max(1) as u64;
            // A mean of bytes is a byte.
            let [red, green, blue] = sum.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX));
            pixels.push(u32::from_be_bytes([0, red, green, blue]));
        }
    }
    Framebuffer::from_pixels(to, pixels).ok()
}

/// The payload of a `THUMBNAIL` frame; `None` if it would be too long for one.
#[must_use]
pub fn encode(display: u8, small: &Framebuffer) -> Option<Vec<u8>> {
    let coarse = small.pixels().iter().map(|pixel| pixel & SHADES).collect();
    let coarse = Framebuffer::from_pixels(small.size(), coarse).ok()?;
    let mut encoder = Encoder::new();
    encoder.set_history(0);
    let update = encoder.encode(coarse.view().ok()?, &Hints::default())?;
    let payload = Thumbnail { display }.encode(&update.bytes);
    (payload.len() <= FRAME_BYTES).then_some(payload)
}

/// Which display, and the picture of it.
///
/// # Errors
/// It is malformed, or larger than anybody asks for.
pub fn decode(payload: &[u8]) -> Result<(u8, Framebuffer), SessionError> {
    let (thumbnail, update) = Thumbnail::decode(payload)?;
    let side = u64::from(GLANCE_SIDE);
    let mut decoder = Decoder::small(side * side);
    decoder
        .decode(update)
        .map_err(|_| SessionError::Peer("malformed small picture"))?;
    let picture = decoder.framebuffer();
    if u64::from(picture.width()) > side || u64::from(picture.height()) > side {
        return Err(SessionError::Peer("small picture that is not small"));
    }
    Ok((thumbnail.display, picture.clone()))
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Rect;

    use super::*;

    #[test]
    fn a_display_keeps_its_shape_and_is_never_blown_up() {
        for (from, side, to) in [
            ((1_920, 1_080), 192, (192, 108)),
            ((1_080, 1_920), 192, (108, 192)),
            ((100, 50), 192, (100, 50)),
            ((16_384, 1), 192, (192, 1)),
            ((1, 16_384), 1, (1, 1)),
        ] {
            let size = fit(Size::new(from.0, from.1), side);
            assert_eq!((size.width, size.height), to, "{from:?}");
        }
    }

    #[test]
    fn what_is_small_is_the_mean_of_what_was_large() {
        let mut large = Framebuffer::new(Size::new(384, 200)).expect("a picture");
        large.fill(Rect::new(0, 0, 192, 200), 0x0040_8000);
        large.fill(Rect::new(0, 0, 192, 1), 0x0080_8000);
        let small = shrink(large.view().expect("a view"), 192).expect("a small one");
        assert_eq!(small.size(), Size::new(192, 100));
        assert_eq!(small.row(0)[0], 0x0060_8000);
        assert_eq!((small.row(50)[95], small.row(50)[96]), (0x0040_8000, 0));
    }

    #[test]
    fn it_comes_back_but_for_the_finest_shades_even_if_it_is_noise() {
        let mut seed = 7u32;
        let noise = (0..192 * 192).map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 8
        });
        let noise = Framebuffer::from_pixels(Size::new(192, 192), noise.collect()).expect("a picture");
        let payload = encode(30, &noise);
        if let Some(payload) = payload {
            let (display, back) = decode(&payload).expect("our own");
            assert_eq!((display, back.size()), (30, noise.size()));
        }
        let plain = Framebuffer::new(Size::new(192, 108)).expect("a picture");
        let payload = encode(2, &plain).expect("short");
        assert!(payload.len() < 200);
        assert_eq!(decode(&payload).expect("our own"), (2, plain));
    }

    #[test]
    fn one_that_is_not_small_or_not_one_is_refused() {
        for (width, height) in [(193, 1), (1, 193), (1_920, 1_080)] {
            let large = Framebuffer::new(Size::new(width, height)).expect("a picture");
            let mut encoder = Encoder::new();
            encoder.set_history(0);
            let update = encoder.encode(large.view().expect("a view"), &Hints::default());
            let payload = Thumbnail { display: 0 }.encode(&update.expect("an update").bytes);
            assert!(decode(&payload).is_err(), "{width} x {height}");
        }
        let plain = Framebuffer::new(Size::new(8, 8)).expect("a picture");
        let payload = encode(31, &plain).expect("short");
        assert!(decode(&payload).is_err(), "all are no display");
        for length in 0..payload.len() {
            assert!(decode(&payload[..length]).is_err());
        }
    }
}
