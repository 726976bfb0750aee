//! Records whose AES-256-GCM the caller computes: a browser has it from the processor, WebAssembly has it not.
//!
//! Everything that decides about a key or a nonce stays here; the caller gets both and no choice.

use super::{Content, TAG};
use crate::secret::Secret32;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInPlace, KeyInit};

/// Records of at least so many bytes of plaintext are worth the way to the caller and back.
pub(crate) const LEAST_OUTSIDE: usize = 8 * 1024;

/// One AES-256-GCM of a record, for the caller to compute.
#[derive(Clone, PartialEq, Eq)]
pub struct Outside {
    /// The key of this direction, when it is another one than for the record before; the caller keeps it for those that follow, where
    /// it cannot be read back, and erases this copy.
    pub key: Option<Secret32>,
    /// The nonce. It is used for this record and never again under this key.
    pub nonce: [u8; 12],
    /// The associated data.
    pub associated: [u8; 7],
    /// To seal: the plaintext; the result is the ciphertext with the tag of 16 bytes behind it. To open: the other way round.
    pub bytes: Vec<u8>,
}

impl Outside {
    /// Seals as the caller has to, for callers without a cipher of their own. `key`: the newest that was given.
    /// `None` for more bytes than a record holds.
    #[must_use]
    pub fn seal(&self, key: &Secret32) -> Option<Vec<u8>> {
        let mut bytes = self.bytes.clone();
        let tag = Aes256Gcm::new(key.expose().into())
            .encrypt_in_place_detached((&self.nonce).into(), &self.associated, &mut bytes)
            .ok()?;
        bytes.extend_from_slice(&tag);
        Some(bytes)
    }

    /// Opens as the caller has to; `None` when the tag does not verify.
    #[must_use]
    pub fn open(&self, key: &Secret32) -> Option<Vec<u8>> {
        let (body, tag) = self.bytes.split_last_chunk::<TAG>()?;
        let mut bytes = body.to_vec();
        Aes256Gcm::new(key.expose().into())
            .decrypt_in_place_detached((&self.nonce).into(), &self.associated, &mut bytes, tag.into())
            .ok()?;
        Some(bytes)
    }
}

/// A record that the caller finishes: it sends `head`, and what it makes of `work` behind it.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// What goes before the result.
    pub head: Vec<u8>,
    /// What is to be sealed.
    pub work: Outside,
}

/// A sealed record, or what is left to be done for it.
pub(crate) enum Sealed {
    /// Ready to be sent.
    Message(Vec<u8>),
    /// The caller finishes it.
    Outside(Unsealed),
}

/// What came of the beginning of opening a record.
pub(crate) enum Begun {
    /// It is open; `None` was a rekey marker.
    Whole(Option<Content>),
    /// The caller opens it; nothing else of this direction is opened before.
    Outside(Outside),
}
