//! Pixel formats of the server, made into `0x00RRGGBB`.
//!
//! Known are direct colors in 16 and 32 bits per pixel in either byte order: depths 15, 16, 24, 30 and 32. Channels
//! of fewer than 8 bits repeat their high bits below (so that white is white); of more than 8 bits, as at depth 30,
//! the low ones are dropped.

use x11rb::protocol::xproto::{ImageOrder, Setup, VisualClass};

use crate::ScreenError;

/// Where one color sits in a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Channel {
    shift: u32,
    bits: u32,
}

impl Channel {
    /// `None` unless the mask is one row of 1 to 16 bits.
    fn from_mask(mask: u32) -> Option<Self> {
        let (shift, bits) = (mask.trailing_zeros(), mask.count_ones());
        let contiguous = mask.checked_shr(shift)?.trailing_ones() == bits;
        (contiguous && (1..=16).contains(&bits)).then_some(Self { shift, bits })
    }

    fn get(self, pixel: u32) -> u32 {
        let value = (pixel >> self.shift) & ((1 << self.bits) - 1);
        if self.bits >= 8 {
            return value >> (self.bits - 8);
        }
        let (mut wide, mut bits) = (value, self.bits);
        while bits < 8 {
            wide = wide << self.bits | value;
            bits += self.bits;
        }
        wide >> (bits - 8)
    }
}

/// How the server lays out the pixels of its root window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PixelFormat {
    wide: bool,
    little_endian: bool,
    pad_bytes: usize,
    channels: [Channel; 3],
}

impl PixelFormat {
    /// The format of a screen's root window.
    pub(super) fn of_root(setup: &Setup, screen: usize) -> Result<Self, ScreenError> {
        let root = setup.roots.get(screen).ok_or(ScreenError::Missing("a screen"))?;
        let format = setup
            .pixmap_formats
            .iter()
            .find(|format| format.depth == root.root_depth);
        let format = format.ok_or(ScreenError::Missing("a pixel format for its screen"))?;
        let visual = root
            .allowed_depths
            .iter()
            .flat_map(|depth| &depth.visuals)
            .find(|visual| visual.visual_id == root.root_visual)
            .ok_or(ScreenError::Missing("a visual for its screen"))?;
        let unknown = ScreenError::Depth {
            depth: root.root_depth,
            bits_per_pixel: format.bits_per_pixel,
        };
        let direct = [VisualClass::TRUE_COLOR, VisualClass::DIRECT_COLOR].contains(&visual.class);
        let masks = [visual.red_mask, visual.green_mask, visual.blue_mask];
        let [Some(red), Some(green), Some(blue)] = masks.map(Channel::from_mask) else {
            return Err(unknown);
        };
        if !direct || !matches!(format.bits_per_pixel, 16 | 32) || !matches!(format.scanline_pad, 8 | 16 | 32)
        {
            return Err(unknown);
        }
        Ok(Self {
            wide: format.bits_per_pixel == 32,
            little_endian: setup.image_byte_order == ImageOrder::LSB_FIRST,
            pad_bytes: usize::from(format.scanline_pad / 8),
            channels: [red, green, blue],
        })
    }

    /// Bytes of one row of `width` pixels.
    pub(super) fn stride(&self, width: u32) -> usize {
        let bytes = width as usize * if self.wide { 4 } else { 2 };
        bytes.next_multiple_of(self.pad_bytes)
    }

    /// Whether its bytes are `0xXXRRGGBB` as this machine has numbers: nothing is to be converted.
    pub(super) fn is_ours(&self) -> bool {
        let plain = [16, 8, 0].map(|shift| Channel { shift, bits: 8 });
        self.wide && self.channels == plain && self.little_endian == cfg!(target_endian = "little")
    }

    /// Converts rows of `width` pixels to `out`, one pixel each, without padding.
    pub(super) fn convert(&self, bytes: &[u8], width: u32, out: &mut [u32]) {
        let width = width as usize;
        if width == 0 {
            return;
        }
        let rows = bytes.chunks(self.stride(width as u32));
        for (row, out) in rows.zip(out.chunks_mut(width)) {
            if self.wide {
                for (pixel, out) in row.as_chunks::<4>().0.iter().zip(out) {
                    *out = self.color(if self.little_endian {
                        u32::from_le_bytes(*pixel)
                    } else {
                        u32::from_be_bytes(*pixel)
                    });
                }
            } else {
                for (pixel, out) in row.as_chunks::<2>().0.iter().zip(out) {
                    *out = self.color(u32::from(if self.little_endian {
                        u16::from_le_bytes(*pixel)
                    } else {
                        u16::from_be_bytes(*pixel)
                    }));
                }
            }
        }
    }

    fn color(&self, pixel: u32) -> u32 {
        self.channels
            .iter()
            .fold(0, |color, channel| color << 8 | channel.get(pixel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(wide: bool, little_endian: bool, masks: [u32; 3]) -> PixelFormat {
        let channels = masks.map(|mask| Channel::from_mask(mask).unwrap());
        PixelFormat {
            wide,
            little_endian,
            pad_bytes: 4,
            channels,
        }
    }

    #[test]
    fn depth_16_keeps_black_and_white() {
        let format = format(false, true, [0xf800, 0x07e0, 0x001f]);
        let mut out = [0; 6];
        // Three pixels a row, padded to eight bytes.
        let bytes = [
            0xff, 0xff, 0, 0, 0, 0xf8, 9, 9, 0xe0, 7, 0x1f, 0, 0x10, 0x84, 9, 9,
        ];
        format.convert(&bytes, 3, &mut out);
        assert_eq!(
            out,
            [0x00ff_ffff, 0, 0x00ff_0000, 0x0000_ff00, 0x0000_00ff, 0x0084_8284]
        );
        assert!(!format.is_ours());
    }

    #[test]
    fn depth_30_is_reduced_to_eight_bits_per_channel() {
        let format = format(true, true, [0x3ff0_0000, 0x000f_fc00, 0x0000_03ff]);
        let mut out = [0; 2];
        let pixel: u32 = 0x123 << 20 | 0x3ff << 10 | 0x001;
        format.convert(
            &[pixel.to_le_bytes(), 0xffff_ffff_u32.to_le_bytes()].concat(),
            2,
            &mut out,
        );
        assert_eq!(out, [0x0048_ff00, 0x00ff_ffff]);
    }

    #[test]
    fn the_byte_order_of_the_server_counts() {
        let format = format(true, false, [0x00ff_0000, 0xff00, 0xff]);
        let mut out = [0; 1];
        format.convert(&[0xaa, 1, 2, 3], 1, &mut out);
        assert_eq!(out, [0x0001_0203]);
    }

    #[test]
    fn short_or_surplus_bytes_do_no_harm() {
        let format = format(true, true, [0x00ff_0000, 0xff00, 0xff]);
        let mut out = [7; 4];
        format.convert(&[1, 2, 3], 2, &mut out);
        format.convert(&[0; 99], 2, &mut out);
        format.convert(&[0; 99], 0, &mut out);
        assert_eq!(out, [0; 4]);
    }

    #[test]
    fn masks_that_are_no_channel_are_refused() {
        for mask in [0, 0b101, u32::MAX] {
            assert_eq!(Channel::from_mask(mask), None);
        }
        assert_eq!(
            Channel::from_mask(0xff00_0000),
            Some(Channel { shift: 24, bits: 8 })
        );
    }
}
