//! The words on the wire: relay messages, session frames, protocol buffers, limits and the version.
//!
//! Everything here is bytes in, values out, and back; nothing decides anything.
//! Every parser treats its input as hostile: sizes are checked before anything is allocated.

pub mod file;
pub mod frame;
pub mod input;
pub mod limits;
pub mod relay;
pub mod screen;

/// Protocol buffers of the session layer, generated from `proto/session.proto`.
#[allow(missing_docs, reason = "generated; the .proto file carries the comments")]
#[allow(clippy::allow_attributes, clippy::all, reason = "generated code")]
pub mod proto {
    include!(concat!(env!("OUT_DIR"), "/temoto.session.rs"));
}

/// The one version number of all layers; unequal versions stop with "update".
pub const PROTOCOL_VERSION: u16 = 1;

/// Why bytes from a peer were not understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The input ended before the value did.
    #[error("message is truncated")]
    Truncated,
    /// Bytes remain after the value.
    #[error("message is longer than its content")]
    Trailing,
    /// The first byte names no message that is known here.
    #[error("unknown message {0:#04x}")]
    Unknown(u8),
    /// A field holds a value that it must not hold.
    #[error("field {0} is out of range")]
    Range(&'static str),
    /// A protocol buffer could not be decoded.
    #[error("malformed protocol buffer")]
    Malformed,
}

/// A cursor over received bytes; every take checks what is left.
#[derive(Clone, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Takes the next `n` bytes.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], WireError> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(head)
    }

    /// Takes the next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(*head)
    }

    /// Takes one byte.
    pub fn u8(&mut self) -> Result<u8, WireError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    /// Takes a big-endian 16-bit number.
    pub fn u16(&mut self) -> Result<u16, WireError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// Takes a big-endian 32-bit number.
    pub fn u32(&mut self) -> Result<u32, WireError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Takes a big-endian 64-bit number.
    pub fn u64(&mut self) -> Result<u64, WireError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// Takes a big-endian signed 32-bit number.
    pub fn i32(&mut self) -> Result<i32, WireError> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    /// Takes a big-endian signed 16-bit number.
    pub fn i16(&mut self) -> Result<i16, WireError> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    /// Takes everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks that nothing is left.
    pub const fn end(&self) -> Result<(), WireError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(WireError::Trailing)
        }
    }
}

#[cfg(test)]
mod tests;
