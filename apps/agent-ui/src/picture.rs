//! A picture of the chat, as large as it is ever shown.

use std::sync::Arc;

use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

use crate::canvas::Canvas;

/// Longest side that is kept, in pixels: eight of them stay small beside the program.
const SIDE: u32 = 1_280;

/// A picture of the chat. Cheap to clone; equal to its clones only.
#[derive(Clone)]
pub struct ChatPicture(Arc<SharedPixelBuffer<Rgb8Pixel>>);

impl ChatPicture {
    /// `pixels` in rows of `width`, `0x00RRGGBB`; made smaller where a side has more than 1,280. `None` without pixels.
    #[must_use]
    pub fn new(width: u32, pixels: &[u32]) -> Option<Self> {
        let mut canvas = Canvas::default();
        canvas.make_room((SIDE, SIDE));
        if !canvas.paint(width, pixels, []) {
            return None;
        }
        let mut buffer = SharedPixelBuffer::new(0, 0);
        canvas.take(&mut buffer);
        Some(Self(Arc::new(buffer)))
    }

    /// Columns and rows.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    pub(crate) fn image(&self) -> Image {
        Image::from_rgb8(SharedPixelBuffer::clone(&self.0))
    }
}

impl PartialEq for ChatPicture {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ChatPicture {}

impl std::fmt::Debug for ChatPicture {
    /// What it shows is nobody's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ChatPicture").field(&self.size()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_kept_as_it_is_or_as_large_as_it_is_ever_shown() {
        let small = ChatPicture::new(3, &[0x00ff_0000; 6]).expect("six pixels");
        assert_eq!(small.size(), (3, 2));
        let red = Rgb8Pixel { r: 255, g: 0, b: 0 };
        assert!(small.0.as_slice().iter().all(|pixel| *pixel == red));
        let wide = ChatPicture::new(2_560, &vec![7; 2_560 * 100]).expect("pixels");
        assert_eq!(wide.size(), (1_280, 50));
        assert!(ChatPicture::new(0, &[]).is_none() && ChatPicture::new(5, &[1]).is_none());
        assert!(
            small == small.clone() && small != ChatPicture::new(3, &[0x00ff_0000; 6]).expect("six pixels")
        );
    }
}
