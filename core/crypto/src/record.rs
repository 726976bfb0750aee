//! Sealed records: one AES-256-GCM key per direction, counters as nonces, rekey by a sealed marker.
//!
//! A record on the wire is `16 ‖ version ‖ n ‖ epoch ‖ ciphertext`; its plaintext starts with the record's
//! type, so nothing but run and epoch travels outside the AEAD. When to rekey is decided by [`Sealer`], when
//! to start another run by `secure_pair`.

mod outside;

pub(crate) use outside::{Begun, Sealed};
pub use outside::{Outside, Unsealed};

use crate::VERSION;
use crate::bytes::{BadBytes, Reader};
use crate::secret::Secret32;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use outside::LEAST_OUTSIDE;

/// Longest pair message: what one DATA message of the relay carries.
pub const MAX_MESSAGE: usize = 65_535;
/// Longest application payload of one record.
pub const MAX_APPLICATION: usize = MAX_MESSAGE - HEADER - TAG - 1 - PADDED_LENGTH;

/// First byte of a record message.
pub(crate) const RECORD: u8 = 16;
const HEADER: usize = 8;
pub(crate) const TAG: usize = 16;
/// A padded record names the length of its content.
const PADDED_LENGTH: usize = 2;
const MAX_PLAINTEXT: usize = MAX_MESSAGE - HEADER - TAG;

const REKEY_RECORDS: u64 = 1 << 16;
const REKEY_BYTES: u64 = 1 << 30;
const REKEY_MS: u64 = 10 * 60 * 1000;

/// Whether the size of a record may tell the size of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Sent at its size: screen, files.
    None,
    /// Padded to 64, 128, … 4096 bytes of plaintext, then to multiples of 4096: input, chat.
    SizeClass,
}

/// What is to be sealed.
#[derive(Clone, Copy)]
pub(crate) enum Outgoing<'a> {
    /// Of which the second part follows the first one.
    Application([&'a [u8]; 2], Padding),
    RootShare(&'a [u8; 32]),
    Confirm,
    End,
}

/// What was opened; the type is the first byte of the plaintext.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Bytes of layer 4.
    Application(Vec<u8>),
    /// 32 random bytes for the root; the first record of each direction after pairing.
    RootShare([u8; 32]),
    /// "I hold the keys": the first record of a run, and the agent's first under a new root.
    Confirm,
    /// The pair is over.
    End,
}

const APPLICATION: u8 = 1;
const APPLICATION_PADDED: u8 = 2;
const ROOT_SHARE: u8 = 3;
const CONFIRM: u8 = 4;
const REKEY: u8 = 5;
const END: u8 = 6;

/// Why a record did not open. Any of them ends the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenError {
    /// The tag does not verify: altered, out of order, lost before, replayed or reflected.
    Tag,
    /// It opened but is of no known type.
    Type,
    /// It opened but has a size or padding that its type does not allow.
    Size,
}

/// The cleartext start of a record message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordHead {
    pub(crate) n: u32,
    pub(crate) epoch: u16,
}

/// Reads the head of a record message (without its first byte) and returns the ciphertext.
pub(crate) fn read_head(body: &[u8]) -> Result<(RecordHead, &[u8]), BadBytes> {
    let mut reader = Reader::new(body);
    let version = reader.u8()?;
    let head = RecordHead {
        n: reader.u32()?,
        epoch: reader.u16()?,
    };
    let ciphertext = reader.rest();
    let fits = (TAG + 1..=MAX_PLAINTEXT + TAG).contains(&ciphertext.len());
    if u16::from(version) == VERSION && fits {
        Ok((head, ciphertext))
    } else {
        Err(BadBytes)
    }
}

fn associated(head: RecordHead) -> [u8; 7] {
    let [n0, n1, n2, n3] = head.n.to_be_bytes();
    let [e0, e1] = head.epoch.to_be_bytes();
    [version_byte(), n0, n1, n2, n3, e0, e1]
}

