//! A color that nothing predicted: the difference from what a smooth picture would have here.
//!
//! Green first; blue and red as differences that follow green's. Each difference is a short count of steps, whose
//! size comes from what was usual in places as lively as this one, and the rest within the step.

use std::ops::Range;

use crate::framebuffer::COLOR;
use crate::model::around::Rows;
use crate::range_coder::{Bit, BitCoder};

/// Classes of liveliness.
const CLASSES: usize = 16;
/// Most steps that are counted; beyond follow 8 plain bits.
const MAX_STEPS: u32 = 14;

/// What was usual in one class: sum and number of the magnitudes, halved now and then.
#[derive(Clone, Copy)]
struct Usual {
    sum: u32,
    count: u32,
}

impl Usual {
    /// Bits of the step size.
    fn step(self) -> u32 {
        // Counted rather than searched: nothing to guess wrong for the processor.
        (0..6).map(|bits| u32::from(self.count << bits < self.sum)).sum()
    }

    fn learn(&mut self, magnitude: u32) {
        self.sum += magnitude;
        self.count += 1;
        if self.count == 64 {
            self.sum /= 2;
            self.count /= 2;
        }
    }
}

struct Channel {
    usual: [Usual; CLASSES],
    steps: Vec<[Bit; MAX_STEPS as usize]>,
    top: Vec<Bit>,
}

impl Channel {
    fn new() -> Self {
        Self {
            usual: [Usual { sum: 8, count: 2 }; CLASSES],
            steps: vec![[Bit::NEW; MAX_STEPS as usize]; CLASSES * 8],
            top: vec![Bit::NEW; CLASSES * 8],
        }
    }

    /// Codes a difference modulo 256.
    fn code<C: BitCoder>(&mut self, coder: &mut C, class: usize, difference: u8) -> u8 {
        // Small magnitudes of either sign become small numbers.
        let folded = u32::from(difference << 1 ^ ((difference as i8) >> 7) as u8);
        let size = self.usual[class].step();
        let context = class * 8 + size as usize;
        let wanted = folded >> size;
        let mut steps = 0;
        while steps < MAX_STEPS && coder.bit(&mut self.steps[context][steps as usize], steps < wanted) {
            steps += 1;
        }
        let folded = if steps == MAX_STEPS {
            coder.raw(8, folded)
        } else if size == 0 {
            steps
        } else {
            let half = u32::from(coder.bit(&mut self.top[context], folded >> (size - 1) & 1 == 1));
            let low = coder.raw(size - 1, folded & ((1 << (size - 1)) - 1));
            (steps << 1 | half) << (size - 1) | low
        };
        self.usual[class].learn(folded);
        // No encoder sends more than 8 bits; what else comes in wraps.
        let folded = folded as u8;
        folded >> 1 ^ (folded & 1).wrapping_neg()
    }
}

/// Probabilities of all three channels.
pub(crate) struct ResidualModel {
    green: Channel,
    blue: Channel,
    red: Channel,
    /// Per class of green and [`texture`].
    bias: Vec<Bias>,
    /// Magnitude of green's last difference per column, with one before the first and two after the last.
    surprises: Vec<u8>,
}

/// By how much the predictions of one kind of place were wrong, on the mean (the error feedback of CALIC, Wu and Memon 1997).
#[derive(Clone, Copy)]
struct Bias {
    sum: i32,
    count: i32,
}

/// Most that a [`Bias`] counts before it halves.
const COUNTED: i32 = 64;
/// 2^23 divided by every divisor of a [`Bias`], rounded up.
const RECIPROCALS: [u64; 2 * COUNTED as usize] = {
    let mut reciprocals = [0; 2 * COUNTED as usize];
    let mut divisor = 1;
    while divisor < reciprocals.len() {
        reciprocals[divisor] = (1u64 << 23).div_ceil(divisor as u64);
        divisor += 1;
    }
    reciprocals
};

/// The quotient of numbers of a [`Bias`], rounded down, without the slow instruction of the processor (Granlund and
/// Montgomery 1994). Exact, as a test shows for all of them.
fn floor(value: i32, divisor: i32) -> i32 {
    // No mean error is less than -256.
    let positive = (value + divisor * 256) as u64;
    ((positive * RECIPROCALS[divisor as usize % RECIPROCALS.len()]) >> 23) as i32 - 256
}

impl Bias {
    const NEW: Self = Self { sum: 0, count: 1 };

    /// The prediction without its usual error, which is rounded to the nearest, halves up.
    fn correct(&self, guess: u8) -> u8 {
        (i32::from(guess) + floor(2 * self.sum + self.count, 2 * self.count)).clamp(0, 255) as u8
    }

    fn learn(&mut self, error: i32) {
        self.sum += error;
        self.count += 1;
        if self.count == COUNTED {
            self.sum /= 2;
            self.count /= 2;
        }
    }
}

