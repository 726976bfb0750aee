//! The adaptive binary range coder: decisions to bytes and back.
//!
//! Integer arithmetic only, so both ends agree on every machine. It does not know what a decision means; the model
//! asks it through [`BitCoder`], with the same code for both directions.

/// Probability that a decision is false, learned while coding: the mean of a quick and a slow estimate, each of 16
/// bits and never 0 or 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bit {
    quick: u16,
    slow: u16,
}

/// Shifts of the two estimates: how much of the surprise is taken over each time.
const QUICK: u32 = 4;
const SLOW: u32 = 7;

impl Bit {
    /// Nothing known.
    pub(crate) const NEW: Self = Self {
        quick: 1 << 15,
        slow: 1 << 15,
    };

    /// 15 bits, between 1 and 2^15 - 1.
    fn chance_of_false(self) -> u32 {
        (u32::from(self.quick) + u32::from(self.slow)) >> 2
    }

    fn learn(&mut self, bit: bool) {
        // Without a branch: whichever way decisions go, the processor has nothing to guess. All ones turn an estimate
        // around, so that it shrinks in either case.
        let turn = u16::from(bit).wrapping_sub(1);
        let shrunk = |estimate: u16, rate: u32| {
            let turned = estimate ^ turn;
            (turned - (turned >> rate)) ^ turn
        };
        self.quick = shrunk(self.quick, QUICK);
        self.slow = shrunk(self.slow, SLOW);
    }
}

/// One direction of coding. The encoder is told each value and gives it back; the decoder ignores what it is told
/// and gives back what the bytes say.
pub(crate) trait BitCoder {
    /// One decision with a learned probability.
    fn bit(&mut self, context: &mut Bit, value: bool) -> bool;

    /// `count` (at most 8) bits that are taken as random.
    fn raw(&mut self, count: u32, value: u32) -> u32;

    /// Bytes that were written so far, 0 when reading.
    fn written(&self) -> usize;

    /// Whether going on makes no sense because the bytes have ended.
    fn exhausted(&self) -> bool;
}

/// Below this the range takes in another byte.
const REFILL: u32 = 1 << 24;

/// Decisions to bytes.
// Coders of stripes lie side by side: on cache lines of their own, two processors do not wait for each other.
#[repr(align(128))]
pub(crate) struct RangeEncoder {
    low: u64,
    range: u32,
    /// The byte that a carry may still raise, and how many 0xff follow it.
    held: u8,
    held_full: u64,
    first: bool,
    bytes: Vec<u8>,
}

impl RangeEncoder {
    /// Appends to `bytes`.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            low: 0,
            range: u32::MAX,
            held: 0,
            held_full: 0,
            first: true,
            bytes,
        }
    }

    fn shift(&mut self) {
        let carry = self.low >> 32;
        if carry != 0 || self.low < 0xff00_0000 {
            // The byte before the first is always 0 and never sent.
            if !self.first {
                self.bytes.push(self.held.wrapping_add(carry as u8));
            }
            self.first = false;
            for _ in 0..self.held_full {
                self.bytes.push(0xff_u8.wrapping_add(carry as u8));
            }
            self.held_full = 0;
            self.held = (self.low >> 24) as u8;
        } else {
            self.held_full += 1;
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    fn refill(&mut self) {
        while self.range < REFILL {
            self.range <<= 8;
            self.shift();
        }
    }

    /// The bytes: the value inside the last range with the most zeros at its end, and those zeros left out.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let last = self.low + u64::from(self.range) - 1;
        let value = (0..=4u32)
            .rev()
            .map(|zeros| (1u64 << (8 * zeros)) - 1)
            .map(|mask| (self.low + mask) & !mask)
            .find(|&value| value <= last);
        self.low = value.unwrap_or(self.low);
        for _ in 0..5 {
            self.shift();
        }
        for _ in 0..TAIL {
            if self.bytes.last() != Some(&0) {
                break;
            }
            self.bytes.pop();
        }
        self.bytes
    }
}

impl BitCoder for RangeEncoder {
    fn bit(&mut self, context: &mut Bit, value: bool) -> bool {
        let bound = (self.range >> 15) * context.chance_of_false();
        let mask = u32::from(value).wrapping_neg();
        self.low += u64::from(bound & mask);
        // The rest of the range, or the bound: `range - 2 bound + bound` where the mask is set.
        self.range = bound.wrapping_add(self.range.wrapping_sub(bound << 1) & mask);
        context.learn(value);
        self.refill();
        value
    }