/// The version as a record carries it.
const fn version_byte() -> u8 {
    VERSION.to_be_bytes()[1]
}

/// The nonce as Noise has it for AESGCM: four zero bytes, then the counter in big endian.
pub(crate) fn nonce_of(counter: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&counter.to_be_bytes());
    nonce
}

/// One direction's cipher: key, counter and epoch move only forward.
struct Direction {
    cipher: Aes256Gcm,
    key: Secret32,
    /// The caller has this key.
    given: bool,
    head: RecordHead,
    counter: u64,
}

impl Direction {
    fn new(n: u32, key: &Secret32) -> Self {
        Self {
            cipher: Aes256Gcm::new(key.expose().into()),
            key: key.clone(),
            given: false,
            head: RecordHead { n, epoch: 0 },
            counter: 0,
        }
    }

    /// The next nonce and the associated data with it; a nonce is never given out twice.
    fn advance(&mut self) -> Result<([u8; 12], [u8; 7]), BadBytes> {
        let counter = self.counter;
        self.counter = counter
            .checked_add(1)
            .filter(|next| *next != u64::MAX)
            .ok_or(BadBytes)?;
        Ok((nonce_of(counter), associated(self.head)))
    }

    /// The next record's AES-256-GCM, for the caller.
    fn outside(&mut self, bytes: Vec<u8>) -> Result<Outside, BadBytes> {
        let (nonce, associated) = self.advance()?;
        let key = (!self.given).then(|| self.key.clone());
        self.given = true;
        Ok(Outside {
            key,
            nonce,
            associated,
            bytes,
        })
    }

    /// Noise REKEY: the first 32 bytes of 32 zeros sealed under the largest nonce. The counter goes on.
    fn rekey(&mut self) -> Result<(), BadBytes> {
        let epoch = self.head.epoch.checked_add(1).ok_or(BadBytes)?;
        let mut key = zeroize::Zeroizing::new([0; 32]);
        self.cipher
            .encrypt_in_place_detached((&nonce_of(u64::MAX)).into(), b"", &mut *key)
            .map_err(|_| BadBytes)?;
        self.cipher = Aes256Gcm::new((&*key).into());
        (self.key, self.given) = (Secret32::new(*key), false);
        self.head.epoch = epoch;
        Ok(())
    }
}

/// Seals one direction of one run.
pub(crate) struct Sealer {
    direction: Direction,
    epoch_records: u64,
    epoch_bytes: u64,
    epoch_started_ms: u64,
}

impl Sealer {
    pub(crate) fn new(n: u32, key: &Secret32, now_ms: u64) -> Self {
        Self {
            direction: Direction::new(n, key),
            epoch_records: 0,
            epoch_bytes: 0,
            epoch_started_ms: now_ms,
        }
    }

    /// Seals one record, preceded by a rekey marker when one is due; with `outside` a large one is left to the caller.
    ///
    /// # Errors
    /// When the content is too large, or the run has no epochs left and must be replaced.
    pub(crate) fn seal(
        &mut self,
        now_ms: u64,
        outgoing: Outgoing<'_>,
        outside: bool,
        mut emit: impl FnMut(Sealed),
    ) -> Result<(), BadBytes> {
        let frame = frame(outgoing)?;
        if self.rekey_due(now_ms, HEADER + frame.length()) {
            let marker = self.encrypt(Frame::whole(REKEY, b"").message())?;
            self.direction.rekey()?;
            (self.epoch_records, self.epoch_bytes, self.epoch_started_ms) = (0, 0, now_ms);
            emit(Sealed::Message(marker));
        }
        emit(if outside && frame.length() >= LEAST_OUTSIDE {
            self.leave(&frame)?
        } else {
            Sealed::Message(self.encrypt(frame.message())?)
        });
        Ok(())
    }

