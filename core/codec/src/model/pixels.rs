//! Pixels by context: for each, the guesses that are likely here are offered one after the other.
//!
//! Works on one row at a time and sees only what both ends have: the rows above, the pixels to the left, and the
//! picture before the update.

use std::ops::Range;

use crate::framebuffer::COLOR;
use crate::model::around::{Around, GUESSES, Rows, Temporal};
use crate::model::residual::ResidualModel;
use crate::model::symbols::Tree;
use crate::model::tables::{ColorCache, Guess, PixelTable};
use crate::range_coder::{Bit, BitCoder};

/// Everything learned about pixels.
pub(crate) struct PixelModel {
    flat: [Bit; 16],
    wide: PixelTable,
    wide_hit: [Bit; 8],
    deep: PixelTable,
    deep_hit: [Bit; 8],
    temporal_hit: [[[Bit; 16]; 4]; GUESSES],
    /// Per guess of time, whether the last three were right.
    lately: [usize; GUESSES],
    shallow: PixelTable,
    shallow_hit: [Bit; 8],
    neighbor_hit: Vec<Bit>,
    cached: Bit,
    cache: ColorCache,
    cache_index: Tree<8>,
    residual: ResidualModel,
    /// Per column, how usual residuals were when its last pixel was coded.
    rough: Vec<u8>,
}

/// Entries of the tables, as powers of two: 1 MiB for each of the two large ones, 256 KiB for the small one.
const DEEP_BITS: u32 = 18;
const SHALLOW_BITS: u32 = 16;
/// Roughness from which a residual is asked for first, as in photographs.
const ROUGH: u8 = 60;
/// How slowly roughness follows.
const RATE: u8 = 16;
/// Shortest run that gets a decision of its own.
const MIN_RUN: usize = 4;

