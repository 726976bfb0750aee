//! The RFB protocol as far as a viewer needs it that counts: where messages end, which rectangles they update.
//!
//! Pictures are not decoded. Tight's streams are not inflated; their lengths stand before them. Follows RFC 6143 and the
//! community's description of Tight, LastRect and the cursor.

use std::io::{Read, Write};

use anyhow::{Context, Result, bail};
use temoto_geometry::Rect;

/// Bytes of a pixel in the format that the server offers, which is kept.
const PIXEL: u64 = 4;
/// Bytes of a pixel in Tight.
const TIGHT_PIXEL: u64 = 3;
/// Tight sends fewer bytes than this as they are.
const TIGHT_PLAIN: u64 = 12;
/// The longest thing that is skipped, in bytes: more than any picture needs.
const MOST: u64 = 256 << 20;

const RAW: i32 = 0;
const COPY_RECT: i32 = 1;
const TIGHT: i32 = 7;
const ZRLE: i32 = 16;
const LAST_RECT: i32 = -224;
const CURSOR: i32 = -239;
/// Compression levels are encodings from here on.
const COMPRESS_LEVEL_0: i32 = -256;

/// How the server is to encode.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Coding {
    /// Tight without JPEG, with a compression level of 0 to 9.
    Tight(u8),
    /// ZRLE.
    Zrle,
}

impl Coding {
    fn encodings(self) -> Vec<i32> {
        let mut list = match self {
            Self::Tight(level) => vec![TIGHT, COMPRESS_LEVEL_0 + i32::from(level)],
            Self::Zrle => vec![ZRLE],
        };
        list.extend([COPY_RECT, LAST_RECT, CURSOR]);
        list
    }
}

/// A counted stream of bytes from the server.
#[derive(Debug)]
pub struct Wire<S> {
    stream: S,
    read: u64,
    scratch: Vec<u8>,
}

/// What one message updated.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Message {
    /// All bytes of it that are about pixels.
    pub bytes: u64,
    /// The parts of the picture that are new; empty for other messages than updates.
    pub rects: Vec<Rect>,
    /// Whether it was an update, after which the next may be asked for.
    pub update: bool,
}

