//! Fewer colors for slow lines: a frame as it is encoded when the operator asked for less than all of them.
//!
//! The picture stays equal at both ends; it is the picture that has fewer colors. Pure: pixels in, pixels out.

use temoto_codec::FrameView;
use temoto_wire::proto::colors::Kind;

/// How many colors the picture has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Colors {
    /// As many as the line carries: all of them whenever the picture stands still.
    Auto,
    /// All of them: exact.
    #[default]
    All,
    /// 256: eight steps of red and green, four of blue.
    Many,
    /// The sixteen that every computer had.
    Few,
    /// Sixteen steps of gray.
    Gray,
}

impl Colors {
    /// Every choice, in the order in which it is offered.
    pub const EACH: [Self; 5] = [Self::Auto, Self::All, Self::Many, Self::Few, Self::Gray];

    /// From its number on the wire; unknown ones of a newer peer are `None`.
    #[must_use]
    pub fn from_proto(n: i32) -> Option<Self> {
        match Kind::try_from(n).ok()? {
            Kind::Auto => Some(Self::Auto),
            Kind::All => Some(Self::All),
            Kind::Many => Some(Self::Many),
            Kind::Few => Some(Self::Few),
            Kind::Gray => Some(Self::Gray),
            Kind::Unspecified => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn to_proto(self) -> i32 {
        match self {
            Self::Auto => Kind::Auto as i32,
            Self::All => Kind::All as i32,
            Self::Many => Kind::Many as i32,
            Self::Few => Kind::Few as i32,
            Self::Gray => Kind::Gray as i32,
        }
    }

    /// The color that stands for `pixel`.
    #[must_use]
    pub fn of(self, pixel: u32) -> u32 {
        let [_, red, green, blue] = pixel.to_be_bytes();
        match self {
            Self::Auto | Self::All => pixel & 0x00ff_ffff,
            Self::Many => rgb(step(red, 7), step(green, 7), step(blue, 3)),
            Self::Few => nearest(red, green, blue),
            Self::Gray => {
                let [red, green, blue] = [red, green, blue].map(u32::from);
                // The weights of ITU-R BT.601, in 256ths.
                let light = (77 * red + 150 * green + 29 * blue) >> 8;
                let light = step(u8::try_from(light).unwrap_or(u8::MAX), 15);
                rgb(light, light, light)
            }
        }
    }
}

/// The sixteen colors: two brightnesses of the eight corners, with the two grays between.
const FEW: [u32; 16] = [
    0x00_00_00, 0x00_00_80, 0x00_80_00, 0x00_80_80, 0x80_00_00, 0x80_00_80, 0x80_80_00, 0xc0_c0_c0,
    0x80_80_80, 0x00_00_ff, 0x00_ff_00, 0x00_ff_ff, 0xff_00_00, 0xff_00_ff, 0xff_ff_00, 0xff_ff_ff,
];

fn nearest(red: u8, green: u8, blue: u8) -> u32 {
    let far = |color: &u32| {
        let [_, r, g, b] = color.to_be_bytes();
        let [r, g, b] = [(r, red), (g, green), (b, blue)].map(|(a, b)| u32::from(a.abs_diff(b)));
        2 * r * r + 4 * g * g + 3 * b * b
    };
    FEW.into_iter().min_by_key(far).unwrap_or_default()
}

/// The nearest of `most + 1` even steps from 0 to 255.
fn step(value: u8, most: u16) -> u8 {
    let at = (u16::from(value) * most + 127) / 255;
    u8::try_from(at * 255 / most).unwrap_or(u8::MAX)
}

const fn rgb(red: u8, green: u8, blue: u8) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}

/// Turns frames into frames of fewer colors. Holds one table and one frame, and none while the picture has all colors.
#[derive(Debug, Default)]
pub struct Reducer {
    colors: Colors,
    /// What stands for each color of five bits a channel.
    table: Vec<u32>,
    pixels: Vec<u32>,
}

impl Reducer {
    /// From now on these; `false` if they are the same as before.
    pub fn choose(&mut self, colors: Colors) -> bool {
        // Whoever chooses by the line says so each time it changes its mind.
        let colors = if colors == Colors::Auto {
            Colors::All
        } else {
            colors
        };
        if self.colors == colors {
            return false;
        }
        self.colors = colors;
        self.pixels = Vec::new();
        self.table = if colors == Colors::All {
            Vec::new()
        } else {
            (0..1u32 << 15)
                .map(|n| {
                    // The middle of the colors that share the entry, with black and white as they are.
                    let channel = |at: u32| (((n >> at) & 31) * 255 + 15) / 31;
                    colors.of(channel(10) << 16 | channel(5) << 8 | channel(0))
                })
                .collect()
        };
        true
    }