    fn rekey_due(&self, now_ms: u64, next: usize) -> bool {
        let next = u64::try_from(next).unwrap_or(u64::MAX);
        // One record is left for the marker itself.
        self.epoch_records >= REKEY_RECORDS - 1
            || self.epoch_bytes.saturating_add(next) > REKEY_BYTES
            || now_ms.saturating_sub(self.epoch_started_ms) >= REKEY_MS
    }

    /// Encrypts a framed message in place: header, plaintext, room for the tag.
    fn encrypt(&mut self, mut message: Vec<u8>) -> Result<Vec<u8>, BadBytes> {
        let (nonce, associated) = self.direction.advance()?;
        message[1..HEADER].copy_from_slice(&associated);
        let tag = self
            .direction
            .cipher
            .encrypt_in_place_detached((&nonce).into(), &associated, &mut message[HEADER..])
            .map_err(|_| BadBytes)?;
        message.extend_from_slice(&tag);
        self.count(message.len());
        Ok(message)
    }

    /// Leaves what is framed to the caller.
    fn leave(&mut self, frame: &Frame<'_>) -> Result<Sealed, BadBytes> {
        let mut plaintext = Vec::with_capacity(frame.length());
        frame.write(&mut plaintext);
        let work = self.direction.outside(plaintext)?;
        let mut head = Vec::with_capacity(HEADER);
        head.push(RECORD);
        head.extend_from_slice(&work.associated);
        self.count(HEADER + frame.length() + TAG);
        Ok(Sealed::Outside(Unsealed { head, work }))
    }

    fn count(&mut self, length: usize) {
        self.epoch_records += 1;
        self.epoch_bytes = self
            .epoch_bytes
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
    }
}

