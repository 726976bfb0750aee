//! Deterministic pictures that resemble what displays show.

use temoto_geometry::{Point, Rect, Size};

use crate::Framebuffer;

/// A generator of pseudo-random numbers; tests repeat exactly.
#[derive(Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) as u32) % sides.max(1)
    }
}

/// A picture from a function of column and row.
pub(super) fn draw(width: u32, height: u32, mut color: impl FnMut(u32, u32) -> u32) -> Framebuffer {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            pixels.push(color(x, y));
        }
    }
    Framebuffer::from_pixels(Size::new(width, height), pixels).unwrap()
}

/// Random pixels.
pub(super) fn noise(width: u32, height: u32, seed: u64) -> Framebuffer {
    let mut dice = Dice::new(seed);
    draw(width, height, |_, _| dice.roll(1 << 24))
}

/// Smooth color changes.
pub(super) fn gradient(width: u32, height: u32) -> Framebuffer {
    draw(width, height, |x, y| {
        (x * 255 / width) << 16 | (y * 255 / height) << 8 | (((x + y) / 3) & 255)
    })
}

/// Something like a photograph: slow waves in all channels, with grain.
pub(crate) fn photo(width: u32, height: u32, seed: u64) -> Framebuffer {
    let mut dice = Dice::new(seed);
    let phase = dice.roll(1000) as i32;
    let wave = |at: i32, length: i32| {
        let at = at.rem_euclid(2 * length);
        let up = if at < length { at } else { 2 * length - at };
        up * 255 / length
    };
    draw(width, height, |x, y| {
        let (x, y) = (x as i32, y as i32);
        let grain = dice.roll(9) as i32 - 4;
        let light = (wave(x + phase, 331) + wave(y + 2 * x, 521) + wave(3 * y - x, 977)) / 3 + grain;
        let tint = wave(x - y + phase, 701) / 4;
        let channel = |value: i32| value.clamp(0, 255) as u32;
        channel(light + tint) << 16 | channel(light + (dice.roll(3) as i32)) << 8 | channel(light - tint / 2)
    })
}

/// A page of text: lines of antialiased glyphs from a small alphabet.
pub(crate) fn page(width: u32, height: u32, seed: u64) -> Framebuffer {
    let mut picture = draw(width, height, |_, _| 0x00fa_fafa);
    let mut dice = Dice::new(seed);
    for line in 0..height / 18 {
        let mut x = 20 + dice.roll(3) * 16;
        let end = width.saturating_sub(20 + dice.roll(200));
        let ink = if dice.roll(12) == 0 {
            0x0020_60c0
        } else {
            0x0022_2222
        };
        while x + 9 < end {
            glyph(&mut picture, dice.roll(60), x, line * 18 + 3, ink);
            x += 7 + dice.roll(2);
        }
    }
    picture
}

/// One glyph of 7 x 11 pixels with soft edges.
pub(super) fn glyph(picture: &mut Framebuffer, which: u32, x: u32, y: u32, ink: u32) {
    if which > 50 {
        return;
    }
    let mut dice = Dice::new(u64::from(which) + 77);
    let shape = draw(7, 11, |_, _| match dice.roll(8) {
        0..=2 => ink,
        3 => (ink >> 1 & 0x007f_7f7f) + 0x007d_7d7d,
        4 => (ink >> 2 & 0x003f_3f3f) + 0x00bb_bbbb,
        _ => 0x00fa_fafa,
    });
    picture.blit(Point::new(x as i32, y as i32), shape.view().unwrap());
}

/// A window with title bar, frame and a page inside.
pub(super) fn window(width: u32, height: u32, seed: u64) -> Framebuffer {
    let mut picture = page(width, height, seed);
    picture.fill(Rect::new(0, 0, width, 24), 0x0030_5080);
    picture.fill(Rect::new(0, 0, 1, height), 0x0010_1010);
    picture.fill(Rect::new(width as i32 - 1, 0, 1, height), 0x0010_1010);
    picture.fill(Rect::new(0, height as i32 - 1, width, 1), 0x0010_1010);
    for letter in 0..20 {
        glyph(&mut picture, letter, 10 + letter * 8, 6, 0x00ff_ffff);
    }
    picture
}

/// A desktop: a background, a task bar, two windows; the second at (x, y).
pub(super) fn desktop(background: &Framebuffer, x: i32, y: i32) -> Framebuffer {
    let (width, height) = (background.width(), background.height());
    let mut picture = background.clone();
    picture.fill(Rect::new(0, height as i32 - 40, width, 40), 0x0020_2428);
    let back = window(width / 2, height * 2 / 3, 5);
    picture.blit(
        Point::new(width as i32 / 12, height as i32 / 12),
        back.view().unwrap(),
    );
    let front = window(width / 3, height / 2, 6);
    picture.blit(Point::new(x, y), front.view().unwrap());
    picture
}
