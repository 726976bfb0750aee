//! Frames: what an application record of the secure pair carries (layer 4); see `docs/protocol/session.md`.
//!
//! A record holds whole frames, one after the other: `channel u8, kind u8, length u16, payload`.

use crate::limits::FRAME_BYTES;
use crate::{Reader, WireError};

/// Bytes before the payload of a frame.
pub const FRAME_HEADER_BYTES: usize = 4;

/// The channels of a session, in the order of their numbers.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Channel {
    /// Greeting after each run, acknowledgements, echo.
    Link = 0,
    /// Grants, steps, displays, end: reliable.
    Control = 1,
    /// Chat: reliable.
    Chat = 2,
    /// Screen updates: latest.
    Screen = 3,
    /// Cursor shapes and places: latest.
    Cursor = 4,
    /// Keys and pointer: latest.
    Input = 5,
    /// Clipboards: reliable.
    Clipboard = 6,
    /// Files and folders: reliable messages, and contents beside them.
    Files = 7,
}

impl Channel {
    /// Every channel, by number.
    pub const ALL: [Self; 8] = [
        Self::Link,
        Self::Control,
        Self::Chat,
        Self::Screen,
        Self::Cursor,
        Self::Input,
        Self::Clipboard,
        Self::Files,
    ];

    /// The channel with this number.
    pub fn from_number(n: u8) -> Result<Self, WireError> {
        Self::ALL
            .get(usize::from(n))
            .copied()
            .ok_or(WireError::Range("channel"))
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether its messages are numbered, acknowledged and sent again after a new run.
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        matches!(self, Self::Control | Self::Chat | Self::Clipboard | Self::Files)
    }
}

/// One frame as received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Frame<'a> {
    /// Where it belongs.
    pub channel: Channel,
    /// What it is, within its channel.
    pub kind: u8,
    /// Its content; at most [`FRAME_BYTES`].
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes the next frame of a record.
    pub fn read(r: &mut Reader<'a>) -> Result<Self, WireError> {
        let channel = Channel::from_number(r.u8()?)?;
        let kind = r.u8()?;
        let length = usize::from(r.u16()?);
        if length > FRAME_BYTES {
            return Err(WireError::Range("length"));
        }
        Ok(Self {
            channel,
            kind,
            payload: r.take(length)?,
        })
    }

    /// All frames of a record; an error anywhere refuses the whole record.
    pub fn read_all(record: &'a [u8]) -> Result<Vec<Self>, WireError> {
        let mut r = Reader::new(record);
        let mut frames = Vec::new();
        while !r.is_empty() {
            frames.push(Self::read(&mut r)?);
        }
        Ok(frames)
    }
}

/// Appends a frame to a record; an oversized payload is a bug of the caller and refused.
pub fn write(out: &mut Vec<u8>, channel: Channel, kind: u8, payload: &[u8]) -> Result<(), WireError> {
    out.extend(head(channel, kind, payload)?);
    out.extend_from_slice(payload);
    Ok(())
}

/// What goes before the payload of a frame; refuses as [`write()`] does.
pub fn head(channel: Channel, kind: u8, payload: &[u8]) -> Result<[u8; FRAME_HEADER_BYTES], WireError> {
    let length = u16::try_from(payload.len())
        .ok()
        .filter(|&n| usize::from(n) <= FRAME_BYTES)
        .ok_or(WireError::Range("length"))?;
    let [high, low] = length.to_be_bytes();
    Ok([channel.number(), kind, high, low])
}

/// Kinds of the link channel.
pub mod link {
    /// `Hello` (protocol buffer): the first frame of either end in every run.
    pub const HELLO: u8 = 1;
    /// `Ack` (protocol buffer): how far the reliable streams arrived.
    pub const ACK: u8 = 2;
    /// Eight bytes that come back as they are.
    pub const ECHO: u8 = 3;
    /// The answer to an echo.
    pub const ECHO_REPLY: u8 = 4;
}

/// The one kind of a reliable channel: sequence number u64, then a protocol buffer.
pub const RELIABLE: u8 = 1;