    /// Which colors the picture has.
    #[must_use]
    pub const fn colors(&self) -> Colors {
        self.colors
    }

    /// The frame as it is to be encoded.
    pub fn reduce<'a>(&'a mut self, frame: FrameView<'a>) -> FrameView<'a> {
        if self.colors == Colors::All {
            return frame;
        }
        let size = frame.size();
        self.pixels.clear();
        for y in 0..size.height as usize {
            let row = frame.row(y).iter().map(|pixel| {
                let at = (pixel >> 9) & 0x7c00 | (pixel >> 6) & 0x03e0 | (pixel >> 3) & 0x1f;
                self.table.get(at as usize).copied().unwrap_or_default()
            });
            self.pixels.extend(row);
        }
        // It has the size of a frame, so it is one.
        FrameView::new(size, size.width as usize, &self.pixels).unwrap_or(frame)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use temoto_codec::Framebuffer;
    use temoto_geometry::Size;

    use super::*;

    fn all_colors() -> Framebuffer {
        let pixels = (0..1u32 << 15).map(|n| (n & 0x7c00) << 9 | (n & 0x3e0) << 6 | (n & 31) << 3);
        Framebuffer::from_pixels(Size::new(256, 128), pixels.collect()).expect("a picture")
    }

    #[test]
    fn a_picture_has_no_more_colors_than_were_chosen() {
        let picture = all_colors();
        for (colors, most) in [(Colors::Many, 256), (Colors::Few, 16), (Colors::Gray, 16)] {
            let mut reducer = Reducer::default();
            assert!(reducer.choose(colors));
            let reduced = reducer.reduce(picture.view().expect("a view"));
            let seen: BTreeSet<u32> = (0..128).flat_map(|y| reduced.row(y).iter().copied()).collect();
            assert!(seen.len() <= most, "{colors:?}: {}", seen.len());
            assert!(seen.len() > most / 2, "{colors:?}: {}", seen.len());
        }
    }

    #[test]
    fn black_and_white_stay_and_gray_is_gray() {
        for colors in Colors::EACH {
            assert_eq!(colors.of(0), 0, "{colors:?}");
            assert_eq!(colors.of(0x00ff_ffff), 0x00ff_ffff, "{colors:?}");
        }
        for pixel in [0x0012_3456, 0x00fe_0102, 0x0000_80ff] {
            let [_, red, green, blue] = Colors::Gray.of(pixel).to_be_bytes();
            assert!(red == green && green == blue);
        }
    }

    #[test]
    fn all_colors_are_the_frame_itself() {
        let picture = all_colors();
        let mut reducer = Reducer::default();
        assert!(!reducer.choose(Colors::All));
        let same = reducer.reduce(picture.view().expect("a view"));
        assert!((0..128).all(|y| same.row(y) == picture.row(y)));
    }

    #[test]
    fn numbers_on_the_wire_come_back() {
        for colors in Colors::EACH {
            assert_eq!(Colors::from_proto(colors.to_proto()), Some(colors));
        }
        assert_eq!(Colors::from_proto(0), None);
        assert_eq!(Colors::from_proto(77), None);
    }
}
