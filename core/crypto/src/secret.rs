//! Secret bytes that are erased when dropped and are never printed.

use hkdf::Hkdf;
use rand_core::CryptoRngCore;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32 secret bytes: erased on drop, compared in constant time, without `Debug` or `Display`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret32([u8; 32]);

impl Secret32 {
    /// Wraps bytes; the caller's copy is the caller's to erase.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Draws 32 random bytes.
    pub fn random(rng: &mut dyn CryptoRngCore) -> Self {
        let mut secret = Self([0; 32]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// The bytes, for the one place that needs them (a key store, a cipher).
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Secret32 {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret32 {}

/// HKDF-SHA256 to 32 bytes. `salt` empty is the same as none, as in WebCrypto.
pub(crate) fn hkdf32(salt: &[u8], ikm: &[u8], info: &[&[u8]]) -> Secret32 {
    let mut out = Secret32([0; 32]);
    hkdf_into(salt, ikm, info, &mut out.0);
    out
}

/// HKDF-SHA256 into `out` of at most 32 bytes.
pub(crate) fn hkdf_into(salt: &[u8], ikm: &[u8], info: &[&[u8]], out: &mut [u8]) {
    debug_assert!(out.len() <= 32);
    // Expanding at most one hash length cannot fail (the limit is 255 of them).
    let expanded = Hkdf::<Sha256>::new(Some(salt), ikm).expand_multi_info(info, out);
    debug_assert!(expanded.is_ok());
}