impl PixelModel {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            flat: [Bit::NEW; 16],
            wide: PixelTable::new(DEEP_BITS),
            wide_hit: [Bit::NEW; 8],
            deep: PixelTable::new(DEEP_BITS),
            deep_hit: [Bit::NEW; 8],
            temporal_hit: [[[Bit::NEW; 16]; 4]; GUESSES],
            lately: [0; GUESSES],
            shallow: PixelTable::new(SHALLOW_BITS),
            shallow_hit: [Bit::NEW; 8],
            neighbor_hit: vec![Bit::NEW; 64],
            cached: Bit::NEW,
            cache: ColorCache::new(),
            cache_index: Tree::new(),
            residual: ResidualModel::new(width),
            rough: vec![0; width + 1],
        }
    }

    /// Codes the pixels `span` of a row into `rows.current`. `target` is that row as it shall be, whole, when
    /// encoding, and empty when decoding.
    pub(crate) fn row<C: BitCoder>(
        &mut self,
        coder: &mut C,
        rows: &mut Rows<'_>,
        span: Range<usize>,
        target: &[u32],
    ) {
        let mut x = span.start;
        // A run that failed at this length is offered at half of it until the color changes.
        let mut longest_run = usize::MAX;
        while x < span.end {
            let around = Around::new(rows, x);
            if around.flat() {
                let color = around.west;
                let length = run_length(rows, x..span.end, color).min(longest_run);
                if length >= MIN_RUN {
                    let all = target
                        .get(x..x + length)
                        .is_some_and(|run| run.iter().all(|p| p & COLOR == color));
                    let context = &mut self.flat[(usize::BITS - length.leading_zeros()) as usize & 15];
                    if coder.bit(context, all) {
                        rows.current[x..x + length].fill(color);
                        self.rough[x..x + length].fill(0);
                        x += length;
                        continue;
                    }
                    longest_run = length / 2;
                }
            }
            let wanted = target.get(x).map_or(0, |pixel| pixel & COLOR);
            let pixel = self.pixel(coder, rows, &around, x, wanted);
            rows.current[x] = pixel;
            if pixel != around.west {
                longest_run = usize::MAX;
            }
            x += 1;
        }
    }

    /// How usual residuals are around this column, 0 to 255.
    fn roughness(&self, x: usize) -> u8 {
        let west = if x > 0 { self.rough[x - 1] } else { 0 };
        ((u16::from(west) + u16::from(self.rough[x])) / 2) as u8
    }

    fn note(&mut self, x: usize, rough: u8, residual: bool) {
        self.rough[x] = if residual {
            rough + (255 - rough) / RATE
        } else {
            rough - rough / RATE
        };
    }

    fn pixel<C: BitCoder>(
        &mut self,
        coder: &mut C,
        rows: &Rows<'_>,
        around: &Around,
        x: usize,
        wanted: u32,
    ) -> u32 {
        let mut offer = Offer {
            coder,
            wanted,
            refused: [u32::MAX; 12],
            count: 0,
        };
        let hint = around.temporal(rows, x);
        let rough = self.roughness(x);
        for (which, Temporal { pixel, agreement }) in hint.into_iter().enumerate() {
            if agreement == 3 && self.ask_time(&mut offer, which, agreement, pixel, around.west) {
                self.note(x, rough, false);
                return pixel;
            }
        }
        if rough >= ROUGH {
            let pixel = self.residual.code(offer.coder, x, around.near(), wanted);
            self.note(x, rough, around.grainy(pixel));
            return pixel;
        }

        let wide = self.wide.place(Around::wide_hash(rows, x));
        if let Some(guess) = self.wide.guess(wide)
            && offer.ask(&mut self.wide_hit[guess.confidence as usize], guess.pixel)
        {
            self.wide.learn(wide, guess.pixel);
            self.note(x, rough, false);
            return guess.pixel;
        }
        let deep = self.deep.place(around.deep_hash());
        let shallow = self.shallow.place(around.shallow_hash());
        let pixel = self.offered(
            &mut offer,
            around,
            hint,
            self.deep.guess(deep),
            self.shallow.guess(shallow),
        );
        let unforeseen = pixel.is_none();
        let pixel = match pixel {
            Some(pixel) => pixel,
            None => self.unpredicted(&mut offer, around, x),
        };
        self.note(x, rough, unforeseen && around.grainy(pixel));
        self.wide.learn(wide, pixel);
        self.deep.learn(deep, pixel);
        self.shallow.learn(shallow, pixel);
        if pixel != around.west {
            self.cache.remember(pixel);
        }
        pixel
    }

    /// Offers every guess; `None` when all were refused.
    fn offered<C: BitCoder>(
        &mut self,
        offer: &mut Offer<'_, C>,
        around: &Around,
        hint: [Temporal; GUESSES],
        deep: Option<Guess>,
        shallow: Option<Guess>,
    ) -> Option<u32> {
        if let Some(guess) = deep
            && guess.confidence >= 2
            && offer.ask(&mut self.deep_hit[guess.confidence as usize], guess.pixel)
        {
            return Some(guess.pixel);
        }
        for (which, Temporal { pixel, agreement }) in hint.into_iter().enumerate() {
            if (1..3).contains(&agreement) && self.ask_time(offer, which, agreement, pixel, around.west) {
                return Some(pixel);
            }
        }
        if let Some(guess) = deep
            && offer.ask(&mut self.deep_hit[guess.confidence as usize], guess.pixel)
        {
            return Some(guess.pixel);
        }
        if let Some(guess) = shallow
            && offer.ask(&mut self.shallow_hit[guess.confidence as usize], guess.pixel)
        {
            return Some(guess.pixel);
        }
        let pattern = around.pattern();
        let near = around.near();
        (0..4)
            .find(|&which| offer.ask(&mut self.neighbor_hit[pattern * 4 + which], near[which]))
            .map(|which| near[which])
    }

    /// Asks for a guess of time, by how right it was lately.
    fn ask_time<C: BitCoder>(
        &mut self,
        offer: &mut Offer<'_, C>,
        which: usize,
        agreement: usize,
        pixel: u32,
        west: u32,
    ) -> bool {
        let lately = self.lately[which];
        let context = &mut self.temporal_hit[which][agreement][lately << 1 | usize::from(pixel == west)];
        let Some(hit) = offer.put(context, pixel) else {
            return false;
        };
        self.lately[which] = (lately << 1 | usize::from(hit)) & 7;
        hit
    }

    /// A color from the cache or in full.
    fn unpredicted<C: BitCoder>(&mut self, offer: &mut Offer<'_, C>, around: &Around, x: usize) -> u32 {
        let wanted = offer.wanted;
        if offer.coder.bit(&mut self.cached, self.cache.holds(wanted)) {
            let index = self.cache_index.code(offer.coder, ColorCache::index(wanted));
            return self.cache.color(index);
        }
        self.residual.code(offer.coder, x, around.near(), wanted)
    }
}

/// How far `current[x..]` could go on in the color of the row above.
fn run_length(rows: &Rows<'_>, span: Range<usize>, color: u32) -> usize {
    let above = rows.above[0].get(span).unwrap_or_default();
    above.iter().take_while(|&&pixel| pixel == color).count()
}

/// Asks "is it this one?", each color once.
struct Offer<'c, C> {
    coder: &'c mut C,
    wanted: u32,
    refused: [u32; 12],
    count: usize,
}

impl<C: BitCoder> Offer<'_, C> {
    fn ask(&mut self, context: &mut Bit, pixel: u32) -> bool {
        self.put(context, pixel).unwrap_or_default()
    }

    /// The same; `None` when that color was refused already.
    fn put(&mut self, context: &mut Bit, pixel: u32) -> Option<bool> {
        if self.refused.contains(&pixel) {
            return None;
        }
        let hit = self.coder.bit(context, pixel == self.wanted);
        if !hit {
            self.refused[self.count] = pixel;
            self.count += 1;
        }
        Some(hit)
    }
}
