//! The grid of 16 x 16 blocks over a picture and what happens to each block in one update.

use temoto_geometry::{Rect, Region, Size};

/// Side of a block in pixels; the last column and row of blocks may be cut short.
pub(crate) const BLOCK: usize = 16;

/// What an update does to one block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    #[default]
    Keep,
    /// It gets what stood at an offset in the picture before the update: index into the update's vectors.
    Copy(u8),
    /// It gets what it showed before: place in its list of earlier contents.
    Remembered(u8),
    /// Its pixels are in the update, line by line.
    Exact,
    /// Its pixels are in the update, column by column of a line of text.
    Text,
    /// Its pixels are in the update, line by line, each as its difference from its neighbors.
    Photo,
}

impl Kind {
    /// Whether its pixels are in the update.
    pub(crate) fn by_value(self) -> bool {
        matches!(self, Self::Exact | Self::Text | Self::Photo)
    }

    /// Whether its pixels are coded line by line.
    pub(crate) fn by_lines(self) -> bool {
        matches!(self, Self::Exact | Self::Photo)
    }

    /// Without the number.
    pub(crate) fn class(self) -> usize {
        match self {
            Self::Keep => 0,
            Self::Copy(_) => 1,
            Self::Exact | Self::Text | Self::Photo => 2,
            Self::Remembered(_) => 3,
        }
    }
}

/// The blocks of one picture size and their kinds.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockMap {
    size: Size,
    columns: usize,
    rows: usize,
    kinds: Vec<Kind>,
    /// Per block, which earlier content an exact one resembles.
    likes: Vec<Option<u8>>,
}

impl BlockMap {
    pub(crate) fn new(size: Size) -> Self {
        let columns = (size.width as usize).div_ceil(BLOCK);
        let rows = (size.height as usize).div_ceil(BLOCK);
        Self {
            size,
            columns,
            rows,
            kinds: vec![Kind::Keep; columns * rows],
            likes: vec![None; columns * rows],
        }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn get(&self, column: usize, row: usize) -> Kind {
        self.kinds[row * self.columns + column]
    }

    pub(crate) fn set(&mut self, column: usize, row: usize, kind: Kind) {
        self.kinds[row * self.columns + column] = kind;
    }

    /// Which earlier content an exact block resembles; `None` in the default map.
    pub(crate) fn like(&self, column: usize, row: usize) -> Option<u8> {
        self.likes.get(row * self.columns + column).copied().flatten()
    }

    pub(crate) fn set_like(&mut self, column: usize, row: usize, like: Option<u8>) {
        self.likes[row * self.columns + column] = like;
    }

    /// The kinds of one row of blocks; empty in the default map.
    pub(crate) fn strip(&self, row: usize) -> &[Kind] {
        self.kinds
            .get(row * self.columns..(row + 1) * self.columns)
            .unwrap_or_default()
    }

    /// The pixels of one block.
    pub(crate) fn rect(&self, column: usize, row: usize) -> Rect {
        let (x, y) = (column * BLOCK, row * BLOCK);
        let width = BLOCK.min(self.size.width as usize - x);
        let height = BLOCK.min(self.size.height as usize - y);
        // Sides are at most 16,384, so nothing is cut here.
        Rect::new(x as i32, y as i32, width as u32, height as u32)
    }

    /// The blocks, from top to bottom and left to right, that touch a region.
    pub(crate) fn touching(&self, region: &Region) -> Vec<bool> {
        let mut marks = vec![false; self.kinds.len()];
        for rect in region
            .iter()
            .filter_map(|rect| rect.intersect(self.size.to_rect()))
        {
            let (left, top) = (rect.x as usize / BLOCK, rect.y as usize / BLOCK);
            let right = (rect.x as usize + rect.width as usize).div_ceil(BLOCK);
            let bottom = (rect.y as usize + rect.height as usize).div_ceil(BLOCK);
            for row in top..bottom {
                marks[row * self.columns + left..row * self.columns + right].fill(true);
            }
        }
        marks
    }

    /// How many pixels are coded by value.
    pub(crate) fn exact_pixels(&self) -> u64 {
        let blocks = (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (column, row)));
        blocks
            .filter(|&(c, r)| self.get(c, r).by_value())
            .map(|(c, r)| self.rect(c, r).area())
            .sum()
    }

    /// How many pixels are coded line by line, in whole blocks.
    pub(crate) fn pixels_by_lines(&self) -> usize {
        self.kinds.iter().filter(|kind| kind.by_lines()).count() * BLOCK * BLOCK
    }

    /// The stretches of one row of blocks that `class` puts together, with the class; `None` leaves a block out.
    pub(crate) fn runs<T: PartialEq>(&self, row: usize, class: impl Fn(Kind) -> Option<T>) -> Vec<(Rect, T)> {
        let mut runs: Vec<(Rect, T)> = Vec::new();
        for (column, &kind) in self.strip(row).iter().enumerate() {
            let Some(class) = class(kind) else { continue };
            let rect = self.rect(column, row);
            match runs.last_mut() {
                Some((last, same)) if *same == class && last.right() == rect.left() => {
                    last.width += rect.width;
                }
                _ => runs.push((rect, class)),
            }
        }
        runs
    }

    /// The pixels of all blocks that are not kept.
    pub(crate) fn changed(&self) -> Region {
        (0..self.rows)
            .flat_map(|row| self.runs(row, changes))
            .map(|run| run.0)
            .collect()
    }
}

/// Puts together whatever is not kept.
pub(crate) fn changes(kind: Kind) -> Option<()> {
    (kind != Kind::Keep).then_some(())
}
