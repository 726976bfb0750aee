//! Probabilities of what an update says before the pixels: its vectors and the kind of every block.

use crate::blocks::Kind;
use crate::model::symbols::{Signed, Tree};
use crate::range_coder::{Bit, BitCoder};

/// Most vectors of one update.
pub(crate) const MAX_VECTORS: usize = 8;

/// Where a moved block comes from: target plus vector is source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Vector {
    pub(crate) dx: i32,
    pub(crate) dy: i32,
}

pub(crate) struct BlockModel {
    more_vectors: [Bit; MAX_VECTORS],
    repeated: [Bit; MAX_VECTORS],
    delta_x: Signed,
    delta_y: Signed,
    /// The vectors of the last update that had any.
    last: Vec<Vector>,
    strip_used: [Bit; 2],
    kept: [Bit; 16],
    remembered: [Bit; 16],
    text: [Bit; 9],
    photo: [Bit; 9],
    copied: [Bit; 16],
    same_vector: [Bit; 3],
    index: Tree<3>,
    same_content: [Bit; 2],
    content: Tree<4>,
    like: [Bit; 2],
}

/// What a position has to offer of what it showed before.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// Contents.
    pub(crate) depth: usize,
    /// The likely one.
    pub(crate) guess: u8,
    /// Whether a neighbor makes it likely.
    pub(crate) certain: bool,
}

impl BlockModel {
    pub(crate) fn new() -> Self {
        Self {
            more_vectors: [Bit::NEW; MAX_VECTORS],
            repeated: [Bit::NEW; MAX_VECTORS],
            delta_x: Signed::new(),
            delta_y: Signed::new(),
            last: Vec::new(),
            strip_used: [Bit::NEW; 2],
            kept: [Bit::NEW; 16],
            remembered: [Bit::NEW; 16],
            text: [Bit::NEW; 9],
            photo: [Bit::NEW; 9],
            copied: [Bit::NEW; 16],
            same_vector: [Bit::NEW; 3],
            index: Tree::new(),
            same_content: [Bit::NEW; 2],
            content: Tree::new(),
            like: [Bit::NEW; 2],
        }
    }

    /// Codes at most [`MAX_VECTORS`] vectors of at most 15 bits per part.
    pub(crate) fn vectors<C: BitCoder>(&mut self, coder: &mut C, vectors: &[Vector]) -> Vec<Vector> {
        let mut coded = Vec::new();
        for slot in 0..MAX_VECTORS {
            if !coder.bit(&mut self.more_vectors[slot], slot < vectors.len()) {
                break;
            }
            let vector = vectors.get(slot).copied().unwrap_or_default();
            let last = self.last.get(slot).copied();
            if let Some(last) = last
                && coder.bit(&mut self.repeated[slot], vector == last)
            {
                coded.push(last);
                continue;
            }
            coded.push(Vector {
                dx: self.delta_x.code(coder, vector.dx),
                dy: self.delta_y.code(coder, vector.dy),
            });
        }
        if !coded.is_empty() {
            self.last.clone_from(&coded);
        }
        coded
    }

    /// Codes whether a row of blocks has anything but kept ones; `above` says so of the row above.
    pub(crate) fn strip_used<C: BitCoder>(&mut self, coder: &mut C, above: bool, used: bool) -> bool {
        coder.bit(&mut self.strip_used[usize::from(above)], used)
    }

    /// Codes the kind of one block from the kinds left of it and above it. `vectors` is their number in the update;
    /// an index beyond it, or beyond the depth of the memory, comes back as `None`.
    pub(crate) fn kind<C: BitCoder>(
        &mut self,
        coder: &mut C,
        left: Kind,
        above: Kind,
        vectors: usize,
        memory: Memory,
        kind: Kind,
    ) -> Option<Kind> {
        let context = left.class() * 4 + above.class();
        if coder.bit(&mut self.kept[context], kind == Kind::Keep) {
            return Some(Kind::Keep);
        }
        if memory.depth > 0 {
            let wanted = if let Kind::Remembered(index) = kind {
                Some(index)
            } else {
                None
            };
            if coder.bit(&mut self.remembered[context], wanted.is_some()) {
                return self
                    .content(coder, memory, wanted.unwrap_or_default())
                    .map(Kind::Remembered);
            }
        }
        let wanted = if let Kind::Copy(index) = kind {
            Some(index)
        } else {
            None
        };
        if vectors == 0 || !coder.bit(&mut self.copied[context], wanted.is_some()) {
            return Some(Kind::Exact);
        }
        let guess = match (left, above) {
            (Kind::Copy(index), _) | (_, Kind::Copy(index)) => index,
            _ => 0,
        };
        let certainty = match (left, above) {
            (Kind::Copy(a), Kind::Copy(b)) if a == b => 0,
            (Kind::Copy(_), _) | (_, Kind::Copy(_)) => 1,
            _ => 2,
        };
        if coder.bit(&mut self.same_vector[certainty], wanted == Some(guess)) {
            return Some(Kind::Copy(guess));
        }
        let index = self.index.code(coder, u32::from(wanted.unwrap_or_default())) as u8;
        (usize::from(index) < vectors).then_some(Kind::Copy(index))
    }

    /// Codes whether the pixels of a block come column by column, from the kinds left of it and above it.
    pub(crate) fn text<C: BitCoder>(&mut self, coder: &mut C, left: Kind, above: Kind, text: bool) -> bool {
        let [left, above] = [left, above].map(|kind| match kind {
            Kind::Text => 0,
            Kind::Exact | Kind::Photo => 1,
            Kind::Keep | Kind::Copy(_) | Kind::Remembered(_) => 2,
        });
        coder.bit(&mut self.text[left * 3 + above], text)
    }

    /// Codes whether the pixels of a block are differences from their neighbors, from the kinds left of it and above it.
    pub(crate) fn photo<C: BitCoder>(&mut self, coder: &mut C, left: Kind, above: Kind, photo: bool) -> bool {
        let [left, above] = [left, above].map(|kind| match kind {
            Kind::Photo => 0,
            Kind::Exact => 1,
            Kind::Text | Kind::Keep | Kind::Copy(_) | Kind::Remembered(_) => 2,
        });
        coder.bit(&mut self.photo[left * 3 + above], photo)
    }

    /// Codes which earlier content an exact block resembles, if any; `liked` says whether the last one did. A content
    /// that does not exist comes back as the outer `None`.
    #[expect(clippy::option_option, reason = "the outer one is an error")]
    pub(crate) fn like<C: BitCoder>(
        &mut self,
        coder: &mut C,
        liked: bool,
        memory: Memory,
        like: Option<u8>,
    ) -> Option<Option<u8>> {
        if !coder.bit(&mut self.like[usize::from(liked)], like.is_some()) {
            return Some(None);
        }
        self.content(coder, memory, like.unwrap_or_default()).map(Some)
    }

    fn content<C: BitCoder>(&mut self, coder: &mut C, memory: Memory, index: u8) -> Option<u8> {
        let same = &mut self.same_content[usize::from(memory.certain)];
        if coder.bit(same, index == memory.guess) {
            return Some(memory.guess);
        }
        let index = self.content.code(coder, u32::from(index)) as u8;
        (usize::from(index) < memory.depth).then_some(index)
    }
}
