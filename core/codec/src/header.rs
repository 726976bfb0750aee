//! The bytes of an update before its coded body.

use temoto_geometry::Size;

use crate::error::CodecError;
use crate::stripes::MAX_STRIPES;

/// The format that this build speaks: the first byte of a complete update, less [`COMPLETE`].
const FORMAT: u8 = 2;
/// Set in the first byte of a complete update; that of any other is its number.
const COMPLETE: u8 = 0x80;

/// First byte of an update in stripes, with their number in the lower bits.
const STRIPED: u8 = 0xc0;
/// Bytes of the length of a stripe.
const LENGTH: usize = 4;

/// Puts stripes behind the bytes of an update, and before it how long they are.
pub(crate) fn pack(main: Vec<u8>, stripes: &[Vec<u8>]) -> Vec<u8> {
    if stripes.is_empty() {
        return main;
    }
    let mut bytes = vec![STRIPED | stripes.len() as u8];
    for stripe in stripes {
        // An update has far less than 4 GiB.
        bytes.extend_from_slice(&(stripe.len() as u32).to_be_bytes());
    }
    bytes.extend_from_slice(&main);
    for stripe in stripes {
        bytes.extend_from_slice(stripe);
    }
    bytes
}

/// The bytes of an update without its stripes, and those of each stripe.
pub(crate) fn unpack(bytes: &[u8]) -> Result<(&[u8], Vec<&[u8]>), CodecError> {
    let (&first, rest) = bytes.split_first().ok_or(CodecError::Truncated)?;
    if first & STRIPED != STRIPED {
        return Ok((bytes, Vec::new()));
    }
    let number = usize::from(first & !STRIPED);
    if !(2..=MAX_STRIPES).contains(&number) {
        return Err(CodecError::Malformed("an update has no such number of stripes"));
    }
    let (lengths, mut rest) = rest
        .split_at_checked(number * LENGTH)
        .ok_or(CodecError::Truncated)?;
    let mut stripes = Vec::with_capacity(number);
    for length in lengths.as_chunks::<LENGTH>().0.iter().rev() {
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| CodecError::Truncated)?;
        let main = rest.len().checked_sub(length).ok_or(CodecError::Truncated)?;
        let (before, stripe) = rest.split_at(main);
        stripes.push(stripe);
        rest = before;
    }
    stripes.reverse();
    Ok((rest, stripes))
}

/// What a complete update begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// The size of the picture.
    pub(crate) size: Size,
    /// Memory for earlier contents, in MiB; the same at both ends.
    pub(crate) history: u8,
}

/// The bytes before the coded body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// Everything before is forgotten; this update has the number 0.
    Complete(Start),
    /// It follows the one with the number before.
    Next(Number),
}

/// Counts updates from 0, and wraps at 128.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) u8);

impl Number {
    /// The one after it.
    pub(crate) fn next(self) -> Self {
        Self((self.0 + 1) % COMPLETE)
    }
}

impl Header {
    /// The bytes: a number, or the format and then width and height in two bytes each and the memory.
    pub(crate) fn write(self) -> Vec<u8> {
        match self {
            Self::Next(number) => vec![number.0],
            Self::Complete(Start { size, history }) => {
                let mut bytes = vec![COMPLETE | FORMAT];
                for side in [size.width, size.height] {
                    // Sides are at most 16,384.
                    bytes.extend_from_slice(&(side as u16).to_be_bytes());
                }
                bytes.push(history);
                bytes
            }
        }
    }

    /// The header and the rest of the bytes.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), CodecError> {
        let (&head, rest) = bytes.split_first().ok_or(CodecError::Truncated)?;
        if head & COMPLETE == 0 {
            return Ok((Self::Next(Number(head)), rest));
        }
        if head != COMPLETE | FORMAT {
            return Err(CodecError::Format(head & !COMPLETE));
        }
        let [w0, w1, h0, h1, history, rest @ ..] = rest else {
            return Err(CodecError::Truncated);
        };
        let side = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
        let start = Start {
            size: Size::new(side(*w0, *w1), side(*h0, *h1)),
            history: *history,
        };
        Ok((Self::Complete(start), rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back() {
        let start = Start {
            size: Size::new(16_384, 1),
            history: 64,
        };
        for header in [Header::Next(Number(127)), Header::Complete(start)] {
            let bytes = [header.write(), vec![7]].concat();
            assert_eq!(Header::read(&bytes), Ok((header, &[7][..])));
        }
    }

    #[test]
    fn headers_of_another_format_are_refused() {
        for format in [0, 1, 3, 0x7f] {
            let bytes = [0x80 | format, 0, 1, 0, 1, 64];
            assert_eq!(Header::read(&bytes), Err(CodecError::Format(format)));
        }
        assert_eq!(Header::read(&[0x82, 0, 1, 0, 1]), Err(CodecError::Truncated));
        assert_eq!(Header::read(&[]), Err(CodecError::Truncated));
    }

    #[test]
    fn numbers_wrap_below_the_mark_of_complete_updates() {
        let hundred = (0..128).fold(Number(0), |number, _| number.next());
        assert_eq!(hundred, Number(0));
        assert_eq!(Number(126).next(), Number(127));
    }
}
