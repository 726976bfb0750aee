//! Fixed headers of the screen and cursor channels, parsed without copying.

use crate::limits::{DISPLAYS, UPDATE_BYTES};
use crate::{Reader, WireError};

/// Kinds of the screen channel.
pub mod kind {
    /// [`super::Begin`]: an update follows in chunks.
    pub const BEGIN: u8 = 1;
    /// Update number u32, then bytes of the update.
    pub const CHUNK: u8 = 2;
    /// [`super::Ack`]: how far the viewer is.
    pub const ACK: u8 = 3;
    /// Display u8: the viewer lost its picture and wants all of it.
    pub const REFRESH: u8 = 4;
}

/// Kinds of the cursor channel.
pub mod cursor_kind {
    /// [`super::CursorPlace`].
    pub const PLACE: u8 = 1;
    /// A shape as `temoto-codec` writes it.
    pub const SHAPE: u8 = 2;
}

/// Announces a screen update; its bytes follow in `CHUNK`s of the same number, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Begin {
    /// Counts up by one from 1 within a run.
    pub number: u32,
    /// Which display it shows.
    pub display: u8,
    /// Whether the viewer's picture and codec state start anew with it.
    pub reset: bool,
    /// Whether the picture is complete once this is drawn (no further band of the same change waits).
    pub complete: bool,
    /// Milliseconds of the host's clock when the pixels were taken.
    pub taken_ms: u32,
    /// Length of the encoded update in bytes.
    pub length: u32,
}

impl Begin {
    /// The payload of a `BEGIN` frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(14);
        out.extend(self.number.to_be_bytes());
        out.push(self.display);
        out.push(u8::from(self.reset) | u8::from(self.complete) << 1);
        out.extend(self.taken_ms.to_be_bytes());
        out.extend(self.length.to_be_bytes());
        out
    }

    /// Reads the payload of a `BEGIN` frame.
    pub fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(payload);
        let number = r.u32()?;
        let display = r.u8()?;
        let flags = r.u8()?;
        let taken_ms = r.u32()?;
        let length = r.u32()?;
        r.end()?;
        if usize::from(display) >= DISPLAYS {
            return Err(WireError::Range("display"));
        }
        if flags > 3 {
            return Err(WireError::Range("flags"));
        }
        if length as usize > UPDATE_BYTES {
            return Err(WireError::Range("length"));
        }
        Ok(Self {
            number,
            display,
            reset: flags & 1 != 0,
            complete: flags & 2 != 0,
            taken_ms,
            length,
        })
    }
}

/// How far the viewer of a screen is: what the host paces by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ack {
    /// Number of the newest update that is drawn; 0 for none in this run.
    pub drawn: u32,
    /// Payload bytes of `CHUNK` frames received in this run.
    pub received: u64,
}

impl Ack {
    /// The payload of an `ACK` frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(12);
        out.extend(self.drawn.to_be_bytes());
        out.extend(self.received.to_be_bytes());
        out
    }

    /// Reads the payload of an `ACK` frame.
    pub fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(payload);
        let ack = Self {
            drawn: r.u32()?,
            received: r.u64()?,
        };
        r.end()?;
        Ok(ack)
    }
}

/// Where the remote cursor is, in physical pixels of the shown display.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CursorPlace {
    /// Left to right.
    pub x: i32,
    /// Top to bottom.
    pub y: i32,
    /// Whether it is over the shown display and not hidden.
    pub visible: bool,
    /// Which of the shapes sent before it has; 0 for none yet.
    pub shape: u64,
}

impl CursorPlace {
    /// The payload of a `PLACE` frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(17);
        out.extend(self.x.to_be_bytes());
        out.extend(self.y.to_be_bytes());
        out.push(u8::from(self.visible));
        out.extend(self.shape.to_be_bytes());
        out
    }

    /// Reads the payload of a `PLACE` frame.
    pub fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(payload);
        let place = Self {
            x: r.i32()?,
            y: r.i32()?,
            visible: match r.u8()? {
                0 => false,
                1 => true,
                _ => return Err(WireError::Range("visible")),
            },
            shape: r.u64()?,
        };
        r.end()?;
        Ok(place)
    }
}
