//! Numbers as adaptive decisions.

use crate::range_coder::{Bit, BitCoder};

/// A number of `BITS` bits, most significant first, each with the bits before it as context.
pub(crate) struct Tree<const BITS: u32> {
    nodes: Vec<Bit>,
}

impl<const BITS: u32> Tree<BITS> {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Bit::NEW; 1 << BITS],
        }
    }

    /// Codes `value`, which is below `2^BITS`.
    pub(crate) fn code<C: BitCoder>(&mut self, coder: &mut C, value: u32) -> u32 {
        let mut node = 1usize;
        for shift in (0..BITS).rev() {
            let bit = coder.bit(&mut self.nodes[node], value >> shift & 1 == 1);
            node = node << 1 | usize::from(bit);
        }
        (node as u32) & ((1 << BITS) - 1)
    }
}

/// A signed number up to 15 bits: its length, its sign, the rest as it is.
pub(crate) struct Signed {
    lengths: Tree<4>,
    negative: Bit,
}

impl Signed {
    pub(crate) fn new() -> Self {
        Self {
            lengths: Tree::new(),
            negative: Bit::NEW,
        }
    }

    /// Codes `value`, whose magnitude is below 2^15.
    pub(crate) fn code<C: BitCoder>(&mut self, coder: &mut C, value: i32) -> i32 {
        let magnitude = value.unsigned_abs();
        let length = self.lengths.code(coder, u32::BITS - magnitude.leading_zeros());
        if length == 0 {
            return 0;
        }
        let negative = coder.bit(&mut self.negative, value < 0);
        let rest = length - 1;
        let (high, low) = (rest.saturating_sub(7), rest.min(7));
        let top = coder.raw(high, (magnitude & ((1 << rest) - 1)) >> low);
        let bottom = coder.raw(low, magnitude & ((1 << low) - 1));
        let coded = ((1 << high | top) << low | bottom) as i32;
        if negative { -coded } else { coded }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::range_coder::{RangeDecoder, RangeEncoder};

    proptest! {
        #[test]
        fn numbers_come_back(values in vec((-32_767i32..=32_767, 0u32..256), 0..200)) {
            let mut coder = RangeEncoder::new(Vec::new());
            let (mut signed, mut tree) = (Signed::new(), Tree::<8>::new());
            for &(a, b) in &values {
                signed.code(&mut coder, a);
                tree.code(&mut coder, b);
            }
            let bytes = coder.finish();
            let mut coder = RangeDecoder::new(&bytes);
            let (mut signed, mut tree) = (Signed::new(), Tree::<8>::new());
            for &(a, b) in &values {
                prop_assert_eq!(signed.code(&mut coder, 0), a);
                prop_assert_eq!(tree.code(&mut coder, 0), b);
            }
        }
    }
}
