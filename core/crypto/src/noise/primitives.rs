//! What snow computes with: X25519, SHA-256, AES-256-GCM, and randomness drawn from the caller's generator.
//!
//! Own glue over the same crates that snow's resolver uses, because this one erases its keys, refuses a shared
//! secret of zeros, and never asks the operating system for randomness. The official vectors check it.

use crate::record::nonce_of;
use crate::secret::Secret32;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use curve25519_dalek::MontgomeryPoint;
use sha2::{Digest, Sha256};
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::CryptoResolver;
use snow::types::{Cipher, Dh, Hash, Random};
use std::cell::RefCell;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const TAG: usize = 16;

/// Gives snow our primitives and the 32 bytes for its one ephemeral key.
pub(super) struct Resolver {
    ephemeral: RefCell<Option<Secret32>>,
}

impl Resolver {
    pub(super) fn new(ephemeral: Secret32) -> Self {
        Self {
            ephemeral: RefCell::new(Some(ephemeral)),
        }
    }
}

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Drawn(self.ephemeral.take())))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        match choice {
            DHChoice::Curve25519 => Some(Box::new(X25519 {
                private: Zeroizing::new([0; 32]),
                public: [0; 32],
            })),
            DHChoice::Curve448 => None,
        }
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        match choice {
            HashChoice::SHA256 => Some(Box::new(Hasher(Sha256::new()))),
            HashChoice::SHA512 | HashChoice::Blake2s | HashChoice::Blake2b => None,
        }
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        match choice {
            CipherChoice::AESGCM => Some(Box::new(AesGcm {
                key: Zeroizing::new([0; 32]),
            })),
            CipherChoice::ChaChaPoly => None,
        }
    }
}

/// The 32 bytes for one ephemeral key; a second request fails rather than repeat them.
struct Drawn(Option<Secret32>);

impl Random for Drawn {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        let drawn = self.0.take().ok_or(snow::Error::Rng)?;
        if dest.len() != drawn.expose().len() {
            return Err(snow::Error::Rng);
        }
        dest.copy_from_slice(drawn.expose());
        Ok(())
    }
}

#[derive(Zeroize, ZeroizeOnDrop)]
struct X25519 {
    private: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl X25519 {
    fn set_private(&mut self, private: &[u8]) {
        let length = private.len().min(32);
        self.private[..length].copy_from_slice(&private[..length]);
        self.public = MontgomeryPoint::mul_base_clamped(*self.private).to_bytes();
    }
}

impl Dh for X25519 {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        32
    }

    fn priv_len(&self) -> usize {
        32
    }

    fn set(&mut self, privkey: &[u8]) {
        self.set_private(privkey);
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), snow::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut *bytes)?;
        self.set_private(&*bytes);
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.public
    }

    fn privkey(&self) -> &[u8] {
        &*self.private
    }

    fn dh(&self, pubkey: &[u8], out: &mut [u8]) -> Result<(), snow::Error> {
        let theirs: [u8; 32] = pubkey
            .get(..32)
            .and_then(|key| key.try_into().ok())
            .ok_or(snow::Error::Dh)?;
        let shared = Zeroizing::new(MontgomeryPoint(theirs).mul_clamped(*self.private).to_bytes());
        if bool::from(shared.ct_eq(&[0; 32])) {
            return Err(snow::Error::Dh);
        }
        out.get_mut(..32)
            .ok_or(snow::Error::Dh)?
            .copy_from_slice(&*shared);
        Ok(())
    }
}

struct Hasher(Sha256);

impl Hash for Hasher {
    fn name(&self) -> &'static str {
        "SHA256"
    }

    fn block_len(&self) -> usize {
        64
    }

    fn hash_len(&self) -> usize {
        32
    }

    fn reset(&mut self) {
        self.0 = Sha256::new();
    }

    fn input(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn result(&mut self, out: &mut [u8]) {
        out[..32].copy_from_slice(&self.0.finalize_reset());
    }
}

/// AES-256-GCM.
struct AesGcm {
    key: Zeroizing<[u8; 32]>,
}

impl Cipher for AesGcm {
    fn name(&self) -> &'static str {
        "AESGCM"
    }

    fn set(&mut self, key: &[u8; 32]) {
        self.key.copy_from_slice(key);
    }

    #[expect(
        clippy::expect_used,
        reason = "AES-GCM fails only above 64 GiB; a Noise message has 64 KiB"
    )]
    fn encrypt(&self, nonce: u64, authtext: &[u8], plaintext: &[u8], out: &mut [u8]) -> usize {
        let length = plaintext.len();
        out[..length].copy_from_slice(plaintext);
        let tag = Aes256Gcm::new((&*self.key).into())
            .encrypt_in_place_detached((&nonce_of(nonce)).into(), authtext, &mut out[..length])
            .expect("a Noise message is short");
        out[length..length + TAG].copy_from_slice(&tag);
        length + TAG
    }

    fn decrypt(
        &self,
        nonce: u64,
        authtext: &[u8],
        ciphertext: &[u8],
        out: &mut [u8],
    ) -> Result<usize, snow::Error> {
        let (body, tag) = ciphertext.split_last_chunk::<TAG>().ok_or(snow::Error::Decrypt)?;
        let out = out.get_mut(..body.len()).ok_or(snow::Error::Input)?;
        out.copy_from_slice(body);
        Aes256Gcm::new((&*self.key).into())
            .decrypt_in_place_detached((&nonce_of(nonce)).into(), authtext, out, tag.into())
            .map_err(|_| snow::Error::Decrypt)?;
        Ok(body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_low_order_is_refused() {
        let mut own = X25519 {
            private: Zeroizing::new([0; 32]),
            public: [0; 32],
        };
        own.set(&[7; 32]);
        let mut shared = [0; 32];
        let low_order = [[0; 32], std::array::from_fn(|index| u8::from(index == 0))];
        for key in low_order {
            assert!(own.dh(&key, &mut shared).is_err());
        }
        assert!(own.dh(&[9; 31], &mut shared).is_err(), "too short");
        assert!(own.dh(&[9; 32], &mut shared).is_ok());
    }

    #[test]
    fn randomness_is_given_once() {
        let resolver = Resolver::new(Secret32::new([3; 32]));
        let mut rng = resolver.resolve_rng().unwrap();
        let mut bytes = [0; 32];
        assert!(rng.try_fill_bytes(&mut bytes).is_ok());
        assert_eq!(bytes, [3; 32]);
        assert!(rng.try_fill_bytes(&mut bytes).is_err());
        assert!(
            resolver
                .resolve_rng()
                .unwrap()
                .try_fill_bytes(&mut bytes)
                .is_err()
        );
    }
}
