//! The system's forms of a mouse pointer, made into one with transparency.
//!
//! Some pixels invert what is below them, which a picture with transparency cannot. They become black with a white
//! outline, which can be read on any ground; the text pointer is the most common one.

use temoto_codec::CodecError;
use temoto_codec::cursor::{CursorShape, MAX_CURSOR_SIDE};
use temoto_geometry::{Point, Size};

/// A picture of one bit per pixel, the highest bit of a byte first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    pub(crate) bytes: &'a [u8],
    /// Bytes from one row to the next.
    pub(crate) pitch: usize,
}

impl Bits<'_> {
    fn get(&self, x: usize, y: usize) -> bool {
        let byte = self
            .bytes
            .get(y * self.pitch + x / 8)
            .copied()
            .unwrap_or_default();
        byte >> (7 - x % 8) & 1 == 1
    }
}

/// A picture of four bytes per pixel: blue, green, red, alpha.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colors<'a> {
    pub(crate) bytes: &'a [u8],
    /// Bytes from one row to the next.
    pub(crate) pitch: usize,
}

impl Colors<'_> {
    /// Red, green, blue, alpha. Missing pixels are clear.
    fn get(&self, x: usize, y: usize) -> [u8; 4] {
        let at = y * self.pitch + x * 4;
        let pixel = self
            .bytes
            .get(at..at + 4)
            .and_then(|pixel| pixel.first_chunk::<4>());
        pixel.map_or([0; 4], |[blue, green, red, alpha]| [*red, *green, *blue, *alpha])
    }

    fn is_set(&self, x: usize, y: usize) -> bool {
        self.get(x, y)[0] >= 128
    }
}

