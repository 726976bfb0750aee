//! Columns of text by context: for each, the columns that followed the same ones before are offered.
//!
//! Letters come again, and with them whole columns of pixels. Inside a letter the columns so far say which is next; where
//! a letter begins, the letters before say which are likely. Works on a [`Band`], in which a column lies like a row.

mod band;
mod known;

use crate::model::columns::band::GUESSES;
use crate::model::columns::known::{CONFIDENT, Contexts, KnownColumns, Recent, hash_of};
use crate::model::pixels::PixelModel;
use crate::model::symbols::Tree;
use crate::parts::Parts;
use crate::range_coder::{Bit, BitCoder};
use crate::strip::NONE;

pub(crate) use band::{BAND, Band, LOW_BAND};

/// Columns to the left that count.
pub(crate) const CONTEXT: usize = 16;
/// How many columns to the left each context takes in, the longest first.
const ORDERS: [usize; 3] = [CONTEXT, 6, 1];
/// The context of one column.
const LAST: usize = ORDERS.len() - 1;
/// Most candidates of one column: two for each context and the guesses of time, which may be offered twice.
const CANDIDATES: usize = ORDERS.len() * 2 + GUESSES * 2;
/// Bits of a height, and of the rows above an area that its first band has.
const HEIGHT_BITS: u32 = BAND.ilog2();

/// Everything learned about columns. Memory: 2.2 MiB of columns, 1.3 MiB of what followed what, and a model of pixels.
pub(crate) struct ColumnModel {
    waits: Bit,
    same_height: Bit,
    height: usize,
    heights: Tree<HEIGHT_BITS>,
    lead: Tree<HEIGHT_BITS>,
    columns: KnownColumns,
    contexts: Contexts,
    recent: Recent,
    hit: Vec<Bit>,
    time: Vec<Bit>,
    /// Per guess of time, whether the last ones were right, the newest in the lowest bit.
    lately: [usize; GUESSES],
    is_recent: Bit,
    place: Tree<{ Recent::BITS }>,
    pixels: PixelModel,
    /// Sums over the columns so far, see [`hashes`].
    sums: Vec<u64>,
    /// How many columns were known lately, and how many were not.
    outcome: [u32; 2],
}

/// Columns whose outcome counts, mostly.
const LATELY: u32 = 2048;

