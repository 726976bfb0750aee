//! Tables that remember which pixel followed which neighborhood.
//!
//! Direct mapped: a hash chooses the entry, a few more of its bits check it. Wrong hits only cost a few bits, since
//! the coder always asks "is it this one?".

use crate::framebuffer::COLOR;

/// One remembered pixel: 24 bits of color, 5 bits of check, 3 bits of confidence.
#[derive(Clone, Copy)]
struct Entry(u32);

const CONFIDENCE_SHIFT: u32 = 29;
const MAX_CONFIDENCE: u32 = 7;

/// A prediction and how often it was right lately (0 to 7).
#[derive(Clone, Copy)]
pub(crate) struct Guess {
    pub(crate) pixel: u32,
    pub(crate) confidence: u32,
}

/// What a neighborhood that was seen before says of a pixel: nothing, that it is the one, that it is another, perhaps or
/// surely.
pub(crate) fn relation(known: Option<Guess>, pixel: u32) -> usize {
    match known {
        None => 0,
        Some(guess) if guess.pixel == pixel => 1,
        Some(guess) if guess.confidence < 3 => 2,
        Some(_) => 3,
    }
}

/// `2^bits` remembered pixels.
pub(crate) struct PixelTable {
    entries: Vec<Entry>,
    shift: u32,
}

/// Where a neighborhood lives in a table.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    index: usize,
    check: u32,
}

impl PixelTable {
    pub(crate) fn new(bits: u32) -> Self {
        Self {
            entries: vec![Entry(0); 1 << bits],
            shift: 64 - bits,
        }
    }

    /// The place for a hash.
    pub(crate) fn place(&self, hash: u64) -> Place {
        Place {
            index: (hash >> self.shift) as usize,
            check: (hash as u32 >> 8 & 31) << 24,
        }
    }

    /// What is remembered there for this very neighborhood (very probably).
    pub(crate) fn guess(&self, place: Place) -> Option<Guess> {
        let entry = self.entries[place.index].0;
        let confidence = entry >> CONFIDENCE_SHIFT;
        (confidence > 0 && entry & 31 << 24 == place.check).then_some(Guess {
            pixel: entry & COLOR,
            confidence,
        })
    }

    /// Takes in which pixel it was.
    pub(crate) fn learn(&mut self, place: Place, pixel: u32) {
        let entry = &mut self.entries[place.index].0;
        let confidence = *entry >> CONFIDENCE_SHIFT;
        let known = *entry & 0x1fff_ffff;
        let next = if known == place.check | pixel {
            (confidence + 1).min(MAX_CONFIDENCE)
        } else if confidence > 1 {
            confidence / 2
        } else {
            *entry = 1 << CONFIDENCE_SHIFT | place.check | pixel;
            return;
        };
        *entry = next << CONFIDENCE_SHIFT | known;
    }
}

/// Odd numbers without a pattern, one for each pixel of the widest neighborhood (the fractional bits of the square roots
/// of the first primes, made odd).
const WEIGHTS: [u32; 20] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f373,
    0xa54f_f53b,
    0x510e_527f,
    0x9b05_688d,
    0x1f83_d9ab,
    0x5be0_cd19,
    0xcbbb_9d5d,
    0x629a_292b,
    0x9159_015b,
    0x152f_ecd9,
    0x6733_2667,
    0x8eb4_4a87,
    0xdb0c_2e0d,
    0x47b5_481d,
    0xae5f_9157,
    0xcf6c_85d3,
    0x2f73_477d,
    0x6d18_26cb,
];

/// Mixes pixels into 64 bits whose upper half is good for an index: a sum of products, so that none waits for another.
#[derive(Default)]
pub(crate) struct Hash(u64);

impl Hash {
    /// Adds pixels that take the weights from `first` on.
    pub(crate) fn add(&mut self, first: usize, pixels: &[u32]) {
        let weights = WEIGHTS.get(first..).unwrap_or_default();
        let products = pixels.iter().zip(weights);
        self.0 = products.fold(self.0, |sum, (&pixel, &weight)| {
            sum.wrapping_add(u64::from(pixel) * u64::from(weight))
        });
    }

    /// Begins with the first weight again, without mixing up what went before.
    pub(crate) fn turn(&mut self) {
        self.0 = self.0.rotate_left(23).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }

    pub(crate) fn finish(self) -> u64 {
        let sum = self.0 ^ self.0 >> 29;
        let product = sum.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (product ^ product >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93)
    }
}

/// The hash of a few pixels.
pub(crate) fn hash(pixels: &[u32]) -> u64 {
    let mut hash = Hash::default();
    hash.add(0, pixels);
    hash.finish()
}

/// 256 colors seen lately, each at the place that its own hash names.
pub(crate) struct ColorCache {
    colors: Vec<u32>,
}

impl ColorCache {
    pub(crate) fn new() -> Self {
        Self { colors: vec![0; 256] }
    }

    /// The place of a color.
    pub(crate) fn index(color: u32) -> u32 {
        color.wrapping_mul(0x9e37_79b1) >> 24
    }

    pub(crate) fn color(&self, index: u32) -> u32 {
        self.colors.get(index as usize).copied().unwrap_or_default()
    }

    pub(crate) fn holds(&self, color: u32) -> bool {
        self.color(Self::index(color)) == color
    }

    pub(crate) fn remember(&mut self, color: u32) {
        if let Some(slot) = self.colors.get_mut(Self::index(color) as usize) {
            *slot = color;
        }
    }
}
