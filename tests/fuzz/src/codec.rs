//! What draws: a decoder that is fed anything keeps to its size limit and to its framebuffer.

use std::sync::Arc;

use temoto_codec::cursor::CursorShape;
use temoto_codec::{Decoder, Encoder, Framebuffer, Hints, InTurn};
use temoto_geometry::{Point, Rect, Size};

/// As much as a fuzzed picture may have; small, so that inputs are tried quickly, but not too small for stripes.
const MAX_PIXELS: u64 = 1 << 18;

/// Updates one after the other, each with its length in front. After an error the decoder goes on refusing or
/// starts anew; it never draws outside of the picture.
pub fn updates(bytes: &[u8]) {
    let mut decoder = Decoder::with_max_pixels(MAX_PIXELS);
    for update in crate::pieces(bytes) {
        let Ok(changed) = decoder.decode(update) else {
            continue;
        };
        let picture = decoder.framebuffer();
        assert!(picture.pixels().len() as u64 <= MAX_PIXELS);
        for rect in changed.rects() {
            assert_eq!(
                rect.intersect(picture.bounds()),
                Some(*rect),
                "what changed lies in the picture"
            );
        }
    }
}

/// A cursor's shape.
pub fn cursor(bytes: &[u8]) {
    if let Ok(shape) = CursorShape::decode(bytes) {
        let again = CursorShape::decode(&shape.encode());
        assert_eq!(again.map(|shape| shape.id()), Ok(shape.id()));
    }
}

pub fn update_seeds() -> Vec<Vec<u8>> {
    [(40, 24), (96, 64), (1, 1), (513, 272)]
        .into_iter()
        .filter_map(|(width, height)| film(width, height).ok())
        .collect()
}

/// A few changes of a small picture: text-like dots, a moved block, a gradient, the dots again, whole and in part, and a slope.
fn film(width: u32, height: u32) -> Result<Vec<u8>, temoto_codec::CodecError> {
    let mut picture = Framebuffer::new(Size::new(width, height))?;
    let mut encoder = Encoder::new();
    encoder.set_workers(Arc::new(InTurn), 2);
    let mut updates = Vec::new();
    let mut dots = picture.clone();
    for step in 0..7 {
        match step {
            0 => picture.fill(picture.bounds(), 0x00ff_ffff),
            1 => (0..width)
                .step_by(3)
                .for_each(|x| picture.fill(Rect::new(x as i32, (x % 7) as i32, 1, 2), x * 77)),
            2 => {
                dots = picture.clone();
                picture.copy_within(Rect::new(0, 0, width / 2, height / 2), Point::new(5, 3));
            }
            4 => picture = dots.clone(),
            5 => {
                picture.fill(Rect::new(0, 0, width, height / 3), 0x0020_4060);
                picture.blit(Point::new(0, 2), dots.view()?);
            }
            // A slope is foretold by nothing but its neighbors; where it is large, it comes in stripes.
            6 => {
                let slope =
                    (0..height).flat_map(|y| (0..width).map(move |x| (x + 2 * y) % 256 * 0x0001_0001));
                picture = Framebuffer::from_pixels(picture.size(), slope.collect())?;
            }
            _ => (0..height).for_each(|y| picture.fill(Rect::new(0, y as i32, width, 1), y * 0x0001_0203)),
        }
        updates.extend(
            encoder
                .encode(picture.view()?, &Hints::default())
                .map(|update| update.bytes),
        );
    }
    Ok(crate::join(updates.iter().map(Vec::as_slice)))
}

pub fn cursor_seeds() -> Vec<Vec<u8>> {
    let arrow = (0..8 * 8)
        .flat_map(|at: u8| [at, 0, at, if at % 9 < 5 { 255 } else { 0 }])
        .collect();
    let shape = CursorShape::new(Size::new(8, 8), Point::new(1, 1), arrow);
    shape.iter().map(CursorShape::encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_have_an_update_in_stripes() {
        let striped = |film: &Vec<u8>| crate::pieces(film).any(|update| update.first() == Some(&0xc2));
        assert!(update_seeds().iter().any(striped));
    }
}