impl<S: Read> Wire<S> {
    /// A stream with nothing read from it yet.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            read: 0,
            scratch: vec![0; 64 * 1024],
        }
    }

    /// Reads the next message to its end.
    pub fn message(&mut self) -> Result<Message> {
        let before = self.read;
        match self.u8()? {
            0 => self.update(before),
            1 => {
                self.skip(3)?;
                let colors = u64::from(self.u16()?);
                self.skip(colors * 6).map(|()| Message::default())
            }
            2 => Ok(Message::default()),
            3 => {
                self.skip(3)?;
                let length = u64::from(self.u32()?);
                self.skip(length).map(|()| Message::default())
            }
            other => bail!("the server sends a message of unknown kind {other}"),
        }
    }

    fn update(&mut self, before: u64) -> Result<Message> {
        self.skip(1)?;
        let count = self.u16()?;
        let mut message = Message {
            update: true,
            ..Message::default()
        };
        let mut cursor = 0;
        for _ in 0..count {
            let start = self.read;
            let (x, y, width, height) = (self.u16()?, self.u16()?, self.u16()?, self.u16()?);
            let rect = Rect::new(x.into(), y.into(), width.into(), height.into());
            let area = u64::from(width) * u64::from(height);
            match self.u32()?.cast_signed() {
                RAW => self.skip(area * PIXEL)?,
                COPY_RECT => self.skip(4)?,
                TIGHT => self.tight(rect)?,
                ZRLE => {
                    let length = u64::from(self.u32()?);
                    self.skip(length)?;
                }
                LAST_RECT => break,
                CURSOR => {
                    let mask = u64::from(width).div_ceil(8) * u64::from(height);
                    self.skip(area * PIXEL + mask)?;
                    // The shape of the pointer travels apart; it is not counted.
                    cursor += self.read - start;
                    continue;
                }
                other => bail!("the server sends an encoding that nobody asked for: {other}"),
            }
            message.rects.push(rect);
        }
        message.bytes = self.read - before - cursor;
        Ok(message)
    }

    fn tight(&mut self, rect: Rect) -> Result<()> {
        let control = self.u8()?;
        let (width, height) = (u64::from(rect.width), u64::from(rect.height));
        match control >> 4 {
            8 => self.skip(TIGHT_PIXEL),
            9 => {
                let length = self.compact()?;
                self.skip(length)
            }
            basic if basic < 8 => {
                let filter = if basic & 4 != 0 { self.u8()? } else { 0 };
                let plain = match filter {
                    0 | 2 => width * height * TIGHT_PIXEL,
                    1 => {
                        let colors = u64::from(self.u8()?) + 1;
                        self.skip(colors * TIGHT_PIXEL)?;
                        if colors == 2 {
                            width.div_ceil(8) * height
                        } else {
                            width * height
                        }
                    }
                    other => bail!("Tight uses an unknown filter {other}"),
                };
                let length = if plain < TIGHT_PLAIN {
                    plain
                } else {
                    self.compact()?
                };
                self.skip(length)
            }
            other => bail!("Tight uses an unknown method {other}"),
        }
    }

    /// A length of one to three bytes, seven bits first.
    fn compact(&mut self) -> Result<u64> {
        let mut length = 0;
        for shift in [0, 7, 14] {
            let byte = u64::from(self.u8()?);
            if shift == 14 {
                return Ok(length | byte << shift);
            }
            length |= (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok(length)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes).context("the server is gone")?;
        self.read += N as u64;
        Ok(bytes)
    }

    fn u8(&mut self) -> Result<u8> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16> {
        self.bytes().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    fn skip(&mut self, mut length: u64) -> Result<()> {
        if length > MOST {
            bail!("the server announces {length} bytes");
        }
        while length > 0 {
            let part = usize::try_from(length)
                .unwrap_or(usize::MAX)
                .min(self.scratch.len());
            self.stream
                .read_exact(&mut self.scratch[..part])
                .context("the server is gone")?;
            self.read += part as u64;
            length -= part as u64;
        }
        Ok(())
    }
}

impl<S: Read + Write> Wire<S> {
    /// Goes through the beginning without a password and asks for a coding; gives the size of the picture.
    pub fn greet(&mut self, coding: Coding) -> Result<(u16, u16)> {
        self.bytes::<12>()?;
        self.stream.write_all(b"RFB 003.008\n")?;
        let types = self.u8()?;
        self.skip(u64::from(types))?;
        if types == 0 {
            bail!("the server refuses viewers");
        }
        // Security type 1: none.
        self.stream.write_all(&[1])?;
        if self.u32()? != 0 {
            bail!("the server wants a password");
        }
        // Others may look on.
        self.stream.write_all(&[1])?;
        let size = (self.u16()?, self.u16()?);
        let format: [u8; 16] = self.bytes()?;
        // 32 bits with 24 of color and 8 for each part: what Tight makes three bytes of.
        if format[0] != 32 || format[1] != 24 || format[4..10] != [0, 255, 0, 255, 0, 255] {
            bail!("the server has another format of pixels than expected");
        }
        let name = u64::from(self.u32()?);
        self.skip(name)?;
        let encodings = coding.encodings();
        let mut words = vec![2, 0];
        words.extend(u16::try_from(encodings.len())?.to_be_bytes());
        words.extend(encodings.iter().flat_map(|encoding| encoding.to_be_bytes()));
        self.stream.write_all(&words)?;
        Ok(size)
    }

    /// Asks for the picture, or for what changes in it.
    pub fn ask(&mut self, size: (u16, u16), incremental: bool) -> Result<()> {
        let mut words = vec![3, u8::from(incremental), 0, 0, 0, 0];
        words.extend(size.0.to_be_bytes());
        words.extend(size.1.to_be_bytes());
        Ok(self.stream.write_all(&words)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(at: [u16; 4], encoding: i32) -> Vec<u8> {
        let mut out: Vec<u8> = at.iter().flat_map(|number| number.to_be_bytes()).collect();
        out.extend(encoding.to_be_bytes());
        out
    }

    fn update(count: u16, parts: &[&[u8]]) -> Vec<u8> {
        let mut out = vec![0, 0];
        out.extend(count.to_be_bytes());
        out.extend(parts.concat());
        out
    }

    /// Reads one message, of which all bytes must be used.
    fn read(bytes: &[u8]) -> Result<Message> {
        let mut rest = bytes;
        let message = Wire::new(&mut rest).message()?;
        assert!(rest.is_empty(), "{} bytes are left", rest.len());
        Ok(message)
    }

    #[test]
    fn every_kind_of_tight_rectangle_is_read_to_its_end() {
        let fill = [rect([1, 2, 300, 4], TIGHT), vec![0x8f, 1, 2, 3]].concat();
        let copy = [rect([0, 0, 9, 9], TIGHT), vec![0x00, 0x83, 0x01], vec![7; 131]].concat();
        let long = [
            rect([0, 0, 900, 900], TIGHT),
            vec![0x20, 0x80, 0x80, 0x02],
            vec![7; 2 << 14],
        ]
        .concat();
        let short = [rect([0, 0, 3, 1], TIGHT), vec![0x10], vec![7; 9]].concat();
        let mono = [
            rect([0, 0, 9, 4], TIGHT),
            vec![0x50, 1, 1],
            vec![0; 6],
            vec![7; 8],
        ]
        .concat();
        let palette = [
            rect([0, 0, 9, 4], TIGHT),
            vec![0x60, 1, 2],
            vec![0; 9],
            vec![5],
            vec![7; 5],
        ]
        .concat();
        let gradient = [rect([0, 0, 9, 4], TIGHT), vec![0x40, 2, 5], vec![7; 5]].concat();
        let jpeg = [rect([0, 0, 9, 4], TIGHT), vec![0x90, 4], vec![7; 4]].concat();
        let parts: [&[u8]; 8] = [&fill, &copy, &long, &short, &mono, &palette, &gradient, &jpeg];
        let bytes = update(8, &parts);
        let message = read(&bytes).unwrap();
        assert!(message.update);
        assert_eq!(message.bytes, bytes.len() as u64);
        assert_eq!(message.rects.len(), 8);
        assert_eq!(message.rects[0], Rect::new(1, 2, 300, 4));
    }

    #[test]
    fn the_last_rectangle_ends_an_update_of_unknown_length() {
        let copied = [rect([5, 5, 10, 10], COPY_RECT), vec![0; 4]].concat();
        let coded = [rect([5, 5, 10, 10], ZRLE), vec![0, 0, 0, 3], vec![0; 3]].concat();
        let bytes = update(0xffff, &[&copied, &coded, &rect([0; 4], LAST_RECT)]);
        let message = read(&bytes).unwrap();
        assert_eq!((message.bytes, message.rects.len()), (bytes.len() as u64, 2));
    }

    #[test]
    fn shapes_of_the_pointer_are_not_counted() {
        let shape = [rect([0, 0, 9, 2], CURSOR), vec![0; 9 * 2 * 4 + 4]].concat();
        let raw = [rect([0, 0, 2, 1], RAW), vec![0; 8]].concat();
        let message = read(&update(2, &[&shape, &raw])).unwrap();
        assert_eq!(message.bytes, 4 + 12 + 8);
        assert_eq!(message.rects, [Rect::new(0, 0, 2, 1)]);
    }

    #[test]
    fn other_messages_are_passed_over() {
        assert_eq!(read(&[2]).unwrap(), Message::default());
        assert_eq!(
            read(&[3, 0, 0, 0, 0, 0, 0, 2, 65, 66]).unwrap(),
            Message::default()
        );
        assert_eq!(
            read(&[1, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6]).unwrap(),
            Message::default()
        );
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        assert!(read(&[9]).is_err());
        assert!(read(&update(1, &[&rect([0; 4], 99)])).is_err());
        assert!(read(&update(1, &[&rect([0, 0, 1, 1], ZRLE), &[0xff; 4]])).is_err());
        assert!(read(&update(1, &[&rect([0, 0, 9, 9], TIGHT), &[0xb0]])).is_err());
        assert!(read(&update(1, &[&rect([0, 0, 9, 9], TIGHT), &[0x40, 9]])).is_err());
        assert!(read(&[0, 0, 0]).is_err());
    }
}