impl ColumnModel {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            waits: Bit::NEW,
            same_height: Bit::NEW,
            height: BAND / 2,
            heights: Tree::new(),
            lead: Tree::new(),
            columns: KnownColumns::new(),
            contexts: Contexts::new(),
            recent: Recent::new(),
            hit: vec![Bit::NEW; ORDERS.len() * 2 * (usize::from(CONFIDENT) + 1) * ASKED],
            time: vec![Bit::NEW; GUESSES * 2 * 8],
            lately: [0; GUESSES],
            is_recent: Bit::NEW,
            place: Tree::new(),
            pixels: PixelModel::new(BAND, parts),
            sums: Vec::new(),
            outcome: [LATELY / 2, 0],
        }
    }

    /// Whether most columns that no guess of time had were known lately.
    pub(crate) fn knows(&self) -> bool {
        self.outcome[0] >= self.outcome[1]
    }

    /// Codes whether the rest of an area waits for another update.
    pub(crate) fn waits<C: BitCoder>(&mut self, coder: &mut C, waits: bool) -> bool {
        coder.bit(&mut self.waits, waits)
    }

    /// Codes how many rows above an area its first band has, less than [`BAND`].
    pub(crate) fn lead<C: BitCoder>(&mut self, coder: &mut C, lead: usize) -> usize {
        self.lead.code(coder, lead as u32) as usize
    }

    /// Codes the height of a band, [`LOW_BAND`] to [`BAND`].
    pub(crate) fn height<C: BitCoder>(&mut self, coder: &mut C, height: usize) -> usize {
        if !coder.bit(&mut self.same_height, height == self.height) {
            let coded = self.heights.code(coder, height.wrapping_sub(1) as u32) as usize;
            self.height = (coded + 1).max(LOW_BAND);
        }
        self.height
    }

    /// Codes the columns of a band. `encoding` says that it has a target.
    pub(crate) fn code<C: BitCoder>(&mut self, coder: &mut C, band: &mut Band, encoding: bool) {
        self.sums.clear();
        self.sums.push(0);
        let mut sum = 0u64;
        for x in 0..band.width() {
            let hash = if band.mask(x) == 0 {
                hash_of(band.column(x))
            } else {
                let contexts = hashes(&self.sums, band.height());
                self.column(coder, band, x, contexts, encoding);
                let hash = hash_of(band.column(x));
                let number = self.columns.keep(hash, band.column(x));
                for context in contexts {
                    self.contexts.learn(context, number);
                }
                self.recent.learn(contexts[LAST], number);
                hash
            };
            sum = sum.wrapping_mul(BASE).wrapping_add(hash);
            self.sums.push(sum);
        }
    }

    fn column<C: BitCoder>(
        &mut self,
        coder: &mut C,
        band: &mut Band,
        x: usize,
        contexts: [u64; ORDERS.len()],
        encoding: bool,
    ) {
        let mut refused = Refused::default();
        // The guesses of time that were right one column to the left come first, the others last.
        let fresh: [bool; GUESSES] = std::array::from_fn(|which| {
            x.checked_sub(1)
                .is_some_and(|left| band.guess(which, left) == band.column(left))
        });
        if self.by_time(coder, band, x, fresh, &mut refused)
            || self.by_context(coder, band, x, contexts, &mut refused)
            || self.by_time(coder, band, x, fresh.map(|fresh| !fresh), &mut refused)
        {
            return;
        }
        let known = self.by_place(coder, band, x, contexts[LAST], encoding);
        self.note(known);
        if !known {
            self.by_pixels(coder, band, x, encoding);
        }
    }

    /// Counts a column that was known or not.
    fn note(&mut self, known: bool) {
        self.outcome[usize::from(!known)] += 1;
        if self.outcome[0] + self.outcome[1] > LATELY {
            self.outcome = self.outcome.map(|count| count / 2);
        }
    }

    /// Offers the guesses of time that are `asked`.
    fn by_time<C: BitCoder>(
        &mut self,
        coder: &mut C,
        band: &mut Band,
        x: usize,
        asked: [bool; GUESSES],
        refused: &mut Refused,
    ) -> bool {
        for which in (0..GUESSES).filter(|&which| asked[which]) {
            let guess = band.guess(which, x);
            if guess.contains(&NONE) || !band.fits(x, guess) || !refused.is_new(hash_of(guess)) {
                continue;
            }
            let late = usize::from(refused.late);
            let context = (which * 2 + late) * 8 + (self.lately[which] & 7);
            let hit = coder.bit(&mut self.time[context], guess == band.target(x));
            self.lately[which] = self.lately[which] << 1 | usize::from(hit);
            if hit {
                band.set_guess(x, which);
                return true;
            }
        }
        refused.late = true;
        false
    }

    /// Offers what followed the columns to the left before.
    fn by_context<C: BitCoder>(
        &mut self,
        coder: &mut C,
        band: &mut Band,
        x: usize,
        contexts: [u64; ORDERS.len()],
        refused: &mut Refused,
    ) -> bool {
        let mut asked = 0;
        for (order, context) in contexts.into_iter().enumerate() {
            let Some(followers) = self.contexts.followers(context) else {
                continue;
            };
            for (which, confidence) in followers.confidence.into_iter().enumerate() {
                let candidate = self.columns.get(followers.numbers[which], band.height());
                let Some((candidate, hash)) = candidate.filter(|_| confidence > 0) else {
                    continue;
                };
                if !band.fits(x, candidate) || !refused.is_new(hash) {
                    continue;
                }
                let state = (order * 2 + which) * (usize::from(CONFIDENT) + 1) + usize::from(confidence);
                let bit = &mut self.hit[state * ASKED + asked];
                asked = (asked + 1).min(ASKED - 1);
                if coder.bit(bit, candidate == band.target(x)) {
                    band.set(x, candidate);
                    self.note(true);
                    return true;
                }
            }
        }
        false
    }

    /// Codes a column by its place among those that came after the last one.
    fn by_place<C: BitCoder>(
        &mut self,
        coder: &mut C,
        band: &mut Band,
        x: usize,
        context: u64,
        encoding: bool,
    ) -> bool {
        let target = Some(band.target(x)).filter(|_| encoding);
        let place = target
            .and_then(|target| self.columns.find(hash_of(target), target))
            .and_then(|number| self.recent.find(context, number));
        if !coder.bit(&mut self.is_recent, place.is_some()) {
            return false;
        }
        let place = self.place.code(coder, place.unwrap_or_default());
        let number = self.recent.get(context, place);
        // No encoder names a column that does not fit.
        if let Some((column, _)) = self.columns.get(number, band.height())
            && band.fits(x, column)
        {
            band.set(x, column);
        }
        true
    }

    /// Codes a column pixel by pixel.
    fn by_pixels<C: BitCoder>(&mut self, coder: &mut C, band: &mut Band, x: usize, encoding: bool) {
        let mut mask = band.mask(x);
        let (mut rows, target) = band.turned(x);
        let target = if encoding { target } else { &[] };
        while mask != 0 {
            let start = mask.trailing_zeros();
            let end = start + (mask >> start).trailing_ones();
            mask &= u32::MAX.checked_shl(end).unwrap_or_default();
            self.pixels
                .row(coder, &mut rows, start as usize..end as usize, target);
        }
    }
}

/// Classes of how many candidates of contexts were refused.
const ASKED: usize = 4;

/// Hashes of the candidates that were offered.
#[derive(Default)]
struct Refused {
    hashes: [u64; CANDIDATES],
    count: usize,
    /// Whether the first guesses of time are through.
    late: bool,
}

impl Refused {
    /// Whether a candidate was not offered yet; notes it.
    fn is_new(&mut self, hash: u64) -> bool {
        let new = !self.hashes[..self.count].contains(&hash);
        if new && let Some(place) = self.hashes.get_mut(self.count) {
            *place = hash;
            self.count += 1;
        }
        new
    }
}

/// Base of the sums.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// `BASE` to the power of each of [`ORDERS`].
const POWERS: [u64; ORDERS.len()] = {
    let mut powers = [1u64; ORDERS.len()];
    let mut order = 0;
    while order < ORDERS.len() {
        let mut times = 0;
        while times < ORDERS[order] {
            powers[order] = powers[order].wrapping_mul(BASE);
            times += 1;
        }
        order += 1;
    }
    powers
};

/// The hashes of the last columns, as many as each of [`ORDERS`] says. Entry `x` of `sums` has the hashes of the columns
/// before `x`, each times `BASE` to the power of its distance, so that two of them give what lies between (Rabin and Karp
/// 1987). Columns before the first are nothing.
fn hashes(sums: &[u64], height: usize) -> [u64; ORDERS.len()] {
    let sum = |back: usize| sums.len().checked_sub(back + 1).map_or(0, |at| sums[at]);
    std::array::from_fn(|order| {
        let far = sum(ORDERS[order]).wrapping_mul(POWERS[order]);
        let hash = sum(0).wrapping_sub(far) ^ (ORDERS[order] as u64) << 32 ^ height as u64;
        let hash = (hash ^ hash >> 29).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (hash ^ hash >> 32).wrapping_mul(BASE)
    })
}
