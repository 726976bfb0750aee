//! What can be wrong with bytes from a peer or with a picture from the display.

use temoto_geometry::Size;

/// Why the codec refused. After an error of [`crate::Decoder::decode`] the picture is unspecified and everything but
/// a complete update is refused; the caller asks the other end for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The picture is empty, has a side above [`crate::MAX_SIDE`], or more pixels than the limit.
    #[error("picture of {} x {} pixels is empty or too large", .0.width, .0.height)]
    Size(Size),
    /// The update wants more memory for earlier contents than this end gives.
    #[error("{0} MiB of memory are too much")]
    Memory(u8),
    /// The buffer is shorter than its stated size and stride need.
    #[error("pixel buffer is shorter than its size says")]
    ShortBuffer,
    /// The bytes begin with a format that this build does not know.
    #[error("unknown format {0}")]
    Format(u8),
    /// The bytes ended early.
    #[error("update is truncated")]
    Truncated,
    /// The bytes go on after the end.
    #[error("update has bytes after its end")]
    Trailing,
    /// A value stands where its rules do not allow it.
    #[error("update is malformed: {0}")]
    Malformed(&'static str),
    /// The update follows another one than the last that was decoded.
    #[error("update {got} where {expected} was due")]
    Sequence {
        /// The number that was due.
        expected: u8,
        /// The number in the update.
        got: u8,
    },
    /// A worker that the caller gave left its work undone.
    #[error("a part of the update was not worked on")]
    Unfinished,
    /// Nothing was decoded yet, or an error came before: only a complete update helps.
    #[error("a complete update is needed first")]
    NeedsReset,
}
