//! Pixels that the browser captured, on their way into a session: kept until newer ones come, for they are asked for again where the
//! other end lost its picture and nothing moves here.

use js_sys::Uint32Array;
use temoto_codec::{FrameView, MAX_PIXELS};
use temoto_geometry::Size;

/// The newest frame.
#[derive(Default)]
pub struct Frame {
    size: Size,
    pixels: Vec<u32>,
}

impl Frame {
    /// Takes over `width` x `height` pixels of four bytes, blue first (`rgba`: red first). Tells whether the size is another one.
    ///
    /// # Errors
    /// The size is not possible, or is not that of the pixels.
    pub fn take(
        &mut self,
        pixels: &Uint32Array,
        width: u32,
        height: u32,
        rgba: bool,
    ) -> Result<bool, String> {
        let size = Size::new(width, height);
        if size.is_empty() || size.area() > MAX_PIXELS || u64::from(pixels.length()) != size.area() {
            return Err("a frame of an impossible size".to_owned());
        }
        self.pixels.resize(pixels.length() as usize, 0);
        pixels.copy_to(&mut self.pixels);
        if rgba {
            for pixel in &mut self.pixels {
                *pixel = pixel.swap_bytes() >> 8;
            }
        }
        Ok(std::mem::replace(&mut self.size, size) != size)
    }

    /// What it shows; `None` before the first.
    pub fn view(&self) -> Option<FrameView<'_>> {
        FrameView::new(self.size, self.size.width as usize, &self.pixels).ok()
    }

    /// Nothing of it stays.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}
