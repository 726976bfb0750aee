//! Pixels by context: for each, the guesses that are likely here are offered one after the other.
//!
//! Works on one row at a time and sees only what both ends have: the rows above, the pixels to the left, and the
//! picture before the update.

use std::ops::Range;

use crate::framebuffer::COLOR;
use crate::model::around::{Around, GUESSES, Rows, Temporal};
use crate::model::residual::ResidualModel;
use crate::model::runs::{Longest, RunModel, Stretch};
use crate::model::symbols::Tree;
use crate::model::tables::{ColorCache, Guess, PixelTable, Place, relation};
use crate::parts::Parts;
use crate::range_coder::{Bit, BitCoder};

/// Everything learned about pixels.
pub(crate) struct PixelModel {
    parts: Parts,
    runs: RunModel,
    wide: PixelTable,
    wide_hit: [Bit; 8],
    deep: PixelTable,
    deep_hit: [Bit; 8],
    temporal_hit: Vec<Bit>,
    /// Per guess of time, whether the last ones were right, the newest in the lowest bit.
    lately: [usize; GUESSES],
    shallow: PixelTable,
    shallow_hit: [Bit; 8],
    neighbor_hit: Vec<Bit>,
    cached: [Bit; CACHE_CLASSES],
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
/// Roughness of photographs.
const GRAINY: u8 = 200;
/// Classes of roughness for the cache of colors, and their size.
const CACHE_CLASSES: usize = 4;
const CACHE_ROUGH: u8 = 12;
/// How slowly roughness follows.
const RATE: u8 = 16;
/// A guess of time that was right so often in a row is asked for whole runs.
const TRUSTED: usize = 63;

impl PixelModel {
    pub(crate) fn new(width: usize, parts: Parts) -> Self {
        Self {
            parts,
            runs: RunModel::new(),
            wide: PixelTable::new(DEEP_BITS),
            wide_hit: [Bit::NEW; 8],
            deep: PixelTable::new(DEEP_BITS),
            deep_hit: [Bit::NEW; 8],
            temporal_hit: vec![Bit::NEW; GUESSES * 256],
            lately: [0; GUESSES],
            shallow: PixelTable::new(SHALLOW_BITS),
            shallow_hit: [Bit::NEW; 8],
            neighbor_hit: vec![Bit::NEW; 64],
            cached: [Bit::NEW; CACHE_CLASSES],
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
        let mut longest = Longest::ANY;
        while x < span.end {
            let spot = self.spot(rows, x);
            let trusted = self.trusted(rows, &spot).filter(|_| self.parts.runs);
            let stretch = Stretch {
                reach: x..span.end,
                known: spot.known,
                target,
            };
            let mut run = 0;
            if let Some(which) = trusted {
                run = self.runs.alike(coder, rows, which, &stretch, &mut longest.alike);
            }
            if run == 0 && spot.around.flat() && self.parts.runs {
                run = self
                    .runs
                    .flat(coder, rows, spot.around.west, &stretch, &mut longest.flat);
            }
            if run > 0 {
                self.rough[x..x + run].fill(0);
                x += run;
                continue;
            }
            let wanted = target.get(x).map_or(0, |pixel| pixel & COLOR);
            let pixel = self.pixel(coder, rows, &spot, wanted);
            rows.current[x] = pixel;
            if pixel != spot.around.west {
                longest.flat = usize::MAX;
            }
            if trusted.is_some_and(|which| rows.guesses[which][0].get(x) != Some(&pixel)) {
                longest.alike = usize::MAX;
            }
            x += 1;
        }
    }

    /// The same where nothing but the neighbors says anything: no guess is asked.
    pub(crate) fn photo_row<C: BitCoder>(
        &mut self,
        coder: &mut C,
        rows: &mut Rows<'_>,
        span: Range<usize>,
        target: &[u32],
    ) {
        self.rough[span.clone()].fill(GRAINY);
        self.residual.row(coder, rows, span, target);
    }

    fn spot(&self, rows: &Rows<'_>, x: usize) -> Spot {
        let rough = self.roughness(x);
        let wide = (rough < ROUGH && self.parts.wide).then(|| self.wide.place(Around::wide_hash(rows, x)));
        Spot {
            x,
            around: Around::new(rows, x),
            rough,
            wide,
            known: wide.and_then(|wide| self.wide.guess(wide)),
        }
    }

    /// The guess of time that is asked for whole runs.
    fn trusted(&self, rows: &Rows<'_>, spot: &Spot) -> Option<usize> {
        (0..GUESSES).find(|&which| {
            self.lately[which] & TRUSTED == TRUSTED && self.temporal(rows, spot, which).agreement == 3
        })
    }

    fn temporal(&self, rows: &Rows<'_>, spot: &Spot, which: usize) -> Temporal {
        if self.parts.time {
            spot.around.temporal(rows, which, spot.x)
        } else {
            Temporal::NOTHING
        }
    }

    /// How usual residuals are around this column, 0 to 255.
    fn roughness(&self, x: usize) -> u8 {
        let west = if x > 0 { self.rough[x - 1] } else { 0 };
        ((u16::from(west) + u16::from(self.rough[x])) / 2) as u8
    }

    fn note(&mut self, &Spot { x, rough, .. }: &Spot, residual: bool) {
        self.rough[x] = if residual {
            rough + (255 - rough) / RATE
        } else {
            rough - rough / RATE
        };
    }

    fn pixel<C: BitCoder>(&mut self, coder: &mut C, rows: &Rows<'_>, spot: &Spot, wanted: u32) -> u32 {
        let mut offer = Offer {
            coder,
            wanted,
            refused: [u32::MAX; 12],
            count: 0,
        };
        let around = &spot.around;
        let hint = [0, 1, 2].map(|which| self.temporal(rows, spot, which));
        for (which, guess) in hint.into_iter().enumerate() {
            if guess.agreement == 3 && self.ask_time(&mut offer, spot, which, guess) {
                self.note(spot, false);
                return guess.pixel;
            }
        }
        if spot.rough >= ROUGH {
            let pixel = self.residual.code(offer.coder, spot.x, around.near(), wanted);
            self.note(spot, around.grainy(pixel));
            return pixel;
        }
        if let Some(guess) = spot.known
            && offer.ask(&mut self.wide_hit[guess.confidence as usize], guess.pixel)
        {
            self.learn_wide(spot, guess.pixel);
            self.note(spot, false);
            return guess.pixel;
        }
        let deep = self.deep.place(around.deep_hash());
        let shallow = self.shallow.place(around.shallow_hash());
        let pixel = self.offered(
            &mut offer,
            spot,
            hint,
            self.deep.guess(deep).filter(|_| self.parts.near),
            self.shallow.guess(shallow).filter(|_| self.parts.near),
        );
        let unforeseen = pixel.is_none();
        let pixel = match pixel {
            Some(pixel) => pixel,
            None => self.unpredicted(&mut offer, spot),
        };
        self.note(spot, unforeseen && around.grainy(pixel));
        self.learn_wide(spot, pixel);
        self.deep.learn(deep, pixel);
        self.shallow.learn(shallow, pixel);
        if pixel != around.west {
            self.cache.remember(pixel);
        }
        pixel
    }

    fn learn_wide(&mut self, spot: &Spot, pixel: u32) {
        if let Some(place) = spot.wide {
            self.wide.learn(place, pixel);
        }
    }

    /// Offers every guess; `None` when all were refused.
    fn offered<C: BitCoder>(
        &mut self,
        offer: &mut Offer<'_, C>,
        spot: &Spot,
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
        for (which, guess) in hint.into_iter().enumerate() {
            if (1..3).contains(&guess.agreement) && self.ask_time(offer, spot, which, guess) {
                return Some(guess.pixel);
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
        let pattern = spot.around.pattern();
        let near = spot.around.near();
        (0..4)
            .find(|&which| offer.ask(&mut self.neighbor_hit[pattern * 4 + which], near[which]))
            .map(|which| near[which])
    }

    /// Asks for a guess of time, by how right it was lately.
    fn ask_time<C: BitCoder>(
        &mut self,
        offer: &mut Offer<'_, C>,
        spot: &Spot,
        which: usize,
        Temporal { pixel, agreement }: Temporal,
    ) -> bool {
        let state = (self.lately[which] & 7) << 1 | usize::from(pixel == spot.around.west);
        let context = ((which * 4 + agreement) * 16 + state) * 4 + relation(spot.known, pixel);
        let context = &mut self.temporal_hit[context];
        let Some(hit) = offer.put(context, pixel) else {
            return false;
        };
        self.lately[which] = self.lately[which] << 1 | usize::from(hit);
        hit
    }

    /// A color from the cache or in full.
    fn unpredicted<C: BitCoder>(&mut self, offer: &mut Offer<'_, C>, spot: &Spot) -> u32 {
        let (wanted, rough) = (offer.wanted, spot.rough);
        // A place in the cache costs eight bits; what is close to a neighbor in a photograph costs less as a residual.
        let cached = self.cache.holds(wanted) && !(rough >= CACHE_ROUGH && spot.around.grainy(wanted));
        let context = usize::from(rough / CACHE_ROUGH).min(CACHE_CLASSES - 1);
        if self.parts.colors && offer.coder.bit(&mut self.cached[context], cached) {
            let index = self.cache_index.code(offer.coder, ColorCache::index(wanted));
            return self.cache.color(index);
        }
        self.residual
            .code(offer.coder, spot.x, spot.around.near(), wanted)
    }
}

/// A pixel to be coded, and what is known of its place.
struct Spot {
    x: usize,
    around: Around,
    /// How usual residuals are here.
    rough: u8,
    /// Where its wide neighborhood lives; `None` in rough places, which ask nothing of it.
    wide: Option<Place>,
    /// What followed that neighborhood before.
    known: Option<Guess>,
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
