//! Fixed headers of the screen and cursor channels, parsed without copying.

use crate::limits::{ALL_DISPLAYS, GLANCE_SIDE, UPDATE_BYTES};
use crate::{Reader, WireError};

/// Kinds of the screen channel.
pub mod kind {
    /// [`super::Begin`], then the first bytes of an update, mostly all of them.
    pub const BEGIN: u8 = 1;
    /// More bytes of the update.
    pub const CHUNK: u8 = 2;
    /// [`super::Ack`]: how far the viewer is.
    pub const ACK: u8 = 3;
    /// [`super::Refresh`]: the viewer lost its picture and wants all of it.
    pub const REFRESH: u8 = 4;
    /// [`super::Glance`]: the viewer wants a small picture of a display.
    pub const GLANCE: u8 = 5;
    /// [`super::Thumbnail`], then one complete update of the codec.
    pub const THUMBNAIL: u8 = 6;
}

/// Kinds of the cursor channel.
pub mod cursor_kind {
    /// [`super::CursorPlace`].
    pub const PLACE: u8 = 1;
    /// A shape as `temoto-codec` writes it.
    pub const SHAPE: u8 = 2;
}

/// What stands before the bytes of a screen update. Most updates are as short as a letter, so this is short too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Begin {
    /// The lower half of the update's number, which counts up by one from 1 within a run.
    pub number: u16,
    /// Which display it shows, or all ([`ALL_DISPLAYS`]).
    pub display: u8,
    /// Whether the viewer's picture and codec state start anew with it.
    pub reset: bool,
    /// Whether the picture is complete once this is drawn (no further band of the same change waits).
    pub complete: bool,
    /// The lower half of the host's clock when the pixels were taken, in milliseconds.
    pub taken_ms: u16,
    /// Length of the encoded update in bytes, where it goes on in `CHUNK`s; `None` if the rest of the frame is all of it.
    pub length: Option<u32>,
}

impl Begin {
    /// Most bytes before those of the update.
    pub const MOST_BYTES: usize = 9;

    /// The beginning of the payload of a `BEGIN` frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let flags =
            u8::from(self.reset) | u8::from(self.complete) << 1 | u8::from(self.length.is_some()) << 2;
        let mut out = Vec::with_capacity(Self::MOST_BYTES);
        out.extend(self.number.to_be_bytes());
        out.push(flags | self.display << 3);
        out.extend(self.taken_ms.to_be_bytes());
        out.extend(self.length.into_iter().flat_map(u32::to_be_bytes));
        out
    }

    /// Reads the payload of a `BEGIN` frame; gives the first bytes of the update, or all of them, as well.
    pub fn decode(payload: &[u8]) -> Result<(Self, &[u8]), WireError> {
        let mut r = Reader::new(payload);
        let number = r.u16()?;
        let flags = r.u8()?;
        let taken_ms = r.u16()?;
        let length = if flags & 4 != 0 { Some(r.u32()?) } else { None };
        let bytes = r.rest();
        if length.is_some_and(|length| length as usize > UPDATE_BYTES || length as usize <= bytes.len()) {
            return Err(WireError::Range("length"));
        }
        let begin = Self {
            number,
            display: flags >> 3,
            reset: flags & 1 != 0,
            complete: flags & 2 != 0,
            taken_ms,
            length,
        };
        Ok((begin, bytes))
    }
}

/// How far the viewer of a screen is: what the host paces by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ack {
    /// Number of the newest update that is drawn; 0 for none in this run.
    pub drawn: u32,
    /// Bytes of updates received in this run.
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

/// The viewer could not decode an update, or has less memory than that asked for, and wants the whole picture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refresh {
    /// Which display.
    pub display: u8,
    /// Most memory for what was shown earlier, in MiB.
    pub memory: u8,
}

impl Refresh {
    /// The payload of a `REFRESH` frame.
    #[must_use]
    pub fn encode(&self) -> [u8; 2] {
        [self.display, self.memory]
    }

    /// Reads the payload of a `REFRESH` frame.
    pub fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(payload);
        let refresh = Self {
            display: r.u8()?,
            memory: r.u8()?,
        };
        r.end()?;
        Ok(refresh)
    }
}

/// The viewer wants to see, small and once, what is on a display.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Glance {
    /// Which display; one, never all.
    pub display: u8,
    /// The picture's longest side in pixels, 1 to [`GLANCE_SIDE`].
    pub side: u8,
}

impl Glance {
    /// The payload of a `GLANCE` frame.
    #[must_use]
    pub fn encode(&self) -> [u8; 2] {
        [self.display, self.side]
    }

    /// Reads the payload of a `GLANCE` frame.
    pub fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(payload);
        let glance = Self {
            display: r.u8()?,
            side: r.u8()?,
        };
        r.end()?;
        if glance.display >= ALL_DISPLAYS || !(1..=GLANCE_SIDE).contains(&glance.side) {
            return Err(WireError::Range("glance"));
        }
        Ok(glance)
    }
}

/// What stands before the update that is a small picture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Thumbnail {
    /// Which display it shows.
    pub display: u8,
}

impl Thumbnail {
    /// The payload of a `THUMBNAIL` frame with this update.
    #[must_use]
    pub fn encode(&self, update: &[u8]) -> Vec<u8> {
        [&[self.display], update].concat()
    }

    /// Reads the payload of a `THUMBNAIL` frame; gives the update as well.
    pub fn decode(payload: &[u8]) -> Result<(Self, &[u8]), WireError> {
        let mut r = Reader::new(payload);
        let display = r.u8()?;
        if display >= ALL_DISPLAYS {
            return Err(WireError::Range("display"));
        }
        Ok((Self { display }, r.rest()))
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
