//! Reading and writing the small fixed formats of this layer, with every size checked.

use crate::LOBBY_BYTES;

/// A message was shorter, longer or otherwise not of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadBytes;

/// Reads a hostile message front to back.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], BadBytes> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(BadBytes)?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], BadBytes> {
        self.take(N)?.try_into().map_err(|_| BadBytes)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, BadBytes> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, BadBytes> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, BadBytes> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, BadBytes> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// What is left must be nothing.
    pub(crate) fn end(self) -> Result<(), BadBytes> {
        if self.0.is_empty() { Ok(()) } else { Err(BadBytes) }
    }

    /// What is left must be zero padding.
    pub(crate) fn zeros(self) -> Result<(), BadBytes> {
        if self.0.iter().all(|byte| *byte == 0) {
            Ok(())
        } else {
            Err(BadBytes)
        }
    }
}

/// Fills one lobby message; what is not written stays zero.
pub(crate) struct LobbyWriter {
    message: [u8; LOBBY_BYTES],
    used: usize,
}

impl LobbyWriter {
    pub(crate) fn new() -> Self {
        Self {
            message: [0; LOBBY_BYTES],
            used: 0,
        }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<&mut Self, BadBytes> {
        let end = self.used.checked_add(bytes.len()).ok_or(BadBytes)?;
        self.message
            .get_mut(self.used..end)
            .ok_or(BadBytes)?
            .copy_from_slice(bytes);
        self.used = end;
        Ok(self)
    }

    /// A length in one byte, then the bytes.
    pub(crate) fn put_short(&mut self, bytes: &[u8]) -> Result<&mut Self, BadBytes> {
        let length = u8::try_from(bytes.len()).map_err(|_| BadBytes)?;
        self.put(&[length])?.put(bytes)
    }

    pub(crate) fn finish(self) -> [u8; LOBBY_BYTES] {
        self.message
    }
}

/// Joins fields unambiguously for a hash or prologue: each as a u16 length and its bytes.
/// Fields are our own and short; one that is too long is a defect, cut off so that it cannot be ambiguous.
pub(crate) fn join_fields(fields: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::new();
    for field in fields {
        let length = u16::try_from(field.len()).unwrap_or(u16::MAX);
        joined.extend_from_slice(&length.to_be_bytes());
        joined.extend_from_slice(&field[..usize::from(length)]);
    }
    joined
}
