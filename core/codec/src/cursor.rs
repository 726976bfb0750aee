//! Pointer shapes: small pictures with transparency that travel once and are drawn by the viewer.
//!
//! Where the pointer stands is the session's business. A shape is known by a hash of its content, so that both ends
//! can keep shapes and name them.

use temoto_geometry::{Point, Size};

use crate::error::CodecError;

/// Longest side of a shape in pixels.
pub const MAX_CURSOR_SIDE: u32 = 512;

/// The name of a shape: a hash of size, hotspot and pixels. Not secret and not proof against forgery: a host that
/// makes two shapes collide only spoils its own pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CursorId(pub u64);

/// One shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorShape {
    size: Size,
    hotspot: Point,
    rgba: Vec<u8>,
}

/// The format that this build speaks.
const FORMAT: u8 = 1;
/// Format, width, height, hotspot.
const HEAD: usize = 9;
/// Control bytes from here on mean a run.
const RUN: u8 = 128;

impl CursorShape {
    /// A shape from premultiplied R, G, B, A bytes, row after row. An empty shape (0 x 0) is a hidden pointer.
    ///
    /// # Errors
    /// [`CodecError::Size`] above 512 x 512 or when only one side is 0, [`CodecError::ShortBuffer`] when the bytes
    /// are not 4 per pixel, [`CodecError::Malformed`] when the hotspot is outside (of an empty shape: not 0, 0).
    pub fn new(size: Size, hotspot: Point, rgba: Vec<u8>) -> Result<Self, CodecError> {
        check(size, hotspot)?;
        if rgba.len() as u64 != size.area() * 4 {
            return Err(CodecError::ShortBuffer);
        }
        Ok(Self { size, hotspot, rgba })
    }

    /// Extent.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// The pixel that points, from the first pixel of the shape.
    #[must_use]
    pub fn hotspot(&self) -> Point {
        self.hotspot
    }