/// A pointer as the system describes it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape<'a> {
    /// Two pictures of bits, one below the other: the AND mask, then the XOR mask.
    Monochrome(Bits<'a>),
    /// The same with a full pixel for each bit, as GDI converts it: white is a set bit.
    WideMonochrome(Colors<'a>),
    /// Color with straight alpha.
    Color(Colors<'a>),
    /// An icon's color picture with its AND mask as full pixels. Whether there is alpha shows only in the pixels: if
    /// all of it is 0, the mask decides.
    Icon(Colors<'a>, Colors<'a>),
    /// Color whose alpha says: 0 covers, 255 is combined with what is below by XOR.
    MaskedColor(Colors<'a>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Clear,
    /// Red, green, blue, alpha; premultiplied.
    Pixel([u8; 4]),
    Inverse,
}

impl Shape<'_> {
    /// The shape with transparency. `size` is that of the pointer (half the height of two masks); a hot spot outside
    /// of it moves to its edge, and what is beyond [`MAX_CURSOR_SIDE`] is cut off. 0 x 0 without any visible pixel.
    ///
    /// # Errors
    /// None that pixels can cause; those of [`CursorShape::new`] are passed on.
    pub(crate) fn convert(&self, size: Size, hotspot: Point) -> Result<CursorShape, CodecError> {
        let full_height = size.height as usize;
        let size = Size::new(size.width.min(MAX_CURSOR_SIDE), size.height.min(MAX_CURSOR_SIDE));
        let (width, height) = (size.width as usize, size.height as usize);
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let has_alpha = match self {
            Self::Icon(color, _) => places().any(|(x, y)| color.get(x, y)[3] != 0),
            _ => true,
        };
        let cells: Vec<Cell> = places()
            .map(|(x, y)| self.cell(x, y, full_height, has_alpha))
            .collect();
        if cells.iter().all(|cell| *cell == Cell::Clear) {
            return hidden();
        }
        let mut rgba = Vec::with_capacity(cells.len() * 4);
        for (index, cell) in cells.iter().enumerate() {
            rgba.extend_from_slice(&match cell {
                Cell::Pixel(pixel) => *pixel,
                Cell::Inverse => [0, 0, 0, 255],
                Cell::Clear if touches_inverse(&cells, width, index) => [255; 4],
                Cell::Clear => [0; 4],
            });
        }
        let inside = |at: i32, side: u32| at.clamp(0, i32::try_from(side).unwrap_or(i32::MAX) - 1);
        let hotspot = Point::new(inside(hotspot.x, size.width), inside(hotspot.y, size.height));
        CursorShape::new(size, hotspot, rgba)
    }

    fn cell(&self, x: usize, y: usize, height: usize, has_alpha: bool) -> Cell {
        match self {
            Self::Monochrome(bits) => masks(bits.get(x, y), bits.get(x, y + height)),
            Self::WideMonochrome(bits) => masks(bits.is_set(x, y), bits.is_set(x, y + height)),
            Self::Color(color) => straight(color.get(x, y)),
            Self::Icon(color, _) if has_alpha => straight(color.get(x, y)),
            Self::Icon(color, mask) => combined(color.get(x, y), mask.is_set(x, y)),
            Self::MaskedColor(color) => combined(color.get(x, y), color.get(x, y)[3] != 0),
        }
    }
}

/// No pointer.
pub(crate) fn hidden() -> Result<CursorShape, CodecError> {
    CursorShape::new(Size::default(), Point::ORIGIN, Vec::new())
}

fn masks(and: bool, xor: bool) -> Cell {
    match (and, xor) {
        (false, false) => Cell::Pixel([0, 0, 0, 255]),
        (false, true) => Cell::Pixel([255; 4]),
        (true, false) => Cell::Clear,
        (true, true) => Cell::Inverse,
    }
}

/// The color replaces what is below, or is combined with it by XOR.
fn combined([red, green, blue, _]: [u8; 4], xor: bool) -> Cell {
    match (xor, [red, green, blue]) {
        (false, _) => Cell::Pixel([red, green, blue, 255]),
        (true, [0, 0, 0]) => Cell::Clear,
        (true, _) => Cell::Inverse,
    }
}

fn straight([red, green, blue, alpha]: [u8; 4]) -> Cell {
    if alpha == 0 {
        return Cell::Clear;
    }
    let scaled = |value: u8| {
        let product = u16::from(value) * u16::from(alpha);
        u8::try_from((product + 127) / 255).unwrap_or(u8::MAX)
    };
    Cell::Pixel([scaled(red), scaled(green), scaled(blue), alpha])
}

fn touches_inverse(cells: &[Cell], width: usize, index: usize) -> bool {
    let (x, y) = (index % width, index / width);
    let rows = y.saturating_sub(1)..=y + 1;
    rows.flat_map(|y| (x.saturating_sub(1)..=(x + 1).min(width - 1)).map(move |x| y * width + x))
        .any(|place| cells.get(place) == Some(&Cell::Inverse))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAR: [u8; 4] = [0; 4];
    const BLACK: [u8; 4] = [0, 0, 0, 255];
    const WHITE: [u8; 4] = [255; 4];

    fn colors(bytes: &[u8], width: usize) -> Colors<'_> {
        Colors {
            bytes,
            pitch: width * 4,
        }
    }

    fn pixels(shape: &CursorShape) -> Vec<[u8; 4]> {
        shape.rgba().as_chunks::<4>().0.to_vec()
    }

    #[test]
    fn masks_make_black_white_and_clear() {
        // Two rows of 3: black white clear / clear clear black.
        let bytes = [0b0010_0000, 0, 0b1100_0000, 0, 0b0100_0000, 0, 0, 0];
        let shape = Shape::Monochrome(Bits {
            bytes: &bytes,
            pitch: 2,
        });
        let shape = shape.convert(Size::new(3, 2), Point::new(2, 1)).unwrap();
        assert_eq!(pixels(&shape), [BLACK, WHITE, CLEAR, CLEAR, CLEAR, BLACK]);
        assert_eq!(
            (shape.size(), shape.hotspot()),
            (Size::new(3, 2), Point::new(2, 1))
        );
    }

    #[test]
    fn inverting_pixels_become_black_with_a_white_outline() {
        // A stroke in the middle of 5 x 3, everything else clear.
        let and = [0xf8_u8; 3];
        let xor = [0, 0b0010_0000, 0];
        let bytes = [and, xor].concat();
        let shape = Shape::Monochrome(Bits {
            bytes: &bytes,
            pitch: 1,
        });
        let shape = shape.convert(Size::new(5, 3), Point::ORIGIN).unwrap();
        let outline = [CLEAR, WHITE, WHITE, WHITE, CLEAR];
        let middle = [CLEAR, WHITE, BLACK, WHITE, CLEAR];
        assert_eq!(pixels(&shape), [outline, middle, outline].concat());
    }

    #[test]
    fn a_mask_with_full_pixels_reads_like_one_of_bits() {
        let (set, unset) = ([255, 255, 255, 0], [0; 4]);
        let bytes = [unset, unset, set, unset, set, unset].concat();
        let shape = Shape::WideMonochrome(colors(&bytes, 3))
            .convert(Size::new(3, 1), Point::ORIGIN)
            .unwrap();
        assert_eq!(pixels(&shape), [BLACK, WHITE, CLEAR]);
    }

    #[test]
    fn alpha_is_premultiplied_and_red_and_blue_are_exchanged() {
        let bytes = [[10, 20, 200, 255], [100, 200, 255, 128], [9, 9, 9, 0]].concat();
        let shape = Shape::Color(colors(&bytes, 3))
            .convert(Size::new(3, 1), Point::ORIGIN)
            .unwrap();
        assert_eq!(pixels(&shape), [[200, 20, 10, 255], [128, 100, 50, 128], CLEAR]);
        let mask = [255; 12];
        let icon = Shape::Icon(colors(&bytes, 3), colors(&mask, 3))
            .convert(Size::new(3, 1), Point::ORIGIN)
            .unwrap();
        assert_eq!(icon, shape, "alpha goes before the mask");
    }

    #[test]
    fn without_any_alpha_the_mask_decides() {
        let bytes = [[1, 2, 3, 0], [0; 4], [0; 4], [0; 4], [255, 255, 255, 0]].concat();
        let mask = [[0; 4], [255; 4], [255; 4], [255; 4], [255; 4]].concat();
        let shape = Shape::Icon(colors(&bytes, 5), colors(&mask, 5))
            .convert(Size::new(5, 1), Point::ORIGIN)
            .unwrap();
        assert_eq!(pixels(&shape), [[3, 2, 1, 255], CLEAR, CLEAR, WHITE, BLACK]);
    }

    #[test]
    fn masked_color_covers_leaves_alone_or_inverts() {
        let bytes = [[1, 2, 3, 0], [0, 0, 0, 255], [0, 0, 0, 255], [255, 255, 255, 255]].concat();
        let shape = Shape::MaskedColor(colors(&bytes, 4))
            .convert(Size::new(4, 1), Point::ORIGIN)
            .unwrap();
        assert_eq!(pixels(&shape), [[3, 2, 1, 255], CLEAR, WHITE, BLACK]);
    }

    #[test]
    fn large_shapes_are_cut_and_the_hot_spot_stays_inside() {
        let width = MAX_CURSOR_SIDE + 100;
        let bytes = vec![255; width as usize * 4 * 20];
        let shape = Shape::Color(colors(&bytes, width as usize));
        let shape = shape.convert(Size::new(width, 20), Point::new(600, -3)).unwrap();
        assert_eq!(shape.size(), Size::new(MAX_CURSOR_SIDE, 20));
        assert_eq!(shape.hotspot(), Point::new(MAX_CURSOR_SIDE as i32 - 1, 0));
    }

    #[test]
    fn nothing_visible_is_hidden_and_missing_bytes_are_clear() {
        let bits = Bits {
            bytes: &[0xff, 0xff, 0, 0],
            pitch: 1,
        };
        assert_eq!(
            Shape::Monochrome(bits)
                .convert(Size::new(8, 2), Point::new(1, 1))
                .unwrap(),
            hidden().unwrap()
        );
        for size in [Size::new(9, 9), Size::new(0, 4), Size::default()] {
            let shape = Shape::Color(colors(&[1, 2, 3], 9))
                .convert(size, Point::new(1, 1))
                .unwrap();
            assert!(shape.size().is_empty());
        }
    }
}