/// What `outgoing` is before encryption.
fn frame(outgoing: Outgoing<'_>) -> Result<Frame<'_>, BadBytes> {
    match outgoing {
        Outgoing::Application([first, second], padding) => {
            let length = first.len() + second.len();
            if length > MAX_APPLICATION {
                return Err(BadBytes);
            }
            let (kind, padded) = match padding {
                Padding::None => (APPLICATION, None),
                Padding::SizeClass => (APPLICATION_PADDED, Some(size_class(1 + PADDED_LENGTH + length))),
            };
            Ok(Frame {
                kind,
                content: [first, second],
                padded,
            })
        }
        Outgoing::RootShare(share) => Ok(Frame::whole(ROOT_SHARE, share)),
        Outgoing::Confirm => Ok(Frame::whole(CONFIRM, b"")),
        Outgoing::End => Ok(Frame::whole(END, b"")),
    }
}

/// Type, (length,) content, (zeros up to `padded` bytes of plaintext).
struct Frame<'a> {
    kind: u8,
    content: [&'a [u8]; 2],
    padded: Option<usize>,
}

impl<'a> Frame<'a> {
    const fn whole(kind: u8, content: &'a [u8]) -> Self {
        Self {
            kind,
            content: [content, b""],
            padded: None,
        }
    }

    /// Bytes of plaintext.
    fn length(&self) -> usize {
        self.padded.unwrap_or(1 + self.content_length())
    }

    fn content_length(&self) -> usize {
        self.content.iter().map(|part| part.len()).sum()
    }

    /// Puts the plaintext behind what is there.
    fn write(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.length();
        out.push(self.kind);
        if self.padded.is_some() {
            // MAX_APPLICATION is below 2^16.
            let length = u16::try_from(self.content_length()).unwrap_or(u16::MAX);
            out.extend_from_slice(&length.to_be_bytes());
        }
        for part in self.content {
            out.extend_from_slice(part);
        }
        out.resize(end, 0);
    }

    /// Header space and the plaintext, with room for the tag.
    fn message(&self) -> Vec<u8> {
        let mut message = Vec::with_capacity(HEADER + self.length() + TAG);
        message.resize(HEADER, 0);
        message[0] = RECORD;
        self.write(&mut message);
        message
    }
}

/// The size class of a plaintext of `length` bytes, never above what a record holds.
fn size_class(length: usize) -> usize {
    let class = if length <= 4096 {
        length.next_power_of_two().max(64)
    } else {
        length.next_multiple_of(4096)
    };
    class.min(MAX_PLAINTEXT)
}

/// Opens one direction of one run.
pub(crate) struct Opener {
    direction: Direction,
}

impl Opener {
    pub(crate) fn new(n: u32, key: &Secret32) -> Self {
        Self {
            direction: Direction::new(n, key),
        }
    }

    /// Opens one record; `Ok(None)` is a rekey marker that was followed.
    pub(crate) fn open(&mut self, head: RecordHead, ciphertext: &[u8]) -> Result<Option<Content>, OpenError> {
        let plaintext = self.decrypt(head, ciphertext)?;
        self.content(plaintext)
    }

    /// Opens one record, or leaves a large one to the caller: then what the caller made of it goes to [`content`](Self::content)
    /// before anything else is opened.
    pub(crate) fn begin(&mut self, head: RecordHead, ciphertext: &[u8]) -> Result<Begun, OpenError> {
        if ciphertext.len() < LEAST_OUTSIDE + TAG {
            return self.open(head, ciphertext).map(Begun::Whole);
        }
        if head != self.direction.head {
            return Err(OpenError::Tag);
        }
        let work = self.direction.outside(ciphertext.to_vec());
        work.map(Begun::Outside).map_err(|_| OpenError::Size)
    }

    /// What an opened record holds.
    pub(crate) fn content(&mut self, mut plaintext: Vec<u8>) -> Result<Option<Content>, OpenError> {
        let (Some(kind), length) = (plaintext.first().copied(), plaintext.len()) else {
            return Err(OpenError::Size);
        };
        let sized = |wanted: usize| {
            if length == 1 + wanted {
                Ok(())
            } else {
                Err(OpenError::Size)
            }
        };
        match kind {
            APPLICATION => {
                plaintext.drain(..1);
                Ok(Some(Content::Application(plaintext)))
            }
            APPLICATION_PADDED => unpad(plaintext).map(|content| Some(Content::Application(content))),
            ROOT_SHARE => {
                let share = plaintext[1..].try_into().map_err(|_| OpenError::Size)?;
                zeroize::Zeroize::zeroize(&mut plaintext);
                Ok(Some(Content::RootShare(share)))
            }
            CONFIRM => sized(0).map(|()| Some(Content::Confirm)),
            END => sized(0).map(|()| Some(Content::End)),
            REKEY => {
                sized(0)?;
                self.direction.rekey().map_err(|_| OpenError::Size)?;
                Ok(None)
            }
            _ => Err(OpenError::Type),
        }
    }

    fn decrypt(&mut self, head: RecordHead, ciphertext: &[u8]) -> Result<Vec<u8>, OpenError> {
        let direction = &mut self.direction;
        if head != direction.head {
            return Err(OpenError::Tag);
        }
        let (body, tag) = ciphertext.split_last_chunk::<TAG>().ok_or(OpenError::Size)?;
        let mut plaintext = body.to_vec();
        let (nonce, associated) = direction.advance().map_err(|_| OpenError::Size)?;
        direction
            .cipher
            .decrypt_in_place_detached((&nonce).into(), &associated, &mut plaintext, tag.into())
            .map_err(|_| OpenError::Tag)?;
        Ok(plaintext)
    }
}

fn unpad(mut plaintext: Vec<u8>) -> Result<Vec<u8>, OpenError> {
    let (content, padding) = {
        let mut reader = Reader::new(plaintext.get(1..).ok_or(OpenError::Size)?);
        let length = usize::from(reader.u16().map_err(|_| OpenError::Size)?);
        reader.take(length).map_err(|_| OpenError::Size)?;
        (1 + PADDED_LENGTH..1 + PADDED_LENGTH + length, reader)
    };
    padding.zeros().map_err(|_| OpenError::Size)?;
    plaintext.truncate(content.end);
    plaintext.drain(..content.start);
    Ok(plaintext)
}

#[cfg(test)]
mod tests;