impl ResidualModel {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            bias: vec![Bias::NEW; CLASSES * 16],
            surprises: vec![0; width + 3],
            green: Channel::new(),
            blue: Channel::new(),
            red: Channel::new(),
        }
    }

    /// Codes the pixels `span` of a row, as [`crate::model::PixelModel::row`] does.
    pub(crate) fn row<C: BitCoder>(
        &mut self,
        coder: &mut C,
        rows: &mut Rows<'_>,
        span: Range<usize>,
        target: &[u32],
    ) {
        let above = rows.above[0];
        let at = |row: &[u32], x: Option<usize>| x.and_then(|x| row.get(x)).copied();
        let mut west = at(rows.current, span.start.checked_sub(1)).unwrap_or(0);
        let mut north_west = at(above, span.start.checked_sub(1)).unwrap_or(0);
        let mut north = at(above, Some(span.start)).unwrap_or(0);
        for x in span {
            let north_east = above.get(x + 1).copied().unwrap_or(north);
            let wanted = target.get(x).map_or(0, |pixel| pixel & COLOR);
            let pixel = self.code(coder, x, [west, north, north_west, north_east], wanted);
            rows.current[x] = pixel;
            (west, north_west, north) = (pixel, north, north_east);
        }
    }

    /// Codes the pixel of a column from its left, upper, upper-left and upper-right neighbors.
    pub(crate) fn code<C: BitCoder>(
        &mut self,
        coder: &mut C,
        x: usize,
        [west, north, north_west, north_east]: [u32; 4],
        pixel: u32,
    ) -> u32 {
        let [_, wr, wg, wb] = west.to_be_bytes();
        let [_, nr, ng, nb] = north.to_be_bytes();
        let [_, cr, cg, cb] = north_west.to_be_bytes();
        let [_, _, eg, _] = north_east.to_be_bytes();
        let [_, red, green, blue] = pixel.to_be_bytes();
        let gradient = u32::from(wg.abs_diff(cg)) + u32::from(ng.abs_diff(cg)) + u32::from(eg.abs_diff(ng));
        let surprise = u32::from(self.surprises[x])
            + u32::from(self.surprises[x + 1])
            + u32::from(self.surprises[x + 2]);
        let class = class_of(gradient + surprise);
        let plane = median(wg, ng, cg);
        let place = class * 16 + texture([wg, ng, cg, eg], plane);
        let guess = self.bias[place].correct(plane);
        let step = self.green.code(coder, class, green.wrapping_sub(guess));
        let green = guess.wrapping_add(step);
        let follow = (step as i8).unsigned_abs();
        self.bias[place].learn(i32::from(green) - i32::from(plane));
        self.surprises[x + 1] = follow;

        let lively = |near: [u8; 3], greens: [u8; 3]| {
            let [w, n, c] = [0, 1, 2].map(|at| i32::from(near[at]) - i32::from(greens[at]));
            (w - c).unsigned_abs() + (n - c).unsigned_abs()
        };
        let class = class_of(2 * lively([wb, nb, cb], [wg, ng, cg]) + u32::from(follow) / 2);
        let guess = follow_green(green, [wb, nb, cb], [wg, ng, cg]);
        let blue_step = self.blue.code(coder, class, blue.wrapping_sub(guess));
        let blue = guess.wrapping_add(blue_step);

        let class = class_of(
            2 * lively([wr, nr, cr], [wg, ng, cg]) + u32::from((blue_step as i8).unsigned_abs()) * 4,
        );
        let guess = follow_green(green, [wr, nr, cr], [wg, ng, cg]);
        let red = guess.wrapping_add(self.red.code(coder, class, red.wrapping_sub(guess)));
        u32::from_be_bytes([0, red, green, blue])
    }
}

/// Which neighbors are above the prediction, 0 to 15.
fn texture(near: [u8; 4], plane: u8) -> usize {
    near.iter()
        .rev()
        .fold(0, |bits, &near| bits << 1 | usize::from(near > plane))
}

/// Liveliness on a scale that halves its precision with every two classes.
fn class_of(activity: u32) -> usize {
    let value = activity + 1;
    let length = u32::BITS - 1 - value.leading_zeros();
    let half = if length == 0 { 0 } else { value >> (length - 1) & 1 };
    ((length * 2 + half) as usize).min(CLASSES - 1)
}

/// The plane through the three neighbors, kept between left and upper.
fn median(west: u8, north: u8, corner: u8) -> u8 {
    let (low, high) = (west.min(north), west.max(north));
    let plane = i16::from(west) + i16::from(north) - i16::from(corner);
    plane.clamp(i16::from(low), i16::from(high)) as u8
}

/// The color whose distance from green continues that of the neighbors.
fn follow_green(green: u8, near: [u8; 3], greens: [u8; 3]) -> u8 {
    let [west, north, corner] = [0, 1, 2].map(|at| i16::from(near[at]) - i16::from(greens[at]));
    let plane = (west + north - corner).clamp(west.min(north), west.max(north));
    (i16::from(green) + plane).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_those_of_a_division() {
        for count in 1..COUNTED {
            for sum in -255 * count..=255 * count {
                let (value, divisor) = (2 * sum + count, 2 * count);
                assert_eq!(
                    floor(value, divisor),
                    value.div_euclid(divisor),
                    "{value} / {divisor}"
                );
            }
        }
    }
}
