//! The content of files on the wire: pieces of blocks beside the reliable messages of the files channel.

use crate::limits::{FILE_PIECE_BYTES, FILES_OF_TRANSFER};
use crate::{Reader, WireError};

/// Kinds of frames of the files channel beside the reliable one.
pub mod kind {
    /// A piece of a file.
    pub const BLOCK: u8 = 2;
    /// So many bytes of pieces arrived in this run: u64.
    pub const GOT: u8 = 3;
}

/// A piece of a file: `transfer u32, index u32, at u64`, then at least one byte of content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Block<'a> {
    /// The transfer.
    pub transfer: u32,
    /// Which one of its files.
    pub index: u32,
    /// Bytes of the file before this piece.
    pub at: u64,
    /// Content, 1 byte to [`FILE_PIECE_BYTES`].
    pub bytes: &'a [u8],
}

impl<'a> Block<'a> {
    /// Bytes before the content.
    pub const HEADER_BYTES: usize = 16;

    /// As the payload of a frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::HEADER_BYTES + self.bytes.len());
        out.extend(self.transfer.to_be_bytes());
        out.extend(self.index.to_be_bytes());
        out.extend(self.at.to_be_bytes());
        out.extend_from_slice(self.bytes);
        out
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It is too short, too long, or speaks of a file or a place that cannot be.
    pub fn decode(payload: &'a [u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(payload);
        let (transfer, index, at) = (r.u32()?, r.u32()?, r.u64()?);
        let bytes = r.rest();
        if bytes.is_empty() || bytes.len() > FILE_PIECE_BYTES {
            return Err(WireError::Range("length"));
        }
        if usize::try_from(index).map_or(true, |index| index >= FILES_OF_TRANSFER) {
            return Err(WireError::Range("index"));
        }
        if at.checked_add(bytes.len() as u64).is_none() {
            return Err(WireError::Range("at"));
        }
        Ok(Self {
            transfer,
            index,
            at,
            bytes,
        })
    }
}

/// How many bytes of pieces arrived, as the payload of [`kind::GOT`].
///
/// # Errors
/// It is of another size.
pub fn got(payload: &[u8]) -> Result<u64, WireError> {
    let bytes = payload.try_into().map_err(|_| WireError::Range("length"))?;
    Ok(u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_comes_back_as_it_was() {
        let block = Block {
            transfer: 7,
            index: 3,
            at: 1 << 40,
            bytes: "手元".as_bytes(),
        };
        assert_eq!(Block::decode(&block.encode()), Ok(block));
        assert_eq!(got(&9u64.to_be_bytes()), Ok(9));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let good = Block {
            transfer: 1,
            index: 0,
            at: 0,
            bytes: b"x",
        };
        assert!(Block::decode(&Block { bytes: b"", ..good }.encode()).is_err());
        let long = vec![0; FILE_PIECE_BYTES + 1];
        assert!(Block::decode(&Block { bytes: &long, ..good }.encode()).is_err());
        assert!(Block::decode(&Block { at: u64::MAX, ..good }.encode()).is_err());
        assert!(
            Block::decode(
                &Block {
                    index: 50_000,
                    ..good
                }
                .encode()
            )
            .is_err()
        );
        assert!(Block::decode(&[0; 15]).is_err());
        assert!(got(&[0; 7]).is_err());
    }
}
