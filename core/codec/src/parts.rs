//! What the codec is made of, each part of which can be left out to see what it brings.

/// Parts in use. Nothing of this is in the stream: both ends must leave out the same, and the product leaves out
/// nothing. The bench measures with it what each part is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Blocks that are copied from elsewhere in the picture before.
    pub moves: bool,
    /// Blocks that show what they showed earlier.
    pub history: bool,
    /// Guesses of time for single pixels: the picture before, here and where the block comes from, and earlier contents.
    pub time: bool,
    /// Runs that one decision settles.
    pub runs: bool,
    /// The table of wide neighborhoods, which knows letters by their first lines.
    pub wide: bool,
    /// The two tables of near neighborhoods.
    pub near: bool,
    /// Lines of text that are coded column by column.
    pub text: bool,
    /// The cache of colors.
    pub colors: bool,
    /// Blocks of photographs, which ask no guesses.
    pub photo: bool,
}

impl Parts {
    /// All of them.
    pub const ALL: Self = Self {
        moves: true,
        history: true,
        time: true,
        runs: true,
        wide: true,
        near: true,
        text: true,
        colors: true,
        photo: true,
    };
}

impl Default for Parts {
    fn default() -> Self {
        Self::ALL
    }
}