    /// Premultiplied R, G, B, A bytes, row after row.
    #[must_use]
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    /// The name of this content.
    #[must_use]
    pub fn id(&self) -> CursorId {
        let head = [
            self.size.width,
            self.size.height,
            self.hotspot.x as u32,
            self.hotspot.y as u32,
        ];
        let bytes = head
            .iter()
            .flat_map(|value| value.to_be_bytes())
            .chain(self.rgba.iter().copied());
        CursorId(bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// The shape as bytes: format, width, height, hotspot x and y (two bytes each), then pixels in packets. A control
    /// byte below 128 is followed by one more pixel than it says; one from 128 on by a single pixel, which stands for
    /// two more than its excess over 128.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORMAT];
        let head = [
            self.size.width,
            self.size.height,
            self.hotspot.x as u32,
            self.hotspot.y as u32,
        ];
        for value in head {
            out.extend_from_slice(&(value as u16).to_be_bytes());
        }
        let pixels: Vec<&[u8]> = self.rgba.chunks_exact(4).collect();
        let mut rest = pixels.as_slice();
        while let Some(&first) = rest.first() {
            let run = rest.iter().take(129).take_while(|&&pixel| pixel == first).count();
            let taken = if run >= 2 {
                out.push(RUN + (run - 2) as u8);
                out.extend_from_slice(first);
                run
            } else {
                let breaks = rest
                    .windows(2)
                    .position(|pair| pair[0] == pair[1])
                    .unwrap_or(rest.len());
                let count = breaks.clamp(1, usize::from(RUN));
                out.push((count - 1) as u8);
                rest.iter()
                    .take(count)
                    .for_each(|pixel| out.extend_from_slice(pixel));
                count
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        out
    }

    /// The shape from its bytes.
    ///
    /// # Errors
    /// Whatever [`CursorShape::new`] refuses, and [`CodecError::Format`], [`CodecError::Truncated`],
    /// [`CodecError::Trailing`].
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let (head, mut rest) = bytes.split_at_checked(HEAD).ok_or(CodecError::Truncated)?;
        let &[format, w0, w1, h0, h1, x0, x1, y0, y1] = head else {
            return Err(CodecError::Truncated);
        };
        if format != FORMAT {
            return Err(CodecError::Format(format));
        }
        let size = Size::new(
            u16::from_be_bytes([w0, w1]).into(),
            u16::from_be_bytes([h0, h1]).into(),
        );
        let hotspot = Point::new(
            u16::from_be_bytes([x0, x1]).into(),
            u16::from_be_bytes([y0, y1]).into(),
        );
        check(size, hotspot)?;
        let length = size.width as usize * size.height as usize * 4;
        let mut rgba = Vec::with_capacity(length);
        while rgba.len() < length {
            let (&control, after) = rest.split_first().ok_or(CodecError::Truncated)?;
            let (read, times) = if control < RUN {
                ((usize::from(control) + 1) * 4, 1)
            } else {
                (4, usize::from(control - RUN) + 2)
            };
            let (pixels, after) = after.split_at_checked(read).ok_or(CodecError::Truncated)?;
            if rgba.len() + read * times > length {
                return Err(CodecError::Malformed("a shape has more pixels than its size"));
            }
            for _ in 0..times {
                rgba.extend_from_slice(pixels);
            }
            rest = after;
        }
        if !rest.is_empty() {
            return Err(CodecError::Trailing);
        }
        Self::new(size, hotspot, rgba)
    }
}

fn check(size: Size, hotspot: Point) -> Result<(), CodecError> {
    let large = size.width > MAX_CURSOR_SIDE || size.height > MAX_CURSOR_SIDE;
    if large || size.is_empty() && size != Size::default() {
        return Err(CodecError::Size(size));
    }
    if size.to_rect().contains(hotspot) || size.is_empty() && hotspot == Point::ORIGIN {
        return Ok(());
    }
    Err(CodecError::Malformed("the hotspot is outside the shape"))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn shape() -> impl Strategy<Value = CursorShape> {
        (1u32..40, 1u32..40).prop_flat_map(|(width, height)| {
            let size = Size::new(width, height);
            let hotspot = (0..width as i32, 0..height as i32).prop_map(|(x, y)| Point::new(x, y));
            // Few colors, so that there are runs of every length.
            let pixel = prop_oneof![6 => Just([0u8; 4]), 1 => any::<[u8; 4]>(), 1 => Just([255u8; 4])];
            (hotspot, vec(pixel, size.area() as usize))
                .prop_map(move |(hotspot, pixels)| CursorShape::new(size, hotspot, pixels.concat()).unwrap())
        })
    }

    proptest! {
        #[test]
        fn a_shape_comes_back_with_the_same_name(shape in shape()) {
            let bytes = shape.encode();
            let back = CursorShape::decode(&bytes).unwrap();
            prop_assert_eq!(back.id(), shape.id());
            prop_assert_eq!(back, shape);
            for end in 0..bytes.len() {
                prop_assert!(CursorShape::decode(&bytes[..end]).is_err());
            }
            prop_assert_eq!(CursorShape::decode(&[bytes, vec![0]].concat()), Err(CodecError::Trailing));
        }

        #[test]
        fn no_bytes_break_the_decoder(bytes in vec(any::<u8>(), 0..200), plain in any::<bool>()) {
            let mut bytes = bytes;
            if plain && bytes.len() > 9 {
                bytes[..9].copy_from_slice(&[1, 0, 5, 0, 5, 0, 0, 0, 0]);
            }
            if let Ok(shape) = CursorShape::decode(&bytes) {
                prop_assert!(shape.size().area() <= 512 * 512);
            }
        }
    }

    #[test]
    fn a_hidden_pointer_is_an_empty_shape() {
        let hidden = CursorShape::new(Size::default(), Point::ORIGIN, Vec::new()).unwrap();
        assert_eq!(CursorShape::decode(&hidden.encode()), Ok(hidden));
    }

    #[test]
    fn shapes_beyond_the_limits_are_refused() {
        let black = |area: usize| vec![0; area * 4];
        assert!(CursorShape::new(Size::new(513, 1), Point::ORIGIN, black(513)).is_err());
        assert!(CursorShape::new(Size::new(4, 0), Point::ORIGIN, Vec::new()).is_err());
        assert!(CursorShape::new(Size::new(4, 4), Point::new(4, 0), black(16)).is_err());
        assert!(CursorShape::new(Size::new(4, 4), Point::new(-1, 0), black(16)).is_err());
        assert!(CursorShape::new(Size::new(4, 4), Point::ORIGIN, black(15)).is_err());
        assert!(CursorShape::new(Size::new(512, 512), Point::new(511, 511), black(512 * 512)).is_ok());
    }

    #[test]
    fn an_arrow_costs_little() {
        let pixels: Vec<u8> = (0..32 * 32)
            .flat_map(|at| {
                if at % 32 < at / 32 && at / 32 < 20 {
                    [255; 4]
                } else {
                    [0; 4]
                }
            })
            .collect();
        let arrow = CursorShape::new(Size::new(32, 32), Point::ORIGIN, pixels).unwrap();
        assert!(arrow.encode().len() < 300, "{}", arrow.encode().len());
    }
}
