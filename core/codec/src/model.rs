//! What is likely: everything that both ends have learned from the stream.
//!
//! One code path serves both directions (see [`BitCoder`]): it takes the value to encode and gives back the value
//! coded, so encoder and decoder cannot learn different things. The memory is fixed: 2.25 MiB of pixel tables and
//! about 25 KiB of probabilities, the same again for letters, 3.5 MiB of columns of letters, and two bytes per picture
//! column, on either side.

mod around;
mod blocks;
mod columns;
mod pixels;
mod residual;
mod runs;
mod symbols;
mod tables;

use crate::parts::Parts;

pub(crate) use around::Rows;
pub(crate) use blocks::{BlockModel, MAX_VECTORS, Memory, Vector};
pub(crate) use columns::{BAND, Band, CONTEXT, ColumnModel, LOW_BAND};
pub(crate) use pixels::PixelModel;

/// All that is learned but of pixels, of which each stripe has its own. A complete update begins with a new one on both sides.
pub(crate) struct Model {
    pub(crate) blocks: BlockModel,
    pub(crate) columns: ColumnModel,
}

impl Model {
    /// Nothing known.
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            blocks: BlockModel::new(),
            columns: ColumnModel::new(parts),
        }
    }
}