    fn raw(&mut self, count: u32, value: u32) -> u32 {
        self.range >>= count;
        self.low += u64::from(self.range) * u64::from(value);
        self.refill();
        value
    }

    /// Without those held back.
    fn written(&self) -> usize {
        self.bytes.len()
    }

    fn exhausted(&self) -> bool {
        false
    }
}

/// Bytes that the decoder is ahead of the encoder, and so the most that it reads beyond the end as zeros.
const TAIL: usize = 4;

/// Bytes to decisions.
#[repr(align(128))]
pub(crate) struct RangeDecoder<'a> {
    code: u32,
    range: u32,
    bytes: &'a [u8],
    position: usize,
}

impl<'a> RangeDecoder<'a> {
    /// Reads all of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self {
            code: 0,
            range: u32::MAX,
            bytes,
            position: 0,
        };
        for _ in 0..TAIL {
            decoder.code = decoder.code << 8 | decoder.next();
        }
        decoder
    }

    fn next(&mut self) -> u32 {
        let byte = self.bytes.get(self.position).copied().unwrap_or(0);
        self.position += 1;
        u32::from(byte)
    }

    fn refill(&mut self) {
        while self.range < REFILL {
            self.range <<= 8;
            self.code = self.code << 8 | self.next();
        }
    }

    /// Whether all bytes were read.
    pub(crate) fn at_end(&self) -> bool {
        self.position >= self.bytes.len()
    }
}

impl BitCoder for RangeDecoder<'_> {
    fn bit(&mut self, context: &mut Bit, _value: bool) -> bool {
        let bound = (self.range >> 15) * context.chance_of_false();
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        context.learn(bit);
        self.refill();
        bit
    }

    fn raw(&mut self, count: u32, _value: u32) -> u32 {
        self.range >>= count;
        // Bytes that no encoder wrote can point beyond the last value: take that.
        let value = (self.code / self.range).min((1 << count) - 1);
        self.code -= value * self.range;
        self.refill();
        value
    }

    fn written(&self) -> usize {
        0
    }

    fn exhausted(&self) -> bool {
        self.position > self.bytes.len() + TAIL
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn code<C: BitCoder>(coder: &mut C, steps: &[(u8, u32)]) -> Vec<u32> {
        let mut contexts = [Bit::NEW; 4];
        steps
            .iter()
            .map(|&(kind, value)| match kind {
                0..4 => u32::from(coder.bit(&mut contexts[usize::from(kind)], value & 1 == 1)),
                _ => coder.raw(u32::from(kind) - 3, value & ((1 << (kind - 3)) - 1)),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn every_decision_comes_back(steps in vec((0u8..12, prop_oneof![3 => Just(0u32), 1 => any::<u32>()]), 0..3000)) {
            let mut encoder = RangeEncoder::new(Vec::new());
            let told = code(&mut encoder, &steps);
            let bytes = encoder.finish();
            let mut decoder = RangeDecoder::new(&bytes);
            prop_assert_eq!(code(&mut decoder, &steps.iter().map(|&(kind, _)| (kind, 0)).collect::<Vec<_>>()), told);
            prop_assert!(decoder.at_end());
            prop_assert!(!decoder.exhausted());
        }
    }

    #[test]
    fn a_certain_decision_costs_almost_nothing_and_its_probability_never_reaches_an_end() {
        for value in [false, true] {
            let mut encoder = RangeEncoder::new(Vec::new());
            let mut context = Bit::NEW;
            for _ in 0..100_000 {
                encoder.bit(&mut context, value);
            }
            let chance = context.chance_of_false();
            assert!((1..1 << 15).contains(&chance), "{chance}");
            encoder.bit(&mut context, !value);
            let bytes = encoder.finish();
            assert!(bytes.len() < 100, "{}", bytes.len());
            let mut decoder = RangeDecoder::new(&bytes);
            let mut context = Bit::NEW;
            assert!((0..100_000).all(|_| decoder.bit(&mut context, false) == value));
            assert_eq!(decoder.bit(&mut context, false), !value);
        }
    }

    #[test]
    fn nothing_coded_is_nothing_sent() {
        let mut encoder = RangeEncoder::new(Vec::new());
        let mut context = Bit::NEW;
        assert!(!encoder.bit(&mut context, false));
        assert_eq!(encoder.finish(), [0u8; 0]);
    }
}
